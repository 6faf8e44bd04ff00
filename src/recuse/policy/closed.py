"""Cedar's answer made to fail closed, and the fewest circumstances that say in which others it would be yes."""

import re
from collections.abc import Iterable, Iterator, Set
from itertools import product
from typing import Final

import cedarpy

from recuse.errors import InputError
from recuse.model import Circumstances, Decision, Repository
from recuse.policy.trees import above

_Pair = tuple[str, str]
_ERRING: Final = re.compile(r"error while evaluating policy `([^`]*)`")


def closed(result: cedarpy.AuthzResult, permits: Set[str]) -> Decision:
    """The decision, where a forbid rule whose evaluation errs denies (SOUNDNESS 2, rule 10); `permits` are rules' ids.

    Raises InputError where Cedar could not decide at all.
    """
    errors = tuple(_erring(text) for text in result.diagnostics.errors)
    if result.decision is cedarpy.Decision.NoDecision:
        raise InputError(f"Cedar could not decide: {'; '.join(errors)}", "report this with the question")
    blocking = tuple(name for name in errors if name not in permits)
    if blocking:
        return Decision(allow=False, rules=blocking, errors=errors)
    return Decision(result.allowed, tuple(sorted(result.diagnostics.reasons)), errors)


def _erring(text: str) -> str:
    """The rule an error is about; the whole text, which is no permit rule's id, if it names none."""
    found = _ERRING.match(text)
    return found[1] if found else text


def fewest(
    repository: Repository, tried: Iterable[Circumstances], allowed: Iterable[Circumstances]
) -> Iterator[Circumstances]:
    """Of the allowed circumstances each pair of purpose and authority once, none below a wholly allowed one.

    A pair is wholly allowed where every pair below it that was tried is allowed.
    """
    yield from Fewest(repository, tried).of(allowed)


class Fewest:
    """The function `fewest` for circumstances that are tried once, of which now these are allowed and now those."""

    def __init__(self, repository: Repository, tried: Iterable[Circumstances]) -> None:
        pairs = {(each.purpose, each.authority) for each in tried}
        purposes = {each: above(repository.purposes, each) for each in {purpose for purpose, _ in pairs}}
        authorities = {each: above(repository.authorities, each) for each in {authority for _, authority in pairs}}
        # Each pair with itself and those above it.
        self._above = {pair: frozenset(product(purposes[pair[0]], authorities[pair[1]])) for pair in pairs}

    def of(self, allowed: Iterable[Circumstances]) -> Iterator[Circumstances]:
        """The fewest of these."""
        opening: dict[_Pair, Circumstances] = {}
        for circumstances in allowed:
            opening.setdefault((circumstances.purpose, circumstances.authority), circumstances)
        if not opening:
            return
        broken = {upper for pair in self._above.keys() - opening.keys() for upper in self._above[pair]}
        whole = opening.keys() - broken  # pairs under which every pair is allowed
        for pair, circumstances in opening.items():
            if not (self._above[pair] - {pair}) & whole:
                yield circumstances
