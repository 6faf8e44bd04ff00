"""What the screens of requests work with, and how a page says that something could not be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from recuse.errors import LedgerError, RecuseError, TargetError
from recuse.ledger import JSON
from recuse.server.console.screens import PREFIX, Console, Show
from recuse.server.console.showing import page
from recuse.server.identity import Visitor
from recuse.server.requesting.desks import Desks

BASE: Final = f"{PREFIX}/requests"
Frame = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """Desks, ids for what is new, and what entries of the ledger say of who acts: a pseudonym and no name."""

    desks: Desks
    identify: Callable[[], str]
    said: Callable[[Visitor], Mapping[str, JSON]]


def visitor_of(frame: Frame) -> Visitor:
    """Who is looking; screens are never shown to nobody."""
    found: Visitor = frame["visitor"]
    return found


def now_of(frame: Frame) -> datetime:
    """The moment of this page."""
    found: datetime = frame["now"]
    return found


def sentence(error: RecuseError) -> str:
    """What an error says, as a sentence of a page."""
    return ". ".join(f"{part[:1].upper()}{part[1:]}" for part in (error.message, error.remedy) if part) + "."


def told(show: Show) -> Show:
    """A screen that says in one sentence where policy, state or ledger cannot be used (503), and shows nothing then."""

    @wraps(show)
    def telling(console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        try:
            return show(console, request, frame)
        except (TargetError, LedgerError) as error:
            heading, words = "This cannot be shown or done now", sentence(error)
            return page("refused.html", frame, 503, heading=heading, told=words, code=503)

    return telling


def nothing_there() -> HTTPException:
    """There is no such request, or none that this person sees: both are told alike."""
    return HTTPException(404, "There is no such request, or it is not your agency's.")
