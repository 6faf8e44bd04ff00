"""The way out: a link without scripts, gone at once with them, by Shift pressed three times in five seconds."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as TooLate

from tests.browser.conftest import chromium  # noqa: F401  # the fixture
from tests.site.browsing import Visit, Visiting, at_its_end, visiting

ELSEWHERE: Final = "https://www.weather.gov/"
START: Final = "en/index.html"
PAGE: Final = "en/about/this-site.html"
GONE: Final = {
    "en": "You are leaving this site.", "es": "Está saliendo de este sitio.", "zh-Hans": "您正在离开本网站。",
    "pl": "Opuszczasz tę stronę.", "ar": "أنت تغادر هذا الموقع.",
}  # fmt: skip
"""What a screen reader says in each language when its reader leaves."""


@pytest.fixture(scope="module")
def visit(chromium: Browser) -> Visiting:  # noqa: F811
    return partial(visiting, chromium)


def elsewhere(visited: Visit) -> None:
    """What lies outside, of which nothing here is asked."""
    answer = {"body": "<title>Weather</title><h1>Rain</h1>", "content_type": "text/html"}
    visited.page.context.route(f"{ELSEWHERE}**", lambda route: route.fulfill(**answer))


@pytest.fixture
def leaving(visit: Visiting, address: str) -> Iterator[Page]:
    """A reader who came from elsewhere, read one page, and is on the second."""
    with visit() as visited:
        elsewhere(visited)
        visited.page.clock.install()
        visited.page.goto("about:blank")
        for path in (START, PAGE):
            visited.page.goto(f"{address}/{path}")
        yield visited.page


def press(page: Page, *keys: str, after: int = 0) -> None:
    """Keys one by one, each so many milliseconds after the one before."""
    for key in keys:
        page.clock.run_for(after)
        page.keyboard.press(key)


def gone(page: Page) -> bool:
    return page.url == ELSEWHERE


def test_a_click_leaves_and_the_way_back_does_not_lead_to_the_page(leaving: Page, address: str) -> None:
    before = leaving.evaluate("() => history.length")
    leaving.locator("#exit").click()
    leaving.wait_for_url(ELSEWHERE)
    assert leaving.evaluate("() => history.length") == before, "its place is taken, not added to"
    assert leaving.evaluate("() => document.referrer") == ""
    leaving.go_back()
    assert leaving.url == f"{address}/{START}", "as the page on how the site treats its readers says"
    leaving.go_forward()
    assert gone(leaving)


def test_who_read_one_page_goes_back_to_where_they_came_from(visit: Visiting, address: str) -> None:
    with visit() as visited:
        elsewhere(visited)
        visited.page.goto("about:blank")
        visited.page.goto(f"{address}/{START}")
        visited.page.locator("#exit").click()
        visited.page.wait_for_url(ELSEWHERE)
        visited.page.go_back()
        assert visited.page.url == "about:blank"


_AT_ONCE: Final = """() => {
  document.getElementById('exit').click();
  const seen = each => getComputedStyle(each).visibility === 'visible';
  return {
    body: seen(document.body), heading: seen(document.querySelector('h1')), title: document.title.trim(),
    alert: [...document.querySelectorAll('[role=alert]')].filter(seen).map(each => each.textContent),
  };
}"""
"""What a reader sees in the very moment of the click, before anything else is asked for."""


def test_the_page_is_hidden_at_once_however_slow_the_other_is(leaving: Page) -> None:
    assert leaving.locator("h1").is_visible()
    found = leaving.evaluate(_AT_ONCE)
    assert found == {"body": False, "heading": False, "title": "", "alert": ["You are leaving this site."]}
    leaving.wait_for_url(ELSEWHERE)


@pytest.mark.parametrize(("code", "told"), GONE.items())
def test_a_touch_at_the_end_of_a_page_leaves_in_every_language(
    visit: Visiting, address: str, code: str, told: str
) -> None:
    with visit(width=320, has_touch=True) as visited:
        elsewhere(visited)
        page = visited.page
        page.goto(f"{address}/{code}/rights/home.html")
        at_its_end(page)
        page.locator("#exit").tap()
        page.wait_for_url(ELSEWHERE)
        page.goto(f"{address}/{code}/rights/home.html")
        assert page.evaluate(_AT_ONCE) == {"body": False, "heading": False, "title": "", "alert": [told]}
        page.wait_for_url(ELSEWHERE)


def test_shift_three_times_leaves(leaving: Page) -> None:
    press(leaving, "Shift", "Shift", after=100)
    assert not gone(leaving)
    press(leaving, "Shift", after=100)
    leaving.wait_for_url(ELSEWHERE)


def test_shift_three_times_slowly_does_not(leaving: Page) -> None:
    press(leaving, "Shift", "Shift", "Shift", after=2600)
    leaving.clock.run_for(100)
    assert not gone(leaving)
    press(leaving, "Shift", after=2000)
    press(leaving, "Shift", after=10)
    leaving.wait_for_url(ELSEWHERE)


def test_writing_capital_letters_does_not(leaving: Page) -> None:
    press(leaving, "Shift+A", "Shift+B", "Shift+C", "Shift+D", "Shift+Tab", "Shift+Tab", "Shift+Tab")
    press(leaving, "Shift", "Shift", "a", "Shift", "Shift")
    leaving.clock.run_for(100)
    assert not gone(leaving)


def test_a_click_between_begins_anew(leaving: Page) -> None:
    press(leaving, "Shift", "Shift")
    leaving.locator("h1").click()
    press(leaving, "Shift", "Shift")
    assert not gone(leaving)


@pytest.mark.parametrize("code", ["en", "es", "zh-Hans", "pl", "ar"])
def test_every_press_is_said(visit: Visiting, address: str, code: str) -> None:
    """In the page's language, politely, and shown by dots; who stops is told that they stay."""
    with visit() as visited:
        elsewhere(visited)
        page = visited.page
        page.clock.install()
        page.goto(f"{address}/{code}/about/this-site.html")
        status, dots = page.get_by_role("status"), page.locator(".s-pressed")
        assert status.text_content() == ""
        assert not dots.is_visible()
        said: list[str] = []
        for number in ("1", "2"):
            press(page, "Shift", after=10)
            assert dots.is_visible()
            assert page.locator(".s-exit").get_attribute("data-pressed") == number
            said.append(str(status.text_content()))
        page.clock.run_for(5100)
        said.append(str(status.text_content()))
        assert not dots.is_visible()
        assert len({*said}) == 3
        assert all(said)
        assert all(page.locator("#exit-said").get_attribute(f"data-{n}") in said for n in ("first", "second", "over"))
        assert not gone(page)


