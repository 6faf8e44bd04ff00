"""`recuse watch` on a live, enforced database: what it tells, once, and to whom; and that a blind watch says so."""

import http.server
import io
import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from recuse import cli, clock
from recuse.enforcement.facts import NewObjects
from recuse.errors import AlertError
from recuse.operations import alerting, record
from recuse.operations.alerting import Webhook
from recuse.operations.conditions import Condition
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from recuse.operations.verifying import VerifyBeside
from recuse.operations.watch import Round, Watch
from recuse.operations.watched import Watching
from recuse.targets.postgres.connect import connect
from recuse.targets.postgres.inspect import inspect
from recuse.targets.postgres.looking import look
from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import ENDS, binaries_of, version_id
from tests.statements.world import Lab, built

FIRST = "2026-01-05-lab"


def choose(lab: Lab, mode: str) -> None:
    """Sign the policy again with this choice."""
    place = lab.policy / "recuse.toml"
    lines = [line for line in place.read_text().splitlines() if not line.startswith("new_objects")]
    lines.insert(lines.index("[[system]]") + 1, f'new_objects = "{mode}"')
    place.write_text("\n".join(lines) + "\n")
    for left in (lab.policy / "directives" / FIRST).glob("*.sig"):
        left.unlink()
    (lab.policy / "directives" / FIRST / "confirmation.toml").unlink()
    sign_directive(lab.policy, FIRST, lab.folder / "director")
    answer = Answer("confirm", "", clock.now().replace(microsecond=0))
    confirm_directive(lab.policy, FIRST, "confirmer", lab.folder / "confirmer", answer)


@pytest.fixture(scope="module")
def enforced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with built(18, tmp_path_factory.mktemp("watched")) as lab:
        choose(lab, "close")
        lab.apply()
        yield lab


@dataclass
class Receiver:
    """A channel that keeps what it gets."""

    documents: list[Mapping[str, Any]] = field(default_factory=list)
    broken: bool = False
    name: str = "receiver"

    def send(self, document: Mapping[str, Any]) -> None:
        if self.broken:
            raise AlertError("the receiver is broken")
        self.documents.append(document)


def watching(lab: Lab, *channels: Receiver) -> Watching:
    return Watching(lab.policy, lab.ledger, channels, lambda _: lab.dsn())


def told(done: Round) -> set[tuple[str, str]]:
    return {(a.happened, a.condition.code if a.condition else "") for a in done.alerts}


def test_apply_installs_the_trigger_and_passes_it(enforced: Lab) -> None:
    with connect(enforced.dsn()) as connection:
        assert NewObjects("close") in inspect(connection).facts
    assert enforced.plan().plan.changes == ()
    assert enforced.admin.execute("SELECT count(*) FROM recuse.seen").fetchone() == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="refused by the policy"):
        enforced.admin.execute("GRANT SELECT ON lab.person TO PUBLIC")
    assert enforced.plan().plan.changes == ()  # and what `plan` makes and undoes on the way is not in its way


def test_drift_a_new_object_and_their_end_are_told_once(enforced: Lab) -> None:
    receiver = Receiver()
    watch = Watch(watching(enforced, receiver))
    first = watch.round()
    assert not any(c.severity != "low" for c in first.conditions), first.conditions
    before = len(record.entries(enforced.ledger))
    assert watch.round().alerts == ()
    admin = enforced.admin
    admin.execute("CREATE TABLE lab.copied AS SELECT * FROM lab.person")
    admin.execute("CREATE ROLE newcomer LOGIN; CREATE ROLE club; GRANT club TO newcomer")
    (owner,) = admin.execute(
        "SELECT relowner::regrole::text FROM pg_class WHERE oid = 'lab.person'::regclass"
    ).fetchone() or ("",)
    admin.execute(f"GRANT {owner} TO newcomer".encode())  # which fires no event trigger
    done = watch.round()
    assert told(done) >= {("began", "new-object"), ("began", "new-login"), ("began", "membership"), ("began", "drift")}
    assert any("rows that a query gave" in c.sentence for c in done.conditions if c.code == "new-object")
    assert watch.round().alerts == ()
    again = Watch(watching(enforced))  # a new run has no facts to compare with: it says that there is drift, and once
    assert ("began", "drift") in told(again.round())
    assert again.round().alerts == ()
    admin.execute("DROP TABLE lab.copied; DROP ROLE newcomer; DROP ROLE club")
    ended = watch.round()
    assert told(ended) == {("ended", "drift"), ("ended", "new-login"), ("ended", "membership")}
    written = [e for e in record.entries(enforced.ledger)[before:] if e.kind == "watched"]
    assert len(written) == 3  # one for each round in which something changed
    assert not any("newcomer" in json.dumps(e.body) for e in written)
    assert [len(d["alerts"]) for d in receiver.documents if isinstance(d["alerts"], list)] == [
        len(first.alerts), len(done.alerts), len(ended.alerts),
    ]  # fmt: skip


