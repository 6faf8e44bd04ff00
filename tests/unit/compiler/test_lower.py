from typing import get_args

import cedarpy
import pytest
from cedarpy import pst

from recuse.compiler import lower as lowering
from recuse.compiler.condition import ALWAYS, NEVER, Flag, Null, all_of, any_of, one_of
from recuse.compiler.constructs import construct
from recuse.compiler.lower import lower
from recuse.compiler.residual import Residual
from recuse.errors import UnsupportedRuleError
from recuse.model import RowAttribute
from recuse.targets.postgres.condition_sql import condition_text

ATTRIBUTES = (
    ("sealed", RowAttribute("is_sealed", "Bool", False)),
    ("vip", RowAttribute("is_vip", "Bool", True)),
    ("note", RowAttribute("note", "String", True)),
    ("district", RowAttribute("district", "String", False)),
    ("grade", RowAttribute("grade", "Long", True)),
    ("ref", RowAttribute("ref", "uuid", True)),
    ("other_ref", RowAttribute("other_ref", "uuid", True)),
    ("seen", RowAttribute("seen_on", "date", True)),
    ("host", RowAttribute("host", "ipaddr", True)),
    ("other_host", RowAttribute("other_host", "ipaddr", True)),
    ("tags", RowAttribute("tags", "Set<String>", True)),
    ("owner", RowAttribute("owner", "Agency", True)),
)


def expression(text: str) -> pst.Expr:
    rule = cedarpy.policies_to_pst(f"permit (principal, action, resource) when {{ {text} }};").static_policies[
        "policy0"
    ]
    return rule.clauses[0].expr


def permitted(text: str) -> str:
    return condition_text(lower([Residual("r", "permit", expression(text))], ATTRIBUTES))


def unless_forbidden(text: str) -> str:
    left = [Residual("all", "permit", pst.BoolLit(True)), Residual("r", "forbid", expression(text))]
    return condition_text(lower(left, ATTRIBUTES))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("true", "true"),
        ("resource.sealed", '"is_sealed"'),
        ("!resource.sealed", '(NOT "is_sealed")'),
        ("resource has sealed", "true"),
        ("resource has vip", '("is_vip" IS NOT NULL)'),
        ("!(resource has vip)", '("is_vip" IS NULL)'),
        ("resource has other", "false"),
        ("resource.other", "false"),
        # What is no truth value errs in the place of one, as does an operator on an operand of another type.
        ("5", "false"),
        ('"a"', "false"),
        ("resource.grade", "false"),
        ("resource.sealed && 5", "false"),
        ("resource.note.isIpv4()", "false"),
        ("resource.sealed.isLoopback()", "false"),
        ('resource.note.contains("a")', "false"),
        ('resource.sealed.contains("a")', "false"),
        ("resource.grade.isEmpty()", "false"),
        ('resource.host.isInRange("a")', "false"),
        ('resource.note.isInRange(ip("10.0.0.0/8"))', "false"),
        ('ip("10.0.0.1").isInRange(resource.note)', "false"),
        ("(resource.grade > 3) has name", "false"),
        ("(resource.grade > 3) is Agency", "false"),
        ("resource.note is Agency", "false"),
        ("resource.owner is Purpose", "false"),
        ("resource.owner is Agency", '("owner" IS NOT NULL)'),
        ('ip("10.0.0.1").isInRange(resource.host)', "(\"host\" >>= '10.0.0.1/32'::inet)"),
        ("resource.grade > 3", "(\"grade\" > '3'::bigint)"),
        ("3 > resource.grade", "(\"grade\" < '3'::bigint)"),
        ('resource.note == "a" || resource.note == "b"', "(\"note\" = ANY (ARRAY['a'::text, 'b'::text]))"),
        ('resource.note == 5', "false"),
        ('resource.note != 5', '("note" IS NOT NULL)'),
        (
            'resource.vip || resource.note == "a"',
            "(\"is_vip\" OR ((NOT \"is_vip\") AND (\"note\" = 'a'::text)))",
        ),
    ],
)  # fmt: skip
def test_a_permit_shows(text: str, shown: str) -> None:
    assert permitted(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("false", "true"),
        ("resource.sealed", '(NOT "is_sealed")'),
        ("resource.vip", '(NOT "is_vip")'),
        ("resource has vip && resource.vip", '((NOT "is_vip") OR ("is_vip" IS NULL))'),
        ("!(resource has vip && !resource.vip)", '(NOT "is_vip")'),
        ("resource.other", "false"),
        ("resource has other && resource.other", "true"),
        ("resource.owner is Purpose", '("owner" IS NOT NULL)'),
    ],
)
def test_a_forbid_leaves(text: str, shown: str) -> None:
    assert unless_forbidden(text) == shown


def test_rules_combine() -> None:
    left = [
        Residual("one", "permit", expression("resource.vip")),
        Residual("two", "permit", expression('resource.note == "a"')),
        Residual("three", "forbid", expression("resource.sealed")),
        Residual("four", "forbid", expression("resource.grade == 1")),
    ]
    assert lower(left, ATTRIBUTES) == all_of((
        any_of((Flag("is_vip", True), one_of("note", ["a"]))), Flag("is_sealed", False), one_of("grade", [1], False),
    ))  # fmt: skip
    assert lower([], ATTRIBUTES) == NEVER
    assert lower(left[2:], ATTRIBUTES) == NEVER
    assert lower([Residual("all", "permit", pst.BoolLit(True))], ()) == ALWAYS


