"""Grants as administrators leave them over the years, drawn by a seed on top of a schema that nobody here wrote.

Thirteen logins and six group roles: an application that writes, reports, analysts, a support desk that sees columns, an
auditor with pg_read_all_data, a backup without row security, a lead who may grant, a contractor who does not inherit, a
helpdesk with CREATEROLE, an owner's login, a guest with nothing but what PUBLIC has, and a stranger who may not
connect. Where the schema brings roles of its own, some of them are given to these.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

LOGINS: Final = (
    "app", "batch", "report", "analyst", "junior", "auditor", "backup", "contractor", "lead", "helpdesk", "caretaker",
    "guest", "stranger",
)  # fmt: skip
GROUPS: Final = ("owners", "writers", "readers", "analysts", "support", "seniors")
PREDEFINED: Final = ("pg_read_all_data", "pg_write_all_data", "pg_read_all_stats")
_MEMBERS: Final = (  # role, member, and from PostgreSQL 16 the options
    ("writers", "app", ""), ("writers", "batch", "WITH SET FALSE"), ("readers", "report", ""),
    ("readers", "seniors", ""), ("analysts", "seniors", "WITH SET FALSE"), ("analysts", "analyst", ""),
    ("support", "junior", "WITH INHERIT FALSE"), ("readers", "contractor", ""), ("analysts", "contractor", ""),
    ("seniors", "lead", "WITH ADMIN TRUE"), ("owners", "caretaker", "WITH INHERIT FALSE, SET TRUE"),
    ("support", "helpdesk", "WITH INHERIT TRUE, SET FALSE, ADMIN TRUE"), ("pg_read_all_data", "auditor", ""),
    ("pg_read_all_data", "backup", ""),
)  # fmt: skip


@dataclass
class Office:
    """An administrator at work in one database: what there is, and every statement that was typed."""

    connection: psycopg.Connection[Any]
    dice: random.Random
    version: int
    relations: dict[str, list[str]]
    kinds: dict[str, str]
    schemas: list[str]
    typed: list[str] = field(default_factory=list)

    def do(self, statement: str) -> None:
        self.typed.append(statement)
        self.connection.execute(statement)

    def chance(self, probability: float) -> bool:
        return self.dice.random() < probability

    def some(self, share: float, kinds: str = "rvm") -> list[str]:
        """A share of the relations."""
        return [name for name, kind in self.kinds.items() if kind in kinds and self.chance(share)]

    def schema(self, relation: str) -> str:
        return next(schema for schema in self.schemas if relation.startswith(f"{schema}."))


def administer(connection: psycopg.Connection[Any], seed: int) -> Office:
    """Make roles, owners, grants, row security, reports and functions; the same for the same seed and schema."""
    dice = random.Random(seed)  # noqa: S311 - the same grants for the same seed
    office = Office(connection, dice, connection.info.server_version // 10000, {}, {}, [])
    _look(office)
    _roles(office)
    _owners(office)
    _grants(office)
    _row_security(office)
    _reports(office)
    _look(office)
    return office


_RELATIONS: Final = """
SELECT format('%I.%I', n.nspname, c.relname), c.relkind::text, quote_ident(n.nspname),
       array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'v', 'm') AND c.relpersistence <> 't' AND c.oid >= 16384 AND n.nspname <> 'attack'
