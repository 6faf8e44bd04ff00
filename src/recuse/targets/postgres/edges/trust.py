"""What a row policy's condition leaves to the caller: settings, rows of tables, functions, memberships. Pure.

A condition becomes a formula. An atom names the *levers* that decide it; `pulled` says what is left of the formula when
the caller holds some of them. What is not understood has no lever and shows some rows, as before.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from recuse.targets.postgres.edges.fitting import Name, Value, constant, fitting, nodes, placeless, query, under, wanted
from recuse.targets.postgres.edges.inlined import Names, inlined
from recuse.targets.postgres.edges.row_changes import Given, changed_to, fits, own_columns
from recuse.targets.postgres.reading.grammar import UnreadableError, expression, name_parts

Means = Literal["setting", "fill", "edit", "amend", "empty", "function", "membership", "row", "lookup"]
_BODY_SETTING: Final = re.compile(r"\bcurrent_setting\s*\(\s*'([^']+)'(?:[^;']*?->>\s*'([^']+)')?", re.IGNORECASE)
_ANY: Final[tuple[Means, ...]] = ("fill", "edit", "amend", "empty")
_PART: Final = r'(?:"[^"]+"|[\w$]+)'
_BODY_READS: Final = re.compile(rf"\b(?:from|join)\s+(?:only\s+)?({_PART}(?:\s*\.\s*{_PART})?)", re.IGNORECASE)


class Lever(NamedTuple):
    """Something that decides an atom: by which means, and the setting, table, function or role."""

    means: Means
    name: str


@dataclass(frozen=True, slots=True)
class Atom:
    """A part of a condition that is true of some rows.

    `whole` are the levers that alone make it true of any row. `settings` are the values that do, `rows` the columns and
    values of a row that does, by table; `changes` the values that columns of the row itself must have, by lever.
    """

    text: str
    levers: frozenset[Lever] = frozenset()
    whole: frozenset[Lever] = frozenset()
    settings: tuple[tuple[str, Value], ...] = ()
    rows: tuple[tuple[str, tuple[tuple[str, Value], ...]], ...] = ()
    changes: tuple[tuple[str, Value], ...] = ()


Formula = bool | Atom | tuple[str, tuple["Formula", ...]]


@dataclass(frozen=True, slots=True)
class Called:
    """A function that row policies call: its node, and the text that its owner may put in its place."""

    schema: str
    name: str
    node: str
    owner: str
    usage: str
    replaceable: bool
    replacement: str | None
    body: str
    parameters: Sequence[str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What names in a condition mean: tables by schema and name, functions, and the settings that nobody may set.

    `changeable` says what the columns of a table can be changed to by others than its owner, `bent` what a caller has
    to make for a function to look it up in the place of what it means.
    """

    tables: Mapping[Name, str]
    functions: Mapping[Name, Called]
    fixed: Collection[str]
    columns: Mapping[str, Collection[str]] = field(default_factory=dict)
    changeable: Mapping[tuple[str, str], Collection[Given]] = field(default_factory=dict)
    bent: Mapping[str, Collection[str]] = field(default_factory=dict)
    _by_name: dict[str, list[str]] = field(default_factory=dict)

    def setting(self, name: str) -> Iterator[Lever]:
        """The lever of a setting that any account may set."""
        if name.lower() not in self.fixed:
            yield Lever("setting", name.lower())

    def names(self) -> Names:
        """What names in a body mean."""
        schemas: dict[str, list[str]] = {}
        for schema, table in self.tables:
            schemas.setdefault(table, []).append(schema)
        return Names(
            lambda table: schemas[table][0] if len(schemas.get(table, ())) == 1 else None,
            lambda schema, table: self.columns.get(self.tables.get((schema, table), ""), ()),
        )

    def read_by(self, called: Called) -> set[str]:
        """The tables that a function's body reads, as far as its text says so."""
        if not self._by_name:
            for (_, table), quoted in self.tables.items():
                self._by_name.setdefault(table, []).append(quoted)
        found: set[str] = set()
        for written in _BODY_READS.findall(called.body):
            parts = [p[1:-1] if p.startswith('"') else p.lower() for p in re.findall(_PART, written)]
            if len(parts) == 2:
                found |= {self.tables[parts[0], parts[1]]} if (parts[0], parts[1]) in self.tables else set()
            else:
                found |= set(self._by_name.get(parts[0], ()))
        return found


