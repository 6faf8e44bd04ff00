"""What is read through connections that the server itself makes: foreign tables, user mappings, dblink.

Whoever runs a query (a view's owner, a definer's owner) decides by which user mapping it arrives, and as whom. Where
the connection leads back into this server, the path goes on there with what the arriving role may read; where it leads
elsewhere, it ends at `elsewhere:S`. The connection of anyone but a superuser must use a password, unless the mapping
says otherwise; whether the password is the right one is not asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from psycopg import sql

from recuse.paths import ANYONE, Edge, Graph, Place
from recuse.targets.postgres.edges.database import Database
from recuse.targets.postgres.edges.loopback import Asked, Here
from recuse.targets.postgres.edges.retargeting import literal, own_tables, retargeted
from recuse.targets.postgres.edges.servers import Mapped, Server

_TABLES: Final = "postgres_fdw_handler"
_NO_TABLES: Final = ""  # a wrapper without a handler, such as dblink_fdw, only keeps connections
_ITSELF: Final = frozenset({
    "membership", "PUBLIC", "superuser", "ownership", "grant SELECT", "grant SELECT (column)", "grant USAGE",
    "predefined role", "column",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A connection by a user mapping: whose it may be (None: anyone's), where it arrives (None: elsewhere), as whom."""

    server: Server
    only_as: str | None
    there: Database | None
    remote: str
    reason: str
    by_dblink: bool


@dataclass(frozen=True, slots=True)
class _Steps:
    """Steps of one database by what is asked of them: who connects, who is superuser, what a role reads by itself.

    `asking` are the columns of views that ask the rights of whoever runs the query, with what they show.
    """

    connecting: frozenset[str]
    superusers: frozenset[str]
    by_itself: Graph
    asking: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, edges: Sequence[Edge]) -> "_Steps":
        asking: dict[str, tuple[str, ...]] = {}
        for edge in edges:
            if edge.kind == "invoker view":
                asking[edge.source] = (*asking.get(edge.source, ()), edge.target)
        return cls(
            frozenset(edge.source for edge in edges if edge.kind == "CONNECT"),
            frozenset(edge.only_as for edge in edges if edge.kind == "superuser" and edge.only_as),
            Graph.of(edge for edge in edges if edge.kind in _ITSELF and edge.attempt is None),
            asking,
        )


