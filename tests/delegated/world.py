"""A small office on a server of its own, and `steward`, a login that applies the policy without being a superuser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg
from psycopg import sql

from recuse import clock
from recuse.directive.in_force import Moment
from recuse.enforcement.facts import Fact
from recuse.operations import record
from recuse.operations.apply import AppliedSystem, apply_repository
from recuse.operations.document import plan_document
from recuse.operations.plan import Planned, plan_system
from recuse.operations.workspace import Workspace, open_workspace
from recuse.targets.postgres.throwaway import SUPERUSER, Server, throwaway
from recuse.targets.records import MissingRight
from recuse.targets.target import target_for
from tests.conftest import binaries_of
from tests.place import Place
from tests.statements.world import write_policy
from tests.test_main_job import quiet

HERE: Final = Path(__file__).parent
DATABASE: Final = "office"
STEWARD: Final = "steward"


@dataclass(frozen=True, slots=True)
class Office(Place):
    """A running server with the office in it, and the policy repository that governs it."""

    server: Server
    folder: Path
    admin: psycopg.Connection[tuple[Any, ...]]

    def dsn(self, login: str = STEWARD) -> str:
        """A connection string: of the superuser, or of a login, whose password is its name."""
        password = None if login == SUPERUSER else login
        return self.server.dsn(DATABASE, login, password)

    def run(self, text: str) -> None:
        """Run SQL of this test as the superuser."""
        self.admin.execute(text.encode())

    def workspace(self) -> Workspace:
        return open_workspace(self.policy, Moment(clock.now(), record.recorded_times(self.ledger)), draft=True)

    def plan(self, login: str = STEWARD) -> Planned:
        workspace = self.workspace()
        with target_for("postgresql").open(self.dsn(login)) as session:
            return plan_system(session, workspace.policy(), next(workspace.systems()))

    def missing(self, login: str = STEWARD) -> tuple[MissingRight, ...]:
        """What a login lacks to apply what it would plan."""
        planned = self.plan(login)
        with target_for("postgresql").open(self.dsn(login)) as session:
            return session.missing_rights(planned.plan, planned.found)

    def document(self, login: str = STEWARD) -> bytes:
        return plan_document(self.workspace(), (self.plan(login),), None)

    def apply(self, login: str = STEWARD, document: bytes | None = None) -> AppliedSystem:
        plan = document or self.document(login)
        (done,) = apply_repository(self.policy, plan, self.ledger, lambda _: self.dsn(login), quiet)
        return done

    def facts(self) -> frozenset[Fact]:
        with target_for("postgresql").open(self.dsn(SUPERUSER)) as session:
            return session.inspect().facts


@contextmanager
def built(version: int, folder: Path) -> Iterator[Office]:
    """The office before any policy; `steward` holds nothing yet but CONNECT."""
    with throwaway(binaries=binaries_of(version)) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute((HERE / "logins.sql").read_bytes())
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        with psycopg.connect(server.dsn(DATABASE), autocommit=True) as admin:
            office = Office(server, folder, admin)
            office.run((HERE / "world.sql").read_text())
            office.run(f"CREATE ROLE {STEWARD} LOGIN PASSWORD '{STEWARD}'")
            write_policy(office.policy, folder, HERE / "policy")
            yield office


@contextmanager
def declared(office: Office, use: str) -> Iterator[None]:
    """The steward declared as something else, and signed so, for the length of a block."""
    accounts = HERE / "policy/accounts.toml"
    with TemporaryDirectory() as beside:
        other = Path(beside) / "policy"
        shutil.copytree(HERE / "policy", other)
        (other / "accounts.toml").write_text(accounts.read_text().replace('"administrator"', f'"{use}"'))
        rewrite(office, other)
    try:
        yield
    finally:
        rewrite(office, HERE / "policy")


def rewrite(office: Office, files: Path) -> None:
    """The repository anew from these files, with new keys and signatures."""
    for old in ("director", "director.pub", "confirmer", "confirmer.pub"):
        (office.folder / old).unlink()
    shutil.rmtree(office.policy)
    write_policy(office.policy, office.folder, files)
