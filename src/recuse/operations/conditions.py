"""What `watch` tells: conditions that hold, and the moments at which one begins, changes and ends. Pure.

A condition is told once, however often it is looked at, and again when it changes or ends.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

Severity = Literal["critical", "high", "low"]
Happened = Literal["began", "changed", "ended"]
MOST: Final = 300
"""How many conditions of one kind are told singly: beyond that a person needs a count, and `recuse verify`."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds of a system ('' for all of them) and that somebody should know: what, and what to do.

    `object` tells it from others of its code; `sentence` may change while it is the same condition.
    """

    system: str
    code: str
    object: str
    sentence: str
    remedy: str
    severity: Severity = "high"
    found_by: Literal["look", "verify"] = "look"

    @property
    def key(self) -> str:
        """What stays the same: a digest, since it goes into the ledger, and names of logins need not."""
        return f"{self.found_by}-{_digest(self.system, self.code, self.object)}"

    @property
    def stamp(self) -> str:
        """Key and sentence together, as the ledger remembers what was told."""
        return f"{self.key}:{_digest(self.sentence)}"


@dataclass(frozen=True, slots=True)
class Alert:
    """What happened to a condition; of one that ended and was told by another run, only the key is known."""

    happened: Happened
    key: str
    condition: Condition | None

    def document(self, at: datetime) -> dict[str, Any]:
        """As the alert's receiver gets it."""
        shown: dict[str, Any] = {"happened": self.happened, "key": self.key, "at": at.isoformat()}
        if self.condition is not None:
            one = self.condition
            shown |= {
                "system": one.system, "code": one.code, "object": one.object, "severity": one.severity,
                "sentence": one.sentence, "remedy": one.remedy,
            }  # fmt: skip
        return shown


@dataclass(frozen=True, slots=True)
class Told:
    """What the receiver knows: by key, the digest of the sentence, and the condition where this run told it."""

    sentences: Mapping[str, str]
    conditions: Mapping[str, Condition]

    @classmethod
    def of(cls, stamps: Iterable[str]) -> "Told":
        """What an earlier run told, by the stamps that it left in the ledger."""
        return cls(dict(stamp.split(":", 1) for stamp in stamps if ":" in stamp), {})

    def after(self, conditions: Iterable[Condition], unseen: frozenset[str] = frozenset()) -> "Told":
        """What is known once these conditions, and no others, were told; what an earlier run told of `unseen` stays."""
        held = {each.key: each for each in conditions}
        kept = {key: said for key, said in self.sentences.items() if self._stays(key, unseen)}
        return Told(kept | {key: each.stamp.split(":", 1)[1] for key, each in held.items()}, held)

    def _stays(self, key: str, unseen: frozenset[str]) -> bool:
        return key not in self.conditions and key.split("-", 1)[0] in unseen

    def stamps(self) -> tuple[str, ...]:
        """What `of` reads."""
        return tuple(f"{key}:{sentence}" for key, sentence in sorted(self.sentences.items()))

    def alerts(self, conditions: Iterable[Condition], unseen: frozenset[str] = frozenset()) -> tuple[Alert, ...]:
        """What is to be told now that these conditions hold: what began and changed first, then what ended.

        What was found by something that has not looked since this run began (`unseen`) has not ended.
        """
        held = {each.key: each for each in conditions}
        found: list[Alert] = []
        for key, each in held.items():
            if key not in self.sentences:
                found.append(Alert("began", key, each))
            elif each.stamp != f"{key}:{self.sentences[key]}":
                found.append(Alert("changed", key, each))
        gone = [key for key in self.sentences if key not in held and not self._stays(key, unseen)]
        return (*found, *(Alert("ended", key, self.conditions.get(key)) for key in sorted(gone)))


def bounded(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """The conditions in a fixed order, each once; of a code with too many of a system the first, and how many."""
    by_code: dict[tuple[str, str], dict[str, Condition]] = {}
    for each in conditions:
        by_code.setdefault((each.system, each.code), {}).setdefault(each.key, each)
    found: list[Condition] = []
    for (system, code), group in sorted(by_code.items()):
        every = sorted(group.values(), key=lambda c: c.object)
        found += every[:MOST]
        if len(every) > MOST:
            sentence = f"{len(every) - MOST} more conditions `{code}` than are told singly"
            found.append(Condition(system, code, "(more)", sentence, "run `recuse verify`", every[0].severity))
    return tuple(found)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