def test_without_scripts_it_is_a_link_and_shift_does_nothing(visit: Visiting, address: str) -> None:
    with visit(java_script_enabled=False) as visited:
        elsewhere(visited)
        visited.page.goto(f"{address}/{PAGE}")
        for _ in range(4):
            visited.page.keyboard.press("Shift")
        assert visited.page.url.endswith(PAGE)
        visited.page.locator("#exit").click()
        visited.page.wait_for_url(ELSEWHERE)
        visited.page.go_back()
        assert visited.page.url.endswith(PAGE), "as the page on how the site treats its readers says"


def test_by_keys_alone(leaving: Page) -> None:
    press(leaving, "Tab", "Tab", "Enter")
    leaving.wait_for_url(ELSEWHERE)
    assert gone(leaving)


# --- planted faults ---


def test_a_way_out_that_is_not_the_second_stop_is_found(leaving: Page) -> None:
    leaving.set_default_navigation_timeout(1000)
    leaving.evaluate("() => document.querySelector('#exit').tabIndex = -1")
    with pytest.raises(TooLate, match="Timeout 1000ms exceeded"):
        test_by_keys_alone(leaving)


def test_a_way_out_that_adds_to_the_history_is_found(leaving: Page, address: str) -> None:
    leaving.evaluate("() => document.querySelector('#exit').addEventListener('click', e => e.stopPropagation(), true)")
    before = leaving.evaluate("() => history.length")
    leaving.evaluate(f"() => location.assign('{ELSEWHERE}')")
    leaving.wait_for_url(ELSEWHERE)
    assert leaving.evaluate("() => history.length") == before + 1
    leaving.go_back()
    assert leaving.url == f"{address}/{PAGE}"
