"""What an agency may see of each category for any purpose at all: by what, and for what.

It is asked of the agency itself; its offices are asked for themselves. Circumstances are
said by the highest names under which everything tried is open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from recuse.compiler.opening import Extent, Openings
from recuse.model import UNDECLARED, Circumstances
from recuse.policy.closed import Fewest
from recuse.policy.contexts import Context
from recuse.policy.trees import above
from recuse.site.first_line import widest

Word = Literal["yes", "some", "only", "no", "unknown"]
"""`yes` and `some` are open to whoever asks, all records or some; `only` needs a purpose with a legal basis."""
KEPT: Final = 4096
"""Answers that are kept, since every language asks for the same."""
_UNTOLD: Final = ("unknown",)


@dataclass(frozen=True, slots=True)
class Cell:
    """How far a category is open to an agency; `only` are the authorities (ids) of which one is needed.

    `part` is whether even then only some records are.
    """

    word: Word
    only: tuple[str, ...] = ()
    part: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """A purpose with the authorities that open a category for it (ids); `some` is whether they open only some rows."""

    category: str
    purpose: str
    authorities: tuple[str, ...]
    some: bool


_Extents = list[tuple[Context, Extent]]


@lru_cache(maxsize=KEPT)
def cell(openings: Openings, agency: str, category: str) -> Cell:
    """How far a category is open to an agency."""
    tried = _tried(openings, agency, category)
    if any(extent in _UNTOLD for _, extent in tried):
        return Cell("unknown")
    free = widest(extent for context, extent in tried if context.circumstances.purpose == UNDECLARED)
    if free != "none":
        return Cell("yes" if free == "all" else "some")
    found = _fewest(openings, agency, tried, ("some", "all"))
    if not found:
        return Cell("no")
    part = any(extent == "some" for _, extent in tried)
    return Cell("only", tuple(dict.fromkeys(each.authority for each in found)), part)


def ways(openings: Openings, agency: str, categories: Iterable[str]) -> tuple[Way, ...]:
    """For which purposes and with which authorities each category is open; not those open to whoever asks."""
    return tuple(way for category in categories for way in _ways(openings, agency, category))


@lru_cache(maxsize=KEPT)
def _ways(openings: Openings, agency: str, category: str) -> tuple[Way, ...]:
    if cell(openings, agency, category).word != "only":
        return ()
    tried = _tried(openings, agency, category)
    extents = {context.circumstances: extent for context, extent in tried}
    pairs = _fewest(openings, agency, tried, ("some", "all"))
    # What opens all records where the wider name opens only some is said for itself.
    pairs += [
        each
        for each in _fewest(openings, agency, tried, ("all",))
        if each not in pairs and not _covered(openings, each, pairs, extents)
    ]
    by_purpose: dict[tuple[str, bool], list[str]] = {}
    for each in pairs:
        by_purpose.setdefault((each.purpose, extents[each] == "some"), []).append(each.authority)
    return tuple(
        Way(category, purpose, tuple(dict.fromkeys(authorities)), some)
        for (purpose, some), authorities in by_purpose.items()
    )


def _covered(
    openings: Openings, pair: Circumstances, pairs: Iterable[Circumstances], extents: Mapping[Circumstances, Extent]
) -> bool:
    """Whether a wider pair opens all records too."""
    purposes = above(openings.repository.purposes, pair.purpose)
    authorities = above(openings.repository.authorities, pair.authority)
    return any(e.purpose in purposes and e.authority in authorities and extents[e] == "all" for e in pairs)


def _fewest(openings: Openings, agency: str, tried: _Extents, extents: tuple[Extent, ...]) -> list[Circumstances]:
    """Circumstances that say in which others so much of a category is open."""
    allowed = [context.circumstances for context, extent in tried if extent in extents]
    return [*_declared(openings, agency).of(allowed)]


@lru_cache(maxsize=KEPT)
def _declared(openings: Openings, agency: str) -> Fewest:
    every = (context.circumstances for context, _ in _circumstances(openings, agency))
    return Fewest(openings.repository, (each for each in every if each.purpose != UNDECLARED))


@lru_cache(maxsize=KEPT)
def _tried(openings: Openings, agency: str, category: str) -> _Extents:
    every = _circumstances(openings, agency)
    # Hundreds of circumstances leave the rules in some ten ways.
    found = {left: widest(openings.extents_of(left, category).values()) for left in {left for _, left in every}}
    return [(context, found[left]) for context, left in every]


@lru_cache(maxsize=KEPT)
def _circumstances(openings: Openings, agency: str) -> tuple[tuple[Context, frozenset[int]], ...]:
    purposes = [each for each in openings.repository.purposes if each != UNDECLARED]
    every = openings.circumstances(agency, purposes)
    return tuple((each, openings.alike(agency, each.circumstances)) for each in every)
