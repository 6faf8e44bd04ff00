"""The demo's world under a policy that pre-authorises stepping back, with the steps that an operator takes on it."""

import io
import re
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
from recuse.demo.repository import write_repository
from recuse.demo.world import World, build
from recuse.enforcement.facts import Fact
from recuse.ledger import Entry
from recuse.operations import record
from recuse.operations.apply import AppliedSystem, Manner, apply_in
from recuse.operations.document import plan_document
from recuse.operations.plan import Planned
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from recuse.operations.stages import Planner
from recuse.operations.verify import Verified, verify_repository
from recuse.operations.workspace import Workspace, open_any, open_with_ledger
from recuse.targets.postgres.throwaway import Server, throwaway
from recuse.targets.target import target_for
from tests.conftest import binaries_of
from tests.test_main_job import make_keys

DIRECTIVE: Final = "2019-07-12-civil-immigration"
MORE: Final = """
-- What the demonstration lacks: a group lent on by a member who administers it, PUBLIC, and foreign row policies.
GRANT cpd_analysts TO planning_501 WITH ADMIN OPTION;
CREATE ROLE auditors NOLOGIN;
GRANT auditors TO lab_401;
ALTER ROLE youth_302 NOINHERIT;
SET ROLE records_owner;
ALTER TABLE records.case_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY not_sealed ON records.case_note USING (true);
CREATE VIEW records.arrests_by_district AS SELECT district, count(*) AS n FROM records.arrest GROUP BY district;
GRANT SELECT ON records.arrests_by_district TO auditors;
RESET ROLE;
"""


@dataclass
class Town:
    """A world with its policy repository and ledger."""

    world: World
    folder: Path

    @property
    def policy(self) -> Path:
        return self.folder / "policy"

    @property
    def ledger(self) -> Path:
        return record.ledger_folder(self.policy, None)

    @property
    def directive(self) -> Path:
        return self.policy / "directives" / DIRECTIVE / "directive.toml"

    def direct(self, **keys: str) -> None:
        """Write keys of the directive as given, sign it and confirm it."""
        text = self.directive.read_text()
        for key, value in keys.items():
            line = f"{key} = {value}"
            text = (
                re.sub(rf"^{key} = .*$", line, text, flags=re.MULTILINE) if f"\n{key} = " in text else f"{line}\n{text}"
            )
        self.directive.write_text(text)
        sign_directive(self.policy, DIRECTIVE, self.folder / "mayor-2019")
        self.answer("confirm")

    def answer(self, decision: str) -> None:
        said = Answer("confirm" if decision == "confirm" else "refuse", "", clock.now().replace(microsecond=0))
        confirm_directive(self.policy, DIRECTIVE, "superintendent-2019", self.folder / "superintendent-2019", said)

    def planner(self, undo: int | None = None) -> Planner:
        opened = open_with_ledger(self.policy, self.ledger, draft=True) if undo is None else self.any()
        return Planner(opened, self.ledger, undo)

    def any(self) -> Workspace:
        return open_any(self.policy, self.ledger)

    def plan(self, undo: int | None = None) -> tuple[Planned, bytes]:
        planner = self.planner(undo)
        with target_for("postgresql").open(self.world.dsn()) as session:
            planned = planner.plan(session, planner.systems()[0])
        return planned, plan_document(planner.workspace, (planned,), None)

    def apply(self, undo: int | None = None) -> AppliedSystem:
        _, document = self.plan(undo)
        (done,) = apply_in(Manner(lambda _: self.world.dsn()), self.policy, document, self.ledger)
        return done

    def verify(self) -> Verified:
        workspace = open_with_ledger(self.policy, self.ledger, draft=True)
        (found,) = verify_repository(workspace, self.ledger, None, lambda _: self.world.dsn(), lambda *_: None)
        return found

    def facts(self) -> frozenset[Fact]:
        with target_for("postgresql").open(self.world.dsn()) as session:
            return session.inspect().facts

    def run(self, text: str) -> None:
        with psycopg.connect(self.world.dsn(), autocommit=True) as admin:
            admin.execute(text.encode())

    def entries(self) -> tuple[Entry, ...]:
        return record.entries(self.ledger)

    def say(self, *args: str) -> tuple[int, str]:
        """What a person at the command line gets: the exit code, and what is printed, as running text."""
        out, code = io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(out):
            patch.setattr(sys, "argv", ["recuse", *args, "-r", str(self.policy), "--dsn", self.world.dsn()])
            patch.setattr(sys, "stdin", io.StringIO())
            try:
                cli.main()
            except SystemExit as end:
                code = int(end.code or 0)
        return code, " ".join(out.getvalue().split())

    def reads(self, login: str) -> Mapping[str, str]:
        """What a login gets from every relation, by name: a digest of its rows column by column, or the refusal."""
        found: dict[str, str] = {}
        with psycopg.connect(self.world.dsn(), autocommit=True) as admin:
            columns = admin.execute(_COLUMNS).fetchall()
        with psycopg.connect(self.world.dsn(login), autocommit=True) as connection:
            for schema, table, column in columns:
                query = sql.SQL("SELECT md5(string_agg(x.v, ',' ORDER BY x.v)) FROM (SELECT {}::text FROM {}) x (v)")
                try:
                    row = connection.execute(query.format(sql.Identifier(column), sql.Identifier(schema, table)))
                    found[f"{schema}.{table}.{column}"] = str(row.fetchone())
                except psycopg.Error as error:
                    found[f"{schema}.{table}.{column}"] = type(error).__name__
        return found


_COLUMNS: Final = """
SELECT n.nspname, c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname IN ('records', 'exchange', 'analysis') AND c.relkind IN ('r', 'v', 'm') AND a.attnum > 0
  AND NOT a.attisdropped ORDER BY 1, 2, 3
"""


def town_on(server: Server, folder: Path) -> Town:
    town = Town(build(server, people=500), folder)
    write_repository(town.policy, make_keys(folder), "recuse-test")
    town.run(MORE)
    return town


@contextmanager
def built(version: int, folder: Path) -> Iterator[Town]:
    with throwaway(binaries=binaries_of(version)) as server:
        yield town_on(server, folder)
