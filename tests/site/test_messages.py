"""Each message of each template and module is said in every language, with its places and forms; none is too many."""

from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from babel.messages.pofile import read_po

import recuse.site
from recuse.languages import ENGLISH, LANGUAGES, message
from recuse.site.sections import SECTIONS
from tests.site.messages import Wanted, catalogues, faults, wanted

PACKAGE: Final = Path(recuse.site.__file__).parent
OTHERS: Final = [each for each in LANGUAGES.values() if each is not ENGLISH]


@pytest.fixture(scope="module")
def messages() -> Wanted:
    return wanted(PACKAGE, SECTIONS)


def test_messages_are_found_where_they_are_said(messages: Wanted) -> None:
    assert messages["Skip to the main text"] is None, "of a template"
    assert messages["Published on %(day)s."] is None, "of a template, with a place"
    assert "How this site treats you" in messages, "of a module"
    assert message("as it is") == "as it is"


@pytest.mark.parametrize("language", OTHERS, ids=lambda each: each.code)
def test_the_catalogues_of_a_language(messages: Wanted, language) -> None:  # type: ignore[no-untyped-def]
    assert [*faults(messages, catalogues(PACKAGE / "locales", language), language)] == []


HEAD: Final = """# translated by machine
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"
"""
WHOLE: Final = """
msgid "Go on, %(name)s"
msgstr "Dalej, %(name)s"

msgid "%(n)s case"
msgid_plural "%(n)s cases"
msgstr[0] "%(n)s sprawa"
msgstr[1] "%(n)s sprawy"
msgstr[2] "%(n)s spraw"
"""
SAID: Final = {"Go on, %(name)s": None, "%(n)s case": "%(n)s cases"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", ""),
        ('msgstr "Dalej, %(name)s"', 'msgstr "Dalej"', "has places for"),
        ('msgstr "Dalej, %(name)s"', 'msgstr ""', "not whole"),
        ('msgstr "Dalej, %(name)s"', 'msgstr "Go on, %(name)s"', "as in English"),
        ('msgstr "Dalej, %(name)s"', 'msgstr "Dalej, 5 % %(name)s"', "stands for nothing"),
        ('msgstr "Dalej, %(name)s"', 'msgstr "Dalej the %(name)s"', "English word `the`"),
        ('msgid "Go on, %(name)s"\nmsgstr "Dalej, %(name)s"', "", "no catalogue has `Go on"),
        ('msgid "%(n)s case"', '#, fuzzy\nmsgid "%(n)s case"', "in doubt"),
        ('msgid_plural "%(n)s cases"', 'msgid_plural "%(n)s other cases"', "its plural is"),
        ('msgstr[2] "%(n)s spraw"', 'msgstr[2] "spraw %(m)s"', "has places for"),
        ("# translated by machine", "# by somebody", "does not say who translated it"),
        ("nplurals=3", "nplurals=2", "counts by"),
        ('msgid "Go on', 'msgid "Nobody says this"\nmsgstr "Nikt tego nie mówi"\n\nmsgid "Go on', "which nothing says"),
    ],
)
def test_a_planted_fault_of_a_catalogue_is_found(old: str, new: str, told: str) -> None:
    text = (HEAD + WHOLE).replace(old, new, 1) if old else HEAD + WHOLE
    catalogue = read_po(BytesIO(text.encode()), locale="pl")
    found = [*faults(SAID, {"planted": catalogue}, LANGUAGES["pl"])]
    assert not found if not told else any(told in each for each in found), found


def test_a_message_of_two_catalogues_is_found() -> None:
    catalogue = read_po(BytesIO((HEAD + WHOLE).encode()), locale="pl")
    found = [*faults(SAID, {"one": catalogue, "two": catalogue}, LANGUAGES["pl"])]
    assert len(found) == 2, found


def test_a_message_that_no_catalogue_has_is_found(messages: Wanted) -> None:
    pl = LANGUAGES["pl"]
    more = {**messages, "A sentence that was added": None}
    assert [*faults(more, catalogues(PACKAGE / "locales", pl), pl)] == ["no catalogue has `A sentence that was added`"]
