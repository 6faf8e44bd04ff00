"""What logins of a listing reach of governed relations, before and after, and what of it the policy does not open."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from recuse.enforcement.plan import Loss
from recuse.model import System, TableMap
from recuse.operations.listed_wanted import Wanted, table_name
from recuse.targets.listing import nodes
from recuse.targets.listing.access import Access
from recuse.targets.listing.nodes import VERBS, Verb
from recuse.targets.listing.records import Name

Reach = tuple[str, str, Verb]  # account id, category (or object), action
Columns = frozenset[tuple[Name, str]]


def excess(system: System, wanted: Wanted, access: Access, login: str) -> Iterator[tuple[Name, Verb, str]]:
    """The governed relations of which a login reaches more than the policy opens, with a node that shows it."""
    for name in governed(system):
        for verb in VERBS:
            allowed = wanted.of(login).get((name, verb))
            whole = nodes.relation(access.listing, name, verb)
            every = access.listing.columns_of.get(name, ())
            full = allowed is not None and (not allowed or set(allowed) >= set(every))
            if full:
                continue
            if access.reaches(login, [whole]):
                yield name, verb, whole
                continue
            for at in every:
                node = nodes.column(name, at, verb)
                if at not in (allowed or ()) and access.reaches(login, [node]):
                    yield name, verb, node
                    break


def governed(system: System) -> Iterator[Name]:
    """Tables and derived relations of the category map."""
    yield from (table_name(table.name) for table in system.tables)
    yield from (table_name(each.name) for each in system.derived if not each.name.endswith(")"))


def effects(system: System, wanted: Wanted, before: Access, after: Access) -> tuple[tuple[Loss, ...], tuple[Loss, ...]]:
    """What logins lose and gain, by category; other relations stand under their own name in parentheses."""
    old, new = _reached(system, wanted, before), _reached(system, wanted, after)
    return tuple(_less(old, new)), tuple(_less(new, old))


def _less(first: Mapping[Reach, Columns], second: Mapping[Reach, Columns]) -> Iterator[Loss]:
    for reach in sorted(first):
        rest = second.get(reach, frozenset())
        if not first[reach] <= rest:
            yield Loss(*reach, "some" if rest & first[reach] else "all")


def _reached(system: System, wanted: Wanted, access: Access) -> dict[Reach, Columns]:
    found: dict[Reach, set[tuple[Name, str]]] = defaultdict(set)
    tables = {table_name(table.name): table for table in system.tables}
    for login, account in wanted.accounts.items():
        for name in access.listing.relations if login in access.logins else ():
            for verb in VERBS if name in tables else ("read",):
                for column in access.columns(login, name, verb):
                    category = _category(tables.get(name), column)
                    if category is not None:
                        found[account.id, category or f"({nodes.dotted(*name)})", verb].add((name, column))
    return {reach: frozenset(columns) for reach, columns in found.items()}


def _category(table: TableMap | None, column: str) -> str | None:
    """A column's category; none of a key that goes with several, and an empty one outside the category map."""
    if table is None:
        return ""
    if column in table.key and len(table.categories) > 1:
        return None
    return table.columns.get(column, table.category)
