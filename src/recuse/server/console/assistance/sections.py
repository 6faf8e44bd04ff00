"""The sections of the inbox that are about requests for assistance."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from recuse.requests.desk import Desk
from recuse.requests.store import Filter, Found
from recuse.requests.written import parse_request
from recuse.server.console.assistance.inbox import HEADS, Line, Section
from recuse.server.console.assistance.work import BASE, Work
from recuse.server.identity import Role, Visitor
from recuse.server.requesting.people import READERS, is_own, seen_agencies, sees

SHOWN: Final = 20
"""Lines of a section."""
LOOKED: Final = 2000
"""Requests that wait, newest first, among which a section looks."""
SOON: Final = timedelta(days=1)

_Fits = Callable[[Found, Visitor, datetime], bool]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Requests in some states that fit."""

    name: str
    heading: str
    roles: frozenset[Role]
    states: frozenset[str]
    fits: _Fits
    work: Work
    until: str = "lapses"
    heads: tuple[str, str] = HEADS

    @property
    def all(self) -> str:
        """The list of all in these states."""
        return f"{BASE}?{urlencode([('state', each) for each in sorted(self.states)])}"

    def lines(self, visitor: Visitor, now: datetime) -> Sequence[Line]:
        """Those that lapse first, first."""
        with self.work.desks.reading() as desk:
            found = [each for each in _waiting(desk, visitor, self.states, now) if self.fits(each, visitor, now)]
        found.sort(key=lambda each: each.request.lapses)
        return [_line(each, now) for each in found[:SHOWN]]


def sections(work: Work) -> tuple[Section, ...]:
    """What waits: one's own, what one may answer, what is with counsel, and what lapses within a day."""
    anybody = frozenset({"open", "counsel"})
    return (
        _Waiting("mine", "Mine", frozenset({"requester"}), anybody, _is_mine, work),
        _Waiting("to-answer", "To answer", frozenset({"reviewer"}), frozenset({"open"}), _any, work),
        _Waiting("with-counsel", "With counsel", READERS, frozenset({"counsel"}), _any, work),
        _Waiting("soon", "Lapsing within a day", READERS, anybody, _lapses_soon, work),
    )


def _waiting(desk: Desk, visitor: Visitor, states: frozenset[str], now: datetime) -> Iterator[Found]:
    repository = desk.assisting.repository
    agencies = seen_agencies(repository, visitor)
    if agencies is not None and not agencies:
        return
    wanted, after, left = Filter(states=states, agencies=agencies or frozenset()), None, LOOKED
    while left > 0:
        page = desk.store.page(wanted, now, after)
        yield from (each for each in page.found if sees(repository, visitor, each.request))
        left, after = left - len(page.found), page.after
        if after is None:
            return


def _is_mine(found: Found, visitor: Visitor, _now: datetime) -> bool:
    sealed = found.request.sealed
    return sealed is not None and is_own(parse_request(sealed.data), visitor)


def _any(_found: Found, _visitor: Visitor, _now: datetime) -> bool:
    return True


def _lapses_soon(found: Found, _visitor: Visitor, now: datetime) -> bool:
    return found.request.lapses <= now + SOON


def _line(found: Found, now: datetime) -> Line:
    request = found.request
    return Line(
        f"{BASE}/{request.id}", request.kind.replace("_", " "), request.agency, request.purpose, request.authority,
        found.state(now), request.lapses,
    )  # fmt: skip
