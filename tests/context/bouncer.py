"""PgBouncer from Debian, by hand: on the loopback address, as an unprivileged user, with a configuration of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import psycopg

from recuse.targets.postgres.throwaway import RUN_AS, Server
from tests.conftest import skip_loudly

Mode = Literal["session", "transaction"]
_FOLDERS: Final = f"/usr/sbin:/usr/local/sbin:{os.environ.get('PATH', '')}"
# Ends the pool when this process ends, however: standard input closes then.
_ALWAYS: Final = "server_reset_query = DISCARD ALL\nserver_reset_query_always = 1\n"
_WATCH: Final = '"$@" & read -r _; kill $!; wait'


@contextmanager
def bouncer(
    server: Server, passwords: Mapping[str, str], mode: Mode, *, size: int = 1, reset: bool = False
) -> Iterator[int]:
    """A running pool before `server`; gives its port. `reset` clears a connection after every transaction."""
    program = shutil.which("pgbouncer", path=_FOLDERS)
    if program is None:
        skip_loudly("pgbouncer is not installed: sudo apt install pgbouncer")
    folder = Path(tempfile.mkdtemp(prefix="recuse-pool-", dir="/tmp"))
    root = os.geteuid() == 0
    owner = pwd.getpwnam(RUN_AS) if root else None
    try:
        port = _free_port()
        more = f"pool_mode = {mode}\ndefault_pool_size = {size}\n{_ALWAYS if reset else ''}"
        files = {"userlist.txt": _users(passwords), "pgbouncer.ini": _settings(server, folder, port) + more}
        for name, text in files.items():
            path = folder / name
            path.touch(mode=0o600)
            path.write_text(text)
            if owner is not None:
                os.chown(path, owner.pw_uid, owner.pw_gid)
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        process = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "watch", str(program), "-q", str(folder / "pgbouncer.ini")],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
            start_new_session=True, user=owner.pw_uid if owner else None, group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )  # fmt: skip
        try:
            _wait(port, folder)
            yield port
        finally:
            process.communicate(b"")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _users(passwords: Mapping[str, str]) -> str:
    return "".join(f'"{login}" "{password}"\n' for login, password in passwords.items())


def _settings(server: Server, folder: Path, port: int) -> str:
    return (
        f"[databases]\n* = host={server.host} port={server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {folder}/userlist.txt\n"
        f"max_client_conn = 200\nlogfile = {folder}/log\nignore_startup_parameters = extra_float_digits,options\n"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, folder: Path) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    log = folder / "log"
    raise psycopg.OperationalError(f"the pool did not start: {log.read_text()[-500:] if log.exists() else 'no log'}")
