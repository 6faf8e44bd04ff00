"""`recuse permit` from request to end, on the demonstration's signed policy, as an issuer or a worker and no more."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from recuse import cli, clock
from recuse.cli.console import fail
from recuse.demo.repository import write_repository
from recuse.demo.world import build
from recuse.errors import LedgerError, RecuseError
from recuse.operations import permit as operation
from recuse.operations import record
from recuse.targets.postgres.desk import PostgresDesk
from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import binaries_of
from tests.test_main_job import Job, make_keys

ISSUER: Final = "records_clerk_01"
WORKER: Final = "records_clerk_02"
ACCOUNT: Final = "ice_hsi_005"
EVIDENCE: Final = ("issuing_court=Cook County", "judge=A Judge", "issued=2026-01-15", "document_sha256=" + "ab" * 32)


@dataclass
class Office:
    """A signed and applied policy in which one clerk may issue permits, and another end them."""

    job: Job
    code: int = 0

    def run(self, *arguments: str, code: int | None = 0) -> tuple[str, str]:
        """Run the program; its two streams."""
        printed, told = io.StringIO(), io.StringIO()
        with redirect_stdout(printed), redirect_stderr(told):
            try:
                self.code = cli.app(["permit", *arguments], standalone_mode=False) or 0
            except RecuseError as error:
                self.code = fail(error)
        assert code in (None, self.code), printed.getvalue() + told.getvalue()
        return printed.getvalue(), told.getvalue()

    def document(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--format", "json", code=code)[0])

    @property
    def there(self) -> tuple[str, ...]:
        return ("-r", str(self.job.policy))

    @property
    def connected(self) -> tuple[str, ...]:
        return (*self.there, "--dsn", self.job.world.dsn(ISSUER))

    @property
    def ending(self) -> tuple[str, ...]:
        return (*self.there, "--dsn", self.job.world.dsn(WORKER))

    def asking(self, hours: float = 24, /, **options: str) -> tuple[str, ...]:
        """The words of a request."""
        given = {"purpose": "crim.investigation", "authority": "judicial.warrant", "case": "26-CR-1"} | options
        given |= {"until": (clock.now() + timedelta(hours=hours)).isoformat(), "by": "Desk 4", "for": "HSI"}
        words = [word for name, value in given.items() for word in (f"--{name}", value)]
        words += [word for each in EVIDENCE for word in ("--evidence", each)]
        return ("request", f"clear/{ACCOUNT}", *words, *self.there)

    def ask(self, hours: float = 24, **options: str) -> str:
        """A request's id."""
        made = self.document(*self.asking(hours, **options))
        assert made["recorded"] is True
        return str(made["request"])

    def issue(self, name: str, *more: str, code: int = 0) -> Any:
        return self.document("issue", name, "--by", "Desk 9", *more, *self.connected, code=code)

    def line(self, name: str) -> dict[str, Any]:
        """How one stands; the exit code must say whether anything at all does not agree."""
        printed, _ = self.run("list", *self.connected, "--format", "json", code=None)
        lines = json.loads(printed)
        assert self.code == int(any(each["mismatch"] for each in lines))
        return next(each for each in lines if each["permit"] == name)

    def declares(self) -> int:
        """How many people the account reads once it has declared."""
        with psycopg.connect(self.job.world.dsn(ACCOUNT), autocommit=True) as connection, connection.transaction():
            connection.execute("SELECT recuse.declare('crim.investigation', 'judicial.warrant', '26-CR-1')")
            row = connection.execute("SELECT count(*) FROM records.person").fetchone()
            return int(row[0]) if row else 0

    def kinds(self) -> list[str]:
        return [entry.kind for entry in record.entries(self.job.ledger) if "request" in entry.body]

    def clear(self) -> None:
        with psycopg.connect(self.job.world.dsn(), autocommit=True) as admin:
            admin.execute("TRUNCATE recuse.permit, recuse.used")


@contextmanager
def opened(version: int, folder: Path, change: Callable[[Path], object] = lambda _policy: None) -> Iterator[Office]:
    """An office on the demonstration's policy, changed before it is signed and applied."""
    with throwaway(binaries=binaries_of(version)) as server:
        job = Job(build(server, people=500), folder)
        write_repository(job.policy, make_keys(job.folder), "recuse-test", False)
        job.give({ISSUER: "may_issue", WORKER: "may_end"})
        change(job.policy)
        job.sign()
        job.apply()
        yield Office(job)


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened(request.param, tmp_path_factory.mktemp("office")) as made:
        yield made


