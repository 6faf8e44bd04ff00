"""What is looked for on every page: accessibility, width, focus. Each is tried on pages with planted faults."""

from collections.abc import Container, Iterator
from typing import Any, Final

from playwright.sync_api import Locator, Page

WIDTHS: Final = (320, 1100)
HEIGHT: Final = 900

RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_AXE: Final = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(found => found.violations)"
_FOCUSED: Final = """() => {
  const each = document.activeElement, style = getComputedStyle(each), box = each.getBoundingClientRect();
  return {
    name: each.id || each.textContent.trim().slice(0, 40) || each.tagName,
    place: [...document.querySelectorAll('*')].indexOf(each),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inside: box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
    body: each === document.body,
  };
}"""
_TOP: Final = "() => { document.activeElement.blur(); getSelection().collapse(document.body, 0); scrollTo(0, 0); }"
_FOCUSABLE: Final = """() => {
  // Of a group of radio buttons the Tab key stops at the one that is chosen, or at the first.
  const stops = each => {
    if (each.type !== 'radio' || each.checked) return true;
    const group = [...document.getElementsByName(each.name)];
    return group[0] === each && !group.some(other => other.checked);
  };
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(each => each.type !== 'hidden' && each.checkVisibility() && stops(each)).length;
}"""


def violations(page: Page) -> list[str]:
    """What axe, which the page already holds, finds wrong: rule, and the first element of each."""
    # Below a bar that stays, whatever is scrolled under its edge counts as too small a target: it is measured on top.
    page.evaluate("scrollTo(0, 0)")
    found: list[dict[str, Any]] = page.evaluate(_AXE, [*RULES])
    return [f"{each['id']}: {each['nodes'][0]['target']} {each['nodes'][0]['failureSummary']}" for each in found]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    wide: int = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def check_everybody_can_use(page: Page, axe: str, *, closely: Container[int] = WIDTHS, by_keys: bool = True) -> None:
    """A page fits both widths, and nothing is found on it at those that are looked at closely.

    `by_keys` is False for a page of so many links that walking all of them tells nothing more.
    """
    page.evaluate(axe)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert overflow(page) <= 0, width
        if width in closely:
            assert violations(page) == [], width
            assert not by_keys or focus_faults(page) == [], width


def walked(page: Page) -> Iterator[dict[str, Any]]:
    """Where the Tab key leads, from the top of the page until it leaves, or begins anew, as windows without bars do.

    Who is caught in a part of the page begins anew too, and has then made fewer stops than there are.
    """
    count: int = page.evaluate(_FOCUSABLE)
    page.evaluate(_TOP)
    first = None
    for _ in range(count + 1):
        page.keyboard.press("Tab")
        stop: dict[str, Any] = page.evaluate(_FOCUSED)
        if stop["body"] or stop["place"] == first:
            return
        first = stop["place"] if first is None else first
        yield stop


def focus_faults(page: Page) -> list[str]:
    """Stops of the Tab key that show no focus, lie outside the window, or go back; and what it does not reach."""
    faults, last, stops = list[str](), -1, 0
    count: int = page.evaluate(_FOCUSABLE)
    for stop in walked(page):
        stops += 1
        if not stop["outlined"]:
            faults.append(f"no outline on {stop['name']}")
        if not stop["inside"]:
            faults.append(f"{stop['name']} has the focus outside the window")
        if stop["place"] <= last:
            faults.append(f"{stop['name']} comes after what follows it")
        last = stop["place"]
    return faults if stops == count else [*faults, f"{stops} stops for {count} elements"]


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError("the Tab key does not lead there")
