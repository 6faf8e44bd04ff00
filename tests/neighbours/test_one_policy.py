"""Two databases of one server under one policy: applied at once, and each verdict rests on the other's classes.

Each fault is planted, found from where it is to be found, and taken away again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg
import pytest

from recuse.demo.watch import repeating
from recuse.errors import PlanError, StalePlanError
from recuse.operations.apply import AppliedSystem, apply_repository
from recuse.operations.document import plan_document
from recuse.operations.neighbours import placed
from recuse.operations.plan import plan_system
from recuse.operations.stages import Planner
from recuse.operations.stepping import way_out
from recuse.operations.verify import Verified
from recuse.operations.watch import Watch
from recuse.operations.watched import DRIFT, Watching
from recuse.targets.target import target_for
from tests.conftest import ENDS, version_id
from tests.neighbours.world import NAMES, Two, two

OPEN = 50  # rows that are not hidden
ALL = 100
NOTHING: dict[str, set[tuple[str, str]]] = {name: set() for name in NAMES}
LEFT = {"version-floor"}  # Debian's 15 may be below it, which is a finding whatever is applied


@dataclass
class Story:
    """What was found before, what was applied, and what is found since.

    `alone` are the hazards of one planned alone; `worked` is what the desk met in the stock while both were applied.
    """

    two: Two
    alone: set[str]
    worked: list[int | str]
    before: dict[str, Verified]
    applied: tuple[AppliedSystem, ...]
    after: dict[str, Verified]


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with two(request.param, tmp_path_factory.mktemp("two")) as made:
        alone, before = hazards_of_stock(made), made.verify()
        with at_work(made) as worked:
            applied = made.apply()
        yield Story(made, alone, worked, before, applied, made.verify())


@contextmanager
def at_work(made: Two) -> Iterator[list[int | str]]:
    """The desk reads in the stock all the time, as a member of a group that reads in both databases."""
    worked = [made.read("stock", "desk", "keep.ward_extract")]
    with repeating(lambda: worked.append(made.read("stock", "desk", "keep.ward_extract"))):
        yield worked


def hazards_of_stock(made: Two) -> set[str]:
    """The hazards of its plan, by who does not know which systems are of one server."""
    workspace = made.workspace()
    with target_for("postgresql").open(made.dsn("stock")) as session:
        planned = plan_system(session, workspace.policy(), workspace.repository.systems["stock"])
    return {hazard.code for change in planned.plan.changes for hazard in change.hazards}


def found(verified: Verified) -> set[tuple[str, str]]:
    return {(finding.code, finding.account) for finding in verified.weighing if finding.code not in LEFT}


def test_both_are_cut_by_one_apply(story: Story) -> None:
    """Roles are the server's: what both plans make is made once, and what both take is taken once."""
    assert [(done.system, done.changes > 0) for done in story.applied] == [(name, True) for name in NAMES]
    assert {name: planned.plan.changes for name, planned in story.two.plans().items()} == dict.fromkeys(NAMES, ())
    assert [done.changes for done in story.two.apply()] == [0, 0]


def test_who_works_in_the_other_database_is_not_refused_meanwhile(story: Story) -> None:
    """The group's membership is the server's: it ends when both are shaped, and no earlier."""
    assert {ALL, OPEN} <= set(story.worked) <= {ALL, OPEN, "AdminShutdown"}, (
        "whose session ends, since it loses something"
    )


def test_w3_a_forgotten_path_in_either_is_found_before_and_closed_after(story: Story) -> None:
    assert {("copy", "files/visitor"), ("copy", "files/box"), ("foreign-table", "files/box")} <= found(
        story.before["files"]
    )
    assert ("membership", "stock/visitor") in found(story.before["stock"])
    assert story.before["files"].not_examined, "nothing was applied"
    assert not any("neighbour" in line for v in story.before.values() for line in v.not_examined), (
        "nothing is left to answer for"
    )
    assert {name: found(v) for name, v in story.after.items()} == NOTHING
    for name, other in zip(NAMES, reversed(NAMES), strict=True):  # below the floor, neither answers for the other
        assert story.after[name].not_examined == () or story.after[other].weighing
    for login, table in (("box", "keep.ward"), ("box", "keep.ward_extract"), ("visitor", "keep.ward_extract")):
        assert story.two.read("stock", login, table) == "InsufficientPrivilege"
    assert story.two.read("stock", "desk", "keep.ward_extract") == story.two.read("files", "desk", "lab.ward") == OPEN


def test_a_table_that_the_category_map_leaves_out_is_closed(story: Story) -> None:
    assert {("public", "stock/box"), ("copy", "stock/box")} & found(story.before["stock"])
    for login in ("desk", "box", "visitor"):
        assert story.two.read("stock", login, "keep.forgotten") == "InsufficientPrivilege"


def test_a_verdict_says_on_whose_it_rests(story: Story) -> None:
    for name, other in zip(NAMES, reversed(NAMES), strict=True):
        verified = story.after[name]
        rests = [line for line in (*verified.examined, *verified.not_examined) if f"which is system `{other}`" in line]
        assert len(rests) == 1


def test_one_that_was_not_verified_in_this_run_answers_for_nothing(story: Story) -> None:
    (verified,) = story.two.verify("files").values()
    assert verified.verdict in ("undetermined", "findings")
    (line,) = verified.not_examined
    assert line.startswith("neighbour: what the classes of `stock`")
    assert line.endswith("it was not verified in this run")
    assert found(verified) == set()


