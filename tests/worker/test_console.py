"""The screens of jobs: who may ask for what, what a page says before that, and a stream that ends with its session."""

import hashlib
import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from recuse import clock
from recuse.jobs import KINDS, Asked, Ending, Job, Note
from recuse.server.console import ROLES, Role, Visitor, application
from recuse.server.console.applying import Signed, screens, streaming
from recuse.server.console.applying.work import Applying, Streams
from tests.console import world
from tests.worker.conftest import Kept
from tests.worker.screens import SIGNED, applying, document, person, served

pytestmark = pytest.mark.parametrize("kept", [18], indirect=True)
LOOKERS = {"reviewer", "counsel", "official", "auditor", "administrator"}
JOBS = "/console/jobs"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.whole(tmp_path_factory.mktemp("console"))


class Asker:
    """One visitor's client on the queue."""

    def __init__(self, folder: Path, kept: Kept, visitor: Visitor | None, **changes: Any) -> None:
        self.visitor, self.kept = visitor, kept
        self.work: Applying = applying(kept.server, still=self._now, **changes)
        self.client = TestClient(served(folder, self.work, self._now), follow_redirects=False)

    def _now(self, _request: Request) -> Visitor | None:
        return self.visitor

    def get(self, path: str) -> Any:
        return self.client.get(f"{JOBS}{path}")

    def post(self, path: str, **form: str) -> Any:
        return self.client.post(f"{JOBS}{path}", data=form)


