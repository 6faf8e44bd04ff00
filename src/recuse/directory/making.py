"""One row of a feed, whichever form it came in: counted, read by its table, and checked field against field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from recuse.directory.fields import TABLES, Table, WrongFieldError, read_row
from recuse.directory.rejects import Place, Tally

_PERIODS: Final = (("valid_from", "valid_to"), ("dtstart", "until"), ("minimum_age", "maximum_age"))


@dataclass(frozen=True, slots=True)
class Making:
    """What rows of one feed are read with: where they are counted, the day, and which offsets mean local time."""

    tally: Tally
    today: date
    local: frozenset[str] = frozenset()

    def values(self, table: Table, raw: Mapping[str, object], place: Place) -> dict[str, Any] | None:
        """The values of one row, its own id among them; None, and a reject, when one of them is wrong."""
        unknown = _unknown(table.name, tuple(raw))
        if unknown:
            self.tally.pass_over(table.name, [name for name in unknown if raw[name] not in (None, "", [])])
        try:
            found = read_row(table, raw)
        except WrongFieldError as error:
            self.tally.reject(place, error.field, error.message, error.remedy)
            return None
        wrong = self._wrong(found)
        if wrong:
            self.tally.reject(place, *wrong)
            return None
        for name in ("opens_at", "closes_at"):
            if name in found:
                found[name] = self._localised(found[name], found.get("timezone"))
        return found

    def _localised(self, time: str, zone: float | None) -> str:
        """A time without its offset where that means local time here; with the schedule's own where it has none."""
        offset = time[5:]
        if not offset and zone is not None:
            minutes = round(abs(zone) * 60)
            offset = "Z" if not minutes else f"{'-' if zone < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
        return time[:5] if offset in self.local else time[:5] + offset

    def _wrong(self, found: Mapping[str, Any]) -> tuple[str, str, str] | None:
        for low, high in _PERIODS:
            if low in found and high in found and found[low] > found[high]:
                return high, f"`{found[high]}` is before `{low}`, which is `{found[low]}`", "look both up again"
        assured = found.get("assured_date")
        if assured is not None and assured > self.today:
            return "assured_date", f"`{assured}` is still to come", "write the day on which somebody asked"
        return None

    def made(self, table: Table, **values: Any) -> Any:
        """The record of a row, which is kept by that."""
        self.tally.kept += 1
        return table.record(**values)


@lru_cache(maxsize=1 << 10)  # rows of a table have the same keys, or nearly
def _unknown(name: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Keys of a row that no part of its table has, in their order."""
    table = TABLES[name]
    return tuple(sorted({*keys} - table.fields.keys() - table.parents.keys() - table.lists.keys() - table.beside))
