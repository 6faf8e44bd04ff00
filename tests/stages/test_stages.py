"""Stages and the way back, on a world that has what plans must be able to give back; by readers, facts and dumps.

One story a version: canary, enforce, back to canary, back to observe, enforce by a new apply, remove. What is read, and
what the database says of itself, is noted at each station, and compared below.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest

from recuse import clock
from recuse.enforcement.facts import Fact, Grant, Membership, ObjectRef, RowPolicy
from recuse.errors import InputError, PlanError, RefusedError
from recuse.ledger import encode, open_ledger
from recuse.operations.apply import Manner, apply_in
from recuse.operations.document import plan_document
from recuse.operations.notices import Notice, notices
from recuse.operations.plan import Planned
from recuse.operations.verify import Verified
from tests.conftest import ENDS, version_id
from tests.stages.town import CANARY, DIRECTIVE, OTHERS, Town, town

LOGINS = (CANARY, *OTHERS)
Reading = Mapping[str, Mapping[str, str]]


@dataclass
class Station:
    """What a place of the story looked like."""

    facts: frozenset[Fact]
    reads: Reading


@dataclass
class Story:
    """Stations and plans by name."""

    town: Town
    dumps: dict[str, list[str]] = field(default_factory=dict)
    at: dict[str, Station] = field(default_factory=dict)
    plans: dict[str, Planned] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    verified: dict[str, Verified] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    notices: dict[str, bytes] = field(default_factory=dict)

    def note(self, name: str) -> None:
        self.at[name] = Station(self.town.facts(), {login: self.town.reads(login) for login in LOGINS})

    def step(self, name: str, *command: str) -> None:
        code, said = self.town.say(*command, "--yes")
        assert code == 0, said
        self.said[name] = said
        self.note(name)

    def refuses(self, grant: str) -> None:
        """What is granted to PUBLIC for a moment, and what planning the canary stage says of it."""
        self.town.lab.run(f"GRANT {grant} TO PUBLIC")
        code, said = self.town.say("stage", "canary", "--dry-run")
        assert code == 2
        self.refused.append(said)
        self.town.lab.run(f"REVOKE {grant} FROM PUBLIC")


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with town(request.param, tmp_path_factory.mktemp("town")) as place:
        found = Story(place)
        place.direct(canary_accounts=f'["files/{CANARY}"]', step_back_until="2099-01-01")
        found.dumps["raw"] = place.dump()
        found.note("raw")
        found.notices = noticed(place)
        for grant in (
            "SELECT ON lab.closed",
            "SELECT ON lab.person_copy",
            "SELECT ON lab.asset",
            "TRUNCATE ON lab.ward",
        ):
            found.refuses(grant)
        found.step("canary", "stage", "canary")
        found.verified["canary"] = place.verify()
        found.step("enforce", "stage", "enforce")
        found.step("canary again", "stage", "canary")
        found.step("observe", "stage", "observe")
        found.verified["observe"] = place.verify()
        found.said["apply at observe"] = observed(place)
        found.step("enforce again", "stage", "enforce")
        found.step("removed", "remove")
        found.dumps["removed"] = place.dump()
        yield found


def noticed(place: Town) -> dict[str, bytes]:
    """The files of the notices; the same from a plan that carries advice."""
    planned, document = place.plan()
    workspace = place.planner().workspace
    files = {name: data for each in notices(workspace, (planned,), document) for name, data in each.files()}
    advised = plan_document(workspace, (planned,), None, ({"system": "files"},))
    assert files == {name: data for each in notices(workspace, (planned,), advised) for name, data in each.files()}
    preview = replace(planned, goal=replace(planned.goal, stage="observe", preview=True))
    assert notices(workspace, (preview,), plan_document(workspace, (preview,), None)) == ()
    back = replace(planned, goal=replace(planned.goal, undo=2, back=True))
    with pytest.raises(InputError, match="has no notices"):
        notices(workspace, (back,), plan_document(workspace, (back,), None))
    return files


def observed(place: Town) -> str:
    plan = place.lab.folder / "observed.json"
    assert place.say("plan", "--no-count", "--out", str(plan))[0] == 0
    before = place.facts(), len(place.entries())
    code, said = place.say("apply", str(plan), "--yes")
    assert (code, place.facts(), len(place.entries())) == (0, *before)
    return said


def differing(story: Story, one: str, other: str, login: str) -> list[str]:
    first, second = story.at[one].reads[login], story.at[other].reads[login]
    return sorted(what for what in first.keys() | second.keys() if first.get(what) != second.get(what))


@pytest.mark.parametrize("station", ["canary", "canary again"])
@pytest.mark.parametrize("login", OTHERS)
def test_at_canary_all_others_read_and_change_exactly_what_they_did(story: Story, station: str, login: str) -> None:
    assert differing(story, "raw", station, login) == []


def test_at_canary_the_canary_account_loses_what_the_policy_says(story: Story) -> None:
    """In tables it has what it has when all is enforced; in views and copies it has nothing yet."""
    raw, canary, enforced = (story.at[name].reads[CANARY] for name in ("raw", "canary", "enforce"))
    views = ("person_", "everything")
    tables = [
        what for what in enforced if what.startswith(f"{CANARY}: ") and " " not in what.removeprefix(f"{CANARY}: ")
    ]
    tables = [what for what in tables if not what.removeprefix(f"{CANARY}: ").startswith(views)]
    assert len(tables) > 50
    assert {what: canary[what] for what in tables} == {what: enforced[what] for what in tables}
    assert any(raw[what] != canary[what] for what in tables)
    assert any("SECRET" in said for said in raw.values())
    assert not any("SECRET" in said for said in canary.values())
    assert all(said in ("InsufficientPrivilege", "[]") for what, said in canary.items() if "person_list" in what)


def test_a_canary_account_that_is_renamed_stays_one(story: Story) -> None:
    """By object id: the plan of others' rows names it, and so does the row of `recuse.account`."""
    cut = [f for f in story.at["canary"].facts if isinstance(f, RowPolicy) and f.name == "recuse_others"]
    assert cut
    assert all(f"{{{CANARY}}}" in (policy.using or "") for policy in cut)


