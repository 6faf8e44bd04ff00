"""Moments and days: which windows an operator comes to, and of which kind, since the text depends on that too."""

from typing import Final, Literal

import pytest
from cedarpy import pst

from recuse.compiler.compare import Days, equality, order, relation
from recuse.compiler.condition import NEVER, Elements, Null, Order, Whole, Within, all_of, any_of
from recuse.compiler.truth import Truth
from recuse.model import RowAttribute
from tests.unit.compiler.test_residual import rules

DAY: Final = 1_768_435_200_000  # 2026-01-15 in UTC
KINDS: Final[tuple[Days, ...]] = ("datetime", "date")


def literal(text: str) -> pst.Expr:
    expr = rules(f"permit (principal, action, resource) when {{ resource.m == {text} }};")[0].template.clauses[0].expr
    assert isinstance(expr, pst.BinaryOp)
    return expr.right


def before(kind: Days, bound: int) -> Within:
    return Within("m", None, bound, True, kind)


def after(kind: Days, bound: int) -> Within:
    return Within("m", bound, None, True, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_is_a_window_without_an_end(kind: Days) -> None:
    """A column may be finer than a millisecond: up to a moment is before the next one."""
    asked = RowAttribute("m", kind, True)
    step = 1 if kind == "datetime" else 86_400_000
    signs: tuple[tuple[Order, int, Literal["before", "after"]], ...] = (
        ("<", DAY, "before"), (">=", DAY, "after"), ("<=", DAY + step, "before"), (">", DAY + step, "after"),
    )  # fmt: skip
    for sign, bound, side in signs:
        true, false = before(kind, bound), after(kind, bound)
        expected = Truth(true, false) if side == "before" else Truth(false, true)
        assert order(asked, sign, literal('datetime("2026-01-15")')) == expected, sign


@pytest.mark.parametrize("kind", KINDS)
def test_equality_is_a_window_of_one(kind: Days) -> None:
    step = 1 if kind == "datetime" else 86_400_000
    windows = [Within("m", DAY + n * 172_800_000, DAY + n * 172_800_000 + step, True, kind) for n in (0, 1)]
    asked = RowAttribute("m", kind, True)
    values = [literal('datetime("2026-01-15")'), literal('datetime("2026-01-17")')]
    found = equality(asked, values)
    assert found.true == any_of(windows)
    assert found.false == all_of([Null("m", False), *(Within("m", w.start, w.end, False, kind) for w in windows)])


def test_what_has_no_order() -> None:
    assert order(RowAttribute("m", "String", True), "<", pst.StringLit("a")) is None
    assert order(RowAttribute("m", "datetime", True), "<", pst.LongLit(5)) is None
    assert equality(RowAttribute("m", "datetime", True), [pst.LongLit(5)]) == Truth(NEVER, Null("m", False))


def test_a_text_that_is_no_uuid_is_none() -> None:
    """Also one in capitals, which Cedar takes for another text; lowering refuses it before."""
    asked = RowAttribute("m", "uuid", True)
    for text in ("6A1F4F3E-0000-4000-8000-00000000ABCD", "6a1f4f3e", ""):
        assert equality(asked, [pst.StringLit(text)]) == Truth(NEVER, Null("m", False))


def test_a_set_of_texts_holds_no_number() -> None:
    """Where it holds other texts nothing changes; to ask for a number is no error."""
    whole = Whole("m", True)
    assert relation("m", "@>", [pst.StringLit("a"), pst.LongLit(1)]) == Truth(NEVER, whole)
    held, not_held = (Elements("m", "&&", ("a",), expected) for expected in (True, False))
    assert relation("m", "&&", [pst.StringLit("a"), pst.LongLit(1)]) == Truth(
        all_of((held, whole)), all_of((not_held, whole))
    )
