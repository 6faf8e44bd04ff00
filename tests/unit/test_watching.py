"""What watch tells: a condition once, again when it changes or ends, and never as ended what nobody looked at."""

import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from recuse.enforcement.facts import Fact, Grant, Membership, NewObjects, ObjectRef, Owner, Role, RowSecurity
from recuse.errors import AlertError, InputError
from recuse.model import Agreement, Extract, Permit
from recuse.operations.alerting import Command, Webhook
from recuse.operations.conditions import MOST, Condition, Told, bounded
from recuse.operations.drift import drifted
from recuse.operations.ending import over
from recuse.operations.verifying import found
from recuse.operations.watching import Known, access_log, dated, seen, server, trigger
from recuse.targets.looks import LogFile, Look, Seen
from recuse.targets.records import LiveSession
from tests.unit.enforcement.small import repository, system_of, table_map

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLE = ObjectRef("table", ("records", "person"))
ROLE = Role("bob", login=True, superuser=False, inherit=True, bypass_rls=False, create_role=False)
LOGS = {"log_connections": "on"}


def condition(object_: str = "a", sentence: str = "it is so", code: str = "drift") -> Condition:
    return Condition("clear", code, object_, sentence, "mend it")


def look(**changed: object) -> Look:
    plain: dict[str, object] = {
        "at": NOW, "seen": (), "sessions": (), "settings": LOGS, "databases": ("a",), "active": None,
        "log": LogFile("log/1", 10), "applying": False,
    }  # fmt: skip
    return Look(**(plain | changed))  # type: ignore[arg-type]


def test_a_condition_is_told_once_and_again_when_it_changes_and_ends() -> None:
    told = Told({}, {})
    steps = [
        ([condition()], ["began"]), ([condition()], []), ([condition(sentence="otherwise")], ["changed"]),
        ([condition(sentence="otherwise"), condition("b")], ["began"]), ([condition("b")], ["ended"]), ([], ["ended"]),
        ([], []),
    ]  # fmt: skip
    for now, happened in steps:
        assert [alert.happened for alert in told.alerts(now)] == happened
        told = told.after(now)


def test_another_run_goes_on_where_one_stopped() -> None:
    told = Told({}, {}).after([condition(), condition("b")])
    again = Told.of(told.stamps())
    assert again.alerts([condition(), condition("b")]) == ()
    (ended,) = again.alerts([condition()])
    assert (ended.happened, ended.condition) == ("ended", None)
    assert again.alerts([], frozenset({"look"})) == ()  # nothing was looked at, so nothing is known to have ended
    kept = again.after([], frozenset({"look"}))
    assert kept.stamps() == told.stamps()
    assert [alert.happened for alert in kept.alerts([])] == ["ended", "ended"]
    by_verify = Told.of(Told({}, {}).after([Condition("s", "c", "o", "t", "r", "high", "verify")]).stamps())
    assert by_verify.alerts([], frozenset({"verify"})) == ()
    assert len(by_verify.alerts([], frozenset({"look"}))) == 1


def test_of_too_many_of_a_kind_the_rest_is_a_number() -> None:
    many = bounded(condition(f"{number:05}") for number in range(MOST + 7))
    assert len(many) == MOST + 1
    assert [c.sentence for c in many if c.object == "(more)"] == ["7 more conditions `drift` than are told singly"]
    assert len(bounded([condition(), condition()])) == 1


def test_drift_is_told_fact_by_fact() -> None:
    grant = Grant(TABLE, "SELECT", None, "owner", grantable=False)
    before: frozenset[Fact] = frozenset({Owner(TABLE, "owner"), RowSecurity(TABLE, True, True), NewObjects("close")})
    new = ObjectRef("table", ("records", "copy"))
    now: frozenset[Fact] = frozenset({
        Owner(TABLE, "owner"), RowSecurity(TABLE, True, False), grant, ROLE, Owner(new, "bob"),
        RowSecurity(new, False, False), Membership("owner", "bob", "postgres", False, True, True),
    })  # fmt: skip
    found_ = {(c.code, c.severity): c.sentence for c in drifted("clear", before, now)}
    assert found_ == {
        ("drift", "high"): found_["drift", "high"],
        ("drift", "low"): "`bob` owns table records.copy (is new)",
        ("new-login", "high"): "role `bob`: login (is new)",
        ("membership", "high"): "`bob` is a member of `owner`, by `postgres` (is new)",
        ("event-trigger", "critical"): "the event trigger for new objects, mode close (is gone)",
    }
    sentences = {c.sentence for c in drifted("clear", before, now) if (c.code, c.severity) == ("drift", "high")}
    assert "SELECT on table records.person is granted to PUBLIC, by `owner` (is new)" in sentences
    assert any("it was: RowSecurity" in each for each in sentences)
    assert len(sentences) == 2
    assert list(drifted("clear", now, now)) == []


def test_the_event_trigger_is_missed_where_the_policy_asks_for_it() -> None:
    plain = system_of(table_map())
    closing = replace(plain, new_objects="close")
    sound: frozenset[Fact] = frozenset({NewObjects("close")})
    off = {"event_triggers of bob in all databases": "off"}
    assert not list(trigger(plain, frozenset(), look(), True))
    assert not list(trigger(closing, sound, look(), True))
    assert not list(trigger(closing, frozenset(), look(), False))
    for facts, at in (
        (frozenset[Fact](), look()),
        (frozenset({NewObjects("report")}), look()),
        (sound, look(settings=off)),
    ):
        assert [c.severity for c in trigger(closing, facts, at, True)] == ["critical"]


