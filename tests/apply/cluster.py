"""A server that can be put back to how it stood: its whole data folder, since roles belong to no database."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from recuse.targets.postgres.throwaway import Server


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server, whose state can be saved under a name and taken up again."""

    server: Server

    def save(self, name: str) -> None:
        """Keep the state as it is now."""
        control = self._control()
        self._run(*control, "stop", "--mode=fast")
        self._copy(self.server.folder, self._saved(name))
        self._start(*control)

    def reset(self, name: str) -> None:
        """Take up a state that was saved; every session ends."""
        control = self._control()
        self._run(*control, "stop", "--mode=immediate")
        shutil.rmtree(self.server.folder)
        self._copy(self._saved(name), self.server.folder)
        self._start(*control)

    def _saved(self, name: str) -> Path:
        return self.server.folder.with_name(f"saved-{name}")

    def _control(self) -> tuple[str, ...]:
        postgres = Path((self.server.folder / "postmaster.opts").read_text().split()[0].strip('"'))
        return (str(postgres.with_name("pg_ctl")), "--silent", f"--pgdata={self.server.folder}")

    def _start(self, *control: str) -> None:
        self._run(*control, "start", "--wait", f"--log={self.server.folder / 'server.log'}")

    def _copy(self, source: Path, target: Path) -> None:
        subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True)

    def _run(self, *command: str) -> None:
        """As the user to whom the data folder belongs, who is never root."""
        owner = self.server.folder.stat()
        root = os.geteuid() == 0
        done = subprocess.run(
            command, cwd="/", capture_output=True, text=True, check=False, extra_groups=[] if root else None,
            user=owner.st_uid if root else None, group=owner.st_gid if root else None,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
