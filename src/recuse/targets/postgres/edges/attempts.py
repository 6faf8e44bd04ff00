"""Writes the SQL that shows planted code at work: made by the account, run by another, raised as a notice.

It is text to be read and pasted, and stands inside a transaction that is rolled back.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, cast

from psycopg import sql

from recuse.targets.postgres.edges.columns import Column, Shapes
from recuse.targets.postgres.edges.flows import Function, Lookup
from recuse.targets.postgres.edges.hooks import Holder, Owned
from recuse.targets.postgres.edges.reproduce import READ

_SHOW: Final = sql.SQL("BEGIN RAISE NOTICE '%', (SELECT r::pg_catalog.text FROM {} AS r LIMIT 1);\n{}END")
_MADE: Final = sql.SQL("CREATE FUNCTION pg_temp.recuse_reach() RETURNS {} LANGUAGE plpgsql AS {}")
_STAND_IN: Final = sql.SQL("CREATE VIEW pg_temp.{} AS SELECT {} WHERE pg_temp.recuse_reach()")
_GRANT: Final = sql.SQL("GRANT SELECT ON pg_temp.{} TO PUBLIC")
_DOMAIN: Final = sql.SQL("CREATE DOMAIN pg_temp.{} AS pg_catalog.text CHECK (pg_temp.recuse_reach())")
_ATTACH: Final = sql.SQL("CREATE TRIGGER recuse_reach {} {} ON {} {}EXECUTE FUNCTION pg_temp.recuse_reach()")
_FIRE: Final = {
    "insert": sql.SQL("INSERT INTO {table} DEFAULT VALUES"), "update": sql.SQL("UPDATE {table} SET {column} = DEFAULT"),
    "delete": sql.SQL("DELETE FROM {table}"), "truncate": sql.SQL("TRUNCATE {table}"),
    "select": sql.SQL("SELECT * FROM {table}"), "maintain": sql.SQL("ANALYZE {table}"),
}  # fmt: skip
_REFRESH: Final = sql.SQL("REFRESH MATERIALIZED VIEW {table}")
_GUARD: Final = sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY")
_POLICY: Final = sql.SQL("CREATE POLICY recuse_reach ON {} USING (pg_temp.recuse_reach())")
_RULE: Final = sql.SQL(
    'CREATE OR REPLACE RULE "_RETURN" AS ON SELECT TO {} DO INSTEAD SELECT {} WHERE pg_temp.recuse_reach()'
)
_OVERLOADS: Final = sql.SQL("""DO $recuse$ DECLARE one record;
 place text := (SELECT nspname FROM pg_namespace
 WHERE has_schema_privilege(oid, 'CREATE') AND nspname !~ '^pg_' LIMIT 1);
BEGIN FOR one IN SELECT pg_get_function_identity_arguments(oid) AS takes, pg_get_function_result(oid) AS gives
 FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = {name} AND prokind = 'f' LOOP
EXECUTE format('CREATE OR REPLACE FUNCTION %I.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', place, {name},
 one.takes, one.gives, {body});
