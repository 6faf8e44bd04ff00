"""SQL Server as an export tells of it: logins that are users, fixed roles, DENY, owners' chains, impersonation.

Written from Microsoft's documentation (Transact-SQL Reference, Database Engine permissions) and not compared with a
running server. Where it warns that a permission lets its holder gain others, the holder counts as having gained them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from recuse.paths import ANYONE, Edge
from recuse.targets.listing import nodes
from recuse.targets.listing.denials import WORD, Denials
from recuse.targets.listing.nodes import Verb
from recuse.targets.listing.records import Granted, Listing, Name, Object
from recuse.targets.listing.sqlserver_roles import FIXED, GAINS, GUEST, GUEST_ROLE, SYSADMIN
from recuse.targets.listing.steps import (
    Held,
    Step,
    all_of,
    definition,
    everyone,
    grant_step,
    inheriting,
    logging_in,
    owning,
    use_held,
    use_target,
)

WORDS: Final[Mapping[str, Verb]] = {word: verb for verb, word in WORD.items()}
_DATABASE: Final = "database:"
_ALL_OF: Final = frozenset({"CONTROL", "TAKE OWNERSHIP"})


def steps(listing: Listing) -> Iterator[Step]:
    """Every step that an export of SQL Server tells of."""
    yield from _Reading(listing).steps()


def not_examined(_: Listing) -> Iterator[tuple[str, str]]:
    """Nothing beyond what the export itself lists as present."""
    yield from ()


@dataclass(frozen=True)
class _Reading:
    listing: Listing

    def steps(self) -> Iterator[Step]:
        found = [*self._rights()]
        held = Held(self.listing, found)
        found += self._chains()
        found += self._executing(held)
        yield from logging_in(self.listing, self._enters)
        yield from found

    @cached_property
    def tokens(self) -> Mapping[str, frozenset[str]]:
        """For each principal, itself and everything whose permissions and denials count for it."""
        parents: dict[str, set[str]] = {each.name: set() for each in self.listing.principals}
        for step in (*inheriting(self.listing), *everyone(self.listing, _counts), *self._guests()):
            parents[step.edge.source.removeprefix("role:")].add(step.edge.target.removeprefix("role:"))
        return {name: _closure(name, parents) for name in parents}

    @cached_property
    def denials(self) -> Denials:
        return Denials(self.listing, self.tokens)

    def _enters(self, login: str) -> bool:
        """Whether a login is let into the server and this database, and is denied neither."""
        token = self.tokens[login]
        denied = {g.privilege for g in self.listing.grants if g.denied and g.grantee in token}
        if SYSADMIN in token:
            return True
        if denied & {"CONNECT SQL", "CONTROL SERVER", "CONNECT"} or self._denied_control(token):
            return False
        allowed = {g.privilege for g in self.listing.grants if not g.denied and g.grantee in token}
        gains = any(name in token for name, (opens, _) in FIXED.items() if opens is None)
        return gains or bool(allowed & {"CONNECT", "CONNECT ANY DATABASE", "CONTROL SERVER"})

    def _denied_control(self, token: frozenset[str]) -> bool:
        """Denying CONTROL on the database denies CONNECT with it."""
        return any(
            g.denied and g.on == "database" and g.privilege == "CONTROL" and g.grantee in token
            for g in self.listing.grants
        )

    def _rights(self) -> Iterator[Step]:
        yield from inheriting(self.listing)
        yield from self._guests()
        yield from everyone(self.listing, _counts)
        yield from owning(self.listing)
        yield from self._fixed()
        for schema in self.listing.schemas.values():
            reason = f"{schema.owner} owns the schema {schema.schema}"
            yield from self._all(nodes.role(schema.owner), "ownership", reason, schema.schema, schema)
        for each in self.listing.grants:
            if not each.denied:
                yield from self._granted(each)
        for name in self.listing.relations:
            for verb in nodes.VERBS:
                yield Step(
                    Edge(nodes.EVERYTHING, nodes.relation(self.listing, name, verb), "superuser", "and so do this")
                )
        for name in self.listing.routines:
            yield Step(Edge(nodes.EVERYTHING, nodes.routine(name), "superuser", "and so run this"))

    def _guests(self) -> Iterator[Step]:
        """A login that is no user of the database is its guest, where guest may connect."""
        opened = any(g.grantee == GUEST and g.privilege == "CONNECT" and not g.denied for g in self.listing.grants)
        users = {each.member for each in self.listing.members if each.role.startswith(_DATABASE)}
        for each in self.listing.principals if opened and GUEST in self.listing.principal else ():
            if each.kind == "login" and each.name not in users and not each.name.startswith(_DATABASE):
                reason = f"{each.name} is no user of the database, and guest may connect"
                yield Step(Edge(nodes.role(each.name), nodes.role(GUEST), GUEST_ROLE, reason))

    def _fixed(self) -> Iterator[Step]:
        """What the fixed roles may do, as far as they are there."""
        for name, (opens, reason) in FIXED.items():
            if name not in self.listing.principal:
                continue
            source = nodes.role(name)
            if opens is None:
                yield Step(Edge(source, nodes.EVERYTHING, "fixed role", reason, identity=ANYONE))
            for verb in opens or ():
                for each in self.listing.relations:
                    yield from self._open(source, each, verb, ("fixed role", reason), None)

    def _granted(self, each: Granted) -> Iterator[Step]:
        source = nodes.role(each.grantee)
        step = grant_step(each, nodes.EVERYTHING, identity=ANYONE)
        how = (step.edge.kind, step.edge.reason)
        name = (each.schema or "", each.object or "")
        if (each.on, each.privilege) in GAINS:
            yield step
        elif each.on == "principal" and each.object is not None:
            yield from self._over_principal(each, step)
        elif each.on == "schema" and each.privilege == "ALTER":
            yield from self._chained_from(each, step)
        elif each.privilege in _ALL_OF and each.on in ("object", "schema"):
            names = [name] if each.on == "object" else self._inside(each.schema or "")
            for one in names:
                for target in all_of(self.listing, one):
                    yield Step(Edge(source, target, *how, identity=ANYONE), each)
        elif (
            verb := WORDS.get("SELECT" if each.privilege == "SELECT ALL USER SECURABLES" else each.privilege)
        ) is not None:
            for to in self._covered(each):
                yield from self._open(source, to, verb, how, each)
        if each.privilege in ("EXECUTE", "SELECT"):
            for one in self._routines(each):
                yield Step(Edge(source, nodes.routine(one), *how), each)

    def _over_principal(self, each: Granted, step: Step) -> Iterator[Step]:
        """IMPERSONATE and CONTROL give another's identity; CONTROL and ALTER of a role give membership in it."""
        other = each.object or ""
        kind = self.listing.principal[other].kind
        target, source = nodes.role(other), nodes.role(each.grantee)
        if kind == "role" and each.privilege in ("ALTER", "CONTROL", "TAKE OWNERSHIP"):
            reason = f"{step.edge.reason}, so that it can make itself a member"
            yield Step(Edge(source, target, "ALTER ROLE", reason), each)
        elif kind != "role" and each.privilege in ("IMPERSONATE", "CONTROL"):
            word = "USER" if other.startswith(_DATABASE) else "LOGIN"
            attempt = f"EXECUTE AS {word} = N'{other.removeprefix(_DATABASE)}'"
            yield Step(Edge(source, target, "IMPERSONATE", step.edge.reason, attempt, identity=other), each)

    def _chained_from(self, each: Granted, step: Step) -> Iterator[Step]:
        """ALTER on a schema makes views there, which reach whatever its owner owns, denied or not (GRANT Schema …)."""
        owner = self.listing.schemas[each.schema or ""].owner
        reason = f"{step.edge.reason}; a view made there reaches all that {owner} owns"
        for name, one in self.listing.relations.items():
            if one.owner == owner:
                target = nodes.relation(self.listing, name)
                yield Step(Edge(nodes.role(each.grantee), target, "ALTER SCHEMA", reason), each)

    def _all(self, source: str, kind: str, reason: str, schema: str, line: Object) -> Iterator[Step]:
        for name in self._inside(schema):
            for target in all_of(self.listing, name):
                yield Step(Edge(source, target, kind, reason, identity=ANYONE), line)

    def _inside(self, schema: str) -> list[Name]:
        return [name for name in (*self.listing.relations, *self.listing.routines) if name[0] == schema]

    def _covered(self, each: Granted) -> Iterator[tuple[str, ...]]:
        """The relations, or the column, that a grant covers."""
        for name in self.listing.relations:
            if each.on in ("server", "database") or (each.on == "schema" and each.schema == name[0]):
                yield name
            elif (each.schema, each.object) == name:
                yield name if each.column is None else (*name, each.column)

    def _routines(self, each: Granted) -> Iterator[Name]:
        for name in self.listing.routines:
            wide = each.on == "database" or (each.on == "schema" and each.schema == name[0])
            if wide or (each.on == "object" and (each.schema, each.object) == name):
                yield name

    def _open(
        self, source: str, to: tuple[str, ...], verb: Verb, how: tuple[str, str], line: Granted | None
    ) -> Iterator[Step]:
        """A right on a relation or column, for everyone who is not denied it."""
        name: Name = (to[0], to[1])
        whole, parts = self.denials.of(name, verb)
        if len(to) == 3:
            denied = {identity for identity, columns in parts.items() if to[2] in columns}
            yield from self._but(source, nodes.column(name, to[2], verb), how, (denied, line))
            return
        target = nodes.relation(self.listing, name, verb)
        yield from self._but(source, target, how, ({*whole, *parts}, line))
        for identity in sorted(parts.keys() - whole):
            for at in self.listing.columns_of.get(name, ()):
                if at not in parts[identity]:
                    yield Step(Edge(source, nodes.column(name, at, verb), *how, only_as=identity), line)

    def _but(
        self, source: str, target: str, how: tuple[str, str], but: tuple[set[str], Granted | None]
    ) -> Iterator[Step]:
        denied, line = but
        if not denied:
            yield Step(Edge(source, target, *how), line)
            return
        for each in self.listing.principals:
            if each.kind in ("login", "user") and each.name not in denied:
                yield Step(Edge(source, target, *how, only_as=each.name), line)

    def _chains(self) -> Iterator[Step]:
        """From one object to the next of the same owner no permission is looked at, and no denial either."""
        for name in (*self.listing.relations, *self.listing.routines):
            owner = self._object(name).owner
            same = {
                use_target(self.listing, use)
                for use in self.listing.used.get(name, ())
                if self._object((use.uses_schema, use.uses_object)).owner == owner
            }
            reason = f"{nodes.dotted(*name)} and what it names are both owned by {owner}"
            for source, target in definition(self.listing, name):
                if target in same:
                    yield Step(Edge(source, target, "ownership chain", reason))

    def _executing(self, held: Held) -> Iterator[Step]:
        """A module WITH EXECUTE AS reads what that principal may."""
        for name, module in self.listing.routines.items():
            for use in self.listing.used.get(name, ()) if module.runs_as else ():
                if module.runs_as and held.holds(module.runs_as, *use_held(self.listing, use)):
                    reason = f"{nodes.dotted(*name)} executes as {module.runs_as}, who may read it"
                    target = use_target(self.listing, use)
                    yield Step(Edge(nodes.routine(name), target, "EXECUTE AS", reason))

    def _object(self, name: Name) -> Object:
        return self.listing.relations.get(name) or self.listing.routines[name]


def _counts(public: str, name: str) -> bool:
    """The server's public counts its logins in, the database's its users."""
    return public.startswith(_DATABASE) == name.startswith(_DATABASE)


def _closure(name: str, parents: Mapping[str, set[str]]) -> frozenset[str]:
    found, waiting = {name}, [name]
    while waiting:
        fresh = parents[waiting.pop()] - found
        found |= fresh
        waiting.extend(fresh)
    return frozenset(found)
