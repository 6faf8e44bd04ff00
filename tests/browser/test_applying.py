"""Jobs as people follow them: by mouse, by keyboard, without scripts, on a phone and a desk; by a stream and by asking.

The queue is a real one. What a worker says is said by the test, so that each moment can be looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from recuse.jobs import KINDS, Asked, Job, Note
from recuse.server.state.jobs import StateQueue
from recuse.targets.postgres.throwaway import throwaway
from tests.browser.conftest import Look, Opened, granian
from tests.browser.hand import WAYS, Hand, called, link
from tests.browser.looking import focus_faults, overflow, violations
from tests.browser.test_pictures import check_kept, small
from tests.conftest import binaries_of
from tests.console import world
from tests.worker.conftest import Kept, prepared
from tests.worker.screens import PLACE, STATE, document

APPLY: Final = "/console/jobs"


@dataclass
class Desk:
    """The queue, and a worker of the test's own."""

    kept: Kept
    asking: StateQueue
    working: StateQueue
    taken: list[Job] = field(default_factory=list)

    def clear(self) -> None:
        """End what is open."""
        self.working.beat("one", KINDS)
        for job in self.taken:
            if (found := self.asking.find(job.id)) is not None and found.open:
                self.working.finish(job, "done", "")
        self.taken.clear()
        while (job := self.take()) is not None:  # type: ignore[assignment]
            self.working.finish(job, "done", "")
        self.taken.clear()

    def take(self) -> Job | None:
        """What waits, now at work."""
        self.working.beat("one", KINDS)
        found = self.working.take("one", KINDS)
        self.taken += [] if found is None else [found]
        return found

    def job(self, asked: Asked) -> Job:
        """A job at work."""
        put, found = self.asking.put(asked), self.take()
        assert found is not None
        assert found.id == put.id
        return found

    def note(self, job: Job, *notes: Note) -> None:
        for each in notes:
            self.working.note(job, each)

    def finish(self, job: Job, **changes: Any) -> None:
        self.working.finish(job, "done", "north: 9 facts, ledger entry 4", **changes)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with throwaway(binaries=binaries_of(18)) as server:
        made = prepared(server)
        with made.opened:
            yield Desk(made, made.asking, made.working)


@pytest.fixture(autouse=True)
def fresh(desk: Desk) -> None:
    desk.clear()


@pytest.fixture(scope="module")
def address(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The screens of jobs under Granian, by a server's login."""
    told = {PLACE: str(world.whole(tmp_path_factory.mktemp("applying"))), STATE: desk.kept.server}
    with granian("tests.worker.screens:in_a_browser", told) as served:
        yield served


@pytest.fixture(params=WAYS, ids=called)
def hand(request: pytest.FixtureRequest, opened: Opened) -> Iterator[Hand]:
    width, scripts, by = request.param
    with opened(Look(width, scripts, "administrator")) as page:
        yield Hand(page, by, scripts)


def shown(page: Page) -> list[str]:
    """The phases of the first system."""
    return [each.strip() for each in page.locator("#courses tbody tr").first.locator("td").all_inner_texts()]


def test_from_a_plan_to_its_application(hand: Hand, desk: Desk) -> None:
    page = hand.page
    page.goto("/console")
    hand.follow(link(page, "Apply", "nav"))
    hand.follow(page.get_by_role("button", name="Queue a plan"))
    expect(page.locator("h1")).to_have_text("Plan")
    expect(page.locator("#live")).to_contain_text("queued")
    job = desk.take()
    assert job is not None
    desk.finish(job, document=document())
    if not hand.scripts:  # with them the page is loaded anew by itself
        hand.follow(link(page, "Refresh"))
    expect(page.locator("main")).to_contain_text("directed by Maya Example", timeout=10_000)
    hand.follow(link(page, "Apply this plan…"))
    expect(page.locator("h1")).to_have_text("Apply a plan")
    assert overflow(page) <= 0
    hand.follow(page.get_by_role("button", name="Apply this plan"))
    expect(page.locator("#errors")).to_contain_text("nothing was queued")
    hand.tick(page.get_by_label("I have looked at its hazards, at who loses and gains, and at whose sessions end"))
    hand.follow(page.get_by_role("button", name="Apply this plan"))
    expect(page.locator("h1")).to_have_text("Apply")
    assert overflow(page) <= 0
    asked = desk.take()
    assert asked is not None
    assert asked.kind == "apply"


@pytest.mark.parametrize("width", [320, 1100])
@pytest.mark.parametrize("by", ["stream", "asking"])
def test_an_apply_is_followed(opened: Opened, desk: Desk, by: str, width: int) -> None:
    """The same over the stream and, where none can be had, by asking; no page is loaded until it ends."""
    job = desk.job(Asked("apply", "p-x", {"plan_sha256": f"{width:02d}{by}"}))
    with opened(Look(width, True, "administrator")) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.partition("/console/jobs/")[2]))
        if by == "asking":
            page.route("**/jobs/stream*", lambda route: route.fulfill(status=429, body="too many"))
        page.goto(f"{APPLY}/{job.id}")
        page.evaluate("() => { window.stayed = true; }")
        expect(page.locator("#live")).to_contain_text("at work")
        desk.note(job, Note("cut", "north", 3, 9), Note("sever", "north", 2, 2))
        expect(page.locator("#courses")).to_contain_text("3 of 9")
        desk.note(job, Note("shape", "north", 5, 9))
        expect(page.locator("#courses")).to_contain_text("5 of 9")
        assert [each.split()[0] for each in shown(page)] == ["done", "done", "at", "waits", "waits"]
        assert page.evaluate("() => window.stayed")
        assert overflow(page) <= 0
        if by == "stream":
            asked.clear()
            desk.note(job, Note("shape", "north", 9, 9))
            expect(page.locator("#courses")).to_contain_text("9 of 9")
            assert asked == []  # what was told came over the stream
        desk.finish(job)
        expect(page.locator("#live")).to_contain_text("north: 9 facts, ledger entry 4", timeout=10_000)
        page.wait_for_function("() => window.stayed === undefined")
        assert page.locator("#live[data-stream]").count() == 0


