"""What cannot be closed inside the database: each code really tells something, and no more than it says."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from recuse.operations.finding import Finding
from recuse.operations.residual_sentences import RESIDUAL
from recuse.operations.verify import verify_document
from tests.conftest import binaries_of
from tests.statements.cases import read_cases
from tests.statements.client import say
from tests.statements.enforced import Enforced

SHOWN_BY_CASES = {case.residual for case in read_cases()}
SHOWN_HERE = {"locks", "row-estimates", "timing", "superuser", "pools", "published", "replication-slots",
              "activity-counters", "unbound-backup", "unbound-replication"}  # fmt: skip
FEED = "lab_feed"
OPTIONS = f"'proto_version', '1', 'publication_names', '{FEED}'"
DUMPS = (
    (),
    ("-n", "lab"),
    ("-t", "lab.holder", "--enable-row-security"),
    ("-t", "lab.person", "--enable-row-security", "--inserts"),
    ("-t", "lab.event_a", "--data-only"),
    ("-t", "lab.person_copy", "--enable-row-security"),
)
MANY = (
    "INSERT INTO lab.ward SELECT 1000000000 + n, 'SECRET-many', true FROM generate_series(1, 5000) n; ANALYZE lab.ward"
)


@pytest.fixture
def crowded(enforced: Enforced) -> Iterator[Enforced]:
    """The same with many hidden rows of one name in one table."""
    enforced.lab.run(MANY)
    yield enforced
    enforced.restore()
    enforced.lab.run("ANALYZE lab.ward")


def test_every_code_is_shown_by_a_test() -> None:
    assert set(RESIDUAL) <= SHOWN_BY_CASES | SHOWN_HERE


def plan_of(enforced: Enforced, text: str, *options: str) -> dict[str, object]:
    """The top node of a plan, as the desk is shown it. Nothing else is received, so nothing else is learned."""
    said = f"EXPLAIN ({', '.join(('FORMAT JSON', *options))}) {text}"
    received = say(enforced.lab.dsn("desk"), said)
    assert received.leaked(enforced.secrets, said) == frozenset()
    plan: dict[str, object] = json.loads(received.rows[0])[0]["Plan"]
    return plan


def test_an_estimate_counts_hidden_rows(crowded: Enforced) -> None:
    """row-estimates: about how many rows hold a value that is named; not which, nor what else they hold."""
    there = plan_of(crowded, "SELECT id FROM lab.ward WHERE name = 'SECRET-many'")["Plan Rows"]
    nowhere = plan_of(crowded, "SELECT id FROM lab.ward WHERE name = 'SECRET-none'")["Plan Rows"]
    assert isinstance(there, int)
    assert isinstance(nowhere, int)
    assert there > nowhere


def test_the_work_done_counts_hidden_rows(crowded: Enforced) -> None:
    """timing: pages read stand for time, which no test can rely on."""
    options = ("ANALYZE", "BUFFERS", "TIMING off", "COSTS off")
    many = plan_of(crowded, "SELECT id FROM lab.ward WHERE name LIKE '%none%'", *options)
    crowded.restore()
    few = plan_of(crowded, "SELECT id FROM lab.ward WHERE name LIKE '%none%'", *options)
    assert int(str(many["Shared Hit Blocks"])) > int(str(few["Shared Hit Blocks"]))


@contextmanager
def holding(enforced: Enforced, text: str) -> Iterator[None]:
    """A transaction of the superuser's, open for the length of a block."""
    with psycopg.connect(enforced.lab.dsn()) as connection:
        connection.execute(text.encode())
        yield
        connection.rollback()


def test_locks_are_seen_and_waited_for(enforced: Enforced) -> None:
    """locks: the name of a table in use, and that a key is being written; nothing of the rows."""
    text = "INSERT INTO lab.ward VALUES (1000000001, 'SECRET-new', true)"
    with holding(enforced, text):
        seen, wrong = enforced.judge("desk", "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'lab.ward'::regclass")
        assert (seen.rows, wrong) == (["t"], [])
        said = "SET lock_timeout = '100ms'; BEGIN; INSERT INTO lab.ward (id, name) VALUES (1000000001, 'x'); ROLLBACK"
        waited, wrong = enforced.judge("desk", said)
        assert (waited.outcomes, wrong) == (["SET", "BEGIN", "55P03"], [])
        free, wrong = enforced.judge("desk", said.replace("1000000001", "1000000002"))
        assert (free.outcomes, wrong) == (["SET", "BEGIN", "INSERT 0 1", "ROLLBACK"], [])


