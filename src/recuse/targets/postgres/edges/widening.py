"""Steps that show more rows than a row policy means to: what its condition asks lies in the caller's own hand.

Each starts at a guarded table (or a column of it), as the identity whom the policies are asked for, and leads to the
same node as anyone, where all rows are seen, or to a part of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.fitting import CHOSEN, Value, identifier, quoted
from recuse.targets.postgres.edges.row_security import GuardedTable, RowSecurity
from recuse.targets.postgres.edges.trust import (
    Atom,
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
    "empty": "policy table", "function": "policy function", "membership": "policy role",
}  # fmt: skip
_NODES: Final[Mapping[Means, str]] = {
    "fill": "filled", "edit": "edited", "amend": "amended", "empty": "emptied",
    "function": "replaced", "membership": "joined",
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
_UNSET: Final = re.compile(r"(\bcurrent_setting\('[^']*'::text)\)")  # fails where the setting is not there
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

    def edges(self, base: Sequence[Edge]) -> Iterator[Edge]:
        """Every step that widens, and those that its needs are made of."""
        used: set[Lever] = set()
        reading: dict[str, set[str]] = {}
        for edge in base:
            reading.setdefault(edge.target, set()).add(edge.source)
        for table in self.security.tables.values():
            asked = [policy for policy in table.policies if policy["command"] in {"*", "r"}]
            readings = {policy["name"]: read(policy["condition"], self.known) for policy in asked}
            if any(atom.levers for formula in readings.values() for atom in atoms(formula)):
                ends = [table.node, *self.columns.get(table.node, ())]
                sources = {source for end in ends for source in reading.get(end, ())}
                for identity in self.security.bound(sources):
                    yield from self._of(table, identity, readings, used)
        yield from self._needed(used, base)

    def _of(
        self, table: GuardedTable, identity: str, readings: Mapping[str, Formula], used: set[Lever]
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
            yield from self._steps(table, identity, _Pulled(kept, freed, tuple(sorted(settings)), hidden))
        for lever in sorted({lever for atom in found for lever in atom.levers} - settings):
            further = pulled(kept, {*settings, lever})
            if further != freed:
                used.add(lever)
                yield from self._steps(table, identity, _Pulled(kept, further, (lever, *sorted(settings)), hidden))

    def _steps(self, table: GuardedTable, identity: str, done: "_Pulled") -> Iterator[Edge]:
        lever = done.levers[0]
        edge = Edge(
            table.node, table.node, _KINDS[lever.means], self._reason(table, done), only_as=identity,
            attempt="; ".join(self._statements(done)) or None, identity=ANYONE, needs=_needs(lever), widens=True,
            chosen=_choosing(table, done),
        )  # fmt: skip
        ends = [table.node, *self.columns.get(table.node, ())]
        if done.after is True:
            yield from (_moved(edge, end, end) for end in ends)
            return
        for column in ends[1:]:
            part = column.replace("column:", "part:", 1)
            yield from (_moved(edge, table.node, part), _moved(edge, column, part))

    def _reason(self, table: GuardedTable, done: "_Pulled") -> str:
        lever = done.levers[0]
        match lever.means:
            case "setting":
                names = ", ".join(f"`{each.name}`" for each in done.levers)
                what = f"the setting{'s' if len(done.levers) > 1 else ''} {names}, which any account may set"
                return f"a row policy of {table.name} believes {what}"
            case "function":
                return f"a row policy of {table.name} asks {lever.name.partition(':')[2]}, which its owner may replace"
            case "membership":
                return f"a row policy of {table.name} asks who is a member of {lever.name}, which can be joined"
            case _:
                return (
                    f"a row policy of {table.name} looks into {lever.name}, and who can {_SAID[lever.means]} it decides"
                )

    def _statements(self, done: "_Pulled") -> Iterator[str]:
        lever = done.levers[0]
        row = {table: row for atom in done.atoms() for table, row in atom.rows}.get(lever.name, ())
        for name, value in {n: v for atom in done.atoms() for n, v in atom.settings}.items():
            yield f"SELECT set_config({quoted(name)}, {value.text}, false) IS NOT NULL"
        if lever.means == "function":
            replacements = {c.node: c.replacement for c in self.known.functions.values()}
            yield from filter(None, [replacements[lever.name]])
        elif lever.means == "empty" or row:
            yield from _writing(lever, row)

    def _needed(self, used: Iterable[Lever], base: Iterable[Edge]) -> Iterator[Edge]:
        """From the rights to write a table, own a function or join a role, to having used them as whichever role."""
        wanted = {lever for lever in used if lever.means != "setting"}
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

    def _written(self, lever: Lever) -> Iterator[Edge]:
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


@dataclass(frozen=True, slots=True)
class _Pulled:
    """A formula before and after, by which levers (the first is what the caller needs), and the rows hidden before."""

    before: Formula
    after: Formula
    levers: tuple[Lever, ...]
    hidden: str

    def atoms(self) -> list[Atom]:
        """The atoms that the levers decide."""
        return [atom for atom in atoms(self.before) if atom.levers & {*self.levers}]


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


def hidden_rows(applying: Sequence[Mapping[str, Any]], identity: str) -> str:
    """A condition that is true of the rows that `identity` does not see; who logged in stands as SESSION_USER."""
    permissive = " OR ".join(f"({p['condition']})" for p in applying if p["permissive"] and p["condition"]) or "false"
    restrictive = "".join(f" AND ({p['condition']})" for p in applying if not p["permissive"] and p["condition"])
    permissive, restrictive = (_UNSET.sub(r"\1, true)", each) for each in (permissive, restrictive))
    as_asked = re.sub(r"\bCURRENT_(USER|ROLE)\b", f"{quoted(identity)}::name", f"({permissive}){restrictive}")
    return f"({as_asked}) IS NOT TRUE"


def _writing(lever: Lever, row: Sequence[tuple[str, Value]]) -> Iterator[str]:
    """The statement that puts in a row that fits, makes the rows fit, or takes them out."""
    names = ", ".join(identifier(name) for name, _ in row)
    values = ", ".join(f"{quoted(name)}, {value.text}" for name, value in row)
    fits = f"json_populate_record(NULL::{lever.name}, json_build_object({values}))"
    match lever.means:
        case "fill":
            yield " ".join(("INSERT INTO", lever.name, f"({names})", "SELECT", names, "FROM", fits))
        case "edit" | "amend":
            row = [(name, value) for name, value in row if lever.means == "edit" or value.column] or row
            sets = ", ".join(f"{identifier(name)} = fits.{identifier(name)}" for name, _ in row)
            yield " ".join(("UPDATE", lever.name, "SET", sets, "FROM", fits, "AS fits"))
        case "empty":
            yield " ".join(("DELETE FROM", lever.name))
        case _:
            return


def _choosing(table: GuardedTable, done: _Pulled) -> str | None:
    """What someone who sees all rows types first: values of a hidden row, passed on in a setting."""
    values = [value for atom in done.atoms() for _, row in atom.rows for _, value in row]
    values += [value for atom in done.atoms() for _, value in atom.settings]
    columns = sorted({value.column for value in values if value.column is not None})
    if not columns:
        return None
    passed = ", ".join(f"{quoted(column)}, {identifier(column)}" for column in columns)
    record = f"json_build_object({passed})::text"
    row = " ".join(("SELECT", record, "FROM", table.name, "WHERE", done.hidden, "LIMIT 1"))
    return f"SELECT set_config({quoted(CHOSEN)}, ({row}), false) IS NOT NULL"
