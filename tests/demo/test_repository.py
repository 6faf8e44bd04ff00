"""The policy repositories: whole, strict, in step with the database, and deciding what their directives say."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
import pytest

from recuse.demo import BANNER
from recuse.demo.repository import accounts, officials, write_repository
from recuse.demo.world import World
from recuse.errors import InputError
from recuse.model import Action, Circumstances, Repository
from recuse.policy.contexts import contexts
from recuse.policy.decide import Decider, Question
from recuse.policy.repository import read_repository
from recuse.policy.validate import validate

ON = date(2026, 1, 15)
KEYS = {
    official: f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{index:043d}"
    for index, official in enumerate(officials(), start=1)
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    made = {other: tmp_path_factory.mktemp("policy") / "repository" for other in (False, True)}
    for other, folder in made.items():
        write_repository(folder, KEYS, "recuse-clear", other)
    return made


@pytest.fixture(scope="module")
def repositories(folders: dict[bool, Path]) -> dict[bool, Repository]:
    return {other: read_repository(folder) for other, folder in folders.items()}


@pytest.fixture(scope="module")
def deciders(repositories: dict[bool, Repository]) -> dict[bool, Decider]:
    return {
        other: Decider(repository, validate(repository, [s.directive for s in repository.directives.values()]))
        for other, repository in repositories.items()
    }


def test_the_same_files_but_for_the_directive(folders: dict[bool, Path]) -> None:
    texts = {
        other: {
            path.relative_to(folder).as_posix(): path.read_text()
            for path in folder.rglob("*")
            if path.is_file() and "directives" not in path.relative_to(folder).parts
        }
        for other, folder in folders.items()
    }
    assert texts[False] == texts[True]
    assert [p.name for p in (folders[False] / "directives").iterdir()] == ["2019-07-12-civil-immigration"]
    assert [p.name for p in (folders[True] / "directives").iterdir()] == ["2026-01-15-shared-access"]


def test_every_file_says_that_it_is_a_demonstration(folders: dict[bool, Path]) -> None:
    for folder in folders.values():
        for path in folder.rglob("*"):
            if path.is_file():
                assert BANNER in path.read_text().splitlines()[0], path
                assert "-OF-" not in path.read_text(), path


def test_names_of_institutions_and_people_say_demonstration(repositories: dict[bool, Repository]) -> None:
    repository = repositories[False]
    names = [a.name for a in repository.agencies.values()] + [o.name for o in repository.officials.values()]
    names += [o.office for o in repository.officials.values()] + [repository.institution.name]
    names += [s.directive.title for r in repositories.values() for s in r.directives.values()]
    assert all(name.endswith("(demonstration)") for name in names)


def test_keys_and_service_are_filled_in(repositories: dict[bool, Repository]) -> None:
    repository = repositories[False]
    assert {o.id: o.keys for o in repository.officials.values()} == {o: (key,) for o, key in KEYS.items()}
    assert repository.systems["clear"].service == "recuse-clear"
    directive = repository.directives["2019-07-12-civil-immigration"].directive
    assert (directive.cedar_sha256, directive.policy_sha256) == ("CEDAR", "POLICY")


@pytest.mark.parametrize(
    ("keys", "service", "message"),
    [
        ({k: v for k, v in KEYS.items() if k != "counsel-2016"}, "recuse", "no key for `counsel-2016`"),
        (KEYS | {"mayor-2019": 'ssh-ed25519 AAAA"]\nroles = ["confirm"'}, "recuse", "`mayor-2019` is not one line"),
        (KEYS | {"mayor-2019": "ssh-rsa AAAA"}, "recuse", "`mayor-2019` is not one line"),
        (KEYS, 'x"\nhost = "y', "is no service name"),
    ],
)
def test_bad_keys_write_nothing(tmp_path: Path, keys: dict[str, str], service: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        write_repository(tmp_path / "new", keys, service)
    assert not (tmp_path / "new").exists()


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(InputError, match="is not an empty folder"):
        write_repository(tmp_path, KEYS, "recuse")
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


CATALOG = """
SELECT format('%s.%s', table_schema, c.relname), a.attname, NOT a.attnotnull, format_type(a.atttypid, NULL)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN LATERAL (SELECT nspname AS table_schema FROM pg_namespace WHERE oid = c.relnamespace) AS n ON true
WHERE c.relkind = 'r' AND table_schema IN ('records', 'exchange', 'analysis')
"""
TYPES = {"boolean": "Bool", "text": "String", "integer": "Long", "bigint": "Long"}


def test_the_category_map_is_the_catalog(world: World, repositories: dict[bool, Repository]) -> None:
    found: dict[str, dict[str, tuple[bool, str]]] = defaultdict(dict)
    with psycopg.connect(world.dsn()) as connection:
        for table, column, nullable, kind in connection.execute(CATALOG):
            found[table][column] = (nullable, kind)
    tables = repositories[False].systems["clear"].tables
    assert {t.name for t in tables} == set(found)
    for table in tables:
        columns = found[table.name]
        assert set(table.columns) | set(table.key) <= set(columns), table.name
        assert set(table.columns.values()) <= set(repositories[False].categories)
        for attribute in table.attributes.values():
            nullable, kind = columns[attribute.column]
            assert (attribute.optional, attribute.type) == (nullable, TYPES[kind]), (table.name, attribute)


def test_the_flags_are_declared_wherever_they_are_columns(world: World, repositories: dict[bool, Repository]) -> None:
    flags = {"is_sealed": "sealed", "is_juvenile": "juvenile"}
    declared = {
        (t.name, a.column): name
        for t in repositories[False].systems["clear"].tables
        for name, a in t.attributes.items()
    }
    with psycopg.connect(world.dsn()) as connection:
        for table, column, _, _ in connection.execute(CATALOG):
            if column in flags:
                assert declared[table, column] == flags[column]


DERIVED = """
SELECT format('%s.%s', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND n.nspname IN ('records', 'exchange', 'analysis', 'public')
UNION ALL
SELECT format('%s.%s(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


def test_the_derived_objects_are_the_catalogs(world: World, repositories: dict[bool, Repository]) -> None:
    with psycopg.connect(world.dsn()) as connection:
        found = {str(name).replace("wanted integer", "integer") for (name,) in connection.execute(DERIVED)}
    derived = repositories[False].systems["clear"].derived
    assert {d.name for d in derived} == found
    assert {d.refreshed_by for d in derived} == {None, "clear/nightly_job"}


def test_every_account_is_a_login_of_one_agency(world: World, repositories: dict[bool, Repository]) -> None:
    assert {a.login for a in repositories[False].accounts.values()} == {*world.logins, "postgres"}
    assert len(accounts()) == len({a.login for a in accounts()})
    uses = {a.use for a in repositories[False].accounts.values()}
    assert {"personal", "shared", "job", "superuser"} <= uses


CRIM = "crim.investigation"

# Question: login, table, category, purpose, authority, agreement -> allowed under the first and the other directive.
POINTS: list[tuple[str, str, str, str, str, str | None, bool, bool]] = [
    # civil immigration enforcement
    ("ice_ero_017", "person", "person_identity", "imm.civil_enforcement", "none", None, False, True),
    ("ice_ero_017", "custody", "custody", "imm.civil_enforcement", "none", None, False, True),
    ("ice_ero_017", "custody", "release_date", "imm.civil_enforcement", "judicial.warrant", None, False, True),
    ("cbp_desk", "custody", "custody", "imm.civil_enforcement", "none", None, False, True),
    ("fusion_003", "person", "person_identity", "imm.civil_enforcement", "none", None, False, False),
    ("ice_ero_017", "crime_map", "crime_mapping", "imm.civil_enforcement", "none", None, True, True),
    # 8 USC 1373
    ("uscis_desk", "status_exchange", "citizenship_immigration_status", "imm.status_exchange_1373", "statute.8usc1373",
     None, True, False),
    ("uscis_desk", "person", "person_identity", "imm.status_exchange_1373", "statute.8usc1373", None, False, False),
    # administrative warrants and detainers
    ("ice_ero_017", "arrest", "arrest_record", CRIM, "administrative.warrant", None, False, True),
    ("ice_ero_017", "custody", "custody", CRIM, "administrative.detainer", None, False, True),
    ("ice_ero_017", "incident", "incident_narrative", CRIM, "administrative.warrant", None, False, False),
    # criminal investigation by agreement
    ("ice_hsi_desk", "arrest", "arrest_record", CRIM, "agreement", "2012-immigration-exchange", False, True),
    ("fusion_desk", "arrest", "arrest_record", CRIM, "agreement", "2013-fusion-centre", False, True),
    ("fbi_cleartask", "arrest", "arrest_record", CRIM, "agreement", "2016-fbi-task-force", True, True),
    ("fbi_cleartask", "person", "contact_information", CRIM, "agreement", "2016-fbi-task-force", False, False),
    # a judge
    ("ice_hsi_005", "incident", "incident_narrative", CRIM, "judicial.warrant", None, True, False),
    ("ice_hsi_005", "victim_witness", "victim_witness", CRIM, "judicial.warrant", None, True, True),
    ("ice_ero_017", "incident", "incident_narrative", "court_process", "judicial.warrant", None, True, False),
    ("ice_ero_017", "incident", "incident_narrative", "court_process", "judicial.court_order", None, True, True),
    # who goes on
    ("records_app", "person", "contact_information", "own.records", "official_duty", None, True, True),
    ("sheriff_jail", "custody", "release_date", "corrections", "agreement", "2009-county-sheriff", True, True),
    ("sheriff_jail", "arrest", "arrest_record", "corrections", "agreement", "2009-county-sheriff", False, False),
]  # fmt: skip


def ask(
    repository: Repository, point: tuple[str, str, str, str, str, str | None], action: Action = "read", **flags: bool
) -> Question:
    login, table, category, purpose, authority, agreement = point
    name = f"records.{table}"
    attributes = repository.systems["clear"].table(name).attributes
    plain: dict[str, Any] = {"Bool": False, "String": "D01"}
    row = {n: flags.get(n, plain[a.type]) for n, a in attributes.items()}
    agreed = repository.agreements[agreement].categories if agreement else frozenset()
    return Question(f"clear/{login}", action, "clear", name, category, row, Circumstances(purpose, authority, agreed))


@pytest.mark.parametrize("point", POINTS, ids=lambda p: "-".join(str(x) for x in p[:5]))
@pytest.mark.parametrize("other", [False, True], ids=["terminated", "shared"])
def test_each_point_is_decided_as_its_directive_says(
    deciders: dict[bool, Decider], repositories: dict[bool, Repository],
    point: tuple[str, str, str, str, str, str | None, bool, bool], other: bool,
) -> None:  # fmt: skip
    decision = deciders[other].decide(ask(repositories[other], point[:6]))
    assert decision.allow is point[7 if other else 6], decision
    assert decision.errors == ()


def test_the_vendor_writes_and_reads_nothing_back(
    deciders: dict[bool, Decider], repositories: dict[bool, Repository]
) -> None:
    point = ("plate_vendor", "alpr_read", "alpr_read", "vendor.delivery", "agreement", "2011-plate-feed")
    for other, decider in deciders.items():
        allowed: dict[Action, bool] = {
            action: decider.decide(ask(repositories[other], point, action)).allow
            for action in ("read", "insert", "update")
        }
        assert allowed == {"read": False, "insert": True, "update": False}


def test_sealed_rows_need_a_court_order(deciders: dict[bool, Decider], repositories: dict[bool, Repository]) -> None:
    for authority, allowed in (("judicial.warrant", False), ("judicial.court_order", True)):
        point = ("fbi_101", "person", "person_identity", "crim.investigation", authority, None)
        assert deciders[False].decide(ask(repositories[False], point, sealed=True)).allow is allowed


Shown = dict[tuple[Any, ...], dict[str, tuple[bool, ...]]]


def shown_rows(repository: Repository, decider: Decider, logins: set[str]) -> Shown:
    """For each agency, context, table and action: which of three rows (plain, sealed, juvenile) each category shows."""
    held = {
        (account.agency, context.circumstances): account
        for account in repository.accounts.values()
        for context in contexts(repository, account, ON)
        if account.login in logins
    }
    actions: tuple[Action, ...] = ("read", "update")
    keys, questions = [], []
    for (agency, circumstances), account in held.items():
        for table in repository.systems["clear"].tables:
            for category, action in product(table.categories, actions):
                for sealed, juvenile in ((False, False), (True, False), (False, True)):
                    point = (account.login, table.name.partition(".")[2], category, "", "", None)
                    made = ask(repository, point, action, sealed=sealed, juvenile=juvenile)
                    keys.append((agency, circumstances, table.name, action, category))
                    questions.append(replace(made, circumstances=circumstances))
    shown: Shown = defaultdict(dict)
    for (*place, category), decision in zip(keys, decider.decide_many(questions), strict=True):
        rows = shown[tuple(place)]
        rows[category] = (*rows.get(category, ()), decision.allow)
    return shown


def conflicts(shown: Shown) -> list[tuple[Any, ...]]:
    """Where two open categories of one table show different rows: row security has one condition a row."""
    return [key for key, rows in shown.items() if len({r for r in rows.values() if any(r)}) > 1]


@pytest.mark.parametrize("other", [False, True], ids=["terminated", "shared"])
def test_no_table_needs_two_row_conditions(
    deciders: dict[bool, Decider], repositories: dict[bool, Repository], other: bool
) -> None:
    shown = shown_rows(repositories[other], deciders[other], {a.login for a in accounts()})
    assert conflicts(shown) == []
    assert len(shown) > 1000
    assert sum(any(len(set(r)) > 1 for r in rows.values()) for rows in shown.values()) > 50, "nothing was compared"


CONFLICT = """
@id("planted")
forbid (principal, action, resource in Category::"contact_information")
when { context.purpose == Purpose::"own.records" && resource has juvenile && resource.juvenile };
"""


def test_a_planted_second_condition_is_noticed(tmp_path: Path) -> None:
    write_repository(tmp_path / "planted", KEYS, "recuse")
    cedar = tmp_path / "planted" / "directives" / "2019-07-12-civil-immigration" / "directive.cedar"
    cedar.write_text(cedar.read_text() + CONFLICT)
    repository = read_repository(tmp_path / "planted")
    decider = Decider(repository, validate(repository, [s.directive for s in repository.directives.values()]))
    found = conflicts(shown_rows(repository, decider, {"records_app"}))
    assert {key[2] for key in found} == {"records.person", "records.victim_witness"}
