"""Doors by count and age, from entries alone: what was not recorded is no zero, and an age is never made younger."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from recuse.ledger import JSON, Entry, create_ledger, decode, read_entries
from recuse.operations.record import record_verdicts
from recuse.site.doors import DOORS, doors

START = datetime(2026, 1, 1, tzinfo=UTC)


def verdict(day: int, system: str = "a", run: str | None = None, **change: JSON) -> Entry:
    body: dict[str, JSON] = {
        "system": system, "verdict": "findings", "findings": {"public": 1}, "doors": {"back": 1}, "order": 0,
        "accepted": {}, "document_sha256": run or f"run {day}",
    }  # fmt: skip
    return Entry("verified", START + timedelta(days=day), {**body, **change})


def holds(day: int, system: str = "a", run: str | None = None, **change: JSON) -> Entry:
    return verdict(day, system, run, **{"verdict": "holds", "findings": {}, "doors": {}, **change})


def old(day: int, word: str, findings: int) -> Entry:
    body: dict[str, JSON] = {"system": "a", "verdict": word, "findings": {"public": findings} if findings else {}}
    return Entry("verified", START + timedelta(days=day), body)


def test_an_age_begins_with_the_first_verdict_after_a_closed_door() -> None:
    (one,) = doors([holds(0), verdict(2), verdict(3, doors={"back": 4}), verdict(5)], ["a"]).open
    assert (one.door, one.count, one.since, one.exactly) == ("back", 1, START + timedelta(days=2), True)


def test_the_first_verdict_of_all_does_not_say_since_when() -> None:
    (one,) = doors([verdict(2)], ["a"]).open
    assert (one.since, one.exactly) == (START + timedelta(days=2), False)


def test_what_could_not_be_told_makes_no_door_closed() -> None:
    told = doors([holds(0), verdict(1), verdict(2, verdict="undetermined", findings={}, doors={}), verdict(3)], ["a"])
    (one,) = told.open
    assert (one.since, one.exactly) == (START + timedelta(days=3), False)
    assert not doors([holds(0), verdict(1), verdict(2, verdict="undetermined", findings={}, doors={})], ["a"]).told


def test_a_way_that_moves_to_another_system_in_one_run_is_no_break() -> None:
    moved = [
        holds(0),
        holds(0, "b"),
        verdict(1, run="r1"),
        holds(1, "b", "r1"),
        holds(2, run="r2"),
        verdict(2, "b", "r2"),
    ]
    (one,) = doors(moved, ["a", "b"]).open
    assert (one.count, one.since, one.exactly) == (1, START + timedelta(days=1), True)


def test_verdicts_from_before_doors_were_recorded_are_said_to_be_so() -> None:
    told = doors([old(0, "findings", 3)], ["a"])
    assert (told.open, told.undivided, told.told) == ((), 3, True)
    (one,) = doors([old(0, "findings", 3), verdict(4)], ["a"]).open
    assert not one.exactly
    (exact,) = doors([old(0, "holds", 0), verdict(4)], ["a"]).open
    assert exact.exactly
    assert doors([old(0, "holds", 13)], ["a"]).order == 13


def test_what_was_closed_is_told_only_when_nothing_is_open_or_unknown() -> None:
    history = [holds(0), verdict(1), verdict(2), holds(6)]
    (one,) = doors(history, ["a"]).closed
    assert (one.door, one.since, one.until) == ("back", START + timedelta(days=1), START + timedelta(days=6))
    assert doors([*history, verdict(7, doors={"copy": 1})], ["a"]).closed == ()
    assert doors(history, ["a", "never seen"]).closed == ()
    assert doors([*history, holds(7, verdict="undetermined")], ["a"]).closed == ()


def test_a_door_that_is_not_known_here_is_counted_all_the_same() -> None:
    (one,) = doors([verdict(0, doors={"chimney": 2})], ["a"]).open
    assert (one.door, one.count) == ("other", 2)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([None, 0, 1, 2])), max_size=14))
def test_counts_are_those_of_the_last_verdicts(runs: list[tuple[str, int | None]]) -> None:
    entries = [
        holds(day, system, verdict="undetermined") if count is None else verdict(day, system, doors={"back": count})
        for day, (system, count) in enumerate(runs)
    ]
    last = dict(runs)
    told = doors(entries, ["a", "b"])
    assert sum(each.count for each in told.open) == sum(count or 0 for count in last.values())
    for each in told.open:
        begun = (each.since - START).days
        assert any(count for _, count in runs[begun : begun + 1]), "an age begins with a verdict that has findings"
        for later in range(begun, len(runs)):
            known = dict(runs[: later + 1])
            assert any(known.values()), "without a break"


def test_what_is_recorded_adds_up_and_names_no_path(tmp_path: Path) -> None:
    def finding(code: str, door: str | None, severity: str) -> dict[str, Any]:
        return {"code": code, "system": "a", "door": door, "severity": severity, "steps": ["secret path"]}

    found = [
        finding("public", "back", "high"), finding("public", "back", "critical"), finding("set-role", "ghost", "high"),
        finding("drift", None, "high"), finding("shared-account", None, "low"),
    ]  # fmt: skip
    scope = {"at": START.isoformat(), "attempts": 3, "known_by": "attempt", "server_version": "18"}
    create_ledger(tmp_path / "ledger", "records.example/x").close()
    record_verdicts(
        tmp_path / "ledger", {"verdict": "findings", "scope": {"a": scope}, "findings": found, "accepted": []}
    )
    raw, public = read_entries(tmp_path / "ledger")
    body = decode(raw).body
    assert body["doors"] == {"back": 2, "ghost": 1, "other": 1}
    assert body["order"] == 1
    assert body["findings"] == dict(sorted(Counter(each["code"] for each in found).items()))
    assert b"secret" not in raw
    told = decode(public)
    assert (told.kind, told.body["verdict"], told.body["systems"]) == ("stated", "findings", 1)
    for word in (b'"a"', b"set-role", b"ghost", b'"18"'):
        assert word in raw
        assert word not in public.partition(b'"kind"')[0].partition(b'"document_sha256"')[0], "no system, code, door"
    assert set(DOORS) >= {"back", "ghost", "other"}
