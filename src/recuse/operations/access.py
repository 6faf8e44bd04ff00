"""Who holds what on which column today, through grants, groups, PUBLIC, ownership and SET ROLE.

What the class roles cannot give back is named: a change without reading, a delete without reading every column.
What a grant gives on paper only is not access: no USAGE on the schema, row security without a policy for the account.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from recuse.enforcement.facts import Fact, Grant, ObjectRef, PolicyCommand, Privilege, Role, RowSecurity, TableShape
from recuse.enforcement.held import ROW_PRIVILEGES, Holdings
from recuse.model import Action
from recuse.operations.proposal import Omission
from recuse.toml_text import named

READS_ALL: Final = "pg_read_all_data"
WRITES_ALL: Final = "pg_write_all_data"


@dataclass(frozen=True, slots=True)
class TableAccess:
    """The columns of one table that an account may read, fill and change, and whether it may delete rows.

    `update` is within `read`, and deleting needs every column readable: so the class roles have it too.
    """

    read: frozenset[str] = frozenset()
    insert: frozenset[str] = frozenset()
    update: frozenset[str] = frozenset()
    delete: bool = False

    def actions(self, column: str) -> frozenset[Action]:
        """The actions allowed on a column; deleting concerns the whole row."""
        by_action: tuple[tuple[Action, frozenset[str]], ...] = (
            ("read", self.read), ("insert", self.insert), ("update", self.update),
        )  # fmt: skip
        return frozenset(action for action, columns in by_action if column in columns)


@dataclass(slots=True)
class AccessReader:
    """Answers from the facts found; `settable` counts what SET ROLE reaches."""

    facts: frozenset[Fact]
    settable: bool = True
    _holdings: Holdings = field(init=False)
    _secured: frozenset[ObjectRef] = field(init=False)
    _superusers: frozenset[str] = field(init=False)
    # By relation and privilege, the columns on which anybody was granted it: elsewhere nobody need be asked about.
    _by_column: dict[tuple[tuple[str, ...], Privilege], set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._holdings = Holdings(self.facts, settable=self.settable)
        self._secured = frozenset(f.table for f in self.facts if isinstance(f, RowSecurity) and f.enabled)
        for fact in self.facts:
            if isinstance(fact, Grant) and fact.on.kind == "column":
                self._by_column.setdefault((fact.on.name[:2], fact.privilege), set()).add(fact.on.name[2])
        self._superusers = frozenset(f.name for f in self.facts if isinstance(f, Role) and f.superuser)

    def superuser_of(self, login: str) -> str | None:
        """The superuser that a login is or may become, if any; itself first."""
        found = self._holdings.roles(login) & self._superusers
        return login if login in found else min(found, default=None)

    def roles(self, login: str) -> frozenset[str]:
        """The roles whose rights a login has, itself included."""
        return self._holdings.roles(login)

    def acts_as(self, login: str, role: str) -> bool:
        """Whether a login has a role's rights, or may take them."""
        return role in self._holdings.roles(login)

    def secured(self, table: ObjectRef) -> bool:
        """Whether a table has row security already."""
        return table in self._secured

    def on_table(self, login: str, shape: TableShape) -> TableAccess:
        """What an account holds on one relation and the class roles can give."""
        return _kept(self._raw(login, shape), shape)

    def not_kept(self, account: str, login: str, shape: TableShape) -> Iterator[Omission]:
        """What of an account's access the class roles cannot give."""
        raw = self._raw(login, shape)
        kept = _kept(raw, shape)
        name = f"{account}: {shape.name}"
        if not self.enters(login, shape.name.partition(".")[0]) and self._granted(login, shape):
            yield Omission("access", name, "holds a grant in a schema that it may not use: it opens nothing, and ends")
        if raw.update - kept.update:
            columns = ", ".join(named(column) for column in sorted(raw.update - kept.update))
            yield Omission("access", name, f"may change {columns} without reading; a rule that changes must read too")
        if raw.delete and not kept.delete:
            yield Omission("access", name, "may delete without reading every column; a rule that deletes must read too")

    def reads(self, login: str, on: ObjectRef, shape: TableShape) -> frozenset[str]:
        """The columns of any relation that a login may read."""
        return self._columns(login, on, shape, "SELECT") if self.enters(login, on.name[0]) else frozenset()

    def enters(self, login: str, schema: str) -> bool:
        """Whether a login may use the names in a schema: without USAGE a grant inside it opens nothing."""
        predefined = self._holdings.roles(login) & {READS_ALL, WRITES_ALL}
        return bool(predefined) or self._holdings.has(login, ObjectRef("schema", (schema,)), "USAGE")

    def holds(self, login: str, on: ObjectRef, privilege: Privilege) -> bool:
        """Whether a login holds a privilege, as `Holdings` reads the facts."""
        return self._holdings.has(login, on, privilege)

    def _raw(self, login: str, shape: TableShape) -> TableAccess:
        schema, _, name = shape.name.partition(".")
        ref = ObjectRef("table", (schema, name))
        if not self.enters(login, schema):
            return TableAccess()
        written = frozenset(column.name for column in shape.columns if not column.generated)
        return TableAccess(
            self._columns(login, ref, shape, "SELECT") if self._rows(login, ref, "SELECT") else frozenset(),
            self._columns(login, ref, shape, "INSERT") & written if self._rows(login, ref, "INSERT") else frozenset(),
            self._columns(login, ref, shape, "UPDATE") & written if self._rows(login, ref, "UPDATE") else frozenset(),
            self._rows(login, ref, "DELETE") and self._whole(login, ref, "DELETE"),
        )

    def _granted(self, login: str, shape: TableShape) -> bool:
        schema, _, name = shape.name.partition(".")
        ref = ObjectRef("table", (schema, name))
        return any(self._columns(login, ref, shape, privilege) for privilege in ROW_PRIVILEGES)

    def _rows(self, login: str, table: ObjectRef, command: PolicyCommand) -> bool:
        """Whether row security leaves a login any row at all."""
        return self._holdings.rows(login, table, command) != frozenset()

    def _columns(self, login: str, on: ObjectRef, shape: TableShape, privilege: Privilege) -> frozenset[str]:
        if self._whole(login, on, privilege):
            return frozenset(column.name for column in shape.columns)
        return frozenset(
            column
            for column in self._by_column.get((on.name, privilege), ())
            if self._holdings.has(login, ObjectRef("column", (*on.name, column)), privilege)
        )

    def _whole(self, login: str, on: ObjectRef, privilege: Privilege) -> bool:
        """Whether the whole relation is held; the predefined roles hold every one, without a fact that says so."""
        predefined = READS_ALL if privilege == "SELECT" else WRITES_ALL
        return predefined in self._holdings.roles(login) or self._holdings.has(login, on, privilege)


def _kept(raw: TableAccess, shape: TableShape) -> TableAccess:
    """What the class roles can give back."""
    whole = len(raw.read) == len(shape.columns)
    return TableAccess(raw.read, raw.insert, raw.update & raw.read, raw.delete and whole)


def by_login(
    reader: AccessReader, logins: Iterable[str], shapes: Iterable[TableShape]
) -> dict[str, Mapping[str, TableAccess]]:
    """What each login holds, by relation; relations on which it holds nothing are left out."""
    relations = tuple(shapes)
    found: dict[str, Mapping[str, TableAccess]] = {}
    for login in logins:
        held = {shape.name: reader.on_table(login, shape) for shape in relations}
        found[login] = {name: access for name, access in held.items() if access != TableAccess()}
    return found
