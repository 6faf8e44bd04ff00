"""The site asks nobody but itself, and leaves nothing: every page, over HTTP and from files, with all names watched.

The browser of this module resolves every name to one listener, so that whatever is asked elsewhere arrives there,
told or not.
"""

import gzip
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.looking import HEIGHT, WIDTHS
from tests.conftest import skip_loudly
from tests.site.browsing import KEPT, SMALL, Visiting, at_its_end, kept, led_to, one_of_each, unseen, visiting
from tests.site.conftest import served
from tests.site.looking import Published
from tests.site.world import Site

BUDGET: Final = 60_000
"""Bytes, gzipped, of the first page with all that it loads."""

OF_THE_BROWSER: Final = {"update.googleapis.com", "accounts.google.com", "content-autofill.googleapis.com"}
"""What Chromium asks for by itself whatever it shows; what a page asks there, the browser tells."""
_NAME: Final = re.compile(rb"[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|net|org|gov|example)")


@dataclass
class Listener:
    """Who comes to it, by the names in the first bytes of what they say."""

    port: int = 0
    heard: list[list[str]] = field(default_factory=list)

    def take(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(0.5)
                try:
                    first = connection.recv(4096)
                except OSError:
                    first = b""
                names = [each.decode() for each in _NAME.findall(first)]
                if not OF_THE_BROWSER & {*names}:
                    self.heard.append(names)


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Listener(server.getsockname()[1])
        threading.Thread(target=made.take, args=(server,), daemon=True).start()
        yield made


@pytest.fixture(scope="module")
def visit(listener: Listener) -> Iterator[Visiting]:
    """Visitors whose browser takes every name for the listener."""
    if not CHROMIUM.exists():
        skip_loudly("Chromium is not installed: run `sudo apt install chromium`")
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{listener.port}, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, rules])
        yield partial(visiting, browser)
        browser.close()


def test_every_page_asks_its_own_server_alone_and_keeps_nothing(
    visit: Visiting, address: str, published: Published, listener: Listener
) -> None:
    """With scripts, at both widths: nothing is out of place either, and all links lead to what is there."""
    found: list[str] = []
    with visit() as visited:
        for path, page in published.pages.items():
            visited.page.set_viewport_size({"width": WIDTHS[1], "height": HEIGHT})
            answer = visited.page.goto(f"{address}/{path}", wait_until="load")
            visited.page.mouse.move(40, 40)
            assert answer is not None
            assert answer.ok
            said = [*astray(visited.page, address, published), *unseen(visited.page, page)]
            visited.page.set_viewport_size(SMALL)
            at_its_end(visited.page)
            said += [f"in a small window: {each}" for each in unseen(visited.page, page)]
            found += [f"{path}: {each}" for each in said]
        assert found == []
        assert len(visited.asked) > len(published.pages)
        assert visited.elsewhere(address) == []
        assert kept(visited) == []
        assert visited.complaints == []
    assert listener.heard == []


def astray(page: Page, address: str, published: Published) -> Iterator[str]:
    """Links of a page that is open, its scripts included, that lead within the site to what is not there."""
    for each in led_to(page):
        path = unquote(urlsplit(each).path).lstrip("/")
        if each.startswith(f"{address}/") and path not in published.files:
            yield f"no file is behind the link to `{path}`"


def test_every_kind_of_page_works_from_a_stick(visit: Visiting, site: Site, listener: Listener) -> None:
    """From files: nothing is asked of any host, styles and script are there, and links lead on."""
    with visit() as visited:
        for paths in one_of_each(site.kinds).values():
            for path in paths.values():
                visited.page.goto((site.folder / path).as_uri())
                assert visited.page.evaluate("() => getComputedStyle(document.querySelector('.s-exit')).position")
                assert visited.page.locator("h1").is_visible()
        visited.page.goto((site.folder / "index.html").as_uri())
        visited.page.locator('main a[hreflang="ar"]').click()
        visited.page.locator('footer a[href$="this-site.html"]').click()
        assert visited.page.evaluate("() => document.documentElement.dir") == "rtl"
        assert visited.page.evaluate("() => getComputedStyle(document.querySelector('.s-exit')).position") == "sticky"
        assert [each for each in visited.asked if not each.startswith("file:")] == []
        assert {unquote(urlsplit(each).path).startswith(str(site.folder)) for each in visited.asked} == {True}
        assert kept(visited) == []
    assert listener.heard == []


