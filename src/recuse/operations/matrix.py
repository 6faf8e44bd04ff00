"""Agency by category: what the accounts of each agency read at most, before a plan and after it."""

from collections.abc import Iterable, Mapping
from typing import Final

from recuse.compiler.classes import ClassContent
from recuse.compiler.condition import ALWAYS
from recuse.model import UNBOUND_USES, Account, Repository, System, TableMap
from recuse.operations.effects import reached
from recuse.operations.page import Cell, Matrix, MatrixRow, Reach
from recuse.operations.plan import Planned

_WIDER: Final[tuple[Reach, ...]] = ("none", "permit", "some", "all")


def matrix(repository: Repository, system: System, planned: Planned) -> Matrix:
    """The matrix of one system. After: what standing classes open, and what a permit would open beside that.

    Before: what the facts as found open at most, permit or not; where nothing is to be changed, the same as after.
    """
    accounts = [
        a
        for a in repository.accounts.values()
        if a.system == system.name and a.use not in UNBOUND_USES and a.login in planned.found.oids
    ]
    categories = tuple(sorted({category for table in system.tables for category in table.categories}))
    after = _after(system, accounts, planned)
    before = _before(system, accounts, planned) if planned.plan.changes else after
    agencies = sorted({account.agency for account in accounts})
    rows = tuple(
        MatrixRow(
            repository.agencies[agency].name,
            tuple(Cell(before.get((agency, c), "none"), after.get((agency, c), "none")) for c in categories),
        )
        for agency in agencies
    )
    return Matrix(categories, rows)


def _before(system: System, accounts: Iterable[Account], planned: Planned) -> dict[tuple[str, str], Reach]:
    agencies = {account.id: account.agency for account in accounts}
    found: dict[tuple[str, str], Reach] = {}
    reach = reached(system, accounts, planned.found.shapes, planned.found.facts, settable=True)
    for (account, category, action), rows in reach.items():
        if action == "read":
            _widen(found, (agencies[account], category), "all" if rows is None else "some")
    return found


def _after(system: System, accounts: Iterable[Account], planned: Planned) -> dict[tuple[str, str], Reach]:
    classes = planned.classes
    tables = {table.name: table for table in system.tables}
    agencies = {account.login: account.agency for account in accounts}
    found: dict[tuple[str, str], Reach] = {}
    for login, role in classes.standing.items():
        if login in agencies:
            for category, reach in _opened(classes.contents[role], tables):
                _widen(found, (agencies[login], category), reach)
    for declared in classes.declared:
        if declared.login in agencies:
            for category, _ in _opened(classes.contents[declared.role], tables):
                _widen(found, (agencies[declared.login], category), "permit")
    return found


def _opened(content: ClassContent, tables: Mapping[str, TableMap]) -> Iterable[tuple[str, Reach]]:
    for rights in content.tables:
        table = tables[rights.table]
        for category in table.categories:
            own = {c for c in rights.read if table.columns.get(c, table.category) == category}
            if own - set(table.key) or (own and len(table.categories) == 1):
                yield category, "all" if rights.read_rows == ALWAYS else "some"


def _widen(found: dict[tuple[str, str], Reach], key: tuple[str, str], reach: Reach) -> None:
    if _WIDER.index(reach) > _WIDER.index(found.get(key, "none")):
        found[key] = reach
