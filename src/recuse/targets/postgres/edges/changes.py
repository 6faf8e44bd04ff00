"""What an account can do to one relation without, or besides, reading it: change rows, drop it, bind itself to it.

Asked for the one relation in question, so that a database with many is not read for it. Nodes are `insert:T`,
`update:T`, `delete:T`, `truncate:T`, `drop:T`, `references:T` and `trigger:T`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from recuse.paths import Edge, Graph, Path, Place
from recuse.targets.postgres.edges import Collected, Rows
from recuse.targets.postgres.edges.catalog import Connection, changing_in
from recuse.targets.postgres.edges.node_tree import writes
from recuse.targets.postgres.edges.reproduce import HOLDERS, Reproduction, reproduce_change
from recuse.targets.postgres.edges.row_security import Command

VERBS: Final = ("insert", "update", "delete", "truncate", "drop", "references", "trigger")
PATHS: Final = 3
"""How many ways to make one change are shown at most."""

_WEIGHED: Final = 100  # paths looked at before the best are shown
_COMMANDS: Final[Mapping[str, Command]] = {"insert": "a", "update": "w", "delete": "d"}
_PARTLY: Final = frozenset({"foreign key", "partition"})
_NAMED: Final = (
    "truncate:",
    "drop:",
    "references:",
    "trigger:",
)  # no statement of these can be prepared by another role
_EVENTS: Final = {"2": "update", "3": "insert", "4": "delete"}  # pg_rewrite.ev_type


@dataclass(frozen=True, slots=True)
class Affected:
    """A statement that changes a relation in one way, by the relation's object id and name."""

    relation: int
    name: str
    verb: str
    statement: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """The stored action of a rule."""

    name: str
    event: str
    rule: str
    tree: str
    owner: str


@dataclass(frozen=True, slots=True)
class Changing:
    """The edges about changing one relation, and the statements that do."""

    name: str
    edges: tuple[Edge, ...]
    statements: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One way to change the relation: by which verb, how much of it, by which path, and how to try it."""

    verb: str
    rows: Rows
    path: Path
    taken: Reproduction


def changing(connection: Connection, collected: Collected, parts: Sequence[str]) -> Changing:
    """Every edge that leads to a change of the relation (or column) named by its quoted parts."""
    name = ".".join(parts[:2])
    edges, affected, rules = changing_in(connection, name, parts[2] if len(parts) > 2 else "", Affected, Rule)
    names = {one.relation: one.name for one in affected}
    known = [*edges, *_rules(rules, names)]
    logins, definers = set(collected.logins), {e.identity for e in collected.edges if e.target.startswith("definer:")}
    spread = [each for edge in known for each in _spread(edge, logins, definers)]
    of = {f"{one.verb}:{one.name}": one.statement for one in affected if one.statement}
    return Changing(name, tuple(_prepared([*collected.edges, *spread])), of)


def changes(collected: Collected, found: Changing, graph: Graph, account: str) -> Iterator[Change]:
    """What one account can do, verb by verb; nothing for one that cannot connect."""
    start = Place(f"login:{account}", account)
    reached = graph.search(start)
    if Place(f"database:{collected.database}", account) not in reached:
        return
    for verb in VERBS:
        target = f"{verb}:{found.name}"
        if not reached.at(target) or target not in found.statements:  # REFERENCES is nothing without a key
            continue
        ways = ((path, _rows(collected, path, start)) for path in graph.routes(reached, {target}, _WEIGHED))
        for path, rows in islice(((p, r) for p, r in ways if r.verdict != "none"), PATHS):
            yield Change(verb, rows, path, reproduce_change(graph, reached, start, path, found.statements))


def toward(found: Changing, database: str) -> Graph:
    """The part of the graph that leads to a change."""
    return Graph.of(found.edges).toward([f"database:{database}", *(f"{verb}:{found.name}" for verb in VERBS)])


def _rows(collected: Collected, path: Path, start: Place) -> Rows:
    """How many rows: row security is asked at each relation that the way writes to, truncating and dropping apart."""
    place = start
    worst = Rows("all")
    for edge in path:
        place = place.after(edge)
        kind, _, name = place.node.partition(":")
        if (command := _COMMANDS.get(kind)) is None:
            continue
        node = f"table:{name}"
        guarded = collected.row_security.get(node)
        rows = guarded.rows(node, place.identity, command) if guarded is not None else Rows("all")
        partly = Rows("some") if edge.kind in _PARTLY else rows
        worst = min(worst, rows, partly, key=lambda each: ("none", "some", "all").index(each.verdict))
    return Rows("some") if path[-1].kind in _PARTLY and worst.verdict == "all" else worst


def _rules(rules: Iterable[Rule], names: Mapping[int, str]) -> Iterator[Edge]:
    for rule in rules:
        try:
            written = sorted(writes(rule.tree))
        except ValueError:  # named under `not_examined`
            continue
        for relation, verb in written:
            if relation in names and names[relation] != rule.name:
                reason = f"the rule {rule.rule} on {rule.name} changes it with the rights of the owner {rule.owner}"
                yield Edge(
                    f"{_EVENTS[rule.event]}:{rule.name}", f"{verb}:{names[relation]}", "rule", reason,
                    identity=rule.owner,
                )  # fmt: skip


def _spread(edge: Edge, logins: Iterable[str], definers: Iterable[str | None]) -> Iterator[Edge]:
    """What is true of a role is true of it when it logs in, and as the owner of what runs as its owner."""
    yield edge
    kind, _, name = edge.source.partition(":")
    if kind == "role" and name in logins:
        yield replace(edge, source=f"login:{name}")
    if kind == "role" and name in definers:
        yield replace(edge, source=f"definer:{name}")


def _prepared(edges: Iterable[Edge]) -> Iterator[Edge]:
    """What no statement prepared by another role can do needs USAGE itself; REFERENCES needs a table of one's own."""
    for edge in edges:
        if edge.target.startswith(_NAMED) and edge.source.partition(":")[0] in HOLDERS | {"definer"}:
            needs = tuple(node.replace("schema:", "usage:", 1) for node in edge.needs)
            more = ("creates:",) if edge.target.startswith("references:") else ()
            yield replace(edge, needs=(*needs, *more))
        else:
            yield edge
