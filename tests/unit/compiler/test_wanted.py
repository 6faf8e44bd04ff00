"""Every wanted fact of a small system, written out: nothing is wanted but this.

The classes are made by hand, so that this asks about the wanted facts alone: one standing class, one that is declared,
one that owns derived objects.
"""

from dataclasses import replace
from typing import Final

import pytest

from recuse.compiler.classes import ClassContent, ClassMap, Declared
from recuse.compiler.condition import ALWAYS, NEVER, Flag
from recuse.compiler.rights import TableRights
from recuse.compiler.wanted import Catalog, plain_name, wanted
from recuse.enforcement.facts import (
    ColumnShape,
    ConflictGuard,
    Declaration,
    Definition,
    Fact,
    Grant,
    Membership,
    ObjectKind,
    ObjectRef,
    Owner,
    Privilege,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
    TableShape,
)
from recuse.enforcement.links import Links
from recuse.enforcement.names import door_role
from recuse.errors import PlanError
from recuse.model import Account, Circumstances, Derived, ReadsAs, System, TableMap
from recuse.policy.contexts import Context

TABLE: Final = ObjectRef("table", ("records", "arrest"))
OTHER: Final = ObjectRef("table", ("archive", "arrest.old"))  # a dot in a name, here and there
SCHEMA: Final = ObjectRef("schema", ("records",))
ARCHIVE: Final = ObjectRef("schema", ("archive",))
SEQUENCE: Final = ObjectRef("sequence", ("numbers", "arrest.id"))
VIEW: Final = ObjectRef("view", ("records", "open"))
MATVIEW: Final = ObjectRef("matview", ("records", "report"))
FUNCTION: Final = ObjectRef("function", ("lib", "f", "integer, text"))

READS: Final = TableRights(
    "records.arrest", ("id", "name"), Flag("sealed", False), (), NEVER, (), NEVER, NEVER
)  # fmt: skip
WRITES: Final = TableRights(
    "records.arrest", ("id",), ALWAYS, ("id", "name"), Flag("a", True), ("name",), Flag("b", True), Flag("c", True)
)
DOOR: Final = door_role("lab", 2)
STANDING: Final = ClassContent("lab", gated=False, tables=(WRITES,), derived=("lib.f(integer, text)", "records.open"))
CHANGES: Final = replace(READS, table="archive.arrest.old", update=("name",), update_rows=Flag("d", True))
GATED: Final = ClassContent("lab", gated=True, tables=(READS, CHANGES))
OWNER: Final = ClassContent("lab", gated=False, tables=(READS,))
DERIVED: Final = tuple(
    Derived(name, "release_date", ReadsAs("city.police", "own.records", "official_duty"), ("records.arrest",), job)
    for name, job in (
        ("records.open", None), ("records.report", "clear/night/ly"), ("lib.f(integer, text)", None),
    )
)  # fmt: skip
DECLARED: Final = Declared("agent", Context(Circumstances("crime", "judicial"), "mou-1", standing=False), GATED.role)


def owners() -> dict[ObjectRef, str]:
    return {
        TABLE: "owner", OTHER: "other owner", SCHEMA: "schema owner", ARCHIVE: "archivist", SEQUENCE: "counter",
        VIEW: "viewer", MATVIEW: "viewer", FUNCTION: "author", ObjectRef("schema", ("lib",)): "librarian",
    }  # fmt: skip


def login(name: str, *, inherit: bool = True, login: bool = True) -> Role:
    return Role(name, login=login, superuser=False, inherit=inherit, bypass_rls=False, create_role=False)


def nologin(name: str, *, inherit: bool = True) -> Role:
    return login(name, inherit=inherit, login=False)


