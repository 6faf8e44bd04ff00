"""Steps that show more rows than a row policy means to: what its condition asks lies in the caller's own hand.

Each starts at a guarded table (or a column of it), as the identity whom the policies are asked for, and leads to the
same node as anyone, where all rows are seen, or to a part of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.fitting import quoted
from recuse.targets.postgres.edges.pulled import Pulled, choosing, hidden_rows, stand_ins, writing
from recuse.targets.postgres.edges.row_changes import Way, Written, changed_to
from recuse.targets.postgres.edges.row_security import GuardedTable, RowSecurity
from recuse.targets.postgres.edges.trust import (
    Called,
    Formula,
    Lever,
    Means,
    Surroundings,
    atoms,
    combined,
    pulled,
    read,
)

_KINDS: Final[Mapping[Means, str]] = {
    "setting": "policy setting", "fill": "policy table", "edit": "policy table", "amend": "policy table",
    "empty": "policy table", "function": "policy function", "membership": "policy role", "row": "policy row",
    "lookup": "policy function",
}  # fmt: skip
_NODES: Final[Mapping[Means, str]] = {
    "fill": "filled", "edit": "edited", "amend": "amended", "empty": "emptied",
    "function": "replaced", "membership": "joined", "row": "changed", "lookup": "bent",
}  # fmt: skip
_OWN: Final = ("fill", "empty")  # an owner does anything: these two are told
_DONE: Final[Mapping[Means, tuple[str, ...]]] = {
    "fill": ("insert",),
    "edit": ("update",),
    "empty": ("delete", "truncate"),
}
_SAID: Final[Mapping[Means, str]] = {
    "fill": "put rows into",
    "edit": "change rows of",
    "amend": "change columns of",
    "empty": "take rows out of",
}
_OURS: Final = "recuse_"  # row policies of which a plan proves that who may change a row may read it
_JOINS: Final = frozenset({"ADMIN OPTION", "CREATEROLE"})


@dataclass(frozen=True, slots=True)
class Right:
    """A right to write a table that no grant on the whole table gives: its owner's, or one on a column."""

    source: str
    table: str
    means: str
    kind: str
    reason: str
    usage: str


