"""Figures of requests: what a line says, what is counted once, and that a nil period and a report never disagree."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.ledger import Entry
from recuse.policy.repository import read_repository
from recuse.requests import counting, nil
from recuse.requests.store import STATES
from tests.unit.policy.conftest import FIXTURE

SUBJECTS: Final = get_args(counting.Subject)
NOW: Final = datetime(2026, 2, 1, 12, tzinfo=UTC)
BODY: Final[dict[str, Any]] = {
    "supersedes": None, "kind": "detainer", "agency": "fed.homeland.border.removal", "others": [],
    "purpose": "imm.civil_enforcement", "authority": "none", "received": "2026-01-15",
    "lapses": "2026-03-01T00:00:00+00:00", "verdict": "refused", "counsel": False,
}  # fmt: skip
PERMIT: Final[dict[str, Any]] = {
    "system": "records", "agency": "fed.justice.bureau", "purpose": "crim.investigation",
    "authority": "judicial.warrant", "until": "2026-03-01T00:00:00+00:00",
}  # fmt: skip


def asked(name: str, **changes: Any) -> Entry:
    return Entry("asked", NOW, {**BODY, "request": name, **changes})


def answered(name: str, word: str) -> Entry:
    return Entry("answered", NOW, {"request": name, "word": word})


def about_a_permit(kind: str, name: str = "p", at: datetime = NOW, **changes: Any) -> Entry:
    return Entry(kind, at, {**PERMIT, "request": name, **changes})


def outcomes(*entries: Entry, of: Any = counting.assistance) -> dict[str, str]:
    return {each.request: each.values["outcome"] for each in of(entries, NOW)}


def test_a_request_is_one_line_of_what_its_entry_says() -> None:
    (line,) = counting.assistance([asked("a")], NOW)
    assert (line.request, line.received) == ("a", NOW.date().replace(month=1, day=15))
    assert line.values == {
        "kind": "detainer", "agency": "fed.homeland.border.removal", "purpose": "imm.civil_enforcement",
        "authority": "none", "ruling": "refused", "outcome": "open", "month": "2026-01",
    }  # fmt: skip
    assert set(line.values) == set(counting.PARTICULARS["assistance"])
    (permit,) = counting.permits([about_a_permit("requested")], NOW)
    assert set(permit.values) == set(counting.PARTICULARS["permits"])


def test_the_last_answer_is_the_outcome_and_none_says_why() -> None:
    """An answer counts also where it came too late; a deadline and counsel count only where there is none."""
    past = "2026-02-01T12:00:00+00:00"
    found = outcomes(
        asked("open"), asked("counsel", counsel=True), asked("lapsed", counsel=True, lapses=past),
        asked("late", lapses=past), answered("late", "refused"),
        asked("twice"), answered("twice", "refused"), answered("twice", "complied_in_part"),
    )  # fmt: skip
    assert found == {
        "open": "open", "counsel": "counsel", "lapsed": "lapsed", "late": "refused", "twice": "complied_in_part",
    }  # fmt: skip


def test_what_was_superseded_is_not_counted_twice() -> None:
    first, second = asked("first"), asked("second", supersedes="first", agency="fed.justice.bureau")
    assert outcomes(first, answered("first", "refused"), second) == {"second": "open"}


@pytest.mark.parametrize(
    ("kinds", "outcome"),
    [
        (("requested",), "open"),
        (("refused",), "refused_by_policy"),
        (("requested", "declined"), "refused"),
        (("requested", "withdrawn"), "withdrawn"),
        (("requested", "approved"), "open"),
        (("requested", "approved", "issued"), "issued"),
        (("requested", "issued", "revoked"), "issued"),
        (("requested", "issued", "lapsed"), "issued"),
        (("requested", "broke_glass", "glass_reviewed", "erased"), "broke_glass"),
    ],
)
def test_how_a_request_for_a_permit_ended(kinds: tuple[str, ...], outcome: str) -> None:
    entries = [about_a_permit(kind) for kind in kinds]
    assert outcomes(*entries, of=counting.permits) == {"p": outcome}


def test_an_unanswered_request_for_a_permit_lapses() -> None:
    """By its deadline, or, where it was recorded before those were kept, when the access asked for would end."""
    past = NOW.isoformat()
    lapsing = [about_a_permit("requested", "a", lapses=past), about_a_permit("requested", "b", until=past)]
    assert outcomes(*lapsing, of=counting.permits) == {"a": "lapsed", "b": "lapsed"}
    still = about_a_permit("requested", "c", until=past, lapses="2026-02-01T12:00:00.000001+00:00")
    assert outcomes(still, of=counting.permits) == {"c": "open"}


def test_every_outcome_has_its_place() -> None:
    """What is not in the order would come last, whatever it is."""
    assert set(STATES) - {"superseded"} <= set(counting.ORDER["outcome"])


def test_tables_add_up_and_are_in_order() -> None:
    entries = [
        asked("1", kind="interview"), asked("2"), asked("3"), answered("3", "complied"),
        asked("4", received="2026-02-01"), asked("5", kind="standing_access", agency="fed.justice.bureau"),
    ]  # fmt: skip
    found = counting.report("assistance", entries, nil.period("2026"), ("kind", "outcome"), NOW).sheet
    assert (found.rows, found.columns) == (("detainer", "interview", "standing_access"), ("complied", "open"))
    assert (found.of_row("detainer"), found.of_column("open"), found.total) == (3, 4, 5)
    assert found.cells["detainer", "open"] == 2
    assert ("interview", "complied") not in found.cells
    by_agency = counting.report("assistance", entries, nil.period("2026"), ("agency", "month"), NOW).sheet
    assert by_agency.rows == ("fed.homeland.border.removal", "fed.justice.bureau")
    assert by_agency.columns == ("2026-01", "2026-02")


@pytest.mark.parametrize(
    ("period", "days"), [("2026-01", "01-01 01-31"), ("2026-Q1", "01-01 03-31"), ("2026", "01-01 12-31")]
)
def test_a_period_has_its_first_and_its_last_day(period: str, days: str) -> None:
    first, last = (date.fromisoformat(f"2026-{each}") for each in days.split())
    moments = (first - timedelta(days=1), first, last, last + timedelta(days=1))
    entries = [asked(f"{each}", received=f"{each}") for each in moments]
    found = counting.report("assistance", entries, nil.period(period), ("agency", "outcome"), NOW)
    assert [each.request for each in found.lines] == [f"{first}", f"{last}"]


@given(st.data())
def test_a_report_counts_what_a_nil_period_would_break_on(data: st.DataObject) -> None:
    """Whatever is recorded: a period has figures exactly if it cannot be certified as nil."""
    names = st.sampled_from("abcd")
    days = st.dates(NOW.date() - timedelta(days=400), NOW.date())
    entries = [
        asked(f"a{place}", received=data.draw(days).isoformat(), supersedes=f"a{place - 1}" if again else None)
        for place, again in enumerate(data.draw(st.lists(st.booleans(), max_size=5)))
    ]
    entries += [
        about_a_permit(kind, f"p-{name}", at=datetime.combine(data.draw(days), NOW.time(), UTC))
        for name, kind in data.draw(st.dictionaries(names, st.sampled_from(["requested", "refused"]))).items()
    ]
    repository = read_repository(FIXTURE)
    for name in ("2025", "2025-Q4", "2026-01", "2026-02"):
        about = nil.period(name)
        reports = (counting.report(of, entries, about, ("agency", "outcome"), NOW) for of in SUBJECTS)
        counted = [line.request for each in reports for line in each.behind(None, None)]
        received = [str(body["request"]) for body in nil.received(about, nil.Scope(), entries, repository)]
        assert sorted(counted) == sorted(received)
