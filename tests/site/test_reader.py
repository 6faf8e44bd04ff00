"""A reader who follows links by their words and looks for an answer: in every language, and in that language alone."""

import re
from posixpath import dirname, normpath
from typing import Final

import pytest

from recuse.languages import ENGLISH, LANGUAGES, Language
from recuse.site.sections import SECTIONS
from tests.site.looking import Published
from tests.site.questions import NO_QUESTION, QUESTIONS, Answer, Question
from tests.site.reading import Read
from tests.site.tongues import english_in

NAMES: Final = {each.name for each in SECTIONS}
ASKED: Final = [
    (each, language) for each in QUESTIONS if each.answers for language in LANGUAGES.values()
]  # fmt: skip
AWAITED: Final = [each for each in QUESTIONS if not each.answers]


class LostError(Exception):
    """A reader does not find what was asked for, or finds it in another language."""


def follow(site: Published, page: Read, words: str) -> Read:
    """The page behind the link of these words. Raises LostError where there is none."""
    for each in page.html.all("a"):
        if re.fullmatch(words, each.text) and ":" not in each.get("href"):
            return site.pages[normpath(f"{dirname(page.path)}/{each.get('href').partition('#')[0]}")]
    raise LostError(f"`{page.path}` has no link `{words}`")


def answer(site: Published, language: Language, wanted: Answer) -> str:
    """What the page at the end of the way says of it. Raises LostError for none, and for one in another language."""
    page = site.pages[f"{language.code}/index.html"]
    for words in wanted.way:
        page = follow(site, page, words)
    said = [each for each in page.said() if re.fullmatch(wanted.form, each.text)]
    own = [each.text for each in said if each.language == language.code]
    if not own:
        raise LostError(f"`{page.path}` does not say it in {language.name}: {[each.text for each in said]}")
    if language is not ENGLISH and english_in(own[0], language):
        raise LostError(f"`{page.path}` says it in English: `{own[0]}`")
    return own[0]


@pytest.mark.parametrize(
    ("question", "language"), ASKED, ids=lambda each: each.words[:30] if isinstance(each, Question) else each.code
)
def test_a_reader_finds_the_answer(published: Published, question: Question, language: Language) -> None:
    assert answer(published, language, question.answers[language.code])


def test_ten_questions_each_in_every_language_or_awaited() -> None:
    assert len(QUESTIONS) == 10
    assert all({*each.answers} in ({*LANGUAGES}, set()) for each in QUESTIONS)


@pytest.mark.parametrize("question", AWAITED, ids=lambda each: each.words[:30])
def test_an_awaited_question_has_no_section_yet(question: Question) -> None:
    """As soon as its section is there, this fails: write the way and the form of its answer in `questions.py`."""
    assert NAMES.isdisjoint(question.sections), f"`{question.words}` can be asked now: give its answers"


def test_every_section_has_a_question_or_a_reason_for_none() -> None:
    known = {name for each in QUESTIONS for name in each.sections} | {*NO_QUESTION}
    assert known >= NAMES, f"no question is about {sorted(NAMES - known)}"


# --- planted faults ---

COOKIES: Final = QUESTIONS[-1]
PAGE: Final = "pl/about/this-site.html"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (r"<li>Ta strona nie używa ciasteczek[^<]*</li>", "", "does not say it"),
        (r"<li>(Ta strona nie używa ciasteczek[^<]*)</li>", r'<li lang="en">\1</li>', "does not say it in Polski"),
        (r"<li>(Ta strona nie używa ciasteczek) [^<]*</li>", r"<li>\1 and the urządzeniu.</li>", "says it in English"),
    ],
)
def test_a_missing_or_an_english_answer_is_found(published: Published, old: str, new: str, told: str) -> None:
    text = (published.folder / PAGE).read_text(encoding="utf-8")
    changed = re.sub(old, new, text)
    assert changed != text
    with pytest.raises(LostError, match=told):
        answer(published.with_page(PAGE, changed), LANGUAGES["pl"], COOKIES.answers["pl"])


def test_a_way_that_ends_is_found(published: Published) -> None:
    home = "pl/index.html"
    text = (published.folder / home).read_text(encoding="utf-8").replace("traktuje Ciebie", "traktuje")
    with pytest.raises(LostError, match="has no link"):
        answer(published.with_page(home, text), LANGUAGES["pl"], COOKIES.answers["pl"])
