"""How an entry stands: assured lately, stale, or never; of which kinds it is; whether no identification is needed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from recuse.directory.records import Attribute, CostOption, Entry, Service
from recuse.directory.settings import Settings, term_key
from recuse.directory.words import normal

Assurance = Literal["assured", "stale", "never_assured"]
NoId = Literal["said", "not_said", "contradicted"]
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody asked there lately if the record is right: on which day, and by which day it is due again."""

    assurance: Assurance
    on: date | None
    due: date | None
    """None: it was never assured, so that it is due now."""


def standing(entry: Entry, settings: Settings, today: date) -> Standing:
    """How an entry stands on a day. On the day it is due it still counts as assured."""
    on = entry.service.assured_date
    if on is None:
        return Standing("never_assured", None, None)
    due = on + timedelta(days=settings.stale_after(entry.feed))
    return Standing("stale" if due < today else "assured", on, due)


def no_id(service: Service, settings: Settings) -> NoId:
    """Whether the record says that no identification is needed. It is never concluded from what a record does not say.

    It is said by a required document whose text is one of those in `no_id.documents`, or by a term of `no_id.terms`,
    and only while no other document is required and no row about documents was rejected.
    """
    documents = [normal(each.document) for each in service.required_documents if each.document]
    others = [each for each in documents if each not in settings.no_id_documents]
    named = any(_is(each, settings.no_id_terms) for each in service.attributes)
    if not named and len(others) == len(documents):
        return "not_said"
    unclear = len(documents) < len(service.required_documents) or "required_document" in service.incomplete
    return "contradicted" if others or unclear else "said"


def costs(service: Service, today: date) -> tuple[CostOption, ...]:
    """What it costs from a day on; what is over by then is left out."""
    return tuple(each for each in service.cost_options if each.valid_to is None or each.valid_to >= today)


def kinds(service: Service, settings: Settings) -> tuple[str, ...]:
    """The kinds that a service is of, by its terms, in the order of the settings; `other` when none is its."""
    found = tuple(kind.id for kind in settings.kinds if any(_is(each, kind.terms) for each in service.attributes))
    return tuple(dict.fromkeys(found)) or (OTHER,)


def _is(attribute: Attribute, terms: frozenset[str]) -> bool:
    taxonomy = attribute.taxonomy or ""
    return any(word and term_key(f"{taxonomy}:{word}") in terms for word in (attribute.code, attribute.name))
