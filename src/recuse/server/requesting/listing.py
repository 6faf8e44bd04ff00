"""Which requests are listed, as an address says it: all of it stands there, so that a search is kept by keeping it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, get_args
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from recuse.model import ASSISTANCE, Repository, Verdict
from recuse.requests.store import STATES, Filter, Place
from recuse.requests.written import text_of
from recuse.server.requesting.people import below

SEVERAL: Final = ("kind", "state")
ONE: Final = ("agency", "purpose", "authority", "verdict", "since", "before")
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Listing:
    """What an address asks: its pairs as they were said, what they look for, and what cannot be read, by parameter."""

    said: Pairs
    wanted: Filter
    after: Place | None
    problems: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """What a parameter said last; empty where it said nothing."""
        return next((value for key, value in reversed(self.said) if key == name), "")

    def values(self, name: str) -> list[str]:
        """All that a parameter said."""
        return [value for key, value in self.said if key == name]

    def address(self, after: Place | None = None) -> str:
        """The parameters of this search, from a place on."""
        pairs = [*self.said, *([("after", place_text(after))] if after else [])]
        return f"?{urlencode(pairs)}" if pairs else "?"


def parse_listing(params: QueryParams, repository: Repository, only: frozenset[str] | None) -> Listing:
    """What an address asks for; `only` are the agencies whose requests may be seen (None: everybody's)."""
    said = [(key, value) for key, value in params.multi_items() if key in (*SEVERAL, *ONE) and value.strip()]
    problems: dict[str, str] = {}

    def chosen(name: str, known: Iterable[str]) -> frozenset[str]:
        found = frozenset(value for key, value in said if key == name)
        if found - set(known):
            problems[name] = "Choose from the list."
        return found

    agencies = chosen("agency", (*repository.agencies, "unlisted"))
    wanted = Filter(
        kinds=chosen("kind", ASSISTANCE),
        agencies=frozenset(each for name in agencies for each in below(repository, name) or {name}),
        purposes=chosen("purpose", repository.purposes),
        authorities=chosen("authority", repository.authorities),
        verdicts=chosen("verdict", get_args(Verdict)),
        states=chosen("state", STATES),
        since=_day(said, "since", problems),
        before=_day(said, "before", problems),
    )
    return Listing(said, _seen(wanted, only), _place(params.get("after", ""), problems), problems)


def _seen(wanted: Filter, only: frozenset[str] | None) -> Filter:
    """The same for somebody who sees the requests of some agencies: never those of all because there are none."""
    if only is None:
        return wanted
    mine = wanted.agencies & only if wanted.agencies else only
    return replace(wanted, agencies=mine or frozenset({""}))


def place_text(place: Place) -> str:
    """A place as addresses have it."""
    return f"{text_of(place[0])}~{place[1]}"


def _place(text: str, problems: dict[str, str]) -> Place | None:
    if not text:
        return None
    at, _, name = text.partition("~")
    try:
        found = datetime.fromisoformat(at)
        if found.tzinfo is not None and name.isascii() and name.isprintable() and len(name) < 100:
            return found.astimezone(UTC), name
    except (ValueError, OverflowError):
        pass
    problems["after"] = "This page is not there: begin at the first."
    return None


def _day(said: Pairs, name: str, problems: dict[str, str]) -> datetime | None:
    text = next((value.strip() for key, value in said if key == name), "")
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        problems[name] = "Write a day as 2026-01-31."
        return None
