"""The facts that a database holds when it enforces the policy, and nothing else does.

Class roles own every grant on governed data; a restrictive policy TO PUBLIC admits only registered sessions (the cut);
derived objects belong to NOLOGIN owners that hold exactly one class. The target gives its support facts and writes the
conditions' text; what the database is called and who owns what comes from the inspection.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from recuse.compiler.administration import administration, in_whose_voice
from recuse.compiler.beyond import upserting
from recuse.compiler.classes import ClassContent, ClassMap, Declared
from recuse.compiler.condition import NEVER, Condition
from recuse.compiler.rights import TableRights
from recuse.enforcement.facts import (
    ConflictGuard,
    Declaration,
    Fact,
    Grant,
    Membership,
    NewObjects,
    ObjectRef,
    Owner,
    PolicyCommand,
    Privilege,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    TableShape,
)
from recuse.enforcement.links import Links
from recuse.enforcement.names import ISSUER, PREFIX, WORKER, door_role
from recuse.errors import PlanError
from recuse.model import Account, Derived, System

CUT: Final = "recuse_cut"
_ADMITTED: Final = "(SELECT recuse.admitted()) IS NOT NULL"
_SUFFIX: Final[Mapping[PolicyCommand, str]] = {"SELECT": "r", "INSERT": "i", "UPDATE": "u", "DELETE": "d"}


@dataclass(frozen=True, slots=True)
class Catalog:
    """What the wanted facts need to know of the database found.

    `text` writes a row condition; `database` is the name of this one; `bootstrap` is the grantor of a superuser's role
    grants; `login` is who plans, where it is no superuser; `granular` says that a membership has its own INHERIT and
    SET (PostgreSQL 16 and newer); `maintain` that MAINTAIN can be granted (17 and newer); `links` which tables are
    parts of which; `events` that event triggers can be made (by a superuser alone); `conflicting` that ON CONFLICT DO
    UPDATE reads a hidden row here; `admitted_elsewhere` are logins that classes of other databases admit.
    """

    facts: frozenset[Fact]
    shapes: Mapping[str, TableShape]
    oids: Mapping[str, int]
    support: frozenset[Fact]
    text: Callable[[Condition], str]
    database: str
    bootstrap: str
    granular: bool
    maintain: bool
    links: Links = field(default_factory=Links)
    conflicting: bool = False
    login: str | None = None
    events: bool = True
    admitted_elsewhere: frozenset[str] = frozenset()
    _owners: Mapping[ObjectRef, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        owners = {fact.of: fact.role for fact in self.facts if isinstance(fact, Owner)}
        object.__setattr__(self, "_owners", owners)

    def owner(self, ref: ObjectRef) -> str:
        """The role that owns an object; KeyError when it was not found."""
        return self._owners[ref]

    def derived(self, name: str) -> ObjectRef:
        """The view, materialized view or function of this name, as found; PlanError when there is none."""
        for ref in self._owners:
            if ref.kind in ("view", "matview", "function") and name == plain_name(ref):
                return ref
        raise PlanError(f"derived object `{name}` is not in the database", "correct its name in categories/")


def plain_name(ref: ObjectRef) -> str:
    """An object's name as the policy repository writes it: `schema.table`, `schema.function(types)`."""
    if ref.kind == "function":
        return f"{ref.name[0]}.{ref.name[1]}({ref.name[2]})"
    return ".".join(ref.name)


def wanted(system: System, accounts: Mapping[str, Account], classes: ClassMap, catalog: Catalog) -> frozenset[Fact]:
    """All wanted facts of one system. `accounts` are the system's, by login."""
    facts: set[Fact] = set(catalog.support)
    for role, content in classes.contents.items():
        facts |= set(_class(role, content, classes, catalog))
    for name in sorted(_closed_tables(system, catalog)):
        facts |= set(_closed(_table(name)))
    for derived in system.derived:
        facts |= set(_derived(derived, classes, catalog))
    facts |= set(_accounts(accounts, classes, catalog))
    if system.new_objects != "off" and catalog.events:
        facts.add(NewObjects(system.new_objects))
    owners = (content.owner_role for content in classes.owners.values())
    facts |= set(administration(accounts.values(), owners, catalog.facts, catalog.bootstrap))
    if catalog.conflicting:
        facts |= set(_guards(classes, catalog))
    speakers = (catalog.bootstrap, catalog.login)
    facts = in_whose_voice(facts, catalog.facts, accounts.values(), speakers, granular=catalog.granular)
    return frozenset(_beside_foreign_policies(facts, catalog.facts))


