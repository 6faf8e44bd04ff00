"""What `watch` does and tells of permits besides their end: those that nobody used lapse, and a broken glass is loud.

A broken glass is told from the moment it is broken until another person has reviewed it, even when its permit has long
ended; where the review is overdue, the sentence changes, so that it is told again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from recuse import clock
from recuse.errors import RecuseError
from recuse.model import System
from recuse.operations.conditions import Condition
from recuse.operations.permit import Office
from recuse.permits import REVIEWED_WITHIN, Register, lapse, overdue, unused
from recuse.targets.target import Desk


@dataclass(frozen=True, slots=True)
class Lapsing:
    """Where unused permits are ended, or (without `expire`) only told."""

    office: Office
    system: System
    expire: bool

    def conditions(self, desk: Desk, register: Register) -> Iterator[Condition]:
        """End what lapses; what is left of it is a condition."""
        name, acting = self.system.name, self.office.acting(dry_run=not self.expire)
        try:
            due = unused(register, desk.permits(name), acting.terms, clock.now())
            due = lapse(acting, name) if due else ()
        except RecuseError as error:
            sentence = f"permits that nobody used could not be ended: {error.message}"
            yield Condition(name, "permit-unused", "permits", sentence, error.remedy or "look at `recuse permit list`")
            return
        for permit in due if not self.expire else ():
            sentence = f"permit `{permit.id}` of `{permit.login}` is in force, and no use of it is known"
            yield Condition(name, "permit-unused", permit.id, sentence, f"recuse permit revoke {permit.id}", "low")


def unreviewed(register: Register, system: str, now: datetime) -> Iterator[Condition]:
    """A condition for each broken glass of a system that nobody has reviewed."""
    late = overdue(register, now)
    for name, glass in register.glasses.items():
        if glass.justified is not None or register.issued[name][1]["system"] != system:
            continue
        purpose, by = register.issued[name][1]["purpose"], f"{glass.at + REVIEWED_WITHIN:%Y-%m-%d %H:%M}Z"
        said = f"its review is overdue since {by}" if name in late else f"another person is to review it by {by}"
        sentence = f"glass was broken for `{purpose}` at {glass.at:%Y-%m-%d %H:%M}Z, permit `{name}`: {said}"
        yield Condition(system, "glass-broken", name, sentence, f"recuse permit review-glass {name}", "critical")
