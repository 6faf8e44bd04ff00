"""The whole job without a superuser: plan, apply, verify by catalog and by credentials, a permit, its end."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import psycopg
import pytest

from recuse import clock
from recuse.enforcement.facts import Fact, Membership, Owner, RegisteredAccount, Role
from recuse.errors import MissingRightError, TargetError
from recuse.model import Request
from recuse.operations import permit as permits
from recuse.operations.apply import AppliedSystem
from recuse.operations.limits import BY_CATALOG, HOST_RULES
from recuse.operations.permit import Office as PermitOffice
from recuse.operations.signing import sign_acceptance
from recuse.operations.verify import Looking, Verified, verify_in
from recuse.targets.postgres.event_trigger import trigger_statements
from recuse.targets.postgres.throwaway import SUPERUSER
from recuse.targets.target import target_for
from tests.conftest import ENDS, version_id
from tests.delegated.world import STEWARD, Office, built, declared
from tests.test_main_job import quiet

BOUND: Final = ("desk", "lender", "night", "officer", "visitor")
GIVEN: Final[Mapping[str, str | None]] = dict.fromkeys((*BOUND, "archive"))


@dataclass(frozen=True, slots=True)
class Job:
    """The office under the policy, as `steward` made it; `passed` is the row count of a cursor that was open before."""

    office: Office
    applied: AppliedSystem
    cursor_ended: bool

    def verify(self, logins: Mapping[str, str | None], login: str = STEWARD) -> Verified:
        looking = Looking(lambda _: self.office.dsn(login), quiet, None, logins=logins)
        (found,) = verify_in(looking, self.office.workspace(), self.office.ledger)
        return found


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def job(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    with built(request.param, tmp_path_factory.mktemp("job")) as office:
        for right in office.missing():
            office.run(right.sql)
        with closing(psycopg.connect(office.dsn("lender"))) as session:
            session.execute("DECLARE c CURSOR FOR SELECT name FROM office.person")
            assert session.execute("FETCH 1 FROM c").fetchone() is not None
            applied = office.apply()
            with pytest.raises(psycopg.OperationalError):
                session.execute("FETCH 1 FROM c")
        yield Job(office, applied, cursor_ended=True)


@pytest.fixture
def passwords(job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A password file that only its owner reads, with a line for each login that credentials are given for."""
    file = tmp_path / "pgpass"
    file.touch(mode=0o600)
    server = job.office.server
    file.write_text("".join(f"{server.host}:{server.port}:office:{name}:{name}\n" for name in GIVEN))
    monkeypatch.setenv("PGPASSFILE", str(file))
    return file


def test_it_is_applied_in_full_and_a_session_from_before_is_ended(job: Job) -> None:
    assert job.applied.changes > 100
    assert [session.login for session in job.applied.ended.sessions] == ["lender"]
    assert job.office.plan().plan.changes == ()
    assert job.office.missing() == ()
    assert job.office.plan(SUPERUSER).plan.changes == (), "a superuser finds the same, whoever gave a membership"


def test_the_facts_are_those_that_a_superuser_makes(job: Job, tmp_path: Path) -> None:
    with built(job.office.server.version, tmp_path) as other:
        other.apply(SUPERUSER)
        theirs = other.facts()
    assert comparable(job.office.facts()) == comparable(theirs)
    given = {fact.grantor for fact in job.office.facts() if isinstance(fact, Membership)}
    assert given == {SUPERUSER, STEWARD}, "the voice is the one difference: who gave each membership"


def comparable(facts: frozenset[Fact]) -> frozenset[Fact]:
    """Facts without who gave memberships, who owns what no event trigger calls, and what the steward was given."""
    found: set[Fact] = set()
    for fact in facts:
        match fact:
            case Membership(member=member) if member == STEWARD:
                continue
            case Role(name=name) if name == STEWARD:
                continue
            case Owner(of=of) if of.name[1:2] == ("new_objects",):  # the event trigger's, which only a superuser makes
                continue
            case Membership():
                found.add(replace(fact, grantor=""))
            case RegisteredAccount():
                found.add(replace(fact, oid=0))
            case _:
                found.add(fact)
    return frozenset(found)


def test_the_catalog_alone_never_makes_it_hold(job: Job) -> None:
    found = job.verify({})
    assert (found.verdict, found.exit_code, found.weighing) == ("holds by catalog", 2, ())
    assert set(found.known_by.values()) == {"catalog"}
    assert {limit.account for limit in found.limits if limit.code == BY_CATALOG} == {f"office/{n}" for n in BOUND}
    assert [limit.object for limit in found.limits if limit.code == HOST_RULES] == ["host rules", "identity maps"]
    assert found.not_examined == ()


