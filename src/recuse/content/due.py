"""What an editor has to look at again and by when: texts, translations and legal facts, the most pressing first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from recuse.content.basis import cited
from recuse.content.digests import source_sha256
from recuse.content.states import fitting_review
from recuse.content.values import ORIGINAL, Content, LegalFact, RightRecord, Translation

What = Literal["text", "translation", "legal fact"]
Pressing = Literal["overdue", "due", "later"]


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to look at. `by` is None for what should have been looked at before it was first shown."""

    what: What
    id: str
    language: str
    by: date | None
    state: Pressing
    why: str
    file: str


def due(content: Content, on: date) -> tuple[Due, ...]:
    """Every text, translation and cited fact with its next day: first what has none, then by day."""
    found = [_text(content, record, on) for record in content.rights.values()]
    found += _translations(content, on)
    found += _facts(content, on)
    return tuple(sorted(found, key=lambda each: (each.by or date.min, each.file, each.language, each.id)))


def _text(content: Content, record: RightRecord, on: date) -> Due:
    if fitting_review(content, record, on) is None:
        why = "changed since it was reviewed" if record.reviewed else "never reviewed"
        return Due("text", record.id, ORIGINAL, None, "overdue", why, record.file)
    by = record.review_by
    return Due("text", record.id, ORIGINAL, by, _pressing(content, by, on), "reviewed until then", record.file)


def _translations(content: Content, on: date) -> Iterator[Due]:
    """Only what is wrong with a translation: the day of its next review is the English text's."""
    for (name, code), translation in content.translations.items():
        why = _wrong(content, translation, on)
        if why and code in content.site.languages:
            yield Due("translation", name, code, None, "overdue", why, translation.file)


def _wrong(content: Content, translation: Translation, on: date) -> str:
    if translation.source_sha256 != source_sha256(content.rights[translation.id]):
        return "the English has changed since"
    if fitting_review(content, translation, on) is not None:
        return ""
    return "changed since it was reviewed" if translation.reviewed else "never reviewed"


def _facts(content: Content, on: date) -> Iterator[Due]:
    names = dict.fromkeys(name for record in content.rights.values() for name in cited(record))
    if content.site.who_looked is not None:
        names[content.site.who_looked.law] = None
    for name in names:
        yield _fact(content, content.facts[name], on)


def _fact(content: Content, fact: LegalFact, on: date) -> Due:
    if fact.checked_on is None:
        return Due("legal fact", fact.id, ORIGINAL, None, "overdue", "told from memory", fact.file)
    by = fact.checked_on + timedelta(days=content.site.fact_days)
    return Due("legal fact", fact.id, ORIGINAL, by, _pressing(content, by, on), "checked until then", fact.file)


def _pressing(content: Content, by: date, on: date) -> Pressing:
    if by < on:
        return "overdue"
    return "due" if by - timedelta(days=content.site.warn_days) <= on else "later"
