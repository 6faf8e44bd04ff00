"""Plans and applies through the queue, by a real worker on two systems: to the end, refused, killed half-way."""

import hashlib
import json
import re
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from recuse import clock
from recuse.directive.drafting import Draft
from recuse.jobs import PHASES, Asked, courses
from recuse.operations import record
from recuse.server.console.directives.kept import Version
from recuse.server.identity.kept import Kept as StateKept
from recuse.server.state.drafts import StateDrafts
from recuse.serving.directives import QueuedPlans
from tests.apply.cluster import Cluster
from tests.apply.pair import two_systems
from tests.apply.world import Town
from tests.worker.conftest import Kept
from tests.worker.running import Working, ended, services, start, until, working

NAMES = ("north", "south")
ACCESSES = (
    "ts_utc,system,login,object,category,action,purpose,authority,row_hidden,row_graded\n"
    "2026-01-05 08:00:00,north,app,files.person,open,read,work,official_duty,false,3\n"
    "2026-01-05 08:01:00,north,app,files.person,open,read,work,official_duty,true,4\n"
    "2026-01-05 08:02:00,north,app,files.person,open,read,work,official_duty,false,5\n"
)
"""What was read: two rows that the rules let the desk read, and a hidden one."""
pytestmark = pytest.mark.parametrize("kept", [18], indirect=True)  # the systems are one of each end