def read(condition: str | None, surroundings: Surroundings, table: str = "") -> Formula:
    """The formula of a condition on a table as the server prints it; None is true."""
    if condition is None:
        return True
    try:
        return _Reader(surroundings, table).formula(expression(condition), positive=True)
    except (UnreadableError, KeyError, ValueError, TypeError, AttributeError):
        return Atom(condition)


def combined(permissive: Sequence[Formula], restrictive: Sequence[Formula]) -> Formula:
    """Permissive row policies are ORed, restrictive ones ANDed; without a permissive one nothing is seen."""
    return simple(("and", (("or", tuple(permissive)), *restrictive)))


def simple(formula: Formula) -> Formula:
    """Without what decides nothing."""
    if not isinstance(formula, tuple):
        return formula
    word, parts = formula
    neutral = word == "and"
    left = tuple(dict.fromkeys(part for part in map(simple, parts) if part is not neutral))
    if any(part is (not neutral) for part in left):
        return not neutral
    if len(left) == 1:
        return left[0]
    return (word, left) if left else neutral


def pulled(formula: Formula, levers: Collection[Lever]) -> Formula:
    """What is left of a formula for a caller who holds these levers."""
    match formula:
        case Atom() as atom if atom.levers & set(levers):
            return True if atom.whole & set(levers) else Atom(f"pulled: {atom.text}")
        case (word, parts):
            return simple((word, tuple(pulled(part, levers) for part in parts)))
        case _:
            return formula


def atoms(formula: Formula) -> Iterator[Atom]:
    """Every atom, in the order of the condition."""
    match formula:
        case Atom() as atom:
            yield atom
        case (_, parts):
            for part in parts:
                yield from atoms(part)


@dataclass(frozen=True, slots=True)
class _Reader:
    known: Surroundings
    table: str

    def formula(self, tree: Any, *, positive: bool) -> Formula:
        ((kind, inner),) = tree.items()
        match kind:
            case "BoolExpr" if inner["boolop"] == "NOT_EXPR":
                return self.formula(inner["args"][0], positive=not positive)
            case "BoolExpr":
                conjunction = (inner["boolop"] == "AND_EXPR") == positive
                parts = tuple(self.formula(each, positive=positive) for each in inner["args"])
                return simple(("and" if conjunction else "or", parts))
            case "A_Const" if "boolval" in inner:
                return bool(inner["boolval"].get("boolval", False)) == positive
            case "SubLink" if inner["subLinkType"] == "EXPR_SUBLINK" and "fromClause" not in query(inner):
                return self.formula(query(inner)["targetList"][0]["ResTarget"]["val"], positive=positive)
            case _:
                return self._atom(tree, positive=positive)

    def _atom(self, tree: Any, *, positive: bool) -> Atom:
        found = _Found(self.known)
        found.walk(tree)
        means = _means(tree, positive=positive)
        direct = {Lever(each, table) for table in found.tables for each in means}
        names = self.known.names() if found.behind else None
        queries = [q for one, call in found.made if names for q in inlined(tree, call, one.body, one.parameters, names)]
        inside = {each for q in queries for each in _means(q, positive=positive)} or {*_ANY}
        behind = {Lever(each, table) for table in found.behind for each in inside}
        settings = {Lever("setting", name) for name in found.settings}
        roles = {Lever("membership", role) for role in found.roles}
        owned = {Lever("function", each.node) for each in found.calls if each.replaceable}
        tables = found.tables | found.behind
        changed = dict(self._changed(tree, positive=positive))
        bent = {
            Lever("lookup", f"{need}{each.node}") for each in found.calls for need in self.known.bent.get(each.node, ())
        }
        alone = (direct | behind if len(tables) == 1 else set()) | (set() if tables else settings)
        replaced = {Lever("function", each.node) for each in found.calls if each.replaceable and each.replacement}
        return Atom(
            text=repr((positive, placeless(tree))),
            levers=frozenset(direct | behind | settings | roles | owned | changed.keys() | bent),
            whole=frozenset(alone | roles | replaced | changed.keys() | bent),
            settings=tuple((n, self._wanted(tree, n, found, positive=positive)) for n in sorted(found.settings)),
            changes=tuple((lever.name, value) for lever, value in changed.items()),
            rows=tuple(
                (self.known.tables[n], row) for each in [tree, *queries] for n, row in fitting(each, self.known.tables)
            ),
        )

    def _changed(self, tree: Any, *, positive: bool) -> Iterator[tuple[Lever, Value]]:
        """The levers of changes of the row itself, each with the value that makes the atom true."""
        for column in sorted({*own_columns(tree, self.table)}):
            for given in self.known.changeable.get((self.table, column), ()):
                value = fits(tree, column, given, positive=positive)
                if value is not None:
                    yield Lever("row", changed_to(self.table, column, given)), value

    def _wanted(self, tree: Any, setting: str, found: "_Found", *, positive: bool) -> Value:
        value = wanted(tree, self._is_of(setting), positive=positive)
        return under(found.keys[setting], value) if setting in found.keys else value

    def _is_of(self, setting: str) -> Callable[[Any], bool]:
        """Tells the side of a comparison that is made of this setting, and of no column."""

        def of(side: Any) -> bool:
            found = _Found(self.known)
            found.walk(side)
            return found.settings == {setting} and not any(kind == "ColumnRef" for kind, _ in nodes(side))

        return of


