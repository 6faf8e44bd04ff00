"""The decision point answers as the policy does, for what an account is really in, and denies what it does not know."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

import cedarpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recuse.model import Account, Circumstances, Repository, RowAttribute
from recuse.policy.contexts import Context, contexts
from recuse.policy.decide import Decider, Question
from recuse.policy.validate import Rule, RuleSet, rule_set
from recuse.server.authzen import Action, Entity, Evaluation, parse_evaluation
from recuse.server.deciding import REASONS, Answer, DecisionPoint
from tests.unit.policy.conftest import ROWS, directive, repository, rules

__all__ = ["directive", "repository", "rules"]  # fixtures

AT: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
Permit = tuple[str, str, str, str | None]


def rule_set_of(text: str) -> RuleSet:
    """Cedar text as a set of rules, by Cedar's own ids."""
    nodes = cedarpy.PolicySet.from_str(text).to_pst().static_policies
    return rule_set([Rule(name, "test", node.effect, replace(node, id=name)) for name, node in nodes.items()], text)


@dataclass
class Kept:
    """The permits that are in force: account, purpose, authority and case."""

    permits: set[Permit] = field(default_factory=set)
    every: bool = False

    def in_force(self, account: Account, context: Context, case: str | None, at: datetime) -> bool:
        assert at == AT
        asked = context.circumstances
        return self.every or (account.id, asked.purpose, asked.authority, case) in self.permits

    def named(self, name: str) -> None:
        return None


@dataclass
class Desk:
    """A decision point, and questions about ordinary rows of it."""

    point: DecisionPoint
    kept: Kept

    def ask(self, account: str, table: str = "arrest", **changes: Any) -> Answer:
        category, row = ROWS.get(f"records.{table}", ("arrest_record", {}))
        context = {key: changes.pop(key) for key in ("purpose", "authority", "agreement", "case") if key in changes}
        kind, claims = changes.pop("kind", "account"), changes.pop("claims", {})
        action, category = changes.pop("action", "read"), changes.pop("category", category)
        whole: dict[str, Any] = {
            "subject": {"type": kind, "id": f"blotter/{account}", "properties": claims},
            "action": {"name": action},
            "resource": {"type": f"blotter::records::{table}", "id": category, "properties": {**row, **changes}},
            "context": context,
        }
        return self.point.answer(parse_evaluation(whole), AT)


@pytest.fixture
def desk(repository: Repository, rules: RuleSet) -> Desk:
    kept = Kept()
    return Desk(DecisionPoint(repository, rules, kept), kept)


def test_who_declares_nothing_is_in_the_circumstances_that_it_stands_in(desk: Desk) -> None:
    assert desk.ask("records_app") == Answer(allow=True, reason="permitted", rules=("own-staff",))
    refused = desk.ask("removal_017")
    assert (refused.allow, refused.reason, refused.rules) == (False, "no_rule", ())
    assert Circumstances("crim", "judicial") in refused.would_change


def test_what_is_declared_needs_a_permit_for_this_case(desk: Desk) -> None:
    declared = {"purpose": "crim.investigation", "authority": "judicial.court_order", "case": "26-CR-1"}
    refused = desk.ask("removal_017", **declared)
    assert (refused.allow, refused.reason, refused.rules) == (False, "no_permit", ("criminal-by-judge",))
    assert refused.would_change == (Circumstances("crim.investigation", "judicial.court_order"),)
    desk.kept.permits.add(("blotter/removal_017", "crim.investigation", "judicial.court_order", "26-CR-1"))
    assert desk.ask("removal_017", **declared).allow
    assert desk.ask("removal_017", **declared | {"case": "26-CR-2"}).reason == "no_permit"


def test_a_permit_opens_nothing_that_a_rule_forbids(desk: Desk) -> None:
    desk.kept.every = True
    civil = {"purpose": "imm.civil_enforcement", "authority": "judicial.court_order"}
    answer = desk.ask("removal_017", **civil)
    assert (answer.allow, answer.reason, answer.rules) == (False, "forbidden", ("civil-immigration-refused",))
    assert civil["purpose"] not in {each.purpose for each in answer.would_change}
    assert {each.purpose for each in answer.would_change} == {"crim", "court_process"}


