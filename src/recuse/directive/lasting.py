"""Texts that officials sign for a time, each in a folder of its own name: what acceptances and attestations share."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from recuse.errors import Problem
from recuse.toml_source import Section, parse

LONGEST: Final = timedelta(days=366)
"""Longer would outlive the yearly review of accounts (CJIS AC-2j)."""


def opened(place: str, raw: bytes | None, missing: str, problems: list[Problem]) -> Section | None:
    """The text at a place as a section to be read; None when it cannot be, or is `missing` (the remedy for that)."""
    if raw is None:
        problems.append(Problem(place, 0, "missing file", missing))
        return None
    source = parse(place, raw, problems)
    if source is None:
        return None
    section = Section(source, problems)
    section.expect("format", 1)
    return section


def check_time(section: Section, named: tuple[str, str], folder: str, term: tuple[date, date]) -> None:
    """Report a text (`named` is its kind and id) that is not its folder's, or whose `term` of days does not fit."""
    kind, name = named
    if name not in {"", folder}:
        remedy = f"rename the folder, or the {kind} before it is signed"
        section.report(f"`id` is `{name}`, but the folder is `{folder}`", "id", remedy=remedy)
    start, until = term
    if not start <= until <= start + LONGEST:
        section.report(f"`{name}` must end after it begins, and within a year", "until", remedy="give an earlier end")


def first_noon(start: date) -> datetime:
    """The moment at which a signer must have been in office: noon, in UTC, of the first day."""
    return datetime.combine(start, time(12), UTC)
