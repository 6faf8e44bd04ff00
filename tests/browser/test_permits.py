"""Permits in the console, by mouse and by keyboard alone, with scripts and without, on a phone and on a desk.

Over a real database: what is clicked is looked for there.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, expect

from recuse import clock
from recuse.model import Request
from recuse.permits import approve, ask, break_glass
from recuse.targets.postgres.throwaway import throwaway
from tests.browser import conftest
from tests.browser.conftest import Look, Opened
from tests.browser.hand import WAYS, Hand, Way, called
from tests.browser.looking import focus_faults, overflow, tab_to, violations
from tests.browser.permit_serving import DSN
from tests.browser.serving import FOLDER
from tests.browser.test_pictures import check_kept, small
from tests.conftest import binaries_of
from tests.console import permitting
from tests.console.permitting import HOUR, Real
from tests.context.world import enforced

BASE: Final = "/console/permits"
CASES: Final = itertools.count(1)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    """What the server works with, for looking at what it did."""
    with throwaway(binaries=binaries_of(18)) as server, enforced(server) as made:
        yield permitting.made(tmp_path_factory.mktemp("permits"), made.dsn("desk"))


@pytest.fixture(scope="module")
def address(service: Real) -> Iterator[str]:
    """The console with the screens of permits, under Granian."""
    told = {FOLDER: str(service.ledger.parent), DSN: service.dsn}
    with conftest.granian("tests.browser.permit_serving:served", told) as served:
        yield served


@pytest.fixture(params=WAYS, ids=called)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


class People:
    """Hands of several people, who all come in the same way."""

    def __init__(self, opened: Opened, way: Way) -> None:
        self._opened, self._way = opened, way

    @contextmanager
    def be(self, who: str, **options: Any) -> Iterator[Hand]:
        width, scripts, by = self._way
        with self._opened(Look(width, scripts, who), **options) as page:
            yield Hand(page, by)


@pytest.fixture
def people(opened: Opened, way: Way) -> People:
    return People(opened, way)


def later(hours: float) -> str:
    return f"{clock.now() + hours * HOUR:%Y-%m-%d %H:%M}"


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def fill(hand: Hand, case: str, until: str, lapses: str = "") -> None:
    hand.choose("Account", "clear/analyst")
    hand.choose("Purpose", "crime")
    hand.write("Case number", case)
    hand.write("On whose behalf", "Desk 4")
    hand.choose("Authority", "judicial")
    if lapses:
        hand.write("The request lapses, UTC", lapses)
    hand.write("Access ends, UTC", until)


def asked(service: Real, case: str) -> str:
    """The id of the request for a case."""
    with service.office() as office:
        return next(each.id for each in office.register().requests.values() if each.case == case)


def ready(service: Real, case: str) -> str:
    """A request that waits, made without a browser."""
    actor = service.actor(permitting.people()["olaf"])
    now = clock.now()
    made = Request(
        clock.random_name(16), now, actor.name, "Desk 4", "clear", "analyst", "crime", "judicial", None, case, None, {},
        now + 6 * HOUR, now + HOUR, actor.person,
    )  # fmt: skip
    with service.office() as office:
        ask(office, made, actor)
    return made.id


def until_of(service: Real, name: str) -> datetime:
    row = service.row(name)
    assert row is not None
    return row.valid_until


def test_asked_approved_for_a_shorter_time_and_revoked(people: People, service: Real) -> None:
    case, end = f"26-CR-{next(CASES)}", later(2)
    with people.be("olaf") as hand:
        page = hand.page
        page.goto(BASE)
        hand.follow(page.get_by_role("link", name="New request", exact=True))
        fill(hand, case, later(6), later(1))
        hand.follow(button(page, "Check"))
        expect(page.locator("#ruling")).to_contain_text("Nothing speaks against approving it")
        expect(page.locator("#effect")).to_contain_text("records.arrest")
        assert overflow(page) <= 0
        hand.follow(button(page, "Send the request"))
        expect(page.locator("h1")).to_have_text("Request for a permit: clear/analyst")
        expect(page.locator("#facts")).to_contain_text(case)
        assert page.locator("#answer").count() == 0
    name = asked(service, case)
    with people.be("rita") as hand:
        page = hand.page
        page.goto(BASE)
        hand.follow(page.locator(f"#t-to-approve a[href$='{name}']"))
        expect(page.locator("#effect")).to_contain_text("records.arrest")
        assert page.locator("input[type=radio]:checked").count() == 0
        hand.tick(page.get_by_label("Approve: the last approval issues the permit at once"))
        hand.write("Access ends, UTC", end)
        hand.write("Reason", "Two hours are enough")
        hand.follow(button(page, "Answer"))
        expect(page.locator("#history")).to_contain_text("(narrowed)")
        assert f"{until_of(service, name):%Y-%m-%d %H:%M}" == end
        hand.follow(button(page, "Revoke the permit"))
        expect(page.locator("#history")).to_contain_text("Revoked")
        assert page.locator("#end").count() == 0
    row = service.row(name)
    assert row is not None
    assert row.revoked_at is not None


def test_what_is_later_than_asked_is_refused_and_what_was_typed_stays(people: People, service: Real) -> None:
    name = ready(service, f"26-CR-{next(CASES)}")
    with people.be("rita") as hand:
        page = hand.page
        page.goto(f"{BASE}/{name}")
        hand.tick(page.get_by_label("Approve: the last approval issues the permit at once"))
        hand.write("Access ends, UTC", later(7))
        hand.write("Reason", "More time")
        hand.follow(button(page, "Answer"))
        expect(page.locator("#errors")).to_contain_text("narrowed, never widened")
        expect(page.get_by_label("Reason", exact=True)).to_have_value("More time")
        hand.follow(page.locator("#errors").get_by_role("link", name="Access ends, UTC"))
        assert page.evaluate("() => location.hash") == "#f-until"
        assert overflow(page) <= 0
    assert service.row(name) is None


def test_the_glass_is_broken_and_reviewed(people: People, service: Real) -> None:
    case = f"26-CR-{next(CASES)}"
    with people.be("olaf") as hand:
        page = hand.page
        page.goto(f"{BASE}/new")
        fill(hand, case, later(1))
        if page.locator("#glass-of").count() == 0:
            hand.follow(button(page, "Check"))
        expect(page.locator("#glass-of")).to_have_text("Or break the glass")
        hand.write("Why it cannot wait for another person", "A child is missing")
        hand.follow(button(page, "Break the glass…"))
        expect(page.locator("h1")).to_have_text("Break the glass?")
        expect(page.locator("main")).to_contain_text("A child is missing")
        assert overflow(page) <= 0
        hand.follow(button(page, "Break the glass now"))
        expect(page.locator("h1")).to_have_text("Permit: clear/analyst")
    name = asked(service, case)
    assert until_of(service, name) > clock.now()
    with people.be("rita") as hand:
        page = hand.page
        page.goto(BASE)
        hand.follow(page.locator(f"#t-to-review a[href$='{name}']"))
        hand.follow(page.get_by_role("link", name="Review it", exact=True))
        hand.tick(page.get_by_label("Justified", exact=True))
        hand.write("What you found", "It could not wait")
        hand.follow(button(page, "Record the review"))
        expect(page.locator("#history")).to_contain_text("justified")


def test_why_not_is_said_before_the_form(people: People, service: Real) -> None:
    name = ready(service, f"26-CR-{next(CASES)}")
    for who, told in (("both", "You have done `ask` in this matter"), ("stale", "Authenticate again"),
                      ("ada", "This is for `reviewer`")):  # fmt: skip
        with people.be(who) as hand:
            hand.page.goto(f"{BASE}/{name}")
            expect(hand.page.locator("main")).to_contain_text(told)
            assert hand.page.locator("#answer").count() == 0


# --- every page, as it is looked at ---


@pytest.fixture(scope="module")
def pages(service: Real) -> dict[str, tuple[str, str]]:
    """Each page, with who looks."""
    waiting, running, broken = (ready(service, f"26-PX-{number}") for number in range(3))
    rita, olaf = (service.actor(permitting.people()[who]) for who in ("rita", "olaf"))
    with service.office() as office:
        approve(office, running, rita)
        of = office.register().requests[broken]
        glass = replace(of, id=clock.random_name(16), glass="It could not wait", until=clock.now() + HOUR, lapses=None)
        break_glass(office, replace(glass, at=clock.now()), olaf)
    return {
        "list": (BASE, "rita"), "none": (f"{BASE}?text=nothing-fits", "rita"), "new": (f"{BASE}/new", "olaf"),
        "again": (f"{BASE}/new?from={running}", "olaf"), "waiting": (f"{BASE}/{waiting}", "rita"),
        "own": (f"{BASE}/{waiting}", "olaf"), "running": (f"{BASE}/{running}", "otto"),
        "glass": (f"{BASE}/{glass.id}/glass", "rita"), "stale": (f"{BASE}/{waiting}", "stale"),
    }  # fmt: skip


PAGES: Final = ("list", "none", "new", "again", "waiting", "own", "running", "glass", "stale")


@pytest.mark.parametrize("width", [320, 1100])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(
    opened: Opened, pages: dict[str, tuple[str, str]], axe: str, name: str, width: int
) -> None:
    path, who = pages[name]
    with opened(Look(width, state=who), loose=True) as page:
        page.goto(path)
        page.evaluate(axe)
        assert violations(page) == []
        assert overflow(page) <= 0
        assert focus_faults(page) == []


FAULTS: Final = {
    "label": "() => document.querySelector('label[for=f-until]').remove()",
    "html-has-lang": "() => document.documentElement.removeAttribute('lang')",
    "color-contrast": "() => { document.querySelector('#answer .usa-hint').style.color = '#c9c9c9'; }",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(opened: Opened, pages: dict[str, tuple[str, str]], axe: str, fault: str) -> None:
    path, who = pages["waiting"]
    with opened(Look(state=who), loose=True) as page:
        page.goto(path)
        page.evaluate(axe)
        page.evaluate(FAULTS[fault])
        assert any(each.startswith(f"{fault}:") for each in violations(page))


def test_j_and_k_go_through_the_rows_and_enter_opens_one(opened: Opened, pages: dict[str, tuple[str, str]]) -> None:
    with opened(Look(state=pages["list"][1])) as page:
        page.goto(BASE)
        links = page.locator("[data-rows] tbody th a")
        focused = "each => each === document.activeElement"
        page.keyboard.press("j")
        assert not links.nth(0).evaluate(focused), "without the focus in the list nothing moves"
        tab_to(page, links.nth(0))
        page.keyboard.press("j")
        assert links.nth(1).evaluate(focused)
        page.keyboard.press("k")
        assert links.nth(0).evaluate(focused)
        field = page.get_by_label("Text contains")
        field.focus()
        page.keyboard.type("jk")
        expect(field).to_have_value("jk")
        tab = links.nth(0)
        tab.focus()
        page.keyboard.press("j")
        href = links.nth(1).get_attribute("href")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{href}")


def test_the_fields_of_an_authority_come_where_scripts_run(opened: Opened) -> None:
    with opened(Look(state="olaf")) as page:
        page.goto(f"{BASE}/new")
        assert page.get_by_label("Issuing court").count() == 0
        page.get_by_label("Authority", exact=True).select_option("judicial.warrant")
        expect(page.get_by_label("Issuing court")).to_be_visible()
        page.get_by_label("Issuing court").fill("County Court")
        page.get_by_label("Purpose", exact=True).select_option("crime")
        expect(page.locator("#glass-of")).to_be_visible()
        expect(page.get_by_label("Issuing court")).to_have_value("County Court")


TAKEN: Final = {"permits-list": (1100, "list"), "permits-waiting": (1100, "waiting"), "permits-phone": (320, "waiting")}


@pytest.mark.parametrize("name", TAKEN)
def test_a_picture_is_of_the_page_as_it_is(opened: Opened, pages: dict[str, tuple[str, str]], name: str) -> None:
    width, which = TAKEN[name]
    path, who = pages[which]
    if which == "list":
        path = f"{path}?text=26-PX"
    with opened(Look(width, state=who)) as page:
        page.goto(path)
        page.evaluate(
            "() => document.querySelector('#past')?.closest('[data-rows]').remove()"
        )  # what other tests asked
        taken = small(page.screenshot(full_page=True))
    check_kept(name, taken, width)
