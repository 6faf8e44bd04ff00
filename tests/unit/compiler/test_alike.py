"""What no rule can tell apart has one answer, and it is the answer of each: asked with nothing taken for alike."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from recuse.compiler.alike import Named
from recuse.compiler.opening import Openings
from recuse.compiler.residual import Principal
from recuse.model import Circumstances, Repository
from recuse.policy.repository import read_repository
from recuse.policy.validate import validate
from tests.unit.policy.conftest import FIXTURE

DAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def openings() -> Openings:
    repository = read_repository(FIXTURE)
    rules = validate(repository, [each.directive for each in repository.directives.values()])
    return Openings(repository, tuple(rules.rules), DAY)


def answers(found: Openings) -> dict[Any, Any]:
    """How far each category is open to each agency, in all circumstances that there are."""
    repository = found.repository
    return {
        (agency, purpose, authority, category): found.extents(agency, Circumstances(purpose, authority), category)
        for agency in repository.agencies
        for purpose in repository.purposes
        for authority in repository.authorities
        for category in repository.categories
    }


def apart(found: Openings) -> Openings:
    """The same, with nothing taken for alike."""
    made = Openings(found.repository, found.rules, found.on)
    made._named = replace(made._named, apart=True)
    return made


def test_answers_are_those_of_each(openings: Openings) -> None:
    alone = apart(openings)
    assert answers(openings) == answers(alone)
    assert len(openings._left) < len(alone._left), "some are alike, or there would be no use in it"


def test_narrowed_by_circumstances_first_is_narrowed_at_once(
    openings: Openings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def narrow(found: Openings, principal: Principal, circumstances: Circumstances) -> int:
        return found._sets.number(found._kept(found._conditions, principal, circumstances))

    with monkeypatch.context() as patch:
        patch.setattr(Openings, "_narrowed", narrow)
        whole = answers(apart(openings))
    assert answers(openings) == whole == answers(apart(openings))
    for method in ("said", "who"):
        with monkeypatch.context() as patch:
            patch.setattr(Named, method, lambda *_: "")
            assert answers(apart(openings)) != whole, "the rules of others are noticed"


def test_a_rule_that_still_asks_about_circumstances_is_no_answer(
    openings: Openings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault that stages could have: it is told as unknown, and never as another's answer."""
    whole, kept = answers(openings), Openings._kept
    monkeypatch.setattr(Openings, "_kept", lambda found, rules, principal, _: kept(found, rules, principal, None))
    found = answers(apart(openings))
    differing = {extent for key in whole for name, extent in found[key].items() if extent != whole[key][name]}
    assert differing == {"unknown"}


@pytest.mark.parametrize("lost", ["agencies", "purposes", "authorities"])
def test_an_id_that_is_not_seen_to_be_named_gives_another_answer(openings: Openings, lost: str) -> None:
    """The fault that this could have: what rules name is missed, and two that they tell apart have one answer."""
    made = Openings(openings.repository, openings.rules, openings.on)
    changes: dict[str, Any] = {lost: frozenset()}
    made._named = replace(made._named, **changes)
    assert answers(made) != answers(apart(openings))


def test_rows_that_hold_ids_tell_all_apart(openings: Openings) -> None:
    repository = openings.repository
    name, system = next(iter(repository.systems.items()))
    first, *others = system.tables
    (column, held), *rest = first.attributes.items()
    table = replace(first, attributes={column: replace(held, type="Agency"), **dict(rest)})
    changed: Repository = replace(repository, systems={name: replace(system, tables=(table, *others))})
    assert not openings._named.apart
    assert Openings(changed, openings.rules, DAY)._named.apart
