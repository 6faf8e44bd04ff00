"""How a language writes days, moments, numbers and lists (Unicode CLDR, by Babel). All times are UTC."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from recuse.languages.language import Language

_DIGITS = "latn"
"""Digits of dates and counts in every language: those of the documents and calendars that readers here hold."""


class Forms:
    """The forms of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._locale = Locale.parse(language.locale)

    def day(self, day: date) -> str:
        """A day with the name of its month."""
        return format_date(day, "long", locale=self._locale)

    def month(self, day: date) -> str:
        """The month and year of a day."""
        return format_skeleton("yMMMM", day, locale=self._locale)

    def quarter(self, day: date) -> str:
        """The quarter and year of a day."""
        return format_skeleton("yQQQQ", day, locale=self._locale)

    def moment(self, moment: datetime) -> str:
        """A moment in UTC, to the minute: its day as `day` has it, and the hour; `UTC` stands behind it everywhere."""
        there = moment.astimezone(UTC)
        hour = format_time(there.time(), "HH:mm", locale=self._locale)
        return f"{self._locale.datetime_formats['medium'].format(hour, self.day(there.date()))} UTC"

    def hour(self, at: datetime) -> str:
        """An hour of the day as people there write it."""
        return format_time(at.time(), "short", locale=self._locale)

    def number(self, number: float) -> str:
        """A count, with marks between thousands."""
        return format_decimal(number, locale=self._locale, numbering_system=_DIGITS)

    def share(self, share: float) -> str:
        """A share of 1 as per cent."""
        return format_percent(share, locale=self._locale, numbering_system=_DIGITS)

    def listed(self, parts: Sequence[str], style: Literal["standard", "or", "unit"] = "standard") -> str:
        """Parts in a row: `a, b and c`, or `a, b or c`."""
        return format_list(list(parts), style=style, locale=self._locale)
