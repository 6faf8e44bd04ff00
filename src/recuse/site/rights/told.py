"""Which texts on rights readers are told in a language on a day, with the law of each, and how many are withheld.

Pages, sheets, cards, the data beside them and the open data are all made of what this gives, so that a text that is
withheld stands in none of them. Of those only numbers are told: neither titles nor ids.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from recuse.content.basis import Basis, claim_basis, record_basis
from recuse.content.jurisdictions import layers
from recuse.content.states import Standing, fitting_review, standing
from recuse.content.values import ORIGINAL, PLACES, Card, Claim, Content, LegalFact, Place, Reviewed, RightRecord


@dataclass(frozen=True, slots=True)
class ToldClaim:
    """A paragraph in the reader's language, the facts it rests on, and how far these hold together (None: no law)."""

    text: str
    facts: tuple[LegalFact, ...]
    basis: Basis | None


@dataclass(frozen=True, slots=True)
class Told:
    """A text that is shown: words in the reader's language, and all that says how far they can be relied on.

    `english` is the review of the English text; `translated_by` is None for a text that is English.
    """

    record: RightRecord
    title: str
    claims: tuple[ToldClaim, ...]
    card: Card
    basis: Basis | None
    standing: Standing
    english: Reviewed | None
    translated_by: str | None


@dataclass(frozen=True, slots=True)
class Withheld:
    """How many texts are not shown, and for how many of them each reason holds; one text may have several."""

    texts: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The texts of a place, or of all places, in a language on a day: those told in their order, those withheld."""

    told: tuple[Told, ...]
    withheld: Withheld

    @property
    def spared(self) -> int:
        """How many of the texts are told only because this is a demonstration."""
        return sum(each.standing.state == "withheld" for each in self.told)

    @property
    def cards(self) -> tuple[Told, ...]:
        """The texts that have a card, place by place."""
        found = (each for each in self.told if each.card.do or each.card.say)
        return tuple(sorted(found, key=lambda each: PLACES.index(each.record.place)))


def shelf(content: Content, language: str, on: date, at: Place | None = None, own: Collection[str] = ()) -> Shelf:
    """The texts of a place (None: of all); law of the jurisdictions in `own` stands before that of their sisters."""
    records = [each for each in content.rights.values() if at in (None, each.place)]
    standings = {each.id: standing(content, each.id, language, on) for each in records}
    shown = sorted((each for each in records if standings[each.id].visible), key=lambda each: _order(each, own))
    told = tuple(_told(content, each, language, on, standings[each.id]) for each in shown)
    return Shelf(told, _withheld(each for each in standings.values() if not each.visible))


def by_jurisdiction(told: Iterable[Told]) -> Iterator[tuple[str, tuple[Told, ...]]]:
    """Texts in their order, with the jurisdiction before those that it has."""
    groups: dict[str, list[Told]] = {}
    for each in told:
        groups.setdefault(each.record.jurisdiction, []).append(each)
    for jurisdiction, texts in groups.items():
        yield jurisdiction, tuple(texts)


def _order(record: RightRecord, own: Collection[str]) -> tuple[object, ...]:
    """The widest law first, as it holds for most who read; then each branch down to its end, this body's own first."""
    branch = tuple((layer not in own, layer) for layer in layers(record.jurisdiction))
    return branch, record.order, record.id


def _told(content: Content, record: RightRecord, language: str, on: date, state: Standing) -> Told:
    translation = None if language == ORIGINAL else content.translations[record.id, language]
    words = [claim.text for claim in record.claims] if translation is None else translation.claims
    return Told(
        record=record,
        title=record.title if translation is None else translation.title,
        claims=tuple(_claim(content, record, *each) for each in zip(words, record.claims, strict=True)),
        card=record.card if translation is None else translation.card,
        basis=record_basis(record, content.facts),
        standing=state,
        english=fitting_review(content, record, on),
        translated_by=None if translation is None else translation.translated_by,
    )


def _claim(content: Content, record: RightRecord, text: str, claim: Claim) -> ToldClaim:
    facts = tuple(content.facts[name] for name in claim.facts)
    return ToldClaim(text, facts, claim_basis(record, claim, content.facts))


def _withheld(standings: Iterable[Standing]) -> Withheld:
    found = tuple(standings)
    reasons = Counter(code for each in found for code in {reason.code for reason in each.reasons if reason.withholds})
    return Withheld(len(found), dict(sorted(reasons.items())))
