"""The sections of the inbox that are about the content of the site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final
from urllib.parse import urlencode

from recuse.errors import ContentError
from recuse.server.console.assistance.inbox import Line, Section
from recuse.server.console.editors.desk import ContentDesk
from recuse.server.console.editors.listing import BASE, WAITING, Item, items
from recuse.server.identity import Role, Visitor

SHOWN: Final = 20
"""Lines of a section."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What of some kinds is overdue or due."""

    name: str
    heading: str
    roles: frozenset[Role]
    what: tuple[str, ...]
    desk: ContentDesk
    until: str = "look at it by"
    heads: tuple[str, str] = ("Language or feed", "Name, why")

    @property
    def all(self) -> str:
        """The list of all that is due."""
        return BASE if len(self.what) > 1 else f"{BASE}?{urlencode({'what': self.what[0]})}"

    def lines(self, _visitor: Visitor, now: datetime) -> Sequence[Line]:
        """What should have been looked at already, first."""
        try:
            found = items(self.desk.folder(now.date()), now.date())
        except ContentError:
            return [Line(BASE, "the content folder", "", "", "", "cannot be read", None)]
        return [_line(each) for each in found if each.what in self.what and each.state in WAITING][:SHOWN]


def sections(desk: ContentDesk) -> tuple[Section, ...]:
    """What waits: for counsel texts and the law they rest on, for reviewers translations and services."""
    counsel: frozenset[Role] = frozenset({"counsel"})
    return (
        _Waiting("content-texts", "Content: texts", counsel, ("text",), desk),
        _Waiting("content-law", "Content: the law behind texts", counsel, ("legal fact",), desk),
        _Waiting("content-translations", "Content: translations", counsel | {"reviewer"}, ("translation",), desk),
        _Waiting("content-services", "Content: services", frozenset({"reviewer"}), ("service", "reject"), desk),
    )


def _line(item: Item) -> Line:
    until = None if item.by is None else datetime.combine(item.by, time(), UTC)
    address = item.address or f"{BASE}?{urlencode({'what': item.what})}"
    return Line(address, f"{item.what} {item.id}", item.feed or item.language, item.name, item.why, item.state, until)
