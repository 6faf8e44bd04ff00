"""What each account loses and gains: the facts before and after, read the same way, category by category."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from recuse.enforcement.facts import Fact, ObjectKind, ObjectRef, Owner, PolicyCommand, Privilege, TableShape
from recuse.enforcement.held import Holdings
from recuse.enforcement.plan import Loss
from recuse.model import Account, Action, System, TableMap

_PRIVILEGE: Final[Mapping[Action, Privilege]] = {
    "read": "SELECT", "insert": "INSERT", "update": "UPDATE", "delete": "DELETE",
}  # fmt: skip
_COMMAND: Final[Mapping[Action, PolicyCommand]] = {
    "read": "SELECT", "insert": "INSERT", "update": "UPDATE", "delete": "DELETE",
}  # fmt: skip

Reach = tuple[str, str, Action]  # account id, category (or object), action
Rows = frozenset[str] | None  # the conditions, or None for every row


def effects(
    system: System,
    accounts: Iterable[Account],
    shapes: Mapping[str, TableShape],
    before: Iterable[Fact],
    after: Iterable[Fact],
) -> tuple[tuple[Loss, ...], tuple[Loss, ...]]:
    """What accounts lose and gain between two sets of facts, sorted.

    Before counts what SET ROLE reaches, after only what an account holds without declaring: what a permit opens is
    neither lost nor gained. Objects outside the category map appear by their own name in parentheses.
    """
    old_facts, new_facts = frozenset(before), frozenset(after)
    members = tuple(accounts)
    old = reached(system, members, shapes, old_facts, settable=True)
    new = reached(system, members, shapes, new_facts, settable=False)
    return tuple(_less(old, new)), tuple(_less(new, old))


def _less(first: Mapping[Reach, Rows], second: Mapping[Reach, Rows]) -> Iterator[Loss]:
    """What is in the first and not, or not for all its rows, in the second."""
    for reach in sorted(first):
        account, category, action = reach
        rows = first[reach]
        if reach not in second:
            yield Loss(account, category, action, "all" if rows is None else "some")
        elif second[reach] is not None and (rows is None or not rows <= (second[reach] or frozenset())):
            yield Loss(account, category, action, "some")


def reached(
    system: System,
    accounts: Iterable[Account],
    shapes: Mapping[str, TableShape],
    facts: frozenset[Fact],
    *,
    settable: bool,
) -> dict[Reach, Rows]:
    """What each account reaches by these facts, with the rows; `settable` counts what SET ROLE reaches too."""
    holdings = Holdings(facts, settable)
    categorised = {table.name for table in system.tables}
    others = [
        f.of
        for f in facts
        if isinstance(f, Owner) and f.of.kind in ("table", "view", "matview") and f.of.name[0] != "recuse"
    ]
    found: dict[Reach, Rows] = {}
    for account in accounts:
        for table in system.tables:
            found |= _table_reach(account, table, shapes[table.name], holdings)
        for ref in others:
            name = ".".join(ref.name)
            if name not in categorised and _reads(account.login, ref, shapes[name], holdings):
                found[account.id, f"({name})", "read"] = holdings.rows(account.login, ref, "SELECT")
    return found


def _reads(login: str, ref: ObjectRef, shape: TableShape, holdings: Holdings) -> bool:
    refs = (ref, *(ObjectRef("column", (*ref.name, column.name)) for column in shape.columns))
    return any(holdings.has(login, each, "SELECT") for each in refs)


def _table_reach(account: Account, table: TableMap, shape: TableShape, holdings: Holdings) -> dict[Reach, Rows]:
    ref = _ref("table", table.name)
    found: dict[Reach, Rows] = {}
    for column in shape.columns:
        category = table.columns.get(column.name, table.category)
        if column.name in table.key and len(table.categories) > 1:
            continue  # a key goes with every category and says nothing about one
        for action, privilege in _PRIVILEGE.items():
            on = ref if action == "delete" else ObjectRef("column", (*ref.name, column.name))
            if not holdings.has(account.login, on, privilege):
                continue
            rows = holdings.rows(account.login, ref, _COMMAND[action])
            if rows is None or rows:
                found[account.id, category, action] = rows
    return found


def _ref(kind: ObjectKind, name: str) -> ObjectRef:
    schema, _, relation = name.partition(".")
    return ObjectRef(kind, (schema, relation))
