"""How far a category is open: worked out rule by rule and kept, it is what all rules say when asked at once."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

import cedarpy
import pytest

from recuse.compiler.condition import ALWAYS, NEVER
from recuse.compiler.known import Principal, attributes_of
from recuse.compiler.lower import lower
from recuse.compiler.opening import WIDER, Extent, Openings
from recuse.compiler.residual import ResourceKind, hierarchy_of, residuals, specialise
from recuse.errors import UnsupportedRuleError
from recuse.model import Circumstances, Repository, System
from recuse.policy.repository import read_repository
from recuse.policy.schema import row_type
from tests.conformance.world import rules_of
from tests.unit.policy.conftest import FIXTURE

# Tables hold two categories each, categories lie in two tables, and rules tell them apart in every way.
RULES = """
permit (principal in Agency::"st.riverton.police", action, resource is blotter::records::person)
when { resource.category == Category::"contact_information" && !resource.sealed };
permit (principal in Agency::"st.riverton.police", action, resource is blotter::records::arrest)
when { resource.category in Category::"custody" };
permit (principal, action, resource)
when { context.purpose in Purpose::"crim" && resource.category == Category::"person_identity" };
permit (principal in Agency::"fed.homeland", action, resource is blotter::records::arrest)
when { context.authority in Authority::"judicial" && resource.district == "north" };
permit (principal in Agency::"fed.justice.bureau", action, resource is blotter::records::person)
when { resource.category == Category::"contact_information" };
permit (principal in Agency::"fed.justice.bureau", action, resource)
when { resource.category == Category::"person_identity" && resource has sealed };
permit (principal, action, resource) when { resource.public };
permit (principal in Agency::"fusion.tworivers", action, resource is blotter::records::arrest)
when { resource.charges * 2 > 3 };
forbid (principal in Agency::"fed.homeland.border", action, resource is blotter::records::arrest)
when { resource.category == Category::"arrest_record" && resource.juvenile };
forbid (principal in Agency::"st.riverton.police.youth", action, resource)
when { resource.category == Category::"contact_information" };
"""


@pytest.fixture(scope="module")
def openings() -> Openings:
    repository = read_repository(FIXTURE)
    ((name, system),) = repository.systems.items()
    people, *others = system.tables
    again = replace(people, name="records.witness", attributes={})  # the same categories, of whose rows less is known
    changed = replace(repository, systems={name: replace(system, tables=(people, *others, again))})
    return Openings(changed, rules_of(cedarpy.PolicySet.from_str(RULES)), date(2026, 11, 29))


def test_what_is_kept_for_each_rule_is_what_all_say_at_once(openings: Openings) -> None:
    seen: set[Extent] = set()
    for agency, circumstances, category in asked(openings.repository):
        expected = {
            system.name: widest(
                at_once(openings, who, circumstances, category, system) for who in whom(openings, agency)
            )
            for system in openings.repository.systems.values()
            if any(category in table.categories for table in system.tables)
        }
        assert openings.extents(agency, circumstances, category) == expected
        seen |= {*expected.values()}
    assert seen == {*WIDER}


def test_what_is_alike_has_one_answer(openings: Openings) -> None:
    kept: dict[object, object] = {}
    questions = [*asked(openings.repository)]
    for agency, circumstances, category in questions:
        left = openings.alike(agency, circumstances)
        found = openings.extents(agency, circumstances, category)
        assert openings.extents_of(left, category) == kept.setdefault((left, category), found) == found
    assert len(kept) < len(questions)


def asked(repository: Repository) -> Iterator[tuple[str, Circumstances, str]]:
    """Every agency in every circumstances about every category."""
    for agency in repository.agencies:
        for purpose in repository.purposes:
            for authority in repository.authorities:
                for category in repository.categories:
                    yield agency, Circumstances(purpose, authority), category


def whom(found: Openings, agency: str) -> tuple[Principal, ...]:
    """An account of the agency that is a person's, and one that is not: these rules name no account."""
    return tuple(each for each in found._principals(agency) if each.account == "")


def at_once(found: Openings, who: Principal, circumstances: Circumstances, category: str, system: System) -> Extent:
    """How far a category of a system is open by all rules together, with nothing kept."""
    hierarchy = hierarchy_of(found.repository)
    extents: set[Extent] = set()
    for table in system.tables:
        if category in table.categories:
            attributes = attributes_of(table)
            public = table.public or found.repository.categories[category].public
            kind = ResourceKind(system.name, table.name, category, public, attributes)
            rows = specialise(found.rules, who, circumstances, hierarchy).of_rows(
                row_type(system.name, table.name), hierarchy
            )
            try:
                shown = lower(residuals(rows, "read", kind, hierarchy), attributes)
                extents.add("none" if shown == NEVER else "all" if shown == ALWAYS else "some")
            except UnsupportedRuleError:
                extents.add("unknown")
    return "some" if len(extents) > 1 and "unknown" not in extents else widest(extents)


def widest(extents: Iterable[Extent]) -> Extent:
    return max(extents, key=WIDER.index)
