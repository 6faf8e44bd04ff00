"""Each kind of step that a plan closes: named, closed, read no more, and given back by its undo; and nothing besides.

The policy is applied first and opens nothing to `ice`, so that what is left is past the policy. What is held is read by
a query of its own, of every catalog that keeps grants; no fact of the product takes part in the comparison.
"""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from recuse.errors import InputError
from recuse.operations.closing import Wish, check_asked
from recuse.operations.document import plan_document
from recuse.targets.postgres.throwaway import Server
from tests.closing.world import Office, office
from tests.escape.test_escape import answered, attempted, holds_secret, made

HELD = Path(__file__).with_name("held.sql").read_bytes()
SERVER = "server loop: USAGE to ice by postgres"

TAKEN: dict[str, tuple[int, set[str], bool]] = {
    # the version; what a closing takes away; whether `ice` reads the secret until then, though the policy is applied
    # (by dblink as the owner, and as a role that it grants itself, it first has to switch row security off)
    "dblink": (18, {SERVER}, False),
    "extended_statistics": (18, {"relation pg_statistic_ext_data: SELECT to ice by postgres"}, True),
    "internal_function": (18, {"function pub.picture(text): EXECUTE to PUBLIC by postgres"}, True),
    "language_declared_trusted": (
        18, {"language internal: USAGE to ice by postgres", "language internal: USAGE to PUBLIC by postgres"}, True,
    ),
    "large_object": (18, {"large object: SELECT to ice by owner1"}, True),
    "server_file": (18, {"function pg_read_binary_file(text): EXECUTE to ice by postgres"}, True),
    "createrole": (15, {"ice is rolcreaterole"}, False),
}  # fmt: skip


def held(lab: Server, database: str) -> Counter[str]:
    with psycopg.connect(lab.dsn(database)) as connection:
        return Counter(line for (line,) in connection.execute(HELD))


def undo(it: Office, lab: Server, database: str, statements: list[str]) -> None:
    with psycopg.connect(lab.dsn(database), autocommit=True) as connection:
        for statement in reversed(statements):
            connection.execute(statement.encode())


@pytest.mark.parametrize("case", TAKEN)
def test_a_kind_is_closed_and_given_back(lab: Server, world: str, tmp_path: Path, case: str) -> None:
    version, taken, readable = TAKEN[case]
    if version != lab.version:
        pytest.skip(f"not applicable: tried on PostgreSQL {version}")
    folder = made(lab, world, case)
    with office(lab.dsn(world), tmp_path / "policy") as it:
        it.apply(it.plan())
        before, reads = held(lab, world), holds_secret(attempted(lab, world, folder))
        assert (answered(lab, world)["reaches"], reads) == (True, readable)
        planned = it.plan("all")
        closing = [s for s in planned.statements if s.changes[0].closes]
        assert planned.statements == tuple(closing)
        document = json.loads(plan_document(it.workspace, (planned,), None))
        assert [each["do"] for each in document["closes"]] == [[statement.do] for statement in closing]
        it.apply(planned)
        assert before - held(lab, world) == Counter(taken)
        assert not held(lab, world) - before
        assert not answered(lab, world)["reaches"]
        assert not holds_secret(attempted(lab, world, folder))
        assert not it.plan("all").plan.changes
        undo(it, lab, world, [statement.undo for statement in closing])
        assert held(lab, world) == before
        assert (answered(lab, world)["reaches"], holds_secret(attempted(lab, world, folder))) == (True, readable)


def test_with_the_policy_itself_in_one_plan(lab: Server, world: str, tmp_path: Path) -> None:
    """What the policy takes away anyway is no closing, and what is left is closed in the same plan."""
    folder = made(lab, world, "server_file")
    with psycopg.connect(lab.dsn(world), autocommit=True) as connection:
        connection.execute("GRANT SELECT ON cpd.person TO ice")
    with office(lab.dsn(world), tmp_path / "policy") as it:
        planned = it.plan("all")
        assert planned.closed is not None
        (closing,) = planned.closed.closings
        assert "pg_read_binary_file" in str(closing.ended)
        assert planned.closed.anyway
        assert [c.step for c in planned.plan.changes if c.closes] == ["close"]
        it.apply(planned)
        assert not answered(lab, world)["reaches"]
        assert not holds_secret(attempted(lab, world, folder))
        assert not it.plan("all").plan.changes


def test_the_step_by_which_fewest_others_lose_is_taken(lab: Server, world: str, tmp_path: Path) -> None:
    """A membership of one, and not what the role gives to three; without it, the grant itself."""
    folder = made(lab, world, "server_file")
    file = "FUNCTION pg_read_binary_file(text)"
    with psycopg.connect(lab.dsn(world), autocommit=True) as connection:
        connection.execute(
            f"REVOKE EXECUTE ON {file} FROM ice; CREATE ROLE readers; CREATE ROLE one LOGIN; CREATE ROLE two LOGIN;"
            f"GRANT EXECUTE ON {file} TO readers; GRANT readers TO ice, one, two".encode()
        )
    assert holds_secret(attempted(lab, world, folder))
    with office(lab.dsn(world), tmp_path / "policy") as it:
        it.apply(it.plan())
        of_ice = {f.id for f in it.find() if f.account == "records/ice" and f.code == "server-files"}
        single = it.plan(*of_ice)
        assert single.closed is not None
        (closing,) = single.closed.closings
        assert (str(closing.ended)[:10], closing.others) == ("Membership", ())
        assert "no other account loses by it" in closing.why
        it.apply(single)
        assert not holds_secret(attempted(lab, world, folder))
        left = {f.account for f in it.find() if f.code == "server-files"}
        assert left >= {"records/one", "records/two"} or left == {""}
        assert "records/ice" not in left


