"""What runs with other rights than those of whoever makes it run: definer functions, triggers, what runs unnamed.

A body that is understood leads to what it reads, if it tells anything: by what it returns, by RAISE, by the error of a
cast. One that is not leads to whatever its owner can do. What it writes elsewhere is a *mirror*: whoever reads the copy
reads the source.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.acting import acting
from recuse.targets.postgres.edges.attempts import easiest, provoked, returned, stand_in
from recuse.targets.postgres.edges.bodies import STAYS
from recuse.targets.postgres.edges.broadcast import broadcast, kept, stays
from recuse.targets.postgres.edges.catalog import Connection, rows_of
from recuse.targets.postgres.edges.columns import TABLES, Column, Shapes
from recuse.targets.postgres.edges.definitions import EVENTS, HELD, Defined, Definition, allowed, plain
from recuse.targets.postgres.edges.flows import Flow, Function, Role
from recuse.targets.postgres.edges.hooks import EventTrigger, Holder, Hook, Owned, Trigger, User
from recuse.targets.postgres.edges.jobs import Job, jobs_in
from recuse.targets.postgres.edges.kept import Kept, Stored, filled
from recuse.targets.postgres.edges.mirrors import Mirrors, between, part_of
from recuse.targets.postgres.edges.naming import names_in
from recuse.targets.postgres.edges.node_tree import Read, read_query
from recuse.targets.postgres.edges.planted import Planted
from recuse.targets.postgres.edges.row_changes import Written
from recuse.targets.postgres.edges.row_security import RowSecurity
from recuse.targets.postgres.edges.same_rows import Derived
from recuse.targets.postgres.edges.tracing import Tracer

_SHOWN: Final = ("update", "delete")  # what shows a trigger values of a row that the writer may not read


@dataclass(frozen=True, slots=True)
class Running:
    """Edges out of what runs; the roles as which it runs; what was not understood; columns filled by triggers."""

    edges: tuple[Edge, ...]
    acting: frozenset[str]
    not_understood: tuple[str, ...]
    filled: tuple[Derived, ...]
    written: tuple[Written, ...]
    bent: Mapping[str, frozenset[str]]


def running(connection: Connection, shapes: Shapes, stored: Defined, security: RowSecurity) -> Running:
    """Everything that runs in this database with other rights than those of whoever makes it run."""
    functions = rows_of(connection, "functions", Function)
    triggers = rows_of(connection, "triggers", Trigger)
    hooks = rows_of(connection, "hooks", Hook)
    names = names_in(connection, shapes, functions, triggers, hooks)
    by_oid, tracer = names.by_oid, Tracer(names)
    maker = _Maker(connection, shapes, tracer, by_oid, plain(stored.definitions), security,
                   Mirrors(shapes, security, stored.under))  # fmt: skip
    maker.ask(functions)
    planted = Planted(shapes, by_oid, tracer, rows_of(connection, "users", User))
    events = rows_of(connection, "event_triggers", EventTrigger)
    for job in jobs_in(connection):
        maker.job(job)
    edges = [
        *chain(*map(maker.function, functions)), *chain(*map(maker.trigger, triggers)),
        *chain(*(maker.hook(hook, by_oid[hook.function]) for hook in hooks if hook.function in by_oid)),
        *chain(*map(maker.event, events)), *planted.edges(functions, triggers, hooks, events),
        *planted.attached(rows_of(connection, "attachable", Holder)),
        *planted.read(rows_of(connection, "owned", Owned), functions), *chain(*map(maker.rule, stored.definitions)),
        *maker.mirrors.edges(),
        *Kept(by_oid, tracer, maker.readable, acting).edges(rows_of(connection, "kept", Stored)),
    ]  # fmt: skip
    roles = frozenset(edge.identity or "" for edge in edges if edge.target.startswith("definer:"))
    bent = {one.node: maker.bent(one) for one in functions}
    return Running(
        tuple(edges), roles, tuple(maker.unknown), tuple(filled(shapes, tracer, by_oid, triggers)),
        tuple(chain(*map(maker.written, functions))), {node: needs for node, needs in bent.items() if needs},
    )  # fmt: skip


@dataclass(slots=True)
class _Maker:
    connection: Connection
    shapes: Shapes
    tracer: Tracer
    functions: Mapping[int, Function]
    plain: frozenset[int]
    security: RowSecurity
    mirrors: Mirrors
    unknown: list[str] = field(default_factory=list)
    _may: dict[tuple[int, Read], bool] = field(default_factory=dict)

    def function(self, one: Function) -> Iterator[Edge]:
        """Edges of a function that runs as its owner, and of an aggregate that such functions make up."""
        if one.definer:
            flow = self._exact(one, self.tracer.flow(one))
            yield from self._as_owner(one.node, one, one.runs_as, flow)
            if one.gives == "trigger":
                yield from self._attached(one, flow)
            self.mirrors.note(flow, f"{one.title} copies it there as its owner {one.owner_name}", 0)
            yield from broadcast(self.shapes, flow, one.title, provoked(one))
            return
        flow = self.tracer.flow(one)
        if one.atomic:
            yield from self._bound(one, self._exact(one, flow))
        if one.gives not in ("trigger", "event_trigger") and not one.parts and flow.put:
            may = {*self.readable(one.runs_as, (source for _, source in flow.put if isinstance(source, Column)))}
            copied = frozenset(pair for pair in flow.put if pair[1] in may)
            reason = f"{one.title} copies it there as whoever runs it, and its owner {one.owner_name} may"
            self.mirrors.note(replace(flow, copied=copied), reason, 0)
        for part in one.parts:
            yield Edge(one.node, self.functions[part].node, "call", f"the aggregate {one.title} calls it")

    def job(self, one: Job) -> None:
        """What a job copies."""
        if one.text is None:
            self.unknown.append(f"scheduled jobs: the statements in {one.name} are not readable for this account")
            return
        flow = self.tracer.job(one.text)
        self.mirrors.note(flow, f"the scheduled job {one.name} copies it there", 0)
        if flow.unknown not in {None, STAYS}:  # what becomes of the table that it makes is followed
            self.unknown.append(f"scheduled jobs: {one.name}: {flow.unknown}")

    def written(self, one: Function) -> Iterator[Written]:
        """What a definer function changes, where row policies may ask for it."""
        for verb, column, given in sorted(self.tracer.flow(one).changed, key=str) if one.definer else ():
            table = column.node.partition(":")[2]
            yield Written(one.node, verb, table, column.name, given, one.owner_name, one.title, provoked(one))

    def bent(self, one: Function) -> frozenset[str]:
        """What a caller has to be able to make to put a relation of its own in the place of one that is read."""
        return frozenset(each.need for each in self.tracer.flow(one).lookups if each.kind == "relation")

    def _bound(self, one: Function, flow: Flow) -> Iterator[Edge]:
        """A body whose names are bound reads as whoever calls it, and does not ask for USAGE on the schema."""
        needs = tuple(HELD + column.column for column in sorted(flow.reads, key=lambda c: c.column))
        for column in flow.reads if flow.returns and not flow.unknown else ():
            reason = f"{one.title} reads it as whoever calls it, and names it already"
            yield Edge(one.node, column.column, "call", reason, needs=needs)

    def _attached(self, one: Function, flow: Flow) -> Iterator[Edge]:
        """A trigger function on a table of one's own: there what it puts into the row is seen as well."""
        node = f"attached:{one.title}"
        yield Edge(node, one.node, "trigger", f"{one.title} runs when it is attached to a table of one's own")
        if flow.changes_row and not flow.unknown:
            yield from self._as_owner(node, one, one.runs_as, replace(flow, tells=True))

    def _exact(self, one: Function, flow: Flow) -> Flow:
        """What the stored form of a body says exactly, where the catalog has one."""
        if one.tree is None:
            return flow
        try:
            reads = self.shapes.named(read_query(one.tree).reads)
        except ValueError:
            return flow | Flow(unknown="its stored form is not understood")
        return replace(flow, reads=frozenset(reads))

    def _as_owner(self, source: str, one: Function, owner: Role, flow: Flow) -> Iterator[Edge]:
        """From `source`, which runs `one` with the rights of `owner`, to what that shows."""
        runs_as = f"{'its owner ' if one.definer else ''}{owner.name}"
        runs = f"{one.title} runs as {runs_as}"
        strange = [c for c in flow.reads if c.kind == "v" and c.relation not in self.plain]
        unknown = flow.unknown or (f"it reads the view {strange[0].node.partition(':')[2]}" if strange else None)
        if unknown is not None:
            yield from acting(source, owner, f"{runs}, and what it reads cannot be told: {unknown}")
            return
        for lookup in easiest(flow.lookups):
            reason = f"{runs} and looks up the {lookup.kind} {lookup.name} where the caller's own may come first"
            yield from acting(source, owner, reason, lookup.need, stand_in(lookup, one, self.shapes))
        if flow.returns or flow.tells:
            for column in self.readable(owner, flow.reads):
                identity = owner.name if column.kind in TABLES else None
                reason = f"{one.title} reads it as {runs_as}{' (SECURITY DEFINER)' if one.definer else ''}"
                yield Edge(source, column.column, "SECURITY DEFINER", reason, identity=identity)
        for called in sorted(flow.called, key=lambda each: each.node):
            if flow.returns or flow.tells or self.tracer.flow(called).told:
                yield Edge(source, called.node, "call", f"{one.title} calls it as {owner.name}")
        yield from self._quoted(source, one, owner, flow)

    def _quoted(self, source: str, one: Function, owner: Role, flow: Flow) -> Iterator[Edge]:
        """To what the error of a failed constraint shows: nothing of a table whose row policies bind the role."""
        shown = flow.told - (flow.reads if flow.returns or flow.tells else frozenset())
        for column in self.readable(owner, shown):
            node = column.node
            bound = node in self.security.tables and not (
                owner.name in self.security.exempt or self.security.owns(self.security.tables[node], owner.name)
            )
            if not bound:
                reason = f"{one.title} writes as {owner.name}, and the error of a constraint that fails shows it"
                attempt = provoked(one) if source == one.node else None
                yield Edge(source, column.column, "failed constraint", reason, attempt, identity=owner.name)

    def readable(self, owner: Role, columns: Iterable[Column]) -> list[Column]:
        """Those of some columns that a role may read, in order."""
        pairs = {column: _reading(owner, column) for column in columns}
        self._ask(pairs.values())
        return sorted((column for column, pair in pairs.items() if self._may[pair]), key=lambda c: (c.node, c.number))

    def ask(self, functions: Iterable[Function]) -> None:
        """Ask at once what owners may read of what their functions do: a question each takes longer."""
        flows = [(one, self._exact(one, self.tracer.flow(one))) for one in functions if one.definer]
        self._ask(_reading(one.runs_as, column) for one, flow in flows for column in flow.reads | flow.told)

    def _ask(self, pairs: Iterable[tuple[int, Read]]) -> None:
        if fresh := [pair for pair in dict.fromkeys(pairs) if pair not in self._may]:
            self._may |= dict.fromkeys(fresh, False) | dict.fromkeys(allowed(self.connection, fresh), True)

    def trigger(self, one: Trigger) -> Iterator[Edge]:
        """Edges of a trigger, which end with it; but what it has copied stays where it is."""
        for edge in self._of_trigger(one):
            yield edge if stays(edge) else replace(edge, ends=tuple(one.ends))

    def _of_trigger(self, one: Trigger) -> Iterator[Edge]:
        """To its function where that has rights of its own, to what it shows or copies."""
        function = self.functions.get(one.function)
        if function is None:
            return
        flow = self.tracer.flow(function)
        what = f"the trigger {one.name} on {one.relation_name}"
        for event in one.events:
            source = f"{event}:{one.relation_name}"
            if function.definer:
                yield Edge(source, function.node, "trigger", f"{what} runs {function.title}")
                if flow.changes_row and one.fills and event == "insert":
                    shown = returned(self.shapes, one.relation)
                    reason = f"{what} runs {function.title}, and RETURNING shows what it puts into the row"
                    yield Edge(source, f"attached:{function.title}", "trigger", reason, shown, (one.node,))
            elif one.as_changer:
                yield from self._fired(source, one, function, flow)
            if event in _SHOWN:
                for column in self.shapes.of_row(one.relation, flow.shown):
                    yield Edge(
                        source, part_of(column), "trigger", f"{what} shows it to whoever fires it", identity=ANYONE
                    )
                yield from kept(self.shapes, flow, what, source, one.relation)
        if flow.unknown and not function.definer and (one.row or one.rows):
            self.unknown.append(f"triggers: {one.name} on {one.relation_name}: {function.title}: {flow.unknown}")
        reason = f"{what} copies it there ({function.title}), and what is there stays"
        self.mirrors.note(flow, reason, one.relation)
        if flow.changes_row and one.fills and flow.reads:
            yield from self._changed(one, what, flow)
        yield from broadcast(self.shapes, flow, what, None, one.relation)

    def _changed(self, one: Trigger, what: str, flow: Flow) -> Iterator[Edge]:
        """A trigger puts what it reads into the row itself; which column takes it is not followed."""
        node = f"mirror:{one.relation_name}"
        reason = f"{what} puts values of other tables into its row"
        for column in self.shapes.columns.get(one.relation, {}).values():
            yield from between(self.security, column.node, column.column, node, reason)
        for source in sorted(flow.reads, key=lambda c: c.column):
            if source.relation != one.relation:
                yield Edge(node, part_of(source), "mirror", f"{what} reads it, and what is there stays")

    def _fired(self, source: str, one: Trigger, function: Function, flow: Flow) -> Iterator[Edge]:
        """A trigger function without rights of its own: a foreign key changes the table as its owner."""
        for edge in self._as_owner(source, function, one.runs_as, flow):
            yield replace(edge, only_as=one.owner_name)

    def rule(self, one: Definition) -> Iterator[Edge]:
        """Edges of a rule beside what it reads: what it copies of the row, sends, and calls."""
        if one.text is None:
            return
        flow = self.tracer.rule(one.text)
        what = f"the rule {one.rule} on {one.name}"
        for called in sorted(flow.called, key=lambda each: each.node):
            source = f"{EVENTS[one.event]}:{one.name}"
            yield Edge(source, called.node, "call", f"{what} calls it", needs=(HELD + called.node,))
        self.mirrors.note(flow, f"{what} copies it there, and what is there stays", one.relation)
        yield from broadcast(self.shapes, flow, what, None, one.relation)

    def hook(self, one: Hook, function: Function) -> Iterator[Edge]:
        """To a function with rights of its own that runs without being named."""
        if function.definer and one.source is not None:
            needs = (HELD + function.node,) if one.asked else ()
            yield Edge(one.source, function.node, "call", f"{one.title} calls it", one.attempt, needs)

    def event(self, one: EventTrigger) -> Iterator[Edge]:
        """To the function of an event trigger that has rights of its own: whoever makes anything fires it."""
        function = self.functions.get(one.function)
        if function is not None and function.definer:
            source = "public:" if one.event == "login" else "making:"
            reason = f"the event trigger {one.name} runs {function.title} ({one.event})"
            made = "CREATE TEMPORARY TABLE recuse_reach (line text)"
            yield Edge(source, function.node, "event trigger", reason, made, ends=tuple(one.ends))


def _reading(role: Role, column: Column) -> tuple[int, Read]:
    return role.oid, Read(column.relation, frozenset({column.number}))
