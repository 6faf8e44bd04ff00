"""Decisions: what the fixture's directive claims, what fails closed, and what would have changed an answer."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import cedarpy
import pytest
from cedarpy import pst

from recuse.errors import InputError
from recuse.model import ACTIONS, Circumstances, Repository
from recuse.policy.contexts import contexts, possible
from recuse.policy.decide import BATCH, Decider, Question
from recuse.policy.entities import context_json, entities_json, row_entity
from recuse.policy.schema import cedar_schema
from recuse.policy.validate import Rule, RuleSet, rule_set
from tests.unit.policy.conftest import ARREST, ON, ROWS, ask

DUTY = Circumstances("own.records", "official_duty")
WARRANT = Circumstances("crim.investigation", "judicial.warrant")
ORDER = Circumstances("crim.investigation", "judicial.court_order")
STATUS = Circumstances("imm.status_exchange_1373", "statute.8usc1373")


def everything(repository: Repository, account: str, circumstances: Circumstances) -> Iterator[Question]:
    """Every action on every category of every table, on rows with every combination of flags."""
    for table, (_, row) in ROWS.items():
        flags = [name for name in ("sealed", "juvenile") if name in row]
        for values in itertools.product((True, False), repeat=len(flags)):
            marked = dict(zip(flags, values, strict=True))
            for action, category in itertools.product(ACTIONS, repository.systems["blotter"].table(table).categories):
                yield ask(account, circumstances, table, action=action, category=category, **marked)


def opened(
    repository: Repository, decider: Decider, account: str, circumstances: Circumstances
) -> set[tuple[str, str]]:
    """The (action, category) pairs that some row opens."""
    questions = list(everything(repository, account, circumstances))
    answers = decider.decide_many(questions)
    return {(q.action, q.category) for q, answer in zip(questions, answers, strict=True) if answer.allow}


PUBLIC = {("read", "crime_mapping")}
ACCOUNTS = ["records_app", "youth_desk", "removal_017", "bureau_task", "centre_analyst"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_civil_immigration_purpose_opens_nothing_that_is_not_public(
    account: str, repository: Repository, decider: Decider
) -> None:
    for authority in repository.authorities:
        circumstances = Circumstances("imm.civil_enforcement", authority, frozenset(repository.categories))
        assert opened(repository, decider, account, circumstances) == PUBLIC


@pytest.mark.parametrize("account", ACCOUNTS)
def test_1373_opens_status_alone_and_reading_only(account: str, repository: Repository, decider: Decider) -> None:
    status = {("read", "citizenship_immigration_status")}
    assert opened(repository, decider, account, STATUS) == PUBLIC | status


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("authority", ["administrative", "administrative.warrant", "administrative.detainer"])
def test_administrative_authorities_open_nothing(
    authority: str, account: str, repository: Repository, decider: Decider
) -> None:
    for purpose in repository.purposes:
        assert opened(repository, decider, account, Circumstances(purpose, authority)) == PUBLIC


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_judges_warrant_opens_reading_in_a_criminal_case(
    account: str, repository: Repository, decider: Decider
) -> None:
    assert opened(repository, decider, account, WARRANT) == {
        ("read", category) for category in repository.categories
    } - {
        ("read", "custody")  # held by no table
    }
    assert decider.decide(ask(account, WARRANT)).rules == ("criminal-by-judge",)


def test_sealed_rows_need_a_court_order(decider: Decider) -> None:
    refused = decider.decide(ask("bureau_task", WARRANT, sealed=True))
    assert (refused.allow, refused.rules) == (False, ("sealed",))
    assert decider.decide(ask("bureau_task", ORDER, sealed=True)).allow


def test_staff_go_on_under_their_standing_purpose(repository: Repository, decider: Decider) -> None:
    account = repository.accounts["blotter/records_app"]
    (standing,) = (context for context in contexts(repository, account, ON) if context.standing)
    for action in ACTIONS:
        decision = decider.decide(ask("records_app", standing.circumstances, action=action, sealed=True))
        assert (decision.allow, decision.rules) == (True, ("own-staff",))


def test_an_agreement_opens_its_categories_but_not_for_the_border_service(
    repository: Repository, decider: Decider
) -> None:
    agreed = Circumstances("crim.investigation", "agreement", frozenset({"arrest_record", "person_identity"}))
    found = {("read", "arrest_record"), ("read", "person_identity")}
    assert opened(repository, decider, "bureau_task", agreed) == PUBLIC | found
    assert opened(repository, decider, "removal_017", agreed) == PUBLIC
    # The fusion centre serves an office of the Border Service.
    assert opened(repository, decider, "centre_analyst", agreed) == PUBLIC


def test_undeclared_opens_only_what_is_public(repository: Repository, decider: Decider) -> None:
    for account in ACCOUNTS:
        assert opened(repository, decider, account, Circumstances("undeclared", "none")) == PUBLIC


def test_an_inactive_account_is_denied_even_what_is_public(decider: Decider) -> None:
    question = ask("border_inactive", WARRANT, "records.crime_map")
    assert not decider.decide(question).allow
    assert decider.decide(replace(question, account="blotter/removal_017")).allow
    assert decider.explain(question, ON).would_change == ()


def test_a_null_flag_is_absent(decider: Decider) -> None:
    assert decider.decide(ask("bureau_task", Circumstances("crim", "judicial"), juvenile=None)).allow
    sealed = decider.decide(ask("youth_desk", Circumstances("own.policing", "official_duty"), juvenile=True))
    assert sealed.allow


UNKNOWN = {
    "account": ({"account": "blotter/nobody"}, "unknown account `blotter/nobody`"),
    "action": ({"action": "peek"}, "unknown action `peek`"),
    "system": ({"system": "docket"}, "system `docket` has no categorised table `records.arrest`"),
    "table": ({"table": "records.arrests"}, "system `blotter` has no categorised table `records.arrests`"),
    "category": ({"category": "custody"}, "table `records.arrest` holds no category `custody`"),
    "purpose": ({"circumstances": Circumstances("crim.other", "judicial")}, "unknown purpose `crim.other`"),
    "authority": ({"circumstances": Circumstances("crim", "judge")}, "unknown authority `judge`"),
    "agreed": (
        {"circumstances": Circumstances("crim", "agreement", frozenset({"arrests"}))},
        "unknown category `arrests`",
    ),
    "column": ({"row": {**ARREST, "is_sealed": True}}, "table `records.arrest` has no attribute `is_sealed`"),
    "missing flag": ({"row": {"district": "4"}}, "attribute `sealed` of table `records.arrest` is missing"),
    "number for a flag": (
        {"row": {**ARREST, "sealed": 0}},
        "attribute `sealed` of table `records.arrest` cannot be `0`",
    ),
    "flag for a number": (
        {"row": {**ARREST, "charges": True}},
        "attribute `charges` of table `records.arrest` cannot be `True`",
    ),
    "too long a number": (
        {"row": {**ARREST, "charges": 2**63}},
        f"attribute `charges` of table `records.arrest` cannot be `{2**63}`",
    ),
    "half a character": ({"row": {**ARREST, "district": "\ud800"}}, "a row cannot be described to Cedar"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_the_repository_does_not_know_is_an_error(case: str, decider: Decider) -> None:
    changes, message = UNKNOWN[case]
    with pytest.raises(InputError) as raised:
        decider.decide(replace(ask("bureau_task", WARRANT), **changes))  # type: ignore[arg-type]
    assert raised.value.message.startswith(message)
    assert raised.value.remedy


def test_the_bounds_of_a_number_are_cedars(decider: Decider) -> None:
    for bound in (-(2**63), 2**63 - 1):
        assert decider.decide(ask("bureau_task", WARRANT, charges=bound)).allow


ERRING = "{} (principal, action, resource) when {{ resource.nowhere }};"


def with_rule(rules: RuleSet, text: str) -> RuleSet:
    """The rules with one more, which no validation has seen."""
    (template,) = cedarpy.policies_to_pst(text).static_policies.values()
    return rule_set((*rules.rules, Rule("added", "none", template.effect, replace(template, id="added"))), "")


def test_a_forbid_rule_that_errs_denies_though_cedar_allows(repository: Repository, rules: RuleSet) -> None:
    question = ask("bureau_task", WARRANT)
    decision = Decider(repository, with_rule(rules, ERRING.format("forbid"))).decide(question)
    assert (decision.allow, decision.rules, decision.errors) == (False, ("added",), ("added",))
    decision = Decider(repository, with_rule(rules, ERRING.format("permit"))).decide(question)
    assert (decision.allow, decision.rules, decision.errors) == (True, ("criminal-by-judge",), ("added",))


def test_an_error_that_names_no_rule_denies(decider: Decider, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"decision": "Allow", "diagnostics": {"reason": ["own-staff"], "errors": ["something else"]}}
    monkeypatch.setattr(cedarpy, "is_authorized_batch", lambda *_: [cedarpy.AuthzResult(answer)])
    decision = decider.decide(ask("records_app", DUTY))
    assert (decision.allow, decision.errors) == (False, ("something else",))
    answer["decision"] = "NoDecision"
    with pytest.raises(InputError, match="Cedar could not decide: something else"):
        decider.decide(ask("records_app", DUTY))


def test_many_at_once_equal_one_by_one_and_plain_cedar(repository: Repository, rules: RuleSet) -> None:
    """Every account, context, action and flagged row; a fresh decider each way, and Cedar itself with the schema."""
    questions = [
        question
        for account in repository.accounts.values()
        for context in contexts(repository, account, ON)
        for question in everything(repository, account.login, context.circumstances)
    ]
    assert len(questions) > 2 * BATCH
    many = Decider(repository, rules).decide_many(questions)
    one = Decider(repository, rules)
    assert many == [one.decide(question) for question in questions]
    schema = cedarpy.Schema.from_str(cedar_schema(repository))
    for question, decision in list(zip(questions, many, strict=True))[::7]:
        table = repository.systems["blotter"].table(question.table)
        row = row_entity(repository, "blotter", table, question.category, question.row)
        entities = cedarpy.Entities.from_json_str(entities_json(repository)).with_added_json_str(
            f"[{json.dumps(row)}]", schema
        )
        request = {
            "principal": {"type": "Account", "id": question.account},
            "action": {"type": "Action", "id": question.action},
            "resource": row["uid"],
            "context": context_json(question.circumstances),
        }
        result = cedarpy.is_authorized(request, rules.text, entities, schema)
        assert result.allowed == decision.allow
        assert sorted(result.diagnostics.id_annotations_by_reason.values()) == list(decision.rules)
    allowed = sum(decision.allow for decision in many)
    assert 0.05 < allowed / len(many) < 0.95


def test_rows_of_one_question_do_not_leak_into_the_next(decider: Decider) -> None:
    for _ in range(2):
        for district in ("1", "2"):
            question = ask("bureau_task", WARRANT, district=district)
            assert decider.decide(question).allow
            assert not decider.decide(replace(question, row={**question.row, "sealed": True})).allow


def test_why_names_the_authority_that_would_open(repository: Repository, decider: Decider) -> None:
    question = ask("removal_017", Circumstances("imm.civil_enforcement", "administrative.warrant"))
    decision = decider.explain(question, ON)
    assert decision.rules == ("administrative-opens-nothing", "civil-immigration-refused")
    assert decision.would_change == (Circumstances("crim", "judicial"), Circumstances("court_process", "judicial"))


def test_why_of_a_sealed_row_names_only_the_court_order(decider: Decider) -> None:
    decision = decider.explain(ask("bureau_task", WARRANT, sealed=True), ON)
    assert decision.would_change == (
        Circumstances("crim", "judicial.court_order"),
        Circumstances("court_process", "judicial.court_order"),
    )


def test_why_names_an_agreement_while_it_is_in_force_and_duty_for_the_owners_own(decider: Decider) -> None:
    question = ask("bureau_task", Circumstances("crim.investigation", "administrative"))
    agreed = Circumstances("crim", "agreement", frozenset({"arrest_record", "person_identity"}))
    assert agreed in decider.explain(question, ON).would_change
    assert agreed not in decider.explain(question, date(2035, 3, 2)).would_change
    own = decider.explain(replace(question, account="blotter/youth_desk"), ON).would_change
    assert Circumstances("own", "official_duty") in own
    assert "official_duty" not in {c.authority for c in decider.explain(question, ON).would_change}


def test_why_names_what_is_below_a_pair_under_which_not_all_is_allowed(repository: Repository, rules: RuleSet) -> None:
    text = """forbid (principal, action, resource) when {
      context.purpose == Purpose::"crim.investigation" && context.authority == Authority::"judicial.warrant" };"""
    question = ask("removal_017", Circumstances("undeclared", "none"))
    assert Decider(repository, with_rule(rules, text)).explain(question, ON).would_change == (
        Circumstances("crim", "judicial"),
        Circumstances("crim", "judicial.warrant"),
        Circumstances("crim", "judicial.court_order"),
        Circumstances("crim.investigation", "judicial"),
        Circumstances("court_process", "judicial"),
    )


def test_why_never_advises_to_declare_nothing(repository: Repository, rules: RuleSet) -> None:
    text = 'forbid (principal, action, resource) unless { context.purpose == Purpose::"undeclared" };'
    question = ask("removal_017", WARRANT, "records.crime_map")
    decision = Decider(repository, with_rule(rules, text)).explain(question, ON)
    assert (decision.rules, decision.would_change) == (("added",), ())


def test_why_of_an_allowed_question_names_nothing(decider: Decider) -> None:
    assert decider.explain(ask("bureau_task", WARRANT), ON) == decider.decide(ask("bureau_task", WARRANT))


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("sealed", [True, False])
def test_why_is_exactly_what_would_be_allowed(
    account: str, table: str, sealed: bool, repository: Repository, decider: Decider
) -> None:
    """Named pairs are allowed; every allowed pair is named or lies below a named one under which all is allowed."""
    marks = {"sealed": True} if sealed and "sealed" in ROWS[table][1] else {}
    question = ask(account, Circumstances("undeclared", "none"), table, **marks)
    decision = decider.explain(question, ON)
    if decision.allow:
        return
    agency = repository.accounts[f"blotter/{account}"].agency
    tried = [c.circumstances for c in possible(repository, agency, set(repository.purposes) - {"undeclared"}, ON)]
    answers = decider.decide_many([replace(question, circumstances=c) for c in tried])
    allowed = {(c.purpose, c.authority) for c, answer in zip(tried, answers, strict=True) if answer.allow}
    named = {(c.purpose, c.authority) for c in decision.would_change}
    assert named <= allowed
    pairs = {(c.purpose, c.authority) for c in tried}

    def below(pair: tuple[str, str], upper: tuple[str, str]) -> bool:
        return all(x == y or x.startswith(f"{y}.") for x, y in zip(pair, upper, strict=True))

    for pair in allowed - named:
        assert any(below(pair, upper) and {p for p in pairs if below(p, upper)} <= allowed for upper in named)
    assert len(named) == len(decision.would_change)


def test_a_rule_set_keeps_each_rule_under_its_own_id(rules: RuleSet) -> None:
    assert set(rules.policies.to_pst().static_policies) == {rule.id for rule in rules.rules}
    assert isinstance(rules.rules[0].template, pst.Template)
