"""Words of the glossary marked in a text: `{word:warrant}` and `{word:warrant|a judge's warrant}`, read strictly.

Braces have no other use in texts, so that a mark with a slip in it is refused and never printed as it stands.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from recuse.content.values import Word
from recuse.errors import InputError

_MARK: Final = re.compile(r"\{word:([a-z0-9]+(?:-[a-z0-9]+)*)(?:\|([^{}|]+))?\}")
_REMEDY: Final = "write `{word:ID}` or `{word:ID|as written}`"


@dataclass(frozen=True, slots=True)
class Plain:
    """A stretch of text without a mark."""

    text: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A word of the glossary; `text` is how it is written here, None for as the glossary has it."""

    word: str
    text: str | None = None


Stretch = Plain | Marked


def read_marks(text: str) -> tuple[Stretch, ...]:
    """A text as its stretches; InputError where braces are anything but a whole mark."""
    found: list[Stretch] = []
    end = 0
    for mark in _MARK.finditer(text):
        found += _plain(text[end : mark.start()])
        shown = mark[2]
        if shown is not None and shown != shown.strip(" "):
            raise InputError(f"`{mark[0]}` has a space at an end of what is written", "put the space outside")
        found.append(Marked(mark[1], shown))
        end = mark.end()
    return (*found, *_plain(text[end:]))


def write_marks(stretches: Iterable[Stretch]) -> str:
    """The text that reads as these stretches."""
    return "".join(_written(each) for each in stretches)


def marked_words(text: str) -> tuple[str, ...]:
    """The ids of the words marked in a text that reads."""
    return tuple(each.word for each in read_marks(text) if isinstance(each, Marked))


def without_marks(text: str, glossary: Mapping[str, Word], language: str) -> str:
    """The text as a reader of a language sees it. InputError for a word that has nothing in that language."""
    return "".join(
        each.text if isinstance(each, Plain) else shown(each, glossary, language) for each in read_marks(text)
    )


def shown(mark: Marked, glossary: Mapping[str, Word], language: str) -> str:
    """What stands in the text for a mark. InputError for a word that has nothing in that language."""
    if mark.text is not None:
        return mark.text
    texts = glossary[mark.word].texts if mark.word in glossary else {}
    if language not in texts:
        raise InputError(f"the word `{mark.word}` has nothing in `{language}`", "add it to glossary.toml")
    return texts[language].word


def _plain(text: str) -> tuple[Plain, ...]:
    if "{" in text or "}" in text:
        raise InputError("braces mark words of the glossary, and these do not", _REMEDY)
    return (Plain(text),) if text else ()


def _written(each: Stretch) -> str:
    if isinstance(each, Plain):
        return each.text
    return f"{{word:{each.word}}}" if each.text is None else f"{{word:{each.word}|{each.text}}}"
