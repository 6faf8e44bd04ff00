"""How each system stands by the record alone: whether its last verdict tells, today, that the policy in force holds.

It does where the system is live, the directives in force were applied to it at the stage *enforce*, nothing was
planned, stepped back, resumed or seen to drift since, and a verdict younger than that says so. All else is not known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from recuse.ledger import Entry
from recuse.model import System
from recuse.site.sources import Sources
from recuse.verdicts import State, state

Why = Literal["", "listing", "attested", "not-enforced", "changed", "stale", "never", "open"]
"""Why it is not known; `open` is said of findings and of what could not be told, so that neither is named."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An entry with its number in the ledger, from 0."""

    number: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Standing:
    """One system: the newest verdict and apply about it, and why it is not known to hold; nothing where it is."""

    system: System
    state: State
    verified: Numbered | None
    applied: Numbered | None
    why: Why

    @property
    def known(self) -> bool:
        """Whether the policy in force is known to hold there."""
        return not self.why


def standings(sources: Sources) -> tuple[Standing, ...]:
    """Every system of the repository, in its order. While any verdict says that findings are open, none is known."""
    found = tuple(_standing(sources, system) for system in sources.repository.systems.values())
    if not any(each.state == "findings" for each in found):
        return found
    return tuple(Standing(each.system, each.state, each.verified, each.applied, each.why or "open") for each in found)


def newest(entries: Sequence[Entry], kind: str, system: str) -> Numbered | None:
    """The newest entry of a kind about a system."""
    return next(_backwards(entries, (kind,), system), None)


def _standing(sources: Sources, system: System) -> Standing:
    entries = sources.record.entries
    verified, applied = newest(entries, "verified", system.name), newest(entries, "applied", system.name)
    age = sources.now - verified.entry.at if verified else timedelta()
    stands = state(verified.entry.body if verified else None, age, sources.settings.fresh)
    return Standing(system, stands, verified, applied, _why(sources, system, stands, verified, applied))


def _why(sources: Sources, system: System, stands: State, verified: Numbered | None, applied: Numbered | None) -> Why:
    match system.kind:
        case "listing":
            return "listing"
        case "attested":
            return "attested"
    match stands:
        case "findings" | "undetermined":
            return "open"
        case "never" | "stale":
            return stands
    if applied is None or not _enforced(sources, system, applied):
        return "not-enforced"
    if verified is None or verified.number < applied.number or _moved(sources, system, verified, applied):
        return "changed"
    return ""


def _enforced(sources: Sources, system: System, applied: Numbered) -> bool:
    """Whether the newest apply put the directives in force in place for everybody, and nothing else was begun since."""
    body, wanted = applied.entry.body, {each.directive.id for each in sources.attested}
    directives = body.get("directives")
    same = isinstance(directives, list) and set(directives) == wanted
    signed = system.stage == "enforce" and all(each.directive.stage == "enforce" for each in sources.attested)
    later = next(_backwards(sources.record.entries, ("planned", "staged", "applied"), system.name), applied)
    return same and signed and body.get("stage") == "enforce" and later.number == applied.number


def _moved(sources: Sources, system: System, verified: Numbered, applied: Numbered) -> bool:
    """Whether the system was resumed after its verdict, or a look since the apply saw other facts than were applied."""
    resumed = newest(sources.record.entries, "resumed", system.name)
    if resumed is not None and resumed.number > verified.number:
        return True
    for each in reversed(sources.record.entries[verified.number :]):
        seen = each.body.get("systems") if each.kind == "watched" else None
        one = seen.get(system.name) if isinstance(seen, dict) else None
        if isinstance(one, dict):
            return bool(one.get("fingerprint") != applied.entry.body.get("fingerprint_after"))
    return False


def _backwards(entries: Sequence[Entry], kinds: Sequence[str], system: str) -> Iterator[Numbered]:
    for number in range(len(entries) - 1, -1, -1):
        if entries[number].kind in kinds and entries[number].body.get("system") == system:
            yield Numbered(number, entries[number])
