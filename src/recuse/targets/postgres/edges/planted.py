"""Code that somebody plants and another account runs: attached to a table, in a relation or a function that others use.

Who owns a function can write it anew where it may create in the schema; who holds TRIGGER on a table attaches any; who
owns a relation says what a row policy or the query of a view calls.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.attempts import (
    as_reader,
    attached_to,
    called_anew,
    fired,
    read_by,
    written_anew,
)
from recuse.targets.postgres.edges.columns import Shapes
from recuse.targets.postgres.edges.flows import Function
from recuse.targets.postgres.edges.hooks import EventTrigger, Holder, Hook, Owned, Trigger, User
from recuse.targets.postgres.edges.tracing import Tracer


@dataclass(frozen=True, slots=True)
class Planted:
    """Edges from the role that can write a function anew to the roles that run it."""

    shapes: Shapes
    functions: Mapping[int, Function]
    tracer: Tracer
    users: Sequence[User]

    def edges(
        self,
        functions: Sequence[Function],
        triggers: Sequence[Trigger],
        hooks: Sequence[Hook],
        events: Sequence[EventTrigger],
    ) -> Iterator[Edge]:
        """All of them; functions in functions first."""
        fires = {trigger.function: trigger for trigger in triggers}
        for one in functions:
            if one.definer:
                yield from self._inside(one, fires.get(one.oid))
        for trigger in triggers:
            for event in trigger.events:
                title = f"the trigger {trigger.name}"
                yield from self._used(trigger.relation, event, trigger.function, title)
        for hook in hooks:
            if hook.relation:
                attempt = hook.attempt if hook.source is None else None
                yield from self._used(hook.relation, hook.action, hook.function, hook.title, attempt)
        yield from self._by_superusers(triggers)
        yield from self._by_anyone(events)

    def _inside(self, one: Function, trigger: Trigger | None) -> Iterator[Edge]:
        """Who owns what a definer function calls decides what its owner does."""
        for called in sorted(self.tracer.flow(one).replaceable, key=lambda each: each.node):
            if called.owner_name != one.owner_name:
                what = f"which {one.title} calls as its owner {one.owner_name}"
                target = f"definer:{one.owner_name}"
                attempt = called_anew(called, one.call) if one.gives not in ("trigger", "event_trigger") else None
                if trigger is not None:
                    attempt = written_anew(called, fired(self.shapes, None, trigger.events[0], trigger.relation))
                yield from _anew(called, target, one.owner_name, what, attempt)
            if not one.atomic and "trigger" not in called.gives:
                yield self._made_anew(one, called)

    def _made_anew(self, one: Function, called: Function) -> Edge:
        """Who owns the schema drops what a text body calls by its name, whoever owns it, and makes its own."""
        what = f"who owns schema {called.schema} can drop {called.title} and make another"
        reason = f"{what}, which {one.title} calls as its owner {one.owner_name}"
        again = called_anew(called, one.call) if "trigger" not in one.gives else None
        attempt = again and f"DROP ROUTINE {called.title}; {again}"
        target = f"definer:{one.owner_name}"
        return Edge(f"owns:{called.schema}", target, "planted code", reason, attempt, identity=one.owner_name)

    def _used(self, relation: int, action: str, oid: int, title: str, attempt: str | None = None) -> Iterator[Edge]:
        """To every role that is granted what makes the function run."""
        function = self.functions.get(oid)
        if function is None:
            return
        for user in self.users:
            if (user.relation, user.action) == (relation, action) and user.role != function.owner_name:
                does = fired(self.shapes, user.role, action, relation, user.attempt or attempt)
                what = f"which {title} runs as {user.role} ({action})"
                yield from _anew(function, f"role:{user.role}", user.role, what, written_anew(function, does))

    def _by_superusers(self, triggers: Sequence[Trigger]) -> Iterator[Edge]:
        """A superuser needs no grant to run what somebody attached to a table; what computes only is left out."""
        for one in triggers:
            function = self.functions.get(one.function)
            if function is None or function.superuser or function.definer or self.tracer.flow(function).harmless:
                continue
            what = f"which the trigger {one.name} on {one.relation_name} runs as whoever changes it, a superuser too"
            if function.owner_name == one.owner_name:
                reason = f"{function.owner_name} owns {function.title}, {what}"
                own = attached_to(self.shapes, Holder(one.relation, one.relation_name, one.events[0], None))
                source = f"role:{function.owner_name}"
                yield Edge(source, "superuser:", "planted code", reason, own, ("making:",), identity=ANYONE)
            attempt = written_anew(function, fired(self.shapes, None, one.events[0], one.relation))
            yield from _anew(function, "superuser:", ANYONE, what, attempt)

    def _by_anyone(self, events: Sequence[EventTrigger]) -> Iterator[Edge]:
        """An event trigger runs as whoever defines something, a superuser too."""
        for one in events:
            function = self.functions.get(one.function)
            if function is not None:
                what = f"which the event trigger {one.name} runs as anyone"
                yield from _anew(function, "superuser:", ANYONE, what, None)

    def attached(self, holders: Sequence[Holder]) -> Iterator[Edge]:
        """Who may attach triggers to a table runs code as each role that may change it."""
        for one in holders:
            source, role = f"trigger:{one.relation_name}", one.role or ANYONE
            reason = f"who may attach triggers to {one.relation_name} runs code as {role}, who may {one.action} it"
            attempt = attached_to(self.shapes, one)
            yield Edge(source, f"role:{role}", "planted code", reason, attempt, ("making:",), None, role)

    def read(self, owned: Sequence[Owned], functions: Sequence[Function]) -> Iterator[Edge]:
        """Who owns a relation runs code as each role that reads it, by grant or in a definer function."""
        owners = {one.relation: one for one in owned if one.reader is None}
        for one in owned:
            if one.reader is not None:
                reason = f"{one.owner} decides what runs for whoever reads its {one.name}, as {one.reader} may"
                attempt = read_by(self.shapes, one, as_reader(self.shapes, one))
                yield _reading(one, f"role:{one.reader}", one.reader, reason, attempt)
        for function in functions:
            read = {column.relation for column in self.tracer.flow(function).reads} if function.definer else set()
            found = sorted((owners[each] for each in read & owners.keys()), key=lambda each: each.name)
            for one in {each.owner: each for each in reversed(found) if each.owner != function.owner_name}.values():
                reason = f"{one.owner} decides what runs for whoever reads its {one.name}, as {function.title} does"
                attempt = read_by(self.shapes, one, [function.call])
                yield _reading(one, f"definer:{function.owner_name}", function.owner_name, reason, attempt)


def _reading(one: Owned, target: str, identity: str, reason: str, attempt: str) -> Edge:
    return Edge(f"role:{one.owner}", target, "planted code", reason, attempt, ("making:",), None, identity)


def _anew(function: Function, target: str, identity: str, what: str, attempt: str | None) -> Iterator[Edge]:
    """The step of a function's owner, who writes it anew; a superuser has no need of it."""
    if not function.superuser:
        source = f"role:{function.owner_name}"
        reason = f"{function.owner_name} can write {function.title} anew, {what}"
        yield Edge(source, target, "planted code", reason, attempt, (f"create:{function.schema}",), None, identity)