def test_answers_are_those_of_the_policy_in_all_that_an_account_can_be_in(
    desk: Desk, repository: Repository, rules: RuleSet
) -> None:
    desk.kept.every = True
    decider, asked = Decider(repository, rules), 0
    for account in repository.accounts.values():
        for context in contexts(repository, account, AT.date()):
            for table, (category, row) in ROWS.items():
                for sealed in (False, True) if "sealed" in row else (None,):
                    circumstances = context.circumstances
                    flags = {} if sealed is None else {"sealed": sealed}
                    question = Question(account.id, "read", "blotter", table, category, {**row, **flags}, circumstances)
                    said = {"purpose": circumstances.purpose, "authority": circumstances.authority}
                    said |= {"agreement": context.agreement} if context.agreement else {}
                    answer = desk.ask(account.login, table.partition(".")[2], **said, **flags)
                    decision = decider.decide(question)
                    assert (answer.allow, answer.rules) == (decision.allow, decision.rules), question
                    asked += 1
    assert asked > 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "user"}, "unknown_subject"),
        ({"account": "nobody"}, "unknown_subject"),
        ({"account": "border_inactive"}, "inactive"),
        ({"action": "export"}, "unknown_action"),
        ({"category": "custody"}, "unknown_resource"),
        ({"table": "secret"}, "unknown_resource"),
        ({"purpose": "crim.investigation", "authority": "official_duty"}, "not_declarable"),
        ({"purpose": "own.records"}, "not_declarable"),
        ({"purpose": 1}, "unknown_context"),
        ({"authority": ["official_duty"]}, "unknown_context"),
        ({"case": 1}, "unknown_context"),
        (
            {"account": "removal_017", "purpose": "crim.investigation", "authority": "judicial", "case": []},
            "unknown_context",
        ),
        ({"sealed": "false"}, "row_incomplete"),
        ({"sealed": 0}, "row_incomplete"),
        ({"sealed": None}, "row_incomplete"),
    ],
)
def test_what_is_not_known_denies(desk: Desk, changes: dict[str, Any], reason: str) -> None:
    answer = desk.ask(changes.pop("account", "records_app"), changes.pop("table", "arrest"), **changes)
    assert (answer.allow, answer.reason) == (False, reason)
    assert answer.rules == ()


def test_what_the_caller_claims_of_an_account_counts_for_nothing(desk: Desk) -> None:
    claims = {"agency": "st.riverton.police", "serves": [], "personal": True, "active": True}
    assert desk.ask("removal_017", claims=claims) == desk.ask("removal_017")
    assert desk.ask("border_inactive", claims=claims).reason == "inactive"


def test_an_attribute_that_no_rule_asks_need_not_be_said(desk: Desk) -> None:
    assert set(ROWS["records.arrest"][1]) > {"sealed", "juvenile"}
    whole: dict[str, Any] = {
        "subject": {"type": "account", "id": "blotter/records_app"},
        "action": {"name": "read"},
        "resource": {"type": "blotter::records::arrest", "id": "arrest_record"},
    }
    whole["resource"]["properties"] = {"sealed": False, "juvenile": None}
    assert desk.point.answer(parse_evaluation(whole), AT).allow
    whole["resource"]["properties"] = {"sealed": False}
    incomplete = Answer(allow=False, reason="row_incomplete", detail="juvenile")
    assert desk.point.answer(parse_evaluation(whole), AT) == incomplete


def test_a_moment_that_cedar_cannot_be_told_denies(repository: Repository) -> None:
    """It is of the attribute's type; Cedar counts milliseconds in 64 bits."""
    attribute = RowAttribute("due", "datetime", optional=False)
    system = repository.systems["blotter"]
    arrest = replace(system.table("records.arrest"), attributes={"due": attribute})
    world = replace(repository, systems={"blotter": replace(system, tables=(arrest,))})
    text = 'permit (principal, action, resource) when { resource.due < datetime("2026-01-01") };'
    point = DecisionPoint(world, rule_set_of(text), Kept())
    for said, reason in (
        (0, "permitted"),
        (10**30, "row_incomplete"),
        ("9999-12-31", "no_rule"),
        ("x", "row_incomplete"),
    ):
        resource = Entity("blotter::records::arrest", "arrest_record", {"due": said})
        asked = Evaluation(Entity("account", "blotter/records_app", {}), Action("read", {}), resource, {})
        assert point.answer(asked, AT).reason == reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)
NAMED = st.sampled_from(["sealed", "juvenile", "district", "purpose", "authority", "agreement", "case"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMED, JSON | st.sampled_from(["crim.investigation", "judicial", "own.records", False])))
def test_whatever_is_said_is_answered(desk: Desk, said: dict[str, Any]) -> None:
    """Nothing is raised: over a network it would be an error where a denial is due."""
    for account in ("records_app", "removal_017", "bureau_task"):
        answer = desk.ask(account, **dict(said))
        assert answer.reason in REASONS
        assert answer.allow == (answer.reason == "permitted")