def test_activity_is_counted_for_everyone(enforced: Enforced) -> None:
    enforced.lab.run("SELECT pg_stat_force_next_flush()")
    enforced.lab.run("SELECT 1")
    said = "SELECT n_tup_ins >= 2 FROM pg_stat_user_tables WHERE relname = 'closed'"
    received, wrong = enforced.judge("desk", said)
    assert (received.rows, wrong) == (["t"], [])


@pytest.mark.parametrize("login", [None, "archive", "mirror"])
def test_who_is_not_bound_reads_everything(enforced: Enforced, login: str | None) -> None:
    """superuser, unbound-backup, unbound-replication: declared, each by its name."""
    received, wrong = enforced.judge(login, "SELECT p FROM lab.person p")
    assert received.outcomes == ["SELECT 6"]
    assert wrong
    sentences = " ".join(sentence for _, sentence in enforced.verified.residual)
    assert (f"`files/{login}`" if login else "ran as one") in sentences


def test_what_a_session_became_it_alone_sees(enforced: Enforced) -> None:
    """pools: neither a role, nor another login, nor a plain SET shows in what the server tells of a session."""
    seen = "SELECT usename::text, state FROM pg_stat_activity WHERE pid = %s"
    with psycopg.connect(enforced.lab.dsn(), autocommit=True) as pool:
        before = enforced.lab.admin.execute(seen, (pool.info.backend_pid,)).fetchone()
        for text in ("SET recuse.permit = 'p'", "SET ROLE desk", "SET SESSION AUTHORIZATION visitor"):
            pool.execute(text.encode())
        assert enforced.lab.admin.execute(seen, (pool.info.backend_pid,)).fetchone() == before == ("postgres", "idle")


