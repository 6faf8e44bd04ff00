"""A site is written whole or not at all, and only what was published is replaced."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.resources import files as package
from itertools import groupby
from pathlib import Path

import pytest

from recuse.errors import InputError
from recuse.site import engine
from recuse.site.ahead import ahead
from recuse.site.building import build
from recuse.site.engine import indexing
from recuse.site.writing import MARK, Files, Keep, Written, count_files, write_site
from tests.unit.site.processes import check_ends
from tests.unit.site.world import sources

FILES = (("index.html", b"one"), ("en/places/a.html", b"two!"))


def given(files: Iterable[tuple[str, bytes]]) -> Files:
    """As one process would give them."""

    def each(keep: Keep) -> Generator[tuple[str, int], None, None]:
        for path, content in files:
            yield path, keep(path, content)

    return each


def told(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_it_is_written_and_replaced(tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert write_site(site, given(FILES)) == Written(2, 7) == count_files(FILES)
    assert told(site).keys() == {"index.html", "en/places/a.html", MARK}
    write_site(site, given(FILES[:1]))
    assert told(site).keys() == {"index.html", MARK}
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("wrong", ["twice", "breaks", "into"])
def test_what_fails_half_way_leaves_everything_as_it_was(tmp_path: Path, wrong: str) -> None:
    site = tmp_path / "site"
    write_site(site, given(FILES))
    before = told(site)

    def files() -> Iterator[tuple[str, bytes]]:
        yield "new.html", b"new"
        if wrong == "twice":
            yield "new.html", b"again"
        if wrong == "into":
            yield "new.html/below.html", b"a file is no folder"
        raise InputError("there is no pl for the message", "translate it")

    with pytest.raises(InputError):
        write_site(site, given(files()))
    assert told(site) == before
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("name", ["other.html", "new.html"])
def test_a_file_that_another_process_keeps_is_one_of_the_site(tmp_path: Path, name: str) -> None:
    """Where it is one that is there already, that is an error and not the end of the other."""

    def files(keep: Keep) -> Generator[tuple[str, int], None, None]:
        yield "new.html", keep("new.html", b"new")
        with ahead([lambda: keep(name, b"other")], large=True) as parts:
            yield name, next(parts)

    if name == "new.html":
        with pytest.raises(InputError, match=r"two pages are called `new\.html`"):
            write_site(tmp_path / "site", files)
        assert [*tmp_path.iterdir()] == []
        return
    assert write_site(tmp_path / "site", files) == Written(2, 8)
    assert told(tmp_path / "site")["other.html"] == b"other"


def test_a_path_that_stands_twice_is_counted_as_an_error_too() -> None:
    with pytest.raises(InputError, match=r"two pages are called `index\.html`"):
        count_files([*FILES, FILES[0]])


def test_what_nobody_published_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "home")
    for place, why in (("home", "not published"), ("link", "is no folder"), ("home/letter.txt", "is no folder")):
        with pytest.raises(InputError, match=why):
            write_site(tmp_path / place, given(FILES))
    with pytest.raises(InputError, match="is no folder"):
        write_site(tmp_path / "nowhere/site", given(FILES))
    assert told(tmp_path / "home") == {"letter.txt": b"mine"}


def test_who_follows_is_told_each_folder_when_it_is_whole(tmp_path: Path) -> None:
    told_of: list[tuple[str, int]] = []
    ended: list[bool] = []

    @contextmanager
    def follow(folder: Path) -> Iterator[Callable[[str], None]]:
        yield lambda name: told_of.append((name, len([*(folder / name).rglob("*.html")])))
        ended.append(True)

    files = [("en/a.html", b""), ("en/b/c.html", b""), ("es/a.html", b""), ("index.html", b""), ("data/x.csv", b"")]
    write_site(tmp_path / "site", given(files), follow)
    assert told_of == [("en", 2), ("es", 1), ("index.html", 0), ("data", 0)]
    assert ended == [True]


def test_an_index_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    page = b"<html lang='en'><body><article data-pagefind-body>One two</article></body></html>"
    follow = partial(indexing, languages={"en"})
    assert write_site(tmp_path / "site", given([("en/a.html", page), ("x.txt", b"")]), follow).files == 2
    assert (tmp_path / "site/en/pagefind/pagefind-entry.json").is_file()
    assert not [*(tmp_path / "site/en/pagefind").glob("*ui*")]
    before = told(tmp_path / "site")
    with pytest.raises(InputError, match="the index of the search was not made"):
        write_site(tmp_path / "site", given([("en/a.txt", b"no page")]), follow)
    assert told(tmp_path / "site") == before


def test_a_language_is_indexed_once_whatever_comes_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice, two programs would write one index, and the first would be left running when the site is there."""
    begun: list[subprocess.Popen[str]] = []
    whole = engine._indexer

    def indexer(folder: Path) -> "subprocess.Popen[str]":
        begun.append(whole(folder))
        return begun[-1]

    monkeypatch.setattr(engine, "_indexer", indexer)
    page = b"<html lang='en'><body><article data-pagefind-body>One two</article></body></html>"
    files = [("en/a.html", page), ("es/a.html", page), ("en/changes.atom", b""), ("x.txt", b""), ("es/b.txt", b"")]
    write_site(tmp_path / "site", given(files), partial(indexing, languages={"en", "es"}))
    assert [each.poll() for each in begun] == [0, 0]


