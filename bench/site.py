"""What the public site takes: to publish it, from nothing and again, and what a reader's first page asks for.

The site is the demonstration's, in all its languages, published by `recuse publish` in a process of its own, from a
signed policy and a record. A page is counted with every file that its HTML loads, gzipped as a web server sends it.
Nothing of it may be asked of another host; the tests watch the same in a browser.
"""

import gzip
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, normpath
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from bench import place
from bench.measure import estimate, exact
from bench.result import Place, Result
from bench.stage import FULL, Stage
from recuse import clock
from recuse.demo.services.feeds import write_services
from tests.site import world
from tests.site.looking import LOADED, NOT_LOADED, Published
from tests.site.reading import Read

SECONDS: Final = 10.0
KILOBYTES: Final = 60.0
"""The aims: the whole site, and the first page with all that it loads."""
SERVICES: Final = 2000
"""Services that the site lists: those of a large city with what lies around it."""
_FEW: Final = 60
_ROUNDS: Final = 7


def run(stage: Stage) -> Iterator[Result]:
    """The build where nothing was, and over what was published, the largest first page, what is asked of others."""
    rounds = min(stage.rounds, _ROUNDS) if stage.rows >= FULL else 1
    where = place.quick_folder()
    with TemporaryDirectory(prefix="recuse-bench-", dir=where) as folder:
        made = world.prepared(Path(folder))
        write_services(made.content, SERVICES if stage.rows >= FULL else _FEW, clock.today())
        took, again = [], []
        for turn in range(rounds):
            stage.say(f"site: round {turn + 1} of {rounds}")
            shutil.rmtree(made.folder, ignore_errors=True)
            took.append(_published(made))
            again.append(_published(made))
        site = Published(made.folder, made.exit_to)
        pages = len(site.pages)
        here = Place(
            f"{place.machine()}; {pages} pages in {len(site.languages)} languages, written to {where}; {rounds} rounds",
            _versions(),
        )
        first = [site.pages[f"{each.code}/index.html"] for each in site.languages]
        size = max(_size(page, site) for page in (site.pages["index.html"], *first))
        elsewhere = sum(len(_elsewhere(page)) for page in site.pages.values())
    yield here.result("site/build/took", estimate(took), "s", None, SECONDS)
    yield here.result("site/build/again", estimate(again), "s", None)
    yield here.result("site/first-page/gzipped", exact(size / 1000), "kB", None, KILOBYTES)
    yield here.result("site/third-parties", exact(elsewhere), "requests", None, 0.0)


def _published(made: world.Site) -> float:
    """Seconds of `recuse publish`, from its start to its end."""
    program = str(Path(sys.executable).parent / "recuse")
    words = [program, "publish", str(made.content), "--out", str(made.folder), "-r", str(made.office.policy)]
    begin = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603 - our own words
    return time.perf_counter() - begin


def _versions() -> dict[str, str]:
    return {name: found for name, found in place.versions("").items() if name != "postgresql"}


def _loads(page: Read) -> Iterator[str]:
    for each in page.html.all(*LOADED):
        if each.tag == "link" and NOT_LOADED & {*each.get("rel").split()}:
            continue
        yield from (each.get(name) for name in LOADED[each.tag] if each.get(name))


def _elsewhere(page: Read) -> list[str]:
    return [each for each in _loads(page) if urlsplit(each).netloc or urlsplit(each).scheme]


def _size(page: Read, site: Published) -> int:
    """Bytes of a page and all that it loads, gzipped one by one."""
    files = {normpath(f"{dirname(page.path)}/{urlsplit(each).path}").lstrip("/") for each in _loads(page)}
    return sum(len(gzip.compress((site.folder / each).read_bytes(), mtime=0)) for each in {page.path, *files})
