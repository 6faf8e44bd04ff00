"""One value of a feed, read strictly: text as plain text, links that cannot run anything, days, times, numbers.

Values come as JSON has them or as the text of a cell; `WrongValueError` says what is wrong and how to mend it.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from math import isfinite
from typing import Any, Final
from urllib.parse import urlsplit

from recuse.seen import seen

Reader = Callable[[object], Any]
LONGEST: Final = 20_000
_LINE: Final = 500
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_PHONE: Final = re.compile(r"\+?[0-9(][0-9 ()./-]{0,30}[0-9]")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])(?::00(?:\.0+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,62}")
_DAYS: Final = re.compile(r"(?:[+-]?[0-9]{1,2})?(?:MO|TU|WE|TH|FR|SA|SU)")


class WrongValueError(ValueError):
    """A value that cannot be taken: what is wrong, and how to mend it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


def text(value: object) -> str:
    """Text of one or more lines. Markup in it is text like any other; what would hide or reorder it is refused."""
    if not isinstance(value, str):
        raise WrongValueError("is not text", "write it in quotes")
    if len(value) > LONGEST:
        raise WrongValueError(f"has {len(value):,} characters, more than {LONGEST:,}", "shorten it")
    if value.isprintable():  # no control, format, surrogate or line separator: nearly every text, and quickly told
        return value.strip()
    plain = value.replace("\r\n", "\n")
    if seen(plain) != plain:
        character = next(each for each in plain if seen(each) != each)
        raise WrongValueError(
            f"holds U+{ord(character):04X}, a character that hides or reorders what stands beside it", "delete it"
        )
    if _SURROGATE.search(plain):
        raise WrongValueError("is not text in UTF-8", "save the file as UTF-8")
    return plain.strip()


def line(value: object) -> str:
    """Text of one line."""
    if isinstance(value, str) and len(value) <= _LINE and value.isprintable():
        return value.strip()  # as `text` would: nearly every line, and quickly told
    found = text(value)
    if "\n" in found or "\t" in found:
        raise WrongValueError("has a line break or a tabulator", "write it on one line")
    if len(found) > _LINE:
        raise WrongValueError(f"has {len(found):,} characters, more than {_LINE}", "shorten it")
    return found


def identifier(value: object) -> str:
    """An id: letters, digits and `._:-`; HSDS wants a UUID, and many feeds have a number."""
    if isinstance(value, str) and _IDENTIFIER.fullmatch(value):
        return value
    found = line(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)
    if not _IDENTIFIER.fullmatch(found):
        raise WrongValueError(f"{quoted(found)} is not an id", "write letters, digits and `._:-`, at most 128")
    return found


def url(value: object) -> str:
    """A link by https, http, tel or mailto; any other could run something, or lead nobody anywhere."""
    found = line(value)
    scheme, _, rest = found.partition(":")
    match scheme.lower():
        case "http" | "https":
            _web(found)
        case "mailto":
            email(rest)
        case "tel":
            phone(rest)
        case _:
            raise WrongValueError(f"{quoted(found)} is not a link", "write it as https://example.org/page")
    return found


def _web(found: str) -> None:
    remedy = "write it as https://example.org/page, everything but plain letters percent-encoded"
    if not found.isascii() or re.search(r"[\s\"<>\\^`{|}]", found):
        raise WrongValueError(f"{quoted(found)} has characters that no link has", remedy)
    try:
        parts = urlsplit(found)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise WrongValueError(f"{quoted(found)} is not a link", remedy) from None
    if "@" in parts.netloc:
        raise WrongValueError(f"{quoted(found)} has a user name before its host", remedy)
    if not _HOST.fullmatch(host):
        raise WrongValueError(f"{quoted(found)} names no host", remedy)


def email(value: object) -> str:
    """An address for mail."""
    found = line(value)
    if not _EMAIL.fullmatch(found):
        raise WrongValueError(f"{quoted(found)} is not an address for mail", "write it as name@example.org")
    return found


def phone(value: object) -> str:
    """A telephone number of 3 to 15 digits (E.164 has at most 15; 211 and 988 are numbers too)."""
    found = line(value)
    if not _PHONE.fullmatch(found) or not 3 <= sum(map(str.isdigit, found)) <= 15:
        raise WrongValueError(
            f"{quoted(found)} is not a telephone number", "write digits, and an extension in `extension`"
        )
    return found


def day(value: object) -> date:
    """A calendar day."""
    found = line(value)
    try:
        if _DAY.fullmatch(found) and found >= "1900":
            return date.fromisoformat(found)
    except ValueError:
        pass
    raise WrongValueError(f"{quoted(found)} is not a day", "write it as 2026-01-31")


def moment(value: object) -> datetime:
    """A moment, with or without its offset."""
    found = line(value)
    try:
        if _DAY.match(found):
            return datetime.fromisoformat(found)
    except ValueError:
        pass
    raise WrongValueError(f"{quoted(found)} is not a time", "write it as 2026-01-31T12:00:00Z")


def time(value: object) -> str:
    """A time of day as HH:MM, with the offset that the feed writes, if any; 24:00 is the day's end."""
    found = line(value)
    parts = _TIME.fullmatch(found)
    if parts is None or (parts[1] == "24" and parts[2] != "00"):
        raise WrongValueError(f"{quoted(found)} is not a time of day", "write it as 09:00")
    return f"{parts[1]}:{parts[2]}{parts[3] or ''}"


def number(low: float, high: float) -> Reader:
    """Reads a number between two others, both included."""

    def read(value: object) -> float:
        if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
            value = float(value)
        if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
            raise WrongValueError(f"{quoted(value)} is not a number", "write it in digits, with a point")
        if not low <= value <= high:
            raise WrongValueError(f"{quoted(value)} is not between {low:g} and {high:g}", "look it up again")
        return float(value)

    return read


def whole(low: int, high: int) -> Reader:
    """Reads a whole number between two others, both included."""
    inner = number(low, high)

    def read(value: object) -> int:
        found = float(inner(value))
        if not found.is_integer():
            raise WrongValueError(f"{quoted(value)} is not a whole number", "write it without a fraction")
        return int(found)

    return read


def choice(words: Sequence[str]) -> Reader:
    """Reads one of a closed set of words, as they are written here."""
    known = frozenset(words)

    def read(value: object) -> str:
        if isinstance(value, str) and value in known:
            return value
        raise WrongValueError(f"{quoted(value)} is not known here", f"write one of: {', '.join(words)}")

    return read


def currency(value: object) -> str:
    """A currency by ISO 4217."""
    found = line(value)
    if not re.fullmatch("[A-Z]{3}", found):
        raise WrongValueError(f"{quoted(found)} is not a currency", "write its three letters, such as USD")
    return found


def days(value: object) -> str:
    """Days of the week by RFC 5545, in a month with the occurrence before them: `MO,WE` or `1SA`."""
    parts = [part.strip() for part in line(value).upper().split(",")]
    for part in parts:
        if not _DAYS.fullmatch(part):
            raise WrongValueError(f"{quoted(part)} is not a day of the week", "write MO, TU, WE, TH, FR, SA, SU")
    return ",".join(parts)


def quoted(value: object) -> str:
    """A value for a message, cut."""
    return "`" + plainly(str(value)[:60]).replace("`", "'") + "`"


def plainly(text: str) -> str:
    """What a feed or a folder calls something, for a message: nothing that a terminal or a page would obey."""
    return _SURROGATE.sub("\ufffd", str(seen(text))).replace("\n", " ")
