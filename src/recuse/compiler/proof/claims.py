"""Everything that is proved of a plan: for each class, table and command, that SQL shows what the rules open.

Of rows: what the row policies let through, the rules open in every situation that enters the class, for every category
with a granted column; and the other way round. Updating needs reading too, for rows as they are and as they are to be;
deleting needs every category. A class that somebody enters by declaring shows nothing without a permit for it, and no
class anything to who is not admitted.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final, Literal

from recuse.compiler.proof.cedar import Kind, Situation
from recuse.compiler.proof.entries import By, Entries, Entry
from recuse.compiler.proof.opened import Opened
from recuse.compiler.proof.prover import Prover, both, unread
from recuse.compiler.proof.space import Found
from recuse.compiler.proof.state import State
from recuse.compiler.proof.words import row_in_words
from recuse.compiler.proof.written import ALWAYS, NEVER, OWN, Admitted, Gate, Not, Unknown, Written, leaves, renamed
from recuse.enforcement.facts import PolicyCommand
from recuse.enforcement.names import CLASS, DOOR, PREFIX
from recuse.errors import Counterexample, PlanError, RefutedError
from recuse.model import ACTIONS, Action, Derived, TableMap

_ADMITTED: Final = Not(Unknown(Admitted()))
_PERMIT: Final = Not(Unknown(Gate(OWN)))
_NO_PERMIT: Final = Unknown(Gate(OWN))
_COMMAND: Final[dict[Action, PolicyCommand]] = {
    "read": "SELECT", "insert": "INSERT", "update": "UPDATE", "delete": "DELETE",
}  # fmt: skip
_CHECKING: Final[dict[Action, tuple[bool, ...]]] = {
    "read": (False,), "insert": (True,), "update": (False, True), "delete": (False,),
}  # fmt: skip
_GIVEN: Final[dict[By, Written]] = {"permit": _PERMIT, "owning": ALWAYS}
_MEND: Final = "do not use this plan; if `recuse` made it, report it with the rules"

SHOWS_ONLY: Final = "no row is reached that the rules close"
SHOWS_ALL: Final = "every row is reached that the rules open"
NEEDS_PERMIT: Final = "without a permit for the class no row is reached"
NEEDS_ADMISSION: Final = "an account that is not admitted reaches no row"
COLUMNS: Final = "every granted column is of a category that the rules open"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of one class on one table with one command: from which statements, for how many contexts.

    Of an object, `table` is its name, and the statements are those of its owner's class.
    """

    of: Literal["table", "object"]
    role: str
    table: str
    command: str
    sql: tuple[str, ...]
    contexts: int
    proved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Right:
    """A class, a table, and an action."""

    role: str
    table: TableMap
    action: Action

    @property
    def command(self) -> PolicyCommand:
        return _COMMAND[self.action]


