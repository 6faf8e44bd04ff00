"""`apply --emergency`: one signature is enough to reduce, and for nothing else; it is loud, and it lapses.

On PostgreSQL 15 alone: what differs between the versions here is that there a permit's way leads through a door role.
"""

import io
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import psycopg
import pytest

from recuse import cli, clock
from recuse.enforcement.facts import Declaration, Fact, Grant, Membership, RegisteredAccount, Role, RowPolicy
from recuse.enforcement.plan import Change
from recuse.errors import DirectiveError, PlanError, RefusedError
from recuse.model import Authority, Permit, Repository
from recuse.operations import record
from recuse.operations.apply import AppliedSystem, Manner, apply_in
from recuse.operations.document import plan_document, read_plan
from recuse.operations.plan import Planned, plan_system
from recuse.operations.reducing import check_permits
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from recuse.operations.since import lapsed_emergencies
from recuse.operations.verify import Verified, verify_repository
from recuse.operations.workspace import Workspace, open_with_ledger
from recuse.targets.target import target_for
from tests.statements.world import Lab, built

FIRST = "2026-01-05-lab"
READS = 'permit (principal in Agency::"town.desk", action == Action::"read", resource in Category::"open")'
WORKS = 'permit (principal in Agency::"town.desk", action, resource in Category::"open")'
STUDY = 'permit (principal in Agency::"town.visit", action == Action::"read", resource in Category::"open")'
BOX = 'permit (principal in Agency::"town.box", action == Action::"insert", resource in Category::"letter")'


@dataclass
class Office:
    """The enforced world, with the steps that an official takes on it."""

    lab: Lab

    def direct(self, name: str, changed: Mapping[str, str], supersedes: tuple[str, ...] = (FIRST,)) -> None:
        """A directive that supersedes the first, as it reads but for these words, signed by one official."""
        source = self.lab.policy / "directives" / FIRST
        place = self.lab.policy / "directives" / name
        place.mkdir()
        cedar = (source / "directive.cedar").read_text()
        for old, new in changed.items():
            assert old in cedar
            cedar = cedar.replace(old, new)
        (place / "directive.cedar").write_text(cedar)
        text = (source / "directive.toml").read_text().replace(f'id = "{FIRST}"', f'id = "{name}"')
        ended = ", ".join(f'"{each}"' for each in supersedes)
        (place / "directive.toml").write_text(text.replace("supersedes = []", f"supersedes = [{ended}]"))
        sign_directive(self.lab.policy, name, self.lab.folder / "director")

    def answer(self, name: str, decision: str) -> None:
        said = Answer("confirm" if decision == "confirm" else "refuse", "", clock.now().replace(microsecond=0))
        confirm_directive(self.lab.policy, name, "confirmer", self.lab.folder / "confirmer", said)

    def withdraw(self, name: str) -> None:
        place = self.lab.policy / "directives" / name
        place.rename(self.lab.folder / name)

    def restore(self, name: str) -> None:
        (self.lab.folder / name).rename(self.lab.policy / "directives" / name)

    def workspace(self) -> Workspace:
        return open_with_ledger(self.lab.policy, self.lab.ledger, draft=True)

    def plan(self) -> tuple[Planned, bytes]:
        workspace = self.workspace()
        with target_for("postgresql").open(self.lab.dsn()) as session:
            planned = plan_system(session, workspace.policy(), next(workspace.systems()))
        return planned, plan_document(workspace, (planned,), None)

    def facts(self) -> frozenset[Fact]:
        with target_for("postgresql").open(self.lab.dsn()) as session:
            return session.inspect().facts

    def apply(self, *, emergency: bool = False) -> AppliedSystem:
        manner = Manner(lambda _: self.lab.dsn())
        (done,) = apply_in(manner, self.lab.policy, self.plan()[1], self.lab.ledger, emergency=emergency)
        return done

    def verify(self) -> Verified:
        (found,) = verify_repository(self.workspace(), self.lab.ledger, None, lambda _: self.lab.dsn(), lambda *_: None)
        return found

    def say(self, *args: str) -> tuple[int, str]:
        """What a person at the command line gets: the exit code, and what is printed, as running text."""
        out, code = io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(io.StringIO()):
            patch.setattr(sys, "argv", ["recuse", *args, "-r", str(self.lab.policy), "--dsn", self.lab.dsn()])
            patch.setattr(sys, "stdin", io.StringIO())
            try:
                cli.main()
            except SystemExit as end:
                code = int(end.code or 0)
        return code, " ".join(out.getvalue().split())

    def kinds(self) -> list[str]:
        return [entry.kind for entry in record.entries(self.lab.ledger)]


def forbidding(rule: str) -> str:
    return rule.replace("permit", "forbid", 1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with built(15, tmp_path_factory.mktemp("lab")) as lab:
        lab.apply()
        lab.run(
            "SELECT recuse.issue('court', 'visitor', 'study', 'official_duty', NULL, '26-1', "
            "now() + interval '71 hours', 0)"
        )
        yield Office(lab)


@contextmanager
def later(hours: float) -> Iterator[None]:
    """The clock of whoever plans, so much later."""
    real = clock.now
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: real() + timedelta(hours=hours))
        yield