def test_with_their_credentials_accounts_are_known_by_attempt(job: Job, passwords: Path) -> None:
    found = job.verify(GIVEN)
    assert found.weighing == ()
    assert [attempt for attempt in found.attempts if not attempt.agrees] == []
    assert 0 < sum(attempt.allowed for attempt in found.attempts) < sum(attempt.tried for attempt in found.attempts)
    tried = {account for account, how in found.known_by.items() if how == "attempt"}
    assert tried == {f"office/{name}" for name in BOUND} - {"office/visitor"}
    (left,) = (limit for limit in found.limits if limit.code == BY_CATALOG)
    assert left.account == "office/visitor", "what it may declare takes a permit, which nobody issues to try"
    assert found.exit_code != 0


def test_a_fault_that_only_an_attempt_sees_never_holds(job: Job, passwords: Path) -> None:
    """A row policy that calls another function than its operator's: its text is as wanted, and it shows other rows."""
    swap = "UPDATE pg_operator SET oprcode = '{}'::regproc WHERE oid = '<(bigint,bigint)'::regoperator"
    job.office.run(swap.format("int8ge"))
    made_again(job.office)
    job.office.run(swap.format("int8lt"))
    try:
        assert job.office.plan().plan.changes == ()
        blind, seen = job.verify({}), job.verify(GIVEN)
    finally:
        made_again(job.office)
    assert blind.weighing == ()
    assert blind.verdict != "holds"
    assert blind.exit_code != 0
    assert {"attempt-over", "attempt-under"} <= {finding.code for finding in seen.weighing}
    over = {finding.account for finding in seen.weighing if finding.code == "attempt-over"}
    assert {"office/desk", "office/night"} <= over


def made_again(office: Office) -> None:
    """Every row policy for reading persons made again with the same words; the server keeps what `<` calls then."""
    policies = office.admin.execute(
        "SELECT policyname, array_to_string(roles, ', '), qual FROM pg_policies "
        "WHERE tablename = 'person' AND cmd = 'SELECT' AND policyname LIKE 'recuse%'"
    ).fetchall()
    for name, roles, using in policies:
        office.run(f"DROP POLICY {name} ON office.person")
        office.run(f"CREATE POLICY {name} ON office.person FOR SELECT TO {roles} USING ({using})")


def test_an_official_answers_for_what_only_the_catalog_tells(job: Job) -> None:
    place = job.office.policy / "acceptances/by-catalog"
    place.mkdir(parents=True)
    today = clock.now().date()
    place.joinpath("acceptance.toml").write_text(
        f'format = 1\nid = "by-catalog"\naccepted_by = "confirmer"\nreason = "the vendor keeps the superuser"\n'
        f"from = {today}\nuntil = {today + timedelta(days=90)}\n"
        '[[finding]]\ncode = "by-catalog"\nsystem = "office"\n[[finding]]\ncode = "host-rules"\nsystem = "office"\n'
    )
    try:
        assert job.verify({}).exit_code != 0, "a draft answers for nothing"
        sign_acceptance(job.office.policy, "by-catalog", job.office.folder / "confirmer")
        found = job.verify({})
    finally:
        for file in place.iterdir():
            file.unlink()
        place.rmdir()
    assert found.limits == ()
    others = {each.finding.code for each in found.accepted} - {"version-floor"}  # which depends on the server
    assert others == {BY_CATALOG, HOST_RULES, "unbound-backup"}
    assert (found.verdict, found.exit_code) == ("holds by catalog", 0)


@pytest.mark.parametrize(
    ("logins", "sentence"),
    [
        ({"desk": None}, "no login was given that sees every row, with which to compare what the others see"),
        ({"archive": None}, "no credentials were given for it"),
    ],
)
def test_what_was_not_tried_says_why(
    job: Job, passwords: Path, logins: Mapping[str, str | None], sentence: str
) -> None:
    found = job.verify(logins)
    assert {limit.account for limit in found.limits if limit.code == BY_CATALOG} == {f"office/{n}" for n in BOUND}
    assert all(limit.reproduce.endswith(sentence) for limit in found.limits if limit.code == BY_CATALOG)


