"""English that is left in another language: looked for by words, by what the English page says, and by letters.

Whatever is in English on purpose says so by `lang="en"`; nothing else is excused but the names in `NAMES`.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

from babel.messages.pofile import read_po

from recuse.languages import ENGLISH, Language
from tests.site.looking import Published
from tests.site.reading import Read, Said

_FUNCTION_WORDS: Final = (
    "the of and is are was were this that these those which with for from what who whose your you not may can could"
    " have been its their when where there they will would should must if but how than then because been being be it"
    " an or at by into about under over between before after other only also each every any all some more most such"
    " our we us his her"
)
FUNCTION_WORDS: Final = frozenset(_FUNCTION_WORDS.split())
"""Words that hold English sentences together."""
ALSO_WORDS_OF: Final = {
    "es": frozenset({"can", "has", "over", "her"}),
    "pl": frozenset({"by", "or", "be", "over", "it", "we", "his", "any", "for", "at", "all", "an"}),
    "zh-Hans": frozenset[str](),
    "ar": frozenset[str](),
}
"""Those that another language has too, for other things."""
NAMES: Final = re.compile(
    r"\b(recuse|ssh-keygen|OpenSSH|Open Referral|HSDS|OpenStreetMap|Creative Commons|CC BY( 4\.0)?|Privacy Act"
    r"|Chicago, Illinois|Chicago|Illinois|California|Head Start"
    r"|US(?=\$)|Data Package|Merkle|SHA-256|GitHub|Chromium|Firefox|Safari|Tor Browser|Shift)\b"
)
"""Names that are the same in every language."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_ARABIC: Final = re.compile(r"[\u0600-\u06ff\u0750-\u077f]")
_LATIN: Final = re.compile(r"[A-Za-z]")
SCRIPTS: Final = {"zh-Hans": (_HAN, "Han"), "ar": (_ARABIC, "Arabic")}
_LEAST: Final = 0.5
"""The share of a page's letters that are of its script; a Han sign stands for several letters of Latin."""
_RUN: Final = 3


@cache
def own_words(language: Language) -> frozenset[str]:
    """Words that its catalogues have."""
    found: set[str] = set()
    for file in (files("recuse.site") / "locales" / language.code).iterdir():
        with file.open("rb") as catalogue:
            for each in read_po(catalogue):
                said = each.string if isinstance(each.string, tuple | list) else (each.string,)
                found |= {word.lower() for text in said if text for word in _WORD.findall(text)} if each.id else set()
    return frozenset(found)


def of_the_english(text: str, english: Container[str], language: Language) -> str:
    """Two words in a row that the English page has, and that no message of this language has; empty for none."""
    own = own_words(language)

    def foreign(word: str) -> bool:
        low = word.lower()
        shared = language.code == "es" and low.endswith(("al", "or", "ble", "ar"))
        return len(low) > 2 and low in english and low not in own and not shared

    for stretch in re.split(r"[\d<>=/{}|\\.:;]+", NAMES.sub(" 0 ", text)):
        for one, other in pairwise(_WORD.findall(stretch)):
            if foreign(one) and foreign(other):
                return f"{one} {other}"
    return ""


def words(text: str) -> list[str]:
    """The words of a text, but for names that are the same everywhere."""
    return _WORD.findall(NAMES.sub(" 0 ", text))


def english_in(text: str, language: Language) -> str:
    """Why a text in this language is taken for English; empty where it is not."""
    strong = FUNCTION_WORDS - ALSO_WORDS_OF[language.code]
    # Between figures and signs words do not hold together.
    for stretch in re.split(r"[\d<>=/{}|\\]+", NAMES.sub(" 0 ", text)):
        found = [each for each in _WORD.findall(stretch) if each.lower() in strong]
        if found:
            return f"the English word `{found[0]}`"
    if language.code in SCRIPTS:
        run = re.search(rf"[A-Za-z]{{2,}}(?:[ ,]+[A-Za-z]{{2,}}){{{_RUN - 1},}}", NAMES.sub(" 0 ", text))
        if run:
            return f"the Latin words `{run.group()}`"
    return ""


def own_tongue(page: Read, site: Published) -> Iterator[str]:
    """A page in another language says nothing in English that is not marked as English."""
    language = site.language_of(page)
    if language is None or language is ENGLISH:
        return
    twin = site.pages.get(f"en/{page.path.partition('/')[2]}")
    english = {each.text for each in twin.said() if each.language == "en"} if twin else set()
    vocabulary = {word.lower() for text in english for word in _WORD.findall(text)}
    said = page.said()
    title = next(page.html.all("title")).text
    # A title can mark no part of itself: a name in it is one that the page marks elsewhere.
    bare = title
    for name in sorted({each.text for each in said if each.language == "en"}, key=len, reverse=True):
        bare = bare.replace(name, "0")
    own = [replace(each, text=bare) if each.text == title else each for each in said if each.language == language.code]
    for each in own:
        why = english_in(each.text, language)
        pair = of_the_english(each.text, vocabulary, language)
        why = why or (f"the English words `{pair}`" if pair else "")
        if not why and each.text in english and len(words(each.text)) > 1:
            why = "what the English page says"
        if why:
            yield f"line {each.line} has {why}: `{each.text[:70]}`"
    yield from _script(page, language, own)


def _script(page: Read, language: Language, own: list[Said]) -> Iterator[str]:
    if language.code not in SCRIPTS:
        return
    letters, name = SCRIPTS[language.code]
    main = "".join(each.text for each in own)
    theirs, latin = len(letters.findall(main)), len(_LATIN.findall(main))
    if theirs < _LEAST * (theirs + latin) or not letters.search(page.main().text):
        yield f"only {theirs} of {theirs + latin} letters are {name}"