@dataclass(slots=True)
class Linker:
    """Joins the databases of a server by the connections between them; `lines` tells what could not be examined."""

    databases: Sequence[Database]
    here: Here
    lines: list[str] = field(default_factory=list)
    _known: dict[str, "_Steps"] = field(init=False)

    def __post_init__(self) -> None:
        joined = any(each.foreign.servers or each.foreign.dblink for each in self.databases)
        self._known = {each.mark: _Steps.of(each.edges) for each in self.databases if joined}

    def edges(self) -> Iterator[Edge]:
        """Every edge that foreign servers and dblink make."""
        for each in self.databases:
            for server in each.foreign.servers:
                self.lines += self._unseen(each, server)
                for arrival in self._arrivals(each, server):
                    yield from self._of(each, arrival)
                yield from self._turned(each, server)
                yield from self._told(each, server)
            yield from self._trusted(each)
            for found in each.passwords:
                if self.here.meant_by({"port": self.here.port} | found.options):
                    reason = f"{found.what} shows the password of {found.role} to everyone"
                    yield learned(each.marked("public:"), found.role, reason, found.read)

    def readers(self, each: Database, relation: str) -> tuple[str | None, ...]:
        """Who reads a foreign table that leads to no relation of this server (None: everyone)."""
        of = {column.server for column in each.foreign.columns if column.name == relation}
        server = next((server for server in each.foreign.servers if server.name in of), None)
        if server is None or server.handler != _TABLES:
            return (None,)
        here = self.here.meant_by(server.options)
        return () if here else tuple(arrival.only_as for arrival in self._arrivals(each, server))

    def _of(self, each: Database, arrival: _Arrival) -> Iterator[Edge]:
        usage, only_as = each.marked(f"foreign:{arrival.server.name}"), arrival.only_as
        makes, connects = each.marked("place:tables"), each.marked("connects:secret")
        columns = each.foreign.columns_of(arrival.server)
        if arrival.there is None:
            end = f"elsewhere:{arrival.server.name}"
            for column in columns:
                yield Edge(each.marked(column.column), end, "foreign table", arrival.reason, only_as=only_as)
            yield Edge(usage, end, "user mapping", arrival.reason, needs=(makes,), only_as=only_as)
            return
        there, reads = arrival.there, self._reads(arrival.there, arrival.remote)
        for column in columns if arrival.server.handler == _TABLES else ():
            shown = there.marked(f"column:{column.relation}.{column.shows}")
            for node in self._behind(there, shown, reads):
                source, reason = each.marked(column.column), f"{column.name} shows it: {arrival.reason}"
                yield Edge(source, node, "foreign table", reason, only_as=only_as, identity=reads[node][0])
        if arrival.server.handler == _TABLES:
            reader = each.marked(f"reader:{arrival.server.name}.{arrival.remote}")
            yield Edge(usage, reader, "user mapping", arrival.reason, needs=(makes,), only_as=only_as)
            yield from own_tables(reader, arrival.server, reads)
            for table in each.foreign.tables_of(arrival.server):
                retarget = f"{reader}.{table.name}"
                reason = f"{table.owner} owns {table.name} and can retarget it: {arrival.reason}"
                for owner in each.held_by(table.owner):
                    named = (each.marked(table.usage),)
                    yield Edge(owner, retarget, "user mapping", reason, None, named, only_as)
                yield from retargeted(retarget, table, reads)
        if arrival.by_dblink and each.foreign.dblink:
            attempt = f"SELECT {each.foreign.dblink}.dblink_connect('recuse_reach', {literal(arrival.server.written)})"
            role = there.marked(f"role:{arrival.remote}")
            yield Edge(usage, role, "dblink", arrival.reason, attempt, (connects,), only_as, arrival.remote)

    def _turned(self, each: Database, server: Server) -> Iterator[Edge]:
        """Who owns a server turns it to another database, where the same mappings arrive."""
        known = server.handler == _TABLES and self.here.meant_by(server.options)
        for other in self.databases if known and server.owner not in self._known[each.mark].superusers else ():
            turned = replace(server, options=server.options | {"dbname": other.name})
            for arrival in self._arrivals(each, turned) if other.name != server.options.get("dbname") else ():
                if arrival.there is not None:
                    reader = each.marked(f"reader:{server.name}.{literal(other.name)}.{arrival.remote}")
                    reason = f"{server.owner} owns {server.name} and can turn it: {arrival.reason}"
                    word = "SET" if "dbname" in server.options else "ADD"
                    attempt = f"ALTER SERVER {server.name} OPTIONS ({word} dbname {literal(other.name)}); "
                    makes = (each.marked("place:tables"),)
                    for owner in each.held_by(server.owner):
                        yield Edge(owner, reader, "user mapping", reason, None, makes, arrival.only_as)
                    yield from own_tables(reader, server, self._reads(arrival.there, arrival.remote), attempt)

    def _arrivals(self, each: Database, server: Server) -> Iterator[_Arrival]:
        """By every mapping, for everyone whose connections it serves."""
        mappings = each.foreign.mappings_of(server)
        superusers = self._known[each.mark].superusers
        own = {mapping.mapped for mapping in mappings} - {""}
        for mapping in mappings:
            role, name, asked = self._address(server, mapping)
            whose = mapping.mapped or "PUBLIC"
            reason = f"the user mapping for {whose} leads through {server.name} to {_where(server, name)}, as {role}"
            there = next((other for other in self.databases if other.name == name), None)
            leads_here = self.here.meant_by(server.options)
            if leads_here and (there is None or f"login:{role}" not in self._known[there.mark].connecting):
                continue
            plain, dblink = _serves(mapping, asked), mapping.password and asked in {"secret", "unknown"}
            holders: Sequence[str | None]
            if mapping.mapped:
                holders = [mapping.mapped] if plain or mapping.mapped in superusers else []
            elif plain:
                holders = [*sorted(each.security.roles - own), ANYONE] if own else [None]
            else:
                holders = sorted(superusers - own)
            for only_as in holders if asked != "refused" else ():
                yield _Arrival(server, only_as, there if leads_here else None, role, reason, dblink)

    def _address(self, server: Server, mapping: Mapped) -> tuple[str, str, Asked]:
        """As whom, into which database, and what the server there asks; libpq's own defaults where nothing is said."""
        role = mapping.remote or server.options.get("user") or self.here.bootstrap
        name = server.options.get("dbname") or role
        here = self.here.meant_by(server.options)
        asked = self.here.asked(server.options, name, role) if here else "unknown"
        return role, name, "refused" if here and asked == "secret" and mapping.wrong else asked

    def _reads(self, there: Database, role: str) -> dict[str, tuple[str, Edge]]:
        """What a role that has connected reads by itself: the identity that counts there, and the last step to it."""
        found: dict[str, tuple[str, Edge]] = {}
        for place, path in self._known[there.mark].by_itself.search(Place(there.marked(f"login:{role}"), role)).items():
            if path and (place.node not in found or place.identity == ANYONE):
                found[place.node] = place.identity, path[-1]
        return found

    def _behind(self, there: Database, node: str, reads: Mapping[str, tuple[str, Edge]]) -> Iterator[str]:
        """A column that is read; behind a view that asks the rights of whoever runs the query, what it shows."""
        if node not in reads:
            return
        behind = self._known[there.mark].asking.get(node, ())
        for following in behind:
            yield from self._behind(there, following, reads)
        if not behind:
            yield node

    def _told(self, each: Database, server: Server) -> Iterator[Edge]:
        """Passwords of this server's accounts, for those who are shown the options of a mapping."""
        if not self.here.meant_by(server.options):
            return
        for mapping in (m for m in each.foreign.mappings_of(server) if m.password):
            role, _, asked = self._address(server, mapping)
            whose = mapping.mapped or "PUBLIC"
            if asked not in {"secret", "unknown"}:
                continue
            holders = [each.marked(f"foreign:{server.name}")] if mapping.mapped else each.held_by(server.owner)
            column = each.marked("column:pg_catalog.pg_user_mapping.umoptions")
            for source, view, only_as in (
                *((holder, "pg_user_mappings", mapping.mapped or None) for holder in holders),
                (column, "pg_user_mapping", None),
            ):
                reason = f"{view} shows the password of {role}, in the user mapping for {whose} on {server.name}"
                read = " ".join(("SELECT umoptions FROM", f"pg_catalog.{view}"))
                yield learned(source, role, reason, read, only_as)

    def _trusted(self, each: Database) -> Iterator[Edge]:
        """dblink_connect_u arrives as everyone whom the server lets in from itself without a secret."""
        granted = [e for e in each.edges if e.target == each.marked("connects:trust") and e.kind == "grant EXECUTE"]
        if not granted or each.foreign.dblink is None:
            return
        self.lines.append(f"dblink: {granted[0].reason}, and a password file of the server's account cannot be seen")
        for there in self.databases:
            for login in sorted(self._known[there.mark].connecting):
                role = login.partition(":")[2]
                for host in ("", "127.0.0.1"):
                    options = {"host": host} if host else {}
                    if self.here.asked(options, there.name, role) == "nothing":
                        reason = f"the server lets {role} in from itself without a secret, into {there.name}"
                        words = (
                            f"{f'host={host} ' if host else ''}port={self.here.port} dbname={there.name} user={role}"
                        )
                        attempt = f"SELECT {each.foreign.dblink}.dblink_connect_u('recuse_reach', {literal(words)})"
                        node = there.marked(f"role:{role}")
                        yield Edge(each.marked("connects:trust"), node, "dblink", reason, attempt, identity=role)
                        break

    def _unseen(self, each: Database, server: Server) -> Iterator[str]:
        """What of a server could not be examined."""
        named = "foreign servers: " + server.name + (f" of the database {each.name}" if each.mark else "")
        mappings = each.foreign.mappings_of(server)
        if not all(mapping.shown for mapping in mappings):
            yield f"{named} has user mappings that this account may not see; it needs to be superuser"
        if server.handler not in {_TABLES, _NO_TABLES}:
            tables = ", ".join(dict.fromkeys(column.name for column in each.foreign.columns_of(server)))
            yield f"{named} is read by {server.handler}" + (f", as {tables}" if tables else "")
        elif not self.here.meant_by(server.options):
            yield f"{named} leads to {_where(server, server.options.get('dbname', ''))}"
        for mapping in mappings:
            role, _, asked = self._address(server, mapping)
            if asked == "secret" and not mapping.password and not mapping.required:
                yield f"{named} may let {role} in by a password file of the server's account"


def learned(source: str, role: str, reason: str, read: str, only_as: str | None = None) -> Edge:
    """The step of whoever reads an account's password: to log in as it."""
    become = f"SET SESSION AUTHORIZATION {sql.Identifier(role).as_string()}"
    attempt = f"{read}; RESET SESSION AUTHORIZATION; {become}"
    return Edge(source, f"login:{role}", "stored password", reason, attempt, only_as=only_as, identity=role)


def _serves(mapping: Mapped, asked: Asked) -> bool:
    """Whether the connection of someone who is no superuser gets through."""
    if mapping.password and asked in {"secret", "unknown"}:
        return True
    return not mapping.required and asked in {"nothing", "unknown"}


def _where(server: Server, database: str) -> str:
    host = server.options.get("host") or server.options.get("hostaddr") or "this server"
    port = f":{server.options['port']}" if "port" in server.options else ""
    return f"{host}{port}, database {database}"
