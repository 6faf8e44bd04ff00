from dataclasses import replace
from random import Random

import cedarpy
import pytest
from cedarpy import pst

from recuse.compiler.fold import ERROR
from recuse.compiler.known import Known
from recuse.compiler.reduce import reduce
from recuse.compiler.residual import (
    Hierarchy,
    Principal,
    RuleText,
    Specialised,
    hierarchy_of,
    residuals,
    specialise,
)
from recuse.errors import UnsupportedRuleError
from recuse.model import Account, Agency, Authority, Category, Circumstances, Institution, Purpose, Repository
from tests.conformance.generate import Generator
from tests.conformance.world import (
    ASKING,
    CIRCUMSTANCES,
    HIERARCHY,
    KIND,
    PRINCIPALS,
    Asking,
    entities,
    random_rows,
    requests,
    rules_of,
)


def rules(text: str) -> tuple[RuleText, ...]:
    return rules_of(cedarpy.PolicySet.from_str(text))


def condition_of(text: str, asking: Asking = ASKING[0]) -> pst.Expr | None:
    """The residual of `permit … when { text }`, or None when it is dropped."""
    specialised = specialise(
        rules(f"permit (principal, action, resource) when {{ {text} }};"),
        asking.principal,
        asking.circumstances,
        HIERARCHY,
    )
    left = residuals(specialised, asking.action, KIND, HIERARCHY)
    return left[0].condition if left else None


def test_reducing_never_changes_what_cedar_answers() -> None:
    """Each residual, given back to Cedar, answers and errs on every row as the rule does."""
    random = Random(7)  # noqa: S311 - the same sets each time
    rows = random_rows(random, 12)
    found = entities(rows)
    answers = {asking: requests(asking, len(rows)) for asking in ASKING}
    compared = 0
    for _ in range(400):
        policies = cedarpy.PolicySet.from_str(Generator(random, wildness=0.25).rule_set())
        asking = random.choice(ASKING)
        specialised = specialise(rules_of(policies), asking.principal, asking.circumstances, HIERARCHY)
        for left in (specialised.rules, residuals(specialised, asking.action, KIND, HIERARCHY)):
            again = cedarpy.PolicySet.from_pst(
                pst.PolicySet({}, {r.rule: as_rule(r.rule, r.effect, r.condition) for r in left}, ())
            )
            asked = answers[asking]
            before = cedarpy.is_authorized_batch(asked, policies, found)
            after = cedarpy.is_authorized_batch(asked, again, found)
            for one, other in zip(before, after, strict=True):
                assert one.allowed is other.allowed
                assert erring(one) == erring(other)
                compared += 1
    assert compared == 400 * 2 * len(rows)


def as_rule(name: str, effect: pst.Effect, condition: pst.Expr) -> pst.Template:
    anything = pst.ScopeAny()
    return pst.Template(name, effect, anything, anything, anything, (pst.When(condition),), {})


def erring(answer: cedarpy.AuthzResult) -> set[str]:
    return {error.split("`")[1] for error in answer.diagnostics.errors}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('context.purpose in Purpose::"own"', "true"),
        ('context.purpose in Purpose::"own" && resource.sealed', "resource.sealed"),
        ('resource.sealed && context.purpose in Purpose::"own"', "resource.sealed && true"),
        ('(resource.vip == true) && context.purpose in Purpose::"own"', "resource.vip == true"),
        ("resource.vip && 1 == 2", "resource.vip && false"),
        ("(resource.vip && !resource.vip) && resource.a", "resource.vip && (!resource.vip && resource.a)"),
        ("(resource.vip || !resource.vip) || resource.a", "resource.vip || (!resource.vip || resource.a)"),
        ("if principal.personal then resource.vip else resource.sealed", "resource.sealed"),
        ("if resource.vip then principal.personal else resource.a", "if resource.vip then false else resource.a"),
        ("!!resource.vip", "!!resource.vip"),
        ("resource has note.inner", "resource has note && resource.note has inner"),
        ("[1, 2].contains(resource.grade)", "[1, 2].contains(resource.grade)"),
        ("resource.note like \"a*\"", 'resource.note like "a*"'),
    ],
)  # fmt: skip
def test_what_is_left(text: str, left: str) -> None:
    expected = rules(f"permit (principal, action, resource) when {{ {left} }};")[0].template.clauses[0].expr
    assert condition_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1 < true",
        "principal.missing",
        "context.missing == 1",
        "5",
        '"a"',
        '"a" && true',
        "!5",
        "if 5 then true else true",
        'context.purpose in ["own"]',
        '"a" in Purpose::"own"',
        '"a" is Purpose',
        '"a" has b',
        '"a".b == 1',
        "-true == 1",
        "-(-9223372036854775808) == 1",
        "true.isEmpty()",
        "5.contains(1)",
        "[1].containsAll(1)",
        '5 like "5"',
        "[principal.missing].contains(1)",
        "{a: principal.missing} == context",
        "principal.missing.isEmpty()",
        "principal.missing has a",
        "principal.missing is Account",
        'principal.missing like "a"',
        "-principal.missing == 1",
        "principal.missing.inner == 1",
        "if principal.missing then true else true",
        "!principal.missing",
        "resource.sealed == principal.missing",
        "ip(principal.missing).isIpv4()",
    ],
)
def test_what_always_errs_is_one_value(text: str) -> None:
    assert condition_of(text) == ERROR


