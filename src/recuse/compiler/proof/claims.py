"""Everything that is proved of a plan: for each class, table and command, that SQL shows what the rules open.

Of rows: what the row policies let through, the rules open in every situation that enters the class, for every category
with a granted column; and the other way round. Updating needs reading too, for rows as they are and as they are to be;
deleting needs every category. A class that somebody enters by declaring shows nothing without a permit for it, and no
class anything to who is not admitted.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final

from recuse.compiler.proof.cedar import Kind, Situation
from recuse.compiler.proof.entries import Entries, Entry
from recuse.compiler.proof.prover import Opened, Prover, both, unread
from recuse.compiler.proof.space import Found
from recuse.compiler.proof.state import State
from recuse.compiler.proof.words import row_in_words
from recuse.compiler.proof.written import ALWAYS, NEVER, OWN, Admitted, Gate, Not, Unknown, Written, leaves, renamed
from recuse.errors import PlanError, RefutedError
from recuse.model import ACTIONS, Action, Derived, TableMap

_ADMITTED: Final = Not(Unknown(Admitted()))
_PERMIT: Final = Not(Unknown(Gate(OWN)))
_NO_PERMIT: Final = Unknown(Gate(OWN))
_PRIVILEGE: Final[dict[Action, str]] = {"read": "SELECT", "insert": "INSERT", "update": "UPDATE", "delete": "DELETE"}
_MEND: Final = "do not use this plan; if `recuse` made it, report it with the rules"

SHOWS_ONLY: Final = "no row is reached that the rules close"
SHOWS_ALL: Final = "every row is reached that the rules open"
NEEDS_PERMIT: Final = "without a permit for the class no row is reached"
NEEDS_ADMISSION: Final = "unless admitted an account reaches no row"
COLUMNS: Final = "every granted column is of a category that the rules open"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of one class on one table with one command: from which statements, for how many contexts."""

    role: str
    table: str
    command: str
    sql: tuple[str, ...]
    contexts: int
    proved: tuple[str, ...]


