"""Fixtures shared by all tests: real servers, one a session for each version, and a database or a server a test."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from recuse import clock
from recuse.errors import TargetError
from recuse.targets.postgres.throwaway import Server, embedded_binaries, throwaway

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=0, help="seed of the generated rule sets")
    parser.addoption("--sets", type=int, default=2000, help="how many generated rule sets")


def pytest_report_header(config: pytest.Config) -> str:
    return f"generated rule sets: --sets {config.getoption('--sets')} --seed {config.getoption('--seed')}"


def skip_loudly(reason: str) -> None:
    """Skip, saying why; with CI=true that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI may not skip: {reason}")
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true a skip is a failure, except where a version of PostgreSQL has nothing to test."""
    report = yield
    excused = "not applicable: " in str(report.longrepr)
    if report.skipped and not excused and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"CI may not skip: {report.longrepr}"
    return report


def binaries_of(version: int) -> Path:
    """The `bin` folder of a PostgreSQL version, or a loud skip."""
    if version == 18:
        try:
            return embedded_binaries()
        except TargetError as error:
            skip_loudly(str(error))
    if not (DEBIAN_15 / "postgres").exists():
        skip_loudly("PostgreSQL 15 is not installed: sudo apt install postgresql-15")
    return DEBIAN_15


@pytest.fixture(scope="session", params=[18, 15], ids=["pg18", "pg15"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One server a session for each version. Tests that make roles take `own_server` instead."""
    with throwaway(binaries=binaries_of(request.param)) as running:
        yield running


@pytest.fixture(params=[18, 15], ids=["pg18", "pg15"])
def own_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server for this test alone, because roles are shared by all databases of a server."""
    with throwaway(binaries=binaries_of(request.param)) as running:
        yield running


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """An empty database on the session's server; gives its connection string as superuser."""
    name = f"t_{clock.random_name(12)}"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield server.dsn(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