def text(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def made(kept: Kept, asked: Asked, state: Ending = "done", told: str = "", left: bytes | None = None) -> Job:
    """A job that a worker has ended so."""
    job, working = kept.asking.put(asked), kept.working
    working.beat("one", KINDS)
    taken = working.take("one", KINDS)
    assert taken is not None
    assert taken.id == job.id
    working.finish(taken, state, told, left)
    return job


def plan(kept: Kept, **changes: Any) -> tuple[Job, str]:
    left = document(**changes)
    return made(kept, Asked("plan", "p-x", {"policy_sha256": "ab" * 32}), left=left), hashlib.sha256(left).hexdigest()


ENDING = Asked("end_sessions", "p-x", {"system": "north", "permit": "p1"})


@pytest.mark.parametrize("role", ROLES)
def test_who_may_look_and_who_may_ask(folder: Path, kept: Kept, role: Role) -> None:
    job, _ = plan(kept)
    asker = Asker(folder, kept, person(role))
    for path in ("", f"/{job.id}", f"/live?id={job.id}", f"/stream?id={job.id}"):
        assert (asker.get(path).status_code == 200) == (role in LOOKERS), path
    asks = role == "administrator"
    assert asker.post("/plan").status_code == (303 if asks else 403)
    assert asker.get(f"/{job.id}/apply").status_code == (200 if asks else 403)
    assert asker.post(f"/{job.id}/apply", looked="yes").status_code == (400 if asks else 403)
    assert {each.kind for each in kept.asking.recent() if each.open} == ({"plan"} if asks else set())


def test_every_screen_names_roles_that_may(kept: Kept) -> None:
    assert all(each.roles <= {*LOOKERS} for each in screens(applying(kept.server)))


def test_nothing_was_asked_and_no_worker_is_there(folder: Path, kept: Kept) -> None:
    said = text(Asker(folder, kept, person("auditor")).get(""))
    assert "Nothing was asked yet" in said
    assert "No worker is there" in said
    kept.working.beat("one", KINDS)
    assert "A worker is there" in text(Asker(folder, kept, person("auditor")).get(""))


def test_a_plan_is_queued_under_a_pseudonym_and_once(folder: Path, kept: Kept) -> None:
    asker = Asker(folder, kept, person("administrator"))
    first = asker.post("/plan").headers["location"]
    assert asker.post("/plan").headers["location"] == first
    (job,) = kept.asking.recent()
    assert (job.asked.asked_by, job.asked.body) == ("p-Ada Admin", {"policy_sha256": "ab" * 32})
    assert "you" in text(asker.get(f"/{job.id}"))


def test_who_did_not_authenticate_lately_is_told_so_and_asks_nothing(folder: Path, kept: Kept) -> None:
    job, _ = plan(kept)
    asker = Asker(folder, kept, person("administrator", fresh=False))
    for answer in (asker.get(""), asker.get(f"/{job.id}/apply")):
        assert "This needs an authentication of the last 10 minutes" in text(answer)
        assert "/login?fresh=1" in answer.text
        assert 'type="submit"' not in answer.text
    assert asker.post("/plan").status_code == 403
    assert asker.post(f"/{job.id}/apply", looked="yes").status_code == 403
    assert [each for each in kept.asking.recent() if each.open] == []


def test_before_a_plan_is_applied_the_page_says_all_of_it(folder: Path, kept: Kept) -> None:
    job, digest = plan(kept)
    asker = Asker(folder, kept, person("administrator"))
    page = asker.get(f"/{job.id}/apply")
    for words in (
        digest, "directed by Maya Example", "confirmed by Chen Example", "lock", "<b>others wait</b> while it runs",
        "1 to tighten, 1 to substitute", "read person.identity (all)", "Sessions of 2 accounts end",
        "Dry run: all 2 statements", 'REVOKE SELECT ON "files"."person" FROM "app";',
    ):  # fmt: skip
        assert words in html.unescape(page.text) or words in text(page), words
    assert "<b>others" not in page.text
    for form in ({"plan_sha256": digest}, {"looked": "yes", "plan_sha256": "0" * 64}, {}):
        refused = asker.post(f"/{job.id}/apply", **form)
        assert refused.status_code == 400
        assert "nothing was queued" in text(refused)
    done = asker.post(f"/{job.id}/apply", looked="yes", plan_sha256=digest)
    assert done.status_code == 303
    asked = kept.asking.find(done.headers["location"].rpartition("/")[2])
    assert asked is not None
    assert (asked.kind, asked.asked.body, asked.state) == ("apply", {"plan_sha256": digest}, "queued")


@pytest.mark.parametrize(
    ("roles", "signed", "draft", "why"),
    [
        (("administrator", "official"), SIGNED, False, "cannot be told from a key whether you signed"),
        (("administrator",), (Signed("2026-01-01-first", None, None),), False, "`2026-01-01-first` lacks one"),
        (("administrator",), (replace(SIGNED[0], confirmed_by=None),), False, "`2026-01-01-first` lacks one"),
        (("administrator",), (replace(SIGNED[0], confirmed_by=("mayor", "M")),), False, "were one person's"),
        (("administrator",), (), False, "`2026-01-01-first` lacks one"),
        (("administrator",), SIGNED, True, "a draft lacks one"),
    ],
)
def test_no_one_signs_and_applies(  # noqa: PLR0917 - what it is tried with
    kept: Kept, folder: Path, roles: tuple[Role, ...], signed: tuple[Signed, ...], draft: bool, why: str
) -> None:
    job, digest = plan(kept, draft=draft)
    asker = Asker(folder, kept, person(*roles), signed=lambda: signed)
    assert why in text(asker.get(f"/{job.id}/apply"))
    assert asker.post(f"/{job.id}/apply", looked="yes", plan_sha256=digest).status_code == 403
    assert [each.kind for each in kept.asking.recent()] == ["plan"]


@pytest.mark.parametrize("path", ["/nowhere", "/live?id=x", "/stream?id=x", "/stream", "/nowhere/apply"])
def test_what_is_not_there_is_not_found(folder: Path, kept: Kept, path: str) -> None:
    assert Asker(folder, kept, person("administrator")).get(path).status_code == 404


def test_a_job_that_left_no_plan_is_not_applied(folder: Path, kept: Kept) -> None:
    job = made(kept, ENDING)
    assert Asker(folder, kept, person("administrator")).get(f"/{job.id}/apply").status_code == 404


def test_refreshing_by_itself_is_a_choice(folder: Path, kept: Kept) -> None:
    job, asker = kept.asking.put(ENDING), Asker(folder, kept, person("auditor"))
    assert "refresh" not in asker.get(f"/{job.id}").headers
    assert asker.get(f"/{job.id}?refresh=5").headers["refresh"] == "5"
    assert "No worker takes such jobs now" in text(asker.get(f"/{job.id}"))


# --- followed ---


def test_a_stream_says_what_the_page_says_and_that_it_ended(folder: Path, kept: Kept) -> None:
    job = made(kept, ENDING, "failed", "it <went> wrong")
    asker = Asker(folder, kept, person("auditor"))
    answer = asker.get(f"/stream?id={job.id}")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    first, ended, rest = answer.text.split("\n\n")
    assert (ended, rest) == ("event: ended\ndata: ", "")
    sent = "\n".join(line.removeprefix("data: ") for line in first.splitlines())
    assert sent == asker.get(f"/live?id={job.id}").text.rstrip("\n")
    assert "it &lt;went&gt; wrong" in sent
    assert asker.work.streams.enter(person("auditor").person)  # it was left again
    assert asker.work.streams._open == {person("auditor").person: 1}


@pytest.mark.parametrize("now", [None, person("requester")])
def test_a_session_that_ended_or_a_role_that_was_taken_ends_the_stream(
    folder: Path, kept: Kept, now: Visitor | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_ASKED", 0.2)
    job, asker = kept.asking.put(ENDING), Asker(folder, kept, person("auditor"))
    asker.work = replace(asker.work, still=lambda _: now)
    asker.client = TestClient(served(folder, asker.work, lambda _: asker.visitor))
    answer = asker.get(f"/stream?id={job.id}")
    assert answer.text.endswith("event: gone\ndata: \n\n")
    assert kept.asking.find(job.id) == job


def test_a_stream_ends_by_itself(folder: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "LONGEST", 0.7)
    job = kept.asking.put(ENDING)
    answer = Asker(folder, kept, person("auditor")).get(f"/stream?id={job.id}")
    assert "event:" not in answer.text


def test_one_person_follows_four_at_most_and_all_together_thirty_two(folder: Path, kept: Kept) -> None:
    job, asker = kept.asking.put(ENDING), Asker(folder, kept, person("auditor"))
    for _ in range(4):
        assert asker.work.streams.enter(person("auditor").person)
    assert asker.get(f"/stream?id={job.id}").status_code == 429
    streams = Streams()
    entered = [streams.enter(person("auditor", name=f"Person {n // 4}").person) for n in range(40)]
    assert entered == [True] * 32 + [False] * 8


def test_an_apply_as_it_goes_on(folder: Path, kept: Kept) -> None:
    asker, working = Asker(folder, kept, person("administrator")), kept.working
    job = kept.asking.put(Asked("apply", "p-x", {"plan_sha256": "ab" * 32}))
    working.beat("one", KINDS)
    taken = working.take("one", KINDS)
    assert taken is not None
    for note in (Note("cut", "north", 3, 9), Note("sever", "north", 2, 2), Note("shape", "north", 5, 9)):
        working.note(taken, note)
    page = asker.get(f"/live?id={job.id}")
    assert re.search(r"north done 3 of 9 done 2 sessions at work 5 of 9 waits waits", text(page))
    assert 'data-hx-trigger="every 2s"' in page.text
    working.beat("one", KINDS, ending=True)
    kept.working.beat("two", KINDS)
    page = asker.get(f"/{job.id}")
    assert "The worker died on the way" in text(page)
    assert "every 2s" not in page.text


@pytest.mark.parametrize(("ending", "says"), [(None, "Never heard of"), (False, "There"), (True, "Silent")])
def test_health_says_whether_a_worker_is_there(folder: Path, kept: Kept, ending: bool | None, says: str) -> None:
    if ending is not None:
        kept.working.beat("one", KINDS)
        kept.working.beat("one", KINDS, ending=ending)
    work = applying(kept.server)
    console = world.console(folder, now=clock.now, signs=(work.signs,))
    assert f"The worker {says}" in text(TestClient(application(console)).get("/console/health"))
    assert "The worker" not in text(TestClient(world.served(folder)).get("/console/health"))


def test_health_says_that_it_cannot_tell(folder: Path, kept: Kept) -> None:
    work = applying(f"{kept.server} port=1")
    console = world.console(folder, now=clock.now, signs=(work.signs,))
    assert "The worker Could not be told" in text(TestClient(application(console)).get("/console/health"))