END LOOP;
PERFORM set_config('search_path', quote_ident(place) || ', pg_catalog', true);
END $recuse$""")
"""Makes, for each function of the server that has the name, one with the same arguments."""

_PROVOKED: Final = sql.SQL("""DO $recuse$ DECLARE one record;
said text;
BEGIN FOR one IN SELECT * FROM {tried} LOOP BEGIN {word} {called}({passed});
EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN GET STACKED DIAGNOSTICS said = PG_EXCEPTION_DETAIL;
RAISE NOTICE '%', said;
END;
END LOOP;
END $recuse$""")
"""Shows what every refusal says; without arguments, the second call may be refused for what the first has put there."""

_GIVEN: Final = re.compile(r"NULL::(.+?)(?=, NULL::|\)$)")
_TRIED: Final = sql.SQL("VALUES (NULL), ('1'), ('-1'), ('0'), ('x'), ('')")
_FEW: Final = sql.SQL("VALUES (NULL), ('1'), ('-1')")
_COMBINED: Final = 3
_RETURNED: Final = sql.SQL("INSERT INTO {} DEFAULT VALUES RETURNING *")
_TOUCH: Final = sql.SQL("UPDATE {} SET {} = {}")
_LISTEN: Final = sql.SQL("LISTEN {}")
_ORDER: Final = ("relation", "type", "function", "operator")


def easiest(lookups: Iterable[Lookup]) -> list[Lookup]:
    """One lookup for each thing that somebody would have to be able to make."""
    found: dict[str, Lookup] = {}
    for lookup in sorted(lookups, key=lambda each: (each.need, _ORDER.index(each.kind), each.name)):
        found.setdefault(lookup.need, lookup)
    return list(found.values())


def stand_in(lookup: Lookup, function: Function, shapes: Shapes) -> str | None:
    """Puts an object of the caller's own in the place of a name, and calls the function; None where that takes more.

    What fires a trigger function, the path to it says.
    """
    if lookup.need != "temporary:":
        if lookup.kind != "function":
            return None
        made = _OVERLOADS.format(name=sql.Literal(lookup.name), body=sql.Literal(_show("").as_string()))
        return _joined(made, call=_call_of(function))
    made = _MADE.format(sql.SQL("boolean"), sql.Literal(_show("RETURN true;\n").as_string()))
    name = sql.Identifier(lookup.name)
    if lookup.kind == "type":
        return _joined(made, _DOMAIN.format(name), call=_call_of(function))
    oid = next((oid for (_, each), oid in shapes.relations.items() if each == lookup.name), None)
    columns = shapes.columns[oid].values() if oid is not None else ()
    place = _STAND_IN.format(name, sql.SQL(", ").join(map(_nothing, columns)))
    return _joined(made, place, _GRANT.format(name), call=_call_of(function))


def _call_of(function: Function) -> str | None:
    return None if function.gives in ("trigger", "event_trigger") else function.call


def attached_to(shapes: Shapes, holder: Holder) -> str:
    """Attaches a trigger to a table, and changes the table as a role that may."""
    made = _MADE.format(sql.SQL("trigger"), sql.Literal(_show("").as_string()))
    view = any(column.kind == "v" for column in shapes.columns.get(holder.relation, {}).values())
    # what stands for a view's rows, and all that fires where a parent is named, fires for each row
    rows = sql.SQL("FOR EACH ROW " if view or holder.attempt is not None else "")
    attach = _ATTACH.format(
        sql.SQL("INSTEAD OF" if view else "BEFORE"), _WORDS[holder.action], _named(holder.relation_name), rows
    )
    return _joined(made, attach, *fired(shapes, holder.role, holder.action, holder.relation, holder.attempt))


def read_by(shapes: Shapes, one: Owned, then: Sequence[str]) -> str:
    """Makes a relation of one's own run code for whoever reads it, which somebody else then does."""
    columns, table = list(shapes.columns.get(one.relation, {}).values()), _named(one.name)
    made = _MADE.format(sql.SQL("boolean STABLE"), sql.Literal(_show("RETURN true;\n").as_string()))
    if any(column.kind == "v" for column in columns):
        planted = [_RULE.format(table, sql.SQL(", ").join(map(_nothing, columns)))]
    else:
        planted = [_GUARD.format(table), _POLICY.format(table)]
    return "; ".join([_joined(made, *planted), *then])


def as_reader(shapes: Shapes, one: Owned) -> list[str]:
    """What a role that reads a relation does."""
    return [each.as_string() for each in fired(shapes, one.reader, "select", one.relation, one.attempt)]


def fired(
    shapes: Shapes, role: str | None, action: str, relation: int, attempt: str | None = None
) -> Sequence[sql.Composable]:
    """What a role, or a superuser, does to a relation; `attempt` where that needs other words than usual."""
    become = [] if role is None else [sql.SQL("SET ROLE {}").format(sql.Identifier(role))]
    column = next(iter(shapes.columns.get(relation, {}).values()), None)
    said: list[sql.Composable] = [] if attempt is None else [sql.SQL(cast("Any", attempt))]
    if attempt is None and column is not None:  # a relation without columns has no name there
        form = _REFRESH if action == "maintain" and column.kind == "m" else _FIRE[action]
        said = [form.format(table=_table(shapes, relation), column=sql.Identifier(column.name))]
    return [sql.SQL("RESET SESSION AUTHORIZATION"), *become, *said]


