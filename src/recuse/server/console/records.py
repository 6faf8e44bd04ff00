"""The two records that the console reads side by side: what was directed and done, and what was asked and decided.

They are two ledgers, each with numbers and checkpoints of its own. Where one of them cannot be shown the other still
is, and a page says so.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from recuse.errors import LedgerError
from recuse.server.console.index import Index, Reading

Name = Literal["acts", "decisions"]
NAMES: Final[tuple[Name, ...]] = get_args(Name)
"""`acts`: the ledger. `decisions`: the record that servers write, of decisions and of sessions at the console."""


@dataclass(frozen=True, slots=True)
class Read:
    """How far each record was read, and what is wrong with those of which nothing is shown."""

    readings: Mapping[Name, Reading]
    damaged: Mapping[Name, LedgerError]

    @property
    def whole(self) -> bool:
        """Whether all that is signed was read, of every record that was asked for."""
        return not self.damaged and all(each.whole for each in self.readings.values())


def catch_up(records: Mapping[Name, Index], wanted: Sequence[Name], seconds: float) -> Read:
    """Read what was added to the records that are wanted, for about so many seconds in all.

    Raises `LedgerError` where none of them can be shown.
    """
    end = time.monotonic() + seconds
    readings, damaged = dict[Name, Reading](), dict[Name, LedgerError]()
    asked = [name for name in wanted if name in records]
    for left, name in zip(range(len(asked), 0, -1), asked, strict=True):
        try:
            readings[name] = records[name].catch_up(max(end - time.monotonic(), 0) / left)
        except LedgerError as error:
            damaged[name] = error
    if damaged and not readings:
        raise next(iter(damaged.values()))
    return Read(readings, damaged)


def sizes(read: Read, limit: Callable[[Name], int | None]) -> Mapping[Name, int]:
    """How many of the first entries of each record are looked at: all that were read, or no more than a limit says."""
    found = dict[Name, int]()
    for name, reading in read.readings.items():
        most = limit(name)
        found[name] = reading.size if most is None else min(most, reading.size)
    return found


def pins(fixed: Mapping[Name, int]) -> dict[str, int]:
    """The parameters of an address that fix these sizes."""
    return {"upto" if name == "acts" else f"upto_{name}": size for name, size in fixed.items()}


def address(record: Name, number: int) -> str:
    """Where an entry is found below the console, for ever."""
    return f"/record/{number}" if record == "acts" else f"/record/{record}/{number}"
