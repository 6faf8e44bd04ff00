"""A row condition as somebody wrote it in SQL: a tree in three-valued logic, which a target reads from its own text.

Wider than the conditions that the compiler writes, because a proof must understand a wrong condition to refute it. What
is not understood is `Unread`: never skipped, and never proved.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from recuse.compiler.proof.hashed import Hashed, hashed_once
from recuse.compiler.proof.networks import inside
from recuse.compiler.proof.patterns import Steps, fits
from recuse.compiler.proof.values import Value
from recuse.model import Address

Comparison = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compared:
    """The column compared with a constant; NULL on either side makes NULL."""

    operator: Comparison
    constant: Value


@dataclass(frozen=True, slots=True)
class Listed:
    """`= ANY` of constants, or (`expected` false) `<> ALL`; a NULL among them makes NULL of what would not match."""

    constants: tuple[Value, ...]
    expected: bool


@dataclass(frozen=True, slots=True)
class Matched:
    """A text matches a pattern, or (`expected` false) does not."""

    pattern: Steps
    expected: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """`IS NULL`."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """`IS DISTINCT FROM` a constant: NULL counts as a value."""

    constant: Value


@dataclass(frozen=True, slots=True)
class Inside:
    """An address with its network lies in a constant one (`<<=`), or holds it (`>>=`)."""

    operator: Literal["<<=", ">>="]
    network: Address


@dataclass(frozen=True, slots=True)
class Related:
    """An array of texts holds all constants (`@>`), nothing else (`<@`), or any of them (`&&`); a NULL is none."""

    operator: Literal["@>", "<@", "&&"]
    constants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """An array lies in itself (`column <@ column`): so it does exactly when no element is NULL."""


Test = Compared | Listed | Matched | Missing | Distinct | Inside | Related | Whole


@dataclass(frozen=True, slots=True)
class Ask:
    """One question about one column, read as a type (`cast`, by its catalog name) or as it is."""

    column: str
    cast: str | None
    test: Test


@dataclass(frozen=True, slots=True)
class Fixed:
    """TRUE, FALSE or NULL."""

    value: bool | None


@dataclass(frozen=True, slots=True)
class Not:
    """`NOT`."""

    part: "Written"


@hashed_once
@dataclass(frozen=True, slots=True)
class And(Hashed):
    """`AND` of any number of parts; of none it is TRUE."""

    parts: "tuple[Written, ...]"


@hashed_once
@dataclass(frozen=True, slots=True)
class Or(Hashed):
    """`OR` of any number of parts; of none it is FALSE."""

    parts: "tuple[Written, ...]"


@dataclass(frozen=True, slots=True)
class Unknown:
    """`IS NULL` of a condition."""

    part: "Written"


@dataclass(frozen=True, slots=True)
class Settled:
    """`IS TRUE` or `IS FALSE`: never NULL."""

    part: "Written"
    value: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """`CASE WHEN … THEN … ELSE … END`: the first branch whose test is TRUE."""

    branches: "tuple[tuple[Written, Written], ...]"
    otherwise: "Written"


@dataclass(frozen=True, slots=True)
class First:
    """`COALESCE`: the first part that is not NULL."""

    parts: "tuple[Written, ...]"


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate of a class answers: TRUE with a permit in force for it, else NULL."""

    role: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """What the cut asks: TRUE for a registered, active login, else NULL."""


@dataclass(frozen=True, slots=True)
class Others:
    """What the stage canary asks: TRUE for a login that is none of these, else NULL."""

    canaries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A condition that is not understood, with the reason; the same text means the same."""

    text: str
    why: str


Written = Ask | Fixed | Not | And | Or | Unknown | Settled | Choice | First | Gate | Admitted | Others | Unread

ALWAYS: Final = Fixed(True)
NEVER: Final = Fixed(False)
OWN: Final = ""
"""The gate of the class in question, whatever its name."""


def answer(test: Test, value: Value) -> bool | None:
    """What a question answers about a value: TRUE, FALSE, or None for NULL."""
    match test:
        case Missing():
            return value is None
        case Distinct(constant):
            return value != constant
        case Compared(operator, constant):
            return None if value is None or constant is None else _stands(operator, value, constant)
        case Listed(constants, expected):
            if not constants:
                return not expected
            if value is None:
                return None
            return expected if value in constants else None if None in constants else not expected
        case Matched(pattern, expected):
            return fits(pattern, value) == expected if isinstance(value, str) else None
        case Inside(operator, network):
            if not isinstance(value, Address):
                return None
            return inside(value, network) if operator == "<<=" else inside(network, value)
        case Related(operator, texts):
            return _relates(operator, value, texts) if isinstance(value, frozenset) else None
        case Whole():
            return None not in value if isinstance(value, frozenset) else None
        case _:
            assert_never(test)


def _relates(operator: Literal["@>", "<@", "&&"], value: frozenset[str | None], texts: tuple[str, ...]) -> bool:
    match operator:
        case "@>":
            return value.issuperset(texts)
        case "<@":
            return value.issubset(texts)
        case "&&":
            return not value.isdisjoint(texts)
        case _:
            assert_never(operator)


def _stands(operator: Comparison, value: Value, constant: Value) -> bool:
    match operator:
        case "=":
            return value == constant
        case "<>":
            return value != constant
        case "<":
            return value < constant  # type: ignore[operator]  # both are of the column's type: see `kinds.readable`
        case "<=":
            return value <= constant  # type: ignore[operator]
        case ">":
            return value > constant  # type: ignore[operator]
        case ">=":
            return value >= constant  # type: ignore[operator]
        case _:
            assert_never(operator)


def leaves(written: Written) -> Iterator[Ask | Gate | Admitted | Others | Unread]:
    """Everything a condition asks, with repetitions, in order."""
    match written:
        case Fixed():
            return
        case Ask() | Gate() | Admitted() | Others() | Unread():
            yield written
        case Not(part) | Unknown(part) | Settled(part, _):
            yield from leaves(part)
        case And(parts) | Or(parts) | First(parts):
            for each in parts:
                yield from leaves(each)
        case Choice(branches, otherwise):
            for test, then in branches:
                yield from leaves(test)
                yield from leaves(then)
            yield from leaves(otherwise)
        case _:
            assert_never(written)


def renamed(written: Written, role: str) -> Written:
    """The condition with the class's own gate as `OWN`: equal conditions of different classes become equal."""
    return changed(written, lambda leaf: Gate(OWN) if leaf == Gate(role) else leaf)


def asked_by(written: Written, login: str | None) -> Written:
    """The condition as one login meets it; None is any that the stage canary names."""

    def told(leaf: Written) -> Written:
        if not isinstance(leaf, Others):
            return leaf
        return Fixed(None) if login is None or login in leaf.canaries else ALWAYS

    return changed(written, told)


def changed(written: Written, leaf: Callable[[Written], Written]) -> Written:
    """The condition with each of its leaves as a function makes it."""
    match written:
        case Not(part):
            return Not(changed(part, leaf))
        case Unknown(part):
            return Unknown(changed(part, leaf))
        case Settled(part, value):
            return Settled(changed(part, leaf), value)
        case And(parts):
            return And(tuple(changed(part, leaf) for part in parts))
        case Or(parts):
            return Or(tuple(changed(part, leaf) for part in parts))
        case First(parts):
            return First(tuple(changed(part, leaf) for part in parts))
        case Choice(branches, otherwise):
            pairs = tuple((changed(test, leaf), changed(then, leaf)) for test, then in branches)
            return Choice(pairs, changed(otherwise, leaf))
        case _:
            return leaf(written)
