"""The text of every kind of atom, to the letter: what row policies say is this and nothing else.

That the texts mean what the atoms mean is asked of a server elsewhere; here no server is needed to see a word change.
"""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final, Literal
from uuid import UUID

import pytest
from psycopg.adapt import Transformer

from recuse.compiler.condition import (
    Atom,
    Constant,
    Elements,
    InRange,
    Like,
    OneOf,
    Order,
    Ordered,
    Relation,
    Whole,
    Within,
)
from recuse.model import DAY, Address, address
from recuse.targets.postgres.condition_sql import condition_sql, condition_text

ORDERS: Final[tuple[Order, ...]] = ("<", "<=", ">", ">=")
RELATIONS: Final[tuple[Relation, ...]] = ("@>", "<@", "&&")
NOON: Final = 1_768_478_400_000  # 2026-01-15T12:00:00Z
ID: Final = UUID("6a1f4f3e-0000-4000-8000-00000000abcd")


def network(text: str) -> Address:
    found = address(text)
    assert found is not None
    return found


@pytest.mark.parametrize("order", ORDERS)
def test_an_order(order: Order) -> None:
    assert condition_text(Ordered("a", order, -5)) == f"(\"a\" {order} '-5'::bigint)"


@pytest.mark.parametrize(
    ("constant", "text"),
    [
        (5, "'5'::bigint"),
        ("a'b", "'a''b'::text"),
        (ID, "'6a1f4f3e-0000-4000-8000-00000000abcd'::uuid"),
        (network("10.0.0.0/8"), "'10.0.0.0/8'::inet"),
        (network("::1"), "'0:0:0:0:0:0:0:1/128'::inet"),
    ],
)
def test_a_constant_says_its_type(constant: Constant, text: str) -> None:
    assert condition_text(OneOf("a", (constant,), True)) == f'("a" = {text})'
    assert condition_text(OneOf("a", (constant,), False)) == f'("a" <> {text})'
    assert condition_text(OneOf("a", (constant, constant), True)) == f'("a" = ANY (ARRAY[{text}, {text}]))'
    assert condition_text(OneOf("a", (constant, constant), False)) == f'("a" <> ALL (ARRAY[{text}, {text}]))'


def test_an_address_and_a_network() -> None:
    inside = InRange('a"b', "<<=", network("10.0.0.0/8"), True)
    assert condition_text(inside) == '("a""b" <<= \'10.0.0.0/8\'::inet)'
    around = InRange("a", ">>=", network("10.0.0.0/8"), False)
    assert condition_text(around) == "(NOT (\"a\" >>= '10.0.0.0/8'::inet))"


@pytest.mark.parametrize(("relation", "expected"), list(product(RELATIONS, (True, False))))
def test_a_set(relation: Relation, expected: bool) -> None:
    def written(atom: Atom) -> str:
        text = condition_text(atom)
        assert expected or (text.startswith("(NOT ") and text.endswith(")"))
        return text if expected else text.removeprefix("(NOT ").removesuffix(")")

    some = Elements("a", relation, ("x", "y"), expected)
    assert written(some) == f"(\"a\"::text[] {relation} (ARRAY['x'::text, 'y'::text]))"
    assert written(Elements("a", relation, (), expected)) == f"(\"a\"::text[] {relation} '{{}}'::text[])"
    assert written(Whole("a", expected)) == '("a" <@ "a")'


@pytest.mark.parametrize("kind", ["datetime", "date"])
def test_a_window_is_half_open_and_finite(kind: Literal["datetime", "date"]) -> None:
    name, noon, zone = {
        "datetime": ("timestamptz", "2026-01-15 12:00:00+00", " 00:00:00+00"), "date": ("date", "2026-01-15", ""),
    }[kind]  # fmt: skip
    moment, epoch = f"'{noon}'::{name}", f"'1970-01-01{zone}'::{name}"
    before, after = f"'-infinity'::{name}", f"'infinity'::{name}"
    for start, end, inside, outside in (
        (0, NOON, f'("a" >= {epoch} AND "a" < {moment})', f'("a" < {epoch} OR "a" >= {moment})'),
        (None, NOON, f'("a" > {before} AND "a" < {moment})', f'("a" <= {before} OR "a" >= {moment})'),
        (NOON, None, f'("a" >= {moment} AND "a" < {after})', f'("a" < {moment} OR "a" >= {after})'),
    ):
        assert condition_text(Within("a", start, end, True, kind)) == inside
        assert condition_text(Within("a", start, end, False, kind)) == outside


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (0, "1970-01-01 00:00:00+00"),
        (1, "1970-01-01 00:00:00.001+00"),
        (-1, "1969-12-31 23:59:59.999+00"),
        (NOON + 3_723_045, "2026-01-15 13:02:03.045+00"),
        (253_402_300_799_999, "9999-12-31 23:59:59.999+00"),
        (253_402_300_800_000, "10000-01-01 00:00:00+00"),
        (-62_135_596_800_000, "0001-01-01 00:00:00+00"),
        (-62_135_596_800_001, "0001-12-31 23:59:59.999+00 BC"),  # there is no year 0
        (-62_135_596_800_000 - 366 * DAY, "0001-01-01 00:00:00+00 BC"),
        (-62_135_596_800_000 - 366 * DAY - 1, "0002-12-31 23:59:59.999+00 BC"),
        (-62_135_596_800_000 - 146_097 * DAY, "0400-01-01 00:00:00+00 BC"),
        (-62_135_596_800_000 + 146_097 * DAY, "0401-01-01 00:00:00+00"),
    ],
)
def test_a_moment_is_written_in_utc_with_its_era(moment: int, text: str) -> None:
    assert f"'{text}'::timestamptz" in condition_text(Within("a", moment, None, True))
    day = text.partition(" ")[0] + (" BC" if text.endswith("BC") else "")
    assert f"'{day}'::date" in condition_text(Within("a", moment, None, True, "date"))


def test_every_day_of_a_cycle_of_the_calendar_is_written_as_python_writes_it() -> None:
    start = datetime(1899, 12, 31, tzinfo=UTC)
    for number in range(0, 150_000, 97):
        day = start + timedelta(days=number)
        text = condition_text(Within("a", int(day.timestamp()) * 1000, None, True, "date"))
        assert f"'{day:%Y-%m-%d}'::date" in text


def test_a_context_without_a_connection_changes_nothing() -> None:
    condition = OneOf("a", ("é'",), True)
    assert condition_sql(condition).as_bytes(Transformer()) == condition_text(condition).encode()


def test_different_constants_are_different_statements() -> None:
    assert condition_sql(OneOf("a", ("x",), True)) == condition_sql(OneOf("a", ("x",), True))
    assert condition_sql(OneOf("a", ("x",), True)) != condition_sql(OneOf("a", ("y",), True))


def test_a_pattern() -> None:
    assert condition_text(Like("a", ("x'", ""), True)) == "(\"a\" ^@ 'x'''::text)"
    assert condition_text(Like("a", ("", "x"), True)) == "(\"a\" LIKE '%x'::text ESCAPE '!')"
    assert condition_text(Like("a", ("", "x", ""), False)) == "(\"a\" NOT LIKE '%x%'::text ESCAPE '!')"