def test_from_canary_to_enforce_and_back_is_the_same_place(story: Story) -> None:
    assert story.at["canary again"].facts == story.at["canary"].facts
    assert story.at["enforce again"].facts == story.at["enforce"].facts
    for login in LOGINS:
        assert differing(story, "canary", "canary again", login) == []


@pytest.mark.parametrize("station", ["observe", "removed"])
def test_the_way_back_restores_the_facts_and_what_everybody_reads(story: Story, station: str) -> None:
    assert story.at[station].facts == story.at["raw"].facts
    for login in LOGINS:
        assert differing(story, "raw", station, login) == []


def test_after_remove_the_server_dumps_as_before(story: Story) -> None:
    """But for the order of grants, which is that in which they were made."""
    assert story.dumps["removed"] == story.dumps["raw"]
    assert any("recuse" not in line and "GRANT" in line for line in story.dumps["raw"])


def test_the_world_has_what_must_come_back(story: Story) -> None:
    """Without these the comparisons above would say little."""
    facts = story.at["raw"].facts
    grants = [fact for fact in facts if isinstance(fact, Grant)]
    assert any(grant.grantor == "night" for grant in grants)
    assert any(grant.on.kind == "column" for grant in grants)
    assert any(grant.grantee is None and grant.on.kind == "table" for grant in grants)
    kinds = Counter(type(fact).__name__ for fact in facts)
    assert min(kinds["DefaultPrivilege"], kinds["RowPolicy"], kinds["Definition"]) > 0
    members = [fact for fact in facts if isinstance(fact, Membership) and fact.role == "clerks"]
    assert len(members) == 2
    assert story.town.version < 16 or any(member.grantor == "night" for member in members)


def test_public_that_would_leave_a_canary_account_its_access_is_refused_by_name(story: Story) -> None:
    closed, copy, column, truncate = story.refused
    assert "PUBLIC keeps SELECT on table lab.closed, and no row security is on there" in closed
    assert "PUBLIC keeps SELECT on matview lab.person_copy, and a copy has no row security" in copy
    assert "the class of a canary account has rows of it without the column `remark`" in column
    assert "PUBLIC keeps TRUNCATE on table lab.ward, and row security does not bind that" in truncate
    assert "revoke it from PUBLIC" in closed