def test_without_scripts_it_is_followed_by_a_link_or_by_itself(opened: Opened, desk: Desk) -> None:
    job = desk.job(Asked("apply", "p-x", {"plan_sha256": "plain"}))
    with opened(Look(1100, False, "administrator")) as page:
        page.goto(f"{APPLY}/{job.id}")
        desk.note(job, Note("cut", "north", 3, 9))
        link(page, "Refresh").click()
        expect(page.locator("#courses")).to_contain_text("3 of 9")
        link(page, "have it refresh by itself every 5 seconds").click()
        desk.note(job, Note("shape", "north", 4, 9))
        expect(page.locator("#courses")).to_contain_text("4 of 9", timeout=8_000)
        desk.finish(job)
        expect(page.locator("#live")).to_contain_text("ledger entry 4", timeout=8_000)


@pytest.mark.parametrize("width", [320, 1100])
def test_every_page_can_be_used_by_everybody(opened: Opened, desk: Desk, axe: str, width: int) -> None:
    plan = desk.job(Asked("plan", "p-x", {"policy_sha256": f"axe-{width}"}))
    desk.finish(plan, document=document())
    job = desk.job(Asked("apply", "p-x", {"plan_sha256": f"axe-{width}"}))
    desk.note(job, Note("cut", "north", 3, 9), Note("shape", "south", 1, 2, sentence="x" * 900))
    for path in ("", f"/{plan.id}", f"/{plan.id}/apply", f"/{job.id}"):
        with opened(Look(width, True, "administrator"), loose=True) as page:
            page.goto(APPLY + path)
            page.evaluate(axe)
            assert violations(page) == [], path
            assert overflow(page) <= 0, path
            if not path.endswith(job.id):  # what is followed changes under the key
                assert focus_faults(page) == [], path


@pytest.mark.parametrize(
    ("who", "says"), [("auditor", "It is for: administrator"), ("stale+administrator", "of the last")]
)
def test_who_may_not_apply_is_told_why(opened: Opened, desk: Desk, who: str, says: str) -> None:
    plan = desk.job(Asked("plan", "p-x", {"policy_sha256": f"why-{who}"}))
    desk.finish(plan, document=document())
    with opened(Look(1100, True, who)) as page:
        page.goto(f"{APPLY}/{plan.id}/apply")
        expect(page.locator("main")).to_contain_text(says)
        assert page.get_by_role("button", name="Apply this plan").count() == 0


def test_a_picture_of_an_apply_is_of_the_page_as_it_is(opened: Opened, desk: Desk) -> None:
    job = desk.job(Asked("apply", "p-x", {"plan_sha256": "ab" * 32}))
    desk.note(job, Note("cut", "north", 9, 9), Note("sever", "north", 2, 2), Note("shape", "north", 5, 9))
    desk.note(job, Note("cut", "south", 4, 4), Note("sever", "south", 1, 2))
    with opened(Look(1100, True, "administrator")) as page:
        page.goto(f"{APPLY}/{job.id}")
        expect(page.locator("#courses")).to_contain_text("5 of 9")
        taken = small(page.screenshot(full_page=True))
    check_kept("apply-live", taken, 1100)
