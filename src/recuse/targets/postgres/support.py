"""What `recuse` keeps inside a database it enforces: one schema, with functions for all, for some, for none.

The wanted facts of that schema come from our own SQL files, so that a gate changed by hand is drift like any other.
Its only secrets are gateways' keys, in a table that nobody but the schema's owner reads.
"""

import re
from functools import cache
from typing import Final

from psycopg import sql

from recuse.enforcement.facts import Definition, Fact, Grant, Membership, ObjectRef, Owner, Role, Support
from recuse.enforcement.names import ISSUER, KEEPER, SEVERS, SHARED, WORKER
from recuse.targets.postgres.inspect import function_digest
from recuse.targets.postgres.queries import Sql, query, text

OWNER: Final = KEEPER
VERSION: Final = 3
_VERSIONS: Final = ("support/tables", "support/tables_2", "support/tables_3")
# The tables, and each function with its argument types as the catalog writes them.
_TABLES: Final = ("account", "declaration", "gateway_key", "identity", "permit", "seen", "support", "used")
_FUNCTIONS: Final = {
    "here": "",
    "moved": "",
    "settle": "bigint, boolean",
    "admitted": "",
    "others": "name[]",
    "gate": "name",
    "challenge": "",
    "admission": "text, text, text, text",
    "enter": "name, text, text",
    "declare": "text, text, text",
    "conflict": "",
    "present": "text",
    "issuable": "name, text, text, text",
    "class_of": "name, text, text, text",
    "issue": "text, name, text, text, text, text, timestamp with time zone, bigint",
    "revoke": "text",
    "sever": "text",
    "permits": "",
    "token_permit": "text",
    "new_key": "name",
    "beyond": "aclitem[], oid",
    "governed": "oid",
    "governed_by": "oid",
    "ours": "oid, text",
    "reowned": "oid, oid",
    "published": "",
    "applying": "",
    "note": "text, text, text, text",
    "granted": "",
    "opened": "oid, oid, text",
    "examined": "boolean",
    "removed": "",
    "new_objects": "",
}
_FOR_EVERYONE: Final = (
    "admitted", "others", "gate", "moved", "challenge", "admission", "enter", "declare", "present", "examined",
    "removed",
)  # fmt: skip
_OF_SUPERUSERS: Final = ("new_objects",)
"""Runs as whoever makes something, a superuser too: not even the schema's owner may write it anew."""
_FOR: Final = {
    ISSUER: ("issuable", "class_of", "issue", "revoke", "permits"),
    WORKER: ("revoke", "sever", "permits"),  # what listens on a socket issues, and is never in this one
}
_LETTER: Final = {"STABLE": "s", "VOLATILE": "v", "SAFE": "s", "UNSAFE": "u", "RESTRICTED": "r"}


@cache
def support_facts() -> frozenset[Fact]:
    """The facts of a sound `recuse` schema: its roles, tables, functions, owners and grants, and nothing else."""
    facts: set[Fact] = {
        Support(VERSION),
        Owner(ObjectRef("schema", ("recuse",)), OWNER),
        Grant(ObjectRef("schema", ("recuse",)), "USAGE", None, OWNER, grantable=False),
    }
    facts |= {
        Role(name, login=False, superuser=False, inherit=True, bypass_rls=False, create_role=False) for name in SHARED
    }
    facts |= {Owner(ObjectRef("table", ("recuse", table)), OWNER) for table in _TABLES}
    for name, arguments in _FUNCTIONS.items():
        ref = ObjectRef("function", ("recuse", name, arguments))
        facts.add(_definition(ref, name))
        if name not in _OF_SUPERUSERS:
            facts.add(Owner(ref, OWNER))
        facts |= {Grant(ref, "EXECUTE", grantee, OWNER, grantable=False) for grantee in _callers(name)}
    return frozenset(facts)


def sever_right(bootstrap: str, *, granular: bool) -> Membership:
    """What lets `recuse.sever` end sessions, so that a worker needs no right to end anybody's."""
    return Membership(*SEVERS, bootstrap, admin=False, inherit=True, set_=not granular)


def _callers(name: str) -> tuple[str | None, ...]:
    """Who may call a function: everyone (None), groups, or nobody but its owner."""
    if name in _FOR_EVERYONE:
        return (None,)
    return tuple(group for group, functions in _FOR.items() if name in functions)


def _definition(ref: ObjectRef, name: str) -> Definition:
    source = text(f"support/{name}")
    body = re.search(r"\$recuse\$(.*)\$recuse\$", source, re.DOTALL)
    head = re.search(
        r"^LANGUAGE (\w+) (\w+) SECURITY (\w+) PARALLEL (\w+) SET search_path = (.+)$", source, re.MULTILINE
    )
    if body is None or head is None:
        raise ValueError(name)  # our own file, held to this shape by tests
    language, volatility, security, parallel, path = head.groups()
    settings = tuple(each.replace(" = ", "=", 1) for each in f"search_path = {path}".split(" SET "))
    digest = function_digest(body.group(1), language, _LETTER[volatility], _LETTER[parallel], settings)
    return Definition(ref, digest, "definer" if security == "DEFINER" else "invoker")


def tables_statements(found: int) -> tuple[Sql, ...]:
    """The statements that bring the schema's tables from version `found` (0: there is no schema) to ours.

    A fresh schema goes through every version, so that an old one and a new one end as the same.
    """
    return tuple(query(name) for number, name in enumerate(_VERSIONS) if number >= found)


def function_statements(ref: ObjectRef, *, fresh: bool) -> tuple[Sql, ...]:
    """Make one of the functions as its file says, owned by the support role.

    A fresh one loses the EXECUTE that PUBLIC has by default; the wanted grants are facts of their own.
    """
    name = ref.name[1]
    closed = sql.SQL("REVOKE ALL ON FUNCTION {}({}) FROM PUBLIC").format(
        sql.Identifier("recuse", name), sql.SQL(ref.name[2])
    )
    steps: tuple[Sql, ...] = (query(f"support/{name}"), closed) if fresh else (query(f"support/{name}"),)
    if name in _OF_SUPERUSERS:
        return steps
    return (sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)), *steps, sql.SQL("RESET ROLE"))


def is_support_function(ref: ObjectRef) -> bool:
    """Whether this object is one of the functions of our schema."""
    return ref.kind == "function" and ref.name[0] == "recuse" and _FUNCTIONS.get(ref.name[1]) == ref.name[2]
