"""One request or permit as it is looked at: all that is known of it, and why the visitor may not act on it."""

from dataclasses import dataclass
from typing import Final

from recuse.model import Permit, Repository, Request
from recuse.permits import Glass, permit_of
from recuse.policy.trees import above
from recuse.server.console.assistance.work import Frame, nothing_there, visitor_of
from recuse.server.console.permits.effects import Opened, opened
from recuse.server.console.permits.history import Event, history
from recuse.server.console.permits.looking import Looked, Row
from recuse.server.console.permits.people import no_answer, no_end, no_glass_review, no_withdrawal
from recuse.server.console.permits.service import Permits
from recuse.server.identity import Refusal

PAST: Final = 10
"""Earlier requests of the same agency that are shown."""


@dataclass(frozen=True, slots=True)
class Matter:
    """`permit` is what the database has; `narrowed` the request as those who approved it made it; each may be None."""

    row: Row
    request: Request | None
    narrowed: Request | None
    permit: Permit | None
    opened: Opened | None
    events: tuple[Event, ...]
    past: tuple[Row, ...]
    needed: int
    glass: Glass | None
    narrower: tuple[str, ...] = ()
    """Purposes below the one asked for, one of which a reviewer may approve instead."""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The narrower purposes, as a list to choose from has them."""
        return [(each, each) for each in self.narrower]

    @property
    def revocable(self) -> bool:
        """Whether there is a permit that has not ended, or whose end is not recorded."""
        line = self.row.line
        wants = line.mismatch is not None and "revoke" in line.mismatch
        return self.row.issued and (self.row.state in ("in force", "not known", "approved", "pending") or wants)


@dataclass(frozen=True, slots=True)
class Barred:
    """Why the visitor may not approve, refuse, withdraw, revoke or review; None where they may."""

    approve: Refusal | None
    refuse: Refusal | None
    withdraw: Refusal | None
    end: Refusal | None
    glass: Refusal | None


def matter(service: Permits, looked: Looked, name: str) -> Matter:
    """One that this person sees. Raises HTTPException for another."""
    row = looked.row(name)
    if row is None:
        raise nothing_there()
    office, register = looked.office, looked.register
    recorded = register.requested.get(name, {}).get("commitment")
    whole = row.request if recorded is None or register.commitments.get(name) == recorded else None
    narrowed = register.approved_as(name) if whole is not None and name in register.requested else whole
    permit = looked.permits.get(name)
    asked = permit or (permit_of(narrowed, narrowed.until, -1) if narrowed is not None else None)
    shows = asked is not None and (row.open or row.state == "in force") and not row.unasked
    past = tuple(each for each in looked.rows if each.agency == row.agency and each.line.id != name)[:PAST]
    return Matter(
        row, whole, narrowed, permit, opened(service, asked) if shows and asked is not None else None,
        history(office, name, whole), past, 1 if narrowed is None else office.needed(narrowed),
        register.glasses.get(name), () if narrowed is None else _narrower(office.repository, narrowed),
    )  # fmt: skip


def _narrower(repository: Repository, request: Request) -> tuple[str, ...]:
    """What is below a request's purpose; whether it opens less, the database's catalog says when it is approved."""
    below = (each for each in repository.purposes if request.purpose in above(repository.purposes, each))
    return tuple(each for each in below if each != request.purpose)


def barred(service: Permits, looked: Looked, frame: Frame, name: str) -> Barred:
    """Why the visitor may not do each thing to it now."""
    office, visitor = looked.office, visitor_of(frame)
    actor = service.actor(visitor)
    return Barred(
        no_answer(office, name, "approve", visitor, actor), no_answer(office, name, "refuse", visitor, actor),
        no_withdrawal(office, name, visitor, actor), no_end(visitor, office),
        no_glass_review(office, name, visitor, actor),
    )  # fmt: skip
