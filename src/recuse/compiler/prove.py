"""Whether one row condition implies another, decided by z3 in SQL's three-valued logic.

A column is a value and a flag for NULL. Conditions are monotone, so only where each is TRUE matters. A counterexample
is tried on `condition.holds` before it is believed; what z3 cannot decide in time is an error, never a proof.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, assert_never

import z3

from recuse.compiler.condition import (
    All,
    Always,
    Any,
    Condition,
    Constant,
    Flag,
    Like,
    Never,
    Null,
    OneOf,
    Ordered,
    Value,
    atoms,
    holds,
)  # fmt: skip
from recuse.compiler.known import Attributes
from recuse.errors import PlanError
from recuse.model import AttributeType

TIMEOUT_MILLISECONDS: Final = 5000
_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1
_HIGHEST_CHARACTER: Final = 0x2FFFF
_SAFE: Final = re.compile(r"[^ -\[\]-~]")
_ESCAPE: Final = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


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
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT_MILLISECONDS)
    solver.add(*(domain for column in columns.values() for domain in column.domain()))
    solver.add(_true(stronger, columns), z3.Not(_true(weaker, columns)))
    answer = solver.check()
    if answer == z3.unsat:
        return None
    if answer != z3.sat:
        raise _undecided(solver.reason_unknown())
    row = {name: column.value_in(solver.model()) for name, column in columns.items()}
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
    type: AttributeType
    optional: bool
    value: z3.ExprRef
    null: z3.BoolRef

    def domain(self) -> tuple[z3.BoolRef, ...]:
        """What every row keeps to: NOT NULL, and 64 bits."""
        bounds = (self.value >= _LONG_MIN, self.value <= _LONG_MAX) if self.type == "Long" else ()
        return bounds if self.optional else (z3.Not(self.null), *bounds)

    def value_in(self, model: z3.ModelRef) -> Value:
        if z3.is_true(model.eval(self.null, model_completion=True)):
            return None
        value = model.eval(self.value, model_completion=True)
        match self.type:
            case "Bool":
                return bool(z3.is_true(value))
            case "Long":
                return int(value.as_long())
            case "String":
                return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value.as_string())
            case _:
                assert_never(self.type)


def _columns(conditions: tuple[Condition, ...], attributes: Attributes) -> dict[str, _Column]:
    known = {attribute.column: attribute for _, attribute in attributes}
    sorts = {"Bool": z3.Bool, "Long": z3.Int, "String": z3.String}
    columns: dict[str, _Column] = {}
    for name in sorted({atom.column for condition in conditions for atom in atoms(condition)}):
        if name not in known:
            raise _undecided(f"no attribute names the column `{name}`")
        found = known[name]
        value, null = sorts[found.type](f"value of {name}"), z3.Bool(f"{name} is null")
        columns[name] = _Column(found.type, found.optional, value, null)
    return columns


def _true(condition: Condition, columns: Mapping[str, _Column]) -> z3.BoolRef:
    """Where the condition is TRUE, not NULL."""
    match condition:
        case Always():
            return z3.BoolVal(True)
        case Never():
            return z3.BoolVal(False)
        case All(parts):
            return z3.And(*(_true(part, columns) for part in parts))
        case Any(parts):
            return z3.Or(*(_true(part, columns) for part in parts))
        case Null(name, expected):
            return columns[name].null if expected else z3.Not(columns[name].null)
        case _:
            column = columns[condition.column]
            return z3.And(z3.Not(column.null), _of_value(condition, column.value))


def _of_value(atom: Flag | OneOf | Ordered | Like, value: z3.ExprRef) -> z3.BoolRef:
    match atom:
        case Flag(_, expected):
            return value if expected else z3.Not(value)
        case OneOf(_, constants, expected):
            among = z3.Or(*(value == _constant(constant) for constant in constants))
            return among if expected else z3.Not(among)
        case Ordered(_, "<", constant):
            return value < constant
        case Ordered(_, "<=", constant):
            return value <= constant
        case Ordered(_, ">", constant):
            return value > constant
        case Ordered(_, _, constant):
            return value >= constant
        case Like(_, pieces, expected):
            matched = _matches(pieces, value)
            return matched if expected else z3.Not(matched)
        case _:
            assert_never(atom)


def _matches(pieces: tuple[str, ...], value: z3.ExprRef) -> z3.BoolRef:
    """Prefix, suffix and length, which z3 decides at once; a regular expression only for what lies between."""
    first, *middle, last = pieces
    said = [
        z3.PrefixOf(_constant(first), value),
        z3.SuffixOf(_constant(last), value),
        z3.Length(value) >= len(first) + len(last),
    ]
    if middle:
        anything = z3.Full(z3.ReSort(z3.StringSort()))
        texts = (z3.Re(_constant(piece)) for piece in (*middle, last))
        said.append(
            z3.InRe(value, z3.Concat(z3.Re(_constant(first)), *(p for text in texts for p in (anything, text))))
        )
    return z3.And(*said)


def _constant(constant: Constant) -> z3.ExprRef:
    """A constant as z3 reads it: a backslash would begin an escape, and characters end at U+2FFFF."""
    if isinstance(constant, int):
        return z3.IntVal(constant)
    if any(ord(character) > _HIGHEST_CHARACTER for character in constant):
        raise _undecided("a text holds a character above U+2FFFF")
    return z3.StringVal(_SAFE.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", constant))


def _undecided(why: str) -> PlanError:
    return PlanError(f"it cannot be decided whether one row condition implies another: {why}", "simplify the rules")
