"""Permits by the terms of a signed directive, on the demonstration's database: two persons, break-glass, unused."""

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest

from recuse import clock
from recuse.operations import record
from recuse.operations.permit import Office as Acting
from recuse.operations.permits_watched import Lapsing, unreviewed
from recuse.permits import LONGEST
from recuse.targets.postgres.desk import PostgresDesk
from tests.context.test_permit_verb import ACCOUNT, WORKER, Office, Stopped, dies, opened

TERMS = """
[permits]
longest_hours = 72
unused_hours = 6
two_person = ["crim.trafficking"]
break_glass_hours = 2
break_glass_purposes = ["crim.investigation"]
"""


def changed(policy: Path) -> None:
    """The account may declare a purpose with others below it; the directive says how permits are given."""
    accounts = policy / "accounts.toml"
    text = accounts.read_text()
    mine = text.index(f'id = "clear/{ACCOUNT}"')
    accounts.write_text(text[:mine] + text[mine:].replace("may_declare = [", 'may_declare = ["crim", ', 1))
    (directive,) = policy.glob("directives/*/directive.toml")
    directive.write_text(directive.read_text() + TERMS)


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened(request.param, tmp_path_factory.mktemp("office"), changed) as made:
        yield made


@pytest.fixture(autouse=True)
def alone(office: Office) -> None:
    office.clear()


def approve(office: Office, name: str, by: str, *more: str, code: int = 0) -> Any:
    return office.document("approve", name, "--by", by, *more, *office.connected, code=code)


def breaking(office: Office, hours: float = 1, **options: str) -> tuple[str, ...]:
    words = office.asking(hours, **options)
    return ("break-glass", *words[1:], "--reason", "a child is in the car", *office.connected[2:])


def of(office: Office, name: str) -> list[str]:
    return [entry.kind for entry in record.entries(office.job.ledger) if entry.body.get("request") == name]


def test_two_persons_approve_what_the_directive_says_takes_two(office: Office) -> None:
    name = office.ask(purpose="crim.trafficking")
    first = approve(office, name, "Desk 9", "--note", "seen the warrant")
    assert (first["issued"], first["approvals"], first["needed"], first["ledger_index"]) == (False, 1, 2, None)
    assert (office.line(name)["state"], office.line(name)["approvals"]) == ("approved", 1)
    assert "you have approved this" in approve(office, name, " desk 9", code=1)["error"]
    assert "nobody approves" in approve(office, name, "Desk 4", code=1)["error"]
    assert "1 of 2 persons" in office.document("issue", name, *office.connected, code=1)["error"]
    assert office.line(name)["used"] is None
    assert approve(office, name, "Desk 10")["issued"] is True
    assert (office.line(name)["state"], of(office, name)) == (
        "in force", ["requested", "approved", "approved", "issued"],
    )  # fmt: skip


def test_what_needs_one_person_needs_one(office: Office) -> None:
    name = office.ask()
    until = (clock.now() + timedelta(hours=1)).isoformat()
    said, _ = office.run("approve", name, "--by", "Desk 9", "--until", until, *office.connected)
    assert said.startswith("issued:")
    assert office.declares() > 0


