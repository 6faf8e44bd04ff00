"""Context classes: what a principal in its circumstances may do, table by table; equal contents are one class role.

A class is named by its content. A changed directive therefore makes new, empty classes beside the old, and an account
moves from one to the other; the content of a class never changes under its members.
"""

import hashlib
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from recuse.compiler.condition import NEVER, Condition
from recuse.compiler.known import attributes_of
from recuse.compiler.lower import lower
from recuse.compiler.prove import implies
from recuse.compiler.residual import (
    HasTemplate,
    Hierarchy,
    Principal,
    Residual,
    ResourceKind,
    Specialised,
    conditions,
    hierarchy_of,
    narrowed,
    residuals,
)
from recuse.compiler.rights import TableRights, rights_of
from recuse.enforcement.facts import TableShape
from recuse.enforcement.names import class_role, owner_role
from recuse.errors import PlanError, UnsupportedRuleError
from recuse.model import (
    ACTIONS,
    UNBOUND_USES,
    UNDECLARED_CIRCUMSTANCES,
    Account,
    Action,
    Circumstances,
    Derived,
    Repository,
    System,
    TableMap,
)
from recuse.policy.contexts import Context, contexts
from recuse.policy.schema import row_type
from recuse.policy.trees import principal_agencies, serves

LIMIT: Final = 300


@dataclass(frozen=True, slots=True)
class ClassContent:
    """Everything a class opens: rights by table, derived objects by name; `gated` classes need a permit in force.

    `database` is the name of the one that it is for.
    """

    database: str
    gated: bool
    tables: tuple[TableRights, ...]
    derived: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        """The class role's name, from a digest of the content."""
        return class_role(self.database, self._digest)

    @property
    def owner_role(self) -> str:
        """The name of the NOLOGIN owner of derived objects that shows exactly this class."""
        return owner_role(self.database, self._digest)

    @property
    def _digest(self) -> str:
        return hashlib.sha256(repr((self.gated, self.tables, self.derived)).encode()).hexdigest()[:12]

    def of(self, table: str) -> TableRights | None:
        """The rights on one table, if any."""
        return next((rights for rights in self.tables if rights.table == table), None)


@dataclass(frozen=True, slots=True)
class Declared:
    """An account's right to declare one context, and the class that it then enters."""

    login: str
    context: Context
    role: str


@dataclass(frozen=True, slots=True)
class ClassMap:
    """All classes of one system: contents by role, each login's standing class, declarations, owners' classes.

    `undeclared` are logins without a standing purpose in force: their standing class is what anyone may see.
    """

    contents: Mapping[str, ClassContent]
    standing: Mapping[str, str]
    declared: tuple[Declared, ...]
    owners: Mapping[str, ClassContent]
    labels: Mapping[str, str]
    undeclared: frozenset[str] = frozenset()


