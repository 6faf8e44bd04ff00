"""In which circumstances accounts can ask: ends, agreements, official duty, and whom a fusion centre serves."""

from dataclasses import replace
from datetime import date

import pytest

from recuse.model import Agency, Circumstances, Repository, Standing
from recuse.policy.contexts import Context, agreed, contexts
from recuse.policy.trees import above, cycles, principal_agencies, serves
from tests.unit.policy.conftest import ON

BUREAU = "2016-bureau-task-force"
AGREED = frozenset({"arrest_record", "person_identity"})


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2016, 2, 29), frozenset()),
        (date(2016, 3, 1), AGREED),
        (date(2035, 3, 1), AGREED),
        (date(2035, 3, 2), frozenset()),
    ],
)
def test_an_agreement_is_in_force_between_its_two_days(
    on: date, expected: frozenset[str], repository: Repository
) -> None:
    assert agreed(repository, BUREAU, on) == expected
    account = repository.accounts["blotter/bureau_task"]
    found = {c.agreement for c in contexts(repository, account, on)}
    assert (BUREAU in found) is bool(expected)


def test_an_unknown_agreement_agrees_to_nothing(repository: Repository) -> None:
    assert agreed(repository, "none-such", ON) == frozenset()


def test_a_standing_purpose_ends_after_its_day(repository: Repository) -> None:
    account = repository.accounts["blotter/records_app"]
    only = Context(Circumstances("own.records", "official_duty"), None, standing=True)
    assert contexts(repository, account, date(2035, 12, 31)) == (only,)
    assert contexts(repository, account, date(2036, 1, 1)) == ()


def test_a_standing_purpose_by_agreement_comes_first_and_carries_its_categories(repository: Repository) -> None:
    account = repository.accounts["blotter/bureau_task"]
    first, *rest = contexts(repository, account, ON)
    assert first == Context(Circumstances("crim.investigation", "agreement", AGREED), BUREAU, standing=True)
    assert not any(context.standing for context in rest)
    # The categories are today's, never those that a record made elsewhere carries.
    stale = Circumstances("crim.investigation", "agreement", frozenset({"custody"}))
    changed = replace(account, standing=Standing(stale, BUREAU, date(2035, 12, 31)))
    assert contexts(repository, changed, ON)[0] == first
    lost = replace(account, standing=Standing(stale, "none-such", date(2035, 12, 31)))
    assert not any(context.standing for context in contexts(repository, lost, ON))


def test_an_inactive_account_has_no_context(repository: Repository) -> None:
    account = repository.accounts["blotter/border_inactive"]
    assert account.may_declare
    assert contexts(repository, account, ON) == ()
    assert contexts(repository, replace(account, active=True), ON) != ()


def pairs(repository: Repository, account: str) -> set[tuple[str, str, str | None]]:
    found = contexts(repository, repository.accounts[f"blotter/{account}"], ON)
    return {(c.circumstances.purpose, c.circumstances.authority, c.agreement) for c in found if not c.standing}


def test_every_purpose_is_declared_with_every_authority_one_can_have(repository: Repository) -> None:
    plain = set(repository.authorities) - {"none", "official_duty", "agreement"}
    # Party through an agency above, and a purpose of the agreement itself.
    expected = {(p, a, None) for p in repository.accounts["blotter/removal_017"].may_declare for a in plain}
    assert pairs(repository, "removal_017") == expected | {("crim.investigation", "agreement", "2010-border-exchange")}
    # The purpose lies below the agreement's; the other purpose is not agreed.
    expected = {(p, a, None) for p in ("crim.investigation", "court_process") for a in plain}
    assert pairs(repository, "bureau_task") == expected | {("crim.investigation", "agreement", BUREAU)}
    # Duty is the owner's; the owner is party, but not for its own policing.
    assert pairs(repository, "youth_desk") == {("own.policing", a, None) for a in plain | {"official_duty"}}


def test_two_agreements_give_two_contexts(repository: Repository) -> None:
    second = replace(repository.agreements[BUREAU], id="2020-second", categories=frozenset({"custody"}))
    more = replace(repository, agreements={**repository.agreements, second.id: second})
    assert ("crim.investigation", "agreement", "2020-second") in pairs(more, "bureau_task")
    assert ("crim.investigation", "agreement", BUREAU) in pairs(more, "bureau_task")


def test_an_agency_and_what_is_above_it(repository: Repository) -> None:
    assert principal_agencies(repository, "fed.homeland.border.removal") == {
        "fed.homeland.border.removal",
        "fed.homeland.border",
        "fed.homeland",
    }
    assert principal_agencies(repository, "nobody") == frozenset()


def with_agencies(repository: Repository, *agencies: Agency) -> Repository:
    return replace(repository, agencies={**repository.agencies, **{agency.id: agency for agency in agencies}})


def test_a_centre_serves_its_members_and_what_is_above_them(repository: Repository) -> None:
    members = {"fed.homeland.border.inquiry", "fed.homeland.border", "fed.homeland", "fed.justice.bureau"}
    assert serves(repository, "fusion.tworivers") == members
    desk = Agency("fusion.tworivers.desk", "Desk", "fed", "fusion.tworivers")
    assert serves(with_agencies(repository, desk), desk.id) == members
    assert serves(repository, "fed.homeland.border.inquiry") == frozenset()


def test_a_centre_within_a_centre_serves_both_and_circles_end(repository: Repository) -> None:
    outer = Agency("fusion.outer", "Outer", "fed", None, frozenset({"fusion.tworivers"}))
    nested = with_agencies(repository, outer)
    assert serves(nested, outer.id) == {"fusion.tworivers"} | serves(repository, "fusion.tworivers")
    inner = replace(repository.agencies["fusion.tworivers"], member_agencies=frozenset({outer.id}))
    assert serves(with_agencies(nested, inner), outer.id) == {outer.id, inner.id}


def test_circles_are_found_once_each() -> None:
    parents = {"a": "b", "b": "c", "c": "a", "d": "a", "e": None, "f": "f", "g": "nowhere"}
    tree = {name: Agency(name, name, "x", parent) for name, parent in parents.items()}
    assert list(cycles(tree)) == [("a", "b", "c"), ("f",)]
    assert above(tree, "d") == {"d", "a", "b", "c"}
    assert above(tree, "g") == {"g"}
