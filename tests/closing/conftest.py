"""A server as tests/escape has it, and an empty database for each case."""

from collections.abc import Iterator

import psycopg
import pytest

from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, version_id
from tests.escape.test_escape import world

__all__ = ["lab", "world"]


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def lab(request: pytest.FixtureRequest) -> Iterator[Server]:
    settings = ("wal_level=logical", "max_prepared_transactions=5", "synchronous_commit=on", "autovacuum=off")
    with throwaway(binaries=binaries_of(request.param), settings=settings) as server:
        keys = server.folder.parent / "passwords"
        keys.write_text(f"*:*:*:postgres:{server.password}\n*:*:*:*:ice\n")
        keys.chmod(0o600)
        rules = server.folder / "pg_hba.conf"
        rules.write_text(f"host all trusted 127.0.0.1/32 trust\n{rules.read_text()}")
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
        yield server
