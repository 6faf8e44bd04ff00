"""Programs started cold on a large database: what each takes from start to end, and the memory it holds at most."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bench import place
from bench.estate import Size, build
from bench.result import Place
from bench.stage import Stage
from recuse.targets.postgres.throwaway import throwaway

_ROOT: Final = Path(__file__).parent.parent
_SETTINGS: Final = ("autovacuum=off", "jit=off", "max_locks_per_transaction=256")


@dataclass(frozen=True, slots=True)
class Estate:
    """A database that was made for this, and a folder for what programs write."""

    dsn: str
    folder: Path

    def environment(self) -> dict[str, str]:
        """How programs find it: the password is in no command line."""
        parts = {key: str(value) for key, value in conninfo_to_dict(self.dsn).items()}
        names = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD"}
        found = {variable: parts[key] for key, variable in names.items()}
        return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_ROOT), "DATABASE_URL": self.dsn, **found}


@dataclass(slots=True)
class Side:
    """A program that answers for the whole database, and what its runs took: seconds, mebibytes."""

    name: str
    command: Sequence[str]
    tools: str = ""
    took: list[tuple[float, float]] = field(default_factory=list)

    def run(self, estate: Estate) -> None:
        """Run it once, cold."""
        environment = estate.environment()
        environment["PYTHONPATH"] += f"{os.pathsep}{self.tools}" if self.tools else ""
        command = [sys.executable, "-m", "bench.cold", *self.command]
        done = subprocess.run(  # noqa: S603 - our own commands
            command, env=environment, capture_output=True, text=True, timeout=900, check=False, cwd=estate.folder
        )
        if done.returncode != 0:
            raise RuntimeError(f"`{self.name}` did not answer (is `make bench` setting up?): {done.stderr.strip()}")
        seconds, mebibytes = json.loads(done.stdout)
        self.took.append((seconds, mebibytes))


@contextmanager
def on_estate(stage: Stage, size: Size) -> Iterator[tuple[Estate, Place]]:
    """The database on a server of its own, and where figures on it are taken."""
    with ExitStack() as stack:
        server = stack.enter_context(throwaway(binaries=stage.binaries, settings=_SETTINGS))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="recuse-bench-")))
        dsn = build(server, size)
        with psycopg.connect(dsn) as connection:
            release = connection.execute("SHOW server_version").fetchone()
        versions = place.versions(str(release[0]) if release else "unknown")
        yield Estate(dsn, folder), Place(f"{place.machine()}; a database of {size}; programs started cold", versions)