@pytest.fixture(autouse=True)
def alone(office: Office) -> None:
    office.clear()


def test_a_permit_from_request_to_end(office: Office) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        office.declares()
    name = office.ask()
    assert office.line(name)["state"] == "pending"
    until = (clock.now() + timedelta(hours=2)).isoformat()
    assert office.issue(name, "--until", until, "--dry-run")["issued"] is False
    assert office.line(name)["state"] == "pending"
    done = office.issue(name, "--until", until)
    assert datetime.fromisoformat(done["until"]) == datetime.fromisoformat(until)
    entry = record.entries(office.job.ledger)[done["ledger_index"]]
    assert (entry.kind, entry.body["request"], entry.body["issuer"]) == ("issued", name, ISSUER)
    assert (office.line(name)["state"], office.line(name)["used"]) == ("in force", False)
    assert office.declares() > 0
    assert office.line(name)["used"] is True
    assert office.document("revoke", name, *office.ending, "--dry-run")["revoked"] is False
    assert office.declares() > 0
    office.document("revoke", name, *office.ending)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="was revoked"):
        office.declares()
    assert (office.line(name)["state"], office.line(name)["mismatch"]) == ("revoked", None)
    assert office.kinds()[-4:] == ["requested", "approved", "issued", "revoked"]


def test_revoking_ends_sessions_that_would_read_on(office: Office) -> None:
    """Trap 6: a transaction at REPEATABLE READ does not see the revocation; it ends with its session, others go on."""
    name = office.ask()
    office.issue(name)
    world = office.job.world
    with psycopg.connect(world.dsn(ACCOUNT)) as held, psycopg.connect(world.dsn("detective_211")) as other:
        held.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        held.execute("SELECT recuse.declare('crim.investigation', 'judicial.warrant')")
        count = "SELECT count(*) > 0 FROM records.person"
        assert held.execute(count).fetchone() == (True,)
        with psycopg.connect(world.dsn(), autocommit=True) as admin:
            admin.execute("SELECT recuse.revoke(%s)", (name,))
        assert held.execute(count).fetchone() == (True,), "the trap is real"
        done = office.document("revoke", name, *office.ending)
        assert done["sessions_ended"] == 1
        with pytest.raises(psycopg.OperationalError):
            held.execute(count)
        other.execute("SELECT 1")


def test_an_issuer_and_a_worker_have_no_other_right(office: Office) -> None:
    """Not to the schema's tables, nor to each other's work; a worker ends sessions of a revoked one's login alone."""
    name = office.ask()
    office.issue(name)
    world = office.job.world
    issue = f"SELECT recuse.issue('p', '{ACCOUNT}', 'crim.investigation', 'judicial.warrant', NULL, '1', now(), 0)"
    issuable = f"SELECT recuse.issuable('{ACCOUNT}', 'crim.investigation', 'judicial.warrant', NULL)"
    others = {ISSUER: ("SELECT recuse.sever('p')",), WORKER: (issue, issuable)}
    with psycopg.connect(world.dsn(ACCOUNT)) as other:
        pid = other.info.backend_pid
        usual = ("TABLE recuse.permit", f"SELECT pg_terminate_backend({pid})", "SET ROLE recuse_owner")
        for login, refused in others.items():
            with psycopg.connect(world.dsn(login), autocommit=True) as connection:
                for statement in (*usual, *refused):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(statement.encode())
        with psycopg.connect(world.dsn(WORKER), autocommit=True) as worker:
            assert worker.execute("SELECT recuse.sever(%s)", (name,)).fetchone() == ([],)
            assert worker.execute("SELECT recuse.sever('no such permit')").fetchone() == ([],)
        other.execute("SELECT 1")


