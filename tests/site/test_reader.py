"""A reader who follows links by their words and looks for an answer: in every language, and in that language alone."""

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, normpath
from typing import Final

import pytest

from recuse.languages import ENGLISH, LANGUAGES, Language
from recuse.site.sections import SECTIONS
from tests.site.looking import Published
from tests.site.questions import NO_QUESTION, QUESTIONS, Answer, Question
from tests.site.reading import Element, Read, Said
from tests.site.tongues import english_in
from tests.site.values import values
from tests.site.world import Site

NAMES: Final = {each.name for each in SECTIONS}
ASKED: Final = [
    (each, language) for each in QUESTIONS if each.answers for language in LANGUAGES.values()
]  # fmt: skip
AWAITED: Final = [each for each in QUESTIONS if not each.answers]


class LostError(Exception):
    """A reader does not find what was asked for, or finds it in another language."""


def filled(pattern: str, named: Mapping[str, str]) -> str:
    """A pattern with these values in their places."""
    return re.sub(r"\{(\w+)\}", lambda found: re.escape(named[found[1]]), pattern)


def rows(page: Read) -> Iterator[Said]:
    """The rows of tables as they are heard: behind the caption, and what is in another language in brackets."""
    for table in page.html.all("table"):
        caption = " ".join(each.text for each in table.all("caption"))
        for row in table.all("tr"):
            language = row.inherited_language
            cells = [_cell(each, language) for each in row.all("th", "td")]
            yield Said(f"{caption} | {' '.join(filter(None, cells))}", language, row.line)


def _cell(cell: Element, language: str) -> str:
    foreign = any(each.inherited_language != language for each in cell.all())
    return f"[{cell.text}]" if foreign else cell.text


def follow(site: Published, page: Read, words: str) -> Read:
    """The page behind the link of these words, or of the entry of a list with them. Raises LostError for none."""
    entries = [(each, link) for each in page.main().all("li") for link in [*each.all("a")][:1]]
    for each, link in (*((link, link) for link in page.html.all("a")), *entries):
        if re.fullmatch(words, each.text) and ":" not in link.get("href"):
            return site.pages[normpath(f"{dirname(page.path)}/{link.get('href').partition('#')[0]}")]
    raise LostError(f"`{page.path}` has no link `{words}`")


def answer(site: Published, language: Language, wanted: Answer, named: Mapping[str, str]) -> str:
    """What the page at the end of the way says of it. Raises LostError for none, and for one in another language."""
    page = site.pages[f"{language.code}/index.html"]
    for words in wanted.way:
        page = follow(site, page, filled(words, named))
    form = filled(wanted.form, named)
    said = [each for each in (*page.said(), *rows(page)) if re.fullmatch(form, each.text)]
    own = [each.text for each in said if each.language == language.code]
    if not own:
        raise LostError(f"`{page.path}` does not say it in {language.name}: {[each.text for each in said]}")
    if language is not ENGLISH and english_in(re.sub(r"\[[^]]*\]", "", own[0]), language):
        raise LostError(f"`{page.path}` says it in English: `{own[0]}`")
    return own[0]


@pytest.mark.parametrize(
    ("question", "language"), ASKED, ids=lambda each: each.words[:30] if isinstance(each, Question) else each.code
)
def test_a_reader_finds_the_answer(site: Site, published: Published, question: Question, language: Language) -> None:
    assert answer(published, language, question.answers[language.code], values(site, language))


def test_ten_questions_each_in_every_language_or_awaited() -> None:
    assert len(QUESTIONS) == 10
    assert all({*each.answers} in ({*LANGUAGES}, set()) for each in QUESTIONS)


def test_an_awaited_question_has_no_section_yet() -> None:
    """As soon as its section is there, this fails: write the way and the form of its answer in `questions.py`."""
    assert [each.words for each in AWAITED if not NAMES.isdisjoint(each.sections)] == [], "can be asked now"


def test_every_section_has_a_question_or_a_reason_for_none() -> None:
    known = {name for each in QUESTIONS for name in each.sections} | {*NO_QUESTION}
    assert known >= NAMES, f"no question is about {sorted(NAMES - known)}"


# --- planted faults ---


def asked(words: str) -> Question:
    """The question that begins with these words."""
    (found,) = (each for each in QUESTIONS if each.words.startswith(words))
    return found


def told(site: Site, published: Published, path: str, change: tuple[str, str], question: str) -> str:
    """What a reader is told in Polish when a page says something else; raises as `answer`."""
    text = (published.folder / path).read_text(encoding="utf-8")
    changed = re.sub(*change, text)
    assert changed != text
    polish = LANGUAGES["pl"]
    return answer(published.with_page(path, changed), polish, asked(question).answers["pl"], values(site, polish))


ABOUT: Final = ("pl/about/this-site.html", "Does this site keep")
CHECK: Final = ("pl/check/index.html", "How do I check")
SIGNED: Final = ("pl/decided/2019-07-12-civil-immigration.html", "Who signed")
FIGURES: Final = ("pl/record/requests-2026.html", "How many requests")


@pytest.mark.parametrize(
    ("where", "change", "why"),
    [
        (ABOUT, (r"<li>Ta strona nie używa ciasteczek[^<]*</li>", ""), "does not say it"),
        (ABOUT, (r"<li>(Ta strona nie używa ciasteczek[^<]*)</li>", r'<li lang="en">\1</li>'), "say it in Polski"),
        (ABOUT, (r"(nie używa ciasteczek) [^<]*</li>", r"\1 and the urządzeniu.</li>"), "says it in English"),
        (CHECK, (r"<p>Zapisz tę stronę[^<]*</p>", "<p>Save this site. You need Python.</p>"), "does not say it"),
        (SIGNED, ("Burmistrz", "Mayor"), "does not say it"),
        (SIGNED, (r"<td>(Burmistrz[^<]*)</td>", r'<td lang="en">\1</td>'), "does not say it"),
        (SIGNED, ("<tr>", '<tr lang="en">'), "does not say it in Polski"),
        (FIGURES, (">Odmowa<", ">Refused<"), "does not say it"),
    ],
)
def test_a_missing_or_an_english_answer_is_found(
    site: Site, published: Published, where: tuple[str, str], change: tuple[str, str], why: str
) -> None:
    with pytest.raises(LostError, match=why):
        told(site, published, where[0], change, where[1])


OTHER: Final = {"clinic": "Lantern Hill Example Clinic 9"}
"""What is there, and is no answer."""


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("May ", "today"),
        ("Since ", "effective"),
        ("Who ", "directing"),
        ("When ", "verified"),
        ("How many", "refused"),
        ("Do I", "clinic"),
    ],
)
def test_another_value_than_that_of_the_world_is_found(
    site: Site, published: Published, question: str, value: str
) -> None:
    polish = LANGUAGES["pl"]
    named = values(site, polish)
    assert answer(published, polish, asked(question).answers["pl"], named)
    with pytest.raises(LostError, match="does not say it"):
        answer(published, polish, asked(question).answers["pl"], {**named, value: OTHER.get(value, "7 stycznia 1999")})


def test_a_way_that_ends_is_found(site: Site, published: Published) -> None:
    with pytest.raises(LostError, match="has no link"):
        told(site, published, "pl/index.html", ("traktuje Ciebie", "traktuje"), "Does this site keep")
