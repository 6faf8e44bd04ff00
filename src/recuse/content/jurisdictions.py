"""Jurisdictions by their ids: `us-il-chicago` lies in `us-il`, that in `us`; law holds where it was made and below."""

import re
from typing import Final

from recuse.toml_source import Section

FEDERAL: Final = "us"
_JURISDICTION: Final = re.compile(r"[a-z]{2}(-[a-z0-9]+)*")


def is_jurisdiction(text: str) -> bool:
    """Whether a word is a country's two letters, or those with parts of it behind."""
    return _JURISDICTION.fullmatch(text) is not None


def layers(jurisdiction: str) -> tuple[str, ...]:
    """The jurisdictions whose law holds in one: itself last, the widest first."""
    parts = jurisdiction.split("-")
    return tuple("-".join(parts[: depth + 1]) for depth in range(len(parts)))


def holds_in(law: str, jurisdiction: str) -> bool:
    """Whether the law of one jurisdiction holds in another."""
    return law in layers(jurisdiction)


def take_jurisdiction(section: Section) -> str:
    """The jurisdiction of a section; `""` after a problem."""
    found = section.text("jurisdiction")
    if not found or is_jurisdiction(found):
        return found
    section.report(
        f"`{found}` is not a jurisdiction", "jurisdiction", remedy="write it as `us`, `us-il` or `us-il-chicago`"
    )
    return ""
