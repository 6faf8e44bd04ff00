"""The statements of a plan, read back from their text: what each says, or the reason why it was not understood.

Only statements that a plan writes are understood. The support schema is taken whole, if it is ours to the byte.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, cast

from psycopg import sql

from recuse.compiler.proof.said import (
    Aside,
    Future,
    Granted,
    Joined,
    Owned,
    Parted,
    PolicyDropped,
    PolicyMade,
    RoleDropped,
    RoleSet,
    Said,
    Secured,
    Unsaid,
)
from recuse.enforcement.facts import Definition, Grant, ObjectKind, ObjectRef, Owner, PolicyCommand
from recuse.errors import PlanError
from recuse.targets.postgres.event_trigger import NAMES, drop_statements, trigger_statements
from recuse.targets.postgres.queries import Sql
from recuse.targets.postgres.reading.constants import argument_type
from recuse.targets.postgres.reading.expression import read_tree
from recuse.targets.postgres.reading.grammar import UnreadableError, fields, name_parts, node, statements, table_name
from recuse.targets.postgres.reading.rows import delete, insert
from recuse.targets.postgres.render import Statement
from recuse.targets.postgres.statements import GUARDS, grant_statement, owner_statement
from recuse.targets.postgres.support import VERSION, function_statements, support_facts, tables_statements

_KIND: Final[dict[str, ObjectKind]] = {
    "OBJECT_TABLE": "table", "OBJECT_VIEW": "view", "OBJECT_MATVIEW": "matview", "OBJECT_SEQUENCE": "sequence",
    "OBJECT_SCHEMA": "schema", "OBJECT_DATABASE": "database", "OBJECT_LARGEOBJECT": "large objects",
    "OBJECT_FOREIGN_SERVER": "foreign server", "OBJECT_LANGUAGE": "language", "OBJECT_PARAMETER_ACL": "parameter",
    "OBJECT_ROUTINE": "function", "OBJECT_FUNCTION": "function",
}  # fmt: skip
_SECURITY: Final = {
    "AT_EnableRowSecurity": (True, None), "AT_DisableRowSecurity": (False, None),
    "AT_ForceRowSecurity": (None, True), "AT_NoForceRowSecurity": (None, False),
}  # fmt: skip


def read_statements(text: str) -> tuple[Said, ...] | Unsaid:
    """Everything that the statements of a text say, in order."""
    if text in _shipped():
        return (Aside(),)
    try:
        return tuple(said for kind, inner in statements(text) for said in _read(kind, inner))
    except UnreadableError as error:
        return Unsaid(str(error))
    except (KeyError, ValueError):  # a statement of a known kind without what every plan writes in it
        return Unsaid("it has a form that no plan writes")


def read_name(name: str) -> tuple[str, ...]:
    """A derived object's name (unquoted) in the parts that `read_statements` gives. PlanError for what is none."""
    schema, _, rest = name.partition(".")
    function, opening, arguments = rest.partition("(")
    if not (opening and arguments.endswith(")")):
        return (schema, rest)
    quoted = sql.Identifier(schema, function).as_string(None)
    try:
        ((_, inner),) = statements(f"REVOKE ALL ON ROUTINE {quoted}({arguments[:-1]}) FROM PUBLIC")
        return _object(inner["objtype"], inner["objects"][0]).name
    except (UnreadableError, ValueError) as error:
        raise PlanError(f"`{name}` is not the name of a derived object", "correct it in categories/") from error


@cache
def _shipped() -> frozenset[str]:
    """The texts of the statements that make our support schema, as plans hold them."""
    several: list[tuple[Sql, ...]] = [tables_statements(found) for found in range(VERSION)]
    for fact in support_facts():
        if isinstance(fact, Definition):
            several += [function_statements(fact.of, fresh=True), function_statements(fact.of, fresh=False)]
        if isinstance(fact, Owner):
            several.append(owner_statement(fact.of, fact.role))
        if isinstance(fact, Grant):
            several.append((grant_statement("GRANT", (fact,), "TO", grantable=False),))
    several += [drop_statements(), *map(trigger_statements, NAMES)]
    return frozenset(Statement((), do, ()).text()[0] for do in several)


def _read(kind: str, inner: Any) -> Iterator[Said]:
    reader = _READERS.get(kind)
    if reader is None:
        raise UnreadableError(f"it is a statement ({kind}) that no plan writes")
    yield from reader(inner)


