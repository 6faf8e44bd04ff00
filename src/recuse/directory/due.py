"""What is to be assured again by when: somebody asks there if the record is right, and writes the day into the feed."""

from dataclasses import dataclass
from datetime import date, timedelta

from recuse.directory.reading import Directory
from recuse.directory.records import Entry
from recuse.directory.standing import standing


@dataclass(frozen=True, slots=True)
class Duty:
    """One record to be assured: when it last was, by when it is due (now, if never), whether that is over."""

    entry: Entry
    on: date | None
    due: date | None
    overdue: bool


def due(directory: Directory, days: int) -> tuple[Duty, ...]:
    """Records that readers see and that are due within so many days, the longest due first; never is overdue."""
    last = directory.today + timedelta(days=days)
    found = []
    for entry in directory.shown:
        state = standing(entry, directory.settings, directory.today)
        if state.due is None or state.due <= last:
            found.append(Duty(entry, state.on, state.due, state.assurance != "assured"))
    return tuple(sorted(found, key=lambda duty: (duty.due or date.min, duty.entry.feed, duty.entry.id)))
