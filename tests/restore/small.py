"""A small enforced world with its policy repository: two tables; a desk, a letter box, a visitor, and two copiers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from recuse import clock
from recuse.model import Request
from recuse.operations import permit as permits
from recuse.operations.permit import Office as Desk
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of
from tests.restore.copies import REPLICATING
from tests.statements.world import DATABASE, HERE, Lab, write_policy

POLICY: Final = Path(__file__).parent / "policy"
ROLES: Final = """
CREATE ROLE lab_owner NOLOGIN; CREATE ROLE readers NOLOGIN; DROP ROLE night; GRANT readers TO desk, box, visitor;
"""
OBJECTS: Final = """
CREATE SCHEMA lab AUTHORIZATION lab_owner; GRANT USAGE ON SCHEMA lab TO readers;
SET ROLE lab_owner;
CREATE TABLE lab.ward (id integer PRIMARY KEY, name text NOT NULL, hidden boolean NOT NULL DEFAULT false);
CREATE TABLE lab.letter (id serial PRIMARY KEY, body text NOT NULL);
INSERT INTO lab.ward SELECT n, 'ward ' || n, n % 2 = 0 FROM generate_series(1, 100) n;
GRANT SELECT, INSERT, UPDATE, DELETE ON lab.ward, lab.letter TO readers;
RESET ROLE;
"""


@contextmanager
def small(version: int, folder: Path, policy: Path = POLICY) -> Iterator[Lab]:
    """The world before any policy, on a server of its own, and the repository beside it, signed by two officials."""
    with throwaway(binaries=binaries_of(version), settings=REPLICATING) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute((HERE / "logins.sql").read_bytes())
            connection.execute(ROLES.encode())
        with placed(server, DATABASE, folder, policy) as lab:
            yield lab


@contextmanager
def placed(server: Server, database: str, folder: Path, policy: Path = POLICY) -> Iterator[Lab]:
    """The tables in a database of their own, whose policy repository lies in the folder."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    with psycopg.connect(server.dsn(database), autocommit=True) as admin:
        admin.execute(OBJECTS.encode())
        write_policy(folder / "policy", folder, policy)
        yield Lab(server, folder, admin, database)


def permit(lab: Lab, hours: float = 20) -> str:
    """A permit that goes the whole way: asked for, recorded, issued."""
    desk = Desk.open(lab.policy, lab.ledger, lambda _: lab.dsn(), giving=True)
    now = clock.now()
    request = Request(
        id=clock.random_name(16), at=now, requested_by="one", on_behalf_of="town", system="files", login="visitor",
        purpose="study", authority="official_duty", agreement=None, case=None, instrument=None, evidence={},
        until=now + timedelta(hours=hours),
    )  # fmt: skip
    permits.ask(desk, request, dry_run=False)
    return permits.issue(desk, request.id, "another", None, dry_run=False).id