def test_who_lacks_a_right_is_told_which_and_nothing_is_done(office: Office) -> None:
    name = office.ask()
    world = office.job.world
    for words, login, remedy in (
        (("list",), "detective_211", "connect as a member of recuse_issuer or recuse_worker"),
        (("issue", name, "--by", "Desk 9"), WORKER, "connect as a member of recuse_issuer"),
    ):
        printed, told = office.run(*words, *office.there, "--dsn", world.dsn(login), code=2)
        assert remedy in " ".join((printed + told).split())
        assert world.passwords[login] not in printed + told
    assert office.line(name)["state"] == "pending"
    office.issue(name)
    for more in ((), ("--dry-run",)):
        printed, told = office.run("revoke", name, *more, *office.connected, code=2)
        assert "connect as a member of recuse_worker" in " ".join((printed + told).split())
    assert (office.line(name)["state"], office.kinds()[-1]) == ("in force", "issued")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"purpose": "own.records"}, "may not declare `own.records` under `judicial.warrant`"),
        ({"authority": "agreement"}, "rests on `agreement`, which is not stated"),
        ({"case": ""}, "needs a case number"),
    ],
)
def test_what_the_policy_does_not_open_cannot_even_be_asked_for(
    office: Office, options: dict[str, str], expected: str
) -> None:
    before = record.entries(office.job.ledger)
    assert expected in office.document(*office.asking(**options), code=1)["error"]
    assert office.document(*office.asking(), "--dry-run")["recorded"] is False
    assert office.document(*office.asking(**options), "--dry-run", code=1)["error"]
    *same, refused = record.entries(office.job.ledger)
    assert (tuple(same), refused.kind) == (before, "refused")
    assert not (office.job.ledger / "requests" / f"{refused.body['request']}.json").exists()


def test_what_is_not_applied_is_refused_before_anything_is_written(office: Office) -> None:
    """The policy in the repository opens it; the one applied to this database does not, and the database says so."""
    name = office.ask()
    with psycopg.connect(office.job.world.dsn(), autocommit=True) as admin:
        admin.execute("CREATE TEMPORARY TABLE kept AS TABLE recuse.declaration; TRUNCATE recuse.declaration")
        try:
            said = office.issue(name, code=1)["error"]
        finally:
            admin.execute("INSERT INTO recuse.declaration TABLE kept")
    assert "the policy in force lets ice_hsi_005 declare nothing as 'crim.investigation'" in said
    assert office.kinds()[-1] == "requested"


def test_an_issuer_narrows_and_never_widens(office: Office) -> None:
    name = office.ask(1)
    later = (clock.now() + timedelta(hours=2)).isoformat()
    assert "for that long or shorter" in office.issue(name, "--until", later, code=1)["remedy"]
    own = office.document("issue", name, "--by", "desk 4", *office.connected, code=1)
    assert own["error"] == "nobody approves what they asked for themselves"
    long = office.ask(100)
    assert "at most 72 hours" in office.issue(long, code=1)["error"]
    office.issue(name)
    assert "in the database already" in office.issue(name, code=1)["error"]
    assert office.kinds()[-1] == "issued"


def test_nothing_private_is_in_the_ledger_and_its_files_are_closed(office: Office) -> None:
    office.issue(office.ask(case="26-CR-secret"))
    written = [e for e in record.entries(office.job.ledger) if e.kind in ("requested", "issued", "revoked")]
    assert {entry.kind for entry in written} >= {"requested", "issued"}
    for private in ("26-CR-secret", "Desk 4", "Desk 9", "A Judge", ACCOUNT):
        assert all(private not in str(entry.body) for entry in written), private
    folder = office.job.ledger / "requests"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    assert (folder / ".gitignore").read_text() == "*\n"


# --- what a crash leaves, told by `list` and finished by the same verb ---


class Stopped(Exception):  # noqa: N818 - not an error of ours: the process ends here
    pass


def dies(*_: object) -> None:
    raise Stopped


