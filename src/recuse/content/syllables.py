"""Sentences, words and syllables of a text, counted by rules and without a dictionary.

Where the rules are wrong they are wrong by a syllable in a few words of a hundred: enough for a gate, and no more. A
part of a word without a vowel, such as a number, counts as one syllable.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

_END: Final = re.compile(r"[.!?…؟]+[\"”’»)\]]*(?=\s|$)|[。！？；]+[”’」）]*")
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SHORT: Final = re.compile(r"(?:^|[\s(])(?:(?:[^\W\d_]\.)*[^\W\d_]|mrs?|ms|dr|vs|sra?|np)$", re.IGNORECASE)
"""What a full stop after it ends no sentence: one letter, letters with stops between (U.S), short forms of titles."""
_BEFORE_NUMBER: Final = re.compile(r"(?:^|[\s(])(?:nos?|nr|núm|art|par|sec|ust)$", re.IGNORECASE)
"""The same where a number follows; elsewhere "no." ends one."""

_EN_VOWELS: Final = re.compile(r"[aeiouy]+")
_EN_SILENT: Final = re.compile(
    r"(?:(?<![aeiouy])(?<![^aeiouy]l)e|(?<![aeioutdy])ed|(?<![aeiouycgsxz])(?<![^aeiouy]l)(?<![cs]h)es)$"
)
_EN_PARTED: Final = re.compile(r"ia(?!l|n)|(?<![cstgx])io|(?<![qg])ua|[aeiouy]ing")
_ES_STRONG: Final = frozenset("aeoáéóíú")
_ES_VOWELS: Final = re.compile(r"[aeiouáéíóúüy]+")
_ES_MUTE: Final = re.compile(r"(?<=[gq])u(?=[eiéí])")
_ES_GLIDE: Final = re.compile(r"y(?=[aeiouáéíóú])")
_PL_VOWELS: Final = re.compile(r"i(?![aąeęoóu])|(?<![^\W\d_])i|[aąeęoóuy]")


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text that have words in them."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        piece = text[start : end.start()]
        if not (end[0] == "." and _goes_on(piece, text[end.end() :].lstrip())):
            found.append(text[start : end.end()].strip())
            start = end.end()
    return tuple(each for each in (*found, text[start:].strip()) if _WORD.search(each))


def _goes_on(piece: str, rest: str) -> bool:
    """Whether a sentence goes on after a full stop, by what stands before and behind it."""
    return bool(rest) and bool(_SHORT.search(piece) or (rest[0].isdigit() and _BEFORE_NUMBER.search(piece)))


def words(text: str) -> tuple[str, ...]:
    """The words of a text, with hyphens and apostrophes inside, without vowel marks over letters (Arabic)."""
    return tuple(_WORD.findall(_bare(text)))


def english(word: str) -> int:
    """Syllables of an English word: groups of vowels, less a silent e at the end, plus vowels that part."""
    return _syllables(word, _english)


def spanish(word: str) -> int:
    """Syllables of a Spanish word: strong vowels and accented weak ones part, and u is silent in que and gue."""
    return _syllables(word, _spanish)


def polish(word: str) -> int:
    """Syllables of a Polish word: its vowels, but for an i that only softens the consonant before a vowel."""
    return _syllables(word, lambda part: len(_PL_VOWELS.findall(part)))


def _syllables(word: str, count: Callable[[str], int]) -> int:
    parts = word.lower().replace("'", "").replace("’", "").split("-")
    return sum(max(1, count(part)) for part in parts)


def _english(part: str) -> int:
    return len(_EN_VOWELS.findall(_EN_SILENT.sub("", part))) + len(_EN_PARTED.findall(part))


def _spanish(part: str) -> int:
    spoken = _ES_GLIDE.sub("j", _ES_MUTE.sub("", part))
    return sum(max(1, sum(letter in _ES_STRONG for letter in group)) for group in _ES_VOWELS.findall(spoken))


def _bare(text: str) -> str:
    return "".join(each for each in text if unicodedata.category(each) != "Mn" and each != "\N{ARABIC TATWEEL}")
