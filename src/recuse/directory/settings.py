"""`services.toml`, read strictly: the feeds in order, how duplicates are merged, kinds, areas, days until stale."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from recuse.directory.words import normal
from recuse.errors import InputError, Problem
from recuse.toml_source import Section, parse

KINDS: Final = ("schools", "courts", "hospitals", "clinics", "legal_aid", "libraries")
"""Kinds of services that the site has names for; `services.toml` may add others, with a name in each language."""
TRANSLATED: Final = ("es", "zh-Hans", "pl", "ar")
"""Languages of the site besides that of the feeds, English. (`recuse.languages` needs an extra, and this does not.)"""
CLOSEST: Final = 19
"""Zoom of the closest tiles that are usual: a building is some hundred pixels wide."""
BASES: Final = ("phone", "address")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_OFFSET: Final = re.compile(r"Z|[+-][0-9]{2}:[0-9]{2}")
_TERM: Final = re.compile(r"[^:]+:.+")


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed: its folder, its name for readers, offsets that mean local time in it, its own days until stale."""

    name: str
    title: str
    local_offsets: tuple[str, ...] = ()
    stale_after_days: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceKind:
    """A kind of services and the terms, as `TAXONOMY:CODE`, that put a service there; `names` by language."""

    id: str
    terms: frozenset[str]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Maps:
    """That areas have maps, of tiles from the widest zoom to the closest; who is to be named at each, and a link."""

    widest: int
    closest: int
    credit: str
    credit_url: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    """What `services.toml` says. Days until stale are counted from the day on which a record was assured."""

    feeds: tuple[Feed, ...]
    stale_after_days: int
    same_name_and: tuple[str, ...]
    kinds: tuple[ServiceKind, ...]
    no_id_documents: frozenset[str]
    no_id_terms: frozenset[str]
    areas: Mapping[str, str]
    """Other ways to write the name of an area, in normal form, with the name to show."""
    map: Maps | None = None

    def stale_after(self, feed: str) -> int:
        """Days until a record of a feed is stale."""
        own = next((each.stale_after_days for each in self.feeds if each.name == feed), None)
        return self.stale_after_days if own is None else own


def read_settings(file: str, raw: bytes) -> Settings:
    """The settings; raises InputError with every problem, one a line."""
    problems: list[Problem] = []
    source = parse(file, raw, problems)
    found = None if source is None else _settings(Section(source, problems))
    if problems or found is None:
        raise InputError("\n".join(str(each) for each in problems))
    return found


def _settings(root: Section) -> Settings:
    root.expect("format", 1)
    feeds = tuple(_feed(each) for each in root.sections("feed"))
    if not feeds and "feed" in root:
        root.report("no feed is named", "feed", remedy="write a `[[feed]]` for each folder below `services/feeds`")
    for index, feed in enumerate(feeds):
        if feed.name in {each.name for each in feeds[:index]}:
            root.report(f"the feed `{feed.name}` stands twice", "feed", index, remedy="name it once")
    kinds = tuple(_kind(each) for each in root.sections("kind", optional=True))
    no_id, merge = root.section("no_id", optional=True), root.section("merge", optional=True)
    documents = no_id.texts("documents", optional=True) if no_id else ()
    terms = _terms(no_id, "terms") if no_id else frozenset()
    bases = _bases(merge) if merge else BASES
    areas, wanted = _areas(root), root.section("map", optional=True)
    maps = _maps(wanted) if wanted else None
    days = _days(root) or 180
    for each in (no_id, merge, root):
        if each:
            each.close()
    return Settings(feeds, days, bases, kinds, frozenset(map(normal, documents)), terms, areas, maps)


def _feed(section: Section) -> Feed:
    name = _id(section, "name")
    offsets = section.texts("local_offsets", optional=True)
    for index, each in enumerate(offsets):
        if not _OFFSET.fullmatch(each):
            section.report(f"`{each}` is not an offset", "local_offsets", index, remedy="write `Z` or `-06:00`")
    found = Feed(name, section.text("title"), offsets, _days(section))
    section.close()
    return found


def _days(section: Section) -> int | None:
    if "stale_after_days" not in section:
        return None
    days = section.whole("stale_after_days")
    if not 1 <= days <= 3650:
        section.report(f"{days} is not a number of days from 1 to 3650", "stale_after_days")
    return days


def _kind(section: Section) -> ServiceKind:
    name, terms = _id(section, "id"), _terms(section, "terms")
    named = section.section("name", optional=True)
    names = {language: named.text(language) for language in ("en", *TRANSLATED)} if named else {}
    if named:
        named.close()
    if not names and name not in KINDS:
        section.report(f"the kind `{name}` has no name", "id", remedy='add `name = { en = "…", es = "…", … }`')
    section.close()
    return ServiceKind(name, terms, names)


def _id(section: Section, key: str) -> str:
    found = section.text(key)
    if found and not _NAME.fullmatch(found):
        section.report(f"`{found}` is not a plain name", key, remedy="write small letters, digits, `_` and `-`")
    return found


def _terms(section: Section, key: str) -> frozenset[str]:
    terms = section.texts(key, optional=key != "terms" or "documents" in section)
    for index, each in enumerate(terms):
        if not _TERM.fullmatch(each):
            section.report(f"`{each}` is not a term", key, index, remedy="write it as TAXONOMY:CODE")
    return frozenset(map(term_key, terms))


@lru_cache(maxsize=1 << 12)  # terms are few, and every service has some
def term_key(term: str) -> str:
    """A term as `TAXONOMY:CODE` in normal form, for comparing."""
    taxonomy, _, code = term.partition(":")
    return f"{normal(taxonomy)}:{normal(code)}"


def _bases(section: Section) -> tuple[str, ...]:
    found = section.texts("same_name_and")
    for index, each in enumerate(found):
        if each not in BASES:
            section.report(f"`{each}` is unknown", "same_name_and", index, remedy="write `phone` or `address`, or none")
    return found


def _maps(section: Section) -> Maps:
    found = Maps(
        section.whole("widest_zoom"), section.whole("closest_zoom"), section.text("credit"),
        section.optional_text("credit_url"),
    )  # fmt: skip
    if not 0 <= found.widest <= found.closest <= CLOSEST:
        remedy = f"write whole numbers from 0 to {CLOSEST}, the smaller one as `widest_zoom`"
        section.report("these zooms are no range", "closest_zoom", remedy=remedy)
    if found.credit_url is not None and not found.credit_url.startswith("https://"):
        section.report("`credit_url` is not a link by https", "credit_url", remedy="such as https://example.org/")
    section.close()
    return found


def _areas(root: Section) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for index, each in enumerate(root.sections("area", optional=True)):
        name = each.text("name")
        for other in (name, *each.texts("also", optional=True)):
            if found.setdefault(normal(other), name) != name:
                root.report(f"`{other}` means two areas", "area", index, remedy="write it under one of them")
        each.close()
    return found
