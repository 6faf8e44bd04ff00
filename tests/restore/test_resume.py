"""`apply --resume` makes so what a copy is too old to know, and only then opens anything; the ledger is the witness."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from recuse import clock
from recuse.errors import RefusedError, StalePlanError, TargetError
from recuse.operations import permit as permits
from recuse.operations import record
from recuse.operations.apply import Manner
from recuse.operations.copies import copy_findings, remarks_of, standing
from recuse.operations.kept import FOLDER, FileKeeper, kept
from recuse.operations.permit import Office as Desk
from recuse.operations.resume import Resumed, resume, resumption
from recuse.permits import Register
from recuse.targets.postgres.throwaway import copied, throwaway
from recuse.targets.target import target_for
from tests.conftest import ENDS, version_id
from tests.restore.copies import Backup, base_backup, moved, settle, snapshot, standby
from tests.restore.small import permit, small
from tests.sessions.test_emergency import BOX, FIRST, Office, forbidding
from tests.statements.world import DATABASE, Lab

SECOND = "2026-03-01-box-ends"


@dataclass(frozen=True)
class Story:
    """A database, two copies taken of it, and what happened after: a permit revoked, one issued, an account cut."""

    lab: Lab
    backup: Backup
    disk: Backup
    revoked: str
    issued: str


@pytest.fixture(scope="module", params=ENDS if os.environ.get("RESTORE") == "whole" else [18], ids=version_id)
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with ExitStack() as stack:
        lab = stack.enter_context(small(request.param, tmp_path_factory.mktemp("lab")))
        lab.apply()
        first = permit(lab)
        taken = base_backup(lab.server)
        disk = stack.enter_context(snapshot(lab.server))
        lab = replace(lab, admin=stack.enter_context(psycopg.connect(lab.dsn(), autocommit=True)))
        assert settle(lab.dsn())
        second = permit(lab)
        permits.revoke(Desk.open(lab.policy, lab.ledger, lambda _: lab.dsn(), giving=False), first, None, dry_run=False)
        office = Office(lab)
        office.direct(SECOND, {BOX: forbidding(BOX)}, (FIRST,))
        office.answer(SECOND, "confirm")
        lab.apply()
        yield Story(lab, taken, disk, first, second)


@contextmanager
def copy_of(story: Story, taken: Backup) -> Iterator[Lab]:
    with (
        copied(story.lab.server, taken.into) as server,
        psycopg.connect(server.dsn(DATABASE), autocommit=True) as admin,
    ):
        yield replace(story.lab, server=server, admin=admin)


def studies(lab: Lab) -> list[str] | str:
    """What a visitor who declares reads, by the permit that let it, or how it is refused."""
    with psycopg.connect(lab.dsn("visitor"), autocommit=True) as connection, connection.transaction():
        try:
            row = connection.execute("SELECT recuse.declare('study', 'official_duty')").fetchone()
        except psycopg.errors.InsufficientPrivilege as error:
            return str(error.diag.message_primary)
        seen = connection.execute("SELECT count(*) > 0 FROM lab.ward").fetchone()
        assert row is not None
        return [str(row[0])] if seen == (True,) else []


def puts_in(lab: Lab) -> bool:
    """Whether the letter box, whose rule ended, still puts a letter in."""
    with psycopg.connect(lab.dsn("box"), autocommit=True) as connection:
        try:
            connection.execute("BEGIN; INSERT INTO lab.letter (body) VALUES ('x'); ROLLBACK")
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True


def resumed(lab: Lab) -> tuple[Resumed, ...]:
    return resume(resumption(Manner(lambda _: lab.dsn()), lab.policy, lab.ledger))


def codes(lab: Lab, *, whole: bool = False) -> dict[str, str]:
    """The findings about copies by code; with `whole`, all that `verify` has."""
    if whole:
        found = lab.verify().findings
    else:
        entries = record.entries(lab.ledger)
        register = Register.of(kept(lab.ledger), entries)
        with target_for("postgresql").open(lab.dsn()) as session:
            found = tuple(copy_findings(standing(session, "files", register, entries, clock.now()), DATABASE))
    return {f.code: f"{f.severity} {f.reproduce} {f.remedy}" for f in found}


def test_where_nothing_happened_there_is_nothing_to_resume(story: Story) -> None:
    before = len(record.entries(story.lab.ledger))
    code, said = Office(story.lab).say("apply", "--resume")
    assert (code, said) == (0, "nothing to resume: every system is where its ledger left it")
    assert resumed(story.lab) == () or len(record.entries(story.lab.ledger)) > before


def test_a_restored_backup_is_resumed(story: Story) -> None:
    """Shut for everyone; then as the ledger has it: one permit ended, one issued since, an account cut."""
    with copy_of(story, story.backup) as lab:
        shut = "this database is a copy, or was promoted, and nothing is open in it"
        assert (moved(lab.dsn()), studies(lab), puts_in(lab)) == ("backup", shut, False)
        found = codes(lab, whole=True)
        assert "attempt-under" not in found
        assert found["moved"].startswith("high -- SELECT recuse.moved() gives `backup`: the gates are shut, since its")
        assert found["moved"].endswith("recuse apply --resume")
        assert found["behind-ledger"].startswith("critical -- a plan was applied, by the ledger, of which")
        assert story.revoked in found["behind-ledger"]
        assert story.issued in found["behind-ledger"]
        with pytest.raises(StalePlanError, match="is not where its ledger left it: the gates are shut"):
            lab.apply()
        desk = Desk.open(lab.policy, lab.ledger, lambda _: lab.dsn(), giving=True)
        with pytest.raises(RefusedError, match="recuse apply --resume comes first"):
            permits.issue(desk, story.issued, "another", None, dry_run=False)
        code, said = Office(lab).say("apply", "--resume", "--dry-run", "--format", "json")
        assert (code, moved(lab.dsn())) == (0, "backup")
        (planned,) = json.loads(said)["systems"]
        assert (planned["revoke"], planned["issue_again"]) == ([story.revoked], [story.issued])
        code, said = Office(lab).say("apply", "--resume")
        assert code == 2
        assert moved(lab.dsn()) == "backup"
        (done,) = resumed(lab)
        assert (done.standing.revoked, done.issued, done.refused) == ((story.revoked,), (story.issued,), ())
        assert (moved(lab.dsn()), studies(lab), puts_in(lab)) == (None, [story.issued], False)
        assert codes(lab) == {}
        last = record.entries(lab.ledger)[-1]
        assert (last.kind, last.body["moved"], last.body["revoked"]) == ("resumed", "backup", [story.revoked])
        code, said = Office(lab).say("apply", "--resume", "--yes")
        assert (code, said) == (0, "nothing to resume: every system is where its ledger left it")
    assert "behind-ledger" in codes(story.lab), "the database that was left is not the institution's any more"


def test_a_disk_that_was_set_back_is_told_by_the_ledger(story: Story) -> None:
    """Its gates stand open, for what the server can tell: the copy reads through a permit that was revoked."""
    with copy_of(story, story.disk) as lab:
        assert (moved(lab.dsn()), studies(lab), puts_in(lab)) == (None, [story.revoked], True)
        found = codes(lab)
        assert "moved" not in found
        assert found["behind-ledger"].startswith("critical")
        with pytest.raises(StalePlanError, match="it is an older copy"):
            lab.apply()
        with psycopg.connect(lab.dsn("visitor")) as reader:
            reader.execute("SELECT recuse.declare('study', 'official_duty')")
            reader.execute("DECLARE c CURSOR FOR SELECT * FROM lab.ward")
            (done,) = resumed(lab)
            with pytest.raises(psycopg.OperationalError):
                reader.execute("FETCH ALL FROM c")
        assert (done.standing.revoked, done.issued) == ((story.revoked,), (story.issued,))
        assert (studies(lab), puts_in(lab)) == ([story.issued], False)
        assert codes(lab) == {}


def test_what_the_record_does_not_stand_behind_stays_closed(story: Story) -> None:
    """A permit issued past the ledger ends in a copy; one whose request is lost is not issued again."""
    with copy_of(story, story.backup) as lab:
        lab.run(
            "INSERT INTO recuse.permit SELECT 'forged', login, login_oid, 'study', 'official_duty', '', '', now(), "
            "now() + interval '9 years', 0 FROM recuse.account WHERE login = 'visitor'"
        )
        file = lab.ledger / "requests" / f"{story.issued}.json"
        content = file.read_bytes()
        file.unlink()
        try:
            (done,) = resumed(lab)
        finally:
            file.write_bytes(content)
        assert set(done.standing.revoked) == {story.revoked, "forged"}
        assert done.issued == ()
        assert done.refused == ((story.issued, f"request `{story.issued}` is missing or not what was recorded"),)
        assert (moved(lab.dsn()), isinstance(studies(lab), str)) == (None, True)


def test_an_older_ledger_is_told_and_nothing_is_resumed_from_it(story: Story, tmp_path: Path) -> None:
    lab = story.lab
    lab.run("UPDATE recuse.identity SET ledger_index = ledger_index")  # the row is another's now
    assert moved(lab.dsn()) == "dump"
    assert settle(lab.dsn(), resuming=True)
    with psycopg.connect(lab.dsn(), autocommit=True) as admin:
        admin.execute("SELECT recuse.settle(100000, true)")
    assert codes(lab)["behind-ledger"].endswith("bring back the newest copy of the ledger")
    with pytest.raises(StalePlanError, match="the ledger is an older copy"):
        resumed(lab)
    with psycopg.connect(lab.dsn(), autocommit=True) as admin:
        admin.execute("SELECT recuse.settle(1, true)")


def _go_past(admin: psycopg.Connection, lab: Lab) -> None:
    """Use up the transaction numbers of the other server: two that began alike may restore in the one that wrote."""
    row = lab.admin.execute("SELECT pg_current_xact_id()::text").fetchone()
    assert row is not None
    admin.execute(f"DO $$ BEGIN WHILE pg_current_xact_id() <= '{row[0]}'::xid8 LOOP COMMIT; END LOOP; END $$".encode())


def test_without_its_roles_it_stays_shut_until_it_is_resumed(story: Story) -> None:
    """A dump on a new server without the roles: nobody but who restored it reads, whatever is granted."""
    lab = story.lab
    file = lab.server.folder.parent / "dump"
    lab.server.run("pg_dump", "--format", "custom", "--file", file, "--dbname", lab.dsn())
    with throwaway(binaries=lab.server.programs) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {DATABASE}".encode())
            _go_past(admin, lab)
        with pytest.raises(TargetError, match="pg_restore"):  # it goes on after each role that it misses
            server.run("pg_restore", "--dbname", server.dsn(DATABASE), file)
        with psycopg.connect(server.dsn(DATABASE), autocommit=True) as admin:
            copy = replace(lab, server=server, admin=admin)
            copy.run("CREATE ROLE visitor LOGIN PASSWORD 'visitor'; CREATE ROLE desk LOGIN PASSWORD 'desk'")
            copy.run("GRANT USAGE ON SCHEMA lab, recuse TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA lab TO PUBLIC")
            for login in ("visitor", "desk"):
                with psycopg.connect(copy.dsn(login), autocommit=True) as connection:
                    assert connection.execute("SELECT count(*) FROM lab.ward").fetchone() == (0,)
            assert moved(copy.dsn()) == "dump"
            with target_for("postgresql").open(copy.dsn()) as session:
                said = remarks_of(session, copy.workspace(), copy.plan(), copy.ledger)
            absent = {
                f"the login `{name}` of accounts.toml is not there, and gets nothing" for name in ("box", "archive")
            }
            assert {f"system `files`: {sentence}" for sentence in absent} < set(said)
            assert said[0].startswith("system `files`: the gates are shut, since its rows were restored from a dump")
            resumed(copy)
            assert moved(copy.dsn()) is None
            with psycopg.connect(copy.dsn("desk"), autocommit=True) as connection:
                assert connection.execute("SELECT count(*) FROM lab.ward").fetchone() == (50,)
            assert codes(copy) == {}
            looks = "SELECT has_function_privilege('recuse_owner', 'pg_stat_file(text, boolean)', 'EXECUTE')"
            assert copy.admin.execute(looks.encode()).fetchone() == (True,)


def test_nothing_is_applied_to_a_standby(story: Story) -> None:
    with standby(story.lab.server) as server:
        lab = replace(story.lab, server=server)
        for act in (lab.plan, lab.verify, lambda: resumed(lab)):
            with pytest.raises(TargetError, match="is a standby or is recovering"):
                act()


@pytest.mark.parametrize("given", [True, False])
def test_what_is_kept_elsewhere_is_issued_again_where_it_is_given(story: Story, tmp_path: Path, given: bool) -> None:
    """As what was asked for at servers, whose words lie in their state."""
    beside = story.lab.ledger / FOLDER
    shutil.move(beside, tmp_path / FOLDER)
    try:
        with copy_of(story, story.backup) as lab:
            also = FileKeeper(tmp_path) if given else None
            (done,) = resume(resumption(Manner(lambda _: lab.dsn()), lab.policy, lab.ledger, also))
            missing = ((story.issued, f"request `{story.issued}` is missing or not what was recorded"),)
            assert (done.issued, done.refused) == (((story.issued,), ()) if given else ((), missing))
            assert moved(lab.dsn()) is None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.move(tmp_path / FOLDER, beside)
