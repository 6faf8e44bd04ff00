"""What subscriptions lead to: a table that is kept as a copy shows the published one, whose rights nobody asks there.

A member of `pg_create_subscription` needs the password of an account at the publisher: that role alone reads nothing.
"""

from collections.abc import Iterator, Sequence

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.database import Database
from recuse.targets.postgres.edges.foreign import learned
from recuse.targets.postgres.edges.loopback import Here

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
            if source.password:
                reason = f"pg_subscription shows the password of {role}, in the subscription {source.name}"
                for reader in databases:  # one catalog, under the grants of each database
                    node = reader.marked("column:pg_catalog.pg_subscription.subconninfo")
                    yield learned(node, role, reason, _READ)


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