def dumped(enforced: Enforced, login: str, *options: str) -> tuple[int, str]:
    """What pg_dump writes and says, as a login."""
    server = enforced.lab.server
    done = subprocess.run(
        [binaries_of(server.version) / "pg_dump", "-h", server.host, "-p", str(server.port), "-U", login, "-d", "lab",
         *options],
        env=os.environ | {"PGPASSWORD": login}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, (done.stdout + done.stderr).lower()


@pytest.mark.parametrize("options", DUMPS, ids=" ".join)
def test_a_dump_by_a_bound_login_holds_nothing_denied(enforced: Enforced, options: tuple[str, ...]) -> None:
    _, text = dumped(enforced, "desk", *options)
    assert [secret for secret in enforced.secrets if secret in text] == []


def test_a_dump_by_a_bound_login_says_that_it_is_refused(enforced: Enforced) -> None:
    """Never a dump that looks whole: pg_dump stops at what it may not read, or at row security."""
    code, text = dumped(enforced, "desk", "-n", "lab")
    assert code != 0
    assert "permission denied" in text


def test_a_dump_by_the_declared_backup_login_is_whole(enforced: Enforced) -> None:
    """unbound-backup: a backup that row security shortened would be found out at the restore."""
    code, text = dumped(enforced, "archive", "-n", "lab", "--data-only")
    assert code == 0
    assert [secret for secret in enforced.secrets if secret not in text] == []


@pytest.fixture
def publishing(enforced: Enforced) -> Iterator[Enforced]:
    enforced.lab.run(f"CREATE PUBLICATION {FEED} FOR TABLE lab.person, lab.event")
    enforced.lab.run(f"SELECT pg_create_logical_replication_slot('{FEED}', 'pgoutput')")
    yield enforced
    enforced.lab.run(f"SELECT pg_drop_replication_slot('{FEED}')")
    enforced.lab.run(f"DROP PUBLICATION {FEED}")


def test_a_publication_and_a_slot_are_declared(publishing: Enforced) -> None:
    """published, replication-slots: they send rows to replication accounts alone, and change no other verdict."""
    before, after = publishing.verified, publishing.lab.verify()
    told = dict(after.residual)
    assert "`lab.person`" in told["published"]
    assert f"`{FEED}`" in told["replication-slots"]
    assert (after.verdict, after.findings) == (before.verdict, before.findings)


def test_a_slot_shows_hidden_rows_to_a_replication_account_alone(publishing: Enforced) -> None:
    for each in ("SET synchronous_commit = on", "UPDATE lab.person SET level = 1", "RESET synchronous_commit"):
        publishing.lab.run(each)  # each by itself: a slot shows what has reached the disk
    said = f"SELECT data FROM pg_logical_slot_peek_binary_changes('{FEED}', NULL, NULL, {OPTIONS})"
    mirror = say(publishing.lab.dsn("mirror"), said)
    desk = say(publishing.lab.dsn("desk"), said)
    publishing.restore()
    assert "secret-person-1" in mirror.leaked(publishing.secrets, said)
    assert desk.outcomes == ["42501"]
    assert desk.leaked(publishing.secrets, said) == frozenset()


def test_a_publication_of_open_columns_and_rows_sends_no_more(enforced: Enforced) -> None:
    """What can be done about `published`: a column list and a row filter, which are the publication's own."""
    name = "lab_narrow"
    enforced.lab.run(
        f"CREATE PUBLICATION {name} FOR TABLE lab.person (id, name, hidden) WHERE (NOT hidden)WITH (publish = 'insert')"
    )
    enforced.lab.run(f"SELECT pg_create_logical_replication_slot('{name}', 'pgoutput')")
    enforced.lab.run("SET synchronous_commit = on")
    enforced.restore()
    enforced.lab.run("RESET synchronous_commit")
    said = f"SELECT data FROM pg_logical_slot_peek_binary_changes('{name}', NULL, NULL, {OPTIONS})".replace(FEED, name)
    received = say(enforced.lab.dsn("mirror"), said)
    enforced.lab.run(f"SELECT pg_drop_replication_slot('{name}')")
    enforced.lab.run(f"DROP PUBLICATION {name}")
    assert received.leaked({"person 1"}, said), "the open row is sent"
    assert received.leaked(enforced.secrets, said) == frozenset()


def test_a_bound_account_that_may_replicate_is_a_finding(enforced: Enforced) -> None:
    enforced.lab.run("ALTER ROLE visitor REPLICATION")
    try:
        (finding,) = [f for f in enforced.lab.verify().findings if f.code == "replication"]
    finally:
        enforced.lab.run("ALTER ROLE visitor NOREPLICATION")
    assert finding.account == "files/visitor"
    assert str(finding.remedy).startswith("ALTER ROLE visitor NOREPLICATION")


def test_a_weakness_of_bound_accounts_is_one_finding_for_each_reason(enforced: Enforced) -> None:
    def planted() -> list[Finding]:
        return [f for f in enforced.lab.verify().findings if f.code in {"server-settings", "secret-in-settings"}]

    enforced.lab.run("GRANT pg_read_all_settings TO visitor")
    enforced.lab.run("ALTER ROLE ALL SET app.jwt_secret = 'SECRET-4711'")
    try:
        secret, settings = sorted(planted(), key=lambda f: f.code)
    finally:
        enforced.lab.run("REVOKE pg_read_all_settings FROM visitor")
        enforced.lab.run("ALTER ROLE ALL RESET app.jwt_secret")
    assert (settings.account, settings.steps[0].target) == ("files/visitor", "role:pg_read_all_settings")
    assert (secret.account, len(secret.steps)) == ("", 1), "it is true of everyone"
    assert "files/visitor" in secret.reproduce
    assert "SECRET-4711" not in secret.reproduce
    assert "SECRET-4711" not in secret.reproduce
    assert planted() == []


def test_a_code_that_names_several_things_has_a_line_for_each(enforced: Enforced) -> None:
    """Found while writing this: the document kept one sentence a code, so all but the last key went unsaid."""
    shown = verify_document([enforced.verified])["residual"]
    keys = [each["sentence"] for each in shown if each["code"] == "key-actions"]
    assert len(keys) == len(set(keys)) == 4
