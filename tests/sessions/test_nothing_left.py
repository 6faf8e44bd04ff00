"""`verify` leaves nothing behind, where everything that could run lies in wait; and each trap really leaves a trace."""

import time
from dataclasses import dataclass

import psycopg
import pytest

from recuse.errors import MissingRightError
from recuse.operations.verify import Verified, verify_document
from recuse.targets.postgres.conflicting import shows_conflicting_row
from recuse.targets.postgres.connect import connect
from recuse.targets.postgres.undone import silence, undone
from tests.sessions.traces import Traces, traces
from tests.statements.world import HERE, Lab

TRAPS = (HERE.parent / "sessions" / "traps.sql").read_text()
GRANTED = (
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA audit TO PUBLIC; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA audit TO PUBLIC; "
    "GRANT INSERT ON audit.log TO lab_owner"
)
"""What a plan took away, so that the functions do what they do for everyone: drift, and no reason to run them."""


@dataclass
class Looked:
    """The world in which everything lies in wait, what `verify` said of it, and every trace before and after."""

    lab: Lab
    before: Traces
    after: Traces
    verified: Verified
    heard: list[str]


@pytest.fixture(scope="module")
def looked(lab: Lab) -> Looked:
    lab.run("ALTER SYSTEM SET autovacuum = off")
    lab.run("SELECT pg_reload_conf()")
    lab.run(TRAPS)
    lab.apply()
    lab.run(GRANTED)
    lab.run("SELECT pg_create_logical_replication_slot('kept', 'pgoutput')")
    with psycopg.connect(lab.dsn(), autocommit=True) as listener:
        listener.execute("LISTEN audit")
        before = settled(lab)
        verified = lab.verify()
        after = settled(lab)
        heard = [each.payload for each in listener.notifies(timeout=0)]
    return Looked(lab, before, after, verified, heard)


def settled(lab: Lab, *, dumped: bool = True) -> Traces:
    """The traces once every session that ended has told its counters: two looks that agree."""
    found = traces(lab, dumped=False)
    for _ in range(100):
        time.sleep(0.02)
        again = traces(lab, dumped=False)
        if not found.differing(again):
            break
        found = again
    return traces(lab, dumped=dumped)


def test_nothing_is_left(looked: Looked) -> None:
    assert looked.before.differing(looked.after) == set()
    assert looked.heard == []
    assert len(looked.verified.attempts) > 100


def test_each_account_says_how_its_answer_is_known(looked: Looked) -> None:
    """Every bound account meets a table that could not be tried here; of the others none is tried at all."""
    scope = verify_document([looked.verified])["scope"]["files"]
    logins = ("archive", "box", "desk", "mirror", "night", "postgres", "visitor")
    assert scope["accounts_known_by"] == {f"files/{login}": "catalog" for login in logins}
    assert scope["known_by"] == "attempt"


def test_what_could_not_be_tried_is_told(looked: Looked) -> None:
    told = [line for line in looked.verified.not_examined if line.startswith("attempts: ")]
    for sentence in (
        "`lab.claim`: reading it would run `audit.draw(text)`",
        "`lab.booking`: reading it would run `nextval`",
        '`lab.visit`: the server answered: cannot update table "visit" because it does not have a replica identity',
    ):
        assert [line for line in told if sentence in line], (sentence, told)
    tried = {
        attempt.table for attempt in looked.verified.attempts if attempt.action == "update" and not attempt.unknown
    }
    assert tried >= {"lab.person", "lab.holder", "lab.vehicle", "lab.event", "lab.note", "lab.loan", "lab.ward"}


