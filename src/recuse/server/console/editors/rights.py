"""Who may look, correct services and review texts; who wrote a text is not the one who reviews it."""

from datetime import datetime
from typing import Final

from recuse.content.values import RightRecord, Translation
from recuse.server.identity import Refusal, Role, Visitor, refusal

EDITORS: Final[frozenset[Role]] = frozenset({"reviewer", "counsel"})
"""Who corrects services and reviews translations; English texts on rights are counsel's alone."""
LOOKERS: Final[frozenset[Role]] = EDITORS | frozenset[Role]({"official", "auditor", "administrator"})


def why_not_edit(visitor: Visitor, at: datetime) -> Refusal | None:
    """Why this person may not edit now, or None."""
    return refusal(visitor, "edit", (), at)


def why_not_review(visitor: Visitor, text: RightRecord | Translation, at: datetime) -> Refusal | None:
    """Why this person may not review this text now, or None.

    Who wrote the files is told by their history, which is not read here; who translated stands in the file.
    """
    if isinstance(text, RightRecord) and "counsel" not in visitor.roles:
        return refusal(visitor, "advise", (), at)
    if isinstance(text, Translation) and _same(text.translated_by, visitor.name):
        return Refusal("own_matter", "you translated this text", "another person reviews it")
    return why_not_edit(visitor, at)


def role_of(visitor: Visitor, text: RightRecord | Translation) -> Role:
    """The role in which a person reviews: counsel where they are, of English texts always."""
    return "counsel" if isinstance(text, RightRecord) or "counsel" in visitor.roles else "reviewer"


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
