"""Copies by their columns: a relation that looks like it was made from the rows of another one.

A catalog keeps no record of where rows came from, so this is a likeness and says so. What tells are columns whose
names few relations have: not `id`, `name` or `created_at`, nor what unlike relations share. Alike are two relations
that agree in most of the telling columns of the smaller, or where all columns of the copy are the other's too. No copy
is what a key explains (a child refers to its parent), a partition or child of the same whole, and a list of values
(unique there and not here). A copy whose columns have other names cannot be told.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from recuse.targets.postgres.edges.catalog import Connection, rows_of

_ORDINARY: Final = re.compile(
    r"[a-z]?id|(.*_)?(id|uuid|guid)|no|nr|num|number|code|key|type|kind|status|state|title|label|description|comments?|notes?"
    r"|remarks?|text|body|values?|data|dates?|day|time|timestamp|year|month|version|count|total|amount|price|quantity"
    r"|position|sort|rank|level|active|enabled|deleted|(created|updated|modified|changed|inserted)(_?(at|on|by|date))?"
    r"|((first|last|middle|given|family|full|display|user|short|long)_?)?names?|surname|users?|login|owner|author"
    r"|e?_?mail|(phone|fax)(_?(no|number))?|tel|telephone|address|street|city|zip(_?code)?|post(al)?_?code|country"
    r"|region|county|url|language|currency|parent|category|group"
)
_KEEPING: Final = re.compile(
    r"((loaded|extracted|exported|imported|copied|archived|changed|recorded|logged)_?(at|on|by|from)?"
    r"|(delete|deleted|expire|expires|valid|keep)(_(at|on|by|after|before|from|to|until))?|(batch|source|snapshot|etl"
    r"|load|row|audit|operation|op)(_.*)?|as_of|at|by|on)"
)
"""What whoever makes a copy adds to it."""

_COMMON: Final = 12  # a name that so many kinds of relations have tells nothing
_UNLIKE: Final = 3  # or that so many relations have which share little else
_WORD: Final = 4  # letters of a name that is not found in another by chance
_WHOLE: Final = 3  # columns that a relation has at least whose name and columns are all that tells
_ORIGINALS: Final = frozenset("rp")
_SHARE: Final = 0.75  # of the smaller one's telling columns that must agree
_VALUES: Final = frozenset({"number", "bool"})  # of few values: one such column alone tells nothing


@dataclass(frozen=True, slots=True)
class Shape:
    """A column of a relation as it tells: `family` is the whole that the relation is part of."""

    relation: str
    short: str
    kind: str
    family: str
    name: str
    written: str
    type: str
    refers: Sequence[str]
    alone: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation by its columns, by their names in lower case."""

    name: str
    short: str
    kind: str
    family: str
    columns: Mapping[str, Shape]


@dataclass(frozen=True, slots=True)
class Likeness:
    """A relation that looks like a copy of another, and the columns by which it does, in the copy's order."""

    copy: Relation
    original: Relation
    columns: tuple[str, ...]

    @property
    def reason(self) -> str:
        """What is alike, as a sentence."""
        agree = "the column {} agrees" if len(self.columns) == 1 else "the columns {} agree"
        return f"{self.copy.name} looks like a copy of {self.original.name}: {agree.format(', '.join(self.columns))}"


def shapes_in(connection: Connection) -> tuple[Relation, ...]:
    """The relations of the connected database that can be a copy."""
    return relations(rows_of(connection, "shapes", Shape))


def relations(shapes: Iterable[Shape]) -> tuple[Relation, ...]:
    """The relations whose columns these are; those of one relation stand together."""
    found = []
    for name, rows in groupby(shapes, key=lambda shape: shape.relation):
        columns = {row.name.lower(): row for row in rows}
        first = next(iter(columns.values()))
        found.append(Relation(name, first.short.lower(), first.kind, first.family, columns))
    return tuple(found)


