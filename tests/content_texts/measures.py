"""Measures of a text: which script and language it is in, how hard it is to read, which numbers and forms it names.

Reading level: Flesch-Kincaid grade for English (Kincaid et al. 1975), Fernández-Huerta ease for Spanish (1959); for the
others no formula is settled, so that words (Chinese: characters) to the sentence are counted.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Final

MARK: Final = re.compile(r"\{word:([a-z-]+)\|([^{}|]+)\}")
_WORD: Final = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_SENTENCE: Final = re.compile(r"[.!?。！？؟:：]+")
_MONTH: Final = re.compile(r"\d{1,2} 月(?: \d{1,2} 日)?")
_NUMBER: Final = re.compile(r"\d+(?:[,  ]\d{3})*")
_CODE: Final = re.compile(r"I-\d+[A-Z]?|\d+ USC \d+|Head Start")
_ENGLISH: Final = frozenset(
    {"the", "of", "and", "is", "that", "with", "for", "not", "may", "must", "who", "which", "you", "your", "this"}
    | {"are", "has", "have", "what", "when", "does", "it", "from", "they"}
)
"""English function words that are no word of Spanish or Polish."""
_LATIN: Final = re.compile(r"[A-Za-z]+(?:-(?:\d+|[A-Z]+))?")
_KEPT: Final = frozenset(
    {"I-200", "I-205", "USC", "Head", "Start", "detainer"}
    | {"ICE", "ICE-ERO", "ICE-HSI", "CBP", "USCIS", "FBI", "DEA", "ATF", "USMS"}
)
"""What stays as it is in Chinese and Arabic."""


def plain(text: str) -> str:
    """A text as readers see it: marked words as they are written."""
    return MARK.sub(r"\2", text)


def marks(text: str) -> list[str]:
    """The words of the glossary that a text marks."""
    return sorted(word for word, _ in MARK.findall(text))


def numbers(text: str) -> Counter[str]:
    """Numbers of two digits or more, written alike; months, which Chinese writes as numbers, left out."""
    found = _NUMBER.findall(_MONTH.sub("", plain(text)))
    return Counter(digits for each in found if len(digits := re.sub(r"\D", "", each)) > 1)


def codes(text: str) -> Counter[str]:
    """Names of forms, citations and programmes, which are the same in every language."""
    return Counter(_CODE.findall(plain(text)))


def hidden(text: str) -> str | None:
    """The first character that shows nothing or turns the direction."""
    return next((f"U+{ord(each):04X}" for each in text if unicodedata.category(each)[0] == "C"), None)


def script_share(text: str, script: str) -> float:
    """Which part of a text's letters belongs to a script, by the Unicode names of letters."""
    letters = [each for each in _LATIN.sub("", plain(text)) if each.isalpha()]
    return sum(unicodedata.name(each, "").startswith(script) for each in letters) / max(len(letters), 1)


def foreign(text: str) -> set[str]:
    """Latin words in a Chinese or Arabic text that do not stay as they are."""
    return set(_LATIN.findall(plain(text))) - _KEPT - {"I"}


def english_share(text: str) -> float:
    """Which part of the words are English function words."""
    words = [word.lower() for word in _WORD.findall(plain(text))]
    return sum(word in _ENGLISH for word in words) / max(len(words), 1)


def sentences(lines: Iterable[str]) -> list[list[str]]:
    """The words of each sentence; a line ends one."""
    found = [_WORD.findall(part) for line in lines for part in _SENTENCE.split(plain(line))]
    return [words for words in found if words]


def grade(lines: Iterable[str]) -> float:
    """Flesch-Kincaid grade of English."""
    found = sentences(lines)
    words = [word for sentence in found for word in sentence]
    return 0.39 * len(words) / len(found) + 11.8 * sum(map(english_syllables, words)) / len(words) - 15.59


def english_syllables(word: str) -> int:
    """Groups of vowels, but for a silent e."""
    bare = re.sub(r"[^a-z]", "", word.lower())
    bare = re.sub(r"(?:(?<=[^aeiouyl])e|(?<=[aeiouy]l)e|(?<=[^aeioutd])ed|(?<=[^aeiousxzcg])es)$", "", bare)
    return max(1, len(re.findall(r"[aeiouy]+", bare)))


def ease(lines: Iterable[str]) -> float:
    """Fernández-Huerta ease of Spanish, from 0 (hard) to 100; 60 to 70 is an eighth or ninth grade."""
    found = sentences(lines)
    words = [word for sentence in found for word in sentence]
    return 206.84 - 60 * sum(map(spanish_syllables, words)) / len(words) - 1.02 * len(words) / len(found)


def spanish_syllables(word: str) -> int:
    """Nuclei: strong vowels one each, weak ones only alone or with an accent."""
    bare = re.sub(r"qu|gu(?=[eiéí])", "k", word.lower())
    nuclei = re.findall(r"[iuüy]?[aeoáéó][iuüy]?|[íú]|[iuü]+", bare)
    return max(1, len(nuclei))


def longest(lines: Iterable[str], language: str) -> int:
    """Words in the longest sentence; of Chinese, its characters."""
    found = [part for line in lines for part in _SENTENCE.split(plain(line))]
    if language == "zh-Hans":
        return max(sum(map(str.isalpha, part)) for part in found)
    return max(len(_WORD.findall(part)) for part in found)