def test_a_purpose_is_narrowed_where_what_it_opens_lies_within(office: Office) -> None:
    """Held against what the database itself says that each declaration opens."""
    name = office.ask(purpose="crim")
    assert "is not below" in approve(office, name, "Desk 9", "--purpose", "imm.civil_enforcement", code=1)["error"]
    narrow = ("--purpose", "crim.investigation")
    other = "SELECT max(class_role) FROM recuse.declaration WHERE class_role <> d.class_role"
    point = (
        f"UPDATE recuse.declaration d SET class_role = ({other}) WHERE login = %s AND purpose = %s RETURNING class_role"
    )
    with psycopg.connect(office.job.world.dsn(), autocommit=True) as admin:
        admin.execute("CREATE TEMPORARY TABLE kept AS TABLE recuse.declaration")
        try:
            admin.execute(point.encode(), (ACCOUNT, "crim.investigation"))
            said = approve(office, name, "Desk 9", *narrow, code=1)["error"]
            assert said == "`crim.investigation` opens something that `crim` does not"
        finally:
            admin.execute("TRUNCATE recuse.declaration; INSERT INTO recuse.declaration TABLE kept")
    assert of(office, name) == ["requested"]
    done = approve(office, name, "Desk 9", "--purpose", "crim.investigation")
    assert done["issued"] is True
    assert (office.line(name)["purpose"], office.line(name)["mismatch"]) == ("crim.investigation", None)
    assert office.declares() > 0
    with (
        psycopg.connect(office.job.world.dsn(ACCOUNT), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        connection.transaction(),
    ):
        connection.execute("SELECT recuse.declare('crim', 'judicial.warrant', '26-CR-1')")


def test_a_request_lapses_when_it_says(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = office.document(*office.asking(100))
    assert datetime.fromisoformat(plain["lapses"]) - clock.now() < timedelta(hours=24)
    lapses = (clock.now() + timedelta(hours=2)).isoformat()
    made = office.document(*office.asking(24), "--lapses", lapses)
    assert datetime.fromisoformat(made["lapses"]) == datetime.fromisoformat(lapses)
    late = (clock.now() + timedelta(hours=30)).isoformat()
    assert "is to lapse at" in office.document(*office.asking(24), "--lapses", late, code=2)["error"]
    now = clock.now() + timedelta(hours=3)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert office.line(made["request"])["state"] == "lapsed"
    assert "lapsed at" in approve(office, made["request"], "Desk 9", code=1)["error"]


def test_refused_and_withdrawn_requests_open_nothing(office: Office) -> None:
    one, other = office.ask(), office.ask()
    there = office.there
    assert office.document("refuse", one, "--by", "Desk 4", "--reason", "no", *there, code=1)["error"]
    assert office.document("refuse", one, "--by", "Desk 9", "--reason", "not hers", "--dry-run", *there)
    office.run("refuse", one, "--by", "Desk 9", "--reason", "the warrant names another", *there)
    assert office.document("withdraw", other, "--by", "Desk 9", *there, code=1)["error"]
    office.document("withdraw", other, "--by", "desk 4", *there)
    assert [office.line(name)["state"] for name in (one, other)] == ["refused", "withdrawn"]
    for name in (one, other):
        assert approve(office, name, "Desk 10", code=1)["error"]
    assert "the warrant names another" not in str(record.entries(office.job.ledger))


def test_an_approval_that_was_cut_short_is_finished_by_issue(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    name = office.ask()
    append = Acting.append
    with monkeypatch.context() as patch:
        patch.setattr(Acting, "append", lambda at, kind, body: dies() if kind == "issued" else append(at, kind, body))
        with pytest.raises(Stopped):
            approve(office, name, "Desk 9")
    assert (of(office, name), office.line(name)["state"]) == (["requested", "approved"], "approved")
    assert office.document("issue", name, *office.connected)["issued"] is True
    assert office.line(name)["mismatch"] is None
    assert office.declares() > 0


# --- break-glass ---


def test_glass_is_broken_by_who_asks_and_reviewed_by_another(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert office.document(*breaking(office), "--dry-run")["issued"] is False
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        office.declares()
    name = office.document(*breaking(office))["permit"]
    assert of(office, name) == ["requested", "broke_glass"]
    assert office.declares() > 0
    assert (office.line(name)["glass"], office.line(name)["mismatch"]) == ("to review", None)
    told = list(unreviewed(acting(office).register(), "clear", clock.now()))
    assert [(each.severity, each.object) for each in told if each.object == name] == [("critical", name)]
    review = ("review-glass", name, "--note", "it was so", *office.there)
    assert office.document(*review, "--by", "Desk 4", "--justified", code=1)["error"]
    with monkeypatch.context() as patch:
        now = clock.now() + timedelta(hours=25)
        patch.setattr(clock, "now", lambda: now)
        printed, _ = office.run("list", *office.connected, code=1)
        assert f"glass broken {name}: overdue" in " ".join(printed.split())
        assert f"the review of `{name}` is overdue" in office.document(*breaking(office), code=1)["error"]
    office.run(*review, "--by", "Desk 9", "--not-justified")
    assert office.line(name)["glass"] == "not justified"
    assert not [each for each in unreviewed(acting(office).register(), "clear", clock.now()) if each.object == name]
    office.document("revoke", name, "--by", "Desk 9", *office.ending)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="was revoked"):
        office.declares()


@pytest.mark.parametrize(
    ("hours", "options", "expected"),
    [
        (3, {}, "break-glass opens for at most 2 hours"),
        (1, {"purpose": "crim.trafficking"}, "do not open break-glass for `crim.trafficking`"),
        (1, {"case": ""}, "needs a case number"),
        (1, {"authority": "agreement"}, "rests on `agreement`, which is not stated"),
    ],
)
def test_only_the_second_person_is_skipped(
    office: Office, hours: float, options: dict[str, str], expected: str
) -> None:
    assert expected in office.document(*breaking(office, hours, **options), code=1)["error"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        office.declares()


def test_broken_glass_that_was_cut_short_is_finished_by_issue(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(PostgresDesk, "issue", dies)
        with pytest.raises(Stopped):
            office.document(*breaking(office))
    entry = record.entries(office.job.ledger)[-1]
    name = str(entry.body["request"])
    assert entry.kind == "broke_glass"
    assert office.line(name)["mismatch"].startswith("recorded and not in the database")
    assert office.document("issue", name, *office.connected)["issued"] is True
    assert (office.line(name)["glass"], office.line(name)["mismatch"]) == ("to review", None)


# --- unused permits ---


def acting(office: Office) -> Acting:
    return Acting.open(office.job.policy, office.job.ledger, lambda _: office.job.world.dsn(WORKER), giving=False)


def conditions(office: Office, *, expire: bool) -> list[str]:
    at = acting(office)
    system = at.system("clear")
    with at.counter(system) as desk:
        found = Lapsing(at, system, expire).conditions(desk, at.register())
        return [f"{each.severity} {each.code} {each.object}" for each in found]


def test_what_nobody_uses_lapses_and_its_sessions_end(office: Office) -> None:
    unused, used = office.ask(case="26-CR-8"), office.ask()
    for name in (unused, used):
        approve(office, name, "Desk 9")
    office.declares()
    assert (office.line(unused)["used"], office.line(used)["used"]) == (False, True)
    assert conditions(office, expire=True) == []
    with psycopg.connect(office.job.world.dsn(), autocommit=True) as admin:
        admin.execute("UPDATE recuse.permit SET valid_from = valid_from - interval '6 hours'")
    assert conditions(office, expire=False) == [f"low permit-unused {unused}"]
    assert office.line(unused)["state"] == "in force"
    with psycopg.connect(office.job.world.dsn(ACCOUNT)) as held:
        held.execute("SELECT 1")
        assert conditions(office, expire=True) == []
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")
    assert (office.line(unused)["state"], of(office, unused)[-1]) == ("lapsed", "lapsed")
    assert (office.line(used)["state"], of(office, used)[-1]) == ("in force", "issued")
    assert office.line(unused)["mismatch"] is None
    assert conditions(office, expire=True) == []


# --- a warrant at night ---


def test_a_warrant_at_night_from_request_to_rows(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody asks with a judge's warrant, another approves, the account declares and reads; how long, is printed."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        office.declares()
    marks = [time.monotonic()]
    name = office.ask(72 - 0.01)
    marks.append(time.monotonic())
    done = approve(office, name, "Desk 9")
    marks.append(time.monotonic())
    assert office.declares() > 0
    marks.append(time.monotonic())
    assert of(office, name) == ["requested", "approved", "issued"]
    assert datetime.fromisoformat(done["until"]) <= clock.now() + LONGEST
    row = acting(office)
    with row.counter(row.system("clear")) as desk:
        (permit,) = [each for each in desk.permits("clear") if each.id == name]
    assert permit.valid_until - permit.valid_from <= LONGEST
    long = office.ask(73)
    assert "at most 72 hours" in approve(office, long, "Desk 9", code=1)["error"]
    steps = [f"{after - before:.2f}" for before, after in pairwise(marks)]
    with capsys.disabled():
        sys.stdout.write(f"\nwarrant: asked, approved and issued, declared and read in {' + '.join(steps)} s\n")
