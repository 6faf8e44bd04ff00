"""A hand at a page: the same done by mouse or by keyboard, and the ways in which it is done."""

import itertools
from pathlib import Path
from typing import Final

from playwright.sync_api import Locator, Page

from tests.browser.looking import tab_to

WAYS: Final = [*itertools.product((320, 1100), (True, False), ("mouse", "keyboard"))]
"""Width, with scripts or without, and by what."""
Way = tuple[int, bool, str]


def called(way: Way) -> str:
    """What a way is called among a test's parameters."""
    width, scripts, by = way
    return f"{width}-{'scripts' if scripts else 'plain'}-{by}"


class Hand:
    """Does the same by mouse or by keyboard."""

    def __init__(self, page: Page, by: str, scripts: bool = True) -> None:
        self.page, self.keys, self.scripts = page, by == "keyboard", scripts

    def follow(self, link: Locator) -> None:
        """Follow a link or press a button."""
        if not self.keys:
            link.click()
            return
        tab_to(self.page, link)
        self.page.keyboard.press("Enter")

    def write(self, label: str, text: str) -> None:
        """Write into a field."""
        field = self.page.get_by_label(label, exact=True)
        if self.keys:
            tab_to(self.page, field)
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.type(text)
        else:
            field.click()
            field.fill(text)

    def choose(self, label: str, words: str) -> None:
        """Choose from a list, by the first letters of the words where there is no mouse."""
        field = self.page.get_by_label(label, exact=True)
        if self.keys:
            tab_to(self.page, field)
            self.page.keyboard.type(words[:6])
        else:
            field.select_option(label=words)

    def tick(self, box: Locator) -> None:
        """Tick a box."""
        if self.keys:
            tab_to(self.page, box)
            self.page.keyboard.press("Space")
        else:
            box.check()

    def download(self, link: Locator) -> bytes:
        """What a link downloads."""
        with self.page.expect_download() as caught:
            self.follow(link)
        return Path(caught.value.path()).read_bytes()


def link(page: Page, name: str, within: str = "body") -> Locator:
    return page.locator(within).get_by_role("link", name=name, exact=True)