def test_only_enforce_can_hold(story: Story) -> None:
    """At other stages a verdict lists who is open, and finds nothing about them."""
    for stage in ("canary", "observe"):
        found = story.verified[stage]
        line = next(line for line in found.not_examined if line.startswith("stage: "))
        assert f"at `{stage}`" in line
        assert "`files/visitor`" in line
        assert (f"`files/{CANARY}`" in line) == (stage == "observe")
        assert found.verdict != "holds"
        assert not {finding.account for finding in found.findings} & {f"files/{login}" for login in OTHERS}
        assert "drift" not in {finding.code for finding in found.findings}
    assert {attempt.account for attempt in story.verified["canary"].attempts} == {f"files/{CANARY}"}


def test_each_step_is_loud_in_the_ledger(story: Story) -> None:
    steps = [entry.body for entry in story.town.entries() if entry.kind == "staged"]
    assert [(body["before"], body["stage"], body["signed"]) for body in steps] == [
        ("enforce", "canary", "enforce"), ("canary", "enforce", "enforce"), ("enforce", "canary", "enforce"),
        ("canary", "observe", "enforce"), ("observe", "enforce", "enforce"),
    ]  # fmt: skip
    assert [body["until"] for body in steps] == ["2099-01-01", None, "2099-01-01", "2099-01-01", None]
    applied = [entry.body for entry in story.town.entries() if entry.kind == "applied"]
    assert [body["stage"] for body in applied] == ["canary", "enforce", "canary", "observe", "enforce", "enforce"]
    assert [isinstance(body.get("undo"), int) for body in applied] == [False, False, False, True, False, True]


def test_each_agency_that_loses_something_has_a_notice_in_two_forms(story: Story) -> None:
    """With its own accounts, the rule, the legal basis as the directive has it, and how to ask; no other's account."""
    assert sorted(story.notices) == [
        f"{agency}.{form}" for agency in ("town.box", "town.desk", "town.visit") for form in ("json", "md")
    ]
    document = json.loads(story.notices["town.visit.json"])
    assert document["directives"][0]["legal_basis"] == [
        {"citation": "Fictional Code 1", "status": "in force", "checked_on": "2026-01-05"}
    ]
    assert document["offices"] == [{"id": "town", "name": "The town (synthetic)"}]
    assert (document["draft"], document["to"]["id"]) == (False, "town.visit")
    assert {each["account"] for each in document["ends"]} == {"files/visitor"}
    open_ = [each for each in document["ends"] if (each["category"], each["action"]) == ("open", "read")]
    assert [(each["why"], each["extent"]) for each in open_] == [("forbidden", "some")]
    assert {each["purpose"] for each in document["ask"]} == {"study"}
    text = story.notices["town.visit.md"].decode()
    parts = (
        "# Notice of a change of access",
        "- To: Visitors (`town.visit`)",
        "Fictional Code 1",
        "- read (some rows or columns): ",
    )
    for part in (*parts, "Status: in force. Checked on 2026-01-05", "recuse permit request", document["plan_sha256"]):
        assert part in text
    for other in ("desk", "night", "box"):
        assert f"files/{other}`" not in text


def test_a_notice_marks_nothing_up_that_a_name_brings(story: Story) -> None:
    hostile = json.loads(story.notices["town.visit.json"])
    hostile["to"]["name"] = "Visitors\n# <b>of *all*\x1b[0m"
    (_, data) = list(Notice("town.visit", hostile).files())[1]
    assert "- To: Visitors \\# \\<b\\>of \\*all\\* \\[0m (`town.visit`)" in data.decode().splitlines()


def test_at_observe_apply_says_in_one_sentence_that_it_applies_nothing(story: Story) -> None:
    assert "files: at stage observe nothing is applied; the database is as it was" in story.said["apply at observe"]


