"""Who can reach a table or column of any PostgreSQL database, and by which paths. Needs no policy repository.

Read-only: one transaction over the catalogs, with limits on time. CONNECT and the catalogs that PUBLIC reads suffice;
what more an account would show (sessions of others, host rules) is listed under `not_examined` with the right it needs.
"""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import psycopg

from recuse.errors import InputError
from recuse.operations.beside import OUTSIDE, coded, residual, search_of
from recuse.paths import Edge, Graph, Path, Place, Reached
from recuse.targets.postgres.access import read_only
from recuse.targets.postgres.edges import Collected, Rows, collect
from recuse.targets.postgres.edges.changes import VERBS, Changing, changes, changing, toward
from recuse.targets.postgres.edges.definitions import SHOWN
from recuse.targets.postgres.edges.reproduce import Reproduction, reproduce
from recuse.targets.postgres.floor import floor

PATHS: Final = 10
"""How many paths an account's answer shows at most; `reaches` and `rows` weigh all."""

WIDEST: Final = 20
"""How many tables the answer without an object shows."""

_SHARED: Final = frozenset({"public", "superuser", "createrole", "function", "definer"})
_ORDER: Final = ("none", "some", "all")
_WEIGHED: Final = 100  # paths looked at for one account before the best are shown


@dataclass(frozen=True, slots=True)
class Answer:
    """What one account reaches of an object: `paths` to it, shortest first, each with its rows and how to take it."""

    account: str
    rows: Rows
    paths: tuple[tuple[Path, Rows], ...]
    reproductions: tuple[Reproduction, ...]

    @property
    def reaches(self) -> bool:
        """Whether any row is read."""
        return self.rows.verdict != "none"


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One look at a database: what was collected, the accounts asked about, and the document made of both.

    `parts` name the object, quoted as SQL needs it; they are empty without one. `tables` are all that are reached, most
    widely first.
    """

    collected: Collected
    accounts: tuple[str, ...]
    parts: tuple[str, ...]
    tables: tuple[str, ...]
    document: dict[str, Any]

    def answers(self, targets: Collection[str]) -> list[dict[str, Any]]:
        """Each account's answer about these nodes, as the document has it."""
        return [_shown(each, self.collected.pages) for each in answers(self.collected, targets, self.accounts)]


def reach(dsn: str, object: str | None, accounts: Sequence[str] = ()) -> dict[str, Any]:  # noqa: A002 - the CLI's word
    """The document of `survey` alone."""
    return survey(dsn, object, accounts).document


def survey(dsn: str, object: str | None, accounts: Sequence[str] = ()) -> Surveyed:  # noqa: A002 - the CLI's word
    """Who reaches `schema.table` or `schema.table.column`; without an object, the tables that most accounts reach.

    The answer is the JSON document of `recuse reach`; without an object it has `tables` too: name, and the number of
    accounts of all that reach it. Raises InputError for a name that is not there, and what `read_only` raises.
    """
    with read_only(dsn) as connection:
        version = connection.info.server_version
        parts = _parts(connection, object) if object is not None else []
        collected = collect(connection, connection.info.dbname)
        ways = changing(connection, collected, parts) if parts else None
    chosen = _accounts(collected, accounts)
    document: dict[str, Any] = {"object": object, "server_version": f"{version // 10000}.{version % 10000}"}
    widest: list[dict[str, Any]] = []
    if ways is None:
        widest = _widest(collected, chosen)
        document |= {"accounts": [], "tables": widest[:WIDEST]}
    else:
        targets = find_targets(collected, parts)
        graph = toward(ways, collected.database)
        document["accounts"] = [
            _shown(answer, collected.pages) | {"changes": _changed(collected, ways, graph, answer.account)}
            for answer in answers(collected, targets, chosen)
        ]
    document |= {
        "sessions": [
            {"account": s.account, "pid": s.pid, "since": s.since and s.since.isoformat(), "state": s.state}
            for s in collected.sessions
            if s.account in chosen
        ],
        "residual": residual(collected, chosen),
        "outside": [{"code": code, "sentence": sentence} for code, sentence in OUTSIDE.items()],
        "not_examined": [coded(line) for line in collected.not_examined],
        "floor": asdict(floor(version)),
    }
    return Surveyed(collected, chosen, tuple(parts), tuple(row["object"] for row in widest), document)


