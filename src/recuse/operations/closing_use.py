"""What a log knows of the use of what would be closed, as the danger that a plan shows before it closes it."""

from collections.abc import Iterable
from typing import Final

from recuse.audit.uses import Use, Uses
from recuse.enforcement.facts import Hazard

USE: Final = "closing-use"
"""The code of a hazard that tells of a log, as the backtest does: no part of what `apply` compares."""

_SHOWN: Final = 6


def use_of(uses: Uses | None, logins: frozenset[str], objects: frozenset[str]) -> Hazard:
    """Who used what lies behind a closing, how often, last when; or that nobody can know."""
    if uses is None:
        return Hazard(USE, "use unknown: no log was given", "give the access log with --log")
    found = uses.of(logins, objects)
    if not found:
        named = ", ".join(f"`{name}`" for name in sorted(objects)) or "what lies behind it"
        sentence = f"the log, which ends on {uses.ends}, knows no use of {named} by who loses it"
        return Hazard(USE, sentence, "what the log does not record, it does not know")
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    shown = sorted(found, key=lambda use: (-use.permitted, -use.count, use.login, use.object))[:_SHOWN]
    permitted = sum(use.permitted for use in found)
    return Hazard(
        USE,
        f"in use, as the log says: {'; '.join(map(_words, shown))}{more}",
        "see that who is permitted reads otherwise before it is closed" if permitted or _untold(found) else None,
    )


def _words(use: Use) -> str:
    permitted = f"{use.permitted:,} permitted by the policy"
    untold = f", {use.untold:,} of which that cannot be told" if use.untold else ""
    return f"`{use.login}` on `{use.object}` {use.count:,} times ({permitted}{untold}), last on {use.last or 'no day'}"


def _untold(found: Iterable[Use]) -> bool:
    return any(use.untold for use in found)
