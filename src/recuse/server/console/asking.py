"""A search of the record, as its address says it, and the entries that it finds, newest first.

Everything stands in the address, so that a search is kept by keeping the address: times are absolute and in UTC, and
`upto` and `upto_decisions` fix the sizes that the two records had, so that pages and exports of one search agree. An
address that fixes one of them alone is a search of that record alone.
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Final, Literal, Protocol, cast
from urllib.parse import urlencode

from recuse.ledger import KINDS
from recuse.server.console.index import IDS, Index, code_of, mark, micros
from recuse.server.console.records import NAMES, Name

PER_PAGE: Final = 50
_MOMENT: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?) ?(?:Z|UTC)?)?")
_TEXTS: Final = ("id", "system", "agency", "purpose", "account", "caller")
_LONGEST: Final = 200

Order = Literal["newest", "oldest"]


class Said(Protocol):
    """The parameters of an address."""

    def get(self, key: str, default: str) -> str:
        """The last value of this name."""
        ...

    def getlist(self, key: str) -> Sequence[str]:
        """All values of this name, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: an empty text or None asks nothing. `page` counts from 1, `upto…` are sizes of the records.

    `id` is that of a request or an evaluation, `record` one of the two records or "" for both.
    """

    record: Name | Literal[""] = ""
    id: str = ""
    kind: tuple[str, ...] = ()
    system: str = ""
    agency: str = ""
    purpose: str = ""
    answer: str = ""
    account: str = ""
    caller: str = ""
    since: datetime | None = None
    until: datetime | None = None
    order: Order = "newest"
    upto: int | None = None
    upto_decisions: int | None = None
    page: int = 1

    def address(self, **changes: object) -> str:
        """The parameters of this search, with changes: what says nothing is left out."""
        changed = replace(self, **changes)  # type: ignore[arg-type]
        pairs: list[tuple[str, str]] = []
        for each in fields(self):
            value = getattr(changed, each.name)
            if value != each.default:
                pairs += [(each.name, text) for text in (value if isinstance(value, tuple) else (_text(value),))]
        return f"?{urlencode(pairs)}" if pairs else "?"

    def turned(self, pins: Mapping[str, int]) -> Callable[[int], str]:
        """The address of each page of this search, by its number, on records of these sizes."""
        return lambda page: self.address(page=page, **pins)

    @property
    def records(self) -> tuple[Name, ...]:
        """The records that are searched."""
        if self.record:
            return (self.record,)
        fixed = tuple(name for name in NAMES if self.limit(name) is not None)
        return fixed or NAMES

    def limit(self, record: Name) -> int | None:
        """Among how many of the first entries of a record is looked; None: all of them."""
        return self.upto if record == "acts" else self.upto_decisions

    @property
    def asks(self) -> bool:
        """Whether anything narrows the search."""
        return replace(self, order="newest", upto=None, upto_decisions=None, page=1, record="") != Search()


def parse_search(said: Said) -> tuple[Search, dict[str, str]]:
    """The search of an address, and what cannot be read in it, by parameter; what cannot be read asks nothing."""
    problems: dict[str, str] = {}
    moments = {name: _moment(said.get(name, ""), name, problems) for name in ("since", "until")}
    kinds = tuple(sorted({each for each in said.getlist("kind") if each}))
    if set(kinds) - KINDS:
        problems["kind"] = "Choose kinds of the list."
    answer, order = said.get("answer", ""), said.get("order", "") or "newest"
    if answer not in ("", "allow", "deny"):
        problems["answer"] = "Choose allowed or denied."
    if order not in ("newest", "oldest"):
        problems["order"] = "Choose newest or oldest."
    if moments["since"] and moments["until"] and moments["since"] >= moments["until"]:
        problems["until"] = "Give a time after “from”: nothing lies between the two."
    record = said.get("record", "")
    if record not in ("", *NAMES):
        problems["record"] = "Choose acts, decisions or both."
    texts = {name: said.get(name, "").strip()[:_LONGEST] for name in _TEXTS}
    search = Search(
        record=cast("Name", record) if "record" not in problems else "",
        kind=() if "kind" in problems else kinds,
        answer="" if "answer" in problems else answer,
        order=cast("Order", order) if "order" not in problems else "newest",
        upto=number_of(said, "upto", problems),
        upto_decisions=number_of(said, "upto_decisions", problems),
        page=number_of(said, "page", problems) or 1,
        since=moments["since"],
        until=moments["until"],
        **texts,
    )
    return search, problems


def find(index: Index, size: int, search: Search, agencies: Mapping[str, str]) -> Sequence[int]:
    """The entries of one record that a search finds among the first `size`, in its order.

    `agencies` is by account, as of today.
    """
    numbers: Sequence[int] = range(size)
    if search.order == "newest":
        numbers = range(len(numbers) - 1, -1, -1)
    for column, wanted in _criteria(index, search):
        numbers = [n for n in numbers if column[n] in wanted]
    if search.id:
        numbers = [n for n in numbers if any(index.entry(n)[1].body.get(name) == search.id for name in IDS)]
    if search.agency:
        numbers = _of_agency(index, numbers, search.agency, agencies)
    if search.since is not None:
        least = micros(search.since)
        numbers = [n for n in numbers if index.times[n] >= least]
    if search.until is not None:
        most = micros(search.until)
        numbers = [n for n in numbers if index.times[n] < most]
    return numbers


def _criteria(index: Index, search: Search) -> Iterable[tuple[Sequence[int], Container[int]]]:
    """The columns that are asked about, with the values that they may have; the cheapest to tell apart first."""
    if search.id:
        yield index.ids, {mark(search.id)}
    if search.answer:
        yield index.answers, {int(search.answer == "allow")}
    if search.kind:
        yield index.kinds, {code_of(kind) for kind in search.kind}
    for name in ("system", "purpose"):
        if text := getattr(search, name):
            number = index.words[name].known(text)
            yield index.columns[name], set[int]() if number is None else {number}
    for name in ("account", "caller"):
        if text := getattr(search, name):
            yield index.columns[name], index.words[name].holding(text)


def _of_agency(index: Index, numbers: Iterable[int], agency: str, agencies: Mapping[str, str]) -> Sequence[int]:
    """Entries that name the agency, or an account that is the agency's by the policy of today."""
    named = {number} if (number := index.words["agency"].known(agency)) is not None else set[int]()
    words = index.words["account"]
    theirs = {words.known(account) for account, of in agencies.items() if of == agency} - {None}
    by_name, by_account = index.columns["agency"], index.columns["account"]
    return [n for n in numbers if by_name[n] in named or by_account[n] in theirs]


def _moment(text: str, name: str, problems: dict[str, str]) -> datetime | None:
    found = _MOMENT.fullmatch(text.strip())
    if not text.strip():
        return None
    try:
        if found is not None:
            day, hour = found.groups()
            return datetime.fromisoformat(f"{day}T{hour or '00:00'}").replace(tzinfo=UTC)
    except ValueError:
        pass
    problems[name] = "Write a day or a time in UTC, such as 2026-01-31 or 2026-01-31 14:30."
    return None


def number_of(said: Said, name: str, problems: dict[str, str]) -> int | None:
    """The number that an address has under a name; None where it says none, with a problem where it is no number."""
    text = said.get(name, "")
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    problems[name] = f"The address has a “{name}” that is no number."
    return None


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}" if value.second else f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