# Planted at once, each for an account of its own.
FAULTS = """
-- Another copy, granted past the classes: a path in both.
CREATE TABLE keep.ward_2 AS TABLE keep.ward_extract; GRANT SELECT ON keep.ward_2 TO visitor;
-- The table of the classes shows rows past them.
CREATE POLICY everyone ON keep.ward_extract TO PUBLIC USING (true); GRANT SELECT ON keep.ward_extract TO box;
ALTER POLICY recuse_cut ON keep.ward_extract USING (true);
-- A class may call what leads back by another's password.
CREATE USER MAPPING FOR lab_owner SERVER files OPTIONS (user 'postgres', password '{password}');
CREATE FUNCTION keep.back() RETURNS SETOF keep.ward LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM keep.ward';
ALTER FUNCTION keep.back() OWNER TO lab_owner; REVOKE EXECUTE ON FUNCTION keep.back() FROM PUBLIC;
GRANT SELECT ON keep.ward TO lab_owner; GRANT EXECUTE ON FUNCTION keep.back() TO {role};
"""
EXTRACT = """format = 1
[[extract]]
id = "for-visitors"
system = "stock"
categories = ["open"]
held_by = "town.visit"
object = "keep.ward_extract"
taken = 2021-06-01
delete_by = 2022-06-30
"""
UNDO = """
DROP TABLE keep.ward_2; DROP POLICY everyone ON keep.ward_extract; DROP FUNCTION keep.back();
DROP USER MAPPING FOR lab_owner SERVER files; REVOKE ALL ON keep.ward FROM lab_owner;
"""


def test_faults_planted_again_are_found_from_both_sides(story: Story) -> None:
    """What a class there holds is left to its own verdict; what leads past it, or on from it, is searched as ever."""
    made = story.two
    role = made.plans()["stock"].classes.standing["desk"]
    made.run("stock", FAULTS.format(password=made.server.password, role=role))
    (made.policy / "extracts.toml").write_text(EXTRACT)
    try:
        assert made.read("stock", "desk", "keep.back()") == ALL, "the way back really reads"
        verified = made.verify()
    finally:
        (made.policy / "extracts.toml").unlink()
        made.run("stock", UNDO)
        made.apply()
    assert found(verified["files"]) == {
        ("copy", "files/visitor"),
        ("copy", "files/box"),
        ("definer-function", "files/desk"),
    }
    assert {("copy", "stock/visitor"), ("grant", "stock/box"), ("attempt-over", "stock/box"), ("drift", "")} <= found(
        verified["stock"]
    )
    assert [line for line in verified["files"].not_examined if line.endswith("it has the verdict `findings`")]
    critical = {(f.account, f.door) for f in verified["stock"].findings if f.severity == "critical"}
    assert critical >= {("stock/visitor", "ghost"), ("", "copy")}, "W6: who is inactive; W7: an extract past its day"
    assert {name: planned.plan.changes for name, planned in made.plans().items()} == dict.fromkeys(NAMES, ())


def test_watch_is_quiet_right_after(story: Story) -> None:
    """What each recorded is what is there, though the other's apply moved what the server has but once."""
    story.two.apply()
    done = Watch(Watching(story.two.policy, story.two.ledger, dsn=story.two.dsn)).round()
    assert [c for c in done.conditions if c.severity != "low" or c.code in DRIFT] == []


@pytest.mark.parametrize(("key", "role"), [("may_issue", "recuse_issuer"), ("may_end", "recuse_worker")])
def test_who_issues_or_ends_in_one_alone_is_refused_by_name(story: Story, key: str, role: str) -> None:
    path = story.two.policy / "accounts.toml"
    text = path.read_text()
    path.write_text(text.replace('id = "files/desk"', f'id = "files/desk"\n{key} = true', 1))
    try:
        with pytest.raises(PlanError, match=f"`files/desk` is to be a member of `{role}` and `stock/desk` is not"):
            story.two.plans(draft=True)
        apart = replace(story.two.workspace(draft=True), together=dict.fromkeys(NAMES, frozenset()))
        with target_for("postgresql").open(story.two.dsn("stock")) as session:
            stock = apart.repository.systems["stock"]
            Planner(apart, story.two.ledger).plan(session, stock)  # the other is seen on a server of its own
    finally:
        path.write_text(text)


def test_who_is_inactive_in_one_keeps_the_login_for_the_other(story: Story) -> None:
    """Both were applied at once, before any class of the other admitted anybody."""
    assert {"login-ends", "login-shared"} <= story.alone, "where it is not known that they are of one server"
    assert story.two.read("files", "visitor", "lab.ward", declare=True) == "InsufficientPrivilege", "no permit, and in"
    assert story.two.read("stock", "visitor", "keep.ward_extract") == "InsufficientPrivilege"


def test_the_plan_of_one_alone_is_not_applied(story: Story) -> None:
    """What one database may take for granted depends on the other: both are planned, compared and applied as one."""
    with pytest.raises(StalePlanError, match="the plan is of `stock`, and apply runs the plans of `files`, `stock`"):
        story.two.apply("stock")


def test_both_are_left_as_they_were_found(story: Story) -> None:
    """`recuse remove` of both: what they have in common goes with the last."""
    made = story.two
    for step in way_out(made.policy, made.ledger, None):
        planner = replace(step.planner, workspace=placed(step.planner.workspace, made.dsn))
        with target_for("postgresql").open(made.dsn(step.systems[0])) as session:
            planned = planner.plan(session, step.systems[0])
        apply_repository(made.policy, plan_document(planner.workspace, (planned,), None), made.ledger, made.dsn)
    with psycopg.connect(made.dsn("files")) as connection:
        left = connection.execute("SELECT rolname::text FROM pg_roles WHERE rolname ~ '^recuse_'").fetchall()
    assert left == []
    assert made.read("files", "visitor", "lab.ward") == ALL
    assert made.read("stock", "box", "keep.ward") == ALL
