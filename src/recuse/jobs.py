"""Jobs: what is queued for the worker, the process that alone ends sessions and applies plans.

Who asks puts a job; only the worker takes it, tells how far it has come, and says how it ended. A job is in the queue
once: asking again for the same thing, while it waits or is at work, gives the job that is there. A job whose worker
died is given to another where doing it twice does no harm; an apply is not: it is told as cut short, and a person
decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, get_args

from recuse.errors import InputError

Kind = Literal["end_sessions", "plan", "plan_draft", "apply", "verify"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
State = Literal["queued", "taken", "done", "failed", "refused", "cut_short"]
STATES: Final[tuple[State, ...]] = get_args(State)
Ending = Literal["done", "failed", "refused"]
OPEN: Final[frozenset[State]] = frozenset({"queued", "taken"})
"""The states of what has not ended."""
AGAIN: Final[frozenset[Kind]] = frozenset({"end_sessions", "plan", "plan_draft", "verify"})
"""What is given to another worker when the one that had it died: doing it twice does no harm."""

OF_RULES: Final = "plan of the rules "
"""What a job `plan_draft` tells when it is done, before the SHA-256 of the draft's rules."""

SILENT: Final = timedelta(seconds=10)
"""After which time without a beat a worker counts as dead."""
GIVEN: Final = 3
"""How often one job is given: a job that kills every worker that takes it ends as failed."""

BODIES: Final[Mapping[Kind, tuple[str, ...]]] = {
    "end_sessions": ("system", "permit"),
    "plan": ("policy_sha256",),
    "plan_draft": ("draft", "version"),
    "apply": ("plan_sha256",),
    "verify": ("policy_sha256",),
}
"""What the body of each kind holds; together it is what the job is about, which is in the queue once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks of the worker; `asked_by` names the person as the record does, never a login of a server."""

    kind: Kind
    asked_by: str
    body: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"there is no kind of job `{self.kind}`", f"one of {', '.join(KINDS)}")
        if tuple(sorted(self.body)) != tuple(sorted(BODIES[self.kind])) or not all(self.body.values()):
            raise InputError(f"a job `{self.kind}` holds {' and '.join(BODIES[self.kind])}", "give each, and no more")

    @property
    def subject(self) -> str:
        """What it is about."""
        return "/".join(self.body[name] for name in BODIES[self.kind])


@dataclass(frozen=True, slots=True)
class Job:
    """One job as the queue has it. `told` says, of one that ended, how; times are the queue's own, in UTC.

    `given` counts how often it was taken; `holds` says whether a document was kept with it.
    """

    id: str
    asked: Asked
    at: datetime
    state: State = "queued"
    worker: str | None = None
    taken: datetime | None = None
    ended: datetime | None = None
    told: str = ""
    given: int = 0
    holds: bool = False

    @property
    def kind(self) -> Kind:
        """What is to be done."""
        return self.asked.kind

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.state in OPEN

    def seconds(self, now: datetime) -> float | None:
        """How long it was, or is, at work; None before it is taken."""
        return None if self.taken is None else max(0.0, ((self.ended or now) - self.taken).total_seconds())


@dataclass(frozen=True, slots=True)
class Note:
    """How far a job has come: `done` of `total` of a step in a system, or a sentence. `place` orders notes."""

    step: str
    system: str = ""
    done: int = 0
    total: int = 0
    sentence: str = ""
    place: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """That a worker lives: since when, when it was last heard of, and which kinds it takes."""

    worker: str
    kinds: tuple[Kind, ...]
    since: datetime
    seen: datetime
    ended: datetime | None = None

    def lives(self, now: datetime) -> bool:
        """Whether it was heard of lately, and did not say that it ends."""
        return self.ended is None and now - self.seen <= SILENT


class Asking(Protocol):
    """The queue as those see it who ask: they put jobs and read."""

    def put(self, asked: Asked) -> Job:
        """Queue this; the job that is there already when the same waits or is at work."""
        ...

    def find(self, job: str) -> Job | None:
        """A job by its id."""
        ...

    def recent(self, limit: int = 50, before: datetime | None = None) -> tuple[Job, ...]:
        """The newest jobs first, of those before a moment."""
        ...

    def notes(self, job: str, after: int = 0) -> tuple[Note, ...]:
        """How far a job has come, oldest first, after a place."""
        ...

    def document(self, job: str) -> bytes | None:
        """What a job left, a plan or a verdict; None while there is nothing."""
        ...

    def beats(self) -> tuple[Beat, ...]:
        """The workers heard of, the last heard of first."""
        ...


class Queue(Asking, Protocol):
    """The queue as a worker sees it: it takes jobs, tells how far each has come, and ends it."""

    def take(self, worker: str, kinds: Iterable[Kind]) -> Job | None:
        """The oldest job of these kinds that waits, now this worker's; None when none does."""
        ...

    def note(self, job: Job, note: Note) -> None:
        """Tell how far it has come. TargetError when it is this worker's no more."""
        ...

    def finish(self, job: Job, state: Ending, told: str, document: bytes | None = None) -> None:
        """End it. TargetError when it is this worker's no more."""
        ...

    def beat(self, worker: str, kinds: Iterable[Kind], *, ending: bool = False) -> None:
        """Say that this worker lives, or that it ends; and give back, or tell as cut short, what dead ones had."""
        ...


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of an apply at one system, as its notes tell it: *waits*, *at work*, *done*."""

    name: str
    done: int = 0
    total: int = 0
    state: Literal["waits", "at work", "done"] = "waits"


PHASES: Final = ("cut", "sever", "shape", "sever again", "loosen")
"""The phases of an apply, in order: nothing is opened before all systems have been through the others."""
_OF_STEP: Final[Mapping[str, str]] = {
    "prepare": "cut", "cut": "cut", "close": "cut", "sever": "sever", "enter": "shape", "shape": "shape",
    "leave": "shape", "sever again": "sever again", "loosen": "loosen",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Course:
    """Where an apply is at one system."""

    system: str
    phases: tuple[Phase, ...] = field(default=())


def courses(notes: Iterable[Note], job: Job) -> tuple[Course, ...]:
    """Where an apply is at each system, by its notes. A phase that a plan does not need is done when the job is."""
    found: dict[str, dict[str, Note]] = {}
    for note in notes:
        if note.system and note.step in _OF_STEP:
            found.setdefault(note.system, {})[_OF_STEP[note.step]] = note
    return tuple(Course(system, tuple(_phases(last, job))) for system, last in sorted(found.items()))


def _phases(last: Mapping[str, Note], job: Job) -> Iterable[Phase]:
    newest = max((PHASES.index(name) for name in last), default=-1)
    for place, name in enumerate(PHASES):
        note = last.get(name)
        done, total = (note.done, note.total) if note else (0, 0)
        if job.state == "done" or place < newest or (note and total and done >= total):
            yield Phase(name, done, total, "done")
        else:
            yield Phase(name, done, total, "at work" if note and job.open else "waits")
