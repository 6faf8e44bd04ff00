"""The only writer of SQL: facts as statements, by composed identifiers and fixed keywords."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import LiteralString, assert_never

from psycopg import sql

from recuse.enforcement.facts import (
    ConflictGuard,
    Declaration,
    DefaultPrivilege,
    Definition,
    Fact,
    Firing,
    Grant,
    Membership,
    NewObjects,
    ObjectRef,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.plan import Change
from recuse.errors import PlanError
from recuse.targets.postgres.event_trigger import drop_statements, trigger_statements
from recuse.targets.postgres.queries import Sql, query
from recuse.targets.postgres.statements import (
    conflict_statements,
    declare_statement,
    default_statement,
    drop_policy_statement,
    firing_statement,
    grant_statement,
    membership_options,
    name_of,
    names_of,
    owner_statement,
    policy_statement,
    register_statement,
    role_statements,
    row_security_statements,
    undeclare_statement,
    unguard_statements,
)
from recuse.targets.postgres.support import (
    function_statements,
    is_support_function,
    tables_statements,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one or more changes of a kind do, and what undoes it; executed together."""

    changes: tuple[Change, ...]
    do: tuple[Sql, ...]
    undo: tuple[Sql, ...]

    def text(self) -> tuple[str, str]:
        """Both as text that can be pasted into psql; what speaks as another role stands in a transaction."""
        return _pasteable(self.do), _pasteable(self.undo)


@dataclass(frozen=True, slots=True)
class Renderer:
    """Writes SQL for one server branch.

    `owners` (before and after) tell which grants need another role's voice; `named` are (schema, role) with USAGE,
    `making` those with CREATE, which a new owner must have; None where a superuser makes it the owner. `lent` are
    objects on which somebody holds a grant option; `taken` gives the new owner of what changes hands in a transaction.
    """

    major: int
    owners: Mapping[ObjectRef, frozenset[str]]
    named: frozenset[tuple[str, str]] = frozenset()
    making: frozenset[tuple[str, str]] | None = None
    lent: frozenset[tuple[str, ...]] = frozenset()
    taken: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def statements(self, changes: Iterable[Change]) -> tuple[Statement, ...]:
        """Statements for the changes, in their order; neighbouring column grants become one statement."""
        found: list[Statement] = []
        for _, transaction in groupby(changes, key=lambda change: (change.step, change.batch)):
            members = tuple(transaction)
            taken = {c.fact.of.name: c.fact.role for c in members if c.make and isinstance(c.fact, Owner)}
            found += replace(self, taken=taken)._transaction(members)
        return tuple(found)

    def standing(self, facts: Iterable[Fact]) -> tuple[str, ...]:
        """The statements that would make facts which hold already, each alone but for neighbouring column grants."""
        changes = sorted((Change("", "prepare", True, fact) for fact in facts), key=_standing_order)
        groups = (tuple(group) for _, group in groupby(changes, key=_together))
        return tuple(_pasteable(self.make([change.fact for change in group], None)) for group in groups)

    def _transaction(self, changes: Sequence[Change]) -> Iterator[Statement]:
        for _, group in groupby(changes, key=_together):
            members = tuple(group)
            facts = tuple(change.fact for change in members)
            first = members[0]
            do = self.make(facts, first.before) if first.make else self.unmake(facts)
            undo = self._undo(first, facts)
            if do:  # an owner that comes with its schema needs no statement
                yield Statement(members, do, undo)
        yield from _refreshed(changes)

    def _undo(self, first: Change, facts: Sequence[Fact]) -> tuple[Sql, ...]:
        if isinstance(first.before, Support):
            return ()  # what a newer version of the schema adds shows nothing by itself, and stays
        if first.before is not None:
            return self.make((first.before,), first.fact)
        if first.make:
            return self.unmake(facts)
        if isinstance(first.fact, Definition) and not is_support_function(first.fact.of):
            return ()  # somebody's function in our schema: its text is not known here
        return self.make(facts, None)

    def make(self, facts: Sequence[Fact], before: Fact | None) -> tuple[Sql, ...]:
        """Statements that make these facts true; several only when they are grants that differ in the column."""
        match facts[0]:
            case Grant() as grant:
                return self._voiced(grant, grant_statement("GRANT", facts, "TO", grant.grantable))
            case Role() as role:
                return role_statements(role, before)
            case Membership() as membership:
                return (self._join(membership),)
            case Support():
                return tables_statements(before.version if isinstance(before, Support) else 0)
            case Definition(of=of) if is_support_function(of):
                return function_statements(of, fresh=before is None)
            case Definition(of=of):
                raise PlanError(f"the definition of {of} is not ours to write", "change it by hand and plan again")
            case Owner(of=of, role=owner):
                return () if of.name[0] == "recuse" and before is None else self._owned(of, owner)
            case RowSecurity() as security:
                return row_security_statements(security)
            case RowPolicy() as policy:
                drop = drop_policy_statement(policy)
                return (policy_statement(policy),) if before is None else (drop, policy_statement(policy))
            case ConflictGuard(table=table, roles=roles):
                return conflict_statements(table, roles)
            case Firing() as firing:
                return (firing_statement(firing, fires=True),)
            case DefaultPrivilege() as default:
                return (default_statement(default, "GRANT", "TO"),)
            case RegisteredAccount() as account:
                return (register_statement(account),)
            case Declaration() as declaration:
                return (declare_statement(declaration),)
            case NewObjects(mode=mode):
                return trigger_statements(mode)
            case _ as never:
                assert_never(never)

    def unmake(self, facts: Sequence[Fact]) -> tuple[Sql, ...]:
        """Statements that make these facts untrue."""
        match facts[0]:
            case Grant() as grant:
                return self._voiced(grant, grant_statement("REVOKE", facts, "FROM", grantable=False))
            case Role(name=name):
                return (sql.SQL("DROP ROLE {}").format(sql.Identifier(name)),)
            case Membership() as membership:
                return (self._part(membership),)
            case RowPolicy() as policy:
                return (drop_policy_statement(policy),)
            case ConflictGuard(table=table):
                return unguard_statements(table)
            case Firing() as firing:
                return (firing_statement(firing, fires=False),)
            case DefaultPrivilege() as default:
                return (default_statement(default, "REVOKE", "FROM"),)
            case RegisteredAccount(login=login):
                return (
                    sql.SQL("DELETE FROM recuse.declaration WHERE login = {}").format(login),
                    sql.SQL("DELETE FROM recuse.account WHERE login = {}").format(login),
                )
            case Declaration() as declaration:
                return (undeclare_statement(declaration),)
            case NewObjects():
                return drop_statements()
            case Support():
                return (query("support/gone"),)
            case Definition(of=of):
                return (sql.SQL("DROP ROUTINE {}").format(name_of(of)),)
            case Owner() | RowSecurity():
                return ()  # a value, undone by making the one before
            case _ as never:
                assert_never(never)

    def _owned(self, of: ObjectRef, owner: str) -> tuple[Sql, ...]:
        """Where no superuser makes it the owner, a role must be able to make objects there: it may, for that long."""
        statement = owner_statement(of, owner)
        if of.kind == "schema" or self.making is None or (of.name[0], owner) in self.making:
            return statement
        names = (sql.Identifier(of.name[0]), sql.Identifier(owner))
        return (
            sql.SQL("GRANT CREATE ON SCHEMA {} TO {}").format(*names),
            *statement,
            sql.SQL("REVOKE CREATE ON SCHEMA {} FROM {}").format(*names),
        )

    def _voiced(self, grant: Grant, statement: Sql) -> tuple[Sql, ...]:
        """A grant is revoked by who gave it; a superuser speaks for the owner, and takes another grantor's role.

        Who has the rights of the owner and of somebody with a grant option speaks for the one or for the other, as the
        server finds them: so it takes the owner's role too.
        """
        relations = (ObjectRef(kind, grant.on.relation.name) for kind in (grant.on.kind, "table", "view", "matview"))
        owners = next((self.owners[ref] for ref in relations if ref in self.owners), None)
        if owners is None or grant.grantor in owners:
            lent = self.making is not None and grant.on.relation.name in self.lent
            return _spoken(self.taken.get(grant.on.relation.name, grant.grantor), statement) if lent else (statement,)
        spoken = _spoken(grant.grantor, statement)
        schema = grant.on.name[0]
        if (schema, grant.grantor) in self.named:
            return spoken
        names = (sql.Identifier(schema), sql.Identifier(grant.grantor))
        return (  # who cannot name the schema cannot say REVOKE there: it may, for as long as this takes
            sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(*names),
            *spoken,
            sql.SQL("REVOKE USAGE ON SCHEMA {} FROM {}").format(*names),
        )

    def _join(self, membership: Membership) -> Sql:
        names = names_of(membership)
        if self.major < 16:
            option: LiteralString = " WITH ADMIN OPTION" if membership.admin else ""
            return sql.SQL("GRANT {} TO {}" + option + " GRANTED BY {}").format(*names)
        options = membership_options(membership)
        return sql.SQL("GRANT {} TO {} WITH {} GRANTED BY {}").format(names[0], names[1], options, names[2])

    def _part(self, membership: Membership) -> Sql:
        names = names_of(membership)
        if self.major < 16:
            return sql.SQL("REVOKE {} FROM {} CASCADE").format(names[0], names[1])
        return sql.SQL("REVOKE {} FROM {} GRANTED BY {} CASCADE").format(*names)


