"""What a verdict in the ledger tells today: a state, in which what cannot be told is never a pass.

The console and the public site share it. A verdict that is missing, that could not tell, or that is too old is said to
be so; one of the future, as a moved clock makes it, tells as little as an old one.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

from recuse.ledger import JSON

State = Literal["holds", "catalog", "findings", "undetermined", "stale", "never"]
WORST: Final[tuple[State, ...]] = ("findings", "undetermined", "never", "stale", "catalog", "holds")
"""States, the one that asks for most attention first."""
FRESH: Final = timedelta(days=1)
"""How long a verdict tells something, where nothing else is set."""
_AHEAD: Final = timedelta(minutes=5)


def state(body: Mapping[str, JSON] | None, age: timedelta, fresh: timedelta) -> State:
    """The state of a system by its newest *verified* entry, None where it has none; `age` is that of the entry."""
    if body is None:
        return "never"
    match body.get("verdict"):
        case "findings":
            return "findings"
        case "holds":
            if not is_fresh(age, fresh):
                return "stale"
            return "holds" if body.get("known_by") == "attempt" else "catalog"
        case _:
            return "undetermined"


def is_fresh(age: timedelta, fresh: timedelta) -> bool:
    """Whether something of this age still tells how things stand; clocks may differ by a few minutes."""
    return -_AHEAD <= age <= fresh
