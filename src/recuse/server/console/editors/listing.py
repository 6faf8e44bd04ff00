"""What is due, as one list: texts, translations, legal facts, services, and rows of feeds that were not taken in."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any, Final, Literal, get_args
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from recuse.content.basis import cited
from recuse.content.due import Pressing, due
from recuse.content.values import ORIGINAL
from recuse.csv_text import Cell
from recuse.directory.records import Entry
from recuse.directory.standing import standing
from recuse.server.console.editors.desk import Folder
from recuse.server.console.screens import PREFIX

BASE: Final = f"{PREFIX}/content"
PAGE: Final = 50
WHAT: Final = ("text", "translation", "legal fact", "service", "reject")
State = Literal["overdue", "due", "later", "not shown"]
STATES: Final[tuple[State, ...]] = get_args(State)
WAITING: Final = ("overdue", "due")
_COLUMNS: Final = ("what", "id", "language", "feed", "name", "by", "state", "why", "file")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at; `by` is None for what should have been looked at already, and for what is not shown."""

    what: str
    id: str
    language: str
    feed: str
    name: str
    by: date | None
    state: State
    why: str
    file: str
    address: str

    def cells(self) -> list[Cell]:
        """Its row in an export."""
        none = "" if self.state == "not shown" else "now"
        return [none if (found := getattr(self, name)) is None else str(found) for name in _COLUMNS]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks to see; `problems` by parameter.

    Without a state: what is overdue or due; with a day `by`, all that is due until then.
    """

    what: str = ""
    state: str = ""
    language: str = ""
    feed: str = ""
    by: str = ""
    q: str = ""
    page: int = 1
    problems: dict[str, str] = field(default_factory=dict)

    def fits(self, item: Item) -> bool:
        """Whether an item is asked for."""
        waiting = (*WAITING, "later") if self.by else WAITING
        wanted = waiting if not self.state else STATES if self.state == "any" else (self.state,)
        return (
            item.state in wanted
            and (not self.by or item.by is None or str(item.by) <= self.by)
            and self.what in ("", item.what)
            and self.language in ("", item.language)
            and self.feed in ("", item.feed)
            and self.q.casefold() in f"{item.id}\n{item.name}".casefold()
        )

    def address(self, **changes: object) -> str:
        """The parameters of this list, with changes."""
        changed = replace(self, **changes)  # type: ignore[arg-type]
        pairs = [(each.name, getattr(changed, each.name)) for each in fields(self) if each.name != "problems"]
        return "?" + urlencode([(name, str(value)) for name, value in pairs if value not in ("", 1)])


def parse_asked(said: QueryParams) -> Asked:
    """The list of an address, with what cannot be read by parameter."""
    problems: dict[str, str] = {}
    values: dict[str, Any] = {name: said.get(name, "").strip()[:200] for name in ("what", "state", "language", "feed")}
    for name, known in (("what", WHAT), ("state", (*STATES, "any"))):
        if values[name] and values[name] not in known:
            problems[name] = f"Choose {', '.join(known[:-1])} or {known[-1]}."
            values[name] = ""
    values["by"] = said.get("by", "").strip()[:10]
    if values["by"] and not _is_day(values["by"]):
        problems["by"] = "Write a day, as 2026-01-31."
    page = said.get("page", "1")
    if not (page.isascii() and page.isdigit() and 0 < int(page[:9]) < 1_000_000):
        problems["page"] = "Pages are counted from 1."
        page = "1"
    return Asked(**values, q=said.get("q", "").strip()[:200], page=int(page[:9]), problems=problems)


def _is_day(text: str) -> bool:
    try:
        return str(date.fromisoformat(text)) == text
    except ValueError:
        return False


def items(folder: Folder, on: date) -> tuple[Item, ...]:
    """Everything, what should have been looked at already first, then by day."""
    found = [*_rejects(folder), *_texts(folder, on), *_services(folder, on)]
    return tuple(sorted(found, key=lambda each: (STATES.index(each.state), each.by or date.min)))


def table(chosen: Iterator[Item]) -> list[list[Cell]]:
    """An export."""
    return [[*_COLUMNS], *(each.cells() for each in chosen)]


def _texts(folder: Folder, on: date) -> Iterator[Item]:
    for each in due(folder.content, on):
        if each.what == "legal fact":
            name, address = folder.content.facts[each.id].says, _cites(folder, each.id)
        else:
            name = folder.content.rights[each.id].title
            address = f"{BASE}/texts/{each.id}/{each.language}"
        yield Item(each.what, each.id, each.language, "", name, each.by, each.state, each.why, each.file, address)


def _cites(folder: Folder, fact: str) -> str:
    """The first text that rests on a legal fact, at that fact; empty where none does."""
    found = next((name for name, each in folder.content.rights.items() if fact in cited(each)), None)
    return "" if found is None else f"{BASE}/texts/{found}/{ORIGINAL}#fact-{fact}"


def _services(folder: Folder, on: date) -> Iterator[Item]:
    if folder.directory is None:
        return
    for entry in folder.directory.entries:
        stands = standing(entry, folder.directory.settings, on)
        why = "never assured" if stands.on is None else f"assured on {stands.on}"
        state = _pressing(stands.due, on, folder.content.site.warn_days) if entry.shown else "not shown"
        why = why if entry.shown else f"{entry.service.status}, so readers do not see it; {why}"
        yield _service(entry, stands.due if entry.shown else None, state, why)


def _service(entry: Entry, by: date | None, state: State, why: str) -> Item:
    file, address = f"services/feeds/{entry.feed}", f"{BASE}/services/{entry.id}"
    return Item("service", entry.id, ORIGINAL, entry.feed, entry.service.name, by, state, why, file, address)


def _rejects(folder: Folder) -> Iterator[Item]:
    if folder.directory is None:
        return
    for each in folder.directory.rejects:
        why = f"{f'{each.field}: ' if each.field else ''}{each.message}; {each.remedy}"
        file = f"services/feeds/{each.place}" if each.place.feed else f"services/{each.place}"
        yield Item("reject", str(each.place), "", each.place.feed, "", None, "overdue", why, file, "")


def _pressing(by: date | None, on: date, days: int) -> Pressing:
    if by is None or by < on:
        return "overdue"
    return "due" if by - timedelta(days=days) <= on else "later"
