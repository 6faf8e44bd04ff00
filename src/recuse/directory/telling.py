"""What there is to tell of a directory: rejects, merges, how its records and translations stand."""

from collections import Counter
from dataclasses import asdict
from typing import Any, Final

from recuse.csv_text import csv_text
from recuse.directory.due import Duty
from recuse.directory.merging import Merge
from recuse.directory.reading import Directory
from recuse.directory.rejects import Reject
from recuse.directory.settings import TRANSLATED

REJECT_COLUMNS: Final = ("feed", "file", "line", "path", "field", "message", "remedy", "whole")


def report(directory: Directory) -> dict[str, Any]:
    """All of it, with every reject and merge; counts are of what readers see."""
    shown = directory.surveyed
    contradicted = [each.entry.id for each in shown if each.no_id == "contradicted"]
    assurance = Counter(each.standing.assurance for each in shown)
    return {
        "read": sum(feed.services for feed in directory.feeds), "merged": len(directory.merges),
        "entries": len(directory.entries), "shown": len(shown),
        "incomplete": [each.entry.id for each in shown if each.entry.service.incomplete],
        "feeds": [asdict(feed) for feed in directory.feeds],
        "rejects": [reject_document(each) for each in directory.rejects],
        "merges": [merge_document(each) for each in directory.merges],
        "assurance": {word: assurance[word] for word in ("assured", "stale", "never_assured")},
        "kinds": dict(sorted(Counter(kind for each in shown for kind in each.kinds).items())),
        "no_id": {"said": sum(each.no_id == "said" for each in shown), "contradicted": contradicted},
        "hours_untold": [each.entry.id for each in shown if any(visit.hours.untold for visit in each.visits)],
        "translations": {language: _states(directory, language) for language in TRANSLATED},
    }  # fmt: skip


def _states(directory: Directory, language: str) -> dict[str, int]:
    counts = Counter(directory.translated(text, language)[1] for text in directory.texts)
    return {word: counts[word] for word in ("reviewed", "unreviewed", "stale", "missing")}


def reject_document(reject: Reject) -> dict[str, Any]:
    """One reject."""
    place = reject.place
    return {
        "feed": place.feed, "file": place.file, "line": place.line, "path": place.path, "field": reject.field,
        "message": reject.message, "remedy": reject.remedy, "whole": reject.whole,
    }  # fmt: skip


def rejects_csv(directory: Directory) -> str:
    """Every reject as CSV, for who mends the feeds."""
    rows = (reject_document(each) for each in directory.rejects)
    return csv_text([REJECT_COLUMNS, *([row[name] for name in REJECT_COLUMNS] for row in rows)])


def merge_document(merge: Merge) -> dict[str, Any]:
    """One merge."""
    return asdict(merge) | {"gave": list(merge.gave), "differs": list(merge.differs)}


def duty_document(duty: Duty) -> dict[str, Any]:
    """One record to be assured."""
    service = duty.entry.service
    return {
        "service": duty.entry.id, "name": service.name, "feed": duty.entry.feed, "assured_on": _day(duty.on),
        "due": _day(duty.due), "overdue": duty.overdue, "assurer_email": service.assurer_email,
    }  # fmt: skip


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()
