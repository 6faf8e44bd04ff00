"""What an operator between one attribute of a row and constants comes to: where it is true, and where it is false.

A value that no Cedar type holds (an infinity, a set with a NULL element) is there, and equal to nothing; every other
operator errs on it. Source: Cedar language reference, "Operators and functions".
"""

from collections.abc import Iterable, Sequence
from typing import Literal
from uuid import UUID

from cedarpy import pst

from recuse.compiler.condition import (
    NEVER,
    Condition,
    Constant,
    InRange,
    Null,
    Order,
    Ordered,
    Range,
    Relation,
    Whole,
    all_of,
    any_of,
    elements,
    one_of,
    within,
)
from recuse.compiler.fold import address_of, moment_of
from recuse.compiler.truth import Truth, of_atom
from recuse.model import Address, RowAttribute

Days = Literal["datetime", "date"]


def equality(attribute: RowAttribute, values: Sequence[pst.Expr]) -> Truth:
    """`[values].contains(attribute)`; of one value, `attribute == value`."""
    each = [found for value in values if (found := _equal(attribute, value)) is not None]
    present = Null(attribute.column, False)
    return Truth(any_of(found.true for found in each), all_of((present, *(found.false for found in each))))


def order(attribute: RowAttribute, sign: Order, value: pst.Expr) -> Truth | None:
    """`attribute < value` and the like; None where Cedar orders no such values."""
    match attribute.type, value:
        case "Long", pst.LongLit(number):
            return of_atom(Ordered(attribute.column, sign, number))
        case ("datetime" | "date") as of, _ if (moment := moment_of(value)) is not None:
            # A column may be finer than a millisecond, and Cedar sees it rounded down: `<= k` is `< k + 1`.
            bound = moment if sign in ("<", ">=") else moment + 1
            before, after = within(attribute.column, None, bound, of=of), within(attribute.column, bound, None, of=of)
            return Truth(before, after) if sign in ("<", "<=") else Truth(after, before)
        case _:
            return None


def in_networks(column: str, side: Range, networks: Iterable[Address]) -> Truth:
    """Whether an address lies in any of the networks (`<<=`), or its network holds any of them (`>>=`)."""
    listed = tuple(networks)
    return Truth(
        any_of(InRange(column, side, network, True) for network in listed),
        all_of(InRange(column, side, network, False) for network in listed),
    )


def relation(column: str, related: Relation, values: Iterable[pst.Expr]) -> Truth:
    """Whether a set of texts holds all of the values (`@>`), nothing but them (`<@`), or any of them (`&&`)."""
    listed = tuple(values)
    texts = [value.value for value in listed if isinstance(value, pst.StringLit)]
    whole = Whole(column, True)
    if related == "@>" and len(texts) < len(listed):  # a set of texts holds nothing else
        return Truth(NEVER, whole)
    return Truth(
        all_of((elements(column, related, texts), whole)), all_of((elements(column, related, texts, False), whole))
    )


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID as PostgreSQL writes it: Cedar compares texts, and knows no other spelling."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _equal(attribute: RowAttribute, value: pst.Expr) -> Truth | None:
    """Equality with one value; None where it never is."""
    column = attribute.column
    match attribute.type, value:
        case ("Long", pst.LongLit(constant)) | ("String", pst.StringLit(constant)):
            return _is(column, constant)
        case "uuid", pst.StringLit(text):
            return _is(column, UUID(text)) if is_uuid(text) else None
        case ("datetime" | "date") as of, _ if (moment := moment_of(value)) is not None:
            return Truth(
                within(column, moment, moment + 1, of=of), within(column, moment, moment + 1, expected=False, of=of)
            )
        case "ipaddr", _ if (address := address_of(value)) is not None:
            return _is(column, address)
        case "Set<String>", pst.Set(listed):
            texts = [element.value for element in listed if isinstance(element, pst.StringLit)]
            return _is_set(column, texts) if len(texts) == len(listed) else None
        case kind, pst.EntityLit(uid) if str(uid.type) == kind:
            return _is(column, uid.id)
        case _:
            return None


def _is(column: str, constant: Constant) -> Truth:
    return Truth(one_of(column, (constant,)), one_of(column, (constant,), expected=False))


def _is_set(column: str, texts: Sequence[str]) -> Truth:
    """A NULL element is none of the texts, so that a set which has one is only unequal."""
    true: list[Condition] = [elements(column, "@>", texts), elements(column, "<@", texts)]
    false = [elements(column, "@>", texts, False), elements(column, "<@", texts, False)]
    return Truth(all_of(true), any_of(false))