@contextmanager
def directed(office: Office, name: str, changed: Mapping[str, str]) -> Iterator[None]:
    """A directive for the length of a block, of which nothing stays."""
    office.direct(name, changed)
    before = office.kinds(), office.facts()
    try:
        yield
        assert (office.kinds(), office.facts()) == before, "nothing was recorded, and nothing changed"
    finally:
        shutil.rmtree(office.lab.policy / "directives" / name)


def test_without_a_signature_of_its_own_there_is_no_emergency(office: Office) -> None:
    with pytest.raises(DirectiveError, match="no directive stands on one signature alone"):
        office.apply(emergency=True)


def test_what_opens_something_is_refused(office: Office) -> None:
    with (
        directed(office, "opens", {BOX: 'permit (principal in Agency::"town.box", action, resource)'}),
        pytest.raises(RefusedError, match="an emergency only reduces, and `files/box` would gain"),
    ):
        office.apply(emergency=True)


def test_a_declaration_into_another_class_is_refused(office: Office) -> None:
    """A permit class that shows less is another class; to enter it is opened by a step that an emergency has not."""
    narrower = STUDY.replace('resource in Category::"open"', "resource is files::lab::ward")
    with (
        directed(office, "narrows-a-permit", {STUDY: narrower}),
        pytest.raises(RefusedError, match="the plan opens something: "),
    ):
        office.apply(emergency=True)


def test_a_permit_that_a_court_may_stand_behind_is_not_ended(office: Office) -> None:
    """The repository says of no authority whether it is a court's: any of them could be."""
    with (
        directed(office, "ends-a-permit", {STUDY: forbidding(STUDY)}),
        pytest.raises(RefusedError, match="would end `court` of `visitor`"),
    ):
        office.apply(emergency=True)


KINDS = (Declaration, Grant, Membership, RowPolicy, RegisteredAccount, Role)


@pytest.fixture(scope="module")
def ending(office: Office) -> tuple[Planned, tuple[Permit, ...], Repository]:
    """A plan that takes from the visitor everything that its permit stands on, with the permit and the repository."""
    with (
        directed(office, "ends-it", {STUDY: forbidding(STUDY)}),
        target_for("postgresql").open(office.lab.dsn()) as session,
    ):
        planned = office.plan()[0]
        permits = session.desk().permits("files")
        repository = office.workspace().repository
    facts = {f for f in planned.found.facts if isinstance(f, RegisteredAccount) and f.login == "visitor"}
    logins = {f for f in planned.found.facts if isinstance(f, Role) and f.name == "visitor"}
    gone: tuple[Fact, ...] = (*facts, *logins)
    more = tuple(Change("files", "cut", make=False, fact=fact) for fact in gone)
    return replace(planned, plan=replace(planned.plan, changes=(*planned.plan.changes, *more))), permits, repository


@pytest.mark.parametrize("kind", KINDS)
def test_each_thing_that_a_permit_stands_on_ends_it(
    ending: tuple[Planned, tuple[Permit, ...], Repository], kind: type
) -> None:
    """Any one of them alone; and of what is over, another's, or under what is no court's, none is asked about."""
    planned, permits, repository = ending
    changes = tuple(change for change in planned.plan.changes if isinstance(change.fact, kind))
    alone = replace(planned, plan=replace(planned.plan, changes=changes))
    now = clock.now()
    with pytest.raises(RefusedError, match="would end `court` of `visitor`"):
        check_permits(alone, permits, repository, now)
    check_permits(alone, permits, repository, now + timedelta(hours=72))
    check_permits(alone, [replace(each, revoked_at=now) for each in permits], repository, now)
    check_permits(alone, [replace(each, login="box", purpose="work") for each in permits], repository, now)
    court = Authority("court", None, judicial=True)
    marked = replace(repository, authorities={**repository.authorities, "court": court})
    check_permits(alone, permits, marked, now)


def test_a_refused_directive_is_no_emergency(office: Office) -> None:
    with directed(office, "refused", {WORKS: READS}):
        office.answer("refused", "refuse")
        with pytest.raises((DirectiveError, PlanError), match="no directive stands on one signature alone"):
            office.apply(emergency=True)


@pytest.fixture(scope="module")
def reduced(office: Office) -> tuple[Office, AppliedSystem, int]:
    """The desk may only read from now on, on the director's signature alone; a session of each was open."""
    office.direct("reads", {WORKS: READS})
    with (
        psycopg.connect(office.lab.dsn("desk"), autocommit=True) as desk,
        psycopg.connect(office.lab.dsn("visitor"), autocommit=True) as visitor,
    ):
        desk.execute("DECLARE c CURSOR WITH HOLD FOR SELECT name FROM lab.person")
        assert desk.execute("FETCH 1 FROM c").fetchall()
        done = office.apply(emergency=True)
        with pytest.raises(psycopg.OperationalError):
            desk.execute("FETCH 1 FROM c")
        with visitor.transaction():
            visitor.execute("SELECT recuse.declare('study', 'official_duty')")
            rows = visitor.execute("SELECT id FROM lab.ward").rowcount
    return office, done, rows


