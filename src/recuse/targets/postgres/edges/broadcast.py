"""Values that a body sends where everyone sees them: to listeners, advisory locks, comments, names of clients."""

from collections.abc import Iterator
from typing import Final

from psycopg import sql

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.attempts import listen, touched
from recuse.targets.postgres.edges.bodies.uses import ACTIVITY, COMMENTS, LOCKS, SETTING
from recuse.targets.postgres.edges.columns import Shapes
from recuse.targets.postgres.edges.flows import Flow, columns_of
from recuse.targets.postgres.edges.mirrors import part_of

_CURRENT: Final = sql.SQL("SELECT pg_catalog.current_setting({}, true)")
_SHOWN: Final = {
    LOCKS: (
        "advisory locks", "pg_locks shows every session the numbers of advisory locks",
        "SELECT objid FROM pg_catalog.pg_locks WHERE locktype = 'advisory' ORDER BY classid::bigint, objid::bigint",
    ),
    COMMENTS: (
        "a comment", "everyone reads the comments on objects", "SELECT description FROM pg_catalog.pg_description",
    ),
    ACTIVITY: (
        "the name of an application", "pg_stat_activity shows every session the names of applications",
        "SELECT application_name FROM pg_catalog.pg_stat_activity",
    ),
}  # fmt: skip


def stays(edge: Edge) -> bool:
    """Whether a step of a trigger outlasts it: what it has copied, or put into comments, and what everyone may do."""
    return edge.kind in {"mirror", "LISTEN", "catalog"} or edge.source == f"channel:{COMMENTS}"


def kept(shapes: Shapes, flow: Flow, what: str, source: str, fired: int) -> Iterator[Edge]:
    """Values of the row that a trigger puts into a setting, where whoever makes it fire reads them."""
    for channel, value in flow.sent:
        if channel.startswith(SETTING) and isinstance(value, str):
            name = channel.removeprefix(SETTING)
            read = _CURRENT.format(sql.Literal(name)).as_string()
            for column in shapes.of_row(fired, {value}):
                reason = f"{what} keeps it in the setting {name}, which whoever fires it reads"
                yield Edge(source, part_of(column), "trigger", reason, read, identity=ANYONE)


def broadcast(shapes: Shapes, flow: Flow, what: str, call: str | None, fired: int = 0) -> Iterator[Edge]:
    """NOTIFY reaches every session that listens, and LISTEN needs no right; nor do the catalogs that show the others.

    `call` makes a function send; NEW and OLD are rows of the relation `fired`.
    """
    for channel, value in flow.sent:
        node = f"channel:{channel or '*'}"
        for column in columns_of(value, shapes, fired):
            touch = touched(shapes, column)
            if channel in _SHOWN:
                where, reason, read = _SHOWN[channel]
                yield Edge("public:", node, "catalog", reason, read)
                sends = f"{what} puts it into {where}"
                yield Edge(node, part_of(column), "broadcast", sends, call or touch, identity=ANYONE)
            elif not channel.startswith(SETTING):
                yield Edge("public:", node, "LISTEN", "LISTEN needs no right", listen(channel or "…"))
                reason = f"{what} sends it to whoever listens to {channel or 'a channel'}"
                yield Edge(node, part_of(column), "notification", reason, touch, identity=ANYONE)
