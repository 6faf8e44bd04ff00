"""Single statements, one function a kind of fact: composed identifiers, literals, and keywords from fixed lists."""

from collections.abc import Sequence
from typing import Final, LiteralString

from psycopg import sql

from recuse.enforcement.facts import (
    Declaration,
    DefaultPrivilege,
    Fact,
    Firing,
    Grant,
    Membership,
    ObjectKind,
    ObjectRef,
    PolicyCommand,
    Privilege,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
)
from recuse.targets.postgres.queries import Sql

_KEYWORD: Final[dict[ObjectKind, LiteralString]] = {
    "database": "DATABASE", "schema": "SCHEMA", "table": "TABLE", "view": "VIEW", "matview": "MATERIALIZED VIEW",
    "sequence": "SEQUENCE", "function": "ROUTINE", "column": "TABLE", "foreign server": "FOREIGN SERVER",
    "language": "LANGUAGE", "large objects": "LARGE OBJECT", "parameter": "PARAMETER",
}  # fmt: skip
_GRANT_KEYWORD: Final[dict[ObjectKind, LiteralString]] = {**_KEYWORD, "view": "TABLE", "matview": "TABLE"}
_PRIVILEGE: Final[dict[Privilege, LiteralString]] = {
    "SELECT": "SELECT", "INSERT": "INSERT", "UPDATE": "UPDATE", "DELETE": "DELETE", "TRUNCATE": "TRUNCATE",
    "REFERENCES": "REFERENCES", "TRIGGER": "TRIGGER", "MAINTAIN": "MAINTAIN", "USAGE": "USAGE", "CREATE": "CREATE",
    "EXECUTE": "EXECUTE", "CONNECT": "CONNECT", "TEMPORARY": "TEMPORARY",
    "SET": "SET", "ALTER SYSTEM": "ALTER SYSTEM",
}  # fmt: skip
_COMMAND: Final[dict[PolicyCommand, LiteralString]] = {
    "SELECT": "SELECT", "INSERT": "INSERT", "UPDATE": "UPDATE", "DELETE": "DELETE", "ALL": "ALL",
}  # fmt: skip
_DEFAULT: Final[dict[str, LiteralString]] = {
    "tables": "TABLES", "sequences": "SEQUENCES", "functions": "FUNCTIONS", "types": "TYPES", "schemas": "SCHEMAS",
    "large objects": "LARGE OBJECTS",
}  # fmt: skip
_FIRES: Final[dict[str, LiteralString]] = {"origin": "ENABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS"}
GUARDS: Final[dict[str, LiteralString]] = {
    "recuse_before": "BEFORE INSERT OR UPDATE",
    "recuse_after": "AFTER INSERT",
}


def name_of(ref: ObjectRef) -> sql.Composable:
    """The quoted name of an object; of a column, its table's; of a function, with the catalog's own argument types."""
    if ref.kind == "function":
        arguments = sql.SQL(ref.name[2])  # as the catalog wrote them, quoted by the server
        return sql.SQL("{}({})").format(sql.Identifier(*ref.name[:2]), arguments)
    if ref.kind == "large objects":
        return sql.SQL(", ").join(sql.Literal(int(number)) for number in ref.name)
    return sql.Identifier(*ref.relation.name)


def grantee_of(name: str | None) -> sql.Composable:
    """Who a grant is to; None is PUBLIC."""
    return sql.SQL("PUBLIC") if name is None else sql.Identifier(name)


def grant_statement(verb: LiteralString, facts: Sequence[Fact], word: LiteralString, grantable: bool) -> Sql:
    """GRANT or REVOKE for facts that differ only in the column."""
    grants = [fact for fact in facts if isinstance(fact, Grant)]
    first = grants[0]
    columns: sql.Composable = sql.SQL("")
    if first.on.kind == "column":
        names = sorted(grant.on.name[2] for grant in grants)
        columns = sql.SQL(" ({})").format(sql.SQL(", ").join(map(sql.Identifier, names)))
    tail: LiteralString = " CASCADE" if verb == "REVOKE" else " WITH GRANT OPTION" if grantable else ""
    return sql.SQL(verb + " {}{} ON " + _GRANT_KEYWORD[first.on.kind] + " {} " + word + " {}" + tail).format(
        sql.SQL(_PRIVILEGE[first.privilege]), columns, name_of(first.on), grantee_of(first.grantee)
    )


def role_statements(role: Role, before: Fact | None) -> tuple[Sql, ...]:
    """Only what differs is written: who administers by delegation may not name SUPERUSER at all."""
    flags: list[LiteralString] = ["LOGIN" if role.login else "NOLOGIN", "INHERIT" if role.inherit else "NOINHERIT"]
    if isinstance(before, Role):
        pairs: tuple[tuple[bool, bool, LiteralString], ...] = (
            (role.superuser, before.superuser, "SUPERUSER"),
            (role.bypass_rls, before.bypass_rls, "BYPASSRLS"),
            (role.create_role, before.create_role, "CREATEROLE"),
            (role.create_db, before.create_db, "CREATEDB"),
            (role.replication, before.replication, "REPLICATION"),
        )
        flags += [word if now else "NO" + word for now, then, word in pairs if now != then]
    verb: LiteralString = "CREATE" if before is None else "ALTER"
    return (sql.SQL(verb + " ROLE {} " + " ".join(flags)).format(sql.Identifier(role.name)),)


def names_of(membership: Membership) -> tuple[sql.Identifier, sql.Identifier, sql.Identifier]:
    """Role, member and grantor of a membership, quoted."""
    return sql.Identifier(membership.role), sql.Identifier(membership.member), sql.Identifier(membership.grantor)


