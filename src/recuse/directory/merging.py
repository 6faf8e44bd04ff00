"""Services of several feeds, merged where a rule says that they are one; nothing is merged without being listed.

The rules, in this order. Two records of one feed are never merged: its editor says that they are two.

1. The same id: the earlier feed's record takes the later one in.
2. The same name, of the service and of its organization, and a telephone number or a visiting address in common.

Each field comes whole from the earliest feed that has it; how a service stands (`OWN`) from the earliest feed alone: a
day on which another feed's record was assured says nothing about this one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

from recuse.directory.records import Entry, Service, Source
from recuse.directory.words import address_of, normal, number_of, phones_of, visited

OWN: Final = frozenset({"id", "status", "assured_date", "assurer_email", "last_modified", "incomplete"})
_FIELDS: Final = tuple(field.name for field in fields(Service))


@dataclass(frozen=True, slots=True)
class Merge:
    """A record that was taken into another: by which rule, what the later feed gave, and where the two do not agree."""

    into: Source
    merged: Source
    rule: str
    gave: tuple[str, ...]
    differs: tuple[str, ...]


@dataclass(slots=True)
class _Group:
    members: list[tuple[str, Service]]
    rules: list[str]

    def holds(self, feed: str) -> bool:
        return any(name == feed for name, _ in self.members)


class _Groups:
    def __init__(self, bases: Sequence[str]) -> None:
        self._bases = bases
        self.groups: list[_Group] = []
        self._own: dict[str, _Group] = {}
        self._by_id: dict[str, list[_Group]] = defaultdict(list)
        self._by_key: dict[tuple[str, ...], list[_Group]] = defaultdict(list)
        self._passed: dict[tuple[str, ...], int] = defaultdict(int)
        """By key, how many of its groups hold a record of the feed that is being added: they need no second look."""

    def add(self, feed: str, services: Sequence[Service]) -> None:
        """Take in one feed. By id comes first for all its records, so that a likeness takes nobody's place."""
        self._passed.clear()
        left = [each for each in services if not self._join(feed, each, self._named(each), "same id")]
        left = [each for each in left if not self._join(feed, each, self._by_id.get(each.id, ()), "same id")]
        for each in left:
            if any(
                self._join(feed, each, self._like(feed, key), f"same name and {key[0]}") for key in self._keys(each)
            ):
                continue
            group = _Group([], [])
            self.groups.append(group)
            self._own[each.id] = group
            self._note(group, feed, each)

    def _named(self, service: Service) -> Sequence[_Group]:
        group = self._own.get(service.id)
        return () if group is None else (group,)

    def _like(self, feed: str, key: tuple[str, ...]) -> Sequence[_Group]:
        groups = self._by_key.get(key, [])
        while self._passed[key] < len(groups) and groups[self._passed[key]].holds(feed):
            self._passed[key] += 1
        return groups[self._passed[key] : self._passed[key] + 1]

    def _join(self, feed: str, service: Service, groups: Sequence[_Group], rule: str) -> bool:
        group = next((each for each in groups if not each.holds(feed)), None)
        if group is None:
            return False
        group.rules.append(rule)
        self._note(group, feed, service)
        return True

    def _note(self, group: _Group, feed: str, service: Service) -> None:
        group.members.append((feed, service))
        self._by_id[service.id].append(group)
        for key in self._keys(service):
            self._by_key[key].append(group)

    def _keys(self, service: Service) -> list[tuple[str, ...]]:
        """What a service is known by besides its id; nothing without an organization, since many names are common."""
        if service.organization is None or not self._bases:
            return []
        name = (normal(service.name), normal(service.organization.name))
        found: list[tuple[str, ...]] = []
        if "phone" in self._bases:
            found += [("phone", *name, number_of(each)) for each in phones_of(service)]
        if "address" in self._bases:
            found += [("address", *name, address_of(each)) for each in visited(service)]
        return found


def merge(
    feeds: Iterable[tuple[str, Sequence[Service]]], same_name_and: Sequence[str]
) -> tuple[tuple[Entry, ...], tuple[Merge, ...]]:
    """The services of feeds, given in their order, each once; and every merge. The same feeds give the same result."""
    groups = _Groups(same_name_and)
    for feed, services in feeds:
        groups.add(feed, services)
    entries: list[Entry] = []
    merges: list[Merge] = []
    for group in groups.groups:
        entry = _entry(group)
        entries.append(entry)
        merges += _told(group, entry)
    return tuple(entries), tuple(merges)


def _entry(group: _Group) -> Entry:
    sources = tuple(Source(feed, service.id) for feed, service in group.members)
    (feed, first), *others = group.members
    if not others:
        return Entry(first, sources)
    values: dict[str, Any] = {name: getattr(first, name) for name in _FIELDS}
    given = {name: feed for name in _FIELDS if name in OWN or values[name] not in (None, ())}
    for other, service in others:
        for name in _FIELDS:
            if name not in given and getattr(service, name) not in (None, ()):
                values[name], given[name] = getattr(service, name), other
    values["incomplete"] = _incomplete(group)
    return Entry(Service(**values), sources, {name: given[name] for name in _FIELDS if name in given})


def _incomplete(group: _Group) -> tuple[str, ...]:
    """Tables of which a row was lost in any feed: what one lost another may have, and nobody can tell if it is all."""
    return tuple(sorted({table for _, service in group.members for table in service.incomplete}))


def _told(group: _Group, entry: Entry) -> Iterable[Merge]:
    first = group.members[0][1]
    for (feed, service), source, rule in zip(group.members[1:], entry.sources[1:], group.rules, strict=True):
        gave = tuple(name for name, giver in entry.given.items() if giver == feed)
        differs = tuple(
            name for name in _FIELDS
            if name not in ("id", "incomplete") and getattr(service, name) not in (None, ())
            and getattr(first, name) not in (None, ()) and _bare(getattr(service, name)) != _bare(getattr(first, name))
        )  # fmt: skip
        yield Merge(entry.sources[0], source, rule, gave, differs)


def _bare(value: Any) -> Any:
    """A value without the ids in it, which every feed makes for itself."""
    if isinstance(value, tuple):
        return tuple(map(_bare, value))
    if is_dataclass(value):
        return tuple(_bare(getattr(value, field.name)) for field in fields(value) if field.name != "id")
    return value
