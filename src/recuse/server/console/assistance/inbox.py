"""The inbox: what waits for whoever is looking, in sections that features bring with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from starlette.requests import Request
from starlette.responses import Response

from recuse.server.console.assistance.work import now_of, told, visitor_of
from recuse.server.console.screens import Console, Screen
from recuse.server.console.showing import page
from recuse.server.identity import Role, Visitor


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits: where it is looked at, what it is, for whom and why, and until when it can be done.

    `until` is None for what should have been done already.
    """

    address: str
    what: str
    agency: str
    purpose: str
    authority: str
    state: str
    until: datetime | None


HEADS: Final = ("On whose behalf", "Purpose, authority")
"""What the third and the fourth column of most sections are."""


class Section(Protocol):
    """A part of the inbox, of one feature."""

    @property
    def name(self) -> str:
        """Lower-case letters and `-`, unlike that of any other section."""
        ...

    @property
    def heading(self) -> str:
        """What the lines have in common."""
        ...

    @property
    def roles(self) -> frozenset[Role]:
        """Who has this section."""
        ...

    @property
    def until(self) -> str:
        """What the moment of its lines is."""
        ...

    @property
    def heads(self) -> tuple[str, str]:
        """What the columns of `agency`, and of `purpose` and `authority`, are."""
        ...

    @property
    def all(self) -> str | None:
        """Where all of it is listed, if it may be more than is shown."""
        ...

    def lines(self, visitor: Visitor, now: datetime) -> Sequence[Line]:
        """What waits for this person, most urgent first. Raises TargetError and LedgerError."""
        ...


def inbox(sections: Sequence[Section]) -> Screen:
    """The screen of these sections, in their order; who may open it has one of them."""

    def show(_console: Console, _request: Request, frame: Mapping[str, Any], /) -> Response:
        visitor, now = visitor_of(frame), now_of(frame)
        mine = [(each, each.lines(visitor, now)) for each in sections if visitor.roles & each.roles]
        return page("inbox.html", frame, sections=mine)

    return Screen("/inbox", "Inbox", frozenset[Role]().union(*(each.roles for each in sections)), told(show))