@pytest.mark.parametrize(
    "first", ["index.html", "en/index.html", "es/index.html", "zh-Hans/index.html", "ar/index.html"]
)
def test_the_first_page_is_small(visit: Visiting, address: str, site: Site, first: str) -> None:
    """With all that the browser asks for when it is opened, gzipped as a web server sends it."""
    with visit() as visited:
        visited.page.goto(f"{address}/{first}", wait_until="networkidle")
        asked = {unquote(urlsplit(each).path).lstrip("/") for each in visited.asked}
    assert first in asked
    assert any(path.endswith(("/site.css", "/site.rtl.css")) for path in asked)
    size = {path: len(gzip.compress((site.folder / path).read_bytes(), mtime=0)) for path in sorted(asked)}
    assert sum(size.values()) < BUDGET, size


def test_headers_of_the_preview_are_on_every_file(visit: Visiting, address: str) -> None:
    with visit() as visited:
        for path in ("index.html", "en/index.json", "static/uswds/site.css"):
            answer = visited.page.request.get(f"{address}/{path}")
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
            assert "set-cookie" not in answer.headers


# --- planted faults ---

CSP: Final = '<meta http-equiv="Content-Security-Policy"'


@pytest.fixture
def damaged(site: Site, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A page that can be damaged, without its policy of content, and its address."""
    page = tmp_path / "x.html"
    text = (site.folder / "en/index.html").read_text(encoding="utf-8")
    assert CSP in text
    page.write_text(text.replace(CSP, '<meta name="x"').replace("../", ""), encoding="utf-8")
    for address in served(tmp_path):
        yield page, address


PLANTED: Final = {
    "an image of a third party": '<img alt="" src="http://tiles.example/1.png">',
    "a font of a third party": '<link rel="stylesheet" href="http://fonts.example/x.css">',
    "a script that counts": "<script>navigator.sendBeacon('http://count.example/1')</script>",
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_third_party_is_found(
    visit: Visiting, listener: Listener, damaged: tuple[Path, str], what: str
) -> None:
    page, address = damaged
    page.write_text(page.read_text().replace("</head>", f"{PLANTED[what]}</head>"))
    with visit() as visited:
        visited.page.goto(f"{address}/x.html")
        visited.page.wait_for_timeout(400)
        told = visited.elsewhere(address)
    heard, listener.heard[:] = [*listener.heard], []
    assert heard, "the listener hears of it"
    assert told, "and the browser tells of it"


def test_a_planted_link_to_nothing_is_found(visit: Visiting, address: str, published: Published) -> None:
    with visit() as visited:
        visited.page.goto(f"{address}/en/search.html")
        assert [*astray(visited.page, address, published)] == []
        visited.page.evaluate(
            "() => document.querySelector('main').insertAdjacentHTML('beforeend', '<a href=x.html>x')"
        )
        assert [*astray(visited.page, address, published)] == ["no file is behind the link to `en/x.html`"]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("document.cookie = 'a=1'", "cookie"),
        ("localStorage.setItem('a', '1')", "localStorage"),
        ("sessionStorage.setItem('a', '1')", "sessionStorage"),
        ("indexedDB.open('kept')", "database kept"),
        ("window.name = 'a'", "window.name"),
    ],
)
def test_what_a_planted_script_keeps_is_found(
    visit: Visiting, damaged: tuple[Path, str], script: str, told: str
) -> None:
    page, address = damaged
    page.write_text(page.read_text().replace("</head>", f"<script>{script}</script></head>"))
    with visit() as visited:
        visited.page.goto(f"{address}/x.html")
        visited.page.wait_for_function(f"async () => (await ({KEPT})()).length")  # a database is not opened at once
        assert any(told in each for each in kept(visited))


def test_the_policy_of_content_stops_what_is_planted(
    visit: Visiting, site: Site, listener: Listener, tmp_path: Path
) -> None:
    """The same image on a page that has its policy: nothing is asked, and the browser says why."""
    text = (site.folder / "en/index.html").read_text(encoding="utf-8").replace("../", "")
    (tmp_path / "x.html").write_text(text.replace("</main>", f"{PLANTED['an image of a third party']}</main>"))
    for address in served(tmp_path):
        with visit() as visited:
            visited.page.goto(f"{address}/x.html")
            visited.page.wait_for_timeout(100)
            assert any("Content Security Policy" in each for each in visited.complaints)
    assert listener.heard == []