@pytest.mark.parametrize(
    "text",
    [
        "1 == 1",
        '1 != "1"',
        "1 < 2 && 2 <= 2 && 2 > 1 && 2 >= 2",
        "!(2 < 2) && !(3 <= 2) && !(2 > 2) && !(1 >= 2)",
        "-(5) == -5",
        "[].isEmpty() && ![1].isEmpty()",
        '[1, "1"] == ["1", 1, 1] && [1] != [2]',
        "[[1]].contains([1, 1])",
        "[1, 2].containsAll([2]) && ![1].containsAll([1, 2])",
        "[1, 2].containsAny([2, 3]) && ![1].containsAny([2])",
        '"a*b" like "a\\*b" && !("ab" like "a\\*b")',
        'Purpose::"own.records" in [Purpose::"crime", Purpose::"own"] && !(Purpose::"own" in Purpose::"own.records")',
        'Account::"x" == Account::"x" && Account::"x" in Account::"x"',
        'Action::"insert" in Action::"write" && !(Action::"read" in Action::"write")',
        'Purpose::"unheard-of" in Purpose::"unheard-of" && !(Purpose::"unheard-of" in Purpose::"own")',
        'context.purpose is Purpose && !(context.purpose is Category) && context.purpose is Purpose in Purpose::"own"',
    ],
)
def test_constants_fold_as_cedar_evaluates_them(text: str) -> None:
    assert condition_of(text) == pst.BoolLit(True)
    rule = f"permit (principal, action, resource) when {{ {text} }};"
    assert cedarpy.is_authorized_batch(requests(ASKING[0], 1), rule, entities([]))[0].allowed


@pytest.mark.parametrize(
    "text", ["1 == 2", 'context.purpose == Purpose::"crime"', "false && resource.missing", "resource is X"]
)
def test_what_is_false_for_good_is_dropped(text: str) -> None:
    assert condition_of(text) is None


def test_what_may_err_is_not_dropped() -> None:
    assert condition_of("resource.vip && false") is not None
    assert condition_of("1 < true") == ERROR


def test_contexts_collapse_to_few_sets_of_rules() -> None:
    text = """
    permit (principal in Agency::"city", action, resource) when { context.purpose in Purpose::"own" };
    permit (principal, action == Action::"read", resource) when { context.authority in Authority::"judicial" };
    forbid (principal, action, resource) when { resource has vip && resource.vip } unless { principal.personal };
    """
    left = {specialise(rules(text), p, c, HIERARCHY) for p in PRINCIPALS for c in CIRCUMSTANCES}
    # The clerk: own purpose, judicial (twice), neither; agent and analyst alike: judicial, neither.
    assert len(left) == 5
    assert all(isinstance(one, Specialised) and hash(one) == hash(replace(one)) for one in left)