def test_what_the_policy_will_hide_needs_no_closing(lab: Server, world: str, tmp_path: Path) -> None:
    """Reads as the owner, whom row security binds once the policy is applied: TEMPORARY, say, stays with everyone."""
    folder = made(lab, world, "event_trigger")
    assert answered(lab, world)["reaches"]
    with office(lab.dsn(world), tmp_path / "policy") as it:
        planned = it.plan("all")
        assert planned.closed is not None
        assert [each for each in planned.closed.closings if "records/ice" in each.accounts] == []
        it.apply(planned)
        assert not answered(lab, world)["reaches"]
        assert not holds_secret(attempted(lab, world, folder))


def test_an_attribute_is_lost_and_given_back(lab: Server, world: str, tmp_path: Path) -> None:
    made(lab, world, "replication")
    with office(lab.dsn(world), tmp_path / "policy") as it:
        it.apply(it.plan())
        before = held(lab, world)
        planned = it.plan("replication")
        (done,) = planned.statements
        assert done.do == 'ALTER ROLE "ice" LOGIN INHERIT NOREPLICATION'
        it.apply(planned)
        assert before - held(lab, world) == Counter({"ice is rolreplication": 1})
        undo(it, lab, world, [done.undo])
        assert held(lab, world) == before


def test_what_was_lent_on_goes_first_and_comes_back(lab: Server, world: str, tmp_path: Path) -> None:
    """By CASCADE it would go unseen, and no undo would know of it."""
    made(lab, world, "internal_function")
    with psycopg.connect(lab.dsn(world), autocommit=True) as connection:
        connection.execute(
            "REVOKE EXECUTE ON FUNCTION pub.picture(text) FROM PUBLIC; CREATE ROLE other LOGIN;"
            "GRANT EXECUTE ON FUNCTION pub.picture(text) TO ice WITH GRANT OPTION; SET ROLE ice;"
            "GRANT EXECUTE ON FUNCTION pub.picture(text) TO other"
        )
    with office(lab.dsn(world), tmp_path / "policy") as it:
        it.apply(it.plan())
        before = held(lab, world)
        ice = next(f.id for f in it.find() if f.account == "records/ice" and f.choices)
        planned = it.plan(ice)
        assert [s.do for s in planned.statements if "other" in s.do] == [planned.statements[0].do]
        it.apply(planned)
        assert (before - held(lab, world)).total() == 2
        assert "closing-lent" in {h.code for s in planned.statements for c in s.changes for h in c.hazards}
        undo(it, lab, world, [statement.undo for statement in planned.statements])
        assert held(lab, world) == before


def test_what_cannot_be_closed_is_told_and_never_dropped(lab: Server, world: str, tmp_path: Path) -> None:
    made(lab, world, "ownership")
    with office(lab.dsn(world), tmp_path / "policy") as it:
        planned = it.plan("all")
        assert planned.closed is not None
        assert not planned.closed.closings
        reasons = {left.reason for left in planned.closed.left if left.code == "ownership"}
        assert len(reasons) == 1
        assert "an owner's rights end with the ownership alone" in reasons.pop()
        wished = {f.id for f in it.find()}
        told = {left.id for left in planned.closed.left} | {*planned.closed.anyway}
        assert wished <= told | {i for closing in planned.closed.closings for i in closing.findings}


def test_nothing_is_closed_where_nothing_is_found(lab: Server, world: str, tmp_path: Path) -> None:
    made(lab, world, "control_nothing_granted")
    with office(lab.dsn(world), tmp_path / "policy") as it:
        planned = it.plan("all")
        assert planned.closed is not None
        assert {*planned.closed.found} <= {"version-floor"}  # the server may lack repairs
        nothing = replace(planned, closed=replace(planned.closed, found=(), answered=frozenset()))
        with pytest.raises(InputError, match="there is nothing to close, since nothing is found"):
            check_asked([nothing], Wish(("all",)))
        assert planned.plan == it.plan().plan


def test_a_trigger_is_switched_off_where_nothing_else_ends_the_way(lab: Server, world: str, tmp_path: Path) -> None:
    made(lab, world, "notify")
    with office(lab.dsn(world), tmp_path / "policy") as it:
        it.apply(it.plan())
        before = held(lab, world)
        planned = it.plan("notification")
        (done,) = (s for s in planned.statements if s.changes[0].closes)
        assert (done.do, done.undo) == (
            'ALTER TABLE "cpd"."person" DISABLE TRIGGER "sends"', 'ALTER TABLE "cpd"."person" ENABLE TRIGGER "sends"',
        )  # fmt: skip
        assert done.lock.object == "cpd.person"
        assert done.changes[0].fact in it.facts
        it.apply(planned)
        assert before - held(lab, world) == Counter({"trigger sends fires O"})
        assert done.changes[0].fact not in it.facts
        undo(it, lab, world, [done.undo])
        assert held(lab, world) == before
