"""The other databases of a server: opened one after another, and their nodes named after them.

Roles are the server's, grants are a database's. A session has one database, so everything that an account holds there
is a node of its own, marked `@database`; only what belongs to the whole server (`superuser:`, `files:`) has no mark.
Row policies and identities name roles, which are the same everywhere.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.access import read_only
from recuse.targets.postgres.edges.catalog import Connection

_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')
_WHOLE_SERVER: Final = (("membership",), ("attribute",))
_SQL_NAMES: Final = frozenset({"table", "view", "matview", "column", "part", "toast"})


def opened(connection: Connection, database: str) -> AbstractContextManager[Connection]:
    """Another database of the server that `connection` is connected to, as the same login; read-only."""
    info = connection.info
    where = {**conninfo_to_dict(info.dsn), "host": info.host, "port": info.port}
    if info.hostaddr:
        where["hostaddr"] = info.hostaddr
    return read_only(make_conninfo("", **where | {"dbname": database, "password": info.password or None}))


def mark_of(identifier: str, logins: Collection[str]) -> str:
    """What stands behind the nodes of a database (its name quoted as SQL needs it), and behind no role's name."""
    mark = f"@{identifier}"
    while any(name.endswith(mark) for name in logins):
        mark = f"@{mark}"
    return mark


def marked(node: str, mark: str) -> str:
    """The node as that of a database; what has no name belongs to the whole server, but for PUBLIC."""
    kind, _, name = node.partition(":")
    return node if kind == "database" or (not name and kind != "public") else node + mark


def split_mark(name: str) -> tuple[str, str]:
    """A relation's or column's name as SQL writes it, and the database after it as SQL writes it, if any."""
    plain = _QUOTED.sub(lambda quoted: "x" * len(quoted[0]), name)
    end = plain.find("@")
    return (name, "") if end < 0 else (name[:end], name[end:].lstrip("@"))


def database_of(node: str) -> str:
    """The other database that a relation or a column lies in, as SQL writes it; empty for the connected one."""
    kind, _, name = node.partition(":")
    return split_mark(name)[1] if kind in _SQL_NAMES else ""


def there(edges: Iterable[Edge], mark: str) -> Iterator[Edge]:
    """The edges of another database under its nodes; an account gets in by connecting to it, as itself."""
    for edge in edges:
        if edge.kind == "CONNECT":
            account = edge.source.partition(":")[2]
            attempt = f"\\connect {mark.lstrip('@')}; SET SESSION AUTHORIZATION {sql.Identifier(account).as_string()}"
            yield replace(edge, identity=ANYONE)
            yield replace(edge, target=marked(edge.source, mark), attempt=attempt)
        else:
            needs = tuple(marked(node, mark) for node in edge.needs)
            ends = edge.ends if edge.ends[:1] in _WHOLE_SERVER else ()  # a grant there is revoked there
            source, target = marked(edge.source, mark), marked(edge.target, mark)
            yield replace(edge, source=source, target=target, needs=needs, ends=ends)
