"""The hostile world with what plans must be able to give back, and the steps that an operator takes on it."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg import sql

from recuse import cli, clock
from recuse.enforcement.facts import Fact
from recuse.ledger import Entry
from recuse.operations import record
from recuse.operations.apply import AppliedSystem, Manner, apply_in
from recuse.operations.document import plan_document
from recuse.operations.plan import Planned
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from recuse.operations.stages import Planner
from recuse.operations.verify import Verified, verify_repository
from recuse.operations.workspace import open_any, open_with_ledger
from recuse.targets.target import target_for
from tests.conftest import binaries_of
from tests.statements.world import DATABASE, Lab, built

DIRECTIVE: Final = "2026-01-05-lab"
CANARY: Final = "desk"
OTHERS: Final = ("box", "visitor", "night")
SCHEMA: Final = "lab"
MORE: Final = """
CREATE ROLE clerks NOLOGIN;
CREATE ROLE trainees NOLOGIN;
CREATE ROLE unrelated NOLOGIN;
GRANT readers TO visitor;
GRANT unrelated TO desk;
GRANT clerks TO night WITH ADMIN OPTION;
ALTER ROLE box NOINHERIT;
SET ROLE lab_owner;
REVOKE ALL ON ALL TABLES IN SCHEMA lab FROM PUBLIC;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA lab FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA lab TO clerks, desk;
GRANT SELECT ON lab.ward, lab.person_list TO PUBLIC;
GRANT SELECT (id, name), UPDATE (name) ON lab.person TO clerks;
GRANT SELECT, INSERT ON lab.letter TO box;
GRANT USAGE ON SEQUENCE lab.letter_id_seq TO box;
GRANT SELECT ON lab.person_copy TO clerks;
GRANT SELECT ON lab.claim TO night WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES IN SCHEMA lab GRANT SELECT ON TABLES TO readers;
ALTER TABLE lab.loan ENABLE ROW LEVEL SECURITY;
CREATE POLICY lent_out ON lab.loan TO readers USING (id > 1);
CREATE POLICY never_seven ON lab.loan AS RESTRICTIVE USING (id <> 7);
RESET ROLE;
GRANT USAGE ON SCHEMA lab TO night;
SET ROLE night; GRANT SELECT ON lab.claim TO trainees; RESET ROLE;
"""
LENT: Final = "GRANT clerks TO visitor WITH INHERIT FALSE, SET TRUE GRANTED BY night"
LENT_15: Final = "GRANT clerks TO visitor"


@dataclass
class Town:
    """The world with its policy repository and ledger."""

    lab: Lab
    version: int

    def dsn(self, login: str | None = None) -> str:
        return self.lab.dsn(login)

    def direct(self, **keys: str) -> None:
        """Write keys of the directive as given, sign it and confirm it."""
        path = self.lab.policy / "directives" / DIRECTIVE / "directive.toml"
        lines = [line for line in path.read_text().splitlines() if line.partition(" ")[0] not in keys]
        path.write_text("\n".join([*(f"{key} = {value}" for key, value in keys.items()), *lines]) + "\n")
        sign_directive(self.lab.policy, DIRECTIVE, self.lab.folder / "director")
        said = Answer("confirm", "", clock.now().replace(microsecond=0))
        confirm_directive(self.lab.policy, DIRECTIVE, "confirmer", self.lab.folder / "confirmer", said)

    def planner(self, undo: int | None = None) -> Planner:
        place = self.lab.policy, self.lab.ledger
        opened = open_with_ledger(*place, draft=False) if undo is None else open_any(*place)
        return Planner(opened, self.lab.ledger, undo)

    def plan(self, undo: int | None = None) -> tuple[Planned, bytes]:
        planner = self.planner(undo)
        with target_for("postgresql").open(self.dsn()) as session:
            planned = planner.plan(session, planner.systems()[0])
        return planned, plan_document(planner.workspace, (planned,), None)

    def apply(self, undo: int | None = None) -> AppliedSystem:
        manner = Manner(lambda _: self.dsn())
        (done,) = apply_in(manner, self.lab.policy, self.plan(undo)[1], self.lab.ledger)
        return done

    def verify(self) -> Verified:
        workspace = open_with_ledger(self.lab.policy, self.lab.ledger, draft=True)
        (found,) = verify_repository(workspace, self.lab.ledger, None, lambda _: self.dsn(), lambda *_: None)
        return found

    def facts(self) -> frozenset[Fact]:
        with target_for("postgresql").open(self.dsn()) as session:
            return session.inspect().facts

    def entries(self) -> tuple[Entry, ...]:
        return record.entries(self.lab.ledger)

    def say(self, *args: str) -> tuple[int, str]:
        """What a person at the command line gets: the exit code, and what is printed, as running text."""
        out, code = io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(out):
            patch.setattr(sys, "argv", ["recuse", *args, "-r", str(self.lab.policy), "--dsn", self.dsn()])
            patch.setattr(sys, "stdin", io.StringIO())
            try:
                cli.main()
            except SystemExit as end:
                code = int(end.code or 0)
        return code, " ".join(out.getvalue().split())

    def reads(self, login: str) -> Mapping[str, str]:
        """What a login gets from every column, as itself and as each role that it may take: its values, or the refusal.

        Also from functions, and how many rows it could update, in a transaction that is rolled back.
        """
        roles = [login, *(role for (role,) in self.lab.admin.execute(_SETTABLE, (login,)))]
        columns = self.lab.admin.execute(_COLUMNS).fetchall()
        found: dict[str, str] = {}
        with psycopg.connect(self.dsn(login), autocommit=True) as connection:
            for role in roles:
                connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
                for table, column in columns:
                    names = sql.Identifier(column), sql.Identifier(SCHEMA, table)
                    found[f"{role}: {table}.{column}"] = _said(
                        connection, sql.SQL("SELECT {}::text FROM {} ORDER BY 1").format(*names)
                    )
                    found[f"{role}: update {table}.{column}"] = _said(
                        connection, sql.SQL("UPDATE {1} SET {0} = {0}").format(*names)
                    )
                for call in (_NAMED, _REMARK):
                    found[f"{role}: {call.as_string()}"] = _said(connection, call)
        return found

    def dump(self) -> list[str]:
        """Every role and grant of the server, and the schema of the database, as pg_dump writes them, sorted.

        Sorted, because grants come in the order in which they were made; without the random key against `psql`'s
        backslash commands.
        """
        server, bins = self.lab.server, binaries_of(self.version)
        place = ["-h", server.host, "-p", str(server.port), "-U", "postgres"]
        commands = (["pg_dumpall", "--globals-only"], ["pg_dump", "--schema-only", DATABASE])
        found: list[str] = []
        for command in commands:
            done = subprocess.run(
                [str(bins / command[0]), *command[1:], *place], text=True, capture_output=True, check=True,
                env={**os.environ, "PGPASSWORD": server.password or ""},
            )  # fmt: skip
            found += [line for line in done.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]
        return sorted(found)


def _said(connection: psycopg.Connection, query: sql.SQL | sql.Composed) -> str:
    try:
        with connection.transaction(force_rollback=True):
            done = connection.execute(query)
            return repr(done.fetchall()) if done.description else f"{done.rowcount} rows"
    except psycopg.Error as error:
        return type(error).__name__


_NAMED: Final = sql.SQL("SELECT lab.person_named('%')")
_REMARK: Final = sql.SQL("SELECT lab.remark_of(1)")
_SETTABLE: Final = "SELECT rolname FROM pg_roles WHERE rolname !~ '^(recuse|pg)_' AND pg_has_role(%s, oid, 'MEMBER')"
_COLUMNS: Final = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'lab'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0
  AND NOT a.attisdropped ORDER BY 1, 2
"""


@contextmanager
def town(version: int, folder: Path) -> Iterator[Town]:
    with built(version, folder) as lab:
        lab.run(MORE)
        lab.run(LENT if version >= 16 else LENT_15)
        yield Town(lab, version)
