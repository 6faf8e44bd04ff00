"""A small policy repository in memory, over the trees and the hostile table of the conformance world.

Three accounts of three agencies may ask about one table of two categories; tests say in which contexts, and what the
rules are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

import cedarpy

from recuse.compiler.classes import Classifier, ClassMap
from recuse.compiler.residual import RuleText
from recuse.compiler.wanted import Catalog, wanted
from recuse.enforcement.facts import (
    ColumnShape,
    Definition,
    Fact,
    ObjectRef,
    Owner,
    Role,
    RowSecurity,
    TableShape,
)
from recuse.model import (
    Account,
    Agency,
    Authority,
    Category,
    Circumstances,
    Derived,
    Institution,
    Purpose,
    Repository,
    Standing,
    System,
    TableMap,
    Use,
)
from recuse.targets.postgres.condition_sql import condition_text
from tests.conformance.world import ATTRIBUTES, PARENTS, column_type

SYSTEM: Final = "clear"
TABLE: Final = "records.arrest"
DAY: Final = date(2026, 1, 15)
AGENCY_OF: Final[Mapping[str, tuple[str, Use]]] = {
    "clerk": ("city.police", "shared"),
    "agent": ("nation.removals", "personal"),
    "analyst": ("centre", "personal"),
}
# Columns whose category is not the table's own; every other one is `release_date`, and the key goes with both.
OF_RECORD: Final = ("is juvenile", "Note", "grade")
CATEGORIES: Final = ("release_date", "arrest_record")


def table_map(*, public: bool = False, of_record: Iterable[str] = OF_RECORD) -> TableMap:
    """The map of the hostile table; `of_record` are the columns of the second category."""
    return TableMap(TABLE, "release_date", ("id",), dict.fromkeys(of_record, "arrest_record"), dict(ATTRIBUTES), public)


def system_of(table: TableMap, derived: tuple[Derived, ...] = ()) -> System:
    return System(SYSTEM, "live", "postgresql", "recuse-clear", "city.police", "enforce", (table,), derived)


def account(
    login: str, standing: Circumstances | None = None, *, declares: Iterable[str] = (), active: bool = True
) -> Account:
    """One of the three accounts; `standing` is its fixed purpose, `declares` the purposes it may declare."""
    agency, use = AGENCY_OF[login]
    fixed = None if standing is None else Standing(standing, None, date(2099, 1, 1))
    return Account(SYSTEM, login, agency, use, active, fixed, frozenset(declares))


def superuser(login: str) -> Account:
    return Account(SYSTEM, login, "city", "superuser", True, None, frozenset())


def repository(system: System, accounts: Iterable[Account]) -> Repository:
    """A repository of the world's trees with one system and these accounts."""
    members = {"centre": frozenset({"nation.removals"})}
    named = {kind: {n: p for (k, n), p in PARENTS.items() if k == kind} for kind, _ in PARENTS}
    agencies = named["Agency"].items()
    return Repository(
        institution=Institution("city", "The city", ()),
        ledger_origin="example.org/ledger",
        systems={system.name: system},
        agencies={n: Agency(n, n, "us", parent, members.get(n, frozenset())) for n, parent in agencies},
        accounts={each.id: each for each in accounts},
        purposes={n: Purpose(n, parent, "administrative") for n, parent in named["Purpose"].items()},
        authorities={n: Authority(n, parent) for n, parent in named["Authority"].items()},
        categories={n: Category(n, parent) for n, parent in named["Category"].items()},
        officials={},
        agreements={},
        directives={},
        policy_sha256="0" * 64,
    )


def rules(text: str) -> tuple[RuleText, ...]:
    """Cedar text as the compiler takes it."""
    return rules_of(cedarpy.PolicySet.from_str(text))


def rules_of(policies: cedarpy.PolicySet) -> tuple[RuleText, ...]:
    """Parsed rules, by Cedar's own ids."""
    return tuple(RuleText(name, rule.effect, rule) for name, rule in policies.to_pst().static_policies.items())


OWNER: Final = "records_owner"
RELATION: Final = ObjectRef("table", ("records", "arrest"))
STANDING: Final = Circumstances("own.records", "official_duty")


def shape() -> TableShape:
    """The hostile table as an inspection finds it, with a serial key."""
    columns = (
        ColumnShape(a.column, column_type(a), nullable=a.optional, deterministic=True, generated=False)
        for _, a in ATTRIBUTES
    )
    key = ColumnShape("id", "integer", nullable=False, deterministic=True, generated=False)
    return TableShape(TABLE, "table", (key, *columns), ("records.arrest_id_seq",))


def login_role(name: str) -> Role:
    return Role(name, login=True, superuser=False, inherit=True, bypass_rls=False, create_role=False)


def found_facts() -> frozenset[Fact]:
    """A database before any policy: the table, its owner, a view over it, three logins."""
    owned = (
        ObjectRef("schema", ("records",)),
        RELATION,
        ObjectRef("sequence", ("records", "arrest_id_seq")),
        ObjectRef("view", ("records", "all_arrests")),
    )
    return frozenset(
        {
            *(login_role(login) for login in AGENCY_OF),
            replace(login_role(OWNER), login=False),
            *(Owner(ref, OWNER) for ref in owned),
            RowSecurity(RELATION, enabled=False, forced=False),
            Definition(owned[-1], "0" * 64, "definer"),
        }
    )


def catalog(*, granular: bool = True, facts: frozenset[Fact] | None = None) -> Catalog:
    """What the compiler knows of that database; without `granular`, as PostgreSQL 15 has it."""
    return Catalog(
        facts=found_facts() if facts is None else facts,
        shapes={TABLE: shape()},
        oids={login: 16384 + number for number, login in enumerate(AGENCY_OF)},
        support=frozenset(),
        text=condition_text,
        database="lab",
        bootstrap="postgres",
        granular=granular,
        maintain=granular,
    )


def accounts() -> tuple[Account, ...]:
    """A standing account of the city, an inactive one, and one that declares."""
    return (account("clerk", STANDING), account("agent", active=False), account("analyst", declares=["crime"]))


def classified(text: str, derived: tuple[Derived, ...] = ()) -> ClassMap:
    """The classes of those accounts under rules in Cedar text."""
    system = system_of(table_map(), derived)
    return Classifier(repository(system, accounts()), system, rules(text), {TABLE: shape()}, "lab").classify(DAY)


def wanted_facts(text: str, *, granular: bool = True, derived: tuple[Derived, ...] = ()) -> frozenset[Fact]:
    """The wanted facts under rules in Cedar text."""
    by_login = {each.login: each for each in accounts()}
    classes = classified(text, derived)
    return wanted(system_of(table_map(), derived), by_login, classes, catalog(granular=granular))
