"""Who may edit drafts: counsel, who advises, and officials, who direct. Nobody signs here."""

from datetime import datetime
from typing import Final

from recuse.server.identity import Refusal, Role, Visitor, refusal

EDITORS: Final[frozenset[Role]] = frozenset({"counsel", "official"})


def why_not(visitor: Visitor, at: datetime) -> Refusal | None:
    """Why this person may not edit drafts now, or None.

    Who wrote a draft matters to nobody who signs it: the two signatures are told apart by their keys.
    """
    return refusal(visitor, "advise" if "counsel" in visitor.roles else "direct", (), at)
