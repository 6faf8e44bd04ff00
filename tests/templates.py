"""Data folders of throw-away servers copied from one that initdb made, once a build of PostgreSQL and session.

initdb takes twice as long as starting and stopping the server. A copy is told from the next by a system identifier of
its own, since that is how the product knows a copy of a database; the superuser's password is the same in all.
"""

import base64
import hashlib
import hmac
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from recuse import clock
from recuse.targets.postgres.throwaway import SUPERUSER, _Identity

Initialise = Callable[[Path, Path, _Identity], Path]


@dataclass(frozen=True, slots=True)
class Templates:
    """Stands in for `initdb`, the launcher's own function, and keeps in `folder` what that made."""

    initdb: Initialise
    folder: Path
    made: dict[tuple[int, int], Path] = field(default_factory=dict)

    def initialise(self, programs: Path, parent: Path, identity: _Identity) -> Path:
        """A data folder in `parent` that no server has run on."""
        about = (programs / "postgres").stat()  # where it lies says nothing: programs may be copied for each server
        build = (about.st_size, about.st_mtime_ns)
        template = self.made.get(build)
        if template is None:
            data = self.initdb(programs, parent, identity)
            _log_in_lightly(programs, data, identity)
            self.made[build] = self._kept(data)
            return data
        data = parent / "data"
        _copy(template, data)
        _identify(programs, data, identity)
        return data

    def _kept(self, data: Path) -> Path:
        template = self.folder / str(len(self.made))
        _copy(data, template)
        for segment in (template / "pg_wal").glob("0*"):  # pg_resetwal writes another
            segment.unlink()
        return template


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", "--reflink=auto", source, target], check=True)


def _identify(programs: Path, data: Path, identity: _Identity) -> None:
    """Give a copy a system identifier of its own: the first eight bytes of its control file, a positive number."""
    with (data / "global" / "pg_control").open("r+b") as control:
        control.write(clock.random_bytes(7) + b"\0")
    # Forced, because the checksum of what was written over no longer fits; it writes both anew.
    done = identity.run(programs / "pg_resetwal", "--force", "--pgdata", data)
    assert done.returncode == 0, done.stderr


def _log_in_lightly(programs: Path, data: Path, identity: _Identity) -> None:
    """Have the superuser's password hashed once instead of 4096 times, which both ends do at every connection."""
    salt = clock.random_bytes(16)
    verifier = _verifier((data / "superuser.password").read_text(), salt)
    statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{verifier}'"
    alone = (programs / "postgres", "--single", "-D", data, "-c", "fsync=off", "postgres")
    done = identity.run("sh", "-c", 'printf "%s\\n" "$0" | "$@"', statement, *alone)
    assert done.returncode == 0, done.stderr


def _verifier(password: str, salt: bytes) -> str:
    """As the server keeps a password for SCRAM-SHA-256 (RFC 5803), of one iteration."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    keys = (stored, hmac.digest(salted, b"Server Key", "sha256"))
    first, *rest = (base64.b64encode(each).decode() for each in (salt, *keys))
    return f"SCRAM-SHA-256$1:{first}${':'.join(rest)}"