def test_what_the_trigger_saw_is_told_with_what_was_done() -> None:
    one = Seen(NOW, "7", "app", "new-object", "table a.b", "open to PUBLIC", "reported")
    closed = Seen(NOW, "8", "app", "new-object", "table a.c", "open to PUBLIC", "closed")
    first, second = seen(system_of(table_map()), look(seen=(one, closed)))
    assert (first.severity, second.severity) == ("high", "low")
    assert "by `app`" in first.sentence
    assert "and closed: table a.c" in second.sentence


def test_logging_that_stops_is_told() -> None:
    known = Known(LOGS, ("a",))

    def codes(before: Look | None, now: Look) -> list[str]:
        return [c.code for c in server("clear", known, before, now)]

    assert codes(None, look()) == []
    assert codes(look(), look(log=LogFile("log/1", 11))) == []
    assert codes(look(), look(log=LogFile("log/2", 1))) == []  # the next file
    assert codes(look(), look()) == ["log-stopped"]
    assert codes(look(), look(log=LogFile("log/1", 9))) == ["log-stopped"]  # cut
    assert codes(look(), look(log=None)) == ["log-unseen"]
    assert codes(look(), look(settings={"log_connections": "off"})) == ["logging-changed", "log-unseen"]
    assert codes(
        look(), look(settings=LOGS | {"log_statement of bob in all databases": "none"}, log=LogFile("log/1", 11))
    ) == ["logging-changed"]
    assert codes(None, look(databases=("a", "b"))) == ["new-database"]
    quiet = timedelta(minutes=5)
    old = NOW - timedelta(minutes=6)
    assert [c.code for c in access_log("clear", "log.csv", quiet, None, look())] == ["log-stopped"]
    assert [c.code for c in access_log("clear", "log.csv", quiet, old, look(active=NOW))] == ["log-stopped"]
    assert list(access_log("clear", "log.csv", quiet, old, look())) == []  # nobody is at work
    assert list(access_log("clear", "log.csv", quiet, NOW, look(active=NOW))) == []


def test_what_ends_soon_is_told() -> None:
    ends = date(2026, 6, 1)
    agreement = Agreement("mou", frozenset(), frozenset(), frozenset(), "", "", ends, ends, ends, "")
    extract = Extract("x", "clear", (), "city", None, ends, ends, None, None)
    whole = replace(
        repository(system_of(table_map()), []), agreements={"mou": agreement},
        extracts={"x": extract, "gone": replace(extract, id="gone", deleted=ends)},
    )  # fmt: skip
    assert list(dated(whole, ends - timedelta(days=31))) == []
    for days, severity in ((30, "low"), (0, "low"), (-1, "high")):
        told = [(c.code, c.object, c.severity) for c in dated(whole, ends - timedelta(days=days))]
        assert told == [("agreement-ends", "mou", severity), ("extract-ends", "x", severity)]


def test_a_permit_is_over_where_it_was_used_and_a_session_is_older() -> None:
    end = NOW - timedelta(hours=1)
    permit = Permit("p", "clear", "agent", "c", "j", None, None, end - timedelta(hours=2), end, 1, None, used=True)
    old, young = (
        LiveSession("agent", 1, end - timedelta(minutes=1)),
        LiveSession("agent", 2, end + timedelta(minutes=1)),
    )
    assert over([permit], look(sessions=(old,))) == (permit,)
    assert over([permit], look(sessions=(LiveSession("agent", 1, None),))) == (permit,)
    for other, session in (
        (permit, young), (permit, replace(old, account="other")), (replace(permit, used=False), old),
        (replace(permit, revoked_at=NOW), old), (replace(permit, valid_until=NOW + timedelta(seconds=1)), old),
    ):  # fmt: skip
        assert over([other], look(sessions=(session,))) == ()


def test_a_document_of_verify_becomes_conditions() -> None:
    finding = {
        "code": "view",
        "system": "clear",
        "account": "clear/bob",
        "category": "c",
        "object": "o",
        "reproduce": "--",
        "remedy": "r",
        "severity": "critical",
    }
    document = {"verdict": "findings", "findings": [finding], "not_examined": []}
    assert [(c.code, c.severity) for c in found(document)] == [("finding-view", "critical"), ("verdict", "high")]
    assert list(found({"verdict": "holds", "findings": [], "not_examined": []})) == []


def test_a_command_gets_one_document_and_has_to_end_well() -> None:
    reads = "import json,sys; d=json.load(sys.stdin); sys.exit(0 if d=={'a': 'é'} else 3)"
    Command([sys.executable, "-c", reads]).send({"a": "é"})
    with pytest.raises(AlertError, match="ended with 3"):
        Command([sys.executable, "-c", reads]).send({"a": "b"})
    with pytest.raises(AlertError, match=r"longer than 0\.2 seconds"):
        Command([sys.executable, "-c", "import time; time.sleep(30)"], 0.2).send({})
    with pytest.raises(AlertError, match="could not be run"):
        Command(["/no/such/program"]).send({})
    leaves = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)'])"
    Command([sys.executable, "-c", leaves], 10).send({})  # what it leaves running is not waited for


@pytest.mark.parametrize(
    "url", ["http://example.org/x", "https://a:b@example.org/", "ftp://example.org", "example.org"]
)
def test_an_address_is_https_and_holds_no_password(url: str) -> None:
    with pytest.raises(InputError):
        Webhook.of(url, None)


@pytest.mark.parametrize("text", ["Authorization", "A: b\nC: d", " : x", "A B: c"])
def test_a_header_file_is_one_line(text: str) -> None:
    with pytest.raises(InputError):
        Webhook.of("https://example.org/hook", text)
    assert Webhook.of("https://example.org/hook", "Authorization: Bearer x\n").headers == {"Authorization": "Bearer x"}