def test_a_stage_leaves_open_what_it_does_not_know() -> None:
    specialised = specialise(
        rules('permit (principal, action in Action::"write", resource is clear::records::arrest);'),
        PRINCIPALS[0], CIRCUMSTANCES[0], HIERARCHY,
    )  # fmt: skip
    assert len(specialised.rules) == 1
    assert residuals(specialised, "read", KIND, HIERARCHY) == ()
    assert residuals(specialised, "update", KIND, HIERARCHY)[0].condition == pst.BoolLit(True)
    assert residuals(specialised, "update", replace(KIND, table="records.person"), HIERARCHY) == ()


def test_nothing_known_leaves_variables() -> None:
    for name in ("principal", "action", "resource", "context"):
        assert reduce(pst.Var(name), Known(HIERARCHY)) == pst.Var(name)


@pytest.mark.parametrize(
    ("scope", "slot"),
    [
        ("principal == ?principal, action, resource", "principal"),
        ("principal in ?principal, action, resource", "principal"),
        ("principal is Account in ?principal, action, resource", "principal"),
        ("principal, action, resource == ?resource", "resource"),
        ("principal, action, resource in ?resource", "resource"),
        ("principal, action, resource is clear::records::arrest in ?resource", "resource"),
    ],
)
def test_a_template_is_refused_by_name(scope: str, slot: str) -> None:
    template = cedarpy.policies_to_pst(f'@id("t") permit ({scope});').templates["policy0"]
    with pytest.raises(UnsupportedRuleError) as caught:
        specialise([RuleText("t", "permit", template)], PRINCIPALS[0], CIRCUMSTANCES[0], HIERARCHY)
    assert str(caught.value) == (
        f"rule `t` cannot be enforced exactly: it is a template (`?{slot}`); name the entity instead of the slot"
    )


def test_an_account_without_entity_attributes_stays_open() -> None:
    """An account that is not asking: its attributes and agencies are not known, so nothing is folded to false."""
    expr = condition_of('resource.sealed || Account::"clear/other" in Agency::"city"')
    assert isinstance(expr, pst.BinaryOp)
    assert isinstance(expr.right, pst.BinaryOp)


def test_hierarchy_of_a_repository() -> None:
    def purpose(name: str, parent: str | None = None) -> Purpose:
        return Purpose(name, parent, "civil")

    def account(login: str, agency: str) -> Account:
        return Account("s", login, agency, "shared", True, None, frozenset())

    repository = Repository(
        institution=Institution("a", "A", ()), ledger_origin="o", systems={}, officials={}, agreements={},
        directives={}, policy_sha256="",
        accounts={a.id: a for a in (account("clerk", "a.b"), account("stray", "nobody"))},
        agencies={a.id: a for a in (Agency("a", "", "", None), Agency("a.b", "", "", "a"), Agency("c", "", "", "a.b"))},
        purposes={"p": purpose("p"), "p.q": purpose("p.q", "p")},
        authorities={"none": Authority("none", None)},
        categories={"k": Category("k", None), "x": Category("x", "k")},
    )  # fmt: skip
    found = hierarchy_of(repository).ancestors
    assert found["Agency", "c"] == {("Agency", "c"), ("Agency", "a.b"), ("Agency", "a")}
    assert found["Purpose", "p.q"] == {("Purpose", "p"), ("Purpose", "p.q")}
    assert found["Authority", "none"] == {("Authority", "none")}
    assert found["Category", "x"] == {("Category", "x"), ("Category", "k")}
    assert found["Account", "s/clerk"] == {("Account", "s/clerk"), ("Agency", "a.b"), ("Agency", "a")}
    assert found["Account", "s/stray"] == {("Account", "s/stray")}
    assert len(found) == 3 + 2 + 1 + 2 + 2
    assert hash(Hierarchy(found)) == hash(hierarchy_of(repository))


def test_principal_is_hashable_and_context_is_a_record() -> None:
    someone = Principal("s/a", frozenset({"a"}), frozenset(), False)
    assert hash(someone) == hash(replace(someone))
    known = Known(HIERARCHY, circumstances=Circumstances("own", "none", frozenset({"k"})))
    context = known.variable("context")
    assert isinstance(context, pst.Record)
    assert set(context.fields) == {"purpose", "authority", "agreed"}
