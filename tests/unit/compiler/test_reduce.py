"""What an expression is in a condition's place, and whether its form alone says that it is a truth value."""

import pytest
from cedarpy import pst

from recuse.compiler.fold import ERROR, is_value, negative
from recuse.compiler.known import Hierarchy, Known, Principal, ResourceKind, entity
from recuse.compiler.reduce import condition, is_truth, reduce
from recuse.model import RowAttribute

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
        (
            pst.HasAttr(pst.Var("context"), ("a", "b")),
            pst.BinaryOp(
                "and",
                pst.HasAttr(pst.Var("context"), ("a",)),
                pst.HasAttr(pst.GetAttr(pst.Var("context"), "a"), ("b",)),
            ),
        ),
        (pst.UnaryOp("is_ipv4", ONE), ERROR),
        (pst.BinaryOp("eq", ip("10.0.0.1"), ip("10.0.0.1/32")), TRUE),
        (pst.BinaryOp("eq", ip("10.0.0.1"), ip("10.0.0.1/31")), FALSE),
        (pst.BinaryOp("is_in_range", ONE, OPEN), ERROR),
        (pst.BinaryOp("is_in_range", OPEN, pst.StringLit("10.0.0.0/8")), ERROR),
        (pst.BinaryOp("is_in_range", OPEN, ip("10.0.0.0/8")), pst.BinaryOp("is_in_range", OPEN, ip("10.0.0.0/8"))),
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


OWNER, TAGS = (pst.GetAttr(pst.Var("resource"), name) for name in ("owner", "tags"))
ATTRIBUTES = (("owner", RowAttribute("owner", "Agency", True)), ("tags", RowAttribute("tags", "Set<String>", True)))


def test_a_principal_in_an_attribute_is_one_of_its_agencies_there_or_itself() -> None:
    """While the kind of row is open. Of another account nothing is known there."""
    asks = Known(Hierarchy({}), principal=Principal("records/clerk", frozenset({"unit"}), frozenset(), personal=True))
    clerk, unit = entity("Account", "records/clerk"), entity("Agency", "unit")
    either = pst.BinaryOp("or", pst.BinaryOp("in", unit, OWNER), pst.BinaryOp("eq", clerk, OWNER))
    assert reduce(pst.BinaryOp("in", pst.Var("principal"), OWNER), asks) == either
    other = pst.BinaryOp("in", entity("Account", "records/other"), OWNER)
    assert reduce(other, asks) == other


def test_an_attribute_in_a_set_of_texts_is_left_to_be_refused() -> None:
    """What is no attribute errs there, unless there is nothing to be in."""
    row = Known(Hierarchy({}), resource=ResourceKind("records", "arrest", "arrests", False, ATTRIBUTES))
    asked = pst.BinaryOp("in", OWNER, TAGS)
    assert reduce(asked, row) == asked
    nothing = pst.IfThenElse(pst.UnaryOp("is_empty", TAGS), FALSE, ERROR)
    assert reduce(pst.BinaryOp("in", entity("Agency", "unit"), TAGS), row) == nothing
