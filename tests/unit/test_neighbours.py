"""What is left to a neighbour's own verdict, and what a database must be to be a neighbour."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from recuse.enforcement.names import class_role, owner_role
from recuse.operations.neighbours import Neighbour, beside, leaning, together
from recuse.operations.verdict import Verdict, Verified
from recuse.paths import Edge
from recuse.targets.whereabouts import Position

STOCK = Neighbour("stock", "warehouse")
NOW = datetime(2026, 1, 5, tzinfo=UTC)
HERE = Position("7", recovering=False, lsn="0/1", at=NOW, started=NOW, database="files")
CLASS = class_role("stock", "0123456789ab")


def edge(source: str, target: str, kind: str) -> Edge:
    return Edge(source, target, kind, "a reason")


@pytest.mark.parametrize(
    ("source", "target", "kind", "answered"),
    [
        (f"role:{CLASS}@stock", "table:keep.ward@stock", "grant SELECT", True),
        (f"role:{CLASS}@stock", "column:keep.ward.no@stock", "grant SELECT (column)", True),
        (f"role:{CLASS}@@stock", "matview:keep.m@@stock", "grant SELECT", True),
        (f"role:{owner_role('stock', 'ab')}@stock", "table:keep.ward@stock", "grant SELECT", True),
        (f"role:{CLASS}@stock", "sequences:", "sequence", True),
        (f"role:{CLASS}@stock", "view:keep.v@stock", "grant SELECT", False),
        (f"role:{CLASS}@stock", "function:keep.f()@stock", "grant EXECUTE", False),
        (f"role:{CLASS}@stock", "update:keep.ward@stock", "grant UPDATE", False),
        ("role:readers@stock", "table:keep.ward@stock", "grant SELECT", False),
        ("login:desk@stock", f"role:{CLASS}@stock", "membership", False),
        (f"role:{CLASS}", "table:keep.ward", "grant SELECT", False),
        (f"role:{CLASS}@other", "table:keep.ward@other", "grant SELECT", False),
        (f"role:{class_role('files', 'ab')}@stock", "table:keep.ward@stock", "grant SELECT", False),
    ],
)
def test_what_a_class_there_holds_and_no_more(source: str, target: str, kind: str, answered: bool) -> None:
    assert STOCK.answers(edge(source, target, kind)) == answered


def test_a_name_that_sql_quotes() -> None:
    there = Neighbour("St ock", "warehouse")
    role = f'role:{class_role("St ock", "ab")}@"St ock"'
    assert there.answers(edge(role, 'table:keep.ward@"St ock"', "grant SELECT"))
    assert not STOCK.answers(edge(role, 'table:keep.ward@"St ock"', "grant SELECT"))


def test_a_neighbour_is_another_database_of_the_same_running_server() -> None:
    later = datetime(2026, 1, 6, tzinfo=UTC)
    places = {
        "files": HERE,
        "warehouse": replace(HERE, database="stock", lsn="0/2", at=later),
        "same": HERE,
        "elsewhere": replace(HERE, database="stock", cluster="8"),
        "promoted": replace(HERE, database="stock", started=later),
    }
    assert beside(HERE, places) == (STOCK,)
    assert together(places) == {
        "files": frozenset({"warehouse"}),
        "same": frozenset({"warehouse"}),
        "warehouse": frozenset({"files", "same"}),
        "elsewhere": frozenset(),
        "promoted": frozenset(),
    }


def verdict(system: str, word: Verdict) -> Verified:
    return Verified(
        system, word, findings=(), accepted=(), attempts=(), examined=("views",), not_examined=(), residual=(),
        outside=(), accounts=1, known_by={}, server_version="18.1", attempted=True, at=NOW, pages={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("own", "theirs", "expected"),
    [
        ("holds", "holds", "holds"),
        ("holds", "holds by catalog", "holds by catalog"),
        ("holds by catalog", "holds", "holds by catalog"),
        ("findings", "holds by catalog", "findings"),
        ("holds", "findings", "undetermined"),
        ("holds by catalog", "undetermined", "undetermined"),
        ("findings", "findings", "findings"),
        ("undetermined", "holds", "undetermined"),
        ("holds", None, "undetermined"),
    ],
)
def test_a_verdict_rests_on_the_neighbours_own(own: Verdict, theirs: Verdict | None, expected: str) -> None:
    verdicts = {} if theirs is None else {"warehouse": verdict("warehouse", theirs)}
    found = leaning(verdict("files", own), (STOCK,), verdicts)
    assert found.verdict == expected
    rests = any("which is system `warehouse`, by its own verdict" in line for line in found.examined)
    assert rests == (theirs in ("holds", "holds by catalog"))
    assert any(line.startswith("neighbour: ") for line in found.not_examined) != rests
    assert leaning(verdict("files", own), (), verdicts) == verdict("files", own)
