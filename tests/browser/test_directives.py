"""A draft of a directive in the browser: made of sentences, seen as Cedar, broken, mended, taken away as a folder.

By mouse and by keyboard alone, with scripts and without, on a phone and on a desk.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from recuse.directive.drafting import Draft
from recuse.policy.plain import Branches, PlainRule, Terms, to_rules
from recuse.policy.repository import read_repository
from recuse.server.console.directives.desk import PLAN
from recuse.server.console.directives.kept import Paper
from recuse.server.identity.kept import Kept
from recuse.server.state.drafts import StateDrafts
from recuse.targets.postgres.throwaway import throwaway
from tests.browser.conftest import Look, Opened, granian
from tests.browser.hand import Hand, link
from tests.browser.looking import WIDTHS, check_everybody_can_use, overflow, violations
from tests.browser.serving_directives import FOLDER, STATE
from tests.browser.test_pictures import check_kept, small
from tests.conftest import binaries_of
from tests.console.directives import world
from tests.console.world import NOW
from tests.requests.conftest import prepared

RULE: Final = PlainRule("own-read", "permit", ("read",), Terms(purposes=Branches(("own",))), public=False)
ENDS_OF_PLAN: Final = ("plan", "signatures")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The screens of directives under Granian, over a real state with one draft that fits and one that does not."""
    folder = tmp_path_factory.mktemp("directives")
    policy = world.policy(folder)
    with throwaway(binaries=binaries_of(18)) as server:
        state = prepared(server)
        with closing(Kept(state.dsn)) as kept:
            fill(StateDrafts(kept.together), policy)
        told = {FOLDER: str(folder), STATE: state.dsn}
        with granian("tests.browser.serving_directives:served", told) as served:
            yield served


def fill(drafts: StateDrafts, policy: Path) -> None:
    toml = (policy / "directives" / world.OLD / "directive.toml").read_text()
    cedar = (policy / "directives" / world.OLD / "directive.cedar").read_text()
    odd = '@id("odd") forbid (principal, action, resource is blotter::records::arrest);\n'
    for name, rules in (("fits", cedar), ("planned", cedar), ("broken", cedar.replace('"own"', '"owm"'))):
        head = toml.replace(f'id = "{world.OLD}"', f'id = "{name}"')
        head = head.replace("supersedes = []", f'supersedes = ["{world.OLD}"]')
        head = re.sub(r'cedar_sha256 = ".*"', 'cedar_sha256 = "CEDAR"', head)
        head = re.sub(r'policy_sha256 = ".*"', 'policy_sha256 = "POLICY"', head)
        drafts.keep(Draft(name, head.encode(), f"{rules}\n{odd}"), 1, "p-ada", NOW)
    whole = world.plan(f"{cedar}\n{odd}", read_repository(policy).policy_sha256)
    drafts.bring("planned", 1, Paper(PLAN, NOW, "p-ada", whole))


def press(hand: Hand, name: str) -> None:
    hand.follow(hand.page.get_by_role("button", name=name, exact=True))


def begun(hand: Hand) -> None:
    """Begin a draft with no rules, from the list of directives."""
    hand.page.goto("/console/directives")
    hand.write("Title", "A draft by hand")
    hand.choose("Begin with", "nothing: no rules yet")
    press(hand, "Begin a draft")
    expect(hand.page.locator("h1")).to_have_text("Draft: A draft by hand")


def with_rule(hand: Hand) -> None:
    """Add a rule by its form."""
    page = hand.page
    hand.follow(link(page, "Add a rule"))
    hand.write("Name", "own-read")
    hand.tick(page.get_by_label("Somebody may", exact=True))
    hand.tick(page.get_by_label("read", exact=True))
    hand.follow(page.locator("summary", has_text="Purposes").first)
    hand.tick(page.locator('input[name="where.purposes"][value="own"]'))
    if hand.keys:
        arrows(hand)
    else:
        hand.tick(page.get_by_label("only what is not public", exact=True))
    press(hand, "Keep a version")
    expect(page.locator("#rule-0 p").first).to_have_text(
        "Every agency may read everything that is not public for the purpose own or below it."
    )


def arrows(hand: Hand) -> None:
    """Choose the last of a group by arrow keys, as somebody without a mouse does."""
    hand.tick(hand.page.locator("#f-public-either"))
    hand.page.keyboard.press("ArrowDown")
    hand.page.keyboard.press("ArrowDown")