def copies(
    originals: Sequence[Relation], candidates: Sequence[Relation], asked: Collection[str], *, same: bool
) -> Iterator[Likeness]:
    """The `candidates` that look like copies of tables that are `asked` about, by name, among the `originals`.

    What is asked about itself is no copy where both are of one database (`same`). A name tells by all of both.
    """
    known = _Known.of([*originals, *candidates])
    by_name: dict[str, list[Relation]] = {}
    for each in candidates:
        for name in each.columns:
            by_name.setdefault(name, []).append(each)
    for original in originals:
        if original.kind not in _ORIGINALS or original.name not in asked:
            continue
        telling = known.telling(original)
        names = telling or [min(original.columns, key=lambda name: len(by_name.get(name, ())))]
        alike = {each.name: each for name in sorted(names) for each in by_name.get(name, ())}
        for each in alike.values():
            if same and (each.name in asked or each.family == original.family):
                continue
            columns = _agreeing(each, original)
            if _is_alike(each, original, columns, telling, known.telling(each)):
                yield Likeness(each, original, tuple(name for name in each.columns if name in columns))


@dataclass(frozen=True, slots=True)
class _Known:
    """Which sets of columns each name occurs in: many relations of one form count once. What tells each is kept."""

    forms: Mapping[str, frozenset[frozenset[str]]]
    told: dict[frozenset[str], frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, relations: Iterable[Relation]) -> "_Known":
        forms: dict[str, set[frozenset[str]]] = {}
        for form in {frozenset(relation.columns) for relation in relations}:
            for name in form:
                forms.setdefault(name, set()).add(form)
        return cls({name: frozenset(found) for name, found in forms.items()})

    def telling(self, relation: Relation) -> frozenset[str]:
        """The columns that tell this relation from others."""
        mine = frozenset(relation.columns)
        if mine not in self.told:
            self.told[mine] = self._telling(mine)
        return self.told[mine]

    def _telling(self, mine: frozenset[str]) -> frozenset[str]:
        return frozenset(
            name for name in mine
            if not _ORDINARY.fullmatch(name) and not _KEEPING.fullmatch(name)
            and len(self.forms[name]) <= _COMMON
            and sum(len(form & mine) <= _SHARE * min(len(form), len(mine)) for form in self.forms[name]) < _UNLIKE
        )  # fmt: skip


def _agreeing(copy: Relation, original: Relation) -> frozenset[str]:
    """The columns of the same name and kind of type that no foreign key explains."""
    return frozenset(
        name for name, mine in copy.columns.items()
        if (theirs := original.columns.get(name)) is not None
        and mine.type in {theirs.type, "text"}  # what was loaded from a file is text
        and not set(mine.refers) & set(theirs.refers)
        and not any(to.startswith(f"{original.name}.") for to in mine.refers)
        and not any(to.startswith(f"{copy.name}.") for to in theirs.refers)
    )  # fmt: skip


def _is_alike(
    copy: Relation, original: Relation, agree: frozenset[str], theirs: frozenset[str], mine: frozenset[str]
) -> bool:
    """Whether columns that agree make a copy; `theirs` and `mine` are the telling columns of original and copy."""
    shorter, longer = sorted((original.short, copy.short), key=len)
    if (
        len(shorter) >= _WORD
        and shorter in longer
        and len(original.columns) >= _WHOLE
        and agree == original.columns.keys()
    ):
        return True
    keys = {name for name, column in original.columns.items() if column.alone}
    if keys and not keys & copy.columns.keys() and any(column.alone for column in copy.columns.values()):
        return False  # each has a key of its own: other things of the same kind
    told = {
        name for name in agree & theirs
        if original.columns[name].alone or not copy.columns[name].alone  # else a list of the values
    }  # fmt: skip
    if not any(original.columns[name].type not in _VALUES for name in told):
        return False
    most = len(told) > 1 and len(told) >= _SHARE * min(len(theirs), len(mine - theirs | agree & theirs))
    return most or all(name in agree or _KEEPING.fullmatch(name) for name in copy.columns)