GROUP BY c.oid, n.oid ORDER BY 1
"""


def _look(office: Office) -> None:
    found = office.connection.execute(_RELATIONS).fetchall()
    office.relations = {name: columns for name, _, _, columns in found}
    office.kinds = {name: kind for name, kind, _, _ in found}
    office.schemas = sorted({schema for _, _, schema, _ in found} | {"public"})


def _roles(office: Office) -> None:
    asked = "SELECT quote_ident(rolname) FROM pg_roles WHERE oid >= 16384 ORDER BY 1"
    brought = [role for (role,) in office.connection.execute(asked)]
    for name in GROUPS:
        office.do(f"CREATE ROLE {name}")
    for name in LOGINS:
        reluctant = name == "contractor" or (name in {"report", "lead"} and office.chance(0.3))
        attributes = {"backup": "BYPASSRLS", "helpdesk": "" if brought else "CREATEROLE"}.get(name, "")
        office.do(f"CREATE ROLE {name} LOGIN PASSWORD '{name}' {attributes} {'NOINHERIT' if reluctant else ''}")
    for role, member, options in _MEMBERS:
        if office.version < 16:
            options = "WITH ADMIN OPTION" if "ADMIN TRUE" in options else ""  # noqa: PLW2901 - as 15 says it
        office.do(f"GRANT {role} TO {member} {options}")
    for role in office.dice.sample(brought, min(len(brought), 20)):
        office.do(f"GRANT {role} TO {office.dice.choice([*GROUPS, *LOGINS])}")
    database = office.connection.info.dbname
    office.do(f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC")
    office.do(f"GRANT CONNECT ON DATABASE {database} TO {', '.join(set(LOGINS) - {'stranger'})}")


def _owners(office: Office) -> None:
    for schema in office.schemas:
        if office.chance(0.7):
            office.do(f"REVOKE USAGE ON SCHEMA {schema} FROM PUBLIC")
            for name in office.dice.sample([*GROUPS, "junior", "batch"], 5):
                office.do(f"GRANT USAGE ON SCHEMA {schema} TO {name}")
        else:
            office.do(f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC")
        if office.chance(0.3):
            office.do(f"ALTER SCHEMA {schema} OWNER TO owners")
        office.do(f"GRANT USAGE, CREATE ON SCHEMA {schema} TO owners")
    for name in office.some(0.5):
        kind = {"r": "TABLE", "v": "VIEW", "m": "MATERIALIZED VIEW"}[office.kinds[name]]
        owner = office.dice.choice(["owners"] * 8 + ["app", "writers"])
        office.do(f"ALTER {kind} {name} OWNER TO {owner}")


def _grants(office: Office) -> None:
    for schema in office.schemas:
        if office.chance(0.25):
            office.do(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO analysts")
        office.do(f"ALTER DEFAULT PRIVILEGES FOR ROLE owners IN SCHEMA {schema} GRANT SELECT ON TABLES TO readers")
    office.do(
        f"SET ROLE owners; CREATE TABLE {office.schemas[0]}.handover AS SELECT 987654 AS item, 'left' AS remark;"
        "RESET ROLE"
    )
    shares = (
        ("SELECT", "readers", 0.4), ("SELECT, INSERT, UPDATE, DELETE", "writers", 0.5), ("SELECT", "analysts", 0.15),
        ("INSERT", "batch", 0.2), ("UPDATE, TRUNCATE", "support", 0.1), ("SELECT", "PUBLIC", 0.03),
        ("SELECT", "junior", 0.05), ("ALL", "seniors", 0.05),
    )  # fmt: skip
    for privileges, grantee, share in shares:
        for name in office.some(share):
            office.do(f"GRANT {privileges} ON {name} TO {grantee}")
    for grantee, share in (("support", 0.25), ("PUBLIC", 0.04), ("contractor", 0.05), ("analyst", 0.05)):
        for name in office.some(share):
            _column_grant(office, name, grantee)
    for name in office.some(0.05):
        office.do(f"GRANT SELECT ON {name} TO lead WITH GRANT OPTION")
        office.do(f"GRANT USAGE ON SCHEMA {office.schema(name)} TO lead")
        office.do(f"SET ROLE lead; GRANT SELECT ON {name} TO guest; RESET ROLE")
    for name in office.some(0.05, "r"):  # what was open once, and was closed again
        office.do(f"GRANT SELECT ON {name} TO PUBLIC; REVOKE ALL ON {name} FROM PUBLIC, readers")


def _column_grant(office: Office, name: str, grantee: str) -> None:
    columns = office.relations[name]
    chosen = office.dice.sample(columns, min(len(columns), office.dice.randrange(1, 5)))
    quoted = ", ".join('"' + column.replace('"', '""') + '"' for column in chosen)
    office.do(f"GRANT SELECT ({quoted}) ON {name} TO {grantee}")


def _row_security(office: Office) -> None:
    """On some tables: conditions that are true or false for all rows, and some that hold for some roles only."""
    free = [name for name in office.some(1, "r") if not _guarded(office, name)]
    for name in office.dice.sample(free, min(len(free), 8)):
        office.do(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        if office.chance(0.4):
            office.do(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        for number in range(office.dice.randrange(3)):
            kind = "RESTRICTIVE" if office.chance(0.25) else "PERMISSIVE"
            condition = office.dice.choice(["true", "true", "false", f"({name.rpartition('.')[2]}.*)::text <> ''"])
            grantee = office.dice.choice([*GROUPS, "report", "analyst", "PUBLIC", "PUBLIC"])
            office.do(f"CREATE POLICY office_{number} ON {name} AS {kind} FOR SELECT TO {grantee} USING ({condition})")


def _guarded(office: Office, name: str) -> bool:
    asked = "SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass"
    return office.connection.execute(asked, (name,)).fetchone() == (True,)


def _reports(office: Office) -> None:
    """Views over tables and over each other, a copy, and definer functions whose bodies the catalog knows."""
    office.do(
        "CREATE SCHEMA reports; GRANT USAGE ON SCHEMA reports TO PUBLIC; GRANT CREATE ON SCHEMA reports TO owners"
    )
    tables: Sequence[str] = office.some(1, "r")
    for number in range(10):
        base = office.dice.choice(tables)
        columns = office.dice.sample(office.relations[base], min(3, len(office.relations[base])))
        quoted = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
        name, invoker = f"reports.r{number}", number in {3, 4}
        kind = "MATERIALIZED VIEW" if number == 5 else "VIEW"
        option = "WITH (security_invoker = true)" if invoker else ""
        source = f"reports.r{number - 7}" if number > 7 else base
        office.do(f"CREATE {kind} {name} {option} AS SELECT {'*' if number > 7 else quoted} FROM {source}")
        if office.chance(0.7):
            office.do(f"ALTER {kind} {name} OWNER TO {office.dice.choice(['owners', 'analysts', 'lead'])}")
        for grantee in office.dice.sample([*GROUPS, "guest", "junior", "batch", "PUBLIC"], 3):
            office.do(f"GRANT SELECT ON {name} TO {grantee}")
    for number in range(3):
        base = office.dice.choice(tables)
        column = '"' + office.dice.choice(office.relations[base]).replace('"', '""') + '"'
        body = f"BEGIN ATOMIC SELECT {column}::text FROM {base}; END"
        office.do(f"CREATE FUNCTION reports.f{number}() RETURNS SETOF text SECURITY DEFINER {body}")
        office.do(
            f"ALTER FUNCTION reports.f{number}() OWNER TO {office.dice.choice(['owners', 'writers', 'postgres'])}"
        )
        if number:
            office.do(f"REVOKE EXECUTE ON FUNCTION reports.f{number}() FROM PUBLIC")
            office.do(f"GRANT EXECUTE ON FUNCTION reports.f{number}() TO {office.dice.choice([*GROUPS, *LOGINS])}")
