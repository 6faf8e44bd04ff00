"""What the screens of jobs work with, and who may have a plan applied.

Officials sign with keys, and persons at the console come by an identity provider: nothing ties the two. So whoever has
the role of an official may not apply, since it cannot be told whether they signed; each official counts as a person.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request

from recuse.errors import TargetError
from recuse.jobs import Asking, Job
from recuse.server.console.standing import Sign
from recuse.server.identity import Refusal, Visitor, refusal
from recuse.server.identity.acts import Act, Done, Person

_OFFICIAL: Final = "urn:recuse:official"
_WITHOUT: Final = "Sessions of revoked permits end only while `recuse worker` runs."


@dataclass(frozen=True, slots=True)
class Signed:
    """A directive that counts, and who signed it: officials by id, with their names; None where nobody has yet."""

    directive: str
    directed_by: tuple[str, str] | None
    confirmed_by: tuple[str, str] | None

    @property
    def whole(self) -> bool:
        """Whether both have signed."""
        return self.directed_by is not None and self.confirmed_by is not None


@dataclass(slots=True)
class Streams:
    """How many pages are followed at once: by one person, and in this process."""

    each: int = 4
    all: int = 32
    _open: dict[Person, int] = field(default_factory=dict)

    def enter(self, person: Person) -> bool:
        """Whether one more may be followed; then `leave` is called at its end."""
        mine = self._open.get(person, 0)
        if mine >= self.each or sum(self._open.values()) >= self.all:
            return False
        self._open[person] = mine + 1
        return True

    def leave(self, person: Person) -> None:
        """One less."""
        left = self._open.pop(person, 1) - 1
        if left > 0:
            self._open[person] = left


@dataclass(frozen=True, slots=True)
class Applying:
    """The queue, one connection a use; how people are named in it; the policy and signatures of now; who still comes.

    `still` says who makes a request now, asked anew: an ended session ends what it looks at.
    """

    queue: Callable[[], AbstractContextManager[Asking]]
    named: Callable[[Visitor], str]
    policy: Callable[[], str]
    signed: Callable[[], tuple[Signed, ...]]
    still: Callable[[Request], Visitor | None]
    streams: Streams = field(default_factory=Streams)

    def signs(self, now: datetime) -> Iterable[Sign]:
        """How the worker stands, that was heard of last."""
        try:
            with self.queue() as queue:
                beat = next(iter(queue.beats()), None)
        except TargetError as error:
            return (Sign("The worker", "doubt", "Could not be told", f"The queue cannot be asked: {error.message}."),)
        if beat is None:
            return (Sign("The worker", "doubt", "Never heard of", _WITHOUT, "/jobs"),)
        heard = f"Last heard of at {beat.seen:%Y-%m-%d %H:%M:%S} UTC."
        if beat.lives(now):
            return (Sign("The worker", "good", "There", heard, "/jobs"),)
        return (Sign("The worker", "bad", "Silent", f"{heard} {_WITHOUT}", "/jobs"),)


def no_applying(visitor: Visitor, plan: Mapping[str, Any], signed: Iterable[Signed], at: datetime) -> Refusal | None:
    """Why this person may not have this plan applied now, or None."""
    named = {each.directive: each for each in signed}
    missing = [name for name in plan["directives"] if name not in named or not named[name].whole]
    if plan["draft"] or missing:
        which = ", ".join(f"`{name}`" for name in missing) or "a draft"
        return Refusal(
            "needs_other", f"two signatures are needed, and {which} lacks one", "have it signed and confirmed"
        )
    done = [each for name in plan["directives"] for each in _done(named[name])]
    why = refusal(visitor, "apply", done, at)
    if why is None and "official" in visitor.roles:
        sentence = "you have the role of an official, and it cannot be told from a key whether you signed"
        return Refusal("own_matter", sentence, "let an administrator apply who is no official")
    return why


def _done(signed: Signed) -> Iterable[Done]:
    by: tuple[tuple[Act, tuple[str, str] | None], ...] = (
        ("direct", signed.directed_by),
        ("confirm", signed.confirmed_by),
    )
    return (Done(act, Person(_OFFICIAL, who[0])) for act, who in by if who is not None)


def plan_of(queue: Asking, job: Job) -> dict[str, Any] | None:
    """The plan that a job left, to be shown: the worker makes its own."""
    data = queue.document(job.id) if job.kind == "plan" and job.holds else None
    if data is None:
        return None
    whole: dict[str, Any] = json.loads(data)
    return whole