def catalog(*found: Fact, modern: bool = True) -> Catalog:
    logins = {"clerk": login("clerk", inherit=False), "agent": login("agent"), "gone": login("gone")}
    columns = tuple(ColumnShape(name, "text", True, True, False) for name in ("id", "name"))
    return Catalog(
        facts=frozenset({*logins.values(), *(Owner(ref, role) for ref, role in owners().items()), *found}),
        shapes={
            "records.arrest": TableShape("records.arrest", "table", columns, ("numbers.arrest.id",)),
            "archive.arrest.old": TableShape("archive.arrest.old", "table", columns, ()),
        },
        oids={"clerk": 1, "agent": 2, "gone": 3},
        support=frozenset({Support(9)}),
        text=lambda condition: f"<{condition}>",
        database="lab",
        bootstrap="boss",
        granular=modern,
        maintain=modern,
    )


def accounts() -> dict[str, Account]:
    found = {name: Account("clear", name, "city", "shared", True, None, frozenset()) for name in ("agent", "clerk")}
    found["agent"] = replace(found["agent"], use="gateway")
    found["gone"] = Account("clear", "gone", "city", "shared", False, None, frozenset())
    found["elsewhere"] = Account("clear", "elsewhere", "city", "shared", True, None, frozenset())
    return found


def system() -> System:
    tables = tuple(
        TableMap(name, "release_date", ("id",), {}, {}, False) for name in ("records.arrest", "archive.arrest.old")
    )
    return System("clear", "live", "postgresql", "recuse-clear", "city", "enforce", tables, DERIVED)


def classes() -> ClassMap:
    return ClassMap(
        {STANDING.role: STANDING, GATED.role: GATED, OWNER.role: OWNER},
        {"clerk": STANDING.role, "elsewhere": STANDING.role},
        (DECLARED, replace(DECLARED, login="elsewhere")),
        {derived.name: OWNER for derived in DERIVED},
        {},
    )


def facts(catalog: Catalog) -> frozenset[Fact]:
    return wanted(system(), accounts(), classes(), catalog)


def granted(kind: ObjectKind, name: str, privilege: Privilege, grantee: str, grantor: str, *columns: str) -> set[Fact]:
    """Grants on an object, or on columns of it."""
    whole = ObjectRef(kind, tuple(name.split(".", 1)))
    on = [ObjectRef("column", (*whole.name, column)) for column in columns] or [whole]
    return {Grant(each, privilege, grantee, grantor, grantable=False) for each in on}


def policy(role: str, letter: str, table: ObjectRef, using: str | None, check: str | None = None) -> RowPolicy:
    command = {"r": "SELECT", "i": "INSERT", "u": "UPDATE", "d": "DELETE"}[letter]
    return RowPolicy(table, f"recuse_{role[-12:]}_{letter}", False, command, (role,), using, check)  # type: ignore[arg-type]


def cut(table: ObjectRef) -> set[Fact]:
    admitted = "(SELECT recuse.admitted()) IS NOT NULL"
    return {RowSecurity(table, True, True), RowPolicy(table, "recuse_cut", True, "ALL", ("public",), admitted, None)}


def of_classes() -> set[Fact]:
    """What the three class roles hold, whatever the server."""
    standing, gated, owner = STANDING.role, GATED.role, OWNER.role
    asked = f"(SELECT recuse.gate('{gated}'::name)) IS NOT NULL AND "
    reads = f"<{READS.read_rows}>"
    return {
        *(nologin(role) for role in (standing, gated, owner)),
        # The standing class.
        *granted("table", "records.arrest", "SELECT", standing, "owner", "id"),
        *granted("table", "records.arrest", "INSERT", standing, "owner", "id", "name"),
        *granted("table", "records.arrest", "UPDATE", standing, "owner", "name"),
        *granted("table", "records.arrest", "DELETE", standing, "owner"),
        *granted("sequence", "numbers.arrest.id", "USAGE", standing, "counter"),
        *granted("view", "records.open", "SELECT", standing, OWNER.owner_role),
        Grant(FUNCTION, "EXECUTE", standing, OWNER.owner_role, grantable=False),
        *granted("schema", "records", "USAGE", standing, "schema owner"),
        *granted("schema", "lib", "USAGE", standing, "librarian"),
        policy(standing, "r", TABLE, f"<{WRITES.read_rows}>"),
        policy(standing, "i", TABLE, None, f"<{WRITES.insert_rows}>"),
        policy(standing, "u", TABLE, f"<{WRITES.update_rows}>", f"<{WRITES.update_rows}>"),
        policy(standing, "d", TABLE, f"<{WRITES.delete_rows}>"),
        # The declared one, which asks the gate.
        *granted("table", "records.arrest", "SELECT", gated, "owner", "id", "name"),
        *granted("table", "archive.arrest.old", "SELECT", gated, "other owner", "id", "name"),
        *granted("schema", "records", "USAGE", gated, "schema owner"),
        *granted("schema", "archive", "USAGE", gated, "archivist"),
        *granted("table", "archive.arrest.old", "UPDATE", gated, "other owner", "name"),
        policy(gated, "r", TABLE, asked + reads),
        policy(gated, "r", OTHER, asked + reads),
        policy(gated, "u", OTHER, f"{asked}<{CHANGES.update_rows}>", f"{asked}<{CHANGES.update_rows}>"),
        # The one that owners of derived objects hold.
        *granted("table", "records.arrest", "SELECT", owner, "owner", "id", "name"),
        *granted("schema", "records", "USAGE", owner, "schema owner"),
        policy(owner, "r", TABLE, reads),
    }  # fmt: skip


