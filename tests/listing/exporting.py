"""Exports for tests: from a running PostgreSQL by the shipped queries, and written by hand."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast, get_args

import psycopg

from recuse import clock
from recuse.targets.listing import nodes
from recuse.targets.listing.access import Access
from recuse.targets.listing.lines import print_records
from recuse.targets.listing.nodes import Verb
from recuse.targets.listing.queries import export_queries
from recuse.targets.listing.reading import SUMS, check
from recuse.targets.listing.records import (
    FILES,
    SHAPE,
    About,
    Column,
    Granted,
    Listing,
    Member,
    Object,
    Present,
    Principal,
    PrincipalKind,
    Scope,
    Uses,
)

EXPORTED: Final = clock.now().replace(microsecond=0)


def seal(folder: Path) -> Path:
    """Write what `sha256sum *.csv > SHA256SUMS` writes."""
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(FILES)]
    (folder / SUMS).write_text("".join(lines))
    return folder


def export(dsn: str, folder: Path) -> Path:
    """Run the shipped queries for PostgreSQL as `psql -At` would, and keep what they print."""
    folder.mkdir(parents=True, exist_ok=True)
    with psycopg.connect(dsn, options="-c default_transaction_read_only=on") as connection:
        for name, query in export_queries("postgresql").items():
            rows = connection.execute(query.encode()).fetchall()
            (folder / name).write_text("".join(f"{line}\n" for (line,) in rows))
    return seal(folder)


def _pair(name: str) -> tuple[str, str]:
    schema, _, inside = name.partition(".")
    return schema, inside


def write(listing: Listing, folder: Path) -> Path:
    """Write an export as the queries would have, and seal it."""
    folder.mkdir(parents=True, exist_ok=True)
    parts: dict[str, tuple[Any, ...]] = {
        "about.csv": (listing.about,), "principals.csv": listing.principals, "members.csv": listing.members,
        "objects.csv": listing.objects, "columns.csv": listing.columns, "grants.csv": listing.grants,
        "uses.csv": listing.uses, "present.csv": listing.present,
    }  # fmt: skip
    for name, kind in FILES.items():
        (folder / name).write_bytes(print_records(cast("type[Any]", kind), parts[name]))
    return seal(folder)


@dataclass
class Sketch:
    """An export by hand, in few words: `login("ANA")`, `grant("SELECT", "R.T", "ANA")`, `member("ROLE", "ANA")`."""

    engine: str
    principals: list[Principal] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    objects: list[Object] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    grants: list[Granted] = field(default_factory=list)
    uses: list[Uses] = field(default_factory=list)
    present: list[Present] = field(default_factory=list)

    def principal(self, kind: PrincipalKind, *names: str, active: bool = True, builtin: bool = False) -> None:
        self.principals += [Principal(name, kind, kind == "login" and active, builtin) for name in names]

    def login(self, *names: str) -> None:
        self.principal("login", *names)

    def role(self, *names: str, builtin: bool = False) -> None:
        self.principal("role", *names, builtin=builtin)

    def member(self, role: str, *members: str, inherit: bool = True, set_: bool = False) -> None:
        self.members += [Member(role, each, None, admin=False, inherit=inherit, set=set_) for each in members]

    def schema(self, name: str, owner: str) -> None:
        self.objects.append(Object(name, None, "schema", owner, None, filtered=False))

    def table(self, name: str, owner: str, *columns: str, filtered: bool = False) -> None:
        self._relation(name, Object(*_pair(name), "table", owner, None, filtered), columns)

    def view(self, name: str, owner: str, uses: str, columns: tuple[str, ...] = (), runs_as: str | None = None) -> None:
        self._relation(name, Object(*_pair(name), "view", owner, runs_as, filtered=False), columns)
        self.use(name, uses)

    def routine(self, name: str, owner: str, uses: str, runs_as: str | None = None) -> None:
        self.objects.append(Object(*_pair(name), "routine", owner, runs_as, filtered=False))
        self.use(name, uses)

    def use(self, name: str, uses: str) -> None:
        self.uses.append(Uses(*_pair(name), *_pair(uses), None))

    def grant(self, privilege: str, on: str, to: str, *, denied: bool = False, grantor: str | None = None) -> None:
        """`on`: `server`, `database`, `schema S`, `principal P`, `S.T` or `S.T.C`."""
        word, _, rest = on.partition(" ")
        schema, inside, column = (*on.split("."), None, None)[:3]
        if word in ("server", "database"):
            schema, inside = None, None
        elif rest:
            schema, inside = (rest, None) if word == "schema" else (None, rest)
        else:
            word = "column" if column else "object"
        scope = next(each for each in get_args(Scope) if each == word)
        self.grants.append(
            Granted(scope, schema, inside, column, privilege, to, grantor, grantable=False, denied=denied)
        )

    def _relation(self, name: str, made: Object, columns: tuple[str, ...]) -> None:
        self.objects.append(made)
        schema, relation = name.split(".")
        self.columns += [
            Column(schema, relation, each, n, "text") for n, each in enumerate(columns or ("ID",), start=1)
        ]

    def listing(self) -> Listing:
        """The export, checked as a read one is."""
        about = About(SHAPE, self.engine, "1", "RMS", EXPORTED, "DBA", "whole")
        found = Listing(
            about, tuple(self.principals), tuple(self.members), tuple(self.objects), tuple(self.columns),
            tuple(self.grants), tuple(self.uses), tuple(self.present),
        )  # fmt: skip
        check(found)
        return found

    def readers(self, name: str, column: str | None = None) -> set[str]:
        """The logins that read a relation, or one column of it."""
        return self.reaching(name, "read", column)

    def reaching(self, name: str, verb: Verb, column: str | None = None) -> set[str]:
        """The logins that reach a relation, or one column of it, by a verb."""
        access = Access.of(self.listing())
        schema, relation = name.split(".")
        targets = [*nodes.targets(access.listing, (schema, relation), verb, column)]
        return {login for login in access.logins if access.reaches(login, targets)}
