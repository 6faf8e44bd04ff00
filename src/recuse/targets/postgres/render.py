"""The only writer of SQL: facts as statements, by composed identifiers and fixed keywords."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, LiteralString, assert_never

from psycopg import sql

from recuse.enforcement.facts import (
    Declaration,
    DefaultPrivilege,
    Definition,
    Fact,
    Grant,
    Membership,
    ObjectKind,
    ObjectRef,
    Owner,
    PolicyCommand,
    Privilege,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.plan import Change
from recuse.errors import PlanError
from recuse.targets.postgres.queries import Sql
from recuse.targets.postgres.support import (
    function_statements,
    is_support_function,
    tables_statement,
)

_KEYWORD: Final[dict[ObjectKind, LiteralString]] = {
    "database": "DATABASE", "schema": "SCHEMA", "table": "TABLE", "view": "VIEW", "matview": "MATERIALIZED VIEW",
    "sequence": "SEQUENCE", "function": "ROUTINE", "column": "TABLE",
}  # fmt: skip
_GRANT_KEYWORD: Final[dict[ObjectKind, LiteralString]] = {**_KEYWORD, "view": "TABLE", "matview": "TABLE"}
_PRIVILEGE: Final[dict[Privilege, LiteralString]] = {
    "SELECT": "SELECT", "INSERT": "INSERT", "UPDATE": "UPDATE", "DELETE": "DELETE", "TRUNCATE": "TRUNCATE",
    "REFERENCES": "REFERENCES", "TRIGGER": "TRIGGER", "MAINTAIN": "MAINTAIN", "USAGE": "USAGE", "CREATE": "CREATE",
    "EXECUTE": "EXECUTE", "CONNECT": "CONNECT", "TEMPORARY": "TEMPORARY",
}  # fmt: skip
_COMMAND: Final[dict[PolicyCommand, LiteralString]] = {
    "SELECT": "SELECT", "INSERT": "INSERT", "UPDATE": "UPDATE", "DELETE": "DELETE", "ALL": "ALL",
}  # fmt: skip
_DEFAULT: Final[dict[str, LiteralString]] = {
    "tables": "TABLES", "sequences": "SEQUENCES", "functions": "FUNCTIONS", "types": "TYPES", "schemas": "SCHEMAS",
    "large objects": "LARGE OBJECTS",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """What one or more changes of a kind do, and what undoes it; executed together."""

    changes: tuple[Change, ...]
    do: tuple[Sql, ...]
    undo: tuple[Sql, ...]

    def text(self) -> tuple[str, str]:
        """Both as text that can be pasted into psql."""
        return ";\n".join(s.as_string(None) for s in self.do), ";\n".join(s.as_string(None) for s in self.undo)


@dataclass(frozen=True, slots=True)
class Renderer:
    """Writes SQL for one server branch. `owners` (before and after) tell which grants need another role's voice."""

    major: int
    owners: Mapping[ObjectRef, frozenset[str]]

    def statements(self, changes: Iterable[Change]) -> tuple[Statement, ...]:
        """Statements for the changes, in their order; neighbouring column grants become one statement."""
        found: list[Statement] = []
        for _, transaction in groupby(changes, key=lambda change: (change.step, change.batch)):
            found += self._transaction(tuple(transaction))
        return tuple(found)

    def _transaction(self, changes: Sequence[Change]) -> Iterator[Statement]:
        for _, group in groupby(changes, key=_together):
            members = tuple(group)
            facts = tuple(change.fact for change in members)
            first = members[0]
            do = self.make(facts, first.before) if first.make else self.unmake(facts)
            if first.before is not None:
                undo = self.make((first.before,), first.fact)
            else:
                undo = self.unmake(facts) if first.make else self.make(facts, None)
            if do:  # an owner that comes with its schema needs no statement
                yield Statement(members, do, undo)
        yield from _refreshed(changes)

    def make(self, facts: Sequence[Fact], before: Fact | None) -> tuple[Sql, ...]:
        """Statements that make these facts true; several only when they are grants that differ in the column."""
        match facts[0]:
            case Grant() as grant:
                return self._voiced(grant, _grant("GRANT", facts, "TO", grant.grantable))
            case Role() as role:
                return _role(role, new=before is None)
            case Membership() as membership:
                return (self._join(membership),)
            case Support():
                return (tables_statement(),)
            case Definition(of=of) if is_support_function(of):
                return function_statements(of, fresh=before is None)
            case Definition(of=of):
                raise PlanError(f"the definition of {of} is not ours to write", "change it by hand and plan again")
            case Owner(of=of, role=owner):
                return () if of.name[0] == "recuse" and before is None else _owner(of, owner)
            case RowSecurity() as security:
                return _row_security(security)
            case RowPolicy() as policy:
                drop = _drop_policy(policy)
                return (_policy(policy),) if before is None else (drop, _policy(policy))
            case DefaultPrivilege() as default:
                return (_default(default, "GRANT", "TO"),)
            case RegisteredAccount() as account:
                return (_register(account),)
            case Declaration() as declaration:
                return (_declare(declaration),)
            case _ as never:
                assert_never(never)

    def unmake(self, facts: Sequence[Fact]) -> tuple[Sql, ...]:
        """Statements that make these facts untrue."""
        match facts[0]:
            case Grant() as grant:
                return self._voiced(grant, _grant("REVOKE", facts, "FROM", grantable=False))
            case Role(name=name):
                return (sql.SQL("DROP ROLE {}").format(sql.Identifier(name)),)
            case Membership() as membership:
                return (self._part(membership),)
            case RowPolicy() as policy:
                return (_drop_policy(policy),)
            case DefaultPrivilege() as default:
                return (_default(default, "REVOKE", "FROM"),)
            case RegisteredAccount(login=login):
                return (
                    sql.SQL("DELETE FROM recuse.declaration WHERE login = {}").format(login),
                    sql.SQL("DELETE FROM recuse.account WHERE login = {}").format(login),
                )
            case Declaration() as declaration:
                return (_undeclare(declaration),)
            case Support():
                return (sql.SQL("DROP SCHEMA recuse CASCADE"),)
            case Definition(of=of):
                return (sql.SQL("DROP ROUTINE {}").format(name_of(of)),)
            case Owner() | RowSecurity():
                return ()  # a value, undone by making the one before
            case _ as never:
                assert_never(never)

    def _voiced(self, grant: Grant, statement: Sql) -> tuple[Sql, ...]:
        """A grant is revoked by who gave it; a superuser speaks for the owner, and takes another grantor's role."""
        relations = (ObjectRef(kind, grant.on.relation.name) for kind in (grant.on.kind, "table", "view", "matview"))
        owners = next((self.owners[ref] for ref in relations if ref in self.owners), None)
        if owners is None or grant.grantor in owners:
            return (statement,)
        role = sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(grant.grantor))
        return (role, statement, sql.SQL("RESET ROLE"))

    def _join(self, membership: Membership) -> Sql:
        names = _pair(membership)
        if self.major < 16:
            option: LiteralString = " WITH ADMIN OPTION" if membership.admin else ""
            return sql.SQL("GRANT {} TO {}" + option + " GRANTED BY {}").format(*names)
        options = sql.SQL(", ").join(
            sql.SQL(word + (" TRUE" if on else " FALSE"))
            for word, on in (("ADMIN", membership.admin), ("INHERIT", membership.inherit), ("SET", membership.set_))
        )
        return sql.SQL("GRANT {} TO {} WITH {} GRANTED BY {}").format(names[0], names[1], options, names[2])

    def _part(self, membership: Membership) -> Sql:
        names = _pair(membership)
        if self.major < 16:
            return sql.SQL("REVOKE {} FROM {} CASCADE").format(names[0], names[1])
        return sql.SQL("REVOKE {} FROM {} GRANTED BY {} CASCADE").format(*names)