def test_a_trigger_switched_off_is_told(enforced: Lab) -> None:
    watch = Watch(watching(enforced))
    watch.round()
    for damage, mend in (
        ("ALTER EVENT TRIGGER recuse_close DISABLE", "ALTER EVENT TRIGGER recuse_close ENABLE ALWAYS"),
        ("ALTER DATABASE lab SET event_triggers = off", "ALTER DATABASE lab RESET event_triggers"),
    ):
        enforced.admin.execute(damage.encode())
        assert ("began", "event-trigger") in told(watch.round())
        if damage.startswith("ALTER EVENT"):  # and `verify` has it as drift
            assert [c.fact for c in enforced.plan().plan.changes] == [NewObjects("close")]
        enforced.admin.execute(mend.encode())
        assert ("ended", "event-trigger") in told(watch.round())


def test_what_cannot_be_looked_at_has_not_ended(enforced: Lab) -> None:
    how = watching(enforced)
    watch = Watch(how)
    enforced.admin.execute("CREATE ROLE stranger LOGIN")
    watch.round()
    assert told(watch.round()) == set()
    away = replace(how, dsn=lambda _: "host=127.0.0.1 port=1 connect_timeout=1")
    watch.how = away
    assert told(watch.round()) == {("began", "unreachable")}
    assert Watch(away).round().alerts == ()  # another run, as blind, knows no better
    enforced.admin.execute("DROP ROLE stranger")
    watch.how = how
    assert ("ended", "unreachable") in told(watch.round())
    toml = enforced.policy / "recuse.toml"
    sound = toml.read_text()
    toml.write_text("nonsense = ")
    assert told(watch.round()) == {("began", "policy-unusable")}
    toml.write_text(sound)
    assert told(watch.round()) == {("ended", "policy-unusable")}


def test_a_channel_that_fails_gets_it_later_and_the_others_know(enforced: Lab) -> None:
    broken, sound = Receiver(broken=True, name="broken"), Receiver()
    watch = Watch(watching(enforced, broken, sound))
    watch.round()
    enforced.admin.execute("CREATE ROLE late LOGIN")
    assert watch.round().failed == ("the receiver is broken",)
    assert ("began", "alert-channel") in told(watch.round())
    assert "the receiver is broken" in json.dumps(sound.documents[-1])
    broken.broken = False
    enforced.admin.execute("DROP ROLE late")
    assert watch.round().failed == ()
    (whole,) = broken.documents  # what it missed, in one
    alerts = whole["alerts"]
    assert isinstance(alerts, list)
    assert [a["happened"] for a in alerts if a.get("code") == "new-login"] == ["began", "ended"]
    assert ("ended", "alert-channel") in told(watch.round())


def test_what_a_run_did_not_hand_over_the_next_one_tells(enforced: Lab) -> None:
    """A run that ends with a broken channel has told nobody, whatever it wrote down."""
    broken, sound = Receiver(broken=True, name="receiver"), Receiver()
    Watch(watching(enforced, Receiver())).round()
    enforced.admin.execute("CREATE ROLE unheard LOGIN")
    Watch(watching(enforced, broken)).round()
    assert ("began", "drift") in told(Watch(watching(enforced, sound)).round())
    enforced.admin.execute("DROP ROLE unheard")
    sound.broken = True
    assert ("ended", "") in told(Watch(watching(enforced, sound)).round())
    after = Watch(watching(enforced, Receiver()))
    assert ("ended", "") in told(after.round())
    assert Watch(watching(enforced, Receiver())).round().alerts == ()


def test_a_channel_that_works_again_is_not_told_twice(enforced: Lab) -> None:
    receiver = Receiver(broken=True)
    watch = Watch(watching(enforced, receiver))
    enforced.admin.execute("CREATE ROLE late LOGIN")
    watch.round()
    receiver.broken = False
    watch.round()
    assert len(receiver.documents) == 1
    assert ("began", "drift") not in told(Watch(watching(enforced, receiver)).round())
    enforced.admin.execute("DROP ROLE late")
    watch.round()


