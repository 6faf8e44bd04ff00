"""A few texts that stand for all: every text answers a set of questions as one of its representatives does.

Questions compare a text with constants and patterns. A character that none of them mentions is like any other such, so
walking the product of their automata over the characters that matter meets every combination of answers, the shortest
text of each first. That decides exactly what a general theory of strings may not answer in time.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from recuse.errors import PlanError

MOST_STATES: Final = 20_000
_WILDCARD: Final = ""

_Places = frozenset[int]
"""Where in one pattern a text read so far can stand."""


def representatives(patterns: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Texts such that every text matches the same patterns (as `pattern.pieces`; a constant has one piece) as one does.

    Raises PlanError when the patterns are too many and too alike to be told apart in reasonable time.
    """
    steps = [tuple(_steps(pieces)) for pieces in dict.fromkeys(patterns)]
    other = _unmentioned({character for pattern in steps for character in pattern})
    start = tuple(_closed({0}, pattern) for pattern in steps)
    seen = {start}
    answers: dict[tuple[bool, ...], str] = {}
    queue = deque([(start, "")])
    while queue:
        places, text = queue.popleft()
        answers.setdefault(tuple(len(p) in at for at, p in zip(places, steps, strict=True)), text)
        for character in (*_expected(places, steps), other):
            reached = tuple(_after(character, at, p) for at, p in zip(places, steps, strict=True))
            if reached not in seen:
                seen.add(reached)
                queue.append((reached, text + character))
        if len(seen) > MOST_STATES:
            raise PlanError("the patterns on one column are too many to be compared", "simplify the rules")
    return tuple(answers.values())


def _steps(pieces: tuple[str, ...]) -> Iterator[str]:
    """The characters of a pattern, with a wildcard between pieces."""
    for number, piece in enumerate(pieces):
        if number:
            yield _WILDCARD
        yield from piece


def _unmentioned(characters: set[str]) -> str:
    return next(chr(code) for code in range(ord("a"), 0xD800) if chr(code) not in characters)


def _expected(places: tuple[_Places, ...], steps: list[tuple[str, ...]]) -> list[str]:
    """The characters that some pattern waits for, in order; here all others are alike."""
    waiting = {p[at] for ats, p in zip(places, steps, strict=True) for at in ats if at < len(p)}
    return sorted(waiting - {_WILDCARD})


def _after(character: str, places: _Places, pattern: tuple[str, ...]) -> _Places:
    reached: set[int] = set()
    for at in places:
        if at < len(pattern) and pattern[at] == _WILDCARD:
            reached.add(at)
        elif at < len(pattern) and pattern[at] == character:
            reached.add(at + 1)
    return _closed(reached, pattern)


def _closed(places: set[int], pattern: tuple[str, ...]) -> _Places:
    """With the places after a wildcard, which may stand for nothing."""
    closed = set(places)
    for at in places:
        following = at
        while following < len(pattern) and pattern[following] == _WILDCARD:
            following += 1
            closed.add(following)
    return frozenset(closed)