def _policy(inner: Any) -> Iterator[Said]:
    of = fields(inner, "policy_name", "table", "cmd_name", "permissive", "roles", "qual", "with_check")
    using, check = (None if of.get(side) is None else read_tree(of[side]) for side in ("qual", "with_check"))
    yield PolicyMade(
        table_name(of["table"]),
        of["policy_name"],
        not of.get("permissive", False),
        cast("PolicyCommand", of["cmd_name"].upper()),
        tuple(_role(role) or "public" for role in of["roles"]),
        using,
        check,
    )


def _drop(inner: Any) -> Iterator[Said]:
    if inner["removeType"] == "OBJECT_ROUTINE":
        yield from _drop_routine(inner)
        return
    guard = inner["removeType"] == "OBJECT_TRIGGER"
    fixed = {"removeType": "OBJECT_TRIGGER", "missing_ok": True} if guard else {"removeType": "OBJECT_POLICY"}
    of = fields(inner, "objects", behavior="DROP_RESTRICT", **fixed)
    for each in of["objects"]:
        schema, table, name = name_parts(fields(node(each, "List")[1], "items")["items"])
        if guard and name not in GUARDS:
            raise UnreadableError(f"it drops the trigger `{name}`, which is not ours")
        yield Aside() if guard else PolicyDropped(f"{schema}.{table}", name)


def _drop_routine(inner: Any) -> Iterator[Said]:
    """What has no place in our schema, as an older version's function; without CASCADE no row policy goes with it."""
    of = fields(inner, "objects", behavior="DROP_RESTRICT", removeType="OBJECT_ROUTINE")
    for each in of["objects"]:
        on = _object("OBJECT_FUNCTION", each)
        if on.name[0] != "recuse":
            raise UnreadableError(f"it drops {on}, which is not ours")
        yield Aside()


def _guard(inner: Any) -> Iterator[Said]:
    """A trigger of ours can only refuse: it calls nothing but the function that does."""
    of = fields(inner, "trigname", "relation", "args", "timing", "events", "funcname")
    if of["trigname"] not in GUARDS or name_parts(of["funcname"]) != ("recuse", "conflict"):
        raise UnreadableError(f"it makes the trigger `{of['trigname']}`, which is not ours")
    yield Aside()


def _grant(inner: Any) -> Iterator[Said]:
    names = ("is_grant", "objtype", "objects", "privileges", "grantees", "grant_option", "behavior")
    of = fields(inner, *names, targtype="ACL_TARGET_OBJECT")
    given = bool(of.get("is_grant", False))
    for on in (_object(of["objtype"], each) for each in of["objects"]):
        for each in of.get("privileges", [{"AccessPriv": {"priv_name": "all"}}]):
            right = fields(node(each, "AccessPriv")[1], "priv_name", "cols")
            columns = name_parts(right["cols"]) if "cols" in right else None
            for role in of["grantees"]:
                grantable = bool(of.get("grant_option", False))
                yield Granted(given, right["priv_name"].upper(), on, columns, _role(role), grantable)


def _membership(inner: Any) -> Iterator[Said]:
    of = fields(inner, "granted_roles", "grantee_roles", "is_grant", "opt", "grantor", "behavior")
    options = dict(_option(each) for each in of.get("opt", ()))
    grantor = _named({"RoleSpec": of["grantor"]}) if "grantor" in of else None
    if options.keys() - {"admin", "inherit", "set"}:
        raise UnreadableError("it gives a membership an option that is not understood")
    for each in of["granted_roles"]:
        role = str(fields(node(each, "AccessPriv")[1], "priv_name")["priv_name"])
        for member in map(_named, of["grantee_roles"]):
            if of.get("is_grant", False):
                given = (options.get("inherit"), options.get("set"), options.get("admin", False))
                yield Joined(role, member, *given, grantor)
            elif options:
                raise UnreadableError("it takes back an option of a membership alone")
            else:
                yield Parted(role, member, grantor)


def _alter(inner: Any) -> Iterator[Said]:
    of = fields(inner, "relation", "cmds", "objtype")
    table = table_name(of["relation"])
    for each in of["cmds"]:
        command = fields(node(each, "AlterTableCmd")[1], "subtype", "newowner", "name", behavior="DROP_RESTRICT")
        if command["subtype"] == "AT_ChangeOwner":
            kind = _KIND[of["objtype"]]
            yield Owned(ObjectRef(kind, tuple(table.split("."))), _named({"RoleSpec": command["newowner"]}))
        elif command["subtype"] in _SECURITY and of["objtype"] == "OBJECT_TABLE":
            yield Secured(table, *_SECURITY[command["subtype"]])
        elif command["subtype"] == "AT_EnableAlwaysTrig" and command["name"] in GUARDS:
            yield Aside()
        elif command["subtype"] == "AT_DisableTrig" and command["name"] not in GUARDS:
            yield Aside()  # a trigger of users that a closing switches off
        else:
            raise UnreadableError(f"it changes a table ({command['subtype']})")


