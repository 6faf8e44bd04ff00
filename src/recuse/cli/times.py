"""Times and days that a person types: ISO 8601, times with a zone, or refused; no zone is ever guessed."""

from datetime import date, datetime

from recuse.errors import InputError


def moment(text: str) -> datetime:
    """The time written; InputError when it is none or names no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"`{text}` is not a time", "write it as 2026-01-31T12:00:00Z") from error
    if found.tzinfo is None:
        raise InputError(f"`{text}` has no time zone", "write it as 2026-01-31T12:00:00Z")
    return found


def day(text: str) -> date:
    """The day written; InputError when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"`{text}` is not a day", "write it as 2026-01-31") from error