def test_one_signature_reduces(reduced: tuple[Office, AppliedSystem, int]) -> None:
    office, done, rows = reduced
    assert [session.login for session in done.ended.sessions] == ["desk"]
    assert office.kinds()[-4:] == ["planned", "emergency", "ended", "applied"]
    entry = record.last(office.lab.ledger, "emergency", "files")
    assert entry is not None
    assert (entry.body["directive"], entry.body["official"]) == ("reads", "director")
    assert datetime.fromisoformat(str(entry.body["until"])) == entry.at + timedelta(hours=72)
    with psycopg.connect(office.lab.dsn("desk"), autocommit=True) as desk:
        assert desk.execute("SELECT name FROM lab.person").rowcount == 4
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.execute("UPDATE lab.person SET name = name WHERE id = 1")
    assert rows == 3, "the permit is in force, and its session went on"


def test_it_is_loud_until_it_is_answered(reduced: tuple[Office, AppliedSystem, int]) -> None:
    office, _, _ = reduced
    found = office.verify()
    assert [line for line in found.not_examined if line.startswith("emergency: directive `reads` was applied on the")]
    assert found.verdict != "holds"
    assert "drift" not in {finding.code for finding in found.findings}
    (told,) = read_plan(office.plan()[1])["emergencies"]
    assert (told["directive"], told["official"], told["lapsed"]) == ("reads", "director", False)
    with pytest.raises(PlanError, match="made on an unsigned draft"):
        office.apply()


def test_its_directive_must_be_there(reduced: tuple[Office, AppliedSystem, int]) -> None:
    office, _, _ = reduced
    office.withdraw("reads")
    try:
        with pytest.raises(DirectiveError, match="is missing or altered in the repository"):
            office.plan()
    finally:
        office.restore("reads")


def test_it_lapses_and_a_plan_returns_what_it_closed(reduced: tuple[Office, AppliedSystem, int]) -> None:
    office, _, _ = reduced
    with later(73):
        found = office.verify()
        assert {"emergency-lapsed", "drift"} <= {finding.code for finding in found.findings}
        planned, document = office.plan()
        assert [each["lapsed"] for each in read_plan(document)["emergencies"]] == [True]
        assert {(gain.account, gain.action) for gain in planned.plan.gains} >= {("files/desk", "update")}
        with pytest.raises(DirectiveError, match="no directive stands on one signature alone"):
            office.apply(emergency=True)
        office.apply()
        assert office.workspace().emergencies == ()
        with psycopg.connect(office.lab.dsn("desk"), autocommit=True) as desk:
            assert desk.execute("UPDATE lab.person SET name = name WHERE id = 1").rowcount == 1


def test_a_confirmation_makes_it_an_ordinary_directive(reduced: tuple[Office, AppliedSystem, int]) -> None:
    office, _, _ = reduced
    office.withdraw("reads")
    office.direct("reads-again", {WORKS: READS})
    plan = str(office.lab.folder / "plan.json")
    office.say("plan", "-o", plan)
    code, said = office.say("apply", plan, "--yes")
    assert (code, office.kinds()[-1]) == (2, "applied"), "without --emergency two have to sign"
    with psycopg.connect(office.lab.dsn("desk"), autocommit=True) as desk:
        desk.execute("SELECT 'seen by the operator'")
        code, said = office.say("apply", plan, "--yes", "--emergency")
    assert code == 0
    assert re.search(
        r"ended: desk \(client backend, pid \d+, idle\); last statement, at [0-9:]{8}: SELECT 'seen by", said
    )
    assert "EMERGENCY, on one signature: it lapses after 72 hours" in said
    assert "EMERGENCY reads-again by director alone, in files: not confirmed; it lapses at " in office.say("plan")[1]
    office.answer("reads-again", "confirm")
    assert read_plan(office.plan()[1])["emergencies"] == []
    office.apply()
    assert office.kinds()[-3:] == ["confirmed", "planned", "applied"]
    with later(73):
        assert office.workspace().emergencies == ()


def test_a_refusal_ends_it_at_once(reduced: tuple[Office, AppliedSystem, int]) -> None:
    """After the one before, which superseded the first: this one closes more."""
    office, _, _ = reduced
    office.direct("box-too", {WORKS: READS, BOX: forbidding(BOX)}, (FIRST, "reads-again"))
    office.apply(emergency=True)
    office.answer("box-too", "refuse")
    (told,) = lapsed_emergencies(office.workspace().emergencies, clock.now())
    assert (told.code, told.object) == ("emergency-lapsed", "directive:box-too")
    assert "and the second official refused it" in told.reproduce
    planned, _ = office.plan()
    assert {(gain.account, gain.action) for gain in planned.plan.gains} == {("files/box", "insert")}, "the return"