def on_every_server() -> set[Fact]:
    """With the cut, the owners, the accounts and the declaration."""
    return {
        Support(9),
        *of_classes(),
        *cut(TABLE),
        *cut(OTHER),
        nologin(OWNER.owner_role),
        *(Owner(ref, OWNER.owner_role) for ref in (VIEW, MATVIEW, FUNCTION)),
        RegisteredAccount("clerk", 1, active=True),
        RegisteredAccount("agent", 2, active=True, gateway=True),
        RegisteredAccount("gone", 3, active=False),
        nologin("gone"),
        Declaration("agent", "crime", "judicial", "mou-1", GATED.role),
    }


def member(role: str, of: str, *, inherit: bool, set_: bool) -> Membership:
    return Membership(role, of, "boss", admin=False, inherit=inherit, set_=set_)


def test_from_17_on() -> None:
    assert facts(catalog()) == {
        *on_every_server(),
        member(OWNER.role, OWNER.owner_role, inherit=True, set_=False),
        *granted("matview", "records.report", "MAINTAIN", "night/ly", OWNER.owner_role),
        member(STANDING.role, "clerk", inherit=True, set_=False),
        member(GATED.role, "agent", inherit=False, set_=True),
    }


def test_below_16() -> None:
    """A login's own attribute says whether it inherits; a door that does not inherit stands before what is declared."""
    assert facts(catalog(modern=False)) == {
        *on_every_server(),
        member(OWNER.role, OWNER.owner_role, inherit=True, set_=True),
        member(OWNER.owner_role, "night/ly", inherit=True, set_=True),
        login("clerk"),
        member(STANDING.role, "clerk", inherit=True, set_=True),
        nologin(DOOR, inherit=False),
        member(GATED.role, DOOR, inherit=False, set_=True),
        member(DOOR, "agent", inherit=True, set_=True),
    }


@pytest.mark.parametrize(("standing", "inherits"), [(True, False), (False, True), (False, False), (True, True)])
def test_the_membership_in_a_door_is_inherited_if_the_login_inherits(standing: bool, inherits: bool) -> None:
    """Below 16 that is the login's attribute, which a standing class turns on."""
    found = replace(catalog(modern=False), facts=frozenset({login("agent", inherit=inherits), *others("agent")}))
    of = replace(classes(), standing={"agent": STANDING.role} if standing else {})
    (door,) = (f for f in wanted(system(), accounts(), of, found) if isinstance(f, Membership) and f.role == DOOR)
    assert door.inherit is (standing or inherits)


def others(name: str) -> set[Fact]:
    return {f for f in catalog().facts if not (isinstance(f, Role) and f.name == name)}


def test_ours_restrict_only_beside_another_s_permissive_policy() -> None:
    theirs = RowPolicy(TABLE, "theirs", False, "SELECT", ("public",), "true", None)
    harmless = (replace(theirs, restrictive=True), replace(theirs, name="recuse_old"))
    usual = facts(catalog())
    assert facts(catalog(*harmless)) == usual
    ours = {f for f in usual if isinstance(f, RowPolicy) and f.table == TABLE}
    assert facts(catalog(theirs)) == (usual - ours) | {replace(f, restrictive=True) for f in ours}


