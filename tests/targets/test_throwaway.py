"""The launcher: closed by default, and gone afterwards."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from recuse.errors import TargetError
from recuse.targets.postgres import throwaway as launcher
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, version_id
from tests.templates import Templates


@pytest.fixture(autouse=True)
def with_initdb(templates: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here makes its own data folders."""
    monkeypatch.setattr(launcher, "_initialise", templates.initdb)


def test_answers_with_its_password_only(own_server: Server) -> None:
    with psycopg.connect(own_server.dsn()) as connection:
        assert connection.execute("SELECT current_setting('server_version_num')::int / 10000").fetchone() == (
            own_server.version,
        )
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(own_server.dsn(password="wrong"))
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"host={own_server.folder} port={own_server.port} user=postgres", passfile="/nonexistent")


def test_leaves_nothing_behind() -> None:
    with throwaway() as server:
        folder = server.folder
        assert folder.is_dir()
        assert (folder.stat().st_mode & 0o777) == 0o700
        assert ((folder / "superuser.password").stat().st_mode & 0o777) == 0o600
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.dsn())


@pytest.mark.skipif(os.geteuid() != 0, reason="not applicable: only root's server runs as another user")
def test_lies_where_temporary_files_lie_unless_its_user_cannot_go_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, kept = Path("/tmp"), Path("/var/tmp")  # noqa: S108 - as the system has them
    for chosen, mode, taken in ((tmp_path, 0o700, usual), (kept, 0o1777, kept)):
        assert chosen.stat().st_mode & 0o7777 == mode
        monkeypatch.setattr(tempfile, "tempdir", str(chosen))
        with throwaway() as server:
            assert server.folder.parent.parent == taken


def test_stops_when_its_parent_is_killed() -> None:
    program = (
        "import time\nfrom recuse.targets.postgres.throwaway import throwaway\n"
        "with throwaway() as s: print(s.dsn(), s.folder.parent, sep='|', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        dsn, folder = child.stdout.readline().strip().split("|")
        psycopg.connect(dsn).close()
        os.kill(child.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            psycopg.connect(dsn).close()
        except psycopg.OperationalError:
            if not Path(folder).exists():
                return
        time.sleep(0.1)
    pytest.fail("the server or its folder outlived its parent")


def test_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="holds no `postgres` program"), throwaway(binaries=tmp_path):
        pass


@pytest.mark.parametrize("version", ENDS, ids=version_id)
def test_a_server_on_a_copied_folder_has_an_identifier_of_its_own(
    version: int, templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The servers of all other tests, that is; their folders are closed as well as those that initdb makes."""
    monkeypatch.setattr(launcher, "_initialise", templates.initialise)
    identifiers = set()
    for _ in range(3):
        with throwaway(binaries=binaries_of(version)) as server, psycopg.connect(server.dsn()) as connection:
            assert (server.folder.stat().st_mode & 0o777) == 0o700
            found = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
            identifiers.add(found)
    assert len(identifiers) == 3
