"""What a row may hold for rules, and the literals by which rules name a moment or an address.

A Bool is a bool, a Long an int, a String or an entity's id a str, a uuid a UUID. A datetime or date is whole
milliseconds since 1970 UTC, rounded down, or an infinity (math.inf); an ipaddr an Address; a Set<String> a frozenset,
in which None stands for a NULL element. NULL itself is None.
"""

import ipaddress
import re
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

DAY: Final = 86_400_000
"""Milliseconds of a day: Cedar's time has no leap seconds."""

_MOMENT: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?(?:Z|([+-])(\d\d)(\d\d)))?", re.ASCII
)
_ADDRESS: Final = re.compile(r"([0-9.]+|[0-9A-Fa-f:]+)(?:/(0|[1-9][0-9]{0,2}))?", re.ASCII)
_BITS: Final = {4: 32, 6: 128}


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """An IP address with the length of its network's prefix; bits beyond the prefix count, as in Cedar and `inet`."""

    version: int
    number: int
    prefix: int

    @property
    def bits(self) -> int:
        """How many bits an address of its version has."""
        return _BITS[self.version]

    def within(self, other: "Address") -> bool:
        """Whether its whole network lies in the network of the other: PostgreSQL's `<<=`, Cedar's `isInRange`."""
        unasked = self.bits - other.prefix
        return (
            self.version == other.version
            and self.prefix >= other.prefix
            and self.number >> unasked == other.number >> unasked
        )

    def __str__(self) -> str:
        """The address and its prefix, as Cedar and PostgreSQL both read them: never as IPv4 inside IPv6."""
        if self.version == 4:
            return f"{ipaddress.IPv4Address(self.number)}/{self.prefix}"
        groups = (f"{self.number >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))
        return f"{':'.join(groups)}/{self.prefix}"


Value = bool | int | float | str | UUID | Address | frozenset[str | None] | None


def moment(text: str) -> int | None:
    """A Cedar datetime literal in milliseconds since 1970 UTC; None for a text that Cedar refuses.

    Source: Cedar language reference, "datetime"; each form is compared with Cedar in the tests.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, milli = (int(part or 0) for part in found.groups()[:7])
    sign, ahead, minutes = found[8], int(found[9] or 0), int(found[10] or 0)
    if hour > 23 or minute > 59 or second > 59 or ahead > 23 or minutes > 59:
        return None
    try:
        # Python's calendar begins with the year 1; years 0 and 400 are alike, 146097 days apart.
        days = date(year or 400, month, day).toordinal() - date(1970, 1, 1).toordinal() - (0 if year else 146_097)
    except ValueError:
        return None
    offset = (ahead * 60 + minutes) * (-1 if sign == "-" else 1)
    return days * DAY + (((hour * 60 + minute - offset) * 60) + second) * 1000 + milli


def address(text: str) -> Address | None:
    """A Cedar ip literal; None for a text that Cedar refuses: IPv4 inside IPv6, zones, leading zeros."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return None
    try:
        parsed = ipaddress.ip_address(found[1])
    except ValueError:
        return None
    prefix = parsed.max_prefixlen if found[2] is None else int(found[2])
    return Address(parsed.version, int(parsed), prefix) if prefix <= parsed.max_prefixlen else None
