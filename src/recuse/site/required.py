"""Reports that laws ask for: which of their fields the record holds, which a person must add, and what it counts.

What the laws ask is said as surely as it was checked (`sure`), and no surer. The site has counts of years or quarters
that are over; days and hours of anybody's custody are in no figure here and are added where they are kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from recuse.csv_text import Cell
from recuse.languages import Texts
from recuse.policy.trees import above
from recuse.requests import nil
from recuse.requests.counting import UNANSWERED, Line
from recuse.site.counted import lines_of, nil_periods, quarter_of, settled
from recuse.site.sources import Sources

Held = Literal["record", "person", "both"]
Sure = Literal["read", "secondary", "memory"]
Counts = Literal["dhs", "answered", "detainers", "transfers", "nil"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a report asks for, where that is, and the count that it has from the record, if one."""

    id: str
    held: Held
    counts: Counts | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report: the law that asks for it, how surely that is known, how often, and what it asks for."""

    id: str
    citation: str
    sure: Sure
    every: Literal["year", "quarter"]
    due: str | None
    draft: bool
    asked: tuple[Asked, ...]

    @property
    def file(self) -> str:
        """Where its template lies below `data`."""
        return f"report-{self.id}.csv"


REPORTS: Final = (
    Report(
        "il-trust", "5 ILCS 805/25", "read", "year", "--03-01", False,
        (
            Asked("dhs-requests", "both", "dhs"), Asked("dhs-addressed", "both", "answered"),
            Asked("detainer-received", "both", "detainers"), Asked("bail-posted", "person"),
            Asked("released-or-transferred", "person"), Asked("released-at", "person"),
            Asked("transferred-to", "both", "transfers"), Asked("nil", "record", "nil"),
        ),
    ),
    Report(
        "chicago", "MCC 2-173-069", "memory", "quarter", None, False,
        (
            Asked("notified", "person"), Asked("detainer-received", "both", "detainers"),
            Asked("transferred-to", "both", "transfers"),
        ),
    ),
    Report(
        "california", "Cal. Gov. Code 7284.6(c)", "memory", "year", None, True,
        (Asked("task-force", "person"), Asked("transfers", "both", "transfers")),
    ),
)  # fmt: skip
"""The text of the first law was read. What the other two ask is from memory or other writings, and said to be so."""
HEAD: Final = ("report", "law", "period", "field", "held_by", "counted", "count")


def say(texts: Texts) -> Mapping[str, str]:
    """What each report and each thing asked for is called."""
    return {
        "il-trust": texts.say("Illinois: yearly report to the Attorney General (TRUST Act)"),
        "chicago": texts.say("Chicago: quarterly report to the Mayor and the Inspector General"),
        "california": texts.say("California: yearly report to the Attorney General on task forces and transfers"),
        "dhs-requests": texts.say("Requests of Homeland Security for help with civil enforcement"),
        "dhs-addressed": texts.say("How each of these was answered"),
        "detainer-received": texts.say("Each detainer and each civil warrant, with the day it was received"),
        "bail-posted": texts.say("Day and hour when bail was posted"),
        "released-or-transferred": texts.say("Whether the person was released or handed over"),
        "released-at": texts.say("Day and hour of that"),
        "transferred-to": texts.say("To which agency"),
        "nil": texts.say("If there was nothing: a certificate that says so"),
        "notified": texts.say("Reports of requests for help to the emergency center"),
        "task-force": texts.say("Task forces that were joined, and their purpose"),
        "transfers": texts.say("How many people were handed over"),
    }


def rows(report: Report, sources: Sources) -> Iterator[tuple[Cell, ...]]:
    """The rows of a template: one a field and period that is over; with no such period one a field, without a count."""
    counted = _Counted(sources)
    for period in counted.periods(report) or ("",):
        for each in report.asked:
            count = counted.count(each.counts, period) if period and each.counts else None
            yield report.id, report.citation, period, each.id, each.held, count is not None, count


class _Counted:
    """What the record has of the things that reports ask for."""

    def __init__(self, sources: Sources) -> None:
        entries = sources.record.entries
        self._lines = lines_of("assistance", entries, sources.now)
        self._repository = sources.repository
        self._homeland_security = sources.content.site.homeland_security
        self._today = sources.now.date()
        self._nil = nil_periods(entries, sources.repository)
        last = {str(each.body["request"]): each for each in settled(entries, sources.now) if each.kind == "answered"}
        self._transferred = {name for name, each in last.items() if each.body.get("transferred_to")}

    def periods(self, report: Report) -> tuple[str, ...]:
        """Periods that are over and have a request or a nil certificate."""
        yearly = report.every == "year"
        names = {str(each.received.year) if yearly else quarter_of(each.received) for each in self._lines}
        names |= {each.period for each in self._nil if (len(each.period) == 4 if yearly else "Q" in each.period)}
        return tuple(sorted(each for each in names if nil.period(each).end < self._today))

    def count(self, what: Counts, period: str) -> int | None:
        """How many there were in a period; of nil certificates those that still hold.

        None of what Homeland Security asked where `site.toml` does not say which agency of the policy that is.
        """
        if what in ("dhs", "answered") and self._homeland_security is None:
            return None
        about = nil.period(period)
        lines = [each for each in self._lines if about.start <= each.received <= about.end]
        match what:
            case "dhs":
                return sum(map(self._civil, lines))
            case "answered":
                return sum(1 for each in lines if self._civil(each) and each.values["outcome"] not in UNANSWERED)
            case "detainers":
                return sum(1 for each in lines if each.values["kind"] == "detainer")
            case "transfers":
                return sum(1 for each in lines if each.request in self._transferred)
            case "nil":
                return sum(1 for each in self._nil if each.period == period and not each.broken)
            case _ as never:
                assert_never(never)

    def _civil(self, line: Line) -> bool:
        """Whether Homeland Security asked, for a purpose that the policy calls civil."""
        purpose = self._repository.purposes.get(line.values["purpose"])
        return (
            purpose is not None and purpose.kind == "civil"
            and self._homeland_security in above(self._repository.agencies, line.values["agency"])
        )  # fmt: skip
