"""What is shown of a text in a language on a day: shown, shown with warnings, or withheld, and why.

Fail closed: only the reasons listed in `WARNS` let a text be shown; any other withholds it, also one that is added
later and that nobody sorted. In a demonstration everything that has words is shown, each with its state.

- English shows only under a review by a named person, of exactly these words, facts and days.
- A translation shows only if its English does, if it was made from these English words, and if a person reviewed it.
- Law from memory, without citation, suspended, rescinded, not yet in force, or of an unknown status is not shown.
- Past `review_by`, on law that is disputed, told from a secondary source or checked long ago, it shows with a warning.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from recuse.content.basis import cited
from recuse.content.digests import source_sha256, text_sha256
from recuse.content.values import ORIGINAL, Content, LegalFact, Reviewed, RightRecord, Translation

State = Literal["shown", "shown with warnings", "withheld"]

WARNS: Final = frozenset({"past-review", "fact-disputed", "fact-partly-enjoined", "fact-secondary", "fact-old"})
"""Codes of the reasons with which a text is still shown. Every other reason withholds."""
_ENDED: Final = frozenset({"enjoined", "rescinded"})
"""Statuses that editors give to a fact which tells of the end of a law and is true."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a text is not simply shown. `about` is the legal fact or the language it concerns, else empty."""

    code: str
    sentence: str
    about: str = ""

    @property
    def withholds(self) -> bool:
        """Whether a text with this reason is not shown."""
        return self.code not in WARNS


@dataclass(frozen=True, slots=True)
class Standing:
    """A text in a language on a day. `visible` is what a page goes by; in a demonstration it goes beyond the state."""

    id: str
    language: str
    state: State
    reasons: tuple[Reason, ...]
    visible: bool
    machine: bool
    reviewed: Reviewed | None

    @property
    def label(self) -> str:
        """Who wrote and who reviewed, in English words; a machine's work stays one after a person's review."""
        made = "written in English" if self.language == ORIGINAL else "translated"
        by = f"{made} by a machine" if self.machine else made
        return f"{by}, reviewed by {self.reviewed.name}" if self.reviewed else f"{by}, not reviewed"


def standing(content: Content, name: str, language: str, on: date) -> Standing:
    """How the right record `name` stands in a language. KeyError for a record that is not there."""
    record = content.rights[name]
    translation = None if language == ORIGINAL else content.translations.get((name, language))
    text: RightRecord | Translation | None = record if language == ORIGINAL else translation
    reasons = [*_english(content, record, on), *_facts(content, record, on)]
    if language != ORIGINAL:
        reasons += _translated(content, record, translation, on) if translation else [_untranslated(language)]
    state: State = "shown"
    if reasons:
        state = "withheld" if any(each.withholds for each in reasons) else "shown with warnings"
    return Standing(
        id=name,
        language=language,
        state=state,
        reasons=tuple(reasons),
        visible=text is not None and (content.site.demonstration or state != "withheld"),
        machine=translation is not None and translation.by_machine,
        reviewed=None if text is None else fitting_review(content, text, on),
    )


def standings(content: Content, on: date) -> tuple[Standing, ...]:
    """Every right record in every language that the site offers."""
    return tuple(standing(content, name, code, on) for name in content.rights for code in content.site.languages)


def fitting_review(content: Content, text: RightRecord | Translation, on: date) -> Reviewed | None:
    """The newest review of exactly this text, not of a day to come; None when there is none."""
    if not text.reviewed:
        return None
    digest = text_sha256(text, content.facts)
    fitting = [each for each in text.reviewed if each.text_sha256 == digest and each.on <= on]
    return max(fitting, key=lambda each: each.on, default=None)


def _english(content: Content, record: RightRecord, on: date) -> Iterator[Reason]:
    if fitting_review(content, record, on) is None:
        if record.reviewed:
            yield Reason("review-out-of-date", "the English text is not the one that was reviewed")
        else:
            yield Reason("unreviewed", "nobody has reviewed the English text")
    if on < record.as_of:
        yield Reason("not-yet", f"the text is as of {record.as_of}, which is to come")
    if on > record.review_by:
        yield Reason("past-review", f"the text was to be reviewed by {record.review_by}")


def _untranslated(language: str) -> Reason:
    return Reason("untranslated", f"there is no translation into `{language}`", language)


def _translated(content: Content, record: RightRecord, translation: Translation, on: date) -> Iterator[Reason]:
    language = translation.language
    if translation.source_sha256 != source_sha256(record):
        yield Reason("translation-stale", "the English words have changed since they were translated", language)
    if fitting_review(content, translation, on) is not None:
        return
    if translation.reviewed:
        yield Reason("translation-review-out-of-date", "the translation is not the one that was reviewed", language)
    elif translation.by_machine:
        yield Reason("machine-unreviewed", "a machine translated, and nobody has reviewed it", language)
    else:
        yield Reason("translation-unreviewed", "nobody has reviewed the translation", language)


def _facts(content: Content, record: RightRecord, on: date) -> Iterator[Reason]:
    if record.kind == "law":
        for number, claim in enumerate(record.claims, 1):
            if not claim.facts:
                yield Reason("no-fact", f"claim {number} rests on no legal fact")
    for name in cited(record):
        yield from _fact(content.facts[name], on, content.site.fact_days)


def _fact(fact: LegalFact, on: date, fact_days: int) -> Iterator[Reason]:
    name, day = fact.id, fact.checked_on
    if fact.sure == "memory":
        yield Reason("fact-memory", f"`{name}` is told from memory", name)
    elif fact.sure != "read":
        yield Reason(f"fact-{fact.sure}", f"`{name}` was read in a {fact.sure} source, not in the law", name)
    if fact.status != "in force":
        hint = (
            f"; a fact that says that something was {fact.status} is itself in force" if fact.status in _ENDED else ""
        )
        yield Reason(f"fact-{fact.status.replace(' ', '-')}", f"the status of `{name}` is: {fact.status}{hint}", name)
    if fact.effective is not None and on < fact.effective:
        yield Reason("fact-not-yet", f"`{name}` holds from {fact.effective}", name)
    if fact.until is not None and on > fact.until:
        yield Reason("fact-over", f"`{name}` held until {fact.until}", name)
    if day is not None and day > on:
        yield Reason("fact-checked-later", f"`{name}` is said to be checked on {day}, which is to come", name)
    elif day is not None and on - day > timedelta(days=fact_days):
        yield Reason("fact-old", f"`{name}` was last checked on {day}", name)
