"""What an expression is in a condition's place, and whether its form alone says that it is a truth value."""

import pytest
from cedarpy import pst

from recuse.compiler.fold import ERROR
from recuse.compiler.reduce import condition, is_truth

OPEN = pst.GetAttr(pst.Var("resource"), "sealed")
TRUE, FALSE, ONE = pst.BoolLit(True), pst.BoolLit(False), pst.LongLit(1)
EQUAL = pst.BinaryOp("eq", OPEN, ONE)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (TRUE, TRUE),
        (FALSE, FALSE),
        (OPEN, OPEN),
        (ONE, ERROR),
        (pst.StringLit("true"), ERROR),
        (pst.BinaryOp("and", TRUE, OPEN), OPEN),
        (pst.BinaryOp("or", FALSE, OPEN), OPEN),
        (pst.BinaryOp("or", TRUE, OPEN), pst.BinaryOp("or", TRUE, OPEN)),
        (pst.BinaryOp("and", FALSE, OPEN), pst.BinaryOp("and", FALSE, OPEN)),
        (pst.BinaryOp("and", OPEN, TRUE), pst.BinaryOp("and", OPEN, TRUE)),
    ],
)
def test_what_stands_in_a_condition_s_place(expr: pst.Expr, expected: pst.Expr) -> None:
    assert condition(expr) == expected


@pytest.mark.parametrize(
    ("expr", "truth"),
    [
        (TRUE, True),
        (ONE, False),
        (OPEN, False),
        (ERROR, True),
        (EQUAL, True),
        (pst.UnaryOp("not", OPEN), True),
        (pst.UnaryOp("neg", OPEN), False),
        (pst.BinaryOp("add", OPEN, ONE), False),
        (pst.HasAttr(pst.Var("resource"), ("sealed",)), True),
        (pst.Like(OPEN, ()), True),
        (pst.Is(OPEN, pst.EntityType("Agency"), None), True),
        (pst.IfThenElse(OPEN, EQUAL, TRUE), True),
        (pst.IfThenElse(OPEN, EQUAL, ONE), False),
        (pst.IfThenElse(OPEN, OPEN, EQUAL), False),
    ],
)
def test_a_truth_value_is_known_by_its_form(expr: pst.Expr, truth: bool) -> None:
    assert is_truth(expr) is truth