def test_null_is_asked_of_the_column_and_not_of_the_attribute() -> None:
    assert lower([Residual("r", "permit", expression("resource has vip"))], ATTRIBUTES) == Null("is_vip", False)


def test_a_condition_that_would_explode_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lowering, "MOST_ATOMS", 20)
    deep = "resource.vip"
    for number in range(6):
        deep = f'(({deep}) && resource.grade == {number}) || resource.note == "{number}"'
    with pytest.raises(UnsupportedRuleError) as caught:
        permitted(deep)
    assert str(caught.value) == (
        "rule `r` cannot be enforced exactly: a condition of more than 20 comparisons; split it into several rules"
    )


def test_a_condition_may_have_as_many_comparisons_as_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of both sides count, what holds and what does not: two of an equality."""
    monkeypatch.setattr(lowering, "MOST_ATOMS", 2)
    assert permitted("resource.grade == 1") == "(\"grade\" = '1'::bigint)"
    monkeypatch.setattr(lowering, "MOST_ATOMS", 1)
    with pytest.raises(UnsupportedRuleError, match="more than 1 comparisons"):
        permitted("resource.grade == 1")


CONSTANTS_ONLY = "compare one attribute of `resource` with constants"


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        (
            'resource.ref == "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"',
            "`A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11` is no uuid as the database writes it",
            "write it in lower case, in five groups with hyphens",
        ),
        (
            'resource.seen == datetime("2026-01-02T03:00:00Z")',
            "a moment within a day, where `seen_on` holds whole days",
            "compare with midnight in UTC, or with `<` and `>=`",
        ),
        (
            '[datetime("2026-01-02T03:00:00Z")].contains(resource.seen)',
            "a moment within a day, where `seen_on` holds whole days",
            "compare with midnight in UTC, or with `<` and `>=`",
        ),
        ('resource.note < "a"', "`<` on text", "Cedar orders numbers and datetimes only; use ==, != or like"),
        ('"a" >= resource.ref', "`>=` on text", "Cedar orders numbers and datetimes only; use ==, != or like"),
        ('resource.ref like "a*"', "`like` on a uuid", "compare whole ids"),
        (r'resource.note == "a\0"', "a text with the character U+0000", "no database text can hold it"),
        (r'resource.note like "a\0*"', "a text with the character U+0000", "no database text can hold it"),
        (r'["b", "a\0"].contains(resource.note)', "a text with the character U+0000", "no database text can hold it"),
        (r'resource.tags.contains("a\0")', "a text with the character U+0000", "no database text can hold it"),
        ("resource.note == resource.district", "a comparison of two attributes", CONSTANTS_ONLY),
        ("resource.grade < resource.grade", "a comparison of two attributes", CONSTANTS_ONLY),
        ("resource.tags.contains(resource.note)", "a comparison of two attributes", CONSTANTS_ONLY),
        ("resource.host.isInRange(resource.other_host)", "a comparison of two attributes", CONSTANTS_ONLY),
    ],
)
def test_what_has_no_exact_form_is_refused_with_a_remedy(text: str, what: str, remedy: str) -> None:
    for show in (permitted, unless_forbidden):
        with pytest.raises(UnsupportedRuleError) as caught:
            show(text)
        assert (caught.value.message, caught.value.remedy) == (
            f"rule `r` cannot be enforced exactly: {what}",
            remedy,
        )


def test_a_condition_at_the_limit_of_depth_is_answered_or_refused() -> None:
    deep = "resource.vip"
    for number in range(40):
        deep = f'(({deep}) && resource.grade == {number}) || resource.note == "{number}"'
    with pytest.raises(UnsupportedRuleError, match="more than 5000 comparisons"):
        permitted(deep)


@pytest.mark.parametrize(
    ("expr", "called"),
    [
        (pst.BinaryOp("mul", pst.LongLit(1), pst.LongLit(2)), "arithmetic (`*`)"),
        (pst.UnaryOp("neg", pst.Var("resource")), "arithmetic (`-`)"),
        (pst.Slot("principal"), "a template"),
        (pst.HasAttr(pst.Var("principal"), ("a", "b")), "`has a.b` of anything but `resource`"),
        (pst.Is(pst.Var("principal"), pst.EntityType("Account"), None), "`is Account` on this operand"),
        (pst.Like(pst.Var("principal"), ()), "`like` on this operand"),
        (pst.StringLit("a"), "a constant on this side"),
        (pst.Record(pst.FrozenMap({})), "a record"),
    ],
)
def test_constructs_have_names(expr: pst.Expr, called: str) -> None:
    assert construct(expr).called == called


def test_every_operator_has_a_name() -> None:
    for op in get_args(pst.BinaryOpName):
        assert construct(pst.BinaryOp(op, pst.Var("resource"), pst.Var("resource")))
    for op in get_args(pst.UnaryOpName):
        assert construct(pst.UnaryOp(op, pst.Var("resource")))


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        (pst.BinaryOp("eq", pst.LongLit(1), pst.LongLit(1)), "a comparison of two attributes"),
        (
            pst.BinaryOp("contains", pst.Set((pst.LongLit(1),)), pst.LongLit(1)),
            "a constant on this side",
        ),
        (pst.HasAttr(pst.Var("resource"), ("a", "b")), "`has a.b` of anything but `resource`"),
    ],
)
def test_what_was_not_reduced_is_refused(expr: pst.Expr, message: str) -> None:
    with pytest.raises(UnsupportedRuleError) as caught:
        lower([Residual("r", "permit", expr)], ATTRIBUTES)
    assert caught.value.message == f"rule `r` cannot be enforced exactly: {message}"
