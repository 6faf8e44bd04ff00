"""One table's place in the category map: guesses, and columns set apart where accounts hold them differently.

Enforcement opens a category's columns together. Columns of one guessed category that different accounts hold today are
therefore put into categories of their own below it (`<category>.apart`), so that the baseline opens no column to
anybody who does not hold it. For the same reason a key, which goes with every category, is proposed only where nobody
holds other columns without it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recuse.enforcement.facts import ColumnShape, TableShape
from recuse.model import Action, RowAttribute, TableMap
from recuse.operations.access import TableAccess
from recuse.operations.guesses import UNRECOGNISED, Guessed, guess_attribute, guess_column, guess_key, guess_table
from recuse.operations.proposal import Guess
from recuse.toml_text import named

APART: Final = ".apart"
Signature = frozenset[tuple[str, Action]]  # who (login) may do what with a column
Holders = Mapping[str, TableAccess]  # by login, on one table


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A table's map, its guesses, the comments above it, and for each column of a category of its own the reason."""

    map: TableMap
    guesses: tuple[Guess, ...]
    notes: tuple[str, ...]
    reasons: Mapping[str, str]
    sizes: Mapping[str, int]  # category -> how many columns


@dataclass(frozen=True, slots=True)
class _Group:
    """Columns of one guessed category that the same accounts hold in the same way, in the table's order."""

    category: str
    columns: tuple[str, ...]


def base_of(category: str) -> str:
    """The guessed category of one that was set apart."""
    return category.partition(APART)[0]


def map_table(shape: TableShape, holders: Holders) -> MappedTable:
    """The proposed map of one table that `holders` hold as they do. Its name must be fit for a policy repository."""
    of_table = guess_table(shape.name.partition(".")[2])
    default = of_table.value if of_table else UNRECOGNISED
    attributes = _attributes(shape)
    flags = {attribute.column for attribute in attributes.values()}
    found = {c.name: guess_column(c, in_recognised=of_table is not None) for c in shape.columns if c.name not in flags}
    guessed = {column: guess for column, guess in found.items() if guess is not None}
    key, key_notes, key_guess = _key(shape, holders, guessed)
    groups = _groups(shape, holders, {c: g.value for c, g in guessed.items()}, default, without=key)
    own = [group for group in groups if group.category == default]
    first = max(own, key=lambda group: len(group.columns), default=_Group(default, ()))
    named_groups = tuple(_named((first, *(group for group in groups if group is not first))))
    columns = {c: name for name, group in named_groups[1:] for c in group.columns}
    table = TableMap(
        name=shape.name,
        category=named_groups[0][0],
        key=key,
        columns={c.name: columns[c.name] for c in shape.columns if c.name in columns},
        attributes=attributes,
        public=False,
    )
    sizes = {name: len(group.columns) + (len(key) if group is first else 0) for name, group in named_groups}
    notes = (_table_note(default, of_table), *key_notes)
    guesses = (*_table_guesses(shape.name, of_table, guessed), *key_guess, *_attribute_guesses(shape.name, attributes))
    return MappedTable(table, guesses, notes, _reasons(table, guessed), sizes)


def category_columns(table: TableMap, shape: TableShape) -> dict[str, tuple[ColumnShape, ...]]:
    """The columns that each of a table's categories opens by itself; a key goes with all and is left out.

    A table's own category may have none: every column was guessed to be something else.
    """
    free = [column for column in shape.columns if column.name not in table.key]
    return {
        category: tuple(c for c in free if table.columns.get(c.name, table.category) == category)
        for category in table.categories
    }


def _signature(column: ColumnShape, holders: Holders) -> Signature:
    return frozenset((login, action) for login, access in holders.items() for action in access.actions(column.name))


def _groups(
    shape: TableShape, holders: Holders, guessed: Mapping[str, str], default: str, *, without: tuple[str, ...]
) -> list[_Group]:
    """Columns by category and signature. A generated column is written by nobody: it goes with those read alike."""
    found: dict[tuple[str, Signature], list[str]] = {}
    free = [c for c in shape.columns if c.name not in without]
    for column in sorted(free, key=lambda c: c.generated):
        category, signature = guessed.get(column.name, default), _signature(column, holders)
        alike = (k for k in found if column.generated and k[0] == category and _reading(k[1]) == signature)
        found.setdefault(next(alike, (category, signature)), []).append(column.name)
    order = [c.name for c in shape.columns]
    return [_Group(category, tuple(sorted(names, key=order.index))) for (category, _), names in found.items()]


def _reading(signature: Signature) -> Signature:
    return frozenset((login, action) for login, action in signature if action == "read")


def _named(groups: Sequence[_Group]) -> Iterator[tuple[str, _Group]]:
    """The first group of a category has its name; the next ones are `.apart`, `.apart-2` and so on."""
    seen: dict[str, int] = {}
    for group in groups:
        number = seen[group.category] = seen.get(group.category, -1) + 1
        yield group.category + ("" if number == 0 else APART if number == 1 else f"{APART}-{number}"), group


def _key(
    shape: TableShape, holders: Holders, guessed: Mapping[str, Guessed]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Guess, ...]]:
    """The key columns with their comments and guesses; none where a key would open more than is open."""
    found = guess_key(shape)
    if found is None or found.value in guessed or len(shape.columns) == 1:
        return (), (), ()
    column = next(c for c in shape.columns if c.name == found.value)
    others = [_signature(c, holders) for c in shape.columns if c is not column]
    wanted: Signature = frozenset[tuple[str, Action]]().union(*others)
    if _signature(column, holders) != (_reading(wanted) if column.generated else wanted):
        note = f"no key: {named(column.name)} looks like it, but not all who hold other columns hold it alike"
        return (), (note,), ()
    guess = Guess("key", shape.name, column.name, found.reason)
    return (column.name,), (f"key {named(column.name)} guessed: {found.reason}",), (guess,)


def _attributes(shape: TableShape) -> dict[str, RowAttribute]:
    found: dict[str, RowAttribute] = {}
    for column in shape.columns:
        guess = guess_attribute(column)
        if guess is not None:
            taken = sum(1 for name in found if name.split("_")[0] == guess.value)
            name = guess.value if not taken else f"{guess.value}_{taken + 1}"
            found[name] = RowAttribute(column.name, "Bool", optional=column.nullable)
    return found


def _table_note(default: str, guessed: Guessed | None) -> str:
    if guessed is None:
        return f"category `{default}`: no word of the list is in the table's name"
    return f"category `{default}` guessed: {guessed.reason}"


def _table_guesses(name: str, of_table: Guessed | None, columns: Mapping[str, Guessed]) -> Iterator[Guess]:
    if of_table is not None:
        yield Guess("table", name, of_table.value, of_table.reason)
    for column, guess in columns.items():
        yield Guess("column", f"{name}.{column}", guess.value, guess.reason)


def _attribute_guesses(name: str, attributes: Mapping[str, RowAttribute]) -> Iterator[Guess]:
    for attribute, row in attributes.items():
        reason = "a boolean column, by its name"
        yield Guess("attribute", f"{name}.{row.column}", attribute, reason)


def _reasons(table: TableMap, guessed: Mapping[str, Guessed]) -> dict[str, str]:
    """For each column that does not go with its table, why."""
    reasons: dict[str, str] = {}
    for column, category in table.columns.items():
        parts = [f"guessed: {guessed[column].reason}"] if column in guessed else []
        if APART in category:
            parts.append("set apart: not held by the same accounts in the same way as the other columns")
        reasons[column] = "; ".join(parts)
    return reasons
