"""Two databases of one server, each under a policy of its own: neither is taken for the other, or taken apart by it.

The worst case: the same tables, rules and logins, so that classes are equal in content; and a visitor who may study in
one and is not active in the other.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from recuse.enforcement.facts import Grant, Membership
from recuse.enforcement.names import of_another
from recuse.operations.apply import Manner, apply_in
from recuse.operations.document import plan_document
from recuse.operations.stepping import way_out
from recuse.targets.target import target_for
from tests.restore.small import POLICY, permit, placed, small
from tests.statements.world import Lab

OPEN = 50  # rows of lab.ward that are not hidden
ALL = 100
# What is found of one alone, and of each that the other has columns like its own.
OF_ONE = {"sequence-gaps", "shared-account", "unbound-backup", "unbound-replication", "version-floor", "copy"}
VISITOR = 'agency = "town.visit"\nuse = "personal"\nactive = true\nmay_declare = ["study"]'


@dataclass
class Pair:
    """The two, both enforced."""

    first: Lab
    second: Lab


@pytest.fixture(scope="module", params=[15, 18])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with ExitStack() as stack:
        folders = [tmp_path_factory.mktemp(name) for name in ("first", "second")]
        first = stack.enter_context(small(request.param, folders[0], written(folders[0])))
        edited = written(folders[1], (VISITOR, VISITOR.replace("true", "false")))
        second = stack.enter_context(placed(first.server, "other", folders[1], edited))
        first.apply()
        permit(first)
        second.apply()
        yield Pair(first, second)


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    """The policy's files, which allow stepping back, with changes to accounts.toml."""
    target = folder / "files"
    shutil.copytree(POLICY, target)
    directive = target / "directives/2026-01-05-lab/directive.toml"
    directive.write_text("step_back_until = IN-A-MONTH\n" + directive.read_text())
    accounts = target / "accounts.toml"
    for old, new in changes:
        assert old in accounts.read_text()
        accounts.write_text(accounts.read_text().replace(old, new))
    return target


def read(lab: Lab, login: str, *, declare: bool = False) -> int | str:
    """How many rows of the wards a login reads, or how it is refused."""
    try:
        with psycopg.connect(lab.dsn(login)) as connection:
            if declare:
                connection.execute("SELECT recuse.declare('study', 'official_duty')")
            (found,) = connection.execute("SELECT count(*) FROM lab.ward").fetchone() or (None,)
            return int(str(found))
    except psycopg.Error as error:
        return type(error).__name__


def classes(lab: Lab) -> set[str]:
    """The class roles in row policies of a database."""
    rows = lab.admin.execute("SELECT DISTINCT unnest(roles)::text FROM pg_policies WHERE schemaname = 'lab'")
    return {name for (name,) in rows if name != "public"}


def ours(lab: Lab) -> set[str]:
    """Every role of the server that is ours."""
    return {name for (name,) in lab.admin.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^recuse_'")}


def removed(lab: Lab) -> None:
    """What `recuse remove` does."""
    for step in way_out(lab.policy, lab.ledger, None):
        with target_for("postgresql").open(lab.dsn()) as session:
            planned = step.planner.plan(session, step.systems[0])
        document = plan_document(step.planner.workspace, (planned,), None)
        apply_in(Manner(lambda _: lab.dsn()), lab.policy, document, lab.ledger)


def test_equal_classes_are_two(pair: Pair) -> None:
    first, second = classes(pair.first), classes(pair.second)
    assert first
    assert not first & second
    assert {role[-12:] for role in second} < {role[-12:] for role in first}, "equal but for the visitor's"


def test_neither_plan_touches_the_other(pair: Pair) -> None:
    """The second was planned, applied and read again when the first's classes and memberships stood there."""
    assert pair.first.plan().plan.changes == ()
    assert pair.second.plan().plan.changes == ()


def test_who_is_cut_off_in_one_works_on_in_the_other(pair: Pair) -> None:
    assert read(pair.first, "visitor", declare=True) == OPEN
    assert read(pair.second, "visitor", declare=True) == "InsufficientPrivilege"
    assert read(pair.second, "visitor") == "InsufficientPrivilege"
    assert read(pair.first, "desk") == read(pair.second, "desk") == OPEN


def test_verify_finds_nothing_but_what_it_finds_of_one_alone(pair: Pair) -> None:
    for lab in (pair.first, pair.second):
        found = lab.verify()
        assert {finding.code for finding in found.findings} <= OF_ONE, found.findings
        assert found.attempts
        assert all(attempt.agrees for attempt in found.attempts)


def test_a_grant_to_the_others_class_is_unmade_and_its_members_stay(pair: Pair) -> None:
    """A dump restored beside its database grants to the classes of that one."""
    theirs = sorted(classes(pair.first))
    pair.second.run(f"GRANT SELECT ON lab.ward TO {', '.join(theirs)}")
    planned = pair.second.plan()
    facts = {change.fact for change in planned.plan.changes if not change.make}
    assert {fact.grantee for fact in facts if isinstance(fact, Grant)} == set(theirs)
    assert not [fact for fact in facts if isinstance(fact, Membership)]
    pair.second.mend(planned)
    assert pair.second.plan().plan.changes == ()
    assert pair.first.plan().plan.changes == ()


def test_one_goes_and_the_other_stays(pair: Pair) -> None:
    """Last of all: what both have is dropped by the last alone."""
    theirs = {role for role in ours(pair.first) if of_another(role, "lab")}
    removed(pair.second)
    assert theirs
    assert not theirs & ours(pair.first)
    assert pair.first.plan().plan.changes == ()
    assert read(pair.first, "visitor", declare=True) == OPEN
    assert read(pair.second, "visitor") == "InsufficientPrivilege", "the first took the membership, and still does"
    removed(pair.first)
    assert ours(pair.first) == set()
    assert read(pair.first, "visitor") == read(pair.second, "visitor") == ALL, "as before any policy"