def test_a_ledger_that_lost_entries_is_told(enforced: Lab) -> None:
    watch = Watch(watching(enforced))
    watch.round()
    away = enforced.ledger.with_name("away")
    enforced.ledger.rename(away)
    assert ("began", "ledger-unusable") in told(watch.round())
    away.rename(enforced.ledger)
    assert ("ended", "ledger-unusable") in told(watch.round())


def test_a_look_is_cut_and_a_lock_is_not_waited_for(enforced: Lab) -> None:
    watch = Watch(watching(enforced))
    watch.round()
    with psycopg.connect(enforced.dsn()) as holding:
        holding.execute("LOCK TABLE recuse.seen")
        done: list[Round] = []
        looking = threading.Thread(target=lambda: done.append(watch.round()))
        looking.start()
        ended = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'recuse' AND wait_event = 'relation'"
        )
        while not enforced.admin.execute(ended).fetchall():
            assert looking.is_alive()
        looking.join()
        assert told(done[0]) == {("began", "unreachable")}
        assert "connection to the database was lost" in str(done[0].conditions)
        locked = watch.round()
        assert told(locked) == {("changed", "unreachable")}
        assert "something that others have locked" in str(locked.conditions)
    assert told(watch.round()) == {("ended", "unreachable")}


def test_verify_runs_beside_and_what_it_cannot_tell_has_not_ended(enforced: Lab) -> None:
    """The real verb, as a process of its own; then a run that fails."""
    arguments = ["--repository", str(enforced.policy), "--ledger", str(enforced.ledger), "--dsn", enforced.dsn()]
    beside = VerifyBeside(arguments, timedelta(hours=6))
    watch = Watch(replace(watching(enforced), verifying=beside))
    assert not [c for c in watch.round().conditions if c.found_by == "verify"]
    found = _verified(beside, watch)
    assert {c.code for c in found} == {"finding-shared-account"}
    assert [e.kind for e in record.entries(enforced.ledger)].count("verified") == 1
    assert not [a for a in watch.round().alerts if a.condition and a.condition.found_by == "verify"]
    beside.arguments = ["--repository", "/nowhere"]
    enforced.admin.execute("CREATE ROLE sooner LOGIN")
    watch.round()
    assert {c.code for c in _verified(beside, watch)} == {c.code for c in found} | {"verify-failed"}
    beside.arguments = arguments
    assert "verify-failed" in {c.code for c in beside.conditions(sooner=True) or ()}
    enforced.admin.execute("DROP ROLE sooner")
    beside.stop()
    watch.round()


def _verified(beside: VerifyBeside, watch: Watch) -> set[Condition]:
    """What is known from `verify` once the run under way has ended."""
    assert beside._running is not None
    beside._running[0].wait(120)
    return {c for c in watch.round().conditions if c.found_by == "verify"}


def test_a_permit_that_ran_out_is_ended_with_the_session_from_before(enforced: Lab) -> None:
    admin = enforced.admin
    (login,) = admin.execute("SELECT login FROM recuse.declaration LIMIT 1").fetchone() or ("",)
    dsn = enforced.server.dsn("lab", user=login, password="x")
    admin.execute(
        "INSERT INTO recuse.permit SELECT 'old', d.login, a.login_oid, d.purpose, d.authority, d.agreement, '7', "
        "now() - interval '2 hours', now() + interval '1 hour', 1 "
        "FROM recuse.declaration d JOIN recuse.account a USING (login) WHERE d.login = %s LIMIT 1", (login,),
    )  # fmt: skip
    admin.execute("ALTER ROLE {} PASSWORD 'x'".format(f'"{login}"').encode())
    admin.execute("INSERT INTO recuse.used VALUES ('old', now())")
    watch = Watch(watching(enforced))
    with psycopg.connect(dsn) as session:
        watch.round()
        assert session.execute("SELECT 1").fetchone() == (1,)  # it runs still
        admin.execute("UPDATE recuse.permit SET valid_until = clock_timestamp() WHERE permit_id = 'old'")
        looking = Watch(replace(watching(enforced), expire=False))
        assert "permit-open" in {c.code for c in looking.round().conditions}
        assert session.execute("SELECT 1").fetchone() == (1,)
        assert "permit-open" not in {c.code for c in watch.round().conditions}
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    (revoked,) = admin.execute(
        "SELECT revoked_at IS NOT NULL FROM recuse.permit WHERE permit_id = 'old'"
    ).fetchone() or (0,)
    assert revoked
    assert [e.body["request"] for e in record.entries(enforced.ledger) if e.kind == "revoked"] == ["old"]
    admin.execute("DELETE FROM recuse.permit; DELETE FROM recuse.used")