@dataclass(slots=True)
class Claims:
    """Proves all of it for one system; the first thing that is not so raises RefutedError with a row, or PlanError."""

    prover: Prover
    state: State
    entries: Entries
    _members: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    _counted: dict[str, int] = field(default_factory=dict)
    _gates: dict[Written, frozenset[str]] = field(default_factory=dict)

    def prove(self) -> tuple[Proof, ...]:
        """A proof for every class, table and command that shows something; what shows too much is told first."""
        self._check_readable()
        self._check_single()
        for role in self.state.classes:
            entries = tuple(self.entries.of(role))
            self._counted[role] = len(entries)
            self._members[role] = tuple(dict.fromkeys(map(self._alike, entries)))
        rights = [_Right(*pair, action) for pair in self._pairs() for action in ACTIONS]
        proofs = [proof for right in rights for proof in self._bounded(right)]
        for role, derived in product(self._members, self.prover.system.derived):
            proofs += self._derived(role, derived)
        for right in rights:
            self._complete(right)
        return tuple(proofs)

    def _pairs(self) -> Iterator[tuple[str, TableMap]]:
        """Every class with the tables of which it holds a column, or in which the rules may open something to it."""
        held = {(role, table) for (role, table, _), columns in self.state.columns.items() if columns}
        for role, entries in self._members.items():
            asking = dict.fromkeys((entry.principal, entry.circumstances) for entry in entries)
            for table in self.prover.system.tables:
                if (role, table.name) in held or any(self.prover.opens(*who, table.name) for who in asking):
                    yield role, table

    def _alike(self, entry: Entry) -> Entry:
        principal, circumstances = self.prover.alike(entry.principal, entry.circumstances)
        return replace(entry, principal=principal, circumstances=circumstances)

    def _check_readable(self) -> None:
        governed = self.prover.system.governed
        for policy in self.state.every_policy():
            for side in (policy.using, policy.check):
                found = None if side is None else unread(side)
                if found is not None and policy.table in governed and policy.name.startswith(PREFIX):
                    message = f"the row policy `{policy.name}` of `{policy.table}` was not proved: {found.why}"
                    raise PlanError(message, "let row policies of this name come from `recuse` alone")
        self.state.of_others(self.prover.system.tables)
        for table in sorted(governed):
            if self.state.secured.get(table) != (True, True):
                message = f"row security of `{table}` is not on for everyone, so that row policies bind nobody"
                raise RefutedError(message, _MEND)
        classes = set(self.state.classes)
        for (role, table, privilege), columns in self.state.columns.items():
            if role in classes and table in governed and columns and privilege not in _COMMAND.values():
                raise RefutedError(f"the class `{role}` holds {privilege} on `{table}`, which no rule opens", _MEND)

    def _check_single(self) -> None:
        """Nobody has two classes at once: the columns of one would show in the rows of the other."""
        holders = Counter(
            member
            for (role, member), joined in self.state.members.items()
            if role.startswith(CLASS) and not member.startswith(DOOR) and joined.inherit is not False
        )
        for member, count in sorted(holders.items()):
            if count > 1:
                raise RefutedError(f"`{member}` has the rights of {count} classes at once", _MEND)

    def _bounded(self, right: _Right) -> Iterator[Proof]:
        """What a class can do with a table is within the rules."""
        columns = self._columns(right)
        sides = self._sides(right, self.state.shown) if columns else ()
        if all(side == NEVER for side in sides):
            return
        entries = self._members[right.role]
        asked = dict.fromkeys(
            (number, self._opened(right, entry, category))
            for category in _categories(right, columns)
            for number, entry in enumerate(entries)
        )
        for (number, opened), side in product(asked, sides):
            entry = entries[number]
            found = self.prover.wrongly_shown(side, opened, _GIVEN.get(entry.by, _NO_PERMIT))
            if found is not None:
                raise _refuted(right, "shows", entry, found)
        gated = any(entry.by == "permit" for entry in entries)
        self._needs(right, sides, _ADMITTED, "who is not admitted")
        if gated:
            self._needs(right, sides, _PERMIT, "who has no permit for it")
        proved = (
            SHOWS_ONLY,
            *((SHOWS_ALL,) if any(entry.by in ("inheriting", "permit") for entry in entries) else ()),
            *(() if right.action == "delete" else (COLUMNS,)),
            NEEDS_ADMISSION,
            *((NEEDS_PERMIT,) if gated else ()),
        )
        sql = self.state.made_by(right.role, right.table.name, right.command)
        yield Proof("table", right.role, right.table.name, right.command, sql, self._counted[right.role], proved)

    def _needs(self, right: _Right, sides: Sequence[Written], needed: Written, who: str) -> None:
        """No row is reached unless something is so of the session."""
        for side in sides:
            found = self.prover.beyond(right.table, side, needed)
            if found is not None:
                what = f"the class `{right.role}` lets {right.command} on `{right.table.name}` reach a row for {who}"
                message = f"{what}: {row_in_words(found.row)}"
                raise RefutedError(message, _MEND, _counterexample(right, found, shown=True))

    def _derived(self, role: str, derived: Derived) -> Iterator[Proof]:
        """Every row that a derived object shows a class is one whose category the rules open to who enters it."""
        name = self.entries.names[derived.name]
        seen = self.state.columns.get((role, ".".join(name), "SELECT"))
        if not seen and (role, "EXECUTE", name) not in self.state.objects:
            return
        tables = [t for t in self.prover.system.tables if t.name in derived.tables and derived.category in t.categories]
        owner = self.state.owners.get(name, "")
        owning = [of for of, member in self.state.members if member == owner]
        if not tables or not owning:
            message = f"`{derived.name}` shows the class `{role}` rows that no class of its owner bounds"
            raise RefutedError(message, _MEND)
        sql: list[str] = []
        for table, of in product(tables, owning):
            shown = self._renamed(self.state.shown(of, table.name, "SELECT", checking=False), of)
            sql += self.state.made_by(of, table.name, "SELECT")
            right = _Right(role, table, "read")
            for entry in self._members[role]:
                found = self.prover.wrongly_shown(shown, self._opened(right, entry, derived.category))
                if found is not None:
                    raise _refuted(right, "shows", entry, found)
        yield Proof("object", role, derived.name, "SELECT", tuple(sql), self._counted[role], (SHOWS_ONLY,))

    def _complete(self, right: _Right) -> None:
        """What the rules open to who enters a class, the class can do."""
        table, columns = right.table, self._columns(right)
        sides = self._sides(right, self.state.opened) if columns else (NEVER,)
        for entry in self._members[right.role]:
            if entry.by == "setting" or (entry.by == "owning" and (right.action, table.name) not in entry.reads):
                continue
            if not self.prover.opens(entry.principal, entry.circumstances, table.name):
                continue
            readable: dict[tuple[Opened, ...], bool] = {}
            for category in table.categories if right.action != "delete" else table.categories[:1]:
                opened = self._opened(right, entry, category)
                if opened not in readable:
                    self._shows_all(right, entry, sides, opened)
                    reading = right.action == "read"
                    readable[opened] = reading and self.prover.wrongly_hidden(NEVER, opened) is not None
                if readable[opened]:
                    self._check_columns(right, category, columns)

    def _shows_all(self, right: _Right, entry: Entry, sides: Sequence[Written], opened: tuple[Opened, ...]) -> None:
        for side in sides:
            found = self.prover.wrongly_hidden(side, opened, _session(entry, side))
            if found is not None:
                raise _refuted(right, "hides from", entry, found)

    def _check_columns(self, right: _Right, category: str, columns: set[str | None]) -> None:
        """Columns whose category the map states can be read where the rules open that category at all."""
        for column, of in right.table.columns.items():
            if of == category and not columns & {None, column}:
                message = f"the class `{right.role}` cannot read `{right.table.name}.{column}`, which the rules open"
                raise RefutedError(message, _MEND)

    def _columns(self, right: _Right) -> set[str | None]:
        return self.state.columns.get((right.role, right.table.name, right.command), set())

    def _sides(self, right: _Right, composed: Callable[..., Written]) -> tuple[Written, ...]:
        """The conditions on the row as it is, and as it is to be; one when they are the same."""
        found = (
            composed(right.role, right.table.name, right.command, checking=checking)
            for checking in _CHECKING[right.action]
        )
        return tuple(dict.fromkeys(self._renamed(each, right.role) for each in found))

    def _renamed(self, written: Written, role: str) -> Written:
        """The condition with the class's own gate as `OWN`; most ask for no gate."""
        if written not in self._gates:
            self._gates[written] = frozenset(leaf.role for leaf in leaves(written) if isinstance(leaf, Gate))
        return renamed(written, role) if role in self._gates[written] else written

    def _opened(self, right: _Right, entry: Entry, category: str) -> tuple[Opened, ...]:
        """What the rules must open for the action on columns of a category."""
        asked: tuple[tuple[Action, str], ...] = ((right.action, category),)
        if right.action == "update":
            asked = (("update", category), ("read", category))
        if right.action == "delete":
            asked = tuple((needed, each) for each in right.table.categories for needed in _TO_DELETE)
        name, table = self.prover.system.name, right.table.name
        kinds = ((action, Kind(name, table, of)) for action, of in asked)
        return tuple(self.prover.opened(Situation(entry.principal, entry.circumstances, *each)) for each in kinds)


