"""Which emergencies stand, by entries alone; and which authorities are a court's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from recuse.ledger import Entry
from recuse.model import Authority
from recuse.operations.emergencies import LAPSES_AFTER, Emergency, emergencies, lapsed
from recuse.operations.record import owed
from recuse.operations.reducing import judicial
from tests.unit.enforcement.small import repository, system_of, table_map

AT = datetime(2026, 1, 15, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORLD = repository(system_of(table_map()), ())


def entry(kind: str, hours: float = 0, **body: object) -> Entry:
    return Entry(kind, AT + hours * HOUR, {"system": "clear", **body})  # type: ignore[dict-item]


def emergency(hours: float = 0, sha256: str = "d1", system: str = "clear") -> Entry:
    return entry("emergency", hours, system=system, directive="night", directive_sha256=sha256, official="mayor")


APPLIED, ORDINARY = entry("applied", 0.1, emergency=["night"]), entry("applied", 5)
CONFIRMED = entry("confirmed", 4, directive_sha256="d1")
OTHER = entry("applied", 5, system="warehouse")


@pytest.mark.parametrize(
    ("entries", "stands"),
    [
        ((), False),
        ((emergency(), APPLIED), True),
        ((emergency(), APPLIED, OTHER), True),
        ((emergency(), APPLIED, CONFIRMED), False),
        ((emergency(), APPLIED, ORDINARY), False),
        ((emergency(), APPLIED, ORDINARY, emergency(6)), True),
        ((emergency(system="warehouse"), APPLIED, ORDINARY), True),
    ],
)
def test_an_emergency_stands_until_it_is_confirmed_or_another_plan_is_applied(
    entries: tuple[Entry, ...], stands: bool
) -> None:
    assert bool(emergencies(entries, {}, ())) == stands


def test_to_apply_it_again_gains_no_time() -> None:
    (found,) = emergencies((emergency(), APPLIED, emergency(50)), {}, ())
    assert (found.at, found.until) == (AT, AT + LAPSES_AFTER)
    (again,) = emergencies((emergency(), APPLIED, ORDINARY, emergency(50)), {}, ())
    assert again.until == AT + LAPSES_AFTER


def test_it_lapses_at_72_hours_to_the_moment() -> None:
    (found,) = emergencies((emergency(),), {}, ())
    until = AT + 72 * HOUR
    assert not found.lapsed(until - timedelta(microseconds=1))
    assert found.lapsed(until)
    assert lapsed((emergency(),), {}, until - timedelta(microseconds=1)) == frozenset()
    assert lapsed((emergency(),), {}, until) == {"d1"}
    assert lapsed((emergency(), CONFIRMED), {}, until) == frozenset()
    assert replace(found, refused=True).lapsed(AT)


@pytest.mark.parametrize(
    ("hours", "refused", "said"),
    [
        (1, False, "lapses at 2026-01-18 02:00+00:00 without a confirmation"),
        (73, False, "lapsed at 2026-01-18 02:00+00:00 without a confirmation"),
        (1, True, "at 2026-01-15 02:00+00:00, and the second official refused it"),
    ],
)
def test_it_says_what_it_is(hours: float, refused: bool, said: str) -> None:
    found = Emergency("clear", "night", "d1", "mayor", AT, AT + LAPSES_AFTER, refused=refused)
    sentence = found.sentence(AT + hours * HOUR)
    assert sentence.startswith(
        "directive `night` was applied on the signature of `mayor` alone at 2026-01-15 02:00+00:00"
    )
    assert said in sentence


def test_a_court_stands_behind_what_is_marked_and_all_below_it() -> None:
    tree = {
        "judicial": Authority("judicial", None, judicial=True),
        "judicial.warrant": Authority("judicial.warrant", "judicial"),
        "detainer": Authority("detainer", None),
    }
    world = replace(WORLD, authorities=tree)
    found = {name: judicial(world, name) for name in (*tree, "unknown")}
    assert found == {"judicial": True, "judicial.warrant": True, "detainer": False, "unknown": True}


def test_where_none_is_marked_any_could_be_a_courts() -> None:
    assert judicial(replace(WORLD, authorities={"detainer": Authority("detainer", None)}), "detainer")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ((), set()),
        ((entry("planned", severs=["a"]),), {"a"}),
        ((entry("planned", severs=["a"]), entry("planned", severs=["b"])), {"a", "b"}),
        ((entry("planned", severs=["a"]), ORDINARY), set()),
        ((entry("planned", severs=["a"]), OTHER), {"a"}),
        ((entry("planned", severs=["a"]), ORDINARY, entry("planned", severs=["b"])), {"b"}),
        ((entry("planned"),), set()),
    ],
)
def test_sessions_are_owed_until_an_apply_comes_to_its_end(entries: tuple[Entry, ...], expected: set[str]) -> None:
    assert owed(entries, "clear") == expected