@dataclass(slots=True)
class Claims:
    """Proves all of it for one system; the first thing that is not so raises RefutedError with a row, or PlanError."""

    prover: Prover
    state: State
    entries: Entries
    _members: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    _counted: dict[str, int] = field(default_factory=dict)

    def prove(self) -> Iterator[Proof]:
        """A proof for every class, table and command that shows something; over-grants are looked for first."""
        self._read_all()
        for role in self.state.classes:
            entries = tuple(self.entries.of(role))
            self._counted[role] = len(entries)
            self._members[role] = tuple(dict.fromkeys(map(self._alike, entries)))
        proofs = [p for role in self._members for table in self.prover.system.tables for p in self._bounded(role, table)]
        proofs += [p for role in self._members for derived in self.prover.system.derived for p in self._derived(role, derived)]
        for role in self._members:
            for table in self.prover.system.tables:
                self._complete(role, table)
        yield from proofs

    def _alike(self, entry: Entry) -> Entry:
        principal, circumstances = self.prover.alike(entry.principal, entry.circumstances)
        return replace(entry, principal=principal, circumstances=circumstances)

    def _read_all(self) -> None:
        governed = {table.name for table in self.prover.system.tables}
        for (table, name), policy in self.state.policies.items():
            for side in (policy.using, policy.check):
                found = None if side is None else unread(side)
                if found is not None and table in governed and name.startswith("recuse_"):
                    message = f"the row policy `{name}` of `{table}` was not proved: {found.why}"
                    raise PlanError(message, "let row policies of this name come from `recuse` alone")
        for table in sorted(governed & {table for table, _ in self.state.policies}):
            if self.state.secured.get(table) != (True, True):
                raise RefutedError(f"row security of `{table}` is not on for everyone, so its row policies bind nobody", _MEND)

    def _bounded(self, role: str, table: TableMap) -> Iterator[Proof]:
        """What a class can do with a table is within the rules."""
        for action in ACTIONS:
            columns = self.state.columns.get((role, table.name, _PRIVILEGE[action]), set())
            sides = self._sides(role, table, action, self.state.shown)
            if not columns or all(side == NEVER for side in sides):
                continue
            proved = [SHOWS_ONLY, NEEDS_ADMISSION, *([] if action == "delete" else [COLUMNS])]
            entries = self._members[role]
            for category in _categories(table, columns, action):
                for entry in entries:
                    opened = self._opened(entry, table, action, category)
                    given = {"permit": _PERMIT, "owning": ALWAYS}.get(entry.by, _NO_PERMIT)
                    for side in sides:
                        found = self.prover.wrongly_shown(side, opened, given)
                        if found is not None:
                            raise self._refuted("shows", role, table, action, entry, found)
            self._session(role, table, action, sides, _ADMITTED, "who is not admitted")
            if any(entry.by == "permit" for entry in entries):
                self._session(role, table, action, sides, _PERMIT, "who has no permit for it")
                proved.append(NEEDS_PERMIT)
            if any(entry.by != "setting" for entry in entries):
                proved.insert(1, SHOWS_ALL)
            sql = self.state.made_by(role, table.name, _PRIVILEGE[action])
            yield Proof(role, table.name, _PRIVILEGE[action], sql, self._counted[role], tuple(proved))
        self._nothing_else(role, table)

    def _derived(self, role: str, derived: Derived) -> Iterator[Proof]:
        """Every row that a derived object shows a class is one whose category the rules open to who enters it."""
        name = self.entries.names[derived.name]
        held = self.state.columns.get((role, ".".join(name), "SELECT")) or (role, "EXECUTE", name) in self.state.objects
        if not held:
            return
        tables = [t for t in self.prover.system.tables if t.name in derived.tables and derived.category in t.categories]
        owner = self.state.owners.get(name, "")
        owning = [of for of, member in self.state.members if member == owner]
        if not tables or not owning:
            raise RefutedError(f"`{derived.name}` shows the class `{role}` rows that no class of its owner bounds", _MEND)
        for table, of, entry in product(tables, owning, self._members[role]):
            shown = renamed(self.state.shown(of, table.name, "SELECT", checking=False), of)
            found = self.prover.wrongly_shown(shown, self._opened(entry, table, "read", derived.category))
            if found is not None:
                raise self._refuted("shows", role, table, "read", entry, found)
        sql = tuple(text for table, of in product(tables, owning) for text in self.state.made_by(of, table.name, "SELECT"))
        yield Proof(role, derived.name, "SELECT", sql, self._counted[role], (SHOWS_ONLY,))

    def _complete(self, role: str, table: TableMap) -> None:
        """What the rules open to who enters a class, the class can do."""
        for entry in self._members[role]:
            if entry.by == "setting" or (entry.by == "owning" and table.name not in entry.tables):
                continue
            for action in ACTIONS if entry.by != "owning" else ACTIONS[:1]:
                sides = self._sides(role, table, action, self.state.opened)
                columns = self.state.columns.get((role, table.name, _PRIVILEGE[action]), set())
                for category in table.categories if action != "delete" else table.categories[:1]:
                    opened = self._opened(entry, table, action, category)
                    for side in sides if columns else (NEVER,):
                        found = self.prover.wrongly_hidden(side, opened, _session(entry, side))
                        if found is not None:
                            raise self._refuted("hides", role, table, action, entry, found)
            self._columns_granted(role, table, entry)

    def _sides(
        self, role: str, table: TableMap, action: Action, composed: Callable[..., Written]
    ) -> tuple[Written, ...]:
        """The conditions on the row as it is, and as it is to be; one when they are the same."""
        command = _PRIVILEGE[action]
        checks = {"insert": (True,), "update": (False, True)}.get(action, (False,))
        found = (composed(role, table.name, command, checking=checking) for checking in checks)
        return tuple(dict.fromkeys(renamed(each, role) for each in found))

    def _opened(self, entry: Entry, table: TableMap, action: Action, category: str) -> tuple[Opened, ...]:
        """What the rules must open for the action on columns of a category."""
        asked: tuple[tuple[Action, str], ...] = ((action, category),)
        if action == "update":
            asked = (("update", category), ("read", category))
        if action == "delete":
            asked = tuple((needed, each) for each in table.categories for needed in ("read", "delete"))
        system = self.prover.system.name
        return tuple(
            self.prover.opened(Situation(entry.principal, entry.circumstances, each, Kind(system, table.name, of)))
            for each, of in asked
        )

    def _columns_granted(self, role: str, table: TableMap, entry: Entry) -> None:
        """Columns whose category the map states can be read where the rules open that category at all."""
        columns = self.state.columns.get((role, table.name, "SELECT"), set())
        for column, category in table.columns.items():
            if None in columns or column in columns:
                continue
            if self.prover.wrongly_hidden(NEVER, self._opened(entry, table, "read", category)) is not None:
                raise RefutedError(
                    f"the class `{role}` cannot read `{table.name}.{column}`, which the rules open to {entry}", _MEND
                )

    def _session(
        self, role: str, table: TableMap, action: Action, sides: Sequence[Written], needed: Written, who: str
    ) -> None:
        for side in sides:
            found = self.prover.beyond(table, side, needed)
            if found is not None:
                raise RefutedError(
                    f"the class `{role}` lets {_PRIVILEGE[action]} on `{table.name}` reach a row for {who}: "
                    f"{row_in_words(found.row)}",
                    _MEND,
                )

    def _nothing_else(self, role: str, table: TableMap) -> None:
        for held, name, privilege in self.state.columns:
            if (held, name) == (role, table.name) and self.state.columns[held, name, privilege]:
                if privilege not in _PRIVILEGE.values():
                    message = f"the class `{role}` holds {privilege} on `{table.name}`, which no rule opens"
                    raise RefutedError(message, _MEND)

    def _refuted(
        self, verb: str, role: str, table: TableMap, action: Action, entry: Entry, found: Found
    ) -> RefutedError:
        what = "a row that the rules close" if verb == "shows" else "a row that the rules open"
        return RefutedError(
            f"the class `{role}` {verb} {entry} by {_PRIVILEGE[action]} on `{table.name}` {what}: "
            f"{row_in_words(found.row)}",
            _MEND,
        )


def _categories(table: TableMap, columns: set[str | None], action: Action) -> tuple[str, ...]:
    """The categories whose columns are granted; a key alone goes with the table's own."""
    if action == "delete":
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