_TO_DELETE: Final[tuple[Action, ...]] = ("read", "delete")


def _refuted(right: _Right, verb: str, entry: Entry, found: Found) -> RefutedError:
    what = "a row that the rules close" if verb == "shows" else "a row that the rules open"
    where = f"by {right.command} on `{right.table.name}`"
    message = f"the class `{right.role}` {verb} {entry} {where} {what}: {row_in_words(found.row)}"
    return RefutedError(message, _MEND, _counterexample(right, found, shown=verb == "shows"))


def _counterexample(right: _Right, found: Found, *, shown: bool) -> Counterexample:
    permits = frozenset(right.role if role == OWN else role for role in found.permits)
    return Counterexample(right.role, right.table.name, right.command, shown, found.row, found.admitted, permits)


def _categories(right: _Right, columns: set[str | None]) -> tuple[str, ...]:
    """The categories whose columns are granted; a key alone goes with the table's own."""
    table = right.table
    if right.action == "delete":
        return table.categories[:1]
    if None in columns:
        return table.categories
    found = {table.columns.get(c, table.category) for c in columns if c is not None and c not in table.key}
    return tuple(sorted(found)) or (table.category,)


def _session(entry: Entry, side: Written) -> Written:
    """An admitted session that has what the entry takes, and no permit for any other class."""
    own = _PERMIT if entry.by == "permit" else _NO_PERMIT
    gates = dict.fromkeys(leaf for leaf in leaves(side) if isinstance(leaf, Gate) and leaf.role != OWN)
    return both(_ADMITTED, own, *(Unknown(gate) for gate in gates))
