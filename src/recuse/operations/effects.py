"""What each account loses and gains: the facts before and after, read the same way, category by category."""

from collections import defaultdict
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
Column = tuple[str, str]  # table (or object), column
Rows = frozenset[str] | None  # the conditions, or None for every row
ByColumn = Mapping[Column, Rows]


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
    old = _by_column(system, members, shapes, old_facts, settable=True)
    new = _by_column(system, members, shapes, new_facts, settable=False)
    return tuple(_less(old, new)), tuple(_less(new, old))


def changed(
    system: System,
    accounts: Iterable[Account],
    shapes: Mapping[str, TableShape],
    before: Iterable[Fact],
    after: Iterable[Fact],
) -> tuple[tuple[Loss, ...], tuple[Loss, ...]]:
    """What accounts lose and gain that stay outside the policy: what SET ROLE reaches counts on both sides."""
    members = tuple(accounts)
    old, new = (_by_column(system, members, shapes, frozenset(each), settable=True) for each in (before, after))
    return tuple(_less(old, new)), tuple(_less(new, old))


def _less(first: Mapping[Reach, ByColumn], second: Mapping[Reach, ByColumn]) -> Iterator[Loss]:
    """What is in the first and not, or not for all its columns and rows, in the second."""
    for reach in sorted(first):
        account, category, action = reach
        mine, theirs = first[reach], second.get(reach)
        if theirs is None:
            yield Loss(account, category, action, "all" if _together(mine) is None else "some")
        elif not all(column in theirs and _within(rows, theirs[column]) for column, rows in mine.items()):
            yield Loss(account, category, action, "some")


def _within(rows: Rows, others: Rows) -> bool:
    return others is None or (rows is not None and rows <= others)


def _together(columns: ByColumn) -> Rows:
    """The rows of several columns: every row only where each has every row."""
    conditions = [rows for rows in columns.values() if rows is not None]
    return frozenset().union(*conditions) if conditions else None


def reached(
    system: System,
    accounts: Iterable[Account],
    shapes: Mapping[str, TableShape],
    facts: frozenset[Fact],
    *,
    settable: bool,
) -> dict[Reach, Rows]:
    """What each account reaches by these facts, with the rows; `settable` counts what SET ROLE reaches too."""
    found = _by_column(system, accounts, shapes, facts, settable=settable)
    return {reach: _together(columns) for reach, columns in found.items()}


def _by_column(
    system: System,
    accounts: Iterable[Account],
    shapes: Mapping[str, TableShape],
    facts: frozenset[Fact],
    *,
    settable: bool,
) -> dict[Reach, ByColumn]:
    """The same column by column: a category can lie in several tables, and be held in one of them alone."""
    holdings = Holdings(facts, settable)
    categorised = system.governed
    names = {table.name: _ref("table", table.name).name for table in system.tables}
    others = [
        f.of
        for f in facts
        if isinstance(f, Owner) and f.of.kind in ("table", "view", "matview") and f.of.name[0] != "recuse"
    ]
    found: dict[Reach, dict[Column, Rows]] = defaultdict(dict)
    for account in accounts:
        somewhere = holdings.somewhere(account.login)
        for table in system.tables if somewhere is None else (t for t in system.tables if names[t.name] in somewhere):
            for reach, column, rows in _table_reach(account, table, shapes[table.name], holdings):
                found[reach][column] = rows
        for ref in others:
            name = ".".join(ref.name)
            if name not in categorised and _reads(account.login, ref, shapes[name], holdings):
                rows = holdings.rows(account.login, ref, "SELECT")
                found[account.id, f"({name})", "read"] = {(name, ""): rows}
    return dict(found)


def _reads(login: str, ref: ObjectRef, shape: TableShape, holdings: Holdings) -> bool:
    if not holdings.anything(login, ref):
        return False
    refs = (ref, *(ObjectRef("column", (*ref.name, column.name)) for column in shape.columns))
    return any(holdings.has(login, each, "SELECT") for each in refs)


def _table_reach(
    account: Account, table: TableMap, shape: TableShape, holdings: Holdings
) -> Iterator[tuple[Reach, Column, Rows]]:
    ref = _ref("table", table.name)
    several = len(table.categories) > 1
    whole = {action: holdings.has(account.login, ref, privilege) for action, privilege in _PRIVILEGE.items()}
    for column in shape.columns:
        category = table.columns.get(column.name, table.category)
        if several and column.name in table.key:
            continue  # a key goes with every category and says nothing about one
        of_column = ObjectRef("column", (*ref.name, column.name))
        for action, privilege in _PRIVILEGE.items():
            on = ref if action == "delete" else of_column
            if column.generated and action in ("insert", "update"):
                continue  # a grant to write what the database computes gives nothing
            if not whole[action] and (on is ref or not holdings.has(account.login, on, privilege)):
                continue
            rows = holdings.rows(account.login, ref, _COMMAND[action], on)
            if rows is None or rows:
                yield (account.id, category, action), (table.name, column.name), rows


def _ref(kind: ObjectKind, name: str) -> ObjectRef:
    schema, _, relation = name.partition(".")
    return ObjectRef(kind, (schema, relation))