@pytest.mark.parametrize("modern", [True, False])
@pytest.mark.parametrize(
    ("role", "office"), [("recuse_issuer", {"may_issue": True}), ("recuse_worker", {"may_end": True})]
)
def test_who_may_issue_or_end_is_in_that_group_besides(modern: bool, role: str, office: dict[str, bool]) -> None:
    """With a standing class and without one, but not while inactive; below 16 the login must inherit."""
    holding = {name: replace(each, **office) for name, each in accounts().items()}  # type: ignore[arg-type]
    of = replace(classes(), declared=())
    usual = wanted(system(), accounts(), of, catalog(modern=modern))
    members = {member(role, name, inherit=True, set_=not modern) for name in ("clerk", "agent")}
    more = members if modern else {*members, login("agent")}
    assert wanted(system(), holding, of, catalog(modern=modern)) == usual | more


def test_parts_of_a_table_are_closed_like_it() -> None:
    """But a foreign one, which cannot be, and parts of tables that are not governed."""
    shapes = {name: TableShape(name, "table", (), ()) for name in ("records.part", "archive.deep", "records.alien")}
    shapes["records.alien"] = replace(shapes["records.alien"], kind="foreign")
    whole = "records.arrest"
    links = Links(parts=frozenset({(whole, "records.part"), (whole, "archive.deep"), (whole, "records.alien"),
                                   ("records.other", "records.elsewhere")}))  # fmt: skip
    found = catalog()
    closed = facts(replace(found, links=links, shapes={**found.shapes, **shapes}))
    parts = (ObjectRef("table", ("records", "part")), ObjectRef("table", ("archive", "deep")))
    assert closed == facts(found) | {fact for part in parts for fact in cut(part)}


def test_guards_stand_where_the_server_shows_hidden_rows() -> None:
    """On tables with a unique key, against the classes that may read, insert and update there without seeing all."""
    hidden = replace(WRITES, read_rows=Flag("e", True))
    contents = [
        ClassContent("lab", False, (hidden,)),
        ClassContent("lab", True, (hidden, replace(hidden, table="archive.arrest.old"))),
    ]
    standing, declared = contents
    of = ClassMap(
        {each.role: each for each in contents},
        {"clerk": standing.role},
        (replace(DECLARED, role=declared.role),),
        {},
        {},
    )
    plain = replace(system(), derived=())
    links = Links(unique=frozenset({"records.arrest", "archive.arrest.old"}))
    found = replace(catalog(), links=links)
    usual = wanted(plain, accounts(), of, found)
    assert not [fact for fact in usual if isinstance(fact, ConflictGuard)]
    assert wanted(plain, accounts(), of, replace(found, conflicting=True)) == usual | {
        ConflictGuard(TABLE, tuple(sorted((standing.role, declared.role)))),
        ConflictGuard(OTHER, (declared.role,)),
    }


def test_an_object_is_named_as_the_repository_writes_it() -> None:
    assert plain_name(FUNCTION) == "lib.f(integer, text)"
    assert plain_name(VIEW) == "records.open"
    found = catalog(Owner(ObjectRef("table", ("records", "plain")), "owner"))
    for ref in (VIEW, MATVIEW, FUNCTION):
        assert found.derived(plain_name(ref)) == ref
    for name in ("records.plain", "records.missing"):  # a table is no derived object
        with pytest.raises(PlanError) as caught:
            found.derived(name)
        assert caught.value.message == f"derived object `{name}` is not in the database"
        assert caught.value.remedy == "correct its name in categories/"


def test_the_owner_of_what_is_not_there_is_nobody() -> None:
    with pytest.raises(KeyError):
        catalog().owner(ObjectRef("table", ("records", "missing")))
    assert catalog(Definition(VIEW, "0" * 64, "definer")).owner(VIEW) == "viewer"
