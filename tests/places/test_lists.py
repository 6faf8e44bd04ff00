"""Lists of services: every service in every list it belongs to, in order, some on a page; names of files; rows."""

import csv
import io
import re
from datetime import date
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.demo.services.feeds import write_services
from recuse.directory.reading import Directory, read_directory
from recuse.directory.rows import COLUMNS
from recuse.directory.telling import report
from recuse.languages import LANGUAGES
from recuse.site.alphabet import order
from recuse.site.places.lines import PAGE, Group, lines_of, parts
from recuse.site.places.naming import area_path, file_name
from recuse.site.places.pages import CSV, SECTION
from recuse.site.places.saying import Saying
from tests.directory.content import TODAY, item, read
from tests.places.world import pages, sources, texts

IDS = st.text("aAbB.:_-019", min_size=1, max_size=20) | st.sampled_from(["con", "CON", "nul", "a-0123456789"])


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Directory:
    """Some hundred services of the generator."""
    folder = tmp_path_factory.mktemp("services")
    write_services(folder, 650, TODAY)
    return read_directory(folder, TODAY)


@given(st.lists(IDS, unique=True, max_size=20))
def test_two_ids_never_have_one_file_whatever_capitals_count(ids: list[str]) -> None:
    names = [file_name(each) for each in ids]
    assert len({each.casefold() for each in names}) == len(ids)
    assert all(each.isascii() and set(each) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for each in names)
    assert not {"con", "nul"} & {*names}


def test_an_id_cannot_take_the_file_of_another() -> None:
    other = file_name("ABC")
    assert other.startswith("abc-")
    assert file_name(other) != other
    assert file_name("002cef92-1372-490e-bf33-84011e98c6be") == "002cef92-1372-490e-bf33-84011e98c6be"


def test_a_slash_in_the_name_of_an_area_is_none_between_two() -> None:
    assert area_path(("IL", "A/B")) != area_path(("IL", "A", "B"))


@given(st.lists(st.integers(0, 250), max_size=4))
def test_pages_of_a_list_hold_each_line_once_and_at_most_a_page(sizes: list[int]) -> None:
    count = iter(range(1_000_000))
    groups: Any = [Group(str(at), tuple(next(count) for _ in range(size))) for at, size in enumerate(sizes)]  # type: ignore[misc]
    made = [*parts(groups)]
    assert [line for part in made for line in part.lines] == [*range(sum(sizes))]
    assert all(len(part.lines) <= PAGE for part in made)
    assert [part.number for part in made] == [*range(1, made[-1].of + 1)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_service_is_where_it_belongs(directory: Directory, code: str) -> None:
    made = pages(directory, code)
    links: dict[str, list[str]] = {}
    for path, (_, html) in made.items():
        found = re.findall(r'<a href="([^"]+)"', html)
        links[path] = [normpath(f"{dirname(path)}/{each}") for each in found if "services/" in each]
        links[path] = [each for each in links[path] if each.startswith("places/") and "/services/" not in path]
    kinds = report(directory)["kinds"]
    for kind, number in kinds.items():
        name = file_name(kind)
        listed = [each for path, found in links.items() if path.startswith(f"places/kinds/{name}/") for each in found]
        assert len(listed) == len({*listed}) == number
    assert {each for found in links.values() for each in found} == {each for each in made if "/services/" in each}
    assert len([each for each in made if "/services/" in each]) == len(directory.shown)
    assert all(len(found) <= PAGE for path, found in links.items() if "/services/" not in path)
    titles = [line.title for line in lines_of(directory.surveyed, Saying(directory, texts(code)))]
    assert titles == sorted(titles, key=order(code))


def test_the_first_page_counts_what_there_is(directory: Directory) -> None:
    page, html = pages(directory)["places/index.html"]
    found = report(directory)
    assert page.data["services"] == len(directory.shown)
    assert page.data["kinds"] == found["kinds"]
    assert [page.data[each] for each in ("assured", "stale", "never_assured")] == [*found["assurance"].values()]
    assert all(f"<td>{feed.rows:,}</td>" in html for feed in directory.feeds)


def test_kinds_stand_in_one_order_on_every_page(directory: Directory) -> None:
    made = pages(directory, "pl")
    kinds = re.findall(r"kinds/[a-z_0-9-]+/index.html\">([^<]+)<", made["places/index.html"][1])
    areas = (html for path, (_, html) in made.items() if path.startswith("places/areas/"))
    heads = [re.findall(r"<h2>([^<]+)</h2>", html) for html in areas]
    assert max(map(len, heads)) > 3
    assert all(found == sorted(found, key=[*kinds, *found].index) for found in heads)


def test_words_are_what_the_plain_search_finds(directory: Directory) -> None:
    page = next(each for path, (each, _) in pages(directory, "es").items() if "/services/" in path)
    kind, where, spoken = page.words.split(" · ")
    assert kind in {"Escuelas", "Tribunales", "Hospitales", "Clínicas", "Asistencia legal", "Bibliotecas"}
    assert ", " in where
    assert "inglés" in spoken


def test_rows_are_what_readers_see_and_no_formula(tmp_path: Path) -> None:
    day = date(2026, 11, 1).isoformat()
    one = item(
        "s",
        assured_date=day,
        assurer_email="ada@records.example",
        description="=cmd()",
        phones=[{"id": "p", "number": "+1 312 555 0100"}],
    )
    found = read(tmp_path, [one, item("gone") | {"status": "defunct"}])
    [(path, content)] = SECTION.files(sources(found))
    rows = [*csv.DictReader(io.StringIO(content.decode()))]
    assert path == CSV
    assert [each["id"] for each in rows] == ["s"]
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["description"] == "'=cmd()"
    assert rows[0]["assured_date"] == day
    assert "ada@" not in content.decode()


def test_the_data_of_a_page_is_the_row_of_its_service_in_every_language(directory: Directory) -> None:
    [(_, content)] = SECTION.files(sources(directory))
    rows = {each["id"]: each for each in csv.DictReader(io.StringIO(content.decode()))}
    assert len(rows) == len(directory.surveyed)
    for code in ("en", "es"):
        data = [page.data["service"] for path, (page, _) in pages(directory, code).items() if "/services/" in path]
        found = {each["id"]: (each["name"], each["status"]) for each in data if isinstance(each, dict)}
        assert found == {name: (each["name"], each["status"]) for name, each in rows.items()}
        names = {each.entry.id: each.entry.service.name for each in directory.surveyed}
        assert {name: told for name, (told, _) in found.items()} == names
