"""Follows what a body names to the objects that are meant: through calls, and through triggers on what it writes.

A name without its schema is looked up in the function's own search path. Until that path has pg_temp last, a temporary
object of the caller stands before every relation and type; a schema on the path in which the caller can make objects
gives it functions and operators. What the caller puts there runs with the rights of the function.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from typing import Final

from recuse.targets.postgres.edges.bodies import (
    WHOLE,
    Body,
    Change,
    Name,
    Uses,
    rule_uses,
    statement_uses,
)
from recuse.targets.postgres.edges.columns import Column
from recuse.targets.postgres.edges.flows import Flow, Function, Lookup, Parameter, moved_by
from recuse.targets.postgres.edges.following import Following
from recuse.targets.postgres.edges.lookups import OWN, TEMPORARY, makers, schemas, searched, types
from recuse.targets.postgres.edges.naming import Names
from recuse.targets.postgres.edges.refused import told

_DEEP: Final = 8  # calls within calls that are followed; deeper counts as unknown
_REACHING: Final = re.compile(
    r"(query|table|schema|database|cursor)_to_xml.*|ts_stat|ts_rewrite|set_config|setval|pg_(read|ls)_.*|lo_.*"
    r"|lo(read|write)|pg_logical_.*|pg_.*_slot.*|binary_upgrade_.*|pg_stat_get_activity.*|pg_prepared_.*|pg_cursor"
)
"""Functions of the server that run a text, or read what no column is; not those that tell a size or a time alone."""
_TELLING: Final = re.compile(
    r"pg_stats.*|pg_statistic.*|pg_stat_activity|pg_largeobject|pg_shadow|pg_user_mappings|pg_file_settings"
    r"|pg_prepared_.*|pg_cursors"
)
"""Relations of the server that hold values of other relations, or secrets."""
_QUIET: Final = frozenset({
    "autoinc", "btree_gin", "btree_gist", "citext", "cube", "earthdistance", "fuzzystrmatch", "hstore",
    "insert_username", "intagg", "intarray", "isn", "lo", "ltree", "moddatetime", "pg_trgm", "pgaudit", "pgcrypto",
    "postgis", "refint", "seg", "tcn", "unaccent", "uuid-ossp", "vector",
})  # fmt: skip
"""Extensions whose functions in C compute from their arguments alone, or from the row they are fired for."""


@dataclass(slots=True)
class Tracer:
    """Traces functions of one database, each once for every search path."""

    names: Names
    _known: dict[tuple[int, tuple[str, ...] | None], Flow] = field(default_factory=dict)
    _active: set[tuple[int, tuple[str, ...] | None]] = field(default_factory=set)
    _cut: bool = False

    def flow(self, function: Function, path: tuple[str, ...] | None = None, depth: int = 0) -> Flow:
        """What a function leads to; `path` is the search path of its caller, None where the caller chooses."""
        if function.path is not None:
            path = schemas(function.path, function.owner_name)
        if function.atomic:
            path = (OWN, TEMPORARY)
        key = function.oid, path
        if key in self._known:
            return self._known[key]
        if (
            key in self._active
        ):  # it calls itself, which adds nothing; what is between is not the whole of what that leads to
            self._cut = True
            return Flow()
        self._active.add(key)
        flow = self._traced(function, path, depth)
        if function.atomic:  # its names are bound
            flow = replace(flow, lookups=frozenset())
        self._active.remove(key)
        if not self._active or not self._cut:
            self._known[key] = flow
        self._cut = self._cut and bool(self._active)
        return flow

    def rule(self, text: str) -> Flow:
        """What the actions of a rule lead to; its names are bound."""
        return self._plain(rule_uses(text), (OWN, TEMPORARY))

    def job(self, text: str) -> Flow:
        """What the statements of a job lead to; whose search path it runs with is not known."""
        return self._plain(statement_uses(text), None)

    def _plain(self, statements: Iterable[Uses], path: tuple[str, ...] | None) -> Flow:
        flows = [self._uses(uses, path, 0) for uses in statements]
        moved = (moved_by(each, each.reads | each.given | each.row, each.values | each.given) for each in flows)
        return reduce(Flow.__or__, [*flows, *moved], Flow())

    def _traced(self, function: Function, path: tuple[str, ...] | None, depth: int) -> Flow:
        if depth > _DEEP:
            return Flow(unknown="it calls functions that call functions, too deep to follow")
        if function.parts:
            called = self._called([self.names.by_oid[part] for part in function.parts], path, depth)
            return called | _of_anything(called)
        body = function.body()
        if body is None:
            return Flow(returns=True) if _is_quiet(function) else Flow(
                unknown=f"{function.title} is written in {function.language}", returns=True
            )  # fmt: skip
        made, rows = body.uses.made, self.names.transitions.get(function.oid, frozenset())
        statements = [_of_rows(replace(uses, made=made), rows) for uses in body.statements]
        flows = [self._uses(uses, path, depth) for uses in statements]
        following = Following(body, statements, flows)
        whole = reduce(Flow.__or__, [*flows, *following.moved()], Flow())
        if body.parameters is None or self._cut:  # what it does with which is not known, or not all of it
            whole |= _of_anything(whole)
        shown = frozenset(column for uses in body.shown for column in self._uses(uses, path, depth).row)
        tells = body.tells or bool(body.uses.converts) or self._converts(body, path) or following.tells()
        return whole | Flow(
            returns=body.returns,
            tells=tells,
            changes_row=body.changes_row,
            shown=shown | following.shown(body.shown),
        )  # fmt: skip

    def _converts(self, body: Body, path: tuple[str, ...] | None) -> bool:
        """Whether a text is put into a variable that holds none."""
        named = [(self._relations(name, path, body.uses.made)[0], column) for name, column in body.uses.taken if column]
        return any(each.holds_text for found, name in named for one in found for each in self._columns(one, name))

    def _uses(self, uses: Uses, path: tuple[str, ...] | None, depth: int) -> Flow:
        reads, writes, lookups, changed = set[Column](), set[Column](), set[Lookup](), set[int]()
        values = set[Column]()
        unknown = uses.unknown or _reaching(uses)
        for name, column in uses.reads:
            found, ways = self._relations(name, path, uses.made)
            lookups |= ways
            columns = {each for relation in found for each in self._columns(relation, column)}
            reads |= columns
            values |= columns if (name, column) in uses.values else set()
            if name[0] in {None, OWN} and _TELLING.fullmatch(name[1]):
                unknown = unknown or f"it reads {name[1]}"
        for name, column in uses.writes:
            found, ways = self._relations(name, path, uses.made)
            lookups |= ways
            changed.update(found)
            writes |= {each for relation in found for each in self._columns(relation, column)}
        lookups |= {way for schema, name in uses.types if schema is None for way in types(name, path)}
        lookups |= {
            Lookup(need, "function", name) for schema, name in uses.calls if schema is None for need in makers(path)
        }
        operators = {name for schema, name in uses.operators if schema is None}
        lookups |= {Lookup(need, "operator", name) for name in operators for need in makers(path)}
        row = frozenset(column for variable, column in uses.fields if variable in {"new", "old"})
        here = Flow(
            frozenset(reads),
            frozenset(writes),
            row,
            values=frozenset(values),
            lookups=frozenset(lookups),
            channels=uses.channels,
            unknown=unknown,
            changed=frozenset(each for change in uses.changes for each in self._changes(change, path, uses.made)),
            told=frozenset(column for change in uses.changes for column in self._told(change, path, uses.made)),
        )
        handed = dict(uses.handed)
        for name in uses.calls:
            here |= self._called(self._functions(name, path), path, depth, handed.get(name))
        return here | self._called(self.names.unnamed(uses), path, depth) | self._fired(changed, path, depth)

    def _changes(
        self, change: Change, path: tuple[str, ...] | None, made: frozenset[str]
    ) -> Iterator[tuple[str, Column, str]]:
        """The columns that a change sets, and to what; of rows that go, one column stands for all."""
        constants = dict(change.constants)
        for relation in self._relations(change.relation, path, made)[0]:
            columns = self.names.shapes.columns[relation].values()
            for name in [name for name, _ in change.values] or ["#0"]:
                for column in self._columns(relation, name) if name != "#0" else list(columns)[:1]:
                    yield change.verb, column, constants.get(name, "")

    def _told(self, change: Change, path: tuple[str, ...] | None, made: frozenset[str]) -> Iterator[Column]:
        """The columns that the error shows when a constraint refuses a change."""
        for relation in self._relations(change.relation, path, made)[0]:
            columns = [*self.names.shapes.columns[relation].values()]
            read = partial(self._read, path=path, made=made)
            yield from told(change, relation, columns, self.names.constraints, read)

    def _read(self, uses: Uses, path: tuple[str, ...] | None, made: frozenset[str]) -> set[Column]:
        named = [(each, column) for name, column in uses.reads for each in self._relations(name, path, made)[0]]
        return {each for relation, column in named if column for each in self._columns(relation, column)}

    def _called(
        self, functions: Iterable[Function], path: tuple[str, ...] | None, depth: int, number: int | None = None
    ) -> Flow:
        """What calls lead to; one with rights of its own stays a step of its own. What they return is used inside.

        `number` is that of the only argument that is given.
        """
        flow = Flow()
        for one in functions:
            inner = self.flow(one, path, depth + 1)
            given = inner.reads | inner.given if inner.returns or inner.tells else frozenset()
            moving, copied = inner.handed(number), inner.called_by()
            flow |= moving | Flow(replaceable=frozenset({one}))
            if one.definer:
                flow |= Flow(called=frozenset({one}), copied=copied.copied, left=copied.left, given=given)
            else:
                flow |= replace(copied, writes=moving.writes, channels=moving.channels, keeps=moving.keeps)
        return replace(flow, returns=False)

    def _fired(self, relations: Iterable[int], path: tuple[str, ...] | None, depth: int) -> Flow:
        """What the triggers of written relations lead to; the row that fires them is the writer's own."""
        oids = [oid for relation in relations for oid in self.names.fired.get(relation, ())]
        fired = [self.names.by_oid[oid] for oid in oids if oid in self.names.by_oid]
        flow = self._called(fired, path, depth).called_by(fired=True)
        return replace(flow, row=frozenset(), shown=frozenset(), filled=frozenset(), changes_row=False)

    def _columns(self, relation: int, column: str) -> Iterator[Column]:
        columns = self.names.shapes.columns[relation].values()
        return (each for place, each in enumerate(columns) if column in {WHOLE, each.name, f"#{place}"})

    def _relations(
        self, name: Name, path: tuple[str, ...] | None, made: frozenset[str]
    ) -> tuple[list[int], set[Lookup]]:
        """The relations that a name may mean, and how a caller can give it another meaning."""
        schema, relation = name
        known = self.names.shapes.relations
        if relation in made and schema in {None, TEMPORARY}:
            return [], set()
        if schema == TEMPORARY:
            return [], {Lookup("temporary:", "relation", relation)}
        if schema is not None:
            return [known[schema, relation]] if (schema, relation) in known else [], set()
        if path is None:
            found = [oid for (_, each), oid in known.items() if each == relation]
            return found, {Lookup(need, "relation", relation) for need in ("temporary:", "create:")}
        ways = set()
        for each in searched(path):
            if each == TEMPORARY:
                ways.add(Lookup("temporary:", "relation", relation))
            elif (each, relation) in known:
                return [known[each, relation]], ways
            elif each == OWN and relation in self.names.own:
                return [], ways
            elif each != OWN:
                ways.add(Lookup(f"create:{each}", "relation", relation))
        return [], ways

    def _functions(self, name: Name, path: tuple[str, ...] | None) -> Iterator[Function]:
        """The functions of users that a name may mean."""
        schema, function = name
        for one in self.names.functions.get(function, ()):
            if one.schema == schema or (schema is None and (path is None or one.schema in path)):
                yield one


def _of_rows(uses: Uses, rows: frozenset[str]) -> Uses:
    """A statement that reads the changed rows as a table reads of the row that fires."""
    fired = {(name, column) for name, column in uses.reads if name[0] is None and name[1] in rows}
    named = frozenset(("new", column) for _, column in fired if column)
    return replace(uses, reads=uses.reads - fired, fields=uses.fields | named) if fired else uses


def _of_anything(flow: Flow) -> Flow:
    """As if all that is written took whatever a caller gives."""
    return moved_by(flow, frozenset({Parameter(0)}), frozenset({Parameter(0)}))


def _reaching(uses: Uses) -> str | None:
    """A function of the server that it calls and that does more than compute."""
    found = (name for schema, name in uses.calls if schema in {None, OWN} and _REACHING.fullmatch(name))
    return next((f"it calls {name}" for name in found), None)


def _is_quiet(function: Function) -> bool:
    if function.language == "internal":
        return _REACHING.fullmatch(function.source) is None
    return function.extension in _QUIET
