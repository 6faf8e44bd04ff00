"""What subscriptions lead to: a table that is kept as a copy shows the published one, whose rights nobody asks there.

Who owns one has it copy whatever the other side publishes, into tables of its own, as the account that it arrives as.
A member of `pg_create_subscription` needs the password of an account at the publisher: that role alone reads nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from psycopg import sql

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.database import Database
from recuse.targets.postgres.edges.foreign import learned
from recuse.targets.postgres.edges.loopback import Here
from recuse.targets.postgres.edges.subscriptions import Published

_READ = " ".join(("SELECT subname, subconninfo FROM", "pg_catalog.pg_subscription"))


def subscribed(databases: Sequence[Database], here: Here) -> Iterator[Edge]:
    """From every column that a subscription keeps to the one of this server that it is a copy of, and to passwords."""
    for each in databases:
        for source in each.subscriptions.sources or ():
            if not here.meant_by(source.options):
                continue
            role = source.options.get("user", here.bootstrap)
            name = source.options.get("dbname", role)
            reason = f"the subscription {source.name} keeps it as a copy from the database {name}"
            for there in (other for other in databases if other.name == name):
                for column in _published(each, source.name, there):
                    target = there.marked(column.replace("column:", "part:", 1))
                    yield Edge(each.marked(column), target, "subscription", reason, identity=ANYONE)
                if source.changer is not None and source.password:
                    yield from _brought(each, source.name, source.changer, there)
            if source.password:
                reason = f"pg_subscription shows the password of {role}, in the subscription {source.name}"
                for reader in databases:  # one catalog, under the grants of each database
                    node = reader.marked("column:pg_catalog.pg_subscription.subconninfo")
                    yield learned(node, role, reason, _READ)


def _brought(each: Database, subscription: str, owner: str, there: Database) -> Iterator[Edge]:
    """From the owner of a subscription to all that is published, where it has or may make a table of that name."""
    holders = each.held_by(owner)
    own = {edge.target for edge in each.edges if edge.source in holders and edge.kind == "ownership"}
    taken = {column.node for column in each.columns}
    schemas = {edge.source for edge in each.edges if edge.kind == "making"}
    for sent in _tables(there):
        table, create = each.marked(f"table:{sent[0].relation}"), each.marked(f"create:{sent[0].schema}")
        if table in taken and table not in own:
            continue
        needs = () if table in taken else (create if create in schemas else "create:",)
        what = f"can have it copy {sent[0].relation}, which {there.name} publishes"
        reason = f"{owner} owns the subscription {subscription} and {what}"
        for column in sent:
            target, attempt = there.marked(f"part:{column.relation}.{column.name}"), _copied(subscription, sent, column)
            for holder in holders:
                yield Edge(holder, target, "subscription", reason, attempt, needs, identity=ANYONE)


def _tables(there: Database) -> Iterator[list[Published]]:
    """What each publication sends of each table."""
    for _, sent in groupby(there.subscriptions.published, lambda one: (one.publication, one.relation)):
        yield list(sent)


def _copied(subscription: str, sent: Sequence[Published], column: Published) -> str:
    """A table for what is sent, the publication, and some seconds for the first copy."""
    name = sql.Identifier(subscription).as_string()
    return "; ".join((
        f"CREATE SCHEMA IF NOT EXISTS {sql.Identifier(column.schema).as_string()}",
        f"CREATE TABLE IF NOT EXISTS {column.relation} ({', '.join(f'{one.name} {one.type}' for one in sent)})",
        f"ALTER SUBSCRIPTION {name} ENABLE", f"ALTER SUBSCRIPTION {name} SET PUBLICATION {column.publication}",
        "SELECT pg_sleep(10)", " ".join((f"SELECT {column.name} FROM", column.relation, "LIMIT 1")),
    ))  # fmt: skip


def unseen(databases: Sequence[Database], here: Here) -> Iterator[str]:
    """Subscriptions whose source could not be examined."""
    for each in databases:
        of = f" of the database {each.name}" if each.mark else ""
        if each.subscriptions.sources is None:
            names = ", ".join(dict.fromkeys(kept.name for kept in each.subscriptions.kept))
            yield f"subscriptions: {names}{of}: where from is not readable for this account; it needs to be superuser"
        for source in each.subscriptions.sources or ():
            if not here.meant_by(source.options):
                host, name = source.options.get("host", "this server"), source.options.get("dbname", "")
                yield f"subscriptions: {source.name}{of} copies rows in from {host}, database {name}"


def _published(each: Database, subscription: str, there: Database) -> Iterator[str]:
    """The columns of a subscription that the publishing database has too, under the same names."""
    known = {column.column for column in there.columns}
    for kept in each.subscriptions.kept:
        if kept.name == subscription and kept.column is not None and there.marked(kept.column) in known:
            yield kept.column
