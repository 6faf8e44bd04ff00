"""How each system stands by the record alone: whether its last verdict tells, today, that the policy in force holds.

It does where the system is live, the directives in force were applied to it at the stage *enforce*, nothing was
planned, stepped back, undone, resumed or seen to drift since, and a verdict whose look began after that says so, from
attempts. An agreement, a standing purpose or an acceptance that begins or ends changes what was verified, too. All else
is not known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from recuse.ledger import Entry
from recuse.model import System
from recuse.policy.contexts import turned
from recuse.site.sources import Sources
from recuse.verdicts import State, state

Why = Literal["", "listing", "attested", "not-enforced", "changed", "stale", "never", "catalog", "open"]
"""Why it is not known; `open` is said of findings and of what could not be told, so that neither is named."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An entry with its number in the ledger, from 0."""

    number: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Standing:
    """One system: the newest verdict and apply about it, and why it is not known to hold; nothing where it is.

    `verified` is that of the newest look: of two that overlap, the one that began later.
    """

    system: System
    state: State
    verified: Numbered | None
    applied: Numbered | None
    why: Why

    @property
    def known(self) -> bool:
        """Whether the policy in force is known to hold there."""
        return not self.why

    @property
    def accepted(self) -> int:
        """Findings for which an official answers, so that they do not weigh in the verdict."""
        counts = self.verified.entry.body.get("accepted") if self.verified else None
        return sum(n for n in counts.values() if isinstance(n, int)) if isinstance(counts, dict) else 0


def standings(sources: Sources) -> tuple[Standing, ...]:
    """Every system of the repository, in its order. While findings of any are open, none is known.

    They are until a verdict that could tell says otherwise.
    """
    systems = sources.repository.systems.values()
    found = tuple(_standing(sources, system) for system in systems)
    if not any(_found(sources.record.entries, system) for system in systems):
        return found
    return tuple(Standing(each.system, each.state, each.verified, each.applied, each.why or "open") for each in found)


def _found(entries: Sequence[Entry], system: System) -> bool:
    """Whether the last verdict that could tell has findings, or that of the newest look."""
    verdicts = (each.entry.body.get("verdict") for each in _backwards(entries, ("verified",), system.name))
    last, newest = next((each for each in verdicts if each != "undetermined"), ""), _verified(entries, system.name)
    return "findings" in (last, newest.entry.body.get("verdict") if newest else "")


def _standing(sources: Sources, system: System) -> Standing:
    entries = sources.record.entries
    verified, applied = _verified(entries, system.name), _newest(entries, "applied", system.name)
    stands = state(
        verified.entry.body if verified else None, _age(sources, verified) if verified else timedelta(),
        sources.settings.fresh,
    )  # fmt: skip
    return Standing(system, stands, verified, applied, _why(sources, system, stands, verified, applied))


def _verified(entries: Sequence[Entry], system: str) -> Numbered | None:
    """The verdict of the newest look. An older one that began after the newest was written is of a moved clock."""
    found = [*_backwards(entries, ("verified",), system)]
    beside = [each for each in found[1:] if _began(each.entry) <= found[0].entry.at]
    return max((*found[:1], *beside), key=lambda each: (_began(each.entry), each.number), default=None)


def _began(verdict: Entry) -> datetime:
    """When the look began; an older entry says only when it was written."""
    began = verdict.body.get("began")
    return datetime.fromisoformat(began) if isinstance(began, str) else verdict.at


def _age(sources: Sources, verified: Numbered) -> timedelta:
    """How old a verdict is, by the clock, or by what was written after it where that is more: a clock may be behind."""
    began = _began(verified.entry)
    if sources.now < began:
        return sources.now - began
    return max(sources.now, *(each.at for each in sources.record.entries[verified.number :])) - began


def _why(sources: Sources, system: System, stands: State, verified: Numbered | None, applied: Numbered | None) -> Why:
    match system.kind:
        case "listing":
            return "listing"
        case "attested":
            return "attested"
    match stands:
        case "findings" | "undetermined":
            return "open"
        case "never" | "stale" | "catalog":
            return stands
    if applied is None or not _enforced(sources, system, applied):
        return "not-enforced"
    if verified is None or _older(verified, applied) or _moved(sources, system, verified, applied):
        return "changed"
    return "changed" if turned(sources.repository, _began(verified.entry).date(), sources.now.date()) else ""


def _older(verified: Numbered, applied: Numbered) -> bool:
    """Whether a verdict is, or its look began, before the apply had ended."""
    return verified.number < applied.number or _began(verified.entry) < applied.entry.at


def _enforced(sources: Sources, system: System, applied: Numbered) -> bool:
    """Whether the newest apply put the directives in force in place for everybody, and nothing else was begun since."""
    body, wanted = applied.entry.body, {each.directive.id for each in sources.attested}
    directives = body.get("directives")
    same = isinstance(directives, list) and set(directives) == wanted
    signed = system.stage == "enforce" and all(each.directive.stage == "enforce" for each in sources.attested)
    later = next(_backwards(sources.record.entries, ("planned", "staged", "applied"), system.name), applied)
    forward = body.get("stage") == "enforce" and "undo" not in body
    return same and signed and forward and later.number == applied.number


def _moved(sources: Sources, system: System, verified: Numbered, applied: Numbered) -> bool:
    """Whether the system was resumed after its verdict, or a look since then saw other facts than were applied."""
    resumed = _newest(sources.record.entries, "resumed", system.name)
    if resumed is not None and (resumed.number > verified.number or resumed.entry.at > _began(verified.entry)):
        return True
    for each in reversed(sources.record.entries[verified.number :]):
        seen = each.body.get("systems") if each.kind == "watched" else None
        one = seen.get(system.name) if isinstance(seen, dict) else None
        if isinstance(one, dict):
            return bool(one.get("fingerprint") != applied.entry.body.get("fingerprint_after"))
    return False


def _newest(entries: Sequence[Entry], kind: str, system: str) -> Numbered | None:
    """The newest entry of a kind about a system."""
    return next(_backwards(entries, (kind,), system), None)


def _backwards(entries: Sequence[Entry], kinds: Sequence[str], system: str) -> Iterator[Numbered]:
    for number in range(len(entries) - 1, -1, -1):
        if entries[number].kind in kinds and entries[number].body.get("system") == system:
            yield Numbered(number, entries[number])
