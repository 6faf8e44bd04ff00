"""How far a claim can be relied on: as far as the weakest legal fact it rests on, and never further.

A claim of the kind `law` without a fact rests on nothing: its status is unknown, and it is told from memory. A
commitment without one rests on this body's own decision, of which the site says who signed it: it has no basis here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from recuse.content.values import STATUSES, SURENESS, Claim, LegalFact, RightRecord, Status, Sure


@dataclass(frozen=True, slots=True)
class Basis:
    """Weakest status, least sureness and earliest check of facts; `checked_on` is None when one was not checked."""

    status: Status
    sure: Sure
    checked_on: date | None


def basis_of(facts: Iterable[LegalFact]) -> Basis:
    """The basis that some facts give together; of none at all, the weakest there is."""
    known = tuple(facts)
    if not known:
        return Basis(STATUSES[-1], SURENESS[-1], None)
    days = [fact.checked_on for fact in known]
    return Basis(
        status=max((fact.status for fact in known), key=STATUSES.index),
        sure=max((fact.sure for fact in known), key=SURENESS.index),
        checked_on=None if None in days else min(day for day in days if day is not None),
    )


def claim_basis(record: RightRecord, claim: Claim, facts: Mapping[str, LegalFact]) -> Basis | None:
    """What a claim of a record rests on; None for a commitment that cites no law."""
    if record.kind == "commitment" and not claim.facts:
        return None
    return basis_of(facts[name] for name in claim.facts)


def record_basis(record: RightRecord, facts: Mapping[str, LegalFact]) -> Basis | None:
    """What a whole record rests on: the weakest of its claims; None for a commitment that cites no law."""
    if record.kind == "commitment":
        named = cited(record)
        return basis_of(facts[name] for name in named) if named else None
    if not all(claim.facts for claim in record.claims):
        return basis_of(())
    return basis_of(facts[name] for name in cited(record))


def cited(record: RightRecord) -> tuple[str, ...]:
    """The ids of all facts of a record, each once, in the order of its claims."""
    return tuple(dict.fromkeys(name for claim in record.claims for name in claim.facts))
