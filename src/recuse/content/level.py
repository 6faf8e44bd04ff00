"""How hard a text is to read, by one small published measure a language, and the gate that texts should pass.

Only the measures of English and Spanish have a scale of school grades behind them; their gate is about grade 8. Those
of Polish, Chinese and Arabic find long sentences and long or rare words, and their limits are this project's own: they
say less, and `validated` says so. No measure knows whether a text is right, or understood: a person has to say that.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from recuse.content.marks import without_marks
from recuse.content.syllables import english, polish, sentences, spanish, words
from recuse.content.values import Card, Content, RightRecord, Translation

_FIRST: Final = 0xB0
_LAST: Final = 0xD7
"""Rows of GB 2312-80 with its first level, the 3,755 characters in most common use, as EUC-CN encodes them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its limit, which is the highest allowed, or the lowest where `lowest`."""

    name: str
    value: float
    limit: float
    lowest: bool = False

    @property
    def passes(self) -> bool:
        """Whether the figure keeps its limit."""
        return self.value >= self.limit if self.lowest else self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Level:
    """How hard a text is by the measure of its language; `validated` where the scale was tested on readers' grades."""

    language: str
    measure: str
    figures: tuple[Figure, ...]
    validated: bool

    @property
    def passes(self) -> bool:
        """Whether every figure keeps its limit."""
        return all(figure.passes for figure in self.figures)


@dataclass(frozen=True, slots=True)
class _Measure:
    name: str
    figures: Callable[[str], tuple[Figure, ...]]
    validated: bool


def level_of(text: str, language: str) -> Level | None:
    """The level of a text. None where the language has no measure here, or the text no words."""
    measure = MEASURES.get(language)
    if measure is None or not words(text):
        return None
    return Level(language, measure.name, measure.figures(text), measure.validated)


def record_level(content: Content, name: str, language: str) -> Level | None:
    """The level of a right record: of each figure the harder of claims and card, so that neither hides the other.

    None as `level_of`; KeyError where there is no such text; InputError for a word without one.
    """
    parts = [level for part in read_aloud(content, name, language) if (level := level_of(part, language)) is not None]
    if not parts:
        return None
    figures = tuple(max(same, key=_hardness) for same in zip(*(each.figures for each in parts), strict=True))
    return replace(parts[0], figures=figures)


def read_aloud(content: Content, name: str, language: str) -> tuple[str, str]:
    """What is measured of a right record in a language: claims, and card; words of the glossary as they show.

    The title is a heading and left out. KeyError where there is no such text; InputError for a word without one.
    """
    text: RightRecord | Translation = content.rights[name]
    if language != "en":
        text = content.translations[name, language]
    claims = [claim if isinstance(claim, str) else claim.text for claim in text.claims]
    said = " ".join(without_marks(claim, content.glossary, language) for claim in claims)
    return said, " ".join(_lines(text.card))


def _hardness(figure: Figure) -> float:
    return -figure.value if figure.lowest else figure.value


def _lines(card: Card) -> Iterable[str]:
    return (line if line[-1:] in ".!?…؟。！？" else f"{line}." for line in (*card.do, *card.say))


def _per_sentence(text: str) -> float:
    return len(words(text)) / len(sentences(text))


def _flesch_kincaid(text: str) -> tuple[Figure, ...]:
    """Grade = 0.39 words/sentence + 11.8 syllables/word − 15.59.

    Kincaid, Fishburne, Rogers & Chissom 1975, "Derivation of new readability formulas", Research Branch Report 8-75.
    """
    found = words(text)
    syllables = sum(map(english, found)) / len(found)
    return (Figure("school grade", round(0.39 * _per_sentence(text) + 11.8 * syllables - 15.59, 1), 8.0),)


def _fernandez_huerta(text: str) -> tuple[Figure, ...]:
    """Ease = 206.84 − 60 syllables/word − 1.02 words/sentence; 60 to 70 is seventh or eighth grade.

    Fernández Huerta 1959, "Medidas sencillas de lecturabilidad", Consigna 214, 29–32, as G. Law put it right in
    LINGUIST List 22.2332 (2011): the second term is words per sentence, not sentences.
    """
    found = words(text)
    syllables = sum(map(spanish, found)) / len(found)
    return (Figure("ease", round(206.84 - 60 * syllables - 1.02 * _per_sentence(text), 1), 60.0, lowest=True),)


def _fog_polish(text: str) -> tuple[Figure, ...]:
    """Fog = 0.4 (words/sentence + percentage of words of four syllables or more), on forms as they stand.

    As jasnopis.pl describes it for Polish ("FOG: formy tekstowe"). Broda et al. 2014 (LREC) find it to go with the
    formula of Pisarek 1969, which Charzyńska & Dębowski 2015 (Cognitive Studies 15) find to go with understanding. The
    limit is ours: inflected forms are long, so that 12 is strict for a text about law.
    """
    found = words(text)
    hard = 100 * sum(polish(word) >= 4 for word in found) / len(found)
    return (Figure("fog", round(0.4 * (_per_sentence(text) + hard), 1), 12.0),)


def _chinese(text: str) -> tuple[Figure, ...]:
    """Han characters per sentence, and the percentage of them in the first level of GB 2312-80.

    Sentence length is the part of readability formulas for Chinese that needs no word list; no scale of grades is
    behind the two limits, which are ours.
    """
    found = [each for each in text if "\u4e00" <= each <= "\u9fff"]
    length = len(found) / len(sentences(text))
    known = 100 * sum(map(_is_common, found)) / len(found) if found else 0.0
    return (
        Figure("characters per sentence", round(length, 1), 30.0),
        Figure("percentage of common characters", round(known, 1), 97.0, lowest=True),
    )


def _is_common(character: str) -> bool:
    return _FIRST <= character.encode("gb2312", "replace")[0] <= _LAST


def _lix(text: str) -> tuple[Figure, ...]:
    """LIX = words/sentence + percentage of words of more than six letters; from 50 on it is hard in Swedish.

    Björnsson 1968, "Läsbarhet"; Anderson 1983 (Journal of Reading 26) carries it to other languages. Arabic writes
    article and prepositions with the word, so the limit, which is ours, is no grade. OSMAN (El-Haj & Rayson 2016), made
    for Arabic, needs vowel marks that public texts leave out.
    """
    found = words(text)
    long = 100 * sum(len(word) > 6 for word in found) / len(found)
    return (Figure("lix", round(_per_sentence(text) + long, 1), 45.0),)


MEASURES: Final[Mapping[str, _Measure]] = {
    "en": _Measure("Flesch–Kincaid", _flesch_kincaid, validated=True),
    "es": _Measure("Fernández Huerta", _fernandez_huerta, validated=True),
    "pl": _Measure("fog index for Polish", _fog_polish, validated=False),
    "zh-Hans": _Measure("sentence length and common characters", _chinese, validated=False),
    "ar": _Measure("LIX", _lix, validated=False),
}