def test_what_cannot_be_restored_is_named_at_plan_time(story: Story) -> None:
    """A role that was dropped since; a table and a grant that are new since stay; and the undo still runs."""
    place = story.town
    place.apply()
    first = next(n for n, e in reversed(list(enumerate(place.entries()))) if e.kind == "planned")
    place.lab.run("REVOKE ALL ON lab.claim FROM trainees; DROP ROLE trainees")
    place.lab.run(
        "CREATE ROLE newcomer NOLOGIN; CREATE TABLE lab.newer (id integer); GRANT SELECT ON lab.newer TO clerks"
    )
    planned, _ = place.plan(first)
    notes = " ".join(planned.goal.notes)
    assert "not restored: the role `trainees` is gone, and what stood with it is not restored" in notes
    assert "table lab.newer is new since, and stays as it is" in notes
    assert "the role `newcomer` is new since, and stays as it is" in notes
    place.apply(first)
    after, raw = place.facts(), story.at["raw"].facts
    assert {fact for fact in raw - after if "trainees" not in repr(fact)} == set()
    assert {fact for fact in after - raw if "newer" not in repr(fact) and "newcomer" not in repr(fact)} == set()
    assert any(isinstance(f, Grant) and f.on == ObjectRef("table", ("lab", "newer")) for f in after)


def test_an_undo_waits_for_a_directive_that_allows_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without `step_back_until` neither an undo nor a step nor `remove` is done, and none is noted."""
    with town(18, tmp_path_factory.mktemp("kept")) as place:
        place.lab.run("REVOKE SELECT ON lab.ward, lab.person_list FROM PUBLIC")
        done = place.apply()
        with pytest.raises(RefusedError, match="is in force and does not pre-authorise stepping back"):
            place.apply(done.ledger_index)
        assert "apply refuses this" in place.say("plan", "--undo", str(done.ledger_index))[1]
        entries, facts = place.entries(), place.facts()
        for command in (("remove", "--yes"), ("stage", "observe", "--yes")):
            code, said = place.say(*command)
            assert (code, "does not pre-authorise stepping back" in said) == (1, True)
        assert (place.entries(), place.facts()) == (entries, facts)
        with pytest.raises(PlanError, match="is about system"):
            place.planner(done.ledger_index).systems("other")


class Killed(BaseException):
    """What ends a process is caught by nobody."""


def killed(place: Town, stage: str) -> None:
    """A step to a stage whose process ends in the middle, after it was recorded."""
    with open_ledger(place.lab.ledger) as log:
        body = {"system": "files", "stage": stage, "directives": [DIRECTIVE]}
        log.append([encode("staged", clock.now(), body)])
    told = iter(range(1, 100))

    def progress(*_: object) -> None:
        if next(told) == 6:
            raise Killed

    with pytest.raises(Killed):
        apply_in(Manner(lambda _: place.dsn(), progress), place.lab.policy, place.plan()[1], place.lab.ledger)


def test_the_way_back_is_found_from_the_middle_and_from_a_way_back(tmp_path_factory: pytest.TempPathFactory) -> None:
    """With the event trigger on: killed on the way to *enforce* and back, undone, the undoing undone, removed."""
    with town(18, tmp_path_factory.mktemp("middle")) as place:
        toml = place.lab.policy / "recuse.toml"
        toml.write_text(toml.read_text().replace("[[system]]\n", '[[system]]\nnew_objects = "close"\n'))
        place.direct(canary_accounts=f'["files/{CANARY}"]', step_back_until="2099-01-01")
        raw = place.dump()
        assert place.say("stage", "canary", "--yes")[0] == 0
        canary = place.facts()
        killed(place, "enforce")
        code, said = place.say("stage", "canary", "--yes")
        assert (code, place.facts() == canary) == (0, True), said
        assert place.say("stage", "enforce", "--yes")[0] == 0
        enforced = place.facts()
        killed(place, "canary")
        code, said = place.say("stage", "canary", "--yes")
        assert (code, place.facts() == canary) == (0, True), said
        assert place.say("stage", "enforce", "--yes")[0] == 0
        assert place.say("remove", "--yes")[0] == 0
        assert place.dump() == raw
        place.apply(len(place.entries()) - 1)  # the undo of an undo
        assert place.facts() == enforced
        assert place.say("remove", "--yes")[0] == 0
        assert place.dump() == raw
