"""Words of the glossary: as they stand in a text, explained where they first stand, and all on a page of their own.

On a page a word is a button that opens its explanation (`popover`): that needs no script, and works by keyboard, touch
and screen reader. A browser without it, and a printer, have the explanation below the paragraph.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from recuse.content.marks import Marked, marked_words, read_marks, shown
from recuse.content.values import Content, Explained
from recuse.errors import InputError
from recuse.languages import Texts
from recuse.site.alphabet import order
from recuse.site.pages import Page
from recuse.site.sources import Sources

PATH: Final = "glossary.html"
_CLOSING: Final = ".,;:!?)]…’”»%。，、；：！？）》」』”،؛؟"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a text as it reads; `word` is the id of a word that is explained, else empty.

    `after` are signs that close what the word stands in: they never begin a line.
    """

    text: str
    word: str = ""
    after: str = ""


def stretches(content: Content, language: str, text: str) -> tuple[Stretch, ...]:
    """A text as its stretches. InputError for a word that the language lacks."""
    found: list[Stretch] = []
    for each in read_marks(text):
        if isinstance(each, Marked):
            found.append(Stretch(shown(each, content.glossary, language), each.word))
            continue
        rest = each.text.lstrip(_CLOSING) if found else each.text
        if rest != each.text:
            found[-1] = replace(found[-1], after=each.text[: len(each.text) - len(rest)])
        if rest:
            found.append(Stretch(rest))
    return tuple(found)


def explained(content: Content, language: str, word: str) -> Explained:
    """A word and its explanation. InputError where the language has none."""
    found = content.glossary[word].texts
    if language not in found:
        raise InputError(f"the word `{word}` has nothing in `{language}`", "add it to glossary.toml")
    return found[language]


def first_words(texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """For each text the words that stand in it and in none before it."""
    seen: set[str] = set()
    found = []
    for text in texts:
        new = tuple(dict.fromkeys(word for word in marked_words(text) if word not in seen))
        seen.update(new)
        found.append(new)
    return tuple(found)


def glossary_pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    """The page of all words that the language has, in its alphabet."""
    code = texts.language.code
    words = [(word.id, word.texts[code]) for word in sources.content.glossary.values() if code in word.texts]
    words.sort(key=lambda each: (order(code)(each[1].word), each[0]))
    yield Page(
        PATH, "rights/glossary.html", texts.say("Words explained"), {"words": words},
        {"words": [{"id": name, "word": each.word, "explanation": each.explanation} for name, each in words]},
        words=" ".join(each.word for _, each in words),
    )  # fmt: skip