def test_an_index_ends_with_the_process_that_wanted_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a publisher that is killed nothing goes on; an index whose folder is deleted would wait for ever."""
    if not engine._ended_with_this():
        pytest.skip("not applicable: nothing here ends one process with another")
    begun, program = tmp_path / "begun", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{begun}'\nexec sleep 600\n")  # one that does not end by itself
    program.chmod(0o700)
    monkeypatch.setattr(engine, "_program", lambda: program)
    reader, writer = os.pipe()
    publisher = os.fork()
    if publisher == 0:
        try:
            indexer = engine._indexer(tmp_path).pid
            for _ in range(2000):
                if begun.exists():
                    os.write(writer, str(indexer).encode())
                    os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(0.01)
        finally:
            os._exit(1)
    os.close(writer)
    os.waitpid(publisher, 0)
    check_ends(int(os.read(reader, 20)))


@pytest.mark.parametrize("there", ["false", "there-is-none"])
def test_an_index_is_made_also_where_nothing_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str
) -> None:
    monkeypatch.setattr(engine, "_WITH_THIS", (there,))
    engine._ended_with_this.cache_clear()
    try:
        with indexing(tmp_path, ["en"]) as begin:
            (tmp_path / "en").mkdir()
            (tmp_path / "en" / "a.html").write_text("<html lang='en'><body data-pagefind-body>word</body></html>")
            begin("en")
    finally:
        engine._ended_with_this.cache_clear()
    assert (tmp_path / "en" / "pagefind" / "pagefind-entry.json").is_file()


def test_pages_of_a_language_come_together() -> None:
    """So that all of them are there when its index is begun."""
    pages = [path for path, _ in build(sources()) if path.endswith(".html") and "/" in path]
    folders = [folder for folder, _ in groupby(path.partition("/")[0] for path in pages)]
    assert {"en", "ar"} < {*folders}
    assert len(folders) == len({*folders})


def test_each_step_is_told_before_its_files() -> None:
    """The first at once: it takes the longest, since most is worked out for it."""
    told: list[tuple[str, int, int]] = []
    begun: dict[str, int] = {}
    files = build(sources(), progress=lambda *step: told.append(step))
    for path, _ in files:
        begun.setdefault(path.partition("/")[0], len(told))
    assert [number for _, number, _ in told] == [*range(7)]
    assert {count for _, _, count in told} == {6}
    assert [name for name, _, _ in told][-2:] == ["files", "done"]
    assert [begun[code] for code in ("en", "es", "zh-Hans", "pl", "ar", "index.html")] == [*range(1, 7)]


def test_every_part_of_the_style_sheet_is_closed_before_the_next() -> None:
    """A brace that is lost puts all that follows into a block for printing, and no page looks as it was looked at."""
    text = (package("recuse.site") / "static/site.css").read_text(encoding="utf-8")
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        assert depth == 0 or not line.startswith("/*"), f"line {number} begins a part inside another"
        depth += line.count("{") - line.count("}")
    assert depth == 0