def _spoken(role: str, statement: Sql) -> tuple[Sql, ...]:
    return (sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)), statement, sql.SQL("RESET ROLE"))


def _together(change: Change) -> object:
    """Grants that differ only in the column are one statement; any other change stands alone."""
    match change.fact:
        case Grant(on=ObjectRef(kind="column")) as grant:
            key = (grant.on.relation, grant.privilege, grant.grantee, grant.grantor, grant.grantable)
            return (change.step, change.batch, change.make, key)
        case _:
            return id(change)


def _standing_order(change: Change) -> tuple[str, str]:
    """Grants that differ only in the column beside each other."""
    match change.fact:
        case Grant(on=ObjectRef(kind="column") as on, privilege=privilege, grantee=grantee, grantor=grantor) as grant:
            return repr((on.relation, privilege, grantee, grantor)), repr(grant)
        case fact:
            return "", repr(fact)


def _pasteable(statements: Sequence[Sql]) -> str:
    lines = [statement.as_string(None) for statement in statements]
    if any("SET LOCAL" in line for line in lines):
        lines = ["BEGIN", *lines, "COMMIT"]
    return ";\n".join(lines)


def _refreshed(changes: Iterable[Change]) -> Iterator[Statement]:
    """Fill a materialized view anew when its owner changes: what it holds was read with the old owner's rights.

    Last in its transaction, when the new owner holds all that it will.
    """
    for change in changes:
        copy = filled(change)
        if copy is not None:
            yield Statement((change,), (sql.SQL("REFRESH MATERIALIZED VIEW {}").format(name_of(copy)),), ())


def filled(change: Change) -> ObjectRef | None:
    """The materialized view that is filled anew with a change, which lasts as long as its query does."""
    match change.fact:
        case Owner(of=of) if change.make and of.kind == "matview":
            return of
        case _:
            return None