@dataclass
class Pair:
    """Two systems under a signed directive that is not applied yet."""

    town: Town
    clusters: dict[str, Cluster]

    def file(self, kept: Kept) -> Path:
        return services(self.town.folder, {name: self.town.dsn(name) for name in NAMES} | {"state": kept.worker})

    def kinds(self) -> list[str]:
        return [entry.kind for entry in record.entries(self.town.ledger)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with two_systems(tmp_path_factory.mktemp("worker"), NAMES) as (made, clusters):
        yield Pair(made, clusters)


@pytest.fixture
def pair(built: Pair) -> Pair:
    for cluster in built.clusters.values():
        cluster.reset("before")
    shutil.rmtree(built.town.ledger, ignore_errors=True)
    return built


def plan(pair: Pair, kept: Kept) -> str:
    """Have it planned; the digest of the plan that is kept."""
    asked = Asked("plan", "Ada Admin", {"policy_sha256": pair.town.workspace().repository.policy_sha256})
    done = ended(kept, kept.asking.put(asked))
    assert done.state == "done", done.told
    document = kept.asking.document(done.id)
    assert document is not None
    assert json.loads(document)["directives"] == ["2026-02-01-first"]
    return hashlib.sha256(document).hexdigest()


def apply(digest: str) -> Asked:
    return Asked("apply", "Ada Admin", {"plan_sha256": digest})


def test_from_the_plan_to_the_end_with_its_course_in_notes(pair: Pair, kept: Kept) -> None:
    with working(pair.town.policy, pair.file(kept)):
        digest = plan(pair, kept)
        job = kept.asking.put(apply(digest))
        done = ended(kept, job)
    assert done.state == "done", done.told
    found = courses(kept.asking.notes(job.id), done)
    assert [each.system for each in found] == list(NAMES)
    for each in found:
        assert [phase.name for phase in each.phases] == list(PHASES)
        assert {phase.state for phase in each.phases} == {"done"}
    notes = [note for note in kept.asking.notes(job.id) if note.system]
    last_shape = max(n for n, note in enumerate(notes) if note.step == "shape")
    assert last_shape < min(n for n, note in enumerate(notes) if note.step == "loosen")
    entries = record.entries(pair.town.ledger)
    planned = [each for each in entries if each.kind == "planned"]
    assert [(each.body["plan_sha256"], each.body["asked_by"]) for each in planned] == [(digest, "Ada Admin")] * 2
    assert not any(each.plan.changes for each in pair.town.planned())


def test_a_draft_in_the_state_is_planned_in_a_copy_and_shown_by_its_rules(pair: Pair, kept: Kept) -> None:
    """Nothing of it is in the repository, nothing is applied, and what the page finds is the plan of these rules."""
    signed = pair.town.policy / "directives" / "2026-02-01-first"
    toml = (signed / "directive.toml").read_text().replace("2026-02-01-first", "2026-04-01-draft")
    toml = re.sub(r"supersedes = .*", 'supersedes = ["2026-02-01-first"]', toml)
    draft = Draft("2026-04-01-draft", toml.encode(), (signed / "directive.cedar").read_text() + "\n// a draft\n")
    server = StateKept(kept.server)
    drafts, plans = StateDrafts(server.together), QueuedPlans(server)
    drafts.keep(draft, 1, "p-1", clock.now())
    rules = hashlib.sha256(draft.cedar.encode()).hexdigest()
    assert plans.find(rules) is None
    follows = plans.ask(Version(draft, 1, clock.now(), "p-1"), "p-1")
    before = sorted(pair.town.policy.rglob("*"))
    log = pair.town.folder / "accesses.csv"
    log.write_text(ACCESSES)
    with working(pair.town.policy, pair.file(kept), "--log", str(log)):
        job = kept.asking.find(follows.rpartition("/")[2])
        assert job is not None
        done = ended(kept, job)
        wrong = ended(kept, kept.asking.put(Asked("plan_draft", "p-1", {"draft": draft.id, "version": "2"})))
    assert (done.state, wrong.state) == ("done", "refused"), (done.told, wrong.told)
    made = plans.find(rules)
    server.close()
    assert made is not None
    document = json.loads(made)
    assert document["directives"] == [draft.id]
    assert document["draft"] is True
    assert rules in document["cedar_sha256"]
    replayed = document["backtest"]
    assert (replayed["system"], replayed["lines"], replayed["replayable"], replayed["refused"]) == ("north", 3, 3, 1)
    assert [each for each in sorted(pair.town.policy.rglob("*")) if each not in before] == []
    assert pair.kinds() == []


def test_another_plan_than_the_one_queued_is_refused_and_nothing_is_done(pair: Pair, kept: Kept) -> None:
    facts = pair.town.facts()
    with working(pair.town.policy, pair.file(kept)):
        digest = plan(pair, kept)
        pair.town.run("CREATE TABLE files.later (id int)")
        later = pair.town.facts()
        refused = ended(kept, kept.asking.put(apply(digest)))
    assert later != facts
    assert refused.state == "refused"
    assert f"not plan {digest[:12]}" in refused.told
    assert (pair.town.facts(), pair.kinds()) == (later, [])


def test_a_directive_that_lacks_a_signature_is_planned_and_not_applied(pair: Pair, kept: Kept) -> None:
    (signature,) = (pair.town.policy / "directives" / "2026-02-01-first").glob("confirmation.toml*.sig")
    content = signature.read_bytes()
    signature.unlink()
    try:
        with working(pair.town.policy, pair.file(kept)):
            refused = ended(kept, kept.asking.put(apply(plan(pair, kept))))
    finally:
        signature.write_bytes(content)
    assert refused.state == "refused"
    assert pair.kinds() == []


def test_killed_half_way_it_is_cut_short_tight_and_applying_again_converges(pair: Pair, kept: Kept) -> None:
    before = pair.town.sees("north")
    with psycopg.connect(pair.town.dsn("south")) as blocking:
        running = start(pair.town.policy, pair.file(kept), "--kinds", "plan", "--kinds", "apply")
        digest = plan(pair, kept)
        blocking.execute("LOCK TABLE files.visit IN ACCESS SHARE MODE")
        job = kept.asking.put(apply(digest))
        until("it waits for the lock", lambda: any(n.step.startswith("waiting") for n in kept.asking.notes(job.id)))
        running.process.send_signal(signal.SIGKILL)
        running.process.wait(30)
        with working(pair.town.policy, pair.file(kept)) as second:
            assert (kept.asking.find(job.id) or job).state == "taken"
            short = ended(kept, job, 30)
            assert short.state == "cut_short"
            now = pair.town.sees("north")
            assert all(now[login] <= before[login] for login in before)  # tight: nobody sees more
            assert now["partner"] == now["ghost"] == frozenset()
            blocking.rollback()
            old = ended(kept, kept.asking.put(apply(digest)))
            assert old.state == "refused"  # the database is another by now
            again = ended(kept, kept.asking.put(apply(plan(pair, kept))))
            assert again.state == "done", again.told
            assert job.id not in [each.get("job") for each in second.said()]
    assert not any(each.plan.changes for each in pair.town.planned())
    assert pair.kinds().count("applied") == 2


def test_told_to_stop_it_ends_the_job_at_work_and_begins_no_other(pair: Pair, kept: Kept) -> None:
    running = start(pair.town.policy, pair.file(kept))
    digest = plan(pair, kept)
    with psycopg.connect(pair.town.dsn("south")) as blocking:
        blocking.execute("LOCK TABLE files.visit IN ACCESS SHARE MODE")
        job = kept.asking.put(apply(digest))
        until("it waits for the lock", lambda: any(n.step.startswith("waiting") for n in kept.asking.notes(job.id)))
        other = kept.asking.put(Asked("plan", "Ada Admin", {"policy_sha256": "ab" * 32}))
        running.process.send_signal(signal.SIGTERM)
        with pytest.raises(TimeoutError):
            _waited(running, 1)
        blocking.rollback()
    assert running.process.wait(60) == 0
    assert (kept.asking.find(job.id) or other).state == "done"
    assert (kept.asking.find(other.id) or job).state == "queued"
    assert kept.asking.beats()[0].ended is not None


def _waited(running: Working, seconds: float) -> None:
    try:
        until("it ends", lambda: running.process.poll() is not None, seconds)
    except AssertionError as error:
        raise TimeoutError from error


def test_once_does_what_waits_and_says_by_its_code_whether_all_went_well(pair: Pair, kept: Kept) -> None:
    policy = pair.town.workspace().repository.policy_sha256
    kept.asking.put(Asked("plan", "Ada Admin", {"policy_sha256": policy}))
    assert start(pair.town.policy, pair.file(kept), "--once").process.wait(60) == 0
    other = kept.asking.put(Asked("plan", "Ada Admin", {"policy_sha256": "ab" * 32}))
    assert start(pair.town.policy, pair.file(kept), "--once").process.wait(60) == 1
    assert "and abababababab was asked about" in (kept.asking.find(other.id) or other).told


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("--log", "accesses.csv", "--kinds", "end_sessions"),
            "`--log` is replayed against drafts, which this worker does not plan",
        ),
        (("--log", "nowhere.csv"), "there is no access log `nowhere.csv`"),
    ],
)
def test_a_log_that_would_do_nothing_is_refused_before_anything_is_done(
    pair: Pair, kept: Kept, words: tuple[str, ...], says: str
) -> None:
    begun = start(pair.town.policy, pair.file(kept), *words)
    assert begun.process.wait(60) == 2
    told = json.loads(begun.log.read_text())
    assert says in told["error"]
    assert told["remedy"]