def _closed_tables(system: System, catalog: Catalog) -> frozenset[str]:
    """Every governed table, and every part of one: a part by its own name shows nothing, whatever is granted on it.

    A part that the category map lists is governed like any table. One that is added later is not closed, hence drift.
    """
    tables = {table.name for table in system.tables}
    parts = {part for table in tables for part in catalog.links.parts_of(table)}
    return frozenset(tables | {part for part in parts if catalog.shapes[part].kind != "foreign"})


def _table(name: str) -> ObjectRef:
    schema, _, table = name.partition(".")
    return ObjectRef("table", (schema, table))


def _nologin(name: str, *, inherit: bool = True) -> Role:
    return Role(name, login=False, superuser=False, inherit=inherit, bypass_rls=False, create_role=False)


def _closed(table: ObjectRef) -> Iterator[Fact]:
    yield RowSecurity(table, enabled=True, forced=True)
    yield RowPolicy(table, CUT, restrictive=True, command="ALL", roles=("public",), using=_ADMITTED, check=None)


def _guards(classes: ClassMap, catalog: Catalog) -> Iterator[Fact]:
    """Where rows are hidden from a class that could name their keys in an ON CONFLICT DO UPDATE, that is refused."""
    pairs = set(upserting(classes, catalog.links))
    for name in sorted({table for _, table in pairs}):
        yield ConflictGuard(_table(name), tuple(sorted(role for role, table in pairs if table == name)))


def _class(role: str, content: ClassContent, classes: ClassMap, catalog: Catalog) -> Iterator[Fact]:
    yield _nologin(role)
    for rights in content.tables:
        yield from _grants(role, rights, catalog)
        yield from _policies(role, content.gated, rights, catalog)
    for name in content.derived:
        ref = catalog.derived(name)
        privilege: Privilege = "EXECUTE" if ref.kind == "function" else "SELECT"
        yield Grant(ref, privilege, role, classes.owners[name].owner_role, grantable=False)
    for schema in sorted({n.split(".")[0] for n in (*(r.table for r in content.tables), *content.derived)}):
        yield _usage(schema, role, catalog)


def _usage(schema: str, role: str, catalog: Catalog) -> Grant:
    ref = ObjectRef("schema", (schema,))
    return Grant(ref, "USAGE", role, catalog.owner(ref), grantable=False)


def _grants(role: str, rights: TableRights, catalog: Catalog) -> Iterator[Fact]:
    table = _table(rights.table)
    owner = catalog.owner(table)
    by_privilege: tuple[tuple[Privilege, tuple[str, ...]], ...] = (
        ("SELECT", rights.read),
        ("INSERT", rights.insert),
        ("UPDATE", rights.update),
    )
    for privilege, columns in by_privilege:
        for column in columns:
            yield Grant(ObjectRef("column", (*table.name, column)), privilege, role, owner, grantable=False)
    if rights.delete_rows != NEVER:
        yield Grant(table, "DELETE", role, owner, grantable=False)
    if rights.insert:
        for name in catalog.shapes[rights.table].sequences:
            schema, _, sequence = name.partition(".")
            ref = ObjectRef("sequence", (schema, sequence))
            yield Grant(ref, "USAGE", role, catalog.owner(ref), grantable=False)


