"""Which permits are listed, as an address says it: a search is kept by keeping its address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, get_args
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from recuse.permits import State
from recuse.policy.trees import above
from recuse.server.console.permits.looking import Looked, Row

PER_PAGE: Final = 50
STATES: Final = (*get_args(State), "not known")
NAMES: Final = ("state", "system", "agency", "purpose", "account", "text")
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks: pairs as they were said, the page, and what cannot be read, by parameter."""

    said: Sequence[tuple[str, str]]
    page: int = 1
    problems: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """What a parameter says; empty where it asks nothing."""
        return next((value for key, value in self.said if key == name), "")

    def address(self, page: int = 1) -> str:
        """The parameters of a page of this search."""
        pairs = [*self.said, *([("page", str(page))] if page > 1 else [])]
        return f"?{urlencode(pairs)}" if pairs else "?"


def parse_asked(params: QueryParams) -> Asked:
    """What an address asks for."""
    said = [(name, value) for name in NAMES if (value := params.get(name, "").strip()[:_LONGEST])]
    problems: dict[str, str] = {}
    state, number = dict(said).get("state", ""), params.get("page", "1")
    if state and state not in STATES:
        problems["state"] = "Choose from the list."
    right = number.isascii() and number.isdigit() and 0 < len(number) < 7 and int(number) > 0
    if not right:
        problems["page"] = "The address has a “page” that is no number from 1 on."
    return Asked(said, int(number) if right else 1, problems)


def fitting(looked: Looked, asked: Asked) -> list[Row]:
    """The rows that fit; an agency or a purpose stands for all below it."""
    return [] if asked.problems else [each for each in looked.rows if _fits(looked, asked, each)]


def _fits(looked: Looked, asked: Asked, row: Row) -> bool:
    line, repository = row.line, looked.office.repository
    exact = {"state": {row.state}, "system": {line.system}}
    exact["agency"] = {row.agency, *above(repository.agencies, row.agency)}
    exact["purpose"] = {line.purpose, *above(repository.purposes, line.purpose)}
    if any(asked.value(name) not in ("", *found) for name, found in exact.items()):
        return False
    texts = (line.id, line.case, line.login, line.purpose, line.authority, row.agency)
    return _holds((f"{line.system}/{line.login}",), asked.value("account")) and _holds(texts, asked.value("text"))


def _holds(texts: Iterable[str], part: str) -> bool:
    return any(part.casefold() in each.casefold() for each in texts)