CARELESS = {
    "a trigger": "UPDATE lab.person SET name = name WHERE id = 1",
    "a trigger of a statement": "UPDATE lab.holder SET name = name WHERE false",
    "a trigger of a child": "UPDATE lab.asset SET body = body WHERE id = 11",
    "a trigger of a partition": "UPDATE lab.event SET body = body WHERE kind = 'c'",
    "a rule": "UPDATE lab.note SET body = body WHERE id = 1",
    "a check": "UPDATE lab.loan SET body = body WHERE id = 1",
    "an index": "UPDATE lab.undecided SET id = id WHERE id = 1",
    "a generated column": "UPDATE lab.ward SET id = id WHERE id = 3",
    "a row policy": "SET LOCAL SESSION AUTHORIZATION desk; SELECT id FROM lab.claim",
    "a row policy of the server's functions": "SET LOCAL SESSION AUTHORIZATION desk; SELECT id FROM lab.booking",
    "a view": "SET LOCAL SESSION AUTHORIZATION desk; SELECT id FROM lab.person_list",
    "event triggers": "CREATE TEMPORARY TABLE looked (id integer)",
    "a row version": "ALTER TABLE lab.closed DISABLE ROW LEVEL SECURITY; UPDATE lab.closed SET body = body",
    "a slot": "SELECT pg_create_logical_replication_slot('left', 'pgoutput')",
}


@pytest.mark.parametrize("what", CARELESS)
def test_each_trap_would_leave_a_trace_after_a_rollback(looked: Looked, what: str) -> None:
    """The fault planted: done carelessly, undone, and seen all the same."""
    before = settled(looked.lab, dumped=False)
    with psycopg.connect(looked.lab.dsn(), autocommit=True) as careless, undone(careless):
        careless.execute(CARELESS[what].encode())
    try:
        assert before.differing(settled(looked.lab, dumped=False))
    finally:
        looked.lab.run("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'left'")


def test_a_dump_tells_a_number_drawn(looked: Looked) -> None:
    before = traces(looked.lab)
    looked.lab.run("SELECT nextval('audit.drawn')")
    assert before.differing(traces(looked.lab)) >= {"dump", "sequences"}


def test_who_is_no_superuser_makes_no_table_where_event_triggers_would_run(looked: Looked) -> None:
    with connect(looked.lab.dsn("desk")) as plain:
        with pytest.raises(MissingRightError, match="the event trigger `at_drop` would run"), undone(plain):
            silence(plain)
        assert shows_conflicting_row(plain), "what cannot be tried is taken for shown"


def test_a_class_role_that_is_gone_does_not_stop_verify(looked: Looked) -> None:
    declared = looked.lab.plan().classes.declared[0]
    looked.lab.run(f"ALTER ROLE {declared.role} RENAME TO gone")
    try:
        assert "drift" in {finding.code for finding in looked.lab.verify().findings}
    finally:
        looked.lab.run(f"ALTER ROLE gone RENAME TO {declared.role}")


SETTINGS = {
    "a setting that a row policy asks about": "CREATE POLICY asks ON lab.letter FOR SELECT "
    "USING (current_setting('app.wide', true) = 'on'); GRANT SELECT ON lab.letter TO box; "
    "ALTER ROLE box SET app.wide = 'on'",
    "a role": "CREATE ROLE big; GRANT SELECT ON lab.letter TO big; CREATE POLICY asks ON lab.letter FOR SELECT TO big "
    "USING (current_role = 'big'); GRANT big TO box; ALTER ROLE box SET role = big",
}
AS_BEFORE = (
    "DROP POLICY asks ON lab.letter; REVOKE SELECT ON lab.letter FROM box; ALTER ROLE box RESET ALL; "
    "DO $$BEGIN IF to_regrole('big') IS NOT NULL THEN DROP OWNED BY big; DROP ROLE big; END IF; END$$"
)


@pytest.mark.parametrize("what", SETTINGS)
def test_an_attempt_begins_as_a_session_of_the_login_does(looked: Looked, what: str) -> None:
    """The fault planted: what opens rows is that the login's sessions begin with something."""
    looked.lab.run(SETTINGS[what])
    try:
        over = [attempt for attempt in looked.lab.verify().attempts if attempt.over]
    finally:
        looked.lab.run(AS_BEFORE)
    assert {(attempt.account, attempt.table, attempt.action) for attempt in over} == {
        ("files/box", "lab.letter", "read")
    }
