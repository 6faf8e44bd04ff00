"""The form of an answer: from what was typed to an outcome, with every problem at its field."""

from datetime import datetime
from typing import Final, cast

from recuse.model import OUTCOMES, AssistanceRequest, Custody, Outcome, OutcomeWord
from recuse.requests.store import Found
from recuse.server.console.assistance.typed import Typed
from recuse.server.identity import Visitor
from recuse.server.requesting.people import written

SEVERAL: Final = ("given",)
CUSTODY: Final = frozenset({"detainer", "custody_transfer", "notification_of_release"})
"""Kinds in whose answers a report asks what became of custody."""
WORDS: Final = {
    "complied": "Complied: all of it is given", "complied_in_part": "Complied in part",
    "refused": "Refused", "no_records": "No records",
}  # fmt: skip
"""What is answered; who asks withdraws."""
LABELS: Final = {
    "word": "Answer", "given": "Data given", "bail_posted": "Bail posted, UTC", "released": "Released, UTC",
    "transferred": "Custody transferred, UTC", "transferred_to": "Transferred to", "note": "Note",
}  # fmt: skip
_LONGEST: Final = 10_000


def outcome(
    found: Typed, request: AssistanceRequest, by: tuple[Visitor, str, datetime], problems: dict[str, str]
) -> Outcome | None:
    """The outcome that was typed, by somebody, with an id, at a moment; None where something is wrong with it."""
    visitor, name, now = by
    word = found.text("word")
    if word not in WORDS:
        problems["word"] = "Choose how it is answered."
    bail, free, moved = (found.moment(each, problems) for each in ("bail_posted", "released", "transferred"))
    to = found.one("transferred_to")
    if (moved is None) != (to is None) and "transferred" not in problems:
        problems["transferred_to"] = "A transfer has a time and an agency: give both or none."
    if word == "complied_in_part" and request.categories and not found.all("given"):
        problems["given"] = "Say which data were given."
    if len(found.text("note")) > _LONGEST:
        problems["note"] = f"The note is longer than {_LONGEST:,} characters."
    if problems:
        return None
    given = {"complied": request.categories, "complied_in_part": found.all("given")}.get(word, ())
    return Outcome(
        id=name, request=request.id, supersedes=None, at=now, by=written(visitor), word=cast("OutcomeWord", word),
        categories=given, rules=(), contrary=found.text("done") == "yes", detention=Custody(bail, free, moved, to),
        note=found.text("note"),
    )  # fmt: skip


def withdrawn(request: AssistanceRequest, by: tuple[Visitor, str, datetime], note: str) -> Outcome:
    """That who asked has withdrawn it."""
    visitor, name, now = by
    return Outcome(
        id=name, request=request.id, supersedes=None, at=now, by=written(visitor), word=OUTCOMES[-1], categories=(),
        rules=(), contrary=False, detention=Custody(), note=note,
    )  # fmt: skip


def answered_meanwhile(found: Found, last: str) -> bool:
    """Whether somebody answered after the page with the form was made."""
    return (found.outcome.id if found.outcome else "") != last
