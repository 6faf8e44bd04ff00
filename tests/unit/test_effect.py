"""Whether one effect lies within another, and how a gate is told from the rows."""

import pytest

from recuse.model import Action, Effect, TableEffect, within
from recuse.targets.postgres.effect import without_gate

ROLE = "recuse_c_01234567_0123456789ab"
GATE = f"(( SELECT recuse.gate('{ROLE}'::name) AS gate) IS NOT NULL)"


def effect(*columns: str, rows: str | None = None, action: Action = "read", table: str = "a.b") -> Effect:
    return Effect("any", (TableEffect(table, action, frozenset(columns), rows),))


@pytest.mark.parametrize(
    ("narrow", "wide", "expected"),
    [
        (effect("x"), effect("x", "y"), True),
        (effect("x", "y"), effect("x"), False),
        (effect("x"), effect("x", action="update"), False),
        (effect("x"), effect("x", table="a.c"), False),
        (effect("x", rows="(g > 1)"), effect("x"), True),
        (effect("x", rows="(g > 1)"), effect("x", rows="(g > 1)"), True),
        (effect("x", rows="(g > 2)"), effect("x", rows="(g > 1)"), False),
        (effect("x"), effect("x", rows="(g > 1)"), False),
        (Effect("none", ()), effect("x"), True),
        (effect("x"), Effect("none", ()), False),
        (effect(action="delete"), effect(action="delete"), True),
    ],
)
def test_within(narrow: Effect, wide: Effect, expected: bool) -> None:
    assert within(narrow, wide) is expected
    assert within(narrow, narrow)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        (f"({GATE} AND (g > 1))", "(g > 1)"),
        (f"({GATE} AND true)", None),
        ("true", None),
        ("(g > 1)", "(g > 1)"),
        (f"(({GATE} AND (g > 1)) OR (g = 0))", f"(({GATE} AND (g > 1)) OR (g = 0))"),
        (f"({GATE.replace('0123', '9999')} AND (g > 1))", f"({GATE.replace('0123', '9999')} AND (g > 1))"),
    ],
)
def test_only_the_class_s_own_gate_is_left_out(condition: str, rows: str | None) -> None:
    assert without_gate(condition, ROLE) == rows