def returned(shapes: Shapes, relation: int) -> str:
    """Inserts a row and shows it."""
    return _RETURNED.format(_table(shapes, relation)).as_string()


def provoked(function: Function) -> str | None:
    """Calls a function with values that constraints may refuse, and shows what the errors say; None for a trigger's."""
    if function.gives in ("trigger", "event_trigger"):
        return None
    word, _, called = function.call.partition(" ")
    types = _GIVEN.findall(called)
    places = range(len(types))
    values = _FEW if len(types) > _COMBINED else _TRIED
    tried = [sql.SQL("({}) AS {} ({})").format(values, _name("t", n), _name("v", n)) for n in places]
    passed = [sql.SQL("one.{}::{}").format(_name("v", n), sql.SQL(cast("Any", types[n]))) for n in places]
    return _PROVOKED.format(
        tried=sql.SQL(", ").join([sql.SQL("generate_series(1, 2) AS twice"), *tried]),
        word=sql.SQL("CALL" if word == "CALL" else "PERFORM"),
        called=sql.SQL(cast("Any", called.partition("(NULL::")[0].removesuffix("()"))),
        passed=sql.SQL(", ").join(passed),
    ).as_string()  # fmt: skip


def _name(letter: Literal["t", "v"], number: int) -> sql.Identifier:
    return sql.Identifier(f"{letter}{number}")


def listen(channel: str) -> str:
    """Listens to a channel."""
    return _LISTEN.format(sql.Identifier(channel)).as_string()


def touched(shapes: Shapes, column: Column) -> str:
    """Changes nothing in every row, as a superuser: what a trigger sends of it arrives at the end."""
    name = sql.Identifier(column.name)
    return _joined(sql.SQL("RESET SESSION AUTHORIZATION"), _TOUCH.format(_table(shapes, column.relation), name, name))


def written_anew(function: Function, then: Sequence[sql.Composable]) -> str | None:
    """Writes a function anew so that it shows what is read in the end, and makes it run; None for one not in SQL."""
    head = _head(function)
    return head and "; ".join((head, _joined(*then)))


def called_anew(function: Function, call: str) -> str | None:
    """The same for a function that another one calls."""
    head = _head(function)
    return head and "; ".join((head, call))


_WORDS: Final = {
    "insert": sql.SQL("INSERT"), "update": sql.SQL("UPDATE"), "delete": sql.SQL("DELETE"),
    "truncate": sql.SQL("TRUNCATE"),
}  # fmt: skip


def _head(function: Function) -> str | None:
    if function.definition is None:
        return None
    head = function.definition.partition("\n LANGUAGE ")[0]
    return " ".join((head, "LANGUAGE plpgsql AS", sql.Literal(_show("").as_string()).as_string()))


def _show(last: Literal["", "RETURN true;\n"]) -> sql.Composed:
    return _SHOW.format(sql.SQL(READ), sql.SQL(last))


def _nothing(column: Column) -> sql.Composed:
    """A column of the same name and type, without a value; the type is as the server wrote it."""
    kind = sql.SQL(cast("Any", column.type))
    return sql.SQL("CAST(NULL AS {}) AS {}").format(kind, sql.Identifier(column.name))


def _named(name: str) -> sql.SQL:
    """A name as SQL writes it."""
    return sql.SQL(cast("Any", name))


def _table(shapes: Shapes, relation: int) -> sql.Identifier:
    column = next(iter(shapes.columns[relation].values()))
    return sql.Identifier(column.schema, column.table)


def _joined(*statements: sql.Composable, call: str | None = None) -> str:
    """Statements as the steps of a path are parted."""
    return "; ".join([*(each.as_string() for each in statements), *([call] if call else [])])