@dataclass(slots=True)
class Classifier:
    """Computes contents for one repository, system and set of rules; remembers what it has computed."""

    repository: Repository
    system: System
    rules: tuple[HasTemplate, ...]
    shapes: Mapping[str, TableShape]
    database: str
    _hierarchy: Hierarchy = field(init=False)
    _conditions: tuple[Residual, ...] = field(init=False)
    _owned: dict[str, ClassContent] = field(init=False)
    _specialised: dict[tuple[Principal, Circumstances], Specialised] = field(default_factory=dict)
    _known: dict[tuple[Specialised, bool], ClassContent] = field(default_factory=dict)
    _lowered: dict[Hashable, Condition] = field(default_factory=dict)
    _rights_known: dict[Hashable, TableRights | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._hierarchy = hierarchy_of(self.repository)
        self._conditions = conditions(self.rules)
        self._owned = {d.name: self._owner_content(d) for d in self.system.derived}

    def classify(self, on: date) -> ClassMap:
        """The classes of every active account of the system on a day. UnsupportedRuleError above `LIMIT` classes."""
        contents: dict[str, ClassContent] = {c.role: c for c in self._owned.values()}
        standing: dict[str, str] = {}
        declared: list[Declared] = []
        labels: dict[str, set[str]] = {}
        undeclared: set[str] = set()
        for account in self._accounts():
            for context in with_undeclared(self.repository, account, on):
                content = self.content(account, context)
                if not content.tables and not content.derived:
                    continue
                contents[content.role] = content
                labels.setdefault(content.role, set()).add(_label(context))
                if context.standing:
                    standing[account.login] = content.role
                    if context.circumstances == UNDECLARED_CIRCUMSTANCES:
                        undeclared.add(account.login)
                else:
                    declared.append(Declared(account.login, context, content.role))
        if len(contents) > LIMIT:
            raise UnsupportedRuleError(
                f"the rules distinguish {len(contents)} classes of contexts; at most {LIMIT} are enforced",
                "let rules ask for groups of agencies and purposes instead of single ones",
            )
        texts = {role: "; ".join(sorted(words)[:6]) for role, words in labels.items()}
        return ClassMap(
            contents,
            standing,
            tuple(declared),
            dict(self._owned),
            texts,
            frozenset(undeclared),
        )

    def content(self, account: Account, context: Context) -> ClassContent:
        """What this account may do in this context."""
        return self._content(self._principal(account), context.circumstances, gated=not context.standing)

    def rows(self, account: Account, context: Context, table: TableMap) -> dict[str, Condition]:
        """The rows of each category of a table that this account may read in this context."""
        specialised = self._specialise(self._principal(account), context.circumstances)
        left = self._of_rows(specialised, table)
        return {category: self.condition(left, "read", table, category) for category in table.categories}

    def _specialise(self, principal: Principal, circumstances: Circumstances) -> Specialised:
        """What the rules leave of one who asks; every table, and every plan of the same policy, asks for it again."""
        who = (principal, circumstances)
        if who not in self._specialised:
            self._specialised[who] = narrowed(self._conditions, principal, circumstances, self._hierarchy)
        return self._specialised[who]

    def _principal(self, account: Account) -> Principal:
        agencies = principal_agencies(self.repository, account.agency)
        return Principal(account.id, agencies, serves(self.repository, account.agency), account.use == "personal")

    def condition(self, specialised: Specialised, action: Action, table: TableMap, category: str) -> Condition:
        """The rows of `table` on which the rules left allow `action` for the columns of `category`."""
        public = table.public or self.repository.categories[category].public
        resource = ResourceKind(self.system.name, table.name, category, public, attributes_of(table))
        left = residuals(specialised, action, resource, self._hierarchy)
        key = (tuple((rule.effect, rule.condition) for rule in left), table.name)
        if key not in self._lowered:
            self._lowered[key] = lower(left, attributes_of(table))
        return self._lowered[key]

    def _accounts(self) -> Iterable[Account]:
        accounts = (a for a in self.repository.accounts.values() if a.system == self.system.name)
        return sorted((a for a in accounts if a.active and a.use not in UNBOUND_USES), key=lambda a: a.login)

    def _content(self, principal: Principal, circumstances: Circumstances, *, gated: bool) -> ClassContent:
        specialised = self._specialise(principal, circumstances)
        known = self._known.get((specialised, gated))
        if known is None:
            tables = self._tables(specialised, self.system.tables)
            # A derived object shows its owner's rows, which no gate can ask for a permit: permit classes hold none.
            owned = () if gated else self.system.derived
            readable = tuple(d.name for d in owned if self._may_read(specialised, d, self._owned[d.name]))
            known = self._known[specialised, gated] = ClassContent(self.database, gated, tables, readable)
        return known

    def _tables(self, specialised: Specialised, tables: Iterable[TableMap]) -> tuple[TableRights, ...]:
        found = (self._rights(specialised, table) for table in tables)
        return tuple(sorted((rights for rights in found if rights is not None), key=lambda rights: rights.table))

    def _rights(self, specialised: Specialised, table: TableMap) -> TableRights | None:
        """The rights on one table; classes to which the rules leave the same there share them."""
        left = self._of_rows(specialised, table)
        if not left.opens:
            return None
        key = (table.name, tuple((rule.effect, rule.condition) for rule in left.rules))
        if key not in self._rights_known:
            conditions = {
                (category, action): self.condition(left, action, table, category)
                for category in table.categories
                for action in ACTIONS
            }
            self._rights_known[key] = rights_of(table, self.shapes[table.name], conditions)
        return self._rights_known[key]

    def _of_rows(self, specialised: Specialised, table: TableMap) -> Specialised:
        return specialised.of_rows(row_type(self.system.name, table.name), self._hierarchy)

    def _owner_content(self, derived: Derived) -> ClassContent:
        """What a derived object's owner may read: its declared tables, as `reads_as` sees them, and nothing else."""
        reads = derived.reads_as
        principal = Principal(
            "", principal_agencies(self.repository, reads.agency), serves(self.repository, reads.agency), personal=False
        )
        specialised = self._specialise(principal, Circumstances(reads.purpose, reads.authority))
        tables = tuple(self.system.table(name) for name in derived.tables)
        reading = tuple(r.reading() for r in self._tables(specialised, tables))
        content = ClassContent(self.database, gated=False, tables=reading)
        closed = sorted(set(derived.tables) - {rights.table for rights in content.tables if rights.read})
        if closed:
            raise PlanError(
                f"derived object `{derived.name}` reads as `{reads.agency}` for `{reads.purpose}`, which may not read "
                + ", ".join(f"`{name}`" for name in closed),
                "let it read as someone who may, or drop it",
            )
        return content

    def _may_read(self, specialised: Specialised, derived: Derived, owner: ClassContent) -> bool:
        """Whether all rows that the object can show are rows whose `category` the rules open."""
        shown = False
        for name in derived.tables:
            table = self.system.table(name)
            if derived.category not in table.categories:
                continue
            shown = True
            allowed = self.condition(self._of_rows(specialised, table), "read", table, derived.category)
            rights = owner.of(name)
            if allowed == NEVER or rights is None:
                return False
            if implies(rights.read_rows, allowed, attributes_of(table)) is not None:
                return False
        return shown


def with_undeclared(repository: Repository, account: Account, on: date) -> tuple[Context, ...]:
    """An account's contexts; one without a standing purpose is *undeclared* until it declares.

    What the rules open to an undeclared session (public data, say) it holds without a permit.
    """
    found = contexts(repository, account, on)
    if not account.active or any(context.standing for context in found):
        return found
    return (Context(UNDECLARED_CIRCUMSTANCES, None, standing=True), *found)


def _label(context: Context) -> str:
    agreement = f" ({context.agreement})" if context.agreement else ""
    return f"{context.circumstances.purpose} under {context.circumstances.authority}{agreement}"
