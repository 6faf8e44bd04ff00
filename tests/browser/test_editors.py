"""The editors' screens in a browser: a translation reviewed, a service corrected, the files taken away, every page."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from recuse.content.folder import read_content
from recuse.content.values import Reviewed
from recuse.server.console.editors import Edit
from recuse.server.console.editors.kept import TextReview
from recuse.server.identity.kept import Kept
from recuse.server.state.edits import StateEdits
from recuse.targets.postgres.throwaway import throwaway
from tests.browser.conftest import Look, Opened, granian
from tests.browser.hand import Hand, called, link
from tests.browser.looking import WIDTHS, check_everybody_can_use, overflow, violations
from tests.browser.serving_editors import FOLDER, STATE
from tests.conftest import binaries_of
from tests.console.editors import world
from tests.console.editors.test_editors import CLASSES
from tests.requests.conftest import prepared

NARROW, WIDE = WIDTHS
WAYS: Final = (
    (NARROW, True, "mouse"), (NARROW, False, "keyboard"), (WIDE, True, "keyboard"), (WIDE, False, "mouse"),
)  # fmt: skip
"""Each of two widths, with scripts and without, by mouse and by keyboard."""
TEXT: Final = f"/console/content/texts/{world.TEXT}"
SERVICE: Final = f"/console/content/services/{CLASSES}"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The editors' screens under Granian, over a real state with a review that no longer fits."""
    folder = tmp_path_factory.mktemp("editors")
    content = world.content(folder)
    (folder / "broken").mkdir()
    (folder / "broken/site.toml").write_text("format = 1\n")
    with throwaway(binaries=binaries_of(18)) as server:
        state = prepared(server)
        with closing(Kept(state.dsn)) as kept:
            review = Reviewed("Ada Example", "reviewer", world.NOW.date(), "0" * 64)
            said = TextReview(next(iter(read_content(content).rights)), "ar", review, None, None).said()
            StateEdits(kept.together).keep(Edit("review", "old", 1, world.NOW, "p-ada", said))
        told = {FOLDER: str(folder), STATE: state.dsn}
        with granian("tests.browser.serving_editors:served", told) as served:
            yield served


def press(hand: Hand, name: str) -> None:
    hand.follow(hand.page.get_by_role("button", name=name, exact=True))


@pytest.mark.parametrize("way", WAYS, ids=called)
def test_a_translation_is_reviewed_a_service_corrected_and_both_are_taken(
    opened: Opened, way: tuple[int, bool, str]
) -> None:
    width, scripts, by = way
    with opened(Look(width, scripts)) as page:
        hand = Hand(page, by, scripts)
        page.goto("/console")
        hand.follow(link(page, "Content", "nav"))
        hand.choose("What", "translation")
        hand.choose("Language", "ar")
        hand.write("Name or id contains", world.TEXT)
        press(hand, "Filter")
        expect(page.locator("#results h2")).to_have_text("1 thing to look at, the most pressing first")
        hand.follow(page.locator("#due tbody a"))
        expect(page.locator("#parts [lang=ar]").first).to_have_css("direction", "rtl")
        assert overflow(page) <= 0
        hand.tick(page.get_by_label("I have read it beside the English, and it says the same"))
        press(hand, "Keep my review")
        expect(page.locator("main")).to_contain_text("Ola Example, counsel, 2026-12-01: to take away")
        page.goto(SERVICE)
        hand.write("Alert", f"Closed for {called(way)}")
        hand.tick(page.get_by_label("I asked there today, and all of this is so"))
        press(hand, "Keep")
        expect(page.locator("#kept")).to_be_visible()
        hand.follow(link(page, "Take it away as files, or withdraw it"))
        expect(page.locator("h1")).to_have_text("What was kept")
        assert overflow(page) <= 0
        taken = hand.download(page.locator('a[href$="changes.zip"]'))
        with zipfile.ZipFile(io.BytesIO(taken)) as files:
            assert called(way) in files.read("services/feeds/console/services.csv").decode()
            assert "Ola Example" in files.read(f"rights/home/{world.TEXT}.ar.toml").decode()
        press(hand, "Withdraw service English classes for adults")
        expect(page.locator("#kept")).not_to_contain_text("English classes for adults")


def test_what_is_wrong_leads_to_its_field_and_what_was_typed_stays(opened: Opened) -> None:
    with opened(Look(NARROW, scripts=False, state="reviewer")) as page:
        hand = Hand(page, "keyboard", scripts=False)
        page.goto(SERVICE)
        hand.write("Telephone numbers", "call us")
        hand.write("Alert", "Typed and not lost")
        press(hand, "Keep")
        expect(page.locator("#errors")).to_contain_text("call us")
        hand.follow(link(page, "Telephone numbers", "#errors"))
        assert page.url.endswith("#f-phones")
        expect(page.get_by_label("Alert", exact=True)).to_have_value("Typed and not lost\n")


PAGES: Final = {
    "what is due": ("/console/content?what=service", ""),
    "rows of every kind, the last page": ("/console/content?state=any&page=99", "auditor"),
    "nothing is due": ("/console/content?q=nothing-of-this-name", ""),
    "an address that cannot be read": ("/console/content?what=thing", ""),
    "an English text": (f"{TEXT}/en", ""),
    "a translation from right to left": (f"{TEXT}/ar", ""),
    "a translation, for an auditor": (f"{TEXT}/zh-Hans", "auditor"),
    "a service": (SERVICE, "reviewer"),
    "a service, for an auditor": (SERVICE, "auditor"),
    "what was kept": ("/console/content/changes", ""),
    "the inbox": ("/console/inbox", "reviewer"),
    "a folder that cannot be read": ("/console/content", "unread"),
    "not for this role": ("/console/content", "requester"),
    "all of it from right to left": (f"{TEXT}/ar", "rtl"),
}
LINKS: Final = frozenset({"what is due", "rows of every kind, the last page", "the inbox"})
"""Pages of many links, which all do the same."""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(opened: Opened, axe: str, name: str) -> None:
    path, state = PAGES[name]
    refused = name in ("an address that cannot be read", "a folder that cannot be read", "not for this role")
    with opened(Look(NARROW, state=state), loose=True) as page:
        page.goto(path)
        assert refused or page.locator("h1").count() == 1
        check_everybody_can_use(page, axe, closely=(NARROW,), by_keys=name not in LINKS)


FAULTS: Final = {
    "a field without its label": ("document.querySelector('label[for=\"f-phones\"]').remove()", "label"),
    "a box without its label": ("document.querySelector('label[for=\"f-assured\"]').remove()", "label"),
    "a state without contrast": ("document.querySelector('.r-status').style.color = '#ddd'", "color-contrast"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(opened: Opened, axe: str, fault: str) -> None:
    planted, rule = FAULTS[fault]
    with opened(Look(NARROW, state="reviewer"), loose=True) as page:
        page.goto(SERVICE)
        page.evaluate(axe)
        assert violations(page) == []
        page.evaluate(f"() => {{ {planted} }}")
        assert any(rule in each for each in violations(page))


def test_a_table_that_is_too_wide_is_found(opened: Opened) -> None:
    with opened(Look(NARROW)) as page:
        page.goto(f"{TEXT}/ar")
        assert overflow(page) <= 0
        wide(page)
        assert overflow(page) > 0


def wide(page: Page) -> None:
    page.evaluate("() => { document.querySelector('#parts').style.width = '60rem'; }")
