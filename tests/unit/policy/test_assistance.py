"""Rules on assistance: apart from those on rows both ways, refused by name where they say what cannot be, decided as
Cedar combines them with every error closing."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import cedarpy
import pytest

from recuse.errors import InputError, PolicyError, UnsupportedRuleError
from recuse.model import ASSISTANCE, Circumstances, Directive, Repository
from recuse.policy import validate as validation
from recuse.policy.assistance_schema import SCHEMA, assistance_entities, parties
from recuse.policy.assisting import Assisting, Help
from recuse.policy.decide import Decider
from recuse.policy.validate import Rule, RuleSet, rule_set, validate
from tests.unit.policy.assistance import RULES, asked, assisting
from tests.unit.policy.conftest import DIRECTIVE, ON, ask, with_cedar

BLANKET: Final = '@id("everything") permit (principal, action, resource);'
FILE: Final = f"directives/{DIRECTIVE}/directive.cedar"


def test_rules_on_rows_are_the_same_with_and_without_rules_on_assistance(
    repository: Repository, directive: Directive, rules: RuleSet, decider: Decider
) -> None:
    between = directive.cedar.split("@id", 4)
    mixed = "@id".join(between[:3]) + RULES + "@id" + "@id".join(between[3:])
    for text in (directive.cedar + RULES, RULES + directive.cedar, mixed):
        both = validate(repository, [with_cedar(directive, text)])
        assert both.rules == rules.rules  # all that a compiler, a decider, a plan or a proof is given
        assert [rule.id for rule in both.assistance] == re.findall(r'@id\("([^"]+)"', RULES)
        other = Decider(repository, both)
        purposes = [Circumstances(p, a) for p in repository.purposes for a in repository.authorities]
        questions = [
            ask(login, circumstances, table)
            for login, circumstances, table in itertools.product(
                ("records_app", "removal_017"), purposes, ("records.person", "records.crime_map")
            )
            if f"blotter/{login}" in repository.accounts
        ]
        assert questions
        assert other.decide_many(questions) == decider.decide_many(questions)
    assert rules.assistance == ()


def test_a_blanket_rule_on_rows_opens_no_assistance(
    repository: Repository, directive: Directive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened() -> bool:
        rules = validate(repository, [with_cedar(directive, BLANKET)])
        every = [asked("crim.investigation", "judicial.warrant", kind=kind) for kind in ASSISTANCE]
        return any(decision.allow for each in every for decision in Assisting(repository, rules).decide(each))

    assert not opened()
    monkeypatch.setattr(validation, "on_assistance", lambda template: True)  # the fault: blanket rules count here too
    assert opened()


def test_silence_refuses_and_a_group_or_a_list_opens(repository: Repository) -> None:
    nothing = assisting(repository, "")
    assert not any(each.allow for kind in ASSISTANCE for each in nothing.decide(asked("crim", "judicial", kind=kind)))
    whole = assisting(repository, '@id("all") permit (principal, action in Action::"assist", resource);')
    assert all(each.allow for kind in ASSISTANCE for each in whole.decide(asked("undeclared", "none", kind=kind)))
    some = assisting(
        repository, '@id("s") permit (principal, action in [Action::"interview", Action::"detainer"], resource);'
    )
    open_to = [kind for kind in ASSISTANCE if some.decide(asked("undeclared", "none", kind=kind))[0].allow]
    assert open_to == ["detainer", "interview"]


REFUSED: Final = {
    "both kinds of action": (
        'permit (principal, action in [Action::"read", Action::"detainer"], resource);',
        "names action `read` outside its head, or beside others there",
    ),
    "the group beside the group of rows": (
        'permit (principal, action in [Action::"write", Action::"assist"], resource);',
        "names action `write` outside its head, or beside others there",
    ),
    "assistance in the body of a rule on rows": (
        'permit (principal, action, resource) when { action in Action::"assist" };',
        "names action `assist` outside its head, or beside others there",
    ),
    "rows in the body of a rule on assistance": (
        'permit (principal, action == Action::"interview", resource) when { action == Action::"read" };',
        "names action `read` outside its head, or beside others there",
    ),
    "a misspelt agency": (
        'forbid (principal in Agency::"fed.homeland.boarder", action in Action::"assist", resource);',
        "names unknown agency `fed.homeland.boarder` (did you mean `fed.homeland.border`?)",
    ),
    "a misspelt party": (
        'forbid (principal, action in Action::"assist", resource) when '
        '{ context.parties.contains(Agency::"fed.homeland.boarder") };',
        "names unknown agency `fed.homeland.boarder` (did you mean `fed.homeland.border`?)",
    ),
    "a misspelt kind beside another": (
        'permit (principal, action in [Action::"detainer", Action::"intervew"], resource);',
        "names unknown action `intervew` (did you mean `interview`?)",
    ),
    "an account": (
        'forbid (principal, action == Action::"interview", resource) when '
        '{ principal == Account::"blotter/records_app" };',
        "names unknown account `blotter/records_app`",
    ),
    "an account's attribute": (
        'forbid (principal, action in Action::"assist", resource) when { principal.personal };',
        "asks for unknown attribute `personal` of `principal`",
    ),
    "a row's attribute": (
        'forbid (principal, action in Action::"assist", resource) when { resource has sealed && resource.sealed };',
        "asks for unknown attribute `sealed` of `resource`",
    ),
    "a party as a category": (
        'forbid (principal, action in Action::"assist", resource) when { principal in Category::"custody" };',
        "asks whether an agency is in a category, which none ever is",
    ),
    "assistance by its id": (
        'forbid (principal, action in Action::"assist", resource == Assistance::"custody");',
        "names single assistance by its id (ask for its category or its attributes)",
    ),
    "parties of a row": (
        'forbid (principal, action, resource) when { context.parties.contains(Agency::"fed.homeland") };',
        "asks for unknown attribute `parties` of `context`",
    ),
    "arithmetic": (
        'permit (principal, action == Action::"interview", resource) when { 1 + 1 == 2 };',
        "uses arithmetic",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_decided_exactly_is_refused_by_name(
    case: str, repository: Repository, directive: Directive
) -> None:
    cedar, expected = REFUSED[case]
    with pytest.raises(UnsupportedRuleError) as refused:
        validate(repository, [with_cedar(directive, f'@id("r") {cedar}')])
    assert f"{FILE}:1: rule `r` {expected}" in refused.value.message


@pytest.mark.parametrize(
    ("cedar", "expected"),
    [
        ('when { resource.category == Category::"custody" }', "unable to guarantee safety of access"),
        ("when { context.purpose }", "unexpected type"),
        ("when { principal is Account }", "Account"),
    ],
)
def test_unsound_rules_are_told_at_their_own_line(
    cedar: str, expected: str, repository: Repository, directive: Directive
) -> None:
    text = f'{BLANKET}\n\n@id("wrong")\nforbid (principal, action == Action::"interview", resource)\n{cedar};\n{RULES}'
    with pytest.raises(PolicyError) as refused:
        validate(repository, [with_cedar(directive, text)])
    lines = [each for each in refused.value.message.splitlines() if expected in each]
    assert lines
    assert all(line.startswith(f"{FILE}:3: rule `wrong`") for line in lines)


def test_a_slip_in_a_rule_on_rows_is_told_beside_rules_on_assistance(
    repository: Repository, directive: Directive
) -> None:
    text = RULES + '\n@id("rows") forbid (principal, action, resource) when { resource.sealed };'
    with pytest.raises(PolicyError, match=r"rule `rows`: .*sealed"):
        validate(repository, [with_cedar(directive, text)])


def test_who_is_barred_cannot_ask_through_another(repository: Repository) -> None:
    agreed = Circumstances("crim.investigation", "agreement", frozenset({"arrest_record"}))
    point = assisting(repository)

    def allowed(*agencies: str) -> bool:
        asked = Help("data_access", agencies, ("arrest_record",), agreed)
        return point.decide(asked)[0].allow

    assert allowed("fed.justice.bureau")
    assert not allowed("fed.homeland.border.removal")
    assert not allowed("fed.justice.bureau", "fed.homeland.border.removal")  # as sender or recipient
    assert not allowed("fusion.tworivers")  # serves an office of theirs
    assert not allowed("fed.justice.bureau", "fusion.tworivers")
    assert parties(repository, ["fed.homeland.border.removal"]) == {
        "fed.homeland.border.removal", "fed.homeland.border", "fed.homeland"
    }  # fmt: skip


def test_each_category_is_a_question_of_its_own(repository: Repository) -> None:
    point = assisting(repository)
    status = asked(
        "imm.status_exchange_1373", "statute.8usc1373", kind="data_access",
        categories=("citizenship_immigration_status", "contact_information", "crime_mapping"),
    )  # fmt: skip
    assert [each.allow for each in point.decide(status)] == [True, False, True]
    assert [each.rules for each in point.decide(status)] == [("assist-status-exchange",), (), ("assist-public",)]


def test_what_would_open_it_is_named(repository: Repository) -> None:
    point = assisting(repository)
    opening = point.opening(asked("imm.civil_enforcement", "administrative.detainer"), ON)
    assert [(each.purpose, each.authority) for each in opening] == [("crim", "judicial"), ("court_process", "judicial")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "tea"}, "unknown kind of assistance `tea`"),
        ({"agencies": ("unlisted",)}, "unknown agency `unlisted`"),
        ({"categories": ("custdy",)}, "unknown category `custdy`"),
        ({"circumstances": Circumstances("fun", "none")}, "unknown purpose `fun`"),
        ({"circumstances": Circumstances("crim", "hope")}, "unknown authority `hope`"),
    ],
)
def test_what_the_repository_does_not_know_is_no_question(
    changes: dict[str, object], expected: str, repository: Repository
) -> None:
    with pytest.raises(InputError, match=re.escape(expected)):
        assisting(repository).decide(replace(asked("crim", "judicial"), **changes))  # type: ignore[arg-type]


# Algebra: abstract rules, each true, false or failing by who asks; every set of up to three of them.


@dataclass(frozen=True)
class Abstract:
    """A rule whose answer for each of three agencies is known without Cedar: True, False or None where it errs."""

    effect: str
    answers: tuple[bool | None, bool | None, bool | None]


AGENCIES: Final = ("fed.justice.bureau", "fed.homeland.border.removal", "st.riverton.police")
CONDITION: Final[dict[bool | None, Callable[[str], str]]] = {
    True: lambda agency: f'principal == Agency::"{agency}"',
    False: lambda agency: "false",
    None: lambda agency: f'(principal == Agency::"{agency}" && resource.category == Category::"custody")',
}
ABSTRACT: Final = tuple(
    Abstract(effect, answers)
    for effect in ("permit", "forbid")
    for answers in (
        (True, False, None), (True, True, False), (None, False, True), (False, False, False), (None, None, None),
        (True, True, True),
    )
)  # fmt: skip


def written(number: int, rule: Abstract) -> Rule:
    """The rule as Cedar; its conditions are tried one after another, so that one erring ends it."""
    parts = " || ".join(CONDITION[answer](agency) for answer, agency in zip(rule.answers, AGENCIES, strict=True))
    text = f'{rule.effect} (principal, action in Action::"assist", resource) when {{ {parts} }};'
    (template,) = cedarpy.policies_to_pst(text).static_policies.values()
    return Rule(f"r{number}", "d", template.effect, replace(template, id=f"r{number}"))


def expected(rules: tuple[Abstract, ...], place: int) -> tuple[bool, tuple[str, ...]]:
    """Deny overrides, silence denies, and a forbid that errs denies by itself."""
    answers = [(f"r{n}", rule.effect, rule.answers[place]) for n, rule in enumerate(rules)]
    failing = tuple(sorted(name for name, effect, answer in answers if effect == "forbid" and answer is None))
    if failing:
        return False, failing
    forbidding = tuple(sorted(name for name, effect, answer in answers if effect == "forbid" and answer))
    if forbidding:
        return False, forbidding
    permitting = tuple(sorted(name for name, effect, answer in answers if effect == "permit" and answer))
    return bool(permitting), permitting


def sets() -> Iterator[tuple[Abstract, ...]]:
    for size in range(4):
        yield from itertools.combinations(ABSTRACT, size)


def test_every_set_of_up_to_three_rules_decides_as_the_algebra_says(repository: Repository) -> None:
    allowed = refused = failed = 0
    for rules in sets():
        made = replace(rule_set((), ""), assistance=tuple(written(n, rule) for n, rule in enumerate(rules)))
        point = Assisting(repository, made)
        for place, agency in enumerate(AGENCIES):
            (found,) = point.decide(asked("crim", "none", agencies=(agency,)))
            assert (found.allow, tuple(sorted(found.rules))) == expected(rules, place), (rules, agency)
            allowed, refused, failed = allowed + found.allow, refused + (not found.allow), failed + bool(found.errors)
    assert allowed > 100
    assert refused > 300
    assert failed > 100


def test_the_differential_sees_a_forbid_that_errs_and_is_skipped(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recuse.policy import assisting as module

    def lenient(result: cedarpy.AuthzResult, permits: object) -> object:
        from recuse.model import Decision

        return Decision(result.allowed, tuple(sorted(result.diagnostics.reasons)))

    monkeypatch.setattr(module, "closed", lenient)
    with pytest.raises(AssertionError):
        test_every_set_of_up_to_three_rules_decides_as_the_algebra_says(repository)


def test_the_schema_fits_the_entities(repository: Repository) -> None:
    text = assistance_entities(repository)
    assert cedarpy.Entities.from_json_str(text, cedarpy.Schema.from_str(SCHEMA))
    kinds = {each["uid"]["type"] for each in json.loads(text)}
    assert kinds == {"Agency", "Purpose", "Authority", "Category", "Assistance"}
