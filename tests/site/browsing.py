"""What is looked for in a browser, beyond `tests.browser.looking`: requests, storage, colours, print, the way out."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize

from tests.browser.looking import HEIGHT, WIDTHS
from tests.site.looking import FRAMED
from tests.site.reading import Read

KEPT: Final = """async () => {
  const kept = [];
  if (document.cookie) kept.push('cookie ' + document.cookie);
  for (const name of ['localStorage', 'sessionStorage']) if (window[name].length) kept.push(name);
  if (indexedDB.databases) for (const each of await indexedDB.databases()) kept.push('database ' + each.name);
  if (window.caches) for (const name of await caches.keys()) kept.push('cache ' + name);
  const workers = location.protocol === 'file:' ? [] : await navigator.serviceWorker?.getRegistrations() ?? [];
  for (const each of workers) kept.push('worker ' + each.scope);
  if (window.name) kept.push('window.name ' + window.name);
  return kept;
}"""
"""What a page has kept on the device, in all places that it may."""
SMALL: Final[ViewportSize] = {"width": WIDTHS[0], "height": 256}
"""A window of 1280 to 1024 pixels, enlarged four times."""
HIDDEN_IN_PRINT: Final = (".s-exit", ".s-nav", ".s-languages", ".usa-skipnav")
_FAINT: Final = """() => {
  const light = colour => {
    const [r, g, b, a] = colour.match(/[\\d.]+/g).map(Number);
    return (a ?? 1) === 0 ? null : (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
  };
  return [...document.querySelectorAll('body *')].filter(each => {
    const own = [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    return own && each.checkVisibility() && light(getComputedStyle(each).color) > 0.7;
  }).map(each => each.outerHTML.slice(0, 80));
}"""
"""On white paper: texts that are too light to be seen, as browsers print no backgrounds."""
_EDGES: Final = """() => [...document.querySelectorAll('a.usa-button, button, a[aria-current]')]
  .filter(each => each.checkVisibility())
  .filter(each => { const s = getComputedStyle(each);
    return !['Top', 'Bottom', 'Left', 'Right'].some(side => parseFloat(s[`border${side}Width`]) > 0)
      && !s.textDecorationLine.includes('underline')
      && (!each.hasAttribute('aria-current') || parseFloat(s.fontWeight) < 700); })
  .map(each => each.outerHTML.slice(0, 80))"""
"""With forced colours: what was told by a background alone, and now is not."""
NO_WAY_OUT: Final = "the way out cannot be reached by a pointer"
_SEEN: Final = """wanted => {
  const faults = [], exit = document.getElementById('exit') ?? document.createElement('a');
  const box = exit.getBoundingClientRect(), start = document.querySelector('.s-title a')?.getBoundingClientRect();
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  if (!exit.contains(hit)) faults.push('%s');
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) faults.push('wider than the window');
  if (getComputedStyle(document.body).direction !== wanted) faults.push(`it does not run ${wanted}`);
  const gap = start && (wanted === 'rtl' ? document.documentElement.clientWidth - start.right : start.left);
  if (gap > document.documentElement.clientWidth / 4) faults.push('its title does not stand where lines begin');
  const heading = document.querySelector('h1');
  if (!heading?.checkVisibility({visibilityProperty: true})) faults.push('no heading is seen');
  const main = document.querySelector('main').innerText.replace(heading?.innerText ?? '', '');
  if (main.trim().length < 40) faults.push('its main text is not seen');
  const stays = each => ['fixed', 'sticky'].includes(getComputedStyle(each).position);
  const bars = [...document.querySelectorAll('body *')].filter(stays).map(each => each.getBoundingClientRect().height);
  const covered = Math.round(100 * Math.max(0, ...bars) / innerHeight);
  if (covered > 30) faults.push(`${covered} % of the window stays covered`);
  return faults;
}""".replace("%s", NO_WAY_OUT)
"""What a reader does not see of a page, as it stands in the window, of which bars may cover three tenths."""
_LED: Final = "() => [...document.links].map(each => each.href.replace(/#.*/, ''))"


@dataclass
class Visit:
    """A page that is open, with every address that its context asked for, and what the browser complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def elsewhere(self, address: str) -> list[str]:
        """What was asked of any other host than that of the address; from files, of any host."""
        own = urlsplit(address)
        return [
            each for each in self.asked
            if (urlsplit(each).scheme, urlsplit(each).netloc) != (own.scheme, own.netloc)
            and urlsplit(each).scheme not in {"about", "chrome-error"}
        ]  # fmt: skip


Visiting = Callable[..., AbstractContextManager[Visit]]


@contextmanager
def visiting(browser: Browser, *, width: int = 1100, height: int = HEIGHT, **options: Any) -> Iterator[Visit]:
    """A fresh visitor."""
    options = {"reduced_motion": "reduce", **options}
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": height}, **options)
    page = context.new_page()
    visit = Visit(page)

    def asked(request: Request) -> None:
        visit.asked.append(request.url)

    context.on("request", asked)
    page.on("console", lambda said: visit.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    yield visit
    context.close()


def faint_in_print(page: Page) -> list[str]:
    """What is printed too light to be read on white."""
    found: list[str] = page.evaluate(_FAINT)
    return found


def told_by_colour(page: Page) -> list[str]:
    """What only a background tells, which forced colours take away."""
    found: list[str] = page.evaluate(_EDGES)
    return found


def unseen(page: Page, read: Read) -> list[str]:
    """What a reader of a page misses in this window: way out, heading, text, an edge; all by the page's direction."""
    found: list[str] = page.evaluate(_SEEN, read.html.get("dir"))
    return [each for each in found if not (each == NO_WAY_OUT and read.path.startswith(FRAMED))]


def at_its_end(page: Page) -> None:
    """Scroll to where the page ends."""
    page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")


def led_to(page: Page) -> set[str]:
    """The addresses that links of a page lead to, as the browser makes them of what stands there."""
    found: list[str] = page.evaluate(_LED)
    return {*found}


def kept(visit: Visit) -> list[str]:
    """What is kept on the device after a visit."""
    found: list[str] = visit.page.evaluate(KEPT)
    return [*found, *(f"cookie {each.get('name')}" for each in visit.page.context.cookies())]


def one_of_each(kinds: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """For each template and language the path of one page: the last in order, which is no index of others."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(kinds):
        found.setdefault(kinds[path], {})[path.partition("/")[0]] = path
    return found