def find_targets(collected: Collected, parts: Sequence[str]) -> frozenset[str]:
    """The nodes that mean reading (part of) an object named by its quoted parts; InputError suggests near names."""
    relations = {node.partition(":")[2]: node for node in collected.columns.values()}
    name, column = ".".join(parts[:2]), ".".join(parts[:3])
    relation = relations.get(name)
    if relation is None:
        raise InputError(f"there is no table or view `{name}`", _near(name, relations))
    columns = {c.partition(":")[2]: c for c, owner in collected.columns.items() if owner == relation}
    if len(parts) == 3:
        if column not in columns:
            raise InputError(f"`{name}` has no column `{parts[2]}`", _near(column, columns))
        columns = {column: columns[column]}
    if relation.startswith("view:"):
        return frozenset(f"{SHOWN}{c}" for c in columns)
    return frozenset({relation, *columns.values(), *(f"part:{c}" for c in columns)})


def answers(collected: Collected, targets: Collection[str], accounts: Sequence[str]) -> tuple[Answer, ...]:
    """One answer for each account, in their order; an account that cannot connect reaches nothing."""
    relations = {collected.columns.get(node, node).partition(":")[2] for node in targets}
    graph = Graph.of(collected.toward(relations)).toward(targets)
    search = search_of(graph, accounts)
    return tuple(_answer(collected, graph, targets, search.reached(n)) for n in range(len(accounts)))


def _answer(collected: Collected, graph: Graph, targets: Collection[str], reached: Reached) -> Answer:
    start = reached.search.starts[reached.start]
    account = start.identity
    seen = [collected.rows(place) for node in sorted(targets) for place in reached.at(node)]
    best = max(seen, key=lambda rows: _ORDER.index(rows.verdict), default=Rows("none"))
    if best.verdict == "none":
        return Answer(account, Rows("none"), (), ())
    routes = graph.routes(reached, targets, _WEIGHED, lambda node: collected.columns.get(node, node))
    shown = _without_detours([(path, collected.rows(_end(start, path))) for path in routes])[:PATHS]
    texts = tuple(reproduce(graph, reached, start, path, collected.columns) for path, _ in shown)
    return Answer(account, best, tuple(shown), texts)


def _without_detours(paths: Sequence[tuple[Path, Rows]]) -> list[tuple[Path, Rows]]:
    """Without paths that show no rows, and without those that pass the stations of another and more.

    Two ways into one role stay apart, since each has to be closed; a second way to what everyone has tells nothing, nor
    does SET ROLE where the rights are inherited.
    """
    kept: list[tuple[Path, Rows]] = []
    begun = {path[:-1] for path, _ in paths if path[-1].widens}  # what goes on to more rows stands for its beginning
    wider = {_ends(path) for path, rows in paths if rows.verdict == "all" and any(edge.widens for edge in path)}
    for path, rows in paths:
        if path in begun or (rows.verdict == "some" and _ends(path) in wider):
            continue
        worth, stations = _ORDER.index(rows.verdict), _stations(path)
        detour = any(
            worth <= _ORDER.index(shown.verdict)
            and ((_stations(other) < stations and _shares(other)) or _becomes_what_it_inherits(other, path))
            for other, shown in kept
        )
        if worth and not detour:
            kept.append((path, rows))
    return kept


def _ends(path: Path) -> tuple[tuple[str, str], ...]:
    return tuple((edge.source, edge.target) for edge in path)


def _stations(path: Path) -> frozenset[str]:
    return frozenset(edge.source for edge in path)


def _shares(path: Path) -> bool:
    return any(node.partition(":")[0] in _SHARED for node in _stations(path))


