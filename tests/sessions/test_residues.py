"""What sessions hold from before a cut: each reads on after a correct REVOKE, and receives nothing after `apply`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import psycopg
import pytest

from recuse.errors import ApplyError
from recuse.operations import record
from recuse.operations.apply import AppliedSystem
from recuse.operations.ended import SHOWN
from recuse.operations.verify import Verified
from recuse.permits import commitment_of
from recuse.targets.postgres import apply
from tests.sessions.residues import CLOSED_ALREADY, RESIDUES, SUPERUSERS, Held, held
from tests.statements.world import Lab

NAMES = [residue.name for residue in RESIDUES]


@dataclass
class Cut:
    """What each residue received: at first, after a cut whose severing was planted out, and after a whole one."""

    lab: Lab
    sessions: dict[str, Held]
    before: dict[str, int]
    unsevered: dict[str, int]
    found: Verified
    applied: AppliedSystem
    after: dict[str, int]


def stopped(*_: object) -> None:
    """The fault planted: an apply that ends between the cut and the severing."""
    raise ApplyError("planted")


@pytest.fixture(scope="module")
def cut(lab: Lab) -> Iterator[Cut]:
    with held(lab) as sessions:
        before = {name: each.read_on() for name, each in sessions.items()}
        for text in CLOSED_ALREADY.values():
            lab.run(text)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(apply, "sever", stopped)
            with pytest.raises(ApplyError, match="planted"):
                lab.apply()
        unsevered = {name: each.read_on() for name, each in sessions.items()}
        found = lab.verify()
        applied = lab.apply()
        after = {name: each.read_on() for name, each in sessions.items()}
        yield Cut(lab, sessions, before, unsevered, found, applied, after)


@pytest.mark.parametrize("name", NAMES)
def test_a_residue_reads_before(cut: Cut, name: str) -> None:
    assert cut.before[name] > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_residue_is_what_a_revoke_leaves(cut: Cut, name: str) -> None:
    """Without the severing: who is told to be open reads on, and who is told to be closed does not."""
    assert (cut.unsevered[name] > 0) == cut.sessions[name].residue.stays_open


@pytest.mark.parametrize("name", NAMES)
def test_a_residue_receives_nothing_after_apply(cut: Cut, name: str) -> None:
    assert cut.after[name] == 0


def test_an_apply_that_stopped_before_the_severing_is_finished_by_the_next(cut: Cut) -> None:
    """The visitor had lost everything by then, so that no plan finds that it loses anything: the ledger knows."""
    assert cut.applied.applied is not None
    ended = {session.login for session in cut.applied.applied.cut.ended}
    assert "visitor" in ended
    assert cut.applied.applied.retries == 0, "nobody's lock was waited for"
    older = "SELECT count(*) FROM pg_stat_activity WHERE usename = ANY (%s) AND backend_start < %s"
    left = cut.lab.admin.execute(older, (sorted(ended), cut.applied.applied.moment)).fetchone()
    assert left == (0,), "no session older than the cut is left, of any kind"


def test_verify_names_the_sessions_that_may_hold_something(cut: Cut) -> None:
    """All but the superuser's, of which nobody else can see what it became: that is declared."""
    told = {f.object for f in cut.found.findings if f.code == "live-session"}
    expected = {f"session:{each.pid}" for each in cut.sessions.values() if each.residue.login != "postgres"}
    assert expected <= told
    assert f"session:{cut.sessions[SUPERUSERS].pid}" not in told
    assert {"superuser", "pools"} <= {code for code, _ in cut.found.residual}


def test_each_session_that_ended_is_reported_with_its_last_statement(cut: Cut) -> None:
    ended = {session.pid: session for session in cut.applied.ended.sessions}
    holder = cut.sessions["temporary copy"]
    assert ended[holder.pid].query == "TABLE copy"
    assert (ended[holder.pid].login, ended[holder.pid].state) == ("visitor", "idle")
    assert ended[holder.pid].query_at is not None
    assert ended[cut.sessions["sender of changes"].pid].kind == "walsender"
    assert ended[cut.sessions["session of a dropped login"].pid].login.startswith("(dropped login, object id ")
    assert len(ended) == len(RESIDUES) - 1


def recorded(lab: Lab) -> list[list[dict[str, Any]]]:
    """The sessions of each *ended* entry."""
    bodies = [cast("Any", entry.body) for entry in record.entries(lab.ledger) if entry.kind == "ended"]
    return [body["sessions"] for body in bodies]


def test_the_ledger_has_commitments_and_no_statement(cut: Cut) -> None:
    lines = [line for entry in recorded(cut.lab) for line in entry]
    assert {line["pid"] for line in lines} == {session.pid for session in cut.applied.ended.sessions}
    assert "TABLE copy" not in json.dumps(lines)
    told = cut.applied.ended.document()
    salt = bytes.fromhex(told["salt"])
    shown = {session["pid"]: session["query"] for session in told["sessions"]}
    assert all(len(text) <= SHOWN for text in shown.values())
    for line in lines:
        assert line["commitment"] == commitment_of(salt, shown[line["pid"]].encode())


def failing(*_: object) -> None:
    """The fault planted: an apply that fails at the shape, when sessions are gone."""
    raise ApplyError("planted")


def test_sessions_that_an_apply_ended_before_it_failed_are_recorded(cut: Cut) -> None:
    cut.lab.run("GRANT SELECT ON lab.closed TO visitor")
    with psycopg.connect(cut.lab.dsn("visitor"), autocommit=True) as session:
        pid = session.info.backend_pid
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(apply._Run, "batches", failing)
            with pytest.raises(ApplyError, match="planted"):
                cut.lab.apply()
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    assert [(line["login"], line["pid"]) for line in recorded(cut.lab)[-1]] == [("visitor", pid)]
    assert record.owed(record.entries(cut.lab.ledger), "files") >= {"visitor"}
    cut.lab.apply()
    assert record.owed(record.entries(cut.lab.ledger), "files") == frozenset()


def test_what_a_superuser_holds_is_not_ended(cut: Cut) -> None:
    """residual `superuser`, `pools`: its session is alive; as the login that it became, it was refused above."""
    alive = cut.sessions[SUPERUSERS].connection
    assert alive.execute("SELECT session_user::text").fetchone() == ("visitor",)
    assert alive.execute("RESET SESSION AUTHORIZATION").statusmessage == "RESET"
    rows = alive.execute("SELECT usename::text FROM pg_stat_activity WHERE pid = pg_backend_pid()").fetchall()
    assert rows == [("postgres",)], "nor could it be seen"
