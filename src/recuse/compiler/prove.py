"""Whether one row condition implies another, decided by z3 in SQL's three-valued logic.

A column of any row is one of finitely many cases: NULL, and values that stand for all others, since a condition can ask
only finitely much of it (texts: `texts.representatives`). What an atom says of a case is `verdict`, as everywhere; z3
searches the combinations. Its theories of strings and of 64-bit numbers are left out: both can run for seconds on small
questions, and a proof that is late is no proof. What is not decided is an error.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Final, assert_never

import z3

from recuse.compiler.condition import (
    All,
    Always,
    Any,
    Atom,
    Condition,
    Like,
    Never,
    OneOf,
    Ordered,
    Value,
    atoms,
    holds,
    verdict,
)
from recuse.compiler.known import Attributes
from recuse.compiler.texts import representatives
from recuse.errors import PlanError
from recuse.model import RowAttribute

TIMEOUT_MILLISECONDS: Final = 5000
_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1


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
    solver.add(*(z3.ULT(column.case, len(column.cases)) for column in columns.values()))
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

    def is_true(self, atom: Atom) -> z3.BoolRef:
        """Where the atom is TRUE, not NULL."""
        return z3.Or(*(self.case == number for number, value in enumerate(self.cases) if verdict(atom, value)))

    def in_model(self, model: z3.ModelRef) -> Value:
        return self.cases[int(model.eval(self.case, model_completion=True).as_long())]


def _columns(conditions: tuple[Condition, ...], attributes: Attributes) -> dict[str, _Column]:
    known = {attribute.column: attribute for _, attribute in attributes}
    asked: dict[str, set[Atom]] = {}
    for condition in conditions:
        for atom in atoms(condition):
            asked.setdefault(atom.column, set()).add(atom)
    columns: dict[str, _Column] = {}
    for name, about in asked.items():
        if name not in known:
            raise _undecided(f"no attribute names the column `{name}`")
        cases = (*_values(known[name], about), *((None,) if known[name].optional else ()))
        # One bit more than the numbers need, so that their count itself is a number of that width.
        columns[name] = _Column(z3.BitVec(f"case of {name}", len(cases).bit_length() + 1), cases)
    return columns


def _values(attribute: RowAttribute, about: Set[Atom]) -> tuple[Value, ...]:
    """Values such that any value of the column answers all atoms as one of them does."""
    match attribute.type:
        case "Bool":
            return (False, True)
        case "Long":
            near = {c + step for c in _numbers(about) for step in (-1, 0, 1)}
            return tuple(sorted({min(max(n, _LONG_MIN), _LONG_MAX) for n in (*near, 0, _LONG_MIN, _LONG_MAX)}))
        case "String":
            return representatives(sorted(_patterns(about)))
        case _:
            assert_never(attribute.type)


def _numbers(about: Set[Atom]) -> Iterator[int]:
    for atom in about:
        match atom:
            case Ordered(_, _, constant):
                yield constant
            case OneOf(_, constants):
                yield from (constant for constant in constants if isinstance(constant, int))
            case _:
                pass


def _patterns(about: Set[Atom]) -> Iterator[tuple[str, ...]]:
    for atom in about:
        match atom:
            case Like(_, pieces):
                yield pieces
            case OneOf(_, constants):
                yield from ((constant,) for constant in constants if isinstance(constant, str))
            case _:
                pass


def _true(condition: Condition, columns: Mapping[str, _Column]) -> z3.BoolRef:
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
