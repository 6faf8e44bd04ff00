"""The sections of the inbox that are about permits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from recuse.permits import REVIEWED_WITHIN
from recuse.server.console.assistance.inbox import HEADS, Line, Section
from recuse.server.console.permits.listing import mine, to_approve, to_review
from recuse.server.console.permits.looking import Looked, Row, look
from recuse.server.console.permits.people import ANSWERERS, ASKERS, READERS
from recuse.server.console.permits.service import BASE, Permits
from recuse.server.identity import Role, Visitor


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Rows that wait, with the moment until which they do."""

    name: str
    heading: str
    roles: frozenset[Role]
    until: str
    service: Permits
    chosen: Callable[[Looked], Sequence[Row]]
    moment: Callable[[Looked, Row], datetime]
    part: str = ""
    heads: tuple[str, str] = HEADS

    @property
    def all(self) -> str:
        """The list of permits."""
        return BASE

    def lines(self, visitor: Visitor, now: datetime) -> Sequence[Line]:
        """Those that are due first, first."""
        with self.service.office() as office:
            looked = look(self.service, office, {"visitor": visitor, "now": now})
            return [self._line(looked, each) for each in self.chosen(looked)]

    def _line(self, looked: Looked, row: Row) -> Line:
        line = row.line
        return Line(
            f"{BASE}/{line.id}{self.part}", f"permit for {line.system}/{line.login}", row.agency, line.purpose,
            line.authority, line.glass or row.state if self.part else row.state, self.moment(looked, row),
        )  # fmt: skip


def sections(service: Permits) -> tuple[Section, ...]:
    """What waits: one's own permits, those one may approve, and broken glass that nobody reviewed."""

    def due(looked: Looked, row: Row) -> datetime:
        return looked.register.glasses[row.line.id].at + REVIEWED_WITHIN

    return (
        _Waiting("permits-mine", "Permits: mine", ASKERS, "access ends", service, mine, lambda _, row: row.line.until),
        _Waiting("permits-to-approve", "Permits: to approve", ANSWERERS, "request lapses", service, to_approve,
                 lambda _, row: row.deadline),
        _Waiting("permits-to-review", "Permits: broken glass to review", READERS - ASKERS, "reviewed by", service,
                 to_review, due, "/glass"),
    )  # fmt: skip
