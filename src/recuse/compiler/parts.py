"""Partitions and children: their rows are read and changed through the whole, whose grants and row policies count.

So a part that the category map does not list is closed by its own name, and one that it lists must be governed exactly
as the whole is. What would differ is refused by name: a row has one answer, by whichever name it is asked for.
"""

from collections.abc import Iterator, Mapping

from recuse.compiler.classes import ClassContent, ClassMap
from recuse.compiler.condition import Condition
from recuse.compiler.known import attributes_of
from recuse.compiler.prove import equivalent
from recuse.compiler.rights import TableRights
from recuse.enforcement.facts import TableShape
from recuse.enforcement.links import Links
from recuse.errors import PlanError, UnsupportedRuleError
from recuse.model import System, TableMap


def check_parts(system: System, shapes: Mapping[str, TableShape], links: Links) -> None:
    """Raise PlanError with every part whose place in the category map is not that of its whole."""
    problems = [problem for pair in _pairs(system, links) for problem in _differences(*pair)]
    for whole, part in _below(system, links):
        own = [c.name for c in shapes[part].columns if shapes[whole].column(c.name) is None]
        if own and part not in {t.name for t in system.tables}:
            columns = ", ".join(f"`{name}`" for name in own)
            problems.append(f"`{part}`, a child of `{whole}`, has columns of its own without a category: {columns}")
    if problems:
        raise PlanError(
            f"the category map of `{system.name}` does not fit the parts of its tables: {'; '.join(sorted(problems))}",
            f"correct categories/{system.name}.toml: a part stands there as its whole does, or not at all",
        )


def check_rights(system: System, classes: ClassMap, links: Links) -> None:
    """Raise UnsupportedRuleError when a login's class would reach a part otherwise than through its whole.

    Owners of derived objects hold only the tables they name, and are not asked.
    """
    held = {*classes.standing.values(), *(declared.role for declared in classes.declared)}
    for role in sorted(held):
        for whole, part in _pairs(system, links):
            _check_class(classes.contents[role], whole, part)


def _check_class(content: ClassContent, whole: TableMap, part: TableMap) -> None:
    action = _difference(content.of(whole.name), content.of(part.name), part)
    if action is not None:
        raise UnsupportedRuleError(
            f"the rules open `{part.name}` otherwise than `{whole.name}` for `{action}`, and its rows are rows of both",
            f"let the rules treat both alike, or leave `{part.name}` out of the category map: it is then closed by its "
            "own name",
        )


def _difference(whole: TableRights | None, part: TableRights | None, table: TableMap) -> str | None:
    """The first action in which two rights differ, but for columns that only the part has."""
    if whole is None or part is None:
        return None if whole is part else "any action"
    rows: tuple[tuple[str, Condition, Condition], ...] = (
        ("read", whole.read_rows, part.read_rows),
        ("insert", whole.insert_rows, part.insert_rows),
        ("update", whole.update_rows, part.update_rows),
        ("delete", whole.delete_rows, part.delete_rows),
    )
    for action, one, other in rows:
        if one != other and equivalent(one, other, attributes_of(table)) is not None:
            return action
    columns = (
        ("read", whole.read, part.read),
        ("insert", whole.insert, part.insert),
        ("update", whole.update, part.update),
    )
    return next((action for action, one, other in columns if set(one) - set(other)), None)


def _below(system: System, links: Links) -> Iterator[tuple[str, str]]:
    for table in system.tables:
        for part in links.parts_of(table.name):
            yield table.name, part


def _pairs(system: System, links: Links) -> Iterator[tuple[TableMap, TableMap]]:
    """Each whole with each of its parts that the category map lists too."""
    listed = {table.name: table for table in system.tables}
    for whole, part in _below(system, links):
        if part in listed:
            yield listed[whole], listed[part]


def _differences(whole: TableMap, part: TableMap) -> Iterator[str]:
    """In what the map of a part differs from its whole's; what only the part has is its own."""
    if (part.category, part.key, part.public) != (whole.category, whole.key, whole.public):
        yield f"`{part.name}` is a part of `{whole.name}` and has another category, key or `public`"
    for column, category in whole.columns.items():
        if part.columns.get(column, part.category) != category:
            yield f"`{part.name}.{column}` has another category than `{whole.name}.{column}`"
    for name, attribute in whole.attributes.items():
        if part.attributes.get(name) != attribute:
            yield f"attribute `{name}` of `{part.name}` is not that of `{whole.name}`"
