"""`verify` beside the rounds of `watch`: a process of its own, started every few hours and soon after drift.

A process, because it takes minutes on a large database, and an alert may wait for none.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any, Final

from recuse import clock
from recuse.operations.conditions import Condition, Severity

_SHOWN: Final = 300  # characters of the SQL that reproduces a finding
_RUN: Final = "from recuse.cli import main; main()"
_LONGEST: Final = timedelta(hours=6)
_AGAIN: Final = timedelta(minutes=10)
"""After a run that could not tell: the ledger may have been another's, or the policy in the middle of a change."""
_SEVERITIES: Final[Mapping[str, Severity]] = {"critical": "critical", "high": "high", "low": "low"}


@dataclass(slots=True)
class VerifyBeside:
    """Runs `recuse verify` with these arguments; what it found holds until the next run that could tell has ended."""

    arguments: Sequence[str]
    every: timedelta
    _begun: datetime | None = None
    _running: tuple[subprocess.Popen[bytes], IO[bytes]] | None = None
    _found: tuple[Condition, ...] | None = None
    _failure: Condition | None = None
    _sooner: bool = False

    def conditions(self, *, sooner: bool) -> tuple[Condition, ...] | None:
        """What the last run that ended found (None: none has); starts one when it is time, or once for a drift."""
        now = clock.now()
        if self._running is not None:
            self._collect(now, *self._running)
        every = self.every if self._failure is None else min(self.every, _AGAIN)
        due = self._begun is None or now - self._begun >= every or (sooner and not self._sooner)
        if self._running is None and due:
            self._start(now)
            self._sooner = sooner
        elif not sooner:
            self._sooner = False
        if self._failure is not None:
            return (*(self._found or ()), self._failure)
        return self._found

    def stop(self) -> None:
        """End a run that is under way."""
        if self._running is not None:
            process, output = self._running
            process.kill()
            process.wait()
            output.close()
            self._running = None

    def _start(self, now: datetime) -> None:
        output = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        command = [sys.executable, "-c", _RUN, "verify", *self.arguments, "--format", "json"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL)  # noqa: S603 - our own program, no shell
        self._begun, self._running = now, (process, output)

    def _collect(self, now: datetime, process: subprocess.Popen[bytes], output: IO[bytes]) -> None:
        code = process.poll()
        if code is None:
            if self._begun is not None and now - self._begun > _LONGEST:
                self.stop()
                self._failure = _failed("it ran longer than 6 hours and was ended")
            return
        output.seek(0)
        text = output.read()
        output.close()
        self._running = None
        try:
            document = json.loads(text)
            if "error" in document:
                self._failure = _failed(str(document["error"]), str(document.get("remedy") or ""))
            else:
                self._found, self._failure = tuple(found(document)), None
        except (ValueError, KeyError, TypeError, AttributeError):
            self._failure = _failed(f"it ended with {code}")


def found(document: Mapping[str, Any]) -> Iterator[Condition]:
    """What a document of `recuse verify` comes to: each finding that weighs, and a verdict that is not *holds*."""
    for each in document["findings"]:
        about = "/".join(str(each.get(key) or "") for key in ("account", "category", "object"))
        sentence = f"{each['code']}: {about}: {each['reproduce'][:_SHOWN]}"
        severity = _SEVERITIES.get(str(each.get("severity")), "high")
        yield Condition(
            each["system"],
            f"finding-{each['code']}",
            about,
            sentence,
            str(each.get("remedy") or ""),
            severity,
            "verify",
        )
    if document["verdict"] != "holds":
        reasons = sorted({str(line["code"]) for line in document["not_examined"]})
        why = f"{len(document['findings'])} findings" + (f"; not examined: {', '.join(reasons)}" if reasons else "")
        severity = "low" if document["verdict"] == "undetermined" else "high"
        yield Condition(
            "", "verdict", "verdict", f"verify says {document['verdict']}: {why}", "run `recuse verify`", severity,
            "verify",
        )  # fmt: skip


def _failed(why: str, remedy: str = "run `recuse verify` by hand") -> Condition:
    return Condition("", "verify-failed", "verify", f"`recuse verify` could not tell: {why}", remedy, "high", "verify")
