"""A reject: what was not taken in, where it stands, what is wrong, how to mend it. Nothing is lost without one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from recuse.directory.values import plainly


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: feed and file, a line of it (from 1; 0 is the whole file), in JSON the path of the item."""

    feed: str
    file: str
    line: int = 0
    path: str = ""

    def __str__(self) -> str:
        where = f"{self.feed}/{self.file}" if self.feed else self.file
        where += f":{self.line}" if self.line else ""
        return f"{where} {self.path}".rstrip()


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken in (`whole`: a file or a feed was not), by the field that is wrong; empty is the row."""

    place: Place
    field: str
    message: str
    remedy: str
    whole: bool = False

    def __str__(self) -> str:
        named = f" `{self.field}`" if self.field else ""
        return f"{self.place}:{named} {self.message} ({self.remedy})"


@dataclass(slots=True)
class Tally:
    """What became of the rows of one feed while it is read: each is kept, rejected or left out."""

    feed: str
    rows: int = 0
    kept: int = 0
    left_out: int = 0
    rejects: list[Reject] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    """Fields that are not read, as `table.field`, with the number of rows that have them."""

    def reject(self, place: Place, name: str, message: str, remedy: str) -> None:
        """Note a row that is not taken in."""
        self.rejects.append(Reject(place, name, message, remedy))

    def whole(self, place: Place, message: str, remedy: str) -> None:
        """Note a file or feed that cannot be read, or is not all there."""
        self.rejects.append(Reject(place, "", message, remedy, whole=True))

    def pass_over(self, table: str, names: Iterable[str]) -> None:
        """Note fields of a row that are not read."""
        self.unread.update(f"{table}.{plainly(name)}" for name in names)

    @property
    def rejected(self) -> int:
        """How many rows were rejected."""
        return sum(not each.whole for each in self.rejects)
