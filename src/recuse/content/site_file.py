"""site.toml: languages, addresses, the first page's question, and how a person asks who looked at their record."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from recuse.content.values import ORIGINAL, WAYS, Contact, Question, Site, Way, WhoLooked
from recuse.content.wording import (
    is_language,
    languages_of,
    need_original,
    take_by_language,
    take_line,
    take_lines,
    take_optional_line,
)
from recuse.policy.names import is_id, take_id
from recuse.policy.references import Register
from recuse.toml_source import Section

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ().-]*( ext\. [0-9]+)?")
WARN_DAYS: Final = 14
"""Days before a text's `review_by` from which it is told that it is due."""
FACT_DAYS: Final = 180
"""Days after which a legal fact is to be checked again, by whoever looks after the site; the law moves monthly."""

LONGEST_HOURS: Final = 168
"""The most hours for which a verdict may be said to count: a week."""


def read_site(root: Section, register: Register) -> Site:
    """What site.toml says, with neutral values where there was a problem."""
    languages = _languages(root)
    stale = root.section("stale", optional=True)
    site = Site(
        languages=languages,
        title=_title(root, languages),
        address=_address(root, "address", optional=True),
        demonstration=root.flag("demonstration"),
        exit_to=_address(root, "exit_to", optional=False) or "",
        contact=_contact(root),
        question=_question(root),
        who_looked=_who_looked(root, languages, register),
        warn_days=_days(stale, "warn_days", WARN_DAYS),
        fact_days=_days(stale, "fact_days", FACT_DAYS),
        verdict_hours=_hours(stale),
        homeland_security=_homeland_security(root),
    )
    if stale is not None:
        stale.close()
    root.close()
    return site


def _languages(root: Section) -> tuple[str, ...]:
    found = root.texts("languages")
    for index, code in enumerate(found):
        if not is_language(code):
            remedy = "write it as `es`, `zh-Hans` or `pt-BR`"
            root.report(f"`{code}` is not a language code", "languages", index, remedy=remedy)
    if found[:1] != (ORIGINAL,):
        root.report("`languages` must begin with `en`", "languages", remedy="texts are written in English first")
    return found


def _title(root: Section, languages: tuple[str, ...]) -> Mapping[str, str]:
    section = root.section("title")
    if section is None:
        return {}
    found = take_by_language(section)
    _need(section, languages, found)
    return found


def _need(section: Section, languages: tuple[str, ...], found: Mapping[str, object]) -> None:
    for code in languages:
        if is_language(code) and code not in found and code != ORIGINAL:
            section.report(f"missing `{code}`, which the site offers", remedy=f"add `{code}`")


def _address(section: Section, key: str, *, optional: bool) -> str | None:
    """An https address without a query: what is asked for must not depend on who reads."""
    found = take_optional_line(section, key) if optional else take_line(section, key)
    if not found:
        return None
    try:
        parts = urlsplit(found)
        plain = parts.scheme == "https" and parts.hostname and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        plain = False
    if not plain or not found.isascii() or " " in found:
        section.report(f"`{key}` must be an https address without a query", key, remedy="such as https://example.org/")
    return found


def _contact(root: Section) -> Contact:
    section = root.section("contact")
    if section is None:
        return Contact("", "", None, None)
    contact = Contact(
        office=take_id(section, "office"),
        address=take_line(section, "address"),
        phone=_shaped(section, "phone", _PHONE, "digits and spaces, such as +1 312 555 0100"),
        email=_shaped(section, "email", _EMAIL, "an address such as office@example.org"),
    )
    section.close()
    return contact


def _shaped(section: Section, key: str, shape: re.Pattern[str], expected: str) -> str | None:
    found = take_optional_line(section, key)
    if found and shape.fullmatch(found) is None:
        section.report(f"`{key}` must be {expected}", key)
    return found or None


def _question(root: Section) -> Question:
    section = root.section("question")
    if section is None:
        return Question("", "", ())
    categories = section.texts("categories")
    for index, each in enumerate(categories):
        if not is_id(each):
            section.report(f"`{each}` is not an id", "categories", index, remedy="name a category of categories.toml")
    if not categories and "categories" in section:
        section.report("`categories` is empty", "categories", remedy="name at least one category")
    question = Question(take_id(section, "agency"), take_id(section, "purpose"), categories)
    section.close()
    return question


def _who_looked(root: Section, languages: tuple[str, ...], register: Register) -> WhoLooked | None:
    section = root.section("who_looked", optional=True)
    if section is None:
        return None
    found = WhoLooked(
        office=take_id(section, "office"),
        ask_by=_ways(section),
        deadline_days=_days(section, "deadline_days", None),
        law=section.text("law"),
        bring=_bring(section, languages),
    )
    register.refer("legal fact", found.law, section, "law")
    section.close()
    return found


def _homeland_security(root: Section) -> str | None:
    section = root.section("reports", optional=True)
    if section is None:
        return None
    found = take_id(section, "homeland_security")
    section.close()
    return found


def _ways(section: Section) -> tuple[Way, ...]:
    asked = section.texts("ask_by")
    for index, each in enumerate(asked):
        if each not in WAYS:
            remedy = "one of " + ", ".join(f"`{way}`" for way in WAYS)
            section.report(f"unknown way `{each}`", "ask_by", index, remedy=remedy)
    return tuple(way for way in WAYS if way in asked)


def _bring(section: Section, languages: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    table = section.section("bring")
    if table is None:
        return {}
    found = {code: take_lines(table, code) for code in languages_of(table)}
    _need(table, languages, found)
    need_original(table, found)
    for code, lines in found.items():
        if len(lines) != len(found.get(ORIGINAL, lines)):
            table.report(f"`{code}` has another number of lines than `en`", code, remedy="translate line by line")
    return found


def _days(section: Section | None, key: str, default: int | None) -> int:
    """A number of days above 0."""
    if section is None or (default is not None and key not in section):
        return default or 0
    found = section.whole(key)
    if found < 1 and key in section:
        section.report(f"`{key}` must be a number of days above 0", key)
    return found


def _hours(stale: Section | None) -> int | None:
    """How long a verdict counts; None where that is not set."""
    key = "verdict_hours"
    if stale is None or key not in stale:
        return None
    found = stale.whole(key)
    if not 1 <= found <= LONGEST_HOURS:
        stale.report(f"`{key}` must be a number of hours from 1 to {LONGEST_HOURS}", key)
    return found
