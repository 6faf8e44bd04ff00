"""All rows and sessions there can be, for z3: a column is the number of its case, a gate is open or not.

A condition becomes two formulas, where it is TRUE and where it is NULL; it is FALSE elsewhere. Both are carried through
every operator, since NOT, IS NULL, COALESCE and CASE tell FALSE and NULL apart. Its theories of strings and of large
numbers are left out: cases decide the same, at once (docs/decisions, "Proofs enumerate cases").
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never

import z3

from recuse.compiler.proof.values import Value
from recuse.compiler.proof.written import (
    Admitted,
    And,
    Ask,
    Choice,
    First,
    Fixed,
    Gate,
    Not,
    Or,
    Others,
    Settled,
    Unknown,
    Unread,
    Written,
    answer,
)
from recuse.errors import PlanError

TIMEOUT_MILLISECONDS: Final = 5000
_YES: Final = z3.BoolVal(True)
_NO: Final = z3.BoolVal(False)


@dataclass(frozen=True, slots=True)
class Three:
    """Where a condition is TRUE, and where it is NULL."""

    true: z3.BoolRef
    null: z3.BoolRef

    @property
    def false(self) -> z3.BoolRef:
        """Where it is FALSE."""
        return z3.Not(z3.Or(self.true, self.null))


@dataclass(frozen=True, slots=True)
class Found:
    """A row (by column, None for NULL) and a session: admitted or not, and for which classes it has a permit."""

    row: Mapping[str, Value]
    admitted: bool
    permits: frozenset[str]


@dataclass(slots=True)
class Space:
    """Rows by the cases of their columns, and sessions; the same name is always the same variable."""

    cases: Mapping[str, tuple[Value, ...]]
    _columns: dict[str, z3.BitVecRef] = field(default_factory=dict)
    _at: dict[tuple[str, int], z3.BoolRef] = field(default_factory=dict)
    _gates: dict[str, z3.BoolRef] = field(default_factory=dict)
    admitted: z3.BoolRef = field(default_factory=lambda: z3.Bool("admitted"))

    def where(self, column: str, chosen: Callable[[Value], bool]) -> z3.BoolRef:
        """Where the column has one of the cases chosen."""
        return z3.Or(*(self.at(column, number) for number, value in enumerate(self.cases[column]) if chosen(value)))

    def at(self, column: str, number: int) -> z3.BoolRef:
        """Where the column has one case, by its number."""
        if (column, number) not in self._at:
            self._at[column, number] = self._column(column) == number
        return self._at[column, number]

    def gate(self, role: str) -> z3.BoolRef:
        """Where the session has a permit in force for a class."""
        return self._gates.setdefault(role, z3.Bool(f"gate {role}"))

    def find(self, *conditions: z3.BoolRef) -> Found | None:
        """A row and a session for which all of this is so; None when there is none.

        Raises PlanError when that could not be told in time: nothing is proved then.
        """
        solver = z3.SolverFor("QF_BV")
        solver.set("timeout", TIMEOUT_MILLISECONDS)
        solver.add(*(z3.ULT(column, len(self.cases[name])) for name, column in self._columns.items()), *conditions)
        answered = solver.check()
        if answered == z3.unsat:
            return None
        if answered != z3.sat:
            raise PlanError(f"a proof was not decided: {solver.reason_unknown()}", "simplify the rules")
        return self._read(solver.model())

    def _read(self, model: z3.ModelRef) -> Found:
        def holds(variable: z3.BoolRef) -> bool:
            return bool(z3.is_true(model.eval(variable, model_completion=True)))

        row = {
            name: self.cases[name][int(model.eval(column, model_completion=True).as_long())]
            for name, column in self._columns.items()
        }
        return Found(row, holds(self.admitted), frozenset(role for role, gate in self._gates.items() if holds(gate)))

    def _column(self, name: str) -> z3.BitVecRef:
        if name not in self._columns:
            # One bit more than the numbers need, so that their count itself is a number of that width.
            self._columns[name] = z3.BitVec(f"case of {name}", len(self.cases[name]).bit_length() + 1)
        return self._columns[name]


def encode(written: Written, space: Space) -> Three:
    """A condition over the rows and sessions of a space; what was not understood may be anything."""
    match written:
        case Fixed(value):
            return Three(z3.BoolVal(value is True), z3.BoolVal(value is None))
        case Ask(column, _, test):
            return Three(
                space.where(column, lambda value: answer(test, value) is True),
                space.where(column, lambda value: answer(test, value) is None),
            )
        case Gate(role):
            return Three(space.gate(role), z3.Not(space.gate(role)))
        case Admitted():
            return Three(space.admitted, z3.Not(space.admitted))
        case Others(canaries):  # of each session it is told before: what is left may be anything
            other = z3.Bool(f"none of {', '.join(canaries)}")
            return Three(other, z3.Not(other))
        case Unread(text):
            true, null = z3.Bool(f"true {text}"), z3.Bool(f"null {text}")
            return Three(z3.And(true, z3.Not(null)), null)
        case Not(part):
            inner = encode(part, space)
            return Three(inner.false, inner.null)
        case And(parts):
            return _both([encode(part, space) for part in parts])
        case Or(parts):
            return _either([encode(part, space) for part in parts])
        case Unknown(part):
            return Three(encode(part, space).null, _NO)
        case Settled(part, value):
            inner = encode(part, space)
            return Three(inner.true if value else inner.false, _NO)
        case Choice(branches, otherwise):
            return _chosen([(encode(w, space), encode(t, space)) for w, t in branches], encode(otherwise, space))
        case First(parts):
            return _first([encode(part, space) for part in parts])
        case _:
            assert_never(written)


def _both(parts: Iterable[Three]) -> Three:
    several = list(parts)
    true = z3.And(*(part.true for part in several))
    false = z3.Or(*(part.false for part in several))
    return Three(true, z3.Not(z3.Or(true, false)))


def _either(parts: Iterable[Three]) -> Three:
    several = list(parts)
    true = z3.Or(*(part.true for part in several))
    false = z3.And(*(part.false for part in several))
    return Three(true, z3.Not(z3.Or(true, false)))


def _chosen(branches: list[tuple[Three, Three]], otherwise: Three) -> Three:
    result = otherwise
    for test, then in reversed(branches):
        result = Three(z3.If(test.true, then.true, result.true), z3.If(test.true, then.null, result.null))
    return result


def _first(parts: list[Three]) -> Three:
    result = Three(_NO, _YES)
    for part in reversed(parts):
        result = Three(z3.If(part.null, result.true, part.true), z3.And(part.null, result.null))
    return result