def test_a_crash_between_entry_and_database_opens_nothing_and_is_finished(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = office.ask()
    until = (clock.now() + timedelta(hours=3)).isoformat()
    with monkeypatch.context() as patch:
        patch.setattr(PostgresDesk, "issue", dies)
        with pytest.raises(Stopped):
            office.issue(name, "--until", until)
    assert office.kinds()[-1] == "issued"
    assert (office.line(name)["state"], office.line(name)["mismatch"][:12]) == (
        "approved",
        "recorded and",
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        office.declares()
    later = (clock.now() + timedelta(hours=4)).isoformat()
    assert "is recorded until" in office.issue(name, "--until", later, code=1)["error"]
    entries = len(record.entries(office.job.ledger))
    done = office.issue(name)
    assert datetime.fromisoformat(done["until"]) == datetime.fromisoformat(until), "no longer than was recorded"
    assert len(record.entries(office.job.ledger)) == entries
    assert office.line(name)["mismatch"] is None
    assert office.declares() > 0


def test_a_ledger_that_cannot_be_written_issues_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    name = office.ask()

    def full(*_: object) -> int:
        raise LedgerError("the ledger could not use `entries`: no space left on device", "make room")

    with monkeypatch.context() as patch:
        patch.setattr(operation.Office, "append", full)
        assert "no space left" in office.issue(name, code=2)["error"]
    assert office.line(name)["state"] == "pending"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        office.declares()


def test_an_end_that_is_not_recorded_has_ended_all_the_same(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    name = office.ask()
    office.issue(name)
    with monkeypatch.context() as patch:
        patch.setattr(operation.Office, "append", dies)
        with pytest.raises(Stopped):
            office.document("revoke", name, *office.ending)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        office.declares()
    assert office.line(name)["mismatch"] == "revoked in the database and not recorded: revoke it again"
    office.document("revoke", name, *office.ending)
    assert office.line(name)["mismatch"] is None


def test_a_permit_past_the_record_is_told_and_can_be_ended(office: Office) -> None:
    with psycopg.connect(office.job.world.dsn(), autocommit=True) as admin:
        admin.execute(
            "SELECT recuse.issue('by-hand', %s, 'crim.investigation', 'judicial.warrant', NULL, '26-CR-1', "
            "now() + interval '1 hour', 0)",
            (ACCOUNT,),
        )
    assert "issued past the record" in office.line("by-hand")["mismatch"]
    shown, _ = office.run("list", *office.connected, code=1)
    assert "mismatch by-hand" in " ".join(shown.split())
    office.document("revoke", "by-hand", *office.ending)
    assert office.line("by-hand")["state"] == "revoked"
    unknown = office.document("revoke", "no-such", *office.ending, code=2)
    assert unknown["error"] == "there is no permit `no-such`"


def test_a_permit_changed_by_hand_is_told(office: Office) -> None:
    name = office.ask()
    office.issue(name)
    with psycopg.connect(office.job.world.dsn(), autocommit=True) as admin:
        admin.execute("UPDATE recuse.permit SET valid_until = valid_until + interval '1 day', case_number = 'x'")
    found = office.line(name)["mismatch"]
    assert found == "the database's permit is not the one recorded: case, valid_until"


def test_a_request_s_file_that_was_altered_is_not_issued(office: Office) -> None:
    name = office.ask()
    path = office.job.ledger / "requests" / f"{name}.json"
    path.write_text(path.read_text().replace("26-CR-1", "26-CR-7"))
    assert "missing or not what was recorded" in office.issue(name, code=2)["error"]
    assert "missing or not what was recorded" in office.line(name)["mismatch"]
    path.unlink()
    assert "missing or not what was recorded" in office.line(name)["mismatch"]


def test_ending_access_waits_for_no_signature(office: Office) -> None:
    """Without a directive in force nothing is issued; what runs can be looked at and ended."""
    name, other = office.ask(), office.ask()
    office.issue(name)
    (confirmed,) = office.job.policy.glob("directives/*/confirmation.toml.sig")
    signature = confirmed.read_bytes()
    confirmed.unlink()
    try:
        assert office.issue(other, code=2)["error"]
        assert office.line(name)["state"] == "in force"
        office.document("revoke", name, *office.ending)
    finally:
        confirmed.write_bytes(signature)
    assert office.line(name)["state"] == "revoked"


def test_people_read_tables(office: Office) -> None:
    name = office.ask()
    issued, _ = office.run("issue", name, "--by", "Desk 9", *office.connected)
    assert "recorded as ledger entry" in issued
    shown, _ = office.run("list", *office.connected, code=None)
    assert name in shown
    assert "unused" in shown
    assert "would revoke" in office.run("revoke", name, *office.ending, "--dry-run")[0]
    assert "sessions ended" in office.run("revoke", name, *office.ending)[0]


def test_keys_of_gateways_go_to_a_closed_file_and_nowhere_else(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "portal.key"
    refused = office.document("key", f"clear/{ACCOUNT}", "--out", str(target), *office.there, code=2)
    assert "is not an account whose use is gateway" in refused["error"]
    assert not target.exists()
