"""PostgreSQL as an export tells of it: memberships by their options, USAGE on schemas, owners, superusers, views.

What is compared with `recuse reach` on the running server, in tests/listing. Functions, triggers and what else runs is
for that verb; here it is listed as present. https://www.postgresql.org/docs/current/ddl-priv.html
"""

from collections.abc import Iterator
from typing import Final

from recuse.paths import ANYONE, Edge
from recuse.targets.listing import nodes
from recuse.targets.listing.nodes import Verb
from recuse.targets.listing.records import Listing, Name
from recuse.targets.listing.steps import (
    Held,
    Step,
    everyone,
    grant_step,
    granted,
    inheriting,
    logging_in,
    owned_views,
    owning,
)

WORDS: Final[dict[str, Verb]] = {"SELECT": "read", "INSERT": "insert", "UPDATE": "update", "DELETE": "delete"}
_CONNECT: Final = "connect:"
_READS_ALL: Final = "pg_read_all_data"
_WRITES_ALL: Final = "pg_write_all_data"


def steps(listing: Listing) -> Iterator[Step]:
    """Every step that an export of PostgreSQL tells of."""
    found = [*_rights(listing)]
    held = Held(listing, found)
    found += owned_views(listing, held)
    yield from logging_in(listing, lambda name: held.holds(name, _CONNECT, nodes.EVERYTHING))
    yield from found


def not_examined(_: Listing) -> Iterator[tuple[str, str]]:
    """Nothing beyond what the export itself lists as present."""
    yield from ()


def _rights(listing: Listing) -> Iterator[Step]:
    yield from inheriting(listing)
    yield from _taking_on(listing)
    yield from everyone(listing)
    yield from granted(listing, WORDS, _needs)
    yield from owning(listing, _needs)
    for schema in listing.schemas.values():
        reason = f"{schema.owner} owns the schema {schema.schema} and can grant itself USAGE"
        yield Step(Edge(nodes.role(schema.owner), _usage(schema.schema), "ownership", reason, identity=ANYONE), schema)
    for each in listing.grants:
        if each.on == "schema" and each.privilege == "USAGE":
            yield grant_step(each, _usage(each.schema or ""), identity=ANYONE)
        elif each.on == "database" and each.privilege == "CONNECT":
            yield grant_step(each, _CONNECT)
        elif each.on == "server" and each.privilege == "SUPERUSER":
            step = grant_step(each, nodes.EVERYTHING)
            edge = Edge(step.edge.source, nodes.EVERYTHING, "superuser", "a superuser reads and changes everything",
                        only_as=each.grantee, identity=ANYONE)  # fmt: skip
            yield Step(edge, each)
    yield from _everything(listing)


def _taking_on(listing: Listing) -> Iterator[Step]:
    """SET ROLE, and giving oneself what one may give (https://www.postgresql.org/docs/current/sql-set-role.html)."""
    for each in listing.members:
        member, role = nodes.role(each.member), nodes.role(each.role)
        if each.set:
            reason = f"{each.member} may become {each.role} as its member"
            attempt = f"SET ROLE {nodes.dotted(each.role)}"
            yield Step(Edge(member, role, "SET ROLE", reason, attempt, only_as=each.member, identity=each.role), each)
        if each.admin:
            reason = f"{each.member} may grant membership in {each.role} to anyone, itself too"
            yield Step(Edge(member, role, "ADMIN OPTION", reason, identity=each.role), each)


def _everything(listing: Listing) -> Iterator[Step]:
    """What superusers and the predefined roles open."""
    for name in listing.relations:
        for verb in nodes.VERBS:
            target = nodes.relation(listing, name, verb)
            yield Step(Edge(nodes.EVERYTHING, target, "superuser", "a superuser may do everything"))
            holder = _READS_ALL if verb == "read" else _WRITES_ALL
            if holder in listing.principal:
                reason = f"{holder} may do so with every table"
                yield Step(Edge(nodes.role(holder), target, "predefined role", reason, needs=_needs(name)))
    for schema in listing.schemas:
        yield Step(Edge(nodes.EVERYTHING, _usage(schema), "superuser", "a superuser may use every schema"))
        for holder in (_READS_ALL, _WRITES_ALL):
            if holder in listing.principal:
                reason = f"{holder} may use every schema"
                edge = Edge(nodes.role(holder), _usage(schema), "predefined role", reason, identity=ANYONE)
                yield Step(edge)


def _usage(schema: str) -> str:
    return f"schema:{nodes.dotted(schema)}"


def _needs(name: Name) -> tuple[str, ...]:
    return (_usage(name[0]),)