def test_credentials_that_lead_to_somebody_else_are_refused(
    job: Job, tmp_path: Path, passwords: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service entry with the backup's user would have everything tried as the wrong login."""
    services, server = tmp_path / "services", job.office.server
    services.write_text(
        f"[wrong]\nhost={server.host}\nport={server.port}\ndbname=office\nuser=archive\n"
        f"[right]\nhost={server.host}\nport={server.port}\ndbname=office\nuser=desk\n"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    with pytest.raises(TargetError) as caught:
        job.verify({"desk": "wrong", "archive": None})
    assert caught.value.message == "the entry `wrong` of the service file for `desk` leads to `archive`"
    assert job.verify({"desk": "right", "archive": None}).known_by["office/desk"] == "attempt"


def test_a_superuser_uses_the_credentials_that_are_given_and_becomes_the_others(job: Job, passwords: Path) -> None:
    found = job.verify({"desk": None}, SUPERUSER)
    assert found.limits == ()
    assert {account for account, how in found.known_by.items() if how == "attempt"} == {f"office/{n}" for n in BOUND}
    assert [attempt for attempt in found.attempts if not attempt.agrees] == []


def test_a_permit_is_issued_used_and_ended(job: Job) -> None:
    office = PermitOffice.open(job.office.policy, job.office.ledger, lambda _: job.office.dsn("officer"), giving=True)
    asked = Request(
        id=clock.random_name(16), at=clock.now(), requested_by="desk 4", on_behalf_of="a visitor", system="office",
        login="visitor", purpose="study", authority="official_duty", agreement=None, case=None, instrument=None,
        evidence={}, until=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    permits.ask(office, asked, dry_run=False)
    issued = permits.issue(office, asked.id, "desk 9", None, dry_run=False)
    with closing(psycopg.connect(job.office.dsn("visitor"), autocommit=True)) as visitor:
        with visitor.transaction():
            visitor.execute("SELECT recuse.declare('study', 'official_duty')")
            assert visitor.execute("SELECT count(*) FROM (SELECT name FROM office.person) s").fetchone() == (10,)
        assert permits.revoke(office, issued.id, None, dry_run=False) == 1
        with pytest.raises(psycopg.OperationalError):
            visitor.execute("SELECT 1")


def test_the_steward_is_told_in_the_residual_and_a_way_to_it_is_a_finding(job: Job) -> None:
    residual = dict(job.verify({}).residual)
    assert residual["unbound-administrator"] == (
        "`office/steward` is declared as administrator: it applies plans, can undo them and read everything; "
        "this check ran as it"
    )
    assert "this check ran as one" not in residual["superuser"]
    job.office.run("GRANT steward TO visitor")
    found = job.verify({})
    job.office.run("REVOKE steward FROM visitor")
    assert ("ownership", "office/visitor") in {(finding.code, finding.account) for finding in found.weighing}
    assert found.exit_code == 1


def test_a_steward_that_is_not_declared_as_one_is_a_finding(job: Job) -> None:
    with declared(job.office, "job"):
        found = job.verify({})
    codes = {finding.code for finding in found.weighing if finding.account == "office/steward"}
    assert {"admin-option" if job.office.server.version >= 16 else "createrole", "ownership"} <= codes
    assert found.exit_code == 1


def test_a_declared_steward_that_is_a_superuser_is_a_finding(job: Job) -> None:
    job.office.run("ALTER ROLE steward SUPERUSER")
    found = job.verify({})
    job.office.run("ALTER ROLE steward NOSUPERUSER")
    assert ("superuser", "office/steward") in {(finding.code, finding.account) for finding in found.weighing}


def test_what_each_verb_says_without_its_right(job: Job) -> None:
    taken = "REVOKE recuse_owner FROM steward" + (" GRANTED BY steward" if job.office.server.version >= 16 else "")
    job.office.run(taken)
    with pytest.raises(MissingRightError) as caught:
        job.office.plan()
    assert caught.value.message == (
        "`steward` may not read the tables of the schema `recuse`, where the policy that is applied stands"
    )
    job.office.run((caught.value.remedy or "").split("`")[1])
    job.office.plan()
    with target_for("postgresql").open(job.office.dsn("desk")) as session, pytest.raises(MissingRightError):
        session.desk().permits("office")
    with target_for("postgresql").open(job.office.dsn("desk")) as session, pytest.raises(MissingRightError):
        session.desk().new_key("desk")
    with target_for("postgresql").open(job.office.dsn()) as session, pytest.raises(TargetError) as allowed:
        session.desk().new_key("desk")  # it may, and the desk is no gateway
    assert not isinstance(allowed.value, MissingRightError)


@pytest.mark.parametrize("version", ENDS, ids=version_id)
def test_our_own_event_trigger_asks_for_no_setting(version: int, tmp_path: Path) -> None:
    """A superuser left it behind: to end it takes one, and that is all that the steward lacks."""
    with built(version, tmp_path) as office:
        for right in office.missing():
            office.run(right.sql)
        office.apply()
        for statement in trigger_statements("close"):
            office.run(statement.as_string(None))
        assert [right.right for right in office.missing()] == ["what only a superuser does"]
