"""What a decision takes over HTTP, recorded durably before it is sent: by `recuse serve`, asked by 128 programs.

The institution is the demonstration's, applied to a real database; programs ask for three accounts, with and without a
permit, one question a request and twenty. Each answer that was given must stand in the record. The load is made on the
same machine by wrk, which takes its share of the cores.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench import place
from bench.measure import exact, median
from bench.result import Place, Result
from bench.stage import FULL, Stage
from recuse.errors import InputError
from recuse.ledger import verify_ledger
from recuse.targets.postgres.throwaway import throwaway
from tests.serve.test_changes import permitted
from tests.serve.world import CLERK, DECLARED, DETECTIVE, PERSON, Institution, Serving, institution_on, serving

MICROSECONDS: Final = 333.3
"""The aim: more than 3,000 decisions a second."""
CONNECTIONS: Final = 128
BATCH: Final = 20
_SCRIPT: Final = """\
wrk.method = "POST"
wrk.path = "/access/v1/%s"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %s"
local bodies, next = {%s}, 0
request = function()
  next = next + 1
  return wrk.format(nil, nil, nil, bodies[next %% #bodies + 1])
end
"""


@dataclass(frozen=True, slots=True)
class _Load:
    """What programs send: an endpoint, bodies in turn, and how many questions each holds."""

    path: str
    bodies: Sequence[str]
    questions: int


def run(stage: Stage) -> Iterator[Result]:
    """Both loads in turn; a figure a decision."""
    if shutil.which("wrk") is None:
        raise InputError("wrk is not installed, which makes the load", "run `sudo apt install wrk`")
    seconds, rounds = (10, min(stage.rounds, 7)) if stage.rows >= FULL else (1, 1)
    with (
        TemporaryDirectory(prefix="recuse-bench-") as folder,
        throwaway(binaries=stage.binaries) as systems,
        throwaway(binaries=stage.binaries, durable=True) as beside,
    ):
        institution = institution_on(systems, beside, Path(folder))
        permitted(institution)
        with serving(institution, institution.state(), workers=2) as running:
            single, batch = _loads()
            stage.say("serving: two workers, the record on a disk")
            took = {
                load.path: [_round(institution, running, load, seconds) for _ in range(rounds)]
                for load in (single, batch)
            }
    where = f"{place.machine()}; {CONNECTIONS} connections, {rounds} rounds of {seconds} s"
    here = Place(where, place.versions(str(systems.version)))
    yield here.result("serving/one-a-request/took", median(took[single.path], 1e6), "µs", None, MICROSECONDS)
    yield here.result("serving/twenty-a-request/took", median(took[batch.path], 1e6), "µs", None)
    yield here.result("serving/unrecorded", exact(0), "decisions", None, 0)


def _loads() -> tuple[_Load, _Load]:
    questions = list(_questions())
    singles = [json.dumps(each) for each in questions]
    batches = [
        json.dumps({"evaluations": (questions * BATCH)[start : start + BATCH]}) for start in range(len(questions))
    ]
    return _Load("evaluation", singles, 1), _Load("evaluations", batches, BATCH)


def _questions() -> Iterator[dict[str, Any]]:
    for login, context, sealed in product((DETECTIVE, CLERK, "records_app"), ({}, DECLARED), (False, True)):
        resource = {**PERSON, "properties": {"sealed": sealed, "juvenile": False}}
        subject = {"type": "account", "id": f"clear/{login}"}
        yield {"subject": subject, "action": {"name": "read"}, "resource": resource, "context": context}


def _round(institution: Institution, running: Serving, load: _Load, seconds: int) -> float:
    """Seconds a decision; raises where one was answered otherwise than by 200, or does not stand in the record."""
    script = institution.folder / "load.lua"
    bodies = ", ".join(json.dumps(each) for each in load.bodies)
    script.write_text(_SCRIPT % (load.path, institution.token(), bodies))
    before = verify_ledger(institution.record).size
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "-s", str(script), f"http://127.0.0.1:{running.port}"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own words
    counted = re.search(r"(\d+) requests in ([\d.]+)(m?s)", said)
    if counted is None or "Non-2xx" in said or "Socket errors" in said:
        raise AssertionError(said)
    answered = int(counted[1]) * load.questions
    recorded = verify_ledger(institution.record).size - before
    if recorded < answered:
        raise AssertionError(f"{answered} decisions were answered, and {recorded} recorded")
    return float(counted[2]) / (1000 if counted[3] == "ms" else 1) / answered