def _owner(inner: Any) -> Iterator[Said]:
    of = fields(inner, "objectType", "object", "newowner")
    yield Owned(_object(of["objectType"], of["object"]), _named({"RoleSpec": of["newowner"]}))


def _make_role(inner: Any) -> Iterator[Said]:
    of = fields(inner, "role", "options", stmt_type="ROLESTMT_ROLE")
    yield RoleSet(of["role"], tuple(_option(each) for each in of.get("options", ())))


def _alter_role(inner: Any) -> Iterator[Said]:
    of = fields(inner, "role", "options", action=1)
    yield RoleSet(_named({"RoleSpec": of["role"]}), tuple(_option(each) for each in of.get("options", ())))


def _drop_role(inner: Any) -> Iterator[Said]:
    for each in fields(inner, "roles")["roles"]:
        yield RoleDropped(_named(each))


def _defaults(inner: Any) -> Iterator[Said]:
    of = fields(inner, "options", "action")
    options = {node(each, "DefElem")[1]["defname"]: node(each, "DefElem")[1]["arg"] for each in of["options"]}
    for owner in node(options["roles"], "List")[1]["items"]:
        yield Future(bool(of["action"].get("is_grant", False)), _named(owner))


def _edge(inner: Any) -> Iterator[Said]:
    if fields(inner, "kind")["kind"] not in ("TRANS_STMT_BEGIN", "TRANS_STMT_COMMIT"):
        raise UnreadableError("it ends a transaction otherwise than by COMMIT")
    yield Aside()


def _voice(inner: Any) -> Iterator[Said]:
    fields(inner, "args", "kind", "is_local", name="role")
    yield Aside()


def _event_trigger(inner: Any) -> Iterator[Said]:
    if fields(inner, "trigname", "tgenabled")["tgenabled"] not in ("D", ord("D")):
        raise UnreadableError("it switches an event trigger on")
    yield Aside()


def _nothing(_: Any) -> Iterator[Said]:
    yield Aside()


def _object(objtype: str, tree: Any) -> ObjectRef:
    kind, (found, inner) = _KIND.get(objtype), node(tree)
    if kind is None:
        raise UnreadableError(f"it names an object of another kind ({objtype})")
    match found:
        case "Integer" | "Float" if kind == "large objects":
            return ObjectRef(kind, (str(inner.get("ival", inner.get("fval", 0))),))
        case "RangeVar":
            return ObjectRef(kind, tuple(table_name(inner).split(".")))
        case "ObjectWithArgs":
            of = fields(inner, "objname", "objargs", "objfuncargs")
            arguments = (argument_type(node(each, "TypeName")[1]) for each in of.get("objargs", ()))
            return ObjectRef(kind, (*name_parts(of["objname"]), ", ".join(arguments)))
        case _:
            return ObjectRef(kind, name_parts([tree]))


def _role(tree: Any) -> str | None:
    of = fields(node(tree, "RoleSpec")[1], "roletype", "rolename")
    if of["roletype"] == "ROLESPEC_PUBLIC":
        return None
    if of["roletype"] != "ROLESPEC_CSTRING":
        raise UnreadableError("it names a role that depends on who runs it")
    return str(of["rolename"])


def _named(tree: Any) -> str:
    role = _role(tree)
    if role is None:
        raise UnreadableError("it names PUBLIC in the place of a role")
    return role


def _option(tree: Any) -> tuple[str, bool]:
    of = fields(node(tree, "DefElem")[1], "defname", "arg", defaction="DEFELEM_UNSPEC")
    return str(of["defname"]), bool(node(of["arg"], "Boolean")[1].get("boolval", False))


_READERS: Final[dict[str, Callable[[Any], Iterator[Said]]]] = {
    "AlterDefaultPrivilegesStmt": _defaults,
    "AlterEventTrigStmt": _event_trigger,
    "AlterOwnerStmt": _owner,
    "AlterRoleStmt": _alter_role,
    "AlterTableStmt": _alter,
    "CreatePolicyStmt": _policy,
    "CreateRoleStmt": _make_role,
    "CreateTrigStmt": _guard,
    "DeleteStmt": delete,
    "DropRoleStmt": _drop_role,
    "DropStmt": _drop,
    "GrantRoleStmt": _membership,
    "GrantStmt": _grant,
    "InsertStmt": insert,
    "RefreshMatViewStmt": _nothing,
    "TransactionStmt": _edge,
    "VariableSetStmt": _voice,
}
