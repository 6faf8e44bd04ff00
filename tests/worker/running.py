"""`recuse worker` as the process that it is, with its own credentials in a service file of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from psycopg.conninfo import conninfo_to_dict

from recuse.jobs import Job
from tests.worker.conftest import Kept

PROGRAM: Final = str(Path(sys.executable).with_name("recuse"))


@dataclass
class Working:
    """A worker that runs, and what it said."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def said(self) -> list[dict[str, Any]]:
        lines = self.log.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def words(self) -> list[str]:
        return [str(each["happened"]) for each in self.said()]

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(60)


def services(folder: Path, named: Mapping[str, str]) -> Path:
    """A connection service file with these entries, for its owner alone."""
    file = folder / f"services-{len(list(folder.glob('services-*')))}.conf"
    text = ""
    for name, dsn in named.items():
        given = conninfo_to_dict(dsn)
        text += f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in given.items() if value is not None)
    file.write_text(text)
    file.chmod(0o600)
    return file


def start(policy: Path, file: Path, *words: str) -> Working:
    """A worker of this service file."""
    log = file.with_suffix(f".{len(list(file.parent.glob('*.log')))}.log")
    command = [PROGRAM, "worker", "--state", "service=state", "-r", str(policy), "--format", "json", *words]
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, env={**os.environ, "PGSERVICEFILE": str(file)}, stdout=written, stderr=written
        )
    return Working(process, log)


@contextmanager
def working(policy: Path, file: Path, *words: str) -> Iterator[Working]:
    """A worker until the block ends; it must end well then."""
    running = start(policy, file, *words)
    try:
        until("it has begun", lambda: "begun" in running.words() or running.process.poll() is not None)
        yield running
    finally:
        code = running.end()
    assert code == 0, running.log.read_text()
    assert "Traceback" not in running.log.read_text(), running.log.read_text()


def until(what: str, holds: Callable[[], bool], seconds: float = 60) -> float:
    """Wait for something; how long that took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"not within {seconds} seconds: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def ended(kept: Kept, job: Job, seconds: float = 90) -> Job:
    """A job, once it has ended."""
    asking = kept.asking
    until(f"{job.kind} ends", lambda: not (asking.find(job.id) or job).open, seconds)
    found = asking.find(job.id)
    assert found is not None
    return found
