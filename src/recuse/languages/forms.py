"""How a language writes days, moments, numbers and lists (Unicode CLDR, by Babel). All times are UTC."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Literal

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_skeleton, format_time, get_day_names
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from recuse.languages.language import Language

_DIGITS = "latn"
"""Digits of dates and counts in every language: those of the documents and calendars that readers here hold."""

_SHORT: Mapping[str, str] = get_global("language_aliases")
"""Codes of two letters by those of three."""


class Forms:
    """The forms of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._locale = Locale.parse(language.locale)
        # Many services have few days, and few rows of kinds and languages.
        self._days: dict[date, str] = {}
        self._rows: dict[tuple[str, ...], str] = {}

    def day(self, day: date) -> str:
        """A day with the name of its month."""
        if day not in self._days:
            self._days[day] = format_date(day, "long", locale=self._locale)
        return self._days[day]

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

    def number(self, number: float) -> str:
        """A count, with marks between thousands."""
        return format_decimal(number, locale=self._locale, numbering_system=_DIGITS)

    def listed(self, parts: Sequence[str], style: Literal["standard", "or", "unit"] = "standard") -> str:
        """Parts in a row: `a, b and c`, or `a, b or c`."""
        key = (style, *parts)
        if key not in self._rows:
            self._rows[key] = format_list(list(parts), style=style, locale=self._locale)
        return self._rows[key]

    def weekday(self, day: int) -> str:
        """The name of a day of the week, 0 Monday."""
        return str(get_day_names("wide", "stand-alone", locale=self._locale)[day])

    def clock(self, at: str) -> str:
        """A time of day that is given as HH:MM, as people there write it; the end of a day is midnight."""
        return format_time(time(int(at[:2]) % 24, int(at[3:])), "short", locale=self._locale)

    def money(self, amount: float, currency: str) -> str:
        """An amount in a currency of ISO 4217."""
        return format_currency(amount, currency, locale=self._locale, numbering_system=_DIGITS)

    def tongue(self, code: str) -> str | None:
        """The name of a language by its code (ISO 639, two letters or three); None for one that CLDR lacks."""
        found = self._locale.languages.get(_SHORT.get(code.lower(), code.lower()))
        return None if found is None else str(found)
