"""Views and materialized views for the category map: what they read, what they are called, whom they would open to.

Enforcement opens a derived object to everyone who may read its category in the tables beneath. It is proposed only
where that opens nothing: each such account reads the object today, or reads every column of its tables. What is not
proposed is closed by a plan, and says why. A definer function's reads are not in the catalog: a person lists it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from recuse.enforcement.facts import ColumnShape, Definition, ObjectRef, Owner, TableShape
from recuse.model import Derived, ReadsAs, TableMap
from recuse.operations.access import AccessReader, TableAccess
from recuse.operations.category_map import base_of, category_columns
from recuse.operations.guesses import guess_column, guess_table
from recuse.operations.proposal import Guess, Omission
from recuse.targets.records import Inspection
from recuse.toml_text import named


@dataclass(frozen=True, slots=True)
class MappedDerived:
    """A derived object's entry with its comments, and the logins that lose it: they read nothing beneath it."""

    derived: Derived
    notes: tuple[str, ...]
    lose: tuple[str, ...]
    guess: Guess


@dataclass(slots=True)
class DerivedReader:
    """Proposes the derived objects over `tables`; `holders` are the bound logins' holdings by login and table."""

    system: str
    found: Inspection
    reader: AccessReader  # counting SET ROLE
    direct: AccessReader  # not counting it
    tables: Mapping[str, TableMap]
    holders: Mapping[str, Mapping[str, TableAccess]]
    reads_as: ReadsAs
    left_out: list[Omission] = field(default_factory=list)
    _refs: dict[str, ObjectRef] = field(init=False)
    _owners: dict[ObjectRef, str] = field(init=False)
    _known: dict[str, MappedDerived | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._owners = {f.of: f.role for f in self.found.facts if isinstance(f, Owner)}
        self._refs = {".".join(r.name): r for r in self._owners if r.kind in ("view", "matview")}

    def proposed(self) -> tuple[MappedDerived, ...]:
        """Every derived object that can be proposed, by name; the others are in `left_out` with the reason."""
        found = [self._of(name) for name in sorted(self._refs)]
        self.left_out += sorted(self._functions(), key=lambda o: o.name)
        return tuple(each for each in found if each is not None)

    def _of(self, name: str) -> MappedDerived | None:
        if name not in self._known:
            self._known[name] = None  # a view that reads itself, through another, finds this
            mapped = self._mapped(name)
            if isinstance(mapped, MappedDerived):
                self._known[name] = mapped
            else:
                closes = sorted(login for login in self.holders if self._reads(login, name))
                who = f"; it closes to {', '.join(map(named, closes))}" if closes else ""
                self.left_out.append(Omission("derived", name, mapped + who))
        return self._known[name]

    def _mapped(self, name: str) -> MappedDerived | str:
        """The entry of a derived object, or why there is none."""
        ref, shape = self._refs[name], self.found.shapes[name]
        if any("." in part for part in ref.name):
            return "its name holds a dot"
        tables = self._tables(name)
        if isinstance(tables, str):
            return tables
        category = self._category(name, shape, tables)
        if category is None:
            return "every category that fits it would open it to accounts that read only part of what it may show"
        reason = self._opened_by_its_owner(ref, tables)
        if reason is not None:
            return reason
        prior = {login for login in self.holders if self._reads(login, name)}
        after = set(self._readers(category, tables))
        refreshed_by, notes = self._refreshed_by(ref)
        if after - prior:
            notes += (f"it opens besides to those who read every column of its tables today: {len(after - prior)}",)
        shows = ", ".join(named(column.name) for column in shape.columns)
        return MappedDerived(
            Derived(name, category, self.reads_as, tables, refreshed_by),
            (f"category `{category}` guessed from its columns and name; it shows {shows}", *notes),
            tuple(sorted(prior - after)),
            Guess("derived", name, category, "its columns' names, then its own, then its first table"),
        )

    def _tables(self, name: str) -> tuple[str, ...] | str:
        """The tables at the bottom, or why not: views in between must read the same, or they get another owner."""
        direct = sorted(self.found.reads.get(name, ()))
        if not direct:
            return "the catalog does not say that it reads any table"
        tables = {read for read in direct if read in self.tables}
        between: list[frozenset[str]] = []
        for read in direct:
            if read in self.tables:
                continue
            below = self._of(read) if read in self._refs else None
            if below is None:
                return f"it reads {named(read)}, which the proposal leaves out"
            between.append(frozenset(below.derived.tables))
        tables = tables.union(*between)
        if any(below != tables for below in between):
            return "it joins views of different tables, which would have different owners"
        return tuple(sorted(tables))

    def _opened_by_its_owner(self, ref: ObjectRef, tables: tuple[str, ...]) -> str | None:
        """Why its new owner, who reads every table beneath, would show more through it than its owner does."""
        owner, security = self._owners[ref], {f.of: f.security for f in self.found.facts if isinstance(f, Definition)}
        for table in tables:
            schema, _, relation = table.partition(".")
            below, shape = ObjectRef("table", (schema, relation)), self.found.shapes[table]
            if self.reader.secured(below):
                return f"{named(table)} has row security already, which it may pass by"
            reads = self.direct.reads(owner, below, shape)
            if security[ref] == "definer" and len(reads) < len(shape.columns):
                return f"its owner {named(owner)} may not read all of {named(table)}, and its new owner would"
        return None

    def _category(self, name: str, shape: TableShape, tables: tuple[str, ...]) -> str | None:
        """The category most of its columns suggest and a table beneath has; None if it would open it to anybody."""
        guesses = (guess_column(column, in_recognised=False) for column in shape.columns)
        by_column = [base for base, _ in Counter(g.value for g in guesses if g is not None).most_common()]
        by_name = guess_table(name.partition(".")[2])
        bases = [
            *by_column,
            *([by_name.value] if by_name else []),
            *(base_of(c) for t in tables for c in self._columns(t)),
        ]
        held = list(dict.fromkeys(c for table in tables for c, columns in self._columns(table).items() if columns))
        candidates = next(found for base in bases if (found := [c for c in held if base_of(c) == base]))
        safe = (c for c in candidates if all(self._knows_all(who, name, tables) for who in self._readers(c, tables)))
        return next(safe, None)

    def _readers(self, category: str, tables: tuple[str, ...]) -> Iterator[str]:
        """Who will read an object of this category: those who may read it in every table that has it."""
        columns = [(table, c[0].name) for table in tables if (c := self._columns(table).get(category))]
        for login, held in self.holders.items():
            if all(column in held.get(table, TableAccess()).read for table, column in columns):
                yield login

    def _columns(self, table: str) -> dict[str, tuple[ColumnShape, ...]]:
        return category_columns(self.tables[table], self.found.shapes[table])

    def _knows_all(self, login: str, name: str, tables: tuple[str, ...]) -> bool:
        """Whether an account reads all that the object may show: the object itself, or all columns of its tables."""
        shape, held = self.found.shapes[name], self.holders[login]
        if len(self.reader.reads(login, self._refs[name], shape)) == len(shape.columns):
            return True
        return all(len(held.get(t, TableAccess()).read) == len(self.found.shapes[t].columns) for t in tables)

    def _reads(self, login: str, name: str) -> bool:
        return bool(self.reader.reads(login, self._refs[name], self.found.shapes[name]))

    def _refreshed_by(self, ref: ObjectRef) -> tuple[str | None, tuple[str, ...]]:
        if ref.kind != "matview":
            return None, ()
        owner = self._owners[ref]
        able = sorted(
            login
            for login in self.holders
            if self.reader.acts_as(login, owner) or self.reader.holds(login, ref, "MAINTAIN")
        )
        if len(able) != 1:
            who = ", ".join(map(named, able)) or "no account but a superuser"
            return None, (f"who refreshes it cannot be told ({who} may): a person adds `refreshed_by`",)
        return f"{self.system}/{able[0]}", ("`refreshed_by` guessed: no other account may refresh it",)

    def _functions(self) -> Iterator[Omission]:
        for fact in self.found.facts:
            if isinstance(fact, Definition) and fact.of.kind == "function" and fact.security == "definer":
                name = f"{fact.of.name[0]}.{fact.of.name[1]}({fact.of.name[2]})"
                reason = "runs with its owner's rights, and what it reads cannot be told: it closes until listed"
                yield Omission("function", name, reason)
