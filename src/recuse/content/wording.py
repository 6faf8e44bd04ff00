"""Texts for readers: one line each, in composed characters, with nothing hidden in them.

Spaces and line breaks of a file are one space in the text, so that a long text may be written over several lines.
Characters that show nothing or turn the direction are refused everywhere (Unicode categories C, Zl and Zp; "Trojan
Source", CVE-2021-42574): what a reviewer sees is what a reader gets. The direction is the page's to say.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from recuse.content.values import ORIGINAL
from recuse.toml_source import Section

_SPACES: Final = re.compile(r"[ \t\r\n]+")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def one_line(text: str) -> str:
    """A text as digests and pages hold it."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip(" ")


def hidden(text: str) -> str | None:
    """The first character that shows nothing or turns the direction, as `U+202E`; None when there is none."""
    line = one_line(text)
    if line.isprintable():  # then no character is of those categories, and it is told in a tenth of the time
        return None
    found = next((each for each in line if unicodedata.category(each) in _HIDDEN), None)
    return None if found is None else f"U+{ord(found):04X}"


def is_language(code: str) -> bool:
    """Whether a word has the shape of a language code: `en`, `zh-Hans`, `pt-BR` (BCP 47, language-script-region)."""
    return _LANGUAGE.fullmatch(code) is not None


def is_content_id(text: str) -> bool:
    """Whether a word can be the id of a right record or of a word, and stand in a file's name before a language."""
    return _ID.fullmatch(text) is not None


def take_line(section: Section, key: str) -> str:
    """A required text; `""` after a problem."""
    return _checked(section, section.text(key), key)


def take_optional_line(section: Section, key: str) -> str:
    """A text, or `""` when the key is absent."""
    found = section.optional_text(key)
    return "" if found is None else _checked(section, found, key)


def take_lines(section: Section, key: str, *, optional: bool = False) -> tuple[str, ...]:
    """A list of texts, each once."""
    found = section.texts(key, optional=optional)
    return tuple(_checked(section, text, key, index) for index, text in enumerate(found))


def take_content_id(section: Section, key: str = "id") -> str:
    """An id of lower-case letters, digits and `-`; `""` after a problem."""
    found = section.text(key)
    if not found or is_content_id(found):
        return found
    section.report(f"`{found}` is not an id here", key, remedy="use lower-case letters, digits and `-` between them")
    return ""


def take_language(section: Section, key: str) -> str:
    """A language code; `""` after a problem."""
    found = section.text(key)
    if not found or is_language(found):
        return found
    section.report(f"`{found}` is not a language code", key, remedy="write it as `es`, `zh-Hans` or `pt-BR`")
    return ""


def take_by_language(section: Section) -> Mapping[str, str]:
    """Every key of a table as a text in the language that the key names; English has to be among them."""
    found = {code: take_line(section, code) for code in languages_of(section)}
    need_original(section, found)
    return found


def languages_of(section: Section, besides: str = "") -> tuple[str, ...]:
    """The keys of a table that are language codes; any other key is a problem, but for the one `besides`."""
    keys = [key for key in section if key != besides]
    for key in keys:
        if not is_language(key):
            section.report(f"`{key}` is not a language code", key, remedy="write it as `es`, `zh-Hans` or `pt-BR`")
    return tuple(filter(is_language, keys))


def need_original(section: Section, found: Mapping[str, object]) -> None:
    """A problem where English is missing: it is what all other languages are made from."""
    if ORIGINAL not in found:
        section.report("missing English", remedy="add `en`: the other languages are translations of it")


def _checked(section: Section, text: str, *keys: str | int) -> str:
    mark = hidden(text)
    if mark is not None:
        section.report(f"`{keys[0]}` holds the hidden character {mark}", *keys, remedy="type the text anew without it")
        return ""
    line = one_line(text)
    if text and not line:
        section.report(f"`{keys[0]}` is blank", *keys, remedy="write the text, or leave the key away")
    return line
