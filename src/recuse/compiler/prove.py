"""Whether one row condition implies another, decided by z3 in SQL's three-valued logic.

A column of any row is one of finitely many cases: NULL, and values that stand for all others, since a condition can ask
only finitely much of it (`cases.representatives`). What an atom says of a case is `verdict`, as everywhere; z3 searches
the combinations. Its theories of strings and of 64-bit numbers are left out: both can run for seconds on small
questions, and a proof that is late is no proof. Sets would have too many cases: there z3 chooses each element that is
mentioned. What is not decided is an error.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Final, assert_never

import z3

from recuse.compiler.cases import representatives, unmentioned_text
from recuse.compiler.condition import (
    All,
    Always,
    Any,
    Atom,
    Condition,
    Elements,
    Never,
    Null,
    Relation,
    Value,
    Whole,
    atoms,
    holds,
    verdict,
)
from recuse.compiler.known import Attributes
from recuse.errors import PlanError
from recuse.model import RowAttribute

TIMEOUT_MILLISECONDS: Final = 5000


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A row (column and value, None for NULL, by column) that the stronger condition shows and the weaker does not."""

    row: tuple[tuple[str, Value], ...]


def implies(stronger: Condition, weaker: Condition, attributes: Attributes) -> Counterexample | None:
    """None when every row that `stronger` shows is shown by `weaker`; otherwise a row where that fails.

    `attributes` gives each column's type and nullability. Raises PlanError when it cannot be decided: the caller must
    treat that as not proved.
    """
    columns = _columns((stronger, weaker), attributes)
    solver = z3.SolverFor("QF_BV")
    solver.set("timeout", TIMEOUT_MILLISECONDS)
    solver.add(*(column.possible for column in columns.values()))
    solver.add(_true(stronger, columns), z3.Not(_true(weaker, columns)))
    answer = solver.check()
    if answer == z3.unsat:
        return None
    if answer != z3.sat:
        raise _undecided(solver.reason_unknown())
    row = {name: column.in_model(solver.model()) for name, column in columns.items()}
    if not holds(stronger, row) or holds(weaker, row):
        raise _undecided("the row found does not bear it out")
    return Counterexample(tuple(sorted(row.items())))


def equivalent(one: Condition, other: Condition, attributes: Attributes) -> Counterexample | None:
    """None when both conditions show the same rows; otherwise a row that only one of them shows.

    Raises PlanError when it cannot be decided: the caller must treat that as not proved.
    """
    return implies(one, other, attributes) or implies(other, one, attributes)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of any row: the number of its case, and the cases."""

    case: z3.BitVecRef
    cases: tuple[Value, ...]

    @property
    def possible(self) -> z3.BoolRef:
        return z3.ULT(self.case, len(self.cases))

    def is_true(self, atom: Atom) -> z3.BoolRef:
        """Where the atom is TRUE, not NULL."""
        return z3.Or(*(self.case == number for number, value in enumerate(self.cases) if verdict(atom, value)))

    def in_model(self, model: z3.ModelRef) -> Value:
        return self.cases[int(model.eval(self.case, model_completion=True).as_long())]


@dataclass(frozen=True, slots=True)
class _Set:
    """A set of any row: whether it is NULL, and whether it holds each element that is told apart (None: a NULL one)."""

    null: z3.BoolRef
    held: Mapping[str | None, z3.BoolRef]
    optional: bool

    @property
    def possible(self) -> z3.BoolRef:
        return z3.BoolVal(True) if self.optional else z3.Not(self.null)

    def is_true(self, atom: Atom) -> z3.BoolRef:
        """Where the atom is TRUE, not NULL."""
        match atom:
            case Null(_, expected):
                return self.null if expected else z3.Not(self.null)
            case Whole(_, expected):
                said = z3.Not(self.held[None])
            case Elements(_, relation, constants, expected):
                said = self._relates(relation, constants)
            case _:
                return z3.BoolVal(False)
        return z3.And(z3.Not(self.null), said if expected else z3.Not(said))

    def _relates(self, relation: Relation, constants: tuple[str, ...]) -> z3.BoolRef:
        match relation:
            case "@>":
                return z3.And(*(self.held[constant] for constant in constants))
            case "<@":
                return z3.Not(z3.Or(*(held for element, held in self.held.items() if element not in constants)))
            case "&&":
                return z3.Or(*(self.held[constant] for constant in constants))
            case _:
                assert_never(relation)

    def in_model(self, model: z3.ModelRef) -> Value:
        def chosen(said: z3.BoolRef) -> bool:
            return bool(z3.is_true(model.eval(said, model_completion=True)))

        return None if chosen(self.null) else frozenset(e for e, held in self.held.items() if chosen(held))


def _columns(conditions: tuple[Condition, ...], attributes: Attributes) -> dict[str, _Column | _Set]:
    known = {attribute.column: attribute for _, attribute in attributes}
    asked: dict[str, set[Atom]] = {}
    for condition in conditions:
        for atom in atoms(condition):
            asked.setdefault(atom.column, set()).add(atom)
    columns: dict[str, _Column | _Set] = {}
    for name, about in asked.items():
        if name not in known:
            raise _undecided(f"no attribute names the column `{name}`")
        columns[name] = _set(known[name], about) if known[name].type == "Set<String>" else _column(known[name], about)
    return columns


def _column(attribute: RowAttribute, about: Set[Atom]) -> _Column:
    cases = (*representatives(attribute.type, about), *((None,) if attribute.optional else ()))
    # One bit more than the numbers need, so that their count itself is a number of that width.
    return _Column(z3.BitVec(f"case of {attribute.column}", len(cases).bit_length() + 1), cases)


def _set(attribute: RowAttribute, about: Set[Atom]) -> _Set:
    mentioned = sorted({c for atom in about if isinstance(atom, Elements) for c in atom.constants})
    told_apart = (*mentioned, unmentioned_text(mentioned), None)
    held = {e: z3.Bool(f"element {number} of {attribute.column}") for number, e in enumerate(told_apart)}
    return _Set(z3.Bool(f"NULL as {attribute.column}"), held, attribute.optional)


def _true(condition: Condition, columns: Mapping[str, _Column | _Set]) -> z3.BoolRef:
    """Where the condition is TRUE; it is monotone, so where its parts are FALSE or NULL does not matter."""
    match condition:
        case Always():
            return z3.BoolVal(True)
        case Never():
            return z3.BoolVal(False)
        case All(parts):
            return z3.And(*(_true(part, columns) for part in parts))
        case Any(parts):
            return z3.Or(*(_true(part, columns) for part in parts))
        case _:
            return columns[condition.column].is_true(condition)


def _undecided(why: str) -> PlanError:
    return PlanError(f"it cannot be decided whether one row condition implies another: {why}", "simplify the rules")