def test_the_verb_tells_a_command_and_ends_with_what_it_found(enforced: Lab, tmp_path: Path) -> None:
    kept = tmp_path / "alerts.json"
    script = tmp_path / "alert.py"
    script.write_text(f"import sys; open({str(kept)!r}, 'a').write(sys.stdin.read() + chr(10))")

    def say(*args: str) -> tuple[int, str]:
        out, code = io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(io.StringIO()):
            patch.setattr(sys, "argv", ["recuse", "watch", "-r", str(enforced.policy), "--once", *args])
            try:
                cli.main()
            except SystemExit as end:
                code = int(end.code or 0)
        return code, out.getvalue()

    assert say("--dsn", enforced.dsn(), "--no-record")[0] == 0
    enforced.admin.execute("CREATE ROLE rogue LOGIN SUPERUSER")
    code, shown = say("--dsn", enforced.dsn(), "--format", "json", "--alert-command", f"{sys.executable} {script}")
    assert code == 1
    document = json.loads(shown)
    assert document["format"] == "recuse-alerts/1"
    assert json.loads(kept.read_text()) == document
    code, _ = say("--dsn", enforced.dsn(), "--alert-command", f"{sys.executable} /no/such/script")
    assert code == 1  # nothing new, so that nothing was to be sent
    enforced.admin.execute("DROP ROLE rogue")
    code, _ = say("--dsn", enforced.dsn(), "--alert-command", f"{sys.executable} /no/such/script")
    assert code == 2
    assert say("--dsn", "host=127.0.0.1 port=1 connect_timeout=1", "--no-record")[0] == 2
    assert say("--dsn", enforced.dsn(), "--webhook", "http://example.org/")[0] == 2


class Dripping(http.server.BaseHTTPRequestHandler):
    """Answers a byte at a time, for ever."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with suppress(OSError):
            while True:
                self.wfile.write(b"H")
                time.sleep(0.1)

    def log_message(self, *_: object) -> None:
        pass


def test_a_webhook_that_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting, "WEBHOOK_SECONDS", 0.5)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Dripping) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        hook = replace(Webhook.of(f"http://127.0.0.1:{running.server_port}/", None), pauses=())
        with pytest.raises(AlertError, match="failed: "):
            hook.send({"a": 1})
        running.shutdown()


class Hook(http.server.BaseHTTPRequestHandler):
    got: list[tuple[str | None, bytes]]
    answers: list[int]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.headers["Authorization"], body))
        self.send_response(self.answers.pop(0))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_webhook_is_tried_again_and_follows_nobody() -> None:
    Hook.got, Hook.answers = [], [503, 204, 302, 302, 302]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{running.server_port}/secret-path"
        hook = replace(Webhook.of(address, "Authorization: Bearer x"), pauses=(0.0, 0.0))
        hook.send({"a": 1})
        assert Hook.got == [("Bearer x", b'{"a": 1}')] * 2
        with pytest.raises(AlertError, match=r"^the alert webhook at `127\.0\.0\.1` failed: it answered 302"):
            hook.send({"a": 2})
        running.shutdown()
    assert Hook.answers == []
    with pytest.raises(AlertError):
        hook.send({})


@pytest.mark.parametrize("version", ENDS, ids=version_id)
def test_a_log_that_grows_and_one_that_is_cut(version: int) -> None:
    settings = ("logging_collector=on", "log_connections=on")
    with throwaway(binaries=binaries_of(version), settings=settings) as server:
        at = datetime(2000, 1, 1, tzinfo=UTC)

        def now() -> object:
            with connect(server.dsn()) as connection:
                return look(connection, at)

        first = now()
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("CREATE ROLE plain LOGIN PASSWORD 'x'; ALTER ROLE plain SET log_statement = 'none'")
        second = now()
        assert first.log.name == second.log.name  # type: ignore[attr-defined]
        assert first.log.size < second.log.size  # type: ignore[attr-defined]
        assert second.settings["log_statement of plain in all databases"] == "none"  # type: ignore[attr-defined]
        (server.folder / second.log.name).write_text("")  # type: ignore[attr-defined]
        assert now().log.size < second.log.size  # type: ignore[attr-defined]
        with connect(server.dsn(user="plain", password="x")) as connection:
            weak = look(connection, at)
        assert weak.log is None
        assert weak.databases