@dataclass(frozen=True, slots=True)
class Widening:
    """What is found of one database: its row security, what conditions mean, and the columns of each relation."""

    security: RowSecurity
    known: Surroundings
    columns: Mapping[str, Sequence[str]]
    rights: Sequence[Right] = ()
    ways: Sequence[Way] = ()
    written: Sequence[Written] = ()

    def edges(self, base: Sequence[Edge]) -> Iterator[Edge]:
        """Every step that widens, and those that its needs are made of."""
        used: dict[Lever, Pulled] = {}
        reading: dict[str, set[str]] = {}
        for edge in base:
            reading.setdefault(edge.target, set()).add(edge.source)
        for table in self.security.tables.values():
            asked = [policy for policy in table.policies if policy["command"] in {"*", "r"}]
            readings = {policy["name"]: read(policy["condition"], self.known, table.name) for policy in asked}
            if any(atom.levers for formula in readings.values() for atom in atoms(formula)):
                ends = [table.node, *self.columns.get(table.node, ())]
                sources = {source for end in ends for source in reading.get(end, ())}
                for identity in self.security.bound(sources):
                    yield from self._of(table, identity, readings, used)
        yield from self._needed(used, base)

    def _of(
        self, table: GuardedTable, identity: str, readings: Mapping[str, Formula], used: dict[Lever, Pulled]
    ) -> Iterator[Edge]:
        if self.security.owns(table, identity):
            return
        applying = self.security.applying(table, identity)
        kept = combined(
            [readings[p["name"]] for p in applying if p["permissive"] and p["condition"] is not None],
            [readings[p["name"]] for p in applying if not p["permissive"]],
        )
        found = list(atoms(kept))
        settings = {lever for atom in found for lever in atom.levers if lever.means == "setting"}
        freed = pulled(kept, settings)
        hidden = hidden_rows(applying, identity)
        if freed != kept:
            yield from self._steps(table, identity, Pulled(kept, freed, tuple(sorted(settings)), hidden))
        for lever in sorted({lever for atom in found for lever in atom.levers} - settings):
            further = pulled(kept, {*settings, lever})
            if further != freed:
                done = Pulled(kept, further, (lever, *sorted(settings)), hidden)
                used.setdefault(lever, done)
                yield from self._steps(table, identity, done)

    def _steps(self, table: GuardedTable, identity: str, done: Pulled) -> Iterator[Edge]:
        lever = done.levers[0]
        edge = Edge(
            table.node, table.node, _KINDS[lever.means], self._reason(table, done), only_as=identity,
            attempt="; ".join(self._statements(done)) or None, identity=ANYONE, needs=_needs(lever), widens=True,
            chosen=choosing(table, done),
        )  # fmt: skip
        ends = [table.node, *self.columns.get(table.node, ())]
        if done.after is True:
            yield from (_moved(edge, end, end) for end in ends)
            return
        for column in ends[1:]:
            part = column.replace("column:", "part:", 1)
            yield from (_moved(edge, table.node, part), _moved(edge, column, part))

    def _reason(self, table: GuardedTable, done: Pulled) -> str:
        lever = done.levers[0]
        match lever.means:
            case "setting":
                names = ", ".join(f"`{each.name}`" for each in done.levers)
                what = f"the setting{'s' if len(done.levers) > 1 else ''} {names}, which any account may set"
                return f"a row policy of {table.name} believes {what}"
            case "function":
                return f"a row policy of {table.name} asks {lever.name.partition(':')[2]}, which its owner may replace"
            case "row":
                column = lever.name.partition("/")[0].removeprefix(f"{table.name}.")
                return f"a row policy of {table.name} asks for {column} of the row itself, which can be changed"
            case "lookup":
                name = lever.name.partition("function:")[2]
                return f"a row policy of {table.name} asks {name}, which finds what a caller made first"
            case "membership":
                return f"a row policy of {table.name} asks who is a member of {lever.name}, which can be joined"
            case _:
                return (
                    f"a row policy of {table.name} looks into {lever.name}, and who can {_SAID[lever.means]} it decides"
                )

    def _statements(self, done: Pulled) -> Iterator[str]:
        lever = done.levers[0]
        row = {table: row for atom in done.atoms() for table, row in atom.rows}.get(lever.name, ())
        for name, value in {n: v for atom in done.atoms() for n, v in atom.settings}.items():
            yield f"SELECT set_config({quoted(name)}, {value.text}, false) IS NOT NULL"
        if lever.means == "function":
            replacements = {c.node: c.replacement for c in self.known.functions.values()}
            yield from filter(None, [replacements[lever.name]])
        elif lever.means == "lookup":
            yield from stand_ins(done)
        elif lever.means == "empty" or row:
            yield from writing(lever, row)

    def _needed(self, used: Mapping[Lever, Pulled], base: Iterable[Edge]) -> Iterator[Edge]:
        """From the rights to write a table, own a function or join a role, to having used them as whichever role."""
        wanted = {lever for lever in used if lever.means != "setting"}
        for lever, done in used.items():
            if lever.means == "row":
                yield from self._changed(lever, done)
            elif lever.means == "lookup":
                need, _, name = lever.name.partition("function:")
                yield Edge(need, _node(lever), "policy function", f"{name} finds there what the caller made")
        functions = {called.node: called for called in self.known.functions.values()}
        for lever in sorted(wanted):
            yield from self._written(lever)
            if lever.means == "function":
                yield _owned(functions[lever.name], lever)
        roles = {lever.name: lever for lever in wanted if lever.means == "membership"}
        for edge in base:
            name = edge.target.removeprefix("role:")
            if edge.kind in _JOINS and edge.target.startswith("role:") and name in roles:
                node, grant = _node(roles[name]), (edge.attempt or "").split("; ")[0].removesuffix(" WITH SET TRUE")
                yield Edge(edge.source, node, edge.kind, edge.reason, grant, (), edge.only_as, ANYONE, ends=edge.ends)

    def _changed(self, lever: Lever, done: Pulled) -> Iterator[Edge]:
        """From what changes the row itself to its having been changed, with the statement."""
        value = next(value for atom in done.atoms() for name, value in atom.changes if name == lever.name)
        for way in self.ways:
            if changed_to(way.table, way.column, way.given) != lever.name:
                continue
            end = way.attempt.endswith("= ") if way.attempt else False
            edge = Edge(
                way.source, _node(lever), way.kind, way.reason, f"{way.attempt}{value.text}" if end else way.attempt,
                (way.usage,) if way.usage else (), identity=ANYONE,
            )  # fmt: skip
            if not way.direct:
                yield edge
                continue
            table = self.security.tables[f"table:{way.table}"]
            for identity in self.security.bound({way.source}):
                if self._moves(table, identity):
                    yield replace(edge, only_as=identity)

    def _moves(self, table: GuardedTable, identity: str) -> bool:
        """Whether UPDATE reaches rows that SELECT does not show; a statement without a condition asks for no more."""
        seen = [p["condition"] for p in self.security.applying(table, identity) if p["permissive"]]
        moved = self.security.applying(table, identity, "w")
        return self.security.rows(table.node, identity, "w").verdict != "none" and any(
            p["condition"] not in seen for p in moved if p["permissive"] and not p["name"].startswith(_OURS)
        )

    def _by_functions(self, lever: Lever) -> Iterator[Edge]:
        """From definer functions that write the table that a row policy looks into."""
        verbs = {"fill": "insert", "edit": "update", "amend": "update", "empty": "delete"}
        for one in self.written:
            if one.table == lever.name and verbs.get(lever.means) == one.verb:
                reason = f"{one.title} does so as its owner {one.owner}"
                yield Edge(one.source, _node(lever), "SECURITY DEFINER", reason, one.attempt, identity=ANYONE)

    def _written(self, lever: Lever) -> Iterator[Edge]:
        yield from self._by_functions(lever)
        for right in self.rights:
            if right.table == lever.name and (
                right.means == lever.means or (right.means == "owning" and lever.means in _OWN)
            ):
                yield Edge(right.source, _node(lever), right.kind, right.reason, needs=(right.usage,), identity=ANYONE)
        for verb in _DONE.get(lever.means, ()):
            yield from self._granted(lever, verb)

    def _granted(self, lever: Lever, verb: str) -> Iterator[Edge]:
        reason = f"what lies in {lever.name} can be changed so"
        source = f"{verb}:{lever.name}"
        guarded = self.security.tables.get(f"table:{lever.name}")
        if guarded is None or verb == "truncate":
            yield Edge(source, _node(lever), "policy table", reason, identity=ANYONE)
            return
        command = {"insert": "a", "update": "w", "delete": "d"}[verb]
        for identity in (ANYONE, *sorted(self.security.roles)):
            if self.security.rows(guarded.node, identity, command).verdict != "none":  # type: ignore[arg-type]
                yield Edge(source, _node(lever), "policy table", reason, only_as=identity, identity=ANYONE)


def _moved(edge: Edge, source: str, target: str) -> Edge:
    return Edge(
        source, target, edge.kind, edge.reason, edge.attempt, edge.needs, edge.only_as, edge.identity, edge.widens,
        edge.chosen,
    )  # fmt: skip


def _node(lever: Lever) -> str:
    return f"{_NODES[lever.means]}:{lever.name.removeprefix('function:')}"


def _needs(lever: Lever) -> tuple[str, ...]:
    return () if lever.means == "setting" else (_node(lever),)


def _owned(called: Called, lever: Lever) -> Edge:
    reason = f"{called.owner} owns {called.node.partition(':')[2]} and may replace it"
    return Edge(f"role:{called.owner}", _node(lever), "ownership", reason, needs=(called.usage,), identity=ANYONE)