def _policies(role: str, gated: bool, rights: TableRights, catalog: Catalog) -> Iterator[Fact]:
    conditions: tuple[tuple[PolicyCommand, Condition], ...] = (
        ("SELECT", rights.read_rows),
        ("INSERT", rights.insert_rows),
        ("UPDATE", rights.update_rows),
        ("DELETE", rights.delete_rows),
    )
    for command, condition in conditions:
        if condition == NEVER:
            continue
        text = catalog.text(condition)
        if gated:
            text = f"(SELECT recuse.gate('{role}'::name)) IS NOT NULL AND {text}"
        name = f"recuse_{role[-12:]}_{_SUFFIX[command]}"
        using = None if command == "INSERT" else text
        check = text if command in ("INSERT", "UPDATE") else None
        yield RowPolicy(
            _table(rights.table), name, restrictive=False, command=command, roles=(role,), using=using, check=check
        )


def _derived(derived: Derived, classes: ClassMap, catalog: Catalog) -> Iterator[Fact]:
    """The object's owner, which holds exactly one class, and (below 17) the job that may refresh it."""
    ref = catalog.derived(derived.name)
    content = classes.owners[derived.name]
    yield _nologin(content.owner_role)
    yield Owner(ref, content.owner_role)
    yield _membership(content.role, content.owner_role, catalog, inherit=True)
    if derived.refreshed_by is None:
        return
    login = derived.refreshed_by.partition("/")[2]
    if catalog.maintain:
        yield Grant(ref, "MAINTAIN", login, content.owner_role, grantable=False)
    else:
        yield _membership(content.owner_role, login, catalog, inherit=True)


def _membership(role: str, member: str, catalog: Catalog, *, inherit: bool) -> Membership:
    """Below 16 the member's own attribute says whether it inherits, and SET ROLE is always allowed."""
    return Membership(
        role, member, catalog.bootstrap, admin=False, inherit=inherit, set_=not catalog.granular or not inherit
    )


def _accounts(accounts: Mapping[str, Account], classes: ClassMap, catalog: Catalog) -> Iterator[Fact]:
    roles = {f.name: f for f in catalog.facts if isinstance(f, Role)}
    for login, account in sorted(accounts.items()):
        oid = catalog.oids.get(login)
        if oid is None:
            continue  # an account that the database does not have reaches nothing
        yield RegisteredAccount(login, oid, account.active, account.use == "gateway")
        if not account.active:
            if login not in catalog.admitted_elsewhere:
                yield replace(roles[login], login=False)
            continue
        offices = (ISSUER if account.may_issue else None, WORKER if account.may_end else None)
        held = (classes.standing.get(login), *offices)
        for role in (each for each in held if each is not None):
            if not catalog.granular:
                yield replace(roles[login], inherit=True)
            yield _membership(role, login, catalog, inherit=True)
    for declared in classes.declared:
        if declared.login in catalog.oids:
            inherits = declared.login in classes.standing or roles[declared.login].inherit
            yield from _declaration(declared, catalog, login_inherits=inherits)


def _declaration(declared: Declared, catalog: Catalog, *, login_inherits: bool) -> Iterator[Fact]:
    """A class that a login may declare: it can enter the class, and does not hold it without entering.

    Below 16 that takes a role between the two which does not inherit (the door role).
    """
    circumstances, agreement = declared.context.circumstances, declared.context.agreement
    yield Declaration(declared.login, circumstances.purpose, circumstances.authority, agreement, declared.role)
    if catalog.granular:
        yield _membership(declared.role, declared.login, catalog, inherit=False)
        return
    door = door_role(catalog.database, catalog.oids[declared.login])
    yield _nologin(door, inherit=False)
    yield _membership(declared.role, door, catalog, inherit=False)
    yield _membership(door, declared.login, catalog, inherit=login_inherits)


def _beside_foreign_policies(facts: set[Fact], found: frozenset[Fact]) -> Iterator[Fact]:
    """On a table with others' permissive policies ours restrict: a permissive one would be ORed with theirs."""
    policies = [f for f in found if isinstance(f, RowPolicy)]
    foreign = {p.table for p in policies if not p.restrictive and not p.name.startswith(PREFIX)}
    for fact in facts:
        match fact:
            case RowPolicy(table=table) if table in foreign:
                yield replace(fact, restrictive=True)
            case _:
                yield fact
