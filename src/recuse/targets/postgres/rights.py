"""What a login lacks to run a plan, each with the statement by which a superuser gives it, once.

The comparison is of needs with what the server says that the login holds; nothing is tried. A superuser lacks nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, LiteralString, assert_never

from psycopg import sql

from recuse.enforcement.facts import Membership
from recuse.enforcement.plan import Plan
from recuse.errors import TargetError
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.needs import (
    Admin,
    Attribute,
    Become,
    Ground,
    Handover,
    Need,
    OnDatabase,
    Ordinary,
    Quiet,
    Superuser,
    Voice,
    joined,
    needs,
)
from recuse.targets.postgres.queries import query
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.statements import membership_options, owner_statement
from recuse.targets.records import Inspection, MissingRight

_DATABASE_OWNER: Final = "pg_database_owner"


@dataclass(frozen=True, slots=True)
class Held:
    """What a login holds: attributes, rights on the database, and roles by inheritance, by SET, and to give (ADMIN)."""

    login: str
    create_role: bool
    inherit: bool
    create: bool
    temporary: bool
    inherits: frozenset[str]
    sets: frozenset[str]
    gives: frozenset[str]
    quiet: bool

    def has(self, need: Need) -> bool:
        """Whether a need is met. What only a superuser does never is."""
        match need:
            case Attribute(word):
                return self.create_role if word == "CREATEROLE" else self.inherit
            case OnDatabase(privilege):
                return self.create if privilege == "CREATE" else self.temporary
            case Quiet():
                return self.quiet
            case Admin(role):
                return role in self.gives
            case Voice(role=role):
                return role in self.inherits
            case Become(role):
                return role in self.sets
            case Handover(membership):
                return membership.grantor in self.inherits and membership.role in self.gives
            case Superuser() | Ordinary():
                return False
            case _ as never:
                assert_never(never)


def held(connection: Connection) -> Held:
    """What the connected login holds."""
    row = connection.execute(query("rights/held")).fetchone()
    if row is None:
        raise TargetError("the server said nothing about the connected login")
    login, create_role, inherit, create, temporary, inherits, sets, gives, quiet = row
    return Held(
        str(login),
        bool(create_role),
        bool(inherit),
        bool(create),
        bool(temporary),
        _names(inherits),
        _names(sets),
        _names(gives),
        bool(quiet),
    )


def _names(found: object) -> frozenset[str]:
    return frozenset(map(str, found)) if isinstance(found, list) else frozenset()


def missing(plan: Plan, found: Inspection, holds: Held, renderer: Renderer) -> tuple[MissingRight, ...]:
    """What the login lacks to run the plan, in the order in which it would be met."""
    if found.server.superuser:
        return ()
    ground = Ground(found.server.major, holds.login, found.facts, found.links.replicating)
    own = joined(plan.changes, holds.login)
    lacking = [
        (need, purpose)
        for need, purpose in needs(plan, ground)
        if not holds.has(need) and not (isinstance(need, Voice | Become) and need.role in own)
    ]
    giving = _Giving(ground, found.server.database, renderer, _options(need for need, _ in lacking))
    told = {(_named(need, ground), giving.text(need)): purpose for need, purpose in reversed(lacking)}
    return tuple(MissingRight(right, purpose, text) for (right, text), purpose in reversed(told.items()))


def _options(lacking: Iterable[Need]) -> dict[str, frozenset[LiteralString]]:
    """What is lacked of a membership, by role: one GRANT says all of it, or the next would take back what one gave."""
    found: dict[str, frozenset[LiteralString]] = {}
    for need in lacking:
        match need:
            case Admin(role) | Handover(Membership(role=role)):
                found[role] = found.get(role, frozenset()) | {"ADMIN"}
            case Voice(role=role):
                found[role] = found.get(role, frozenset()) | {"INHERIT"}
            case Become(role):
                found[role] = found.get(role, frozenset()) | {"SET"}
            case _:
                pass
    return found


def _named(need: Need, ground: Ground) -> str:
    match need:
        case Attribute(word):
            return f"the attribute {word}"
        case OnDatabase(privilege):
            return f"{privilege} on the database"
        case Quiet():
            return "a setting that keeps event triggers from running"
        case Admin(role):
            return f"ADMIN on `{role}`"
        case Voice(role=role, of=of) if of is not None and _unjoinable(role, ground):
            return f"ownership of {of}, which `{role}` has"
        case Voice(role=role) | Become(role):
            return f"membership in `{role}`"
        case Handover(membership):
            return f"a membership of `{membership.member}` in `{membership.role}` that it may take back"
        case Superuser():
            return "what only a superuser does"
        case Ordinary(role):
            return f"a login that is no superuser in the place of `{role}`"
        case _ as never:
            assert_never(never)


def _unjoinable(role: str, ground: Ground) -> bool:
    """Whether nobody is made a member of a role: it would be a superuser, or the server forbids it."""
    return role in ground.superusers or role == _DATABASE_OWNER


@dataclass(frozen=True, slots=True)
class _Giving:
    """The statements by which a superuser gives a login what it lacks."""

    ground: Ground
    database: str
    renderer: Renderer
    options: Mapping[str, frozenset[LiteralString]]

    def text(self, need: Need) -> str:
        """All of them as text; to run them again changes nothing."""
        return "\n".join(f"{each};" for each in self.statements(need))

    def statements(self, need: Need) -> Iterator[str]:
        match need:
            case Attribute(word):
                yield self._text("ALTER ROLE {} " + ("CREATEROLE" if word == "CREATEROLE" else "INHERIT"))
            case OnDatabase(privilege):
                right: LiteralString = "CREATE" if privilege == "CREATE" else "TEMPORARY"
                yield self._text("GRANT " + right + " ON DATABASE {1} TO {0}", self.database)
            case Quiet():
                name: LiteralString = "event_triggers" if self.ground.major >= 17 else "session_replication_role"
                yield self._text("GRANT SET ON PARAMETER " + name + " TO {}")
            case Admin(role) | Become(role):
                yield self._membership(role)
            case Voice(role=role, of=of) if of is not None and _unjoinable(role, self.ground):
                (statement,) = owner_statement(of, self.ground.login)
                yield statement.as_string(None)
            case Voice(role=role):
                yield self._membership(role)
            case Handover(membership):
                yield from self._handover(membership)
            case Superuser(change):
                yield from (statement.text()[0] for statement in self.renderer.statements([change]))
            case Ordinary(role):
                yield sql.SQL("ALTER ROLE {} NOSUPERUSER").format(sql.Identifier(role)).as_string(None)
            case _ as never:
                assert_never(never)

    def _membership(self, role: str) -> str:
        """A membership with what is lacked of it, and nothing else; one that is there already keeps what it has."""
        if self.ground.major < 16:
            return self._text("GRANT {1} TO {0}", role)
        facts = (fact for fact in self.ground.facts if isinstance(fact, Membership))
        there = any((fact.role, fact.member) == (role, self.ground.login) for fact in facts)
        words: tuple[LiteralString, ...] = ("ADMIN", "INHERIT", "SET")
        lacked = self.options.get(role, frozenset())
        options = sql.SQL(", ").join(
            sql.SQL(word + (" TRUE" if word in lacked else " FALSE")) for word in words if word in lacked or not there
        )
        names = (sql.Identifier(role), sql.Identifier(self.ground.login))
        return sql.SQL("GRANT {} TO {} WITH {}").format(*names, options).as_string(None)

    def _handover(self, membership: Membership) -> Iterator[str]:
        """The same membership once more in the login's own voice, and then without the other: nobody sees a gap."""
        yield self._membership(membership.role)
        if membership.grantor != self.ground.login:
            role, member = sql.Identifier(membership.role), sql.Identifier(membership.member)
            again = sql.SQL("GRANT {} TO {} WITH {} GRANTED BY {}")
            options = membership_options(membership)
            yield again.format(role, member, options, sql.Identifier(self.ground.login)).as_string(None)
            gone = sql.SQL("REVOKE {} FROM {} GRANTED BY {}").format(role, member, sql.Identifier(membership.grantor))
            yield gone.as_string(None)

    def _text(self, statement: LiteralString, *names: str) -> str:
        return sql.SQL(statement).format(*map(sql.Identifier, (self.ground.login, *names))).as_string(None)