def test_a_draft_from_sentences_to_a_folder(hand: Hand) -> None:
    page = hand.page
    begun(hand)
    with_rule(hand)
    assert overflow(page) <= 0
    expect(page.locator("#rule-0 pre")).to_contain_text('@id("own-read")')
    hand.follow(link(page, "Edit as text"))
    text = page.get_by_label("Rules in Cedar", exact=True).input_value()
    hand.write("Rules in Cedar", text.replace('"own"', '"owm"'))
    press(hand, "Keep a version")
    expect(page.locator("#problems")).to_contain_text("names unknown purpose owm; did you mean own?")
    hand.follow(page.locator("#problems a"))
    assert page.url.endswith("#line-1")
    expect(page.locator("#line-1")).to_contain_text("did you mean own?")
    hand.follow(link(page, "Edit as text"))
    hand.write("Rules in Cedar", text)
    press(hand, "Keep a version")
    expect(page.locator("main")).to_contain_text("It validates together with")
    folder = zipfile.ZipFile(
        io.BytesIO(hand.download(page.get_by_role("link", name="Folder to put into the repository")))
    )
    (cedar,) = (folder.read(name).decode() for name in folder.namelist() if name.endswith("directive.cedar"))
    assert to_rules(cedar) == (RULE,)
    hand.follow(page.get_by_role("button", name="Take away rule own-read"))
    expect(page.locator("main")).to_contain_text("A directive without rules says nothing: add one.")
    hand.follow(link(page, "Version 2"))
    expect(page.locator("main")).to_contain_text("An older version")


def test_what_is_missing_is_told_at_the_field_and_what_was_typed_stays(hand: Hand) -> None:
    page = hand.page
    page.goto("/console/directives/drafts/fits/rules/new")
    hand.write("Name", "a-rule")
    press(hand, "Keep a version")
    expect(page.locator("#errors")).to_contain_text("Say whether somebody may or may not.")
    hand.follow(link(page, "May or may not", "#errors"))
    assert page.url.endswith("#f-effect")
    expect(page.get_by_label("Name", exact=True)).to_have_value("a-rule")


PAGES: Final = {
    "directives": ("", ""),
    "directives, for an auditor": ("", "auditor"),
    "a directive": (f"/{world.OLD}", "auditor"),
    "a draft that fits": ("/drafts/fits", ""),
    "a draft with its plan": ("/drafts/planned", ""),
    "a draft that does not fit": ("/drafts/broken", "counsel"),
    "an older version": ("/drafts/fits?version=1", ""),
    "the form of a rule": ("/drafts/fits/rules/0", ""),
    "the form of a new rule": ("/drafts/fits/rules/new", ""),
    "the form of the head": ("/drafts/fits/head", ""),
    "the text": ("/drafts/broken/text", ""),
    "not for this role": ("", "requester"),
    "nothing there": ("/none", ""),
    "from right to left": ("/drafts/fits", "rtl"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(opened: Opened, axe: str, name: str) -> None:
    path, state = PAGES[name]
    with opened(Look(WIDTHS[0], state=state), loose=True) as page:
        page.goto(f"/console/directives{path}")
        check_everybody_can_use(page, axe)


FAULTS: Final = {
    "a field without its label": ("document.querySelector('label[for=\"f-id\"]').remove()", "label"),
    "a heading without contrast": ("document.querySelector('h1').style.color = '#ddd'", "color-contrast"),
    "a page without its language": ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(opened: Opened, axe: str, fault: str) -> None:
    planted, rule = FAULTS[fault]
    with opened(Look(WIDTHS[0]), loose=True) as page:
        page.goto("/console/directives/drafts/fits/rules/new")
        page.evaluate(axe)
        assert violations(page) == []
        page.evaluate(f"() => {{ {planted} }}")
        assert any(rule in each for each in violations(page))


def test_a_page_that_is_too_wide_is_found(opened: Opened) -> None:
    with opened(Look(WIDTHS[0])) as page:
        page.goto("/console/directives/drafts/fits")
        assert overflow(page) <= 0
        wide(page)
        assert overflow(page) > 0


def wide(page: Page) -> None:
    page.evaluate("() => { document.querySelector('#rules').style.width = '60rem'; }")


def test_a_picture_of_a_draft_is_of_the_page_as_it_is(opened: Opened) -> None:
    with opened(Look(WIDTHS[1])) as page:
        page.goto("/console/directives/drafts/fits/rules/0")
        whole = {"x": 0, "y": 0, "width": WIDTHS[1], "height": 1300}
        taken = small(page.screenshot(full_page=True, clip=whole))
    check_kept("directives-rule", taken, WIDTHS[1])


def test_a_picture_of_what_a_draft_changes_is_of_the_page_as_it_is(opened: Opened) -> None:
    with opened(Look(WIDTHS[1])) as page:
        page.goto("/console/directives/drafts/planned")
        tops = [
            page.locator(f"#{name}").evaluate("found => found.getBoundingClientRect().top") for name in ENDS_OF_PLAN
        ]
        part = {"x": 0, "y": tops[0] - 16, "width": WIDTHS[1], "height": tops[1] - tops[0]}
        taken = small(page.screenshot(full_page=True, clip=part))
    check_kept("directives-effect", taken, WIDTHS[1])
