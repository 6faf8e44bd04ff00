"""Nil periods: over, without a request, by somebody in office; and what breaks a certificate afterwards."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from recuse.errors import InputError, RefusedError
from recuse.ledger.entry import JSON, Entry
from recuse.model import Repository
from recuse.requests.nil import Scope, broken, certificate, certified_body, check, period, received


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)), ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)), ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)), ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
    ],
)  # fmt: skip
def test_the_days_of_a_period(name: str, start: date, end: date) -> None:
    found = period(name)
    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize("name", ["", "26", "2026-13", "2026-Q5", "2026-1", "0000", "2026-01-01", "٢٠٢٦"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"`{re.escape(name)}` is no period"):
        period(name)


def asked(name: str, day: str, /, **changes: JSON) -> Entry:
    body: dict[str, JSON] = {
        "request": name, "supersedes": None, "kind": "detainer", "agency": "fed.homeland.border.removal", "others": [],
        "received": day,
    }  # fmt: skip
    return Entry("asked", datetime(2026, 5, 1, tzinfo=UTC), body | changes)


def permit_asked(at: datetime) -> Entry:
    body: Mapping[str, JSON] = {"request": "p1", "agency": "fed.justice.bureau"}
    return Entry("requested", at, body)


def counted(repository: Repository, name: str, scope: Scope, *entries: Entry) -> int:
    return sum(1 for _ in received(period(name), scope, entries, repository))


def test_what_was_received_in_a_period(repository: Repository) -> None:
    entries = (asked("a", "2026-03-31"), asked("b", "2026-04-01"), asked("c", "2025-12-31"))
    assert counted(repository, "2026-Q1", Scope(), *entries) == 1
    assert counted(repository, "2026", Scope(), *entries) == 2
    moved = (asked("a", "2026-03-31"), asked("b", "2026-04-01", supersedes="a"))  # a correction of the day
    assert counted(repository, "2026-Q1", Scope(), *moved) == 0
    assert counted(repository, "2026-Q2", Scope(), *moved) == 1


def test_the_scope_of_a_certificate(repository: Repository) -> None:
    entry = asked("a", "2026-03-31")
    for scope, expected in (
        (Scope(("detainer",)), 1), (Scope(("interview",)), 0), (Scope(agencies=("fed.homeland",)), 1),
        (Scope(agencies=("fed.justice.bureau",)), 0), (Scope(("interview",), ("fed.homeland",)), 0),
    ):  # fmt: skip
        assert counted(repository, "2026", scope, entry) == expected
    through = asked("b", "2026-03-31", agency="fed.justice.bureau", others=["fed.homeland.border"])
    assert counted(repository, "2026", Scope(agencies=("fed.homeland",)), through) == 1
    unlisted = asked("c", "2026-03-31", agency="unlisted")
    assert counted(repository, "2026", Scope(agencies=("fed.homeland",)), unlisted) == 0
    assert counted(repository, "2026", Scope(), unlisted) == 1


def test_a_request_to_a_database_counts_as_one_for_data(repository: Repository) -> None:
    entry = permit_asked(datetime(2026, 2, 1, tzinfo=UTC))
    assert counted(repository, "2026-02", Scope(), entry) == 1
    assert counted(repository, "2026-02", Scope(("data_access",)), entry) == 1
    assert counted(repository, "2026-02", Scope(("detainer",)), entry) == 0


def test_only_what_is_over_and_empty_is_certified(repository: Repository) -> None:
    about = period("2026-Q1")
    check(about, Scope(), (), repository, date(2026, 4, 1))
    with pytest.raises(RefusedError, match="2026-Q1 is not over: its last day is 2026-03-31"):
        check(about, Scope(), (), repository, date(2026, 3, 31))
    with pytest.raises(RefusedError, match="1 request was received in 2026-Q1"):
        check(about, Scope(), (asked("a", "2026-02-01"),), repository, date(2026, 4, 1))
    with pytest.raises(RefusedError, match="2 requests were received"):
        check(about, Scope(), (asked("a", "2026-02-01"), asked("b", "2026-02-01")), repository, date(2026, 4, 1))


def test_a_request_that_comes_to_light_later_breaks_it(repository: Repository) -> None:
    official = next(iter(repository.officials.values()))
    about, scope = period("2026-Q1"), Scope(("detainer",), ("fed.homeland",))
    text = certificate("st.riverton.police", about, scope, official, datetime(2026, 4, 2, tzinfo=UTC))
    assert text.decode().splitlines() == [
        "recuse nil certificate", "institution st.riverton.police",
        "period 2026-Q1 from 2026-01-01 to 2026-03-31", "kinds detainer", "agencies fed.homeland",
        "requests received 0", f"certified by {official.id}, {official.office}", "at 2026-04-02T00:00:00+00:00",
    ]  # fmt: skip
    body = certified_body(about, scope, official, text, None)
    done = Entry("certified", datetime(2026, 4, 2, tzinfo=UTC), body)
    assert list(broken([done], repository)) == []
    assert list(broken([done, asked("a", "2026-02-01", kind="interview")], repository)) == []
    assert list(broken([done, asked("a", "2026-02-01")], repository)) == [("2026-Q1", 1)]
