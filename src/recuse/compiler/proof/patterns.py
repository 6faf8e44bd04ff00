"""Patterns of texts, and a few texts that stand for all: every text answers some patterns as one of them does.

A pattern is a row of steps: a character, any one character, or any number of characters. Characters that no pattern
names are alike, so walking all patterns at once over the characters that matter meets every combination of answers.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from recuse.errors import PlanError

ONE: Final = "_"
MANY: Final = "%"
MOST: Final = 50_000
Steps = tuple[tuple[str, bool], ...]
"""(character, False), or (ONE or MANY, True)."""

_State = frozenset[int]


def exactly(text: str) -> Steps:
    """The pattern that one text alone matches."""
    return tuple((character, False) for character in text)


def fits(pattern: Steps, text: str) -> bool:
    """Whether a text is what a pattern says."""
    state = _closed({0}, pattern)
    for character in text:
        state = _after(state, character, pattern)
    return len(pattern) in state


def representatives(patterns: Iterable[Steps]) -> tuple[str, ...]:
    """Texts such that every text matches the same of these patterns as one of them; the shortest of each kind.

    Raises PlanError when the patterns are too many and too alike to be told apart in reasonable time.
    """
    several = tuple(dict.fromkeys(patterns))
    named = {step for pattern in several for step, wild in pattern if not wild}
    other = next(chr(code) for code in range(ord("a"), 0xD800) if chr(code) not in named)
    start = tuple(_closed({0}, pattern) for pattern in several)
    found: dict[tuple[bool, ...], str] = {}
    seen, queue = {start}, deque([(start, "")])
    while queue:
        states, text = queue.popleft()
        found.setdefault(tuple(len(p) in state for state, p in zip(states, several, strict=True)), text)
        for character in (*sorted(_awaited(states, several)), other):
            reached = tuple(_after(state, character, p) for state, p in zip(states, several, strict=True))
            if reached not in seen:
                seen.add(reached)
                queue.append((reached, text + character))
        if len(seen) > MOST:
            raise PlanError("the patterns on one column are too many to be proved", "simplify the rules")
    return tuple(found.values())


def _awaited(states: tuple[_State, ...], patterns: tuple[Steps, ...]) -> set[str]:
    """The characters that some pattern waits for; in these states all others are alike."""
    return {
        pattern[at][0]
        for state, pattern in zip(states, patterns, strict=True)
        for at in state
        if at < len(pattern) and not pattern[at][1]
    }


def _after(state: _State, character: str, pattern: Steps) -> _State:
    reached: set[int] = set()
    for at in state:
        if at == len(pattern):
            continue
        step, wild = pattern[at]
        if (step, wild) == (MANY, True):
            reached.add(at)
        elif wild or step == character:
            reached.add(at + 1)
    return _closed(reached, pattern)


def _closed(state: set[int], pattern: Steps) -> _State:
    """With the places behind what may stand for nothing."""
    closed, waiting = set(state), list(state)
    while waiting:
        at = waiting.pop()
        if at < len(pattern) and pattern[at] == (MANY, True) and at + 1 not in closed:
            closed.add(at + 1)
            waiting.append(at + 1)
    return frozenset(closed)