def _becomes_what_it_inherits(path: Path, other: Path) -> bool:
    """Whether `other` is `path` but for becoming roles whose rights are inherited anyway."""
    return len(path) == len(other) and all(
        one == two or (one.kind == "membership" and two.kind == "SET ROLE" and one.target == two.target)
        for one, two in zip(path, other, strict=True)
    )


def _end(start: Place, path: Path) -> Place:
    place = start
    for edge in path:
        place = place.after(edge)
    return place


def step(edge: Edge, pages: Mapping[str, str]) -> dict[str, str | None]:
    """One step of a path as documents show it, with the page of the documentation that says so."""
    return {
        "from": edge.source, "to": edge.target, "kind": edge.kind, "reason": edge.reason, "page": pages.get(edge.kind)
    }  # fmt: skip


def _shown(answer: Answer, pages: Mapping[str, str]) -> dict[str, Any]:
    paths = []
    for (path, rows), taken in zip(answer.paths, answer.reproductions, strict=True):
        steps = [step(edge, pages) for edge in (*taken.naming, *path)]
        if rows.reason is not None:
            node = path[-1].target
            seen = f"rows:{node.partition(':')[2]}"
            steps.append(step(Edge(node, seen, "row security", rows.reason), pages))
        paths.append({"steps": steps, "reproduce": taken.text})
    return {"account": answer.account, "reaches": answer.reaches, "rows": answer.rows.verdict, "paths": paths}


def _changed(collected: Collected, ways: Changing, graph: Graph, account: str) -> list[dict[str, Any]]:
    """What an account can do to the object besides reading it, each way with its steps and how to try it."""
    found = list(changes(collected, ways, graph, account))
    told = [
        {path for path, _ in _without_detours([(c.path, c.rows) for c in found if c.verb == verb])} for verb in VERBS
    ]
    return [
        {
            "change": change.verb,
            "rows": change.rows.verdict,
            "steps": [step(edge, collected.pages) for edge in (*change.taken.naming, *change.path)],
            "reproduce": change.taken.text,
        }
        for change in found
        if change.path in told[VERBS.index(change.verb)]
    ]


def _widest(collected: Collected, accounts: Sequence[str]) -> list[dict[str, Any]]:
    search = search_of(Graph.of(collected.edges), accounts)
    readers: dict[str, int] = {}
    for node in search.nodes():
        kind, _, name = collected.columns.get(node, node).partition(":")
        if node.partition(":")[0] in _READ and kind in {"table", "matview"} and not name.startswith("pg_catalog."):
            for identity, who in search.who(node).items():
                if collected.rows(Place(node, identity)).verdict != "none":
                    readers[name] = readers.get(name, 0) | who
    counts = {name: who.bit_count() for name, who in readers.items() if who}
    widest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"object": name, "accounts": count, "of": len(accounts)} for name, count in widest]


_READ: Final = frozenset({"table", "matview", "column"})


def _accounts(collected: Collected, asked: Sequence[str]) -> tuple[str, ...]:
    for account in asked:
        if account not in collected.logins:
            raise InputError(f"there is no account `{account}` that can log in", _near(account, collected.logins))
    return tuple(asked) or collected.logins


def _parts(connection: psycopg.Connection[Any], name: str) -> list[str]:
    """The parts of a name as SQL reads them (folded to lower case unless quoted), quoted again where SQL needs it."""
    try:
        row = connection.execute(
            "SELECT array_agg(quote_ident(part) ORDER BY n)"
            " FROM unnest(parse_ident(%s)) WITH ORDINALITY AS p (part, n)",
            (name,),
        ).fetchone()
    except psycopg.errors.DataError:
        row = None
    parts: list[str] = row[0] if row else []
    if len(parts) not in {2, 3}:
        raise InputError(f"`{name}` does not name a table or a column", "write `schema.table` or `schema.table.column`")
    return parts


def _near(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(f'`{n}`' for n in near)}" if near else "ask without a name to see what there is"
