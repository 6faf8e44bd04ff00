"""Texts on rights as data: JSON beside each page, rows for the open data. Only what is told stands in them."""

from collections.abc import Iterable, Iterator
from datetime import date

from recuse.content.marks import without_marks
from recuse.content.values import Content, LegalFact, Reviewed
from recuse.csv_text import Cell
from recuse.ledger import JSON
from recuse.site.rights.told import Shelf, Told, ToldClaim, shelf


def rights_rows(content: Content, on: date, languages: Iterable[str]) -> Iterator[tuple[Cell, ...]]:
    """A row for each legal fact of each claim of each text that is told; one for a claim without law.

    The columns are those of the table `rights` of the open data.
    """
    for language in languages:
        for told in shelf(content, language, on).told:
            for number, claim in enumerate(told.claims, 1):
                says = without_marks(claim.text, content.glossary, language)
                for fact in claim.facts or (None,):
                    yield (*_head(told, language), number, says, *_law_cells(fact), *_tail(told))


def shelf_data(content: Content, language: str, found: Shelf) -> dict[str, JSON]:
    """The texts of a page, and how many are withheld for which reason."""
    kept = found.withheld
    return {
        "texts": [_text(content, language, each) for each in found.told],
        "withheld": {"texts": kept.texts, "reasons": {**kept.reasons}},
        "shown_as_demonstration_only": found.spared,
    }


def _text(content: Content, language: str, told: Told) -> JSON:
    record, state = told.record, told.standing
    return {
        "id": record.id, "place": record.place, "kind": record.kind, "jurisdiction": record.jurisdiction,
        "title": told.title, "as_of": record.as_of.isoformat(), "review_by": record.review_by.isoformat(),
        "state": state.state, "reasons": [*dict.fromkeys(each.code for each in state.reasons)],
        "reviewed": _review(told.english),
        "translation": None if told.translated_by is None else {
            "by": told.translated_by, "machine": state.machine, "reviewed": _review(state.reviewed),
        },
        "claims": [_claim(content, language, each) for each in told.claims],
        "card": {"do": [*told.card.do], "say": [*told.card.say]},
    }  # fmt: skip


def _claim(content: Content, language: str, claim: ToldClaim) -> JSON:
    basis = claim.basis
    return {
        "text": without_marks(claim.text, content.glossary, language),
        "facts": [_fact(each) for each in claim.facts],
        "status": None if basis is None else basis.status,
        "sure": None if basis is None else basis.sure,
        "checked_on": None if basis is None else _day(basis.checked_on),
    }


def _fact(fact: LegalFact) -> JSON:
    return {
        "id": fact.id, "jurisdiction": fact.jurisdiction, "says": fact.says, "citation": fact.citation,
        "status": fact.status, "sure": fact.sure, "checked_on": _day(fact.checked_on), "source": fact.source,
        "effective": _day(fact.effective), "until": _day(fact.until),
    }  # fmt: skip


def _review(review: Reviewed | None) -> JSON:
    return None if review is None else {"name": review.name, "role": review.role, "on": review.on.isoformat()}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _head(told: Told, language: str) -> tuple[str, ...]:
    record = told.record
    return record.id, language, record.place, record.kind, record.jurisdiction, told.title


def _law_cells(fact: LegalFact | None) -> tuple[Cell, ...]:
    if fact is None:
        return (None,) * 6
    return fact.id, fact.jurisdiction, fact.citation, fact.status, fact.sure, _day(fact.checked_on)


def _tail(told: Told) -> tuple[Cell, ...]:
    record, state = told.record, told.standing
    translation = None if told.translated_by is None else state.reviewed
    return (
        record.as_of.isoformat(), record.review_by.isoformat(), state.state,
        " ".join(dict.fromkeys(each.code for each in state.reasons)), _reviewed_on(told.english),
        told.translated_by, _reviewed_on(translation),
    )  # fmt: skip


def _reviewed_on(review: Reviewed | None) -> str | None:
    return None if review is None else review.on.isoformat()
