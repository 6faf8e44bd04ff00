"""Two databases of one server under one policy: files, and a stock with an extract of them and a way back to them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from recuse.model import System
from recuse.operations.apply import AppliedSystem, apply_repository
from recuse.operations.document import plan_document
from recuse.operations.neighbours import placed
from recuse.operations.plan import Planned
from recuse.operations.stages import Planner
from recuse.operations.verify import Looking, Verified, verify_in
from recuse.operations.workspace import Workspace, open_with_ledger
from recuse.targets.postgres.throwaway import Server, throwaway
from recuse.targets.target import target_for
from tests.conftest import binaries_of
from tests.place import Place
from tests.restore.small import POLICY
from tests.statements.world import write_policy

NAMES: Final = ("files", "stock")  # of the systems, and of their databases
ROLES: Final = """
CREATE ROLE lab_owner NOLOGIN; CREATE ROLE readers NOLOGIN;
CREATE ROLE desk LOGIN PASSWORD 'desk'; CREATE ROLE box LOGIN PASSWORD 'box';
CREATE ROLE visitor LOGIN PASSWORD 'visitor'; GRANT readers TO desk, box, visitor;
"""
FILES: Final = """
CREATE SCHEMA lab AUTHORIZATION lab_owner; GRANT USAGE ON SCHEMA lab TO readers;
SET ROLE lab_owner;
CREATE TABLE lab.ward (ward_no integer PRIMARY KEY, diagnosis text NOT NULL, admission date NOT NULL,
  hidden boolean NOT NULL DEFAULT false);
CREATE TABLE lab.letter (id integer PRIMARY KEY, body text NOT NULL);
INSERT INTO lab.ward SELECT n, 'none ' || n, date '2020-01-01' + n, n % 2 = 0 FROM generate_series(1, 100) n;
GRANT SELECT, INSERT, UPDATE, DELETE ON lab.ward, lab.letter TO readers;
RESET ROLE;
"""
STOCK: Final = """
CREATE EXTENSION postgres_fdw;
CREATE SCHEMA keep AUTHORIZATION lab_owner; GRANT USAGE ON SCHEMA keep TO PUBLIC;
SET ROLE lab_owner;
CREATE TABLE keep.ward_extract (ward_no integer PRIMARY KEY, diagnosis text NOT NULL, admission date NOT NULL,
  hidden boolean NOT NULL);
INSERT INTO keep.ward_extract SELECT n, 'none ' || n, date '2020-01-01' + n, n % 2 = 0 FROM generate_series(1, 100) n;
CREATE TABLE keep.forgotten AS TABLE keep.ward_extract;
GRANT SELECT ON keep.ward_extract TO readers; GRANT SELECT ON keep.forgotten TO PUBLIC;
RESET ROLE;
CREATE SERVER files FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{host}', port '{port}', dbname 'files');
CREATE USER MAPPING FOR box SERVER files OPTIONS (user 'desk', password 'desk');
CREATE FOREIGN TABLE keep.ward (ward_no integer, diagnosis text) SERVER files
  OPTIONS (schema_name 'lab', table_name 'ward');
GRANT SELECT ON keep.ward TO box;
"""
SECOND: Final = """
[[system]]
name = "stock"
kind = "live"
engine = "postgresql"
service = "recuse-stock"
owner = "town"
stage = "enforce"
"""
MAP: Final = """format = 1
system = "{system}"

[[table]]
name = "{table}"
category = "open"
key = ["ward_no"]
[table.attributes]
hidden = "hidden"
"""
VISITOR: Final = 'agency = "town.visit"\nuse = "personal"\nactive = true\nmay_declare = ["study"]'


@dataclass
class Two(Place):
    """Both databases, and the one policy repository."""

    server: Server
    folder: Path

    def dsn(self, system: System | str, login: str | None = None) -> str:
        name = system if isinstance(system, str) else system.name
        return self.server.dsn(name) if login is None else self.server.dsn(name, login, login)

    def workspace(self, *, draft: bool = False) -> Workspace:
        return open_with_ledger(self.policy, self.ledger, draft=draft)

    def plans(self, name: str | None = None, *, draft: bool = False) -> dict[str, Planned]:
        workspace = self.workspace(draft=draft)
        planner = Planner(placed(workspace, self.dsn), self.ledger)
        found = {}
        for system in workspace.systems(name):
            with target_for("postgresql").open(self.dsn(system)) as session:
                found[system.name] = planner.plan(session, system)
        return found

    def apply(self, name: str | None = None) -> tuple[AppliedSystem, ...]:
        """Apply what is planned of both, or of one alone."""
        document = plan_document(self.workspace(), tuple(self.plans(name).values()), None)
        return apply_repository(self.policy, document, self.ledger, self.dsn)

    def verify(self, system: str | None = None) -> dict[str, Verified]:
        looking = Looking(self.dsn, lambda *_: None)
        return {v.system: v for v in verify_in(looking, self.workspace(draft=True), self.ledger, system)}

    def run(self, system: str, text: str) -> None:
        with psycopg.connect(self.dsn(system), autocommit=True) as connection:
            connection.execute(text.encode())

    def read(self, system: str, login: str, table: str, *, declare: bool = False) -> int | str:
        """How many rows a login reads, or how it is refused."""
        try:
            with psycopg.connect(self.dsn(system, login)) as connection:
                if declare:
                    connection.execute("SELECT recuse.declare('study', 'official_duty')")
                row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
                return int(row[0]) if row else 0
        except psycopg.Error as error:
            # While it was still being let in, libpq says no more than that; other errors of that class are refusals.
            ended = any(words in str(error) for words in ("terminating connection", "closed the connection"))
            return "AdminShutdown" if ended else type(error).__name__ if error.sqlstate else str(error)


@contextmanager
def two(version: int, folder: Path) -> Iterator[Two]:
    """Both before any policy, and the signed repository; the visitor is not active in the stock."""
    with throwaway(binaries=binaries_of(version)) as server:
        made = Two(server, folder)
        made.run("postgres", ROLES)
        for name, text in (("files", FILES), ("stock", STOCK.format(host=server.host, port=server.port))):
            made.run("postgres", f"CREATE DATABASE {name}")
            made.run(name, text)
        write_policy(made.policy, folder, _files(folder))
        yield made


def _files(folder: Path) -> Path:
    """The files of the small policy with a second system, each login in both, and no copiers."""
    target = folder / "files"
    shutil.copytree(POLICY, target)
    accounts = (target / "accounts.toml").read_text()
    accounts = accounts[: accounts.index('[[account]]\nid = "files/archive"')]
    theirs = accounts[accounts.index("[[account]]") :].replace('id = "files/', 'id = "stock/')
    assert VISITOR in theirs
    theirs = theirs.replace(VISITOR, VISITOR.replace("true", "false"))
    (target / "accounts.toml").write_text(accounts + theirs)
    for path in target.rglob("directive.toml"):
        path.write_text("step_back_until = IN-A-MONTH\n" + path.read_text())
    settings = target / "recuse.toml"
    settings.write_text(settings.read_text() + SECOND)
    letter = '\n[[table]]\nname = "lab.letter"\ncategory = "letter"\nkey = ["id"]\n'
    (target / "categories" / "files.toml").write_text(MAP.format(system="files", table="lab.ward") + letter)
    (target / "categories" / "stock.toml").write_text(MAP.format(system="stock", table="keep.ward_extract"))
    return target
