"""Data folders of throw-away servers copied from one that initdb made, once a build of PostgreSQL and session.

initdb takes twice as long as starting and stopping the server. A copy is told from the next by a system identifier of
its own, since that is how the product knows a copy of a database; the superuser's password is the same in all.
"""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from recuse import clock
from recuse.targets.postgres.throwaway import _Identity

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
