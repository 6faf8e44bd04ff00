"""Moments, days, addresses and uuids as PostgreSQL writes them under the settings of our connections (ISO, UTC)."""

import ipaddress
import math
import re
from typing import Final
from uuid import UUID

from recuse.compiler.proof.values import DAY, Day, Moment, days_of
from recuse.model import Address
from recuse.targets.postgres.reading.grammar import UnreadableError

_DAY: Final = r"(\d{4,})-(\d\d)-(\d\d)"
_TIME: Final = r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?"
_MOMENT: Final = re.compile(rf"{_DAY} {_TIME}( BC)?", re.ASCII)
_DATE: Final = re.compile(rf"{_DAY}( BC)?", re.ASCII)
_ADDRESS: Final = re.compile(r"([0-9A-Fa-f:.]+)(?:/(\d{1,3}))?", re.ASCII)
_INFINITIES: Final = {"infinity": math.inf, "-infinity": -math.inf}
_SECOND: Final = 1_000_000


def moment_of(text: str) -> Moment:
    """A timestamp with its zone."""
    if text in _INFINITIES:
        return Moment(_INFINITIES[text])
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise UnreadableError(f"it holds `{text}`, which is not a moment with its zone as PostgreSQL writes it")
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    fraction = int((found[7] or "").ljust(6, "0") or 0)
    offset = sum(int(part or 0) * unit for part, unit in zip(found.groups()[8:11], (3600, 60, 1), strict=True))
    seconds = hour * 3600 + minute * 60 + second - (offset if found[8] == "+" else -offset)
    return Moment(_days(year, month, day, found[12]) * DAY + seconds * _SECOND + fraction)


def day_of(text: str) -> Day:
    """A date."""
    if text in _INFINITIES:
        return Day(_INFINITIES[text])
    found = _DATE.fullmatch(text)
    if found is None:
        raise UnreadableError(f"it holds `{text}`, which is not a date as PostgreSQL writes it")
    return Day(_days(int(found[1]), int(found[2]), int(found[3]), found[4]))


def _days(year: int, month: int, day: int, before: str | None) -> int:
    """PostgreSQL counts years before 1 as BC, without a year 0."""
    return days_of(1 - year if before else year, month, day)


def address_of(text: str) -> Address:
    """An inet, host bits included; without a prefix it is a single address."""
    found = _ADDRESS.fullmatch(text)
    try:
        parsed = ipaddress.ip_address(found[1] if found else "")
    except ValueError:
        raise UnreadableError(f"it holds `{text}`, which is no address") from None
    prefix = int(found[2]) if found and found[2] else parsed.max_prefixlen
    if prefix > parsed.max_prefixlen:
        raise UnreadableError(f"it holds `{text}`, which is no address")
    return Address(parsed.version, int(parsed), prefix)


def uuid_of(text: str) -> UUID:
    """A uuid in its canonical form."""
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or str(found) != text:
        raise UnreadableError(f"it holds `{text}`, which is not a uuid as PostgreSQL writes it")
    return found