@dataclass(slots=True)
class _Found:
    """What an atom mentions, its subqueries and the bodies of the functions that it calls included."""

    known: Surroundings
    settings: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    behind: set[str] = field(default_factory=set)
    calls: list[Called] = field(default_factory=list)
    roles: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    made: list[tuple[Called, Mapping[str, Any]]] = field(default_factory=list)

    def walk(self, tree: Any) -> None:
        for kind, inner in nodes(tree):
            if kind == "FuncCall":
                self._call(inner)
            elif kind == "RangeVar":
                name = (inner.get("schemaname", ""), inner["relname"])
                self.tables |= {self.known.tables[name]} if name in self.known.tables else set()

    def _call(self, inner: Any) -> None:
        name = name_parts(inner["funcname"])
        if name[-1] == "current_setting" and name[:-1] in ((), ("pg_catalog",)):
            self.settings |= {lever.name for lever in self.known.setting(constant(inner["args"][0]) or "?")}
        elif name[-1] == "pg_has_role" and len(inner["args"]) >= 2:
            role = constant(inner["args"][-2])
            self.roles |= {role} if role else set()
        elif (called := self.known.functions.get((name[0], name[-1]))) is not None and len(name) == 2:
            self.calls.append(called)
            self.made.append((called, inner))
            self.behind |= self.known.read_by(called)
            for setting, key in _BODY_SETTING.findall(called.body):
                self.settings |= {lever.name for lever in self.known.setting(setting)}
                self.keys |= {setting.lower(): key} if key else {}


def _means(tree: Any, *, positive: bool) -> tuple[Means, ...]:
    """How a table that the atom looks into decides it: EXISTS by a further row, NOT EXISTS and <> ALL by a row less."""
    kinds = {inner["subLinkType"] for kind, inner in nodes(tree) if kind == "SubLink"}
    turned = any(kind == "BoolExpr" and inner["boolop"] == "NOT_EXPR" for kind, inner in nodes(tree))
    if turned or kinds - {"EXISTS_SUBLINK", "ANY_SUBLINK", "ALL_SUBLINK"}:
        return _ANY
    return ("fill", "edit", "amend") if positive != ("ALL_SUBLINK" in kinds) else ("edit", "amend", "empty")