def membership_options(membership: Membership) -> sql.Composed:
    """The options of a membership, as PostgreSQL 16 and newer take them."""
    options = (("ADMIN", membership.admin), ("INHERIT", membership.inherit), ("SET", membership.set_))
    return sql.SQL(", ").join(sql.SQL(word + (" TRUE" if on else " FALSE")) for word, on in options)


def owner_statement(of: ObjectRef, owner: str) -> tuple[Sql, ...]:
    """A change of owner."""
    return (sql.SQL("ALTER " + _KEYWORD[of.kind] + " {} OWNER TO {}").format(name_of(of), sql.Identifier(owner)),)


def row_security_statements(security: RowSecurity) -> tuple[Sql, ...]:
    """The two flags of a table."""
    enabled: LiteralString = "ENABLE" if security.enabled else "DISABLE"
    forced: LiteralString = "FORCE" if security.forced else "NO FORCE"
    return (
        sql.SQL("ALTER TABLE {} " + enabled + " ROW LEVEL SECURITY").format(name_of(security.table)),
        sql.SQL("ALTER TABLE {} " + forced + " ROW LEVEL SECURITY").format(name_of(security.table)),
    )


def drop_policy_statement(policy: RowPolicy) -> Sql:
    """The end of a row policy."""
    return sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(policy.name), name_of(policy.table))


def policy_statement(policy: RowPolicy) -> Sql:
    """A new row policy."""
    kind: LiteralString = "RESTRICTIVE" if policy.restrictive else "PERMISSIVE"
    roles = sql.SQL(", ").join(sql.SQL("PUBLIC") if r == "public" else sql.Identifier(r) for r in policy.roles)
    parts = [
        sql.SQL("CREATE POLICY {} ON {} AS " + kind + " FOR " + _COMMAND[policy.command] + " TO {}").format(
            sql.Identifier(policy.name), name_of(policy.table), roles
        )
    ]
    for word, text in (("USING", policy.using), ("WITH CHECK", policy.check)):
        if text is not None:
            parts.append(sql.SQL(word + " ({})").format(sql.SQL(text)))
    return sql.SQL(" ").join(parts)


def conflict_statements(table: ObjectRef, roles: Sequence[str]) -> tuple[Sql, ...]:
    """The two triggers that refuse ON CONFLICT DO UPDATE to these roles; on whatever a session sets."""
    arguments = sql.SQL(", ").join(map(sql.Literal, roles))
    made: list[Sql] = [*unguard_statements(table)]
    for name, moment in GUARDS.items():
        made.append(
            sql.SQL(
                "CREATE TRIGGER {} " + moment + " ON {} FOR EACH STATEMENT EXECUTE FUNCTION recuse.conflict({})"
            ).format(sql.Identifier(name), name_of(table), arguments)
        )
        made.append(sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(name_of(table), sql.Identifier(name)))
    return tuple(made)


def unguard_statements(table: ObjectRef) -> tuple[Sql, ...]:
    """The end of those triggers, and of what somebody left of them."""
    return tuple(
        sql.SQL("DROP TRIGGER IF EXISTS {} ON {}").format(sql.Identifier(name), name_of(table)) for name in GUARDS
    )


def firing_statement(firing: Firing, *, fires: bool) -> Sql:
    """Whether a trigger of users, or an event trigger, fires."""
    word: LiteralString = _FIRES[firing.when] if fires else "DISABLE"
    name = sql.Identifier(firing.name)
    if firing.table is None:
        return sql.SQL("ALTER EVENT TRIGGER {} " + word).format(name)
    return sql.SQL("ALTER TABLE {} " + word + " TRIGGER {}").format(name_of(firing.table), name)


def default_statement(default: DefaultPrivilege, verb: LiteralString, word: LiteralString) -> Sql:
    """A change of what the next objects will grant."""
    place = sql.SQL("") if default.schema is None else sql.SQL(" IN SCHEMA {}").format(sql.Identifier(default.schema))
    return sql.SQL(
        "ALTER DEFAULT PRIVILEGES FOR ROLE {}{} " + verb + " {} ON " + _DEFAULT[default.on] + " " + word + " {}"
    ).format(sql.Identifier(default.owner), place, sql.SQL(_PRIVILEGE[default.privilege]), grantee_of(default.grantee))


def register_statement(account: RegisteredAccount) -> Sql:
    """A row of `recuse.account`, new or changed."""
    return sql.SQL(
        "INSERT INTO recuse.account (login, login_oid, active, gateway) VALUES ({}, {}, {}, {}) ON CONFLICT (login) "
        "DO UPDATE SET login_oid = excluded.login_oid, active = excluded.active, gateway = excluded.gateway"
    ).format(account.login, account.oid, account.active, account.gateway)


def declare_statement(row: Declaration) -> Sql:
    """A row of `recuse.declaration`, new or changed."""
    return sql.SQL(
        "INSERT INTO recuse.declaration (login, purpose, authority, agreement, class_role) VALUES ({}, {}, {}, {}, {}) "
        "ON CONFLICT (login, purpose, authority, agreement) DO UPDATE SET class_role = excluded.class_role"
    ).format(row.login, row.purpose, row.authority, row.agreement or "", row.class_role)


def undeclare_statement(row: Declaration) -> Sql:
    """The end of a row of `recuse.declaration`."""
    return sql.SQL(
        "DELETE FROM recuse.declaration WHERE login = {} AND purpose = {} AND authority = {} AND agreement = {}"
    ).format(row.login, row.purpose, row.authority, row.agreement or "")
