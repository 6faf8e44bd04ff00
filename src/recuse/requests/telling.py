"""What a ruling says, as a document, and in sentences: what was not shown, whose word counts, what would open it."""

from collections.abc import Iterator, Mapping
from typing import Final

from recuse.ledger.entry import JSON
from recuse.model import Gap, Ruling

GAPS: Final[Mapping[Gap, str]] = {
    "evidence_missing": "its authority rests on what was not stated",
    "case_missing": "its purpose needs a case number",
    "agreement_missing": "no agreement in force covers it",
    "not_own_agency": "official duty is the institution's own",
    "unlisted_agency": "an agency that takes part is not in agencies.toml",
    "instrument": "its authority needs an instrument of a type that it lists",
}


def ruling_document(ruling: Ruling) -> dict[str, JSON]:
    """A ruling as JSON documents and replies have it."""
    return {
        "verdict": ruling.verdict, "rules": list(ruling.rules), "errors": list(ruling.errors),
        "categories": list(ruling.categories), "decided_as": list(ruling.decided_as), "gaps": list(ruling.gaps),
        "missing": list(ruling.missing), "counsel": ruling.counsel,
        "would_change": [{"purpose": c.purpose, "authority": c.authority} for c in ruling.would_change],
    }  # fmt: skip


def gaps(ruling: Ruling) -> Iterator[str]:
    """What was not shown, a sentence each."""
    for gap in ruling.gaps:
        yield GAPS[gap] + (f": {', '.join(ruling.missing)}" if gap == "evidence_missing" else "")


def renamed(ruling: Ruling, stated: str) -> str | None:
    """That it is decided as another authority than is stated; None where it is not."""
    if ruling.decided_as == (stated,):
        return None
    return f"decided as {' and '.join(ruling.decided_as)}, not as {stated}: the instrument's type says so"


def verdict(ruling: Ruling) -> str:
    """The verdict with the rules that determined it."""
    rules = ", ".join(ruling.rules) or "no rule permits it"
    return f"{ruling.verdict.replace('_', ' ')} by {rules}" if ruling.rules else f"refused: {rules}"