def name_of(ref: ObjectRef) -> sql.Composable:
    """The quoted name of an object; of a column, its table's; of a function, with the catalog's own argument types."""
    if ref.kind == "function":
        arguments = sql.SQL(ref.name[2])  # as the catalog wrote them, quoted by the server
        return sql.SQL("{}({})").format(sql.Identifier(*ref.name[:2]), arguments)
    return sql.Identifier(*ref.relation.name)


def _together(change: Change) -> object:
    """Grants that differ only in the column are one statement; any other change stands alone."""
    match change.fact:
        case Grant(on=ObjectRef(kind="column")) as grant:
            key = (grant.on.relation, grant.privilege, grant.grantee, grant.grantor, grant.grantable)
            return (change.step, change.batch, change.make, key)
        case _:
            return id(change)


def _grantee(name: str | None) -> sql.Composable:
    return sql.SQL("PUBLIC") if name is None else sql.Identifier(name)


def _grant(verb: LiteralString, facts: Sequence[Fact], word: LiteralString, grantable: bool) -> Sql:
    grants = [fact for fact in facts if isinstance(fact, Grant)]
    first = grants[0]
    columns: sql.Composable = sql.SQL("")
    if first.on.kind == "column":
        names = sorted(grant.on.name[2] for grant in grants)
        columns = sql.SQL(" ({})").format(sql.SQL(", ").join(map(sql.Identifier, names)))
    tail: LiteralString = " CASCADE" if verb == "REVOKE" else " WITH GRANT OPTION" if grantable else ""
    return sql.SQL(verb + " {}{} ON " + _GRANT_KEYWORD[first.on.kind] + " {} " + word + " {}" + tail).format(
        sql.SQL(_PRIVILEGE[first.privilege]), columns, name_of(first.on), _grantee(first.grantee)
    )


