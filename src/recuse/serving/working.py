"""A worker: takes jobs, does them with its own credentials, and ends what is over; it listens on no socket.

Two lanes, so that ending sessions waits for no plan: one ends sessions, the other plans, applies and verifies. Beside
them a beat, by which the queue knows that the worker lives. A lane that cannot reach the queue tries again; nothing is
begun without it.
"""

import os
import platform
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic, sleep
from typing import Final, Protocol

from recuse import clock
from recuse.errors import InputError, RecuseError, UnreachableError
from recuse.jobs import KINDS, Job, Kind, Note
from recuse.server.state.jobs import StateQueue
from recuse.server.state.serving import State
from recuse.serving.hands import Hands, Outcome

LANES: Final[tuple[tuple[Kind, ...], ...]] = (("end_sessions",), ("plan", "plan_draft", "apply", "verify"))
POLL: Final = 0.25
"""Seconds between two questions to the queue."""
_BEAT: Final = 2.0
_INSISTS: Final = 600
"""Seconds for which the end of sessions, or of a job, is tried again."""
_FAULT: Final = "a fault of the worker itself; its log has more"


class Log(Protocol):
    """Where a worker says what it does: a word for what happened, and what it concerns."""

    def __call__(self, happened: str, **about: object) -> None:
        """Say it."""
        ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How to work: which kinds to take, every how many seconds to look for what is over, and whether to stay."""

    kinds: tuple[Kind, ...] = KINDS
    every: float = 5.0
    once: bool = False


@dataclass(slots=True)
class Worker:
    """One worker process over a state; `stop` lets the jobs at work end, and begins none."""

    hands: Hands
    state: str
    manner: Manner
    log: Log
    name: str = field(default_factory=lambda: f"{platform.node() or 'host'}/{os.getpid()}/{clock.random_name(6)}")
    _stopped: Event = field(default_factory=Event)
    _failed: list[str] = field(default_factory=list)
    _later: list[tuple[float, Job]] = field(default_factory=list)
    _tried: dict[str, int] = field(default_factory=dict)

    def run(self) -> bool:
        """Work until told to stop, or with `once` until nothing waits; whether all went well. TargetError at first."""
        lanes = [kept for lane in LANES if (kept := tuple(kind for kind in lane if kind in self.manner.kinds))]
        with closing(State(self.state)) as state:
            queue = StateQueue(state.connected)
            queue.beat(self.name, self.manner.kinds)  # before anything is taken
            self.log("begun", worker=self.name, kinds=list(self.manner.kinds))
            threads = [Thread(target=self._lane, args=(lane,), daemon=True) for lane in lanes]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                for thread in threads:
                    thread.join(_BEAT / len(threads))
                self._beat(queue)
            self._told(lambda: queue.beat(self.name, self.manner.kinds, ending=True))
        self.log("ended", worker=self.name)
        return not self._failed

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopped.set()

    def _beat(self, queue: StateQueue) -> None:
        self._told(lambda: queue.beat(self.name, self.manner.kinds))

    def _lane(self, kinds: tuple[Kind, ...]) -> None:
        looked = -self.manner.every
        with closing(State(self.state)) as state:
            queue = StateQueue(state.connected)
            while not self._stopped.is_set():
                busy = False
                with self._telling():
                    job = self._due(kinds) or queue.take(self.name, kinds)
                    if job is not None:
                        busy = True
                        self._do(queue, job)
                if "end_sessions" in kinds:
                    if monotonic() - looked >= self.manner.every:
                        looked = monotonic()
                        self._end_over()
                    self._settle(queue)
                if self.manner.once and not busy:
                    return
                if not busy:
                    self._stopped.wait(POLL)
            self._settle(queue)

    def _do(self, queue: StateQueue, job: Job) -> None:
        self.log("taken", job=job.id, kind=job.kind, subject=job.asked.subject, asked_by=job.asked.asked_by)

        def tell(note: Note) -> None:
            about = {"system": note.system, "done": note.done, "total": note.total, "sentence": note.sentence}
            self.log("step", job=job.id, step=note.step, **about)
            self._told(lambda: queue.note(job, note))  # who follows it is never a reason to stop half-way

        try:
            outcome = self.hands.do(job, tell)
        except Exception:
            self.log("fault", job=job.id, sentence=traceback.format_exc())
            outcome = Outcome("failed", _FAULT)
        if outcome is None:
            self.log("waits", job=job.id, sentence="for the ledger, to record it")
            tell(Note("record", sentence="sessions have ended; the ledger is another's, and it is recorded after"))
            return
        if job.kind == "end_sessions" and outcome.state == "failed" and self._again(job):
            tell(Note("again", sentence=f"it is tried again: {outcome.told}"))
            return
        self._finish(queue, job, outcome)

    def _again(self, job: Job) -> bool:
        """Whether the end of sessions that failed is tried again: somebody waits for it, and twice is harmless."""
        tried = self._tried[job.id] = self._tried.get(job.id, 0) + 1
        if self.manner.once or self._stopped.is_set() or tried * self.manner.every > _INSISTS:
            return False
        self._later.append((monotonic() + self.manner.every, job))
        return True

    def _due(self, kinds: tuple[Kind, ...]) -> Job | None:
        """What is tried again now."""
        if self._later and self._later[0][0] <= monotonic() and self._later[0][1].kind in kinds:
            return self._later.pop(0)[1]
        return None

    def _finish(self, queue: StateQueue, job: Job, outcome: Outcome) -> None:
        self.log(outcome.state, job=job.id, kind=job.kind, sentence=outcome.told)
        if outcome.state != "done":
            self._failed.append(job.id)
        for left in range(_INSISTS, -1, -1):
            try:
                queue.finish(job, outcome.state, outcome.told, outcome.document)
            except UnreachableError:  # while this worker lives, nobody else would end it
                if not left:
                    raise
                sleep(1)
            else:
                return

    def _end_over(self) -> None:
        with self._telling():
            for each in self.hands.end_over():
                self.log("left", system=each.system, code=each.code, sentence=each.sentence)

    def _settle(self, queue: StateQueue) -> None:
        with self._telling():
            for job, told in self.hands.settle():
                self._finish(queue, job, Outcome("done", told))

    def _told(self, act: Callable[[], object]) -> None:
        with self._telling():
            act()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What fails inside is said, and tried again in the next round."""
        try:
            yield
        except RecuseError as error:
            self._failed.append(error.message)
            self.log("error", sentence=str(error))
        except Exception:
            self._failed.append(_FAULT)
            self.log("fault", sentence=traceback.format_exc())
            self._stopped.wait(POLL)


def kinds_of(words: Iterable[str]) -> tuple[Kind, ...]:
    """Kinds by their names, in order; all when none is named. InputError as of a job of no such kind."""
    named = set(words)
    strangers = ", ".join(f"`{each}`" for each in sorted(named - set(KINDS)))
    if strangers:
        raise InputError(f"there is no kind of job {strangers}", f"name some of {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if not named or kind in named)
