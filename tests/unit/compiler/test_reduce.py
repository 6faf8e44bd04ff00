"""What an expression is in a condition's place, and whether its form alone says that it is a truth value."""

import pytest
from cedarpy import pst

from recuse.compiler.fold import ERROR, is_value, negative
from recuse.compiler.known import Hierarchy, Known
from recuse.compiler.reduce import condition, is_truth, reduce

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


LARGEST = 2**63 - 1
NOTHING = Known(Hierarchy({}))
ERRS = pst.GetAttr(pst.Record(pst.FrozenMap({})), "x")
NESTED = pst.Record(pst.FrozenMap({"a": pst.Record(pst.FrozenMap({"b": ONE}))}))


def ip(text: str) -> pst.Expr:
    return pst.UnaryOp("ip", pst.StringLit(text))


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (pst.BinaryOp("and", TRUE, EQUAL), EQUAL),
        (pst.BinaryOp("or", EQUAL, FALSE), EQUAL),
        (pst.BinaryOp("and", TRUE, OPEN), pst.BinaryOp("and", TRUE, OPEN)),
        (pst.UnaryOp("is_ipv4", ip("10.0.0.1")), TRUE),
        (pst.UnaryOp("is_ipv4", ip("::1")), FALSE),
        (pst.UnaryOp("is_ipv6", ip("::1")), TRUE),
        (pst.UnaryOp("is_ipv6", ip("10.0.0.1")), FALSE),
        (pst.UnaryOp("is_loopback", ip("127.0.0.1")), TRUE),
        (pst.UnaryOp("is_loopback", ip("10.0.0.1")), FALSE),
        (pst.UnaryOp("is_multicast", ip("224.0.0.1")), TRUE),
        (pst.UnaryOp("is_multicast", ip("10.0.0.1")), FALSE),
        (ERRS, ERROR),
        (pst.UnaryOp("decimal", ERRS), ERROR),
        (pst.HasAttr(NESTED, ("a", "b")), TRUE),
        (pst.HasAttr(NESTED, ("a", "c")), FALSE),
        (pst.HasAttr(NESTED, ("b", "b")), FALSE),
        (pst.UnaryOp("neg", pst.LongLit(-LARGEST)), pst.LongLit(LARGEST)),
        (pst.UnaryOp("neg", pst.LongLit(-LARGEST - 1)), ERROR),
    ],
)
def test_what_is_known_is_folded(expr: pst.Expr, expected: pst.Expr) -> None:
    assert reduce(expr, NOTHING) == expected


def test_a_value_is_known_by_its_form() -> None:
    assert is_value(ONE) is True
    assert is_value(OPEN) is False
    assert negative(pst.LongLit(LARGEST)) == pst.LongLit(-LARGEST)
