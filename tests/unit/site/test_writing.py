"""A site is written whole or not at all, and only what was published is replaced."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recuse.errors import InputError
from recuse.site.writing import MARK, Written, count_files, write_site

FILES = (("index.html", b"one"), ("en/places/a.html", b"two!"))


def told(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_it_is_written_and_replaced(tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert write_site(site, FILES) == Written(2, 7) == count_files(FILES)
    assert told(site).keys() == {"index.html", "en/places/a.html", MARK}
    write_site(site, FILES[:1])
    assert told(site).keys() == {"index.html", MARK}
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("wrong", ["twice", "breaks", "into"])
def test_what_fails_half_way_leaves_everything_as_it_was(tmp_path: Path, wrong: str) -> None:
    site = tmp_path / "site"
    write_site(site, FILES)
    before = told(site)

    def files() -> Iterator[tuple[str, bytes]]:
        yield "new.html", b"new"
        if wrong == "twice":
            yield "new.html", b"again"
        if wrong == "into":
            yield "new.html/below.html", b"a file is no folder"
        raise InputError("there is no pl for the message", "translate it")

    with pytest.raises(InputError):
        write_site(site, files())
    assert told(site) == before
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


def test_a_path_that_stands_twice_is_counted_as_an_error_too() -> None:
    with pytest.raises(InputError, match=r"two pages are called `index\.html`"):
        count_files([*FILES, FILES[0]])


def test_what_nobody_published_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "home")
    for place, why in (("home", "not published"), ("link", "is no folder"), ("home/letter.txt", "is no folder")):
        with pytest.raises(InputError, match=why):
            write_site(tmp_path / place, FILES)
    with pytest.raises(InputError, match="is no folder"):
        write_site(tmp_path / "nowhere/site", FILES)
    assert told(tmp_path / "home") == {"letter.txt": b"mine"}
