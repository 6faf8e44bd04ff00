"""Statements of a script for a person, in each engine's words: quoted names, and privileges of capital letters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from recuse.errors import PlanError
from recuse.targets.listing.lines import shown
from recuse.targets.listing.records import Granted, Listing, Member, Principal

_WORDS: Final = re.compile(r"[A-Z]+( [A-Z]+)*")
_DATABASE: Final = "database:"


@dataclass(frozen=True, slots=True)
class Statement:
    """What makes a change, and what unmakes it, each without its end."""

    do: str
    undo: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """One engine's way to write changes of one export."""

    listing: Listing

    @property
    def engine(self) -> str:
        """Whose words they are."""
        return self.listing.about.engine

    def statement(self, make: bool, line: Granted | Member | Principal, columns: Sequence[str]) -> Statement:
        """A change as text; `columns` are all that one grant is about. PlanError for a name without a form."""
        match line:
            case Granted():
                there, gone = self._grant(line, columns), self._revoke(line, columns)
            case Member():
                there, gone = self._join(line), self._leave(line)
            case Principal(kind="role"):
                there, gone = f"CREATE ROLE {self._name(line.name)}", f"DROP ROLE {self._name(line.name)}"
            case Principal():
                there, gone = self._unlock(line.name), self._lock(line.name)
            case _:
                assert_never(line)
        return Statement(there, gone) if make else Statement(gone, there)

    def quoted(self, name: str) -> str:
        """A name as the engine reads it back, letter for letter."""
        if not name.isprintable():
            raise PlanError(f"`{shown(name)}` holds a control character and is not written into a script", "rename it")
        if self.engine == "sqlserver":
            return "[" + name.replace("]", "]]") + "]"
        if self.engine == "oracle" and '"' in name:
            raise PlanError(f"`{shown(name)}` holds a quotation mark, and Oracle has no such name", "export it again")
        return '"' + name.replace('"', '""') + '"'

    def _name(self, principal: str) -> str:
        """A principal: PUBLIC is a word, and the database's mark is ours alone."""
        if principal in self.listing.everyone and self.engine != "sqlserver":
            return "PUBLIC"
        return self.quoted(principal.removeprefix(_DATABASE) if self.engine == "sqlserver" else principal)

    def _privilege(self, line: Granted) -> str:
        if not _WORDS.fullmatch(line.privilege):
            raise PlanError(f"`{shown(line.privilege)}` is no privilege that a script can name", "revoke it by hand")
        return line.privilege

    def _on(self, line: Granted) -> str:
        """What a grant is on, with the word ON where it has one."""
        sql_server = self.engine == "sqlserver"
        match line.on:
            case "server":
                return ""
            case "database":
                word = "DATABASE::" if sql_server else "DATABASE "
                return f" ON {word}{self.quoted(self.listing.about.database)}"
            case "schema":
                return f" ON {'SCHEMA::' if sql_server else 'SCHEMA '}{self.quoted(line.schema or '')}"
            case "object" | "column":
                name = f"{self.quoted(line.schema or '')}.{self.quoted(line.object or '')}"
                return f" ON {'OBJECT::' if sql_server else ''}{name}"
            case "principal":
                return f" ON {self._kind(line.object or '')}::{self._name(line.object or '')}"

    def _kind(self, principal: str) -> str:
        role = self.listing.principal[principal].kind == "role"
        if principal.startswith(_DATABASE):
            return "ROLE" if role else "USER"
        return "SERVER ROLE" if role else "LOGIN"

    def _columns(self, columns: Sequence[str]) -> str:
        return f" ({', '.join(map(self.quoted, columns))})" if columns else ""

    def _grant(self, line: Granted, columns: Sequence[str]) -> str:
        if line.privilege == "CONNECT THROUGH":
            return f"ALTER USER {self._name(line.object or '')} GRANT CONNECT THROUGH {self._name(line.grantee)}"
        option = " WITH ADMIN OPTION" if self.engine == "oracle" and line.on == "server" else " WITH GRANT OPTION"
        lent = option if line.grantable else ""
        listed = self._columns(columns)
        verb = "DENY" if line.denied else "GRANT"
        if self.engine == "sqlserver":
            return f"{verb} {self._privilege(line)}{self._on(line)}{listed} TO {self._name(line.grantee)}{lent}"
        return self._as(
            line, f"GRANT {self._privilege(line)}{listed}{self._on(line)} TO {self._name(line.grantee)}{lent}"
        )

    def _as(self, line: Granted, text: str) -> str:
        """In PostgreSQL a grant is given and taken by the role that is its grantor."""
        if self.engine != "postgresql" or line.grantor is None:
            return text
        return f"SET ROLE {self._name(line.grantor)}; {text}; RESET ROLE"

    def _revoke(self, line: Granted, columns: Sequence[str]) -> str:
        if line.privilege == "CONNECT THROUGH":
            return f"ALTER USER {self._name(line.object or '')} REVOKE CONNECT THROUGH {self._name(line.grantee)}"
        grantee, listed = self._name(line.grantee), self._columns(columns)
        match self.engine:
            case "sqlserver":
                wide = " CASCADE" if line.grantable else ""
                by = f" AS {self._name(line.grantor or '')}" if self._lent(line) else ""
                return f"REVOKE {self._privilege(line)}{self._on(line)}{listed} FROM {grantee}{wide}{by}"
            case "oracle":  # takes a privilege from all columns at once, and from whom it was passed on to
                return f"REVOKE {self._privilege(line)}{self._on(line)} FROM {grantee}"
            case _:
                wide = " CASCADE" if line.grantable else ""
                return self._as(line, f"REVOKE {self._privilege(line)}{listed}{self._on(line)} FROM {grantee}{wide}")

    def _lent(self, line: Granted) -> bool:
        return line.grantor not in (None, "database:dbo") and line.on in ("object", "column", "schema")

    def _join(self, line: Member) -> str:
        role, member = self._name(line.role), self._name(line.member)
        match self.engine:
            case "sqlserver":
                return f"ALTER {_kind_of_role(line)} {role} ADD MEMBER {member}"
            case "oracle":
                return f"GRANT {role} TO {member}{' WITH ADMIN OPTION' if line.admin else ''}"
            case _:
                by = f" GRANTED BY {self._name(line.grantor)}" if line.grantor else ""
                return f"GRANT {role} TO {member}{self._options(line)}{by}"

    def _options(self, line: Member) -> str:
        """From PostgreSQL 16 each membership has its own options."""
        if int(self.listing.about.version.partition(".")[0]) < 16:
            return " WITH ADMIN OPTION" if line.admin else ""
        words = (("ADMIN", line.admin), ("INHERIT", line.inherit), ("SET", line.set))
        return " WITH " + ", ".join(f"{word} {'TRUE' if holds else 'FALSE'}" for word, holds in words)

    def _leave(self, line: Member) -> str:
        role, member = self._name(line.role), self._name(line.member)
        match self.engine:
            case "sqlserver":
                return f"ALTER {_kind_of_role(line)} {role} DROP MEMBER {member}"
            case "oracle":
                return f"REVOKE {role} FROM {member}"
            case _:
                by = f" GRANTED BY {self._name(line.grantor)}" if line.grantor else ""
                return f"REVOKE {role} FROM {member}{by}"

    def _lock(self, name: str) -> str:
        match self.engine:
            case "sqlserver":
                return f"ALTER LOGIN {self._name(name)} DISABLE"
            case "oracle":
                return f"ALTER USER {self._name(name)} ACCOUNT LOCK"
            case _:
                return f"ALTER ROLE {self._name(name)} NOLOGIN"

    def _unlock(self, name: str) -> str:
        match self.engine:
            case "sqlserver":
                return f"ALTER LOGIN {self._name(name)} ENABLE"
            case "oracle":
                return f"ALTER USER {self._name(name)} ACCOUNT UNLOCK"
            case _:
                return f"ALTER ROLE {self._name(name)} LOGIN"


def _kind_of_role(line: Member) -> str:
    """SQL Server's word: a role of the database, or of the server."""
    return "ROLE" if line.role.startswith(_DATABASE) else "SERVER ROLE"