def _role(role: Role, *, new: bool) -> tuple[Sql, ...]:
    flags: LiteralString = " ".join(
        word if on else "NO" + word for word, on in (("LOGIN", role.login), ("INHERIT", role.inherit))
    )
    verb: LiteralString = "CREATE" if new else "ALTER"
    return (sql.SQL(verb + " ROLE {} " + flags).format(sql.Identifier(role.name)),)


def _pair(membership: Membership) -> tuple[sql.Identifier, sql.Identifier, sql.Identifier]:
    return sql.Identifier(membership.role), sql.Identifier(membership.member), sql.Identifier(membership.grantor)


def _owner(of: ObjectRef, owner: str) -> tuple[Sql, ...]:
    return (sql.SQL("ALTER " + _KEYWORD[of.kind] + " {} OWNER TO {}").format(name_of(of), sql.Identifier(owner)),)


def _refreshed(changes: Iterable[Change]) -> Iterator[Statement]:
    """Fill a materialized view anew when its owner changes: what it holds was read with the old owner's rights.

    Last in its transaction, when the new owner holds all that it will.
    """
    for change in changes:
        if isinstance(change.fact, Owner) and change.make and change.fact.of.kind == "matview":
            refresh = sql.SQL("REFRESH MATERIALIZED VIEW {}").format(name_of(change.fact.of))
            yield Statement((change,), (refresh,), ())


def _row_security(security: RowSecurity) -> tuple[Sql, ...]:
    enabled: LiteralString = "ENABLE" if security.enabled else "DISABLE"
    forced: LiteralString = "FORCE" if security.forced else "NO FORCE"
    return (
        sql.SQL("ALTER TABLE {} " + enabled + " ROW LEVEL SECURITY").format(name_of(security.table)),
        sql.SQL("ALTER TABLE {} " + forced + " ROW LEVEL SECURITY").format(name_of(security.table)),
    )


def _drop_policy(policy: RowPolicy) -> Sql:
    return sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(policy.name), name_of(policy.table))


def _policy(policy: RowPolicy, table: sql.Composable | None = None) -> Sql:
    kind: LiteralString = "RESTRICTIVE" if policy.restrictive else "PERMISSIVE"
    roles = sql.SQL(", ").join(sql.SQL("PUBLIC") if r == "public" else sql.Identifier(r) for r in policy.roles)
    parts = [
        sql.SQL("CREATE POLICY {} ON {} AS " + kind + " FOR " + _COMMAND[policy.command] + " TO {}").format(
            sql.Identifier(policy.name), table or name_of(policy.table), roles
        )
    ]
    for word, text in (("USING", policy.using), ("WITH CHECK", policy.check)):
        if text is not None:  # our own compiler's text, or the server's canonical form of it
            parts.append(sql.SQL(word + " ({})").format(sql.SQL(text)))
    return sql.SQL(" ").join(parts)


def _default(default: DefaultPrivilege, verb: LiteralString, word: LiteralString) -> Sql:
    place = sql.SQL("") if default.schema is None else sql.SQL(" IN SCHEMA {}").format(sql.Identifier(default.schema))
    return sql.SQL(
        "ALTER DEFAULT PRIVILEGES FOR ROLE {}{} " + verb + " {} ON " + _DEFAULT[default.on] + " " + word + " {}"
    ).format(sql.Identifier(default.owner), place, sql.SQL(_PRIVILEGE[default.privilege]), _grantee(default.grantee))


def _register(account: RegisteredAccount) -> Sql:
    return sql.SQL(
        "INSERT INTO recuse.account (login, login_oid, active) VALUES ({}, {}, {}) "
        "ON CONFLICT (login) DO UPDATE SET login_oid = excluded.login_oid, active = excluded.active"
    ).format(account.login, account.oid, account.active)


def _declare(row: Declaration) -> Sql:
    return sql.SQL(
        "INSERT INTO recuse.declaration (login, purpose, authority, agreement, class_role) VALUES ({}, {}, {}, {}, {}) "
        "ON CONFLICT (login, purpose, authority, agreement) DO UPDATE SET class_role = excluded.class_role"
    ).format(row.login, row.purpose, row.authority, row.agreement or "", row.class_role)


def _undeclare(row: Declaration) -> Sql:
    return sql.SQL(
        "DELETE FROM recuse.declaration WHERE login = {} AND purpose = {} AND authority = {} AND agreement = {}"
    ).format(row.login, row.purpose, row.authority, row.agreement or "")
