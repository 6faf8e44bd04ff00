"""Oracle Database as an export tells of it: roles that definers lack, ANY privileges that leave SYS alone, proxies.

Written from Oracle's documentation and not compared with a running server:
- a unit or view with definer's rights has its owner's direct privileges and PUBLIC's, no role's (Security Guide,
  Managing Security for Definer's Rights and Invoker's Rights; SQL Language Reference, CREATE VIEW)
- ANY privileges do not reach the schema SYS (Database Reference, O7_DICTIONARY_ACCESSIBILITY, false and since gone)
- without CREATE SESSION nobody logs in; a proxy connects as its client (SQL Language Reference, GRANT, ALTER USER)
"""

from collections.abc import Iterator
from typing import Final

from recuse.paths import ANYONE, Edge
from recuse.targets.listing import nodes
from recuse.targets.listing.nodes import Verb
from recuse.targets.listing.records import Granted, Listing
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
    use_held,
    use_target,
)

WORDS: Final[dict[str, Verb]] = {
    "SELECT": "read", "READ": "read", "INSERT": "insert", "UPDATE": "update", "DELETE": "delete",
}  # fmt: skip

ANY: Final[dict[str, Verb | None]] = {
    "SELECT ANY TABLE": "read",
    "READ ANY TABLE": "read",
    "INSERT ANY TABLE": "insert",
    "UPDATE ANY TABLE": "update",
    "DELETE ANY TABLE": "delete",
    "EXECUTE ANY PROCEDURE": None,
}
"""Privileges over every schema but SYS; from release 23 they are also granted on one schema."""

EVERYTHING: Final = frozenset(
    {
        "GRANT ANY OBJECT PRIVILEGE",
        "GRANT ANY PRIVILEGE",
        "GRANT ANY ROLE",
        "ALTER USER",
        "BECOME USER",
        "EXPORT FULL DATABASE",
        "SYSDBA",
        "SYSBACKUP",
    }
)
"""Privileges by which somebody gives itself every other, takes another's login, or copies the whole."""

PLANTS: Final = frozenset(
    {
        "CREATE ANY PROCEDURE",
        "ALTER ANY PROCEDURE",
        "CREATE ANY TRIGGER",
        "ALTER ANY TRIGGER",
        "CREATE ANY VIEW",
        "CREATE ANY INDEX",
        "CREATE ANY JOB",
        "CREATE EXTERNAL JOB",
        "CREATE ANY DIRECTORY",
        "INHERIT ANY PRIVILEGES",
        "EXEMPT ACCESS POLICY",
        "FLASHBACK ANY TABLE",
        "LOGMINING",
        "SELECT ANY TRANSACTION",
    }
)
"""Privileges by which more is reached in ways that no step here describes."""

_SYS: Final = "SYS"
_SESSION: Final = "CREATE SESSION"
_CONNECT: Final = "connect:"
_ROLES: Final = frozenset({"membership", "SET ROLE"})


def steps(listing: Listing) -> Iterator[Step]:
    """Every step that an export of Oracle tells of."""
    found = [*_rights(listing)]
    direct = Held(listing, found, without=_ROLES)  # in a definer's unit no role counts
    found += owned_views(listing, direct)
    found += _definer_routines(listing, direct)
    session = Held(listing, found)
    found += _proxies(listing, session)
    yield from logging_in(listing, lambda name: session.holds(name, _CONNECT, nodes.EVERYTHING))
    yield from found


def not_examined(listing: Listing) -> Iterator[tuple[str, str]]:
    """Privileges whose reach is not described, with who holds them."""
    for each in listing.grants:
        builtin = listing.principal[each.grantee].builtin
        if each.on == "server" and each.privilege in PLANTS and not builtin:
            yield "wide-privilege", f"`{each.grantee}` holds {each.privilege}, by which it may reach more than is shown"


def _rights(listing: Listing) -> Iterator[Step]:
    yield from inheriting(listing)
    for each in listing.members:
        if each.set and not each.inherit:  # a role that is no default one is enabled beside the others
            reason = f"{each.member} may enable {each.role}, which was granted to it"
            source, target = nodes.role(each.member), nodes.role(each.role)
            yield Step(Edge(source, target, "SET ROLE", reason, f"SET ROLE {nodes.dotted(each.role)}"), each)
    yield from everyone(listing)
    yield from granted(listing, WORDS)
    yield from owning(listing)
    for grant in listing.grants:
        if grant.on == "server":
            yield from _system(listing, grant)
        elif grant.on == "schema" and grant.privilege in ANY:
            yield from _any(listing, grant, grant.schema)
    if _SYS in listing.principal:
        reason = "SYS owns the dictionary and may do everything"
        yield Step(Edge(nodes.role(_SYS), nodes.EVERYTHING, "superuser", reason, identity=ANYONE))
    for name in listing.relations:
        for verb in nodes.VERBS:
            target = nodes.relation(listing, name, verb)
            yield Step(Edge(nodes.EVERYTHING, target, "superuser", "and so do this"))


def _system(listing: Listing, grant: Granted) -> Iterator[Step]:
    if grant.privilege == _SESSION:
        yield grant_step(grant, _CONNECT)
    elif grant.privilege in EVERYTHING:
        yield grant_step(grant, nodes.EVERYTHING, identity=ANYONE)
    elif grant.privilege in ANY:
        yield from _any(listing, grant, None)


def _any(listing: Listing, grant: Granted, schema: str | None) -> Iterator[Step]:
    verb = ANY[grant.privilege]
    names = listing.routines if verb is None else listing.relations
    for name in names:
        if name[0] != _SYS and schema in (None, name[0]):
            target = nodes.routine(name) if verb is None else nodes.relation(listing, name, verb)
            yield grant_step(grant, target)


def _definer_routines(listing: Listing, direct: Held) -> Iterator[Step]:
    """What a unit names in static SQL, as far as its owner may; what it builds at run time is told as present."""
    for name, each in listing.routines.items():
        for use in listing.used.get(name, ()) if each.runs_as else ():
            if each.runs_as and direct.holds(each.runs_as, *use_held(listing, use)):
                reason = f"{nodes.dotted(*name)} names it and runs with the direct rights of {each.runs_as}"
                source, target = nodes.routine(name), use_target(listing, use)
                yield Step(Edge(source, target, "definer routine", reason, identity=each.runs_as))


def _proxies(listing: Listing, session: Held) -> Iterator[Step]:
    for each in listing.grants:
        if each.on == "principal" and each.privilege == "CONNECT THROUGH" and each.object is not None:
            client = each.object
            if session.holds(client, _CONNECT, nodes.EVERYTHING):
                reason = f"{each.grantee} may connect as {client} (ALTER USER … GRANT CONNECT THROUGH)"
                attempt = f"-- CONNECT {each.grantee}[{client}]"
                source, target = nodes.role(each.grantee), nodes.role(client)
                edge = Edge(source, target, "proxy", reason, attempt, only_as=each.grantee, identity=client)
                yield Step(edge, each)
