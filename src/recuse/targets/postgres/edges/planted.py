"""Code that somebody plants and another account runs: attached to a table, called by a view, or put where a name is looked up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recuse.paths import Edge
from recuse.targets.postgres.edges.columns import Shapes
from recuse.targets.postgres.edges.reproduce import READ
from recuse.targets.postgres.edges.tracing import Function, Lookup, Role, Tracer

_SHOW: Final = f"RAISE NOTICE ''%'', (SELECT r::pg_catalog.text FROM {READ} AS r LIMIT 1)"
_OVERLOADS: Final = """DO $recuse$ DECLARE one record;
 place text := (SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE') AND nspname !~ '^pg_' LIMIT 1);
BEGIN FOR one IN SELECT pg_get_function_identity_arguments(oid) AS takes, pg_get_function_result(oid) AS gives FROM pg_proc
 WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = '{name}' AND prokind = 'f' LOOP
EXECUTE format('CREATE OR REPLACE FUNCTION %I.%I(%s) RETURNS %s LANGUAGE plpgsql AS $code$BEGIN {show};
END$code$', place, '{name}', one.takes, one.gives);
END LOOP;
PERFORM set_config('search_path', quote_ident(place) || ', pg_catalog', true);
END $recuse$; {call}"""  # with the same arguments as each function of the server that has the name

_FIRE: Final = {
    "insert": "INSERT INTO {name} DEFAULT VALUES", "update": 'UPDATE {name} SET "{column}" = DEFAULT',
    "delete": "DELETE FROM {name}", "truncate": "TRUNCATE {name}", "select": "SELECT * FROM {name}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger on a relation, and the relation's owner; `row` says that it fires for each row."""

    relation: int
    relation_name: str
    node: str
    owner: int
    owner_name: str
    superuser: bool
    create_role: bool
    name: str
    function: int
    row: bool
    events: Sequence[str]

    @property
    def runs_as(self) -> Role:
        """Who changes the table when a foreign key does."""
        return Role(self.owner, self.owner_name, self.superuser, self.create_role)


@dataclass(frozen=True, slots=True)
class Hook:
    """A function that something calls without a statement naming it; `asked` says that EXECUTE is checked."""

    source: str | None
    relation: int
    action: str
    title: str
    function: int
    asked: bool
    attempt: str | None


@dataclass(frozen=True, slots=True)
class EventTrigger:
    """A trigger on what anyone defines."""

    name: str
    event: str
    function: int
    owner_name: str


@dataclass(frozen=True, slots=True)
class User:
    """A role that is granted an action on a relation."""

    relation: int
    action: str
    role: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A role that may change a relation to which somebody else may attach triggers."""

    relation: int
    relation_name: str
    action: str
    role: str


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
        for one in functions:
            if one.definer:
                yield from self._inside(one)
        for trigger in triggers:
            for event in trigger.events:
                title = f"the trigger {trigger.name}"
                yield from self._used(trigger.relation, event, trigger.function, title)
        for hook in hooks:
            if hook.relation:
                yield from self._used(hook.relation, hook.action, hook.function, hook.title)
        yield from self._by_superusers(triggers)
        for event_trigger in events:
            function = self.functions.get(event_trigger.function)
            if function is not None and not function.superuser:
                reason = f"{function.owner_name} can write {function.title} anew, which the event trigger {event_trigger.name} runs as anyone"
                yield Edge(
                    f"role:{function.owner_name}",
                    "superuser:",
                    "planted code",
                    reason,
                    None,
                    _anew(function),
                    identity="",
                )

    def _inside(self, one: Function) -> Iterator[Edge]:
        """Who owns what a definer function calls decides what its owner does."""
        for called in sorted(self.tracer.flow(one).replaceable, key=lambda each: each.node):
            if called.owner_name != one.owner_name and not called.superuser:
                reason = f"{called.owner_name} can write {called.title} anew, which {one.title} calls as its owner {one.owner_name}"
                yield Edge(
                    f"role:{called.owner_name}", f"definer:{one.owner_name}", "planted code", reason,
                    _then(written_anew(called), one.call), _anew(called), None, one.owner_name,
                )  # fmt: skip

    def _used(self, relation: int, action: str, oid: int, title: str) -> Iterator[Edge]:
        """To every role that is granted what makes the function run."""
        function = self.functions.get(oid)
        if function is None or function.superuser:
            return
        for user in self.users:
            if (user.relation, user.action) == (relation, action) and user.role != function.owner_name:
                reason = f"{function.owner_name} can write {function.title} anew, which {title} runs as {user.role} ({action})"
                attempt = self._attempt(function, user.role, action, relation)
                source, target = f"role:{function.owner_name}", f"role:{user.role}"
                yield Edge(source, target, "planted code", reason, attempt, _anew(function), None, user.role)

    def _by_superusers(self, triggers: Sequence[Trigger]) -> Iterator[Edge]:
        """A superuser needs no grant to run what somebody attached to a table; what computes only is left out."""
        for one in triggers:
            function = self.functions.get(one.function)
            if function is None or function.superuser or function.definer or self.tracer.flow(function).harmless:
                continue
            owner = function.owner_name
            reason = (
                f"{owner} owns {function.title}, which the trigger {one.name} on {one.relation_name}"
                " runs as whoever changes that table, a superuser too"
            )
            holder = Holder(one.relation, one.relation_name, one.events[0], "postgres")
            own = owner == one.owner_name
            anew = self._attempt(function, holder.role, holder.action, one.relation)
            attempt, needs = (self._attached(holder), ("making:",)) if own else (anew, _anew(function))
            yield Edge(f"role:{owner}", "superuser:", "planted code", reason, attempt, needs, identity="")

    def attached(self, holders: Sequence[Holder]) -> Iterator[Edge]:
        """Who holds TRIGGER on a table attaches a function that others run as themselves."""
        for one in holders:
            reason = (
                f"who holds TRIGGER on {one.relation_name} attaches code that {one.role} runs, who may {one.action} it"
            )
            source, target = f"trigger:{one.relation_name}", f"role:{one.role}"
            yield Edge(source, target, "planted code", reason, self._attached(one), ("making:",), None, one.role)

    def _attached(self, one: Holder) -> str:
        made = (
            f"CREATE FUNCTION pg_temp.recuse_reach() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {_SHOW};\nEND'",
            f"CREATE TRIGGER recuse_reach BEFORE {one.action} ON {one.relation_name} EXECUTE FUNCTION pg_temp.recuse_reach()",
        )
        return "; ".join((*made, *self._fired(one.role, one.action, one.relation)))

    def _attempt(self, function: Function, role: str, action: str, relation: int) -> str | None:
        written = written_anew(function)
        return "; ".join((written, *self._fired(role, action, relation))) if written else None

    def _fired(self, role: str, action: str, relation: int) -> tuple[str, ...]:
        """The statements by which a role makes the code run."""
        columns = list(self.shapes.columns[relation].values())
        name = columns[0].node.partition(":")[2]
        return (
            "RESET SESSION AUTHORIZATION", f'SET ROLE "{role}"',
            _FIRE[action].format(name=name, column=columns[0].name),
        )  # fmt: skip


def written_anew(function: Function) -> str | None:
    """The statement by which the owner of a function makes it show what is read in the end."""
    if function.definition is None:
        return None
    head = function.definition.partition("\n LANGUAGE ")[0]
    return f"{head} LANGUAGE plpgsql AS 'BEGIN {_SHOW};\nEND'"


def _anew(function: Function) -> tuple[str, ...]:
    """What an owner needs to write its function anew: CREATE on the schema."""
    return (f"create:{function.schema}",)


def _then(written: str | None, call: str) -> str | None:
    return f"{written}; {call}" if written else None


def easiest(lookups: Iterable[Lookup]) -> Iterator[Lookup]:
    """One lookup for each thing that somebody would have to be able to make."""
    order = ("relation", "type", "function", "operator")
    seen: set[str] = set()
    for lookup in sorted(lookups, key=lambda each: (each.need, order.index(each.kind), each.name)):
        if lookup.need not in seen:
            seen.add(lookup.need)
            yield lookup


def stand_in(lookup: Lookup, function: Function, shapes: Shapes) -> str | None:
    """The statements by which a caller puts a temporary object of its own in the place of a name, and calls the function."""
    if lookup.need != "temporary:":
        shown = _SHOW.replace("%", "%%")
        return (
            _OVERLOADS.format(name=lookup.name, show=shown, call=function.call) if lookup.kind == "function" else None
        )
    made = f"CREATE FUNCTION pg_temp.recuse_reach() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN {_SHOW};\nRETURN true;\nEND'"
    if lookup.kind == "type":
        place = f'CREATE DOMAIN pg_temp."{lookup.name}" AS pg_catalog.text CHECK (pg_temp.recuse_reach())'
        return "; ".join((made, place, function.call))
    oid = next((oid for (_, name), oid in shapes.relations.items() if name == lookup.name), None)
    known = shapes.columns[oid].values() if oid is not None else ()
    columns = ", ".join(f'NULL::{column.type} AS "{column.name}"' for column in known)
    place = f'CREATE VIEW pg_temp."{lookup.name}" AS SELECT {columns} WHERE pg_temp.recuse_reach()'
    return "; ".join((made, place, f'GRANT SELECT ON pg_temp."{lookup.name}" TO PUBLIC', function.call))
