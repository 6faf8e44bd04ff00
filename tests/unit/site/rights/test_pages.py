"""Pages and sheets of rights as they are made: states in words, words explained, law apart from promises."""

import re
from collections import Counter
from dataclasses import replace
from posixpath import dirname, normpath

import pytest

from recuse.content.values import PLACES, Content, Word
from recuse.errors import InputError
from recuse.languages import LANGUAGES
from recuse.site.rights.printing import printed_from
from recuse.site.rights.section import SECTION
from recuse.site.rights.words import explained
from recuse.site.sheets import Foreign, Printer
from tests.unit.content.example import content
from tests.unit.content.test_states import sound
from tests.unit.site.rights.example import html, pages, sources, texts


def shown() -> Content:
    return replace(content(), site=replace(content().site, demonstration=True))


@pytest.mark.parametrize("code", ["en", "es"])
def test_there_is_a_page_for_each_place_whatever_is_shown(code: str) -> None:
    paths = [*(f"rights/{place}.html" for place in PLACES), "rights/index.html", "rights/cards.html", "glossary.html"]
    for found in (content(), shown(), replace(content(), rights={}, translations={})):
        assert sorted(pages(sources(found), code)) == sorted(paths)
        for path in paths:
            html(sources(found), path, code)


@pytest.mark.parametrize("code", ["en", "es"])
def test_each_word_leads_to_one_explanation_and_to_the_page_of_words(code: str) -> None:
    page = html(sources(shown()), "rights/home.html", code)
    targets, ids = re.findall(r'popovertarget="([^"]+)"', page), Counter(re.findall(r'\bid="([^"]+)"', page))
    assert targets
    assert all(ids[each] == 1 for each in targets)
    assert set(ids.values()) == {1}
    links = re.findall(r'href="\.\./glossary\.html#([^"]+)"', page)
    assert {f"word-{each}" for each in links} == set(targets)
    glossary = html(sources(shown()), "glossary.html", code)
    assert all(f'id="{each}"' in glossary for each in links)


def test_pages_need_no_script_and_no_style_of_their_own() -> None:
    for path in pages(sources(shown())):
        page = html(sources(shown()), path)
        assert "style=" not in page
        assert page.count("<script") == 1
        assert not re.search(r"\son[a-z]+=", page)


def test_law_and_promises_stand_apart() -> None:
    page = html(sources(shown()), "rights/court.html")
    assert "What this body has decided itself" in page
    assert "What the law says" not in page
    assert "City of Exampleton</bdi>" in page
    home = html(sources(shown()), "rights/home.html")
    assert "What the law says" in home
    assert "What this body has decided itself" not in home


def test_a_citation_is_set_apart_in_every_direction() -> None:
    assert '<bdi lang="en" dir="ltr">Example Code, section 7-1</bdi>' in html(
        sources(shown()), "rights/home.html", "es"
    )


def test_states_are_words() -> None:
    page = html(sources(shown()), "rights/home.html", "es")
    for said in ("en disputa", "leímos sobre esta ley", "Traducido por una máquina.", "Revisado por:", "Ada Example"):
        assert said in page
    assert "Take care with this text" not in html(sources(sound()), "rights/home.html")


def test_a_card_has_the_sentence_for_who_is_spoken_to() -> None:
    page = html(sources(shown()), "rights/cards.html", "es")
    assert "<q>No estoy de acuerdo con que entren.</q>" in page
    assert 'lang="en" dir="ltr">I do not agree that you come in.</q>' in page
    assert "r-english" not in html(sources(shown()), "rights/cards.html")
    assert "There is no card to show." in html(
        sources(replace(content(), rights={}, translations={})), "rights/cards.html"
    )


def test_pages_lead_to_pdfs_that_are_printed() -> None:
    made = sources(shown())
    printed = {f"{code}/{path}" for code in ("en", "es") for path, _ in SECTION.sheets(made, texts(code))}
    assert printed == {"en/rights/home.pdf", "en/rights/court.pdf", "en/rights/cards.pdf", "es/rights/home.pdf",
                       "es/rights/cards.pdf"}  # fmt: skip
    linked = set()
    for path in pages(made):
        found = re.findall(r'href="([^"]+\.pdf)"', html(made, path))
        linked |= {normpath(f"en/{dirname(path)}/{each}") for each in found}
    assert linked == printed
    assert ".pdf" not in "".join(html(replace(made, printed=False), path) for path in pages(made))


def test_what_is_printed_says_when_and_from_where() -> None:
    made = sources(shown())
    assert printed_from(made, texts()) == (
        "As of: November 28, 2026.", " ", "Printed from:", " ", Foreign("https://policy.example.org/"),
    )  # fmt: skip
    made = replace(made, settings=replace(made.settings, address=None))
    assert printed_from(made, texts()) == "As of: November 28, 2026."


@pytest.mark.parametrize("code", ["en", "es"])
def test_sheets_are_printed(code: str) -> None:
    made = sources(shown())
    for path, sheet in SECTION.sheets(made, texts(code)):
        assert Printer(made.now).pdf(sheet, LANGUAGES[code]).startswith(b"%PDF"), path


def test_a_word_that_the_language_lacks_is_an_error() -> None:
    found = shown()
    word = found.glossary["warrant"]
    found = replace(found, glossary={"warrant": Word("warrant", {"en": word.texts["en"]}, word.file)})
    with pytest.raises(InputError, match="the word `warrant` has nothing in `es`"):
        pages(sources(found), "es")
    with pytest.raises(InputError, match="the word `warrant` has nothing in `es`"):
        explained(found, "es", "warrant")


def test_a_jurisdiction_without_a_name_is_an_error() -> None:
    found = replace(shown(), names={})
    with pytest.raises(InputError, match="jurisdiction `us-ex` has no name in `en`"):
        pages(sources(found))
