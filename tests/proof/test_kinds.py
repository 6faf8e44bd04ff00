"""A few values stand for all: every value answers what SQL and rules ask of a column as one of the cases does."""

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Final

import pytest

from recuse.compiler.proof.kinds import KINDS, cases, mentioned, mentioning, together
from recuse.compiler.proof.opened import pieces
from recuse.compiler.proof.patterns import MANY, ONE, Steps, exactly, fits, representatives
from recuse.compiler.proof.questions import Piece, Reader
from recuse.compiler.proof.values import DAY, Moment, days_of
from recuse.compiler.proof.written import Ask, answer, leaves
from recuse.model import ATTRIBUTE_TYPES
from recuse.targets.postgres.condition_sql import condition_text
from recuse.targets.postgres.reading.expression import read_condition
from recuse.targets.postgres.reading.forms import day_of, moment_of
from tests.conformance.test_conformance import COMPILED, condition, shape
from tests.conformance.world import ASKING, ATTRIBUTES, random_value
from tests.proof.small import cedar, situation
from tests.proof.test_reading import in_proofs

VALUES: Final = 150
ROUNDS: Final = 6


@cache
def asked() -> dict[str, tuple[Ask, ...]]:
    """The questions that the shapes' SQL asks, by column."""
    found: dict[str, dict[Ask, None]] = {}
    for name in COMPILED:
        for leaf in leaves(read_condition(condition_text(condition(name, ASKING[0])))):
            if isinstance(leaf, Ask):
                found.setdefault(leaf.column, {})[leaf] = None
    return {column: tuple(several) for column, several in found.items()}


@cache
def pieces_about() -> dict[str, tuple[Piece, ...]]:
    """The pieces of the shapes' rules that ask about one attribute and nothing else, by attribute."""
    reader = Reader.of({name: attribute.type for name, attribute in ATTRIBUTES})
    found: dict[str, dict[Piece, None]] = {}
    for name in COMPILED:
        for rule in shape(name).rules:
            for piece in pieces(reader.rule(rule)):
                if len(piece.attributes) == 1 and not piece.variables:
                    found.setdefault(piece.attributes[0], {})[piece] = None
    return {attribute: tuple(several) for attribute, several in found.items()}


@pytest.mark.parametrize("name", [name for name, _ in ATTRIBUTES])
def test_every_value_answers_as_one_of_the_cases(name: str) -> None:
    attribute = dict(ATTRIBUTES)[name]
    random = Random(name)  # noqa: S311
    asks, rules = asked().get(attribute.column, ()), pieces_about().get(name, ())
    assert asks or rules, "nothing is asked of this column"
    told = 0
    for _ in range(ROUNDS):
        some = random.sample(asks, min(len(asks), 3))
        others = random.sample(rules, min(len(rules), 2))
        ids = mentioning(cedar().ids(attribute.type))
        every = cases(attribute, together([*(mentioned(a.test) for a in some), *(p.mentioned for p in others), ids]))

        def answers(value: object, some: list[Ask] = some, others: list[Piece] = others) -> tuple[bool | None, ...]:
            of_sql = (answer(ask.test, value) for ask in some)  # type: ignore[arg-type]
            here = situation(ASKING[0])
            of_rules = (cedar().answer(piece, here, (), {name: value}) for piece in others)  # type: ignore[dict-item]
            return (*of_sql, *of_rules)

        known = {answers(value) for value in every}
        for _ in range(VALUES // ROUNDS):
            value = in_proofs(attribute.column, random_value(random, attribute.type))
            assert answers(value) in known, (value, some, others)
        told += len(known)
    assert told > ROUNDS, "the cases tell nothing apart"


def test_every_type_has_its_kind() -> None:
    assert set(KINDS) == set(ATTRIBUTE_TYPES)


def patterns(random: Random) -> Iterator[Steps]:
    steps = [("a", False), ("b", False), ("%", False), (ONE, True), (MANY, True)]
    for _ in range(40):
        yield tuple(random.choice(steps) for _ in range(random.randrange(5)))


def test_texts_answer_patterns_as_one_that_stands_for_all() -> None:
    random = Random(2)  # noqa: S311
    for _ in range(30):
        some = random.sample(list(patterns(random)), 3)
        known = {tuple(fits(p, text) for p in some) for text in representatives(some)}
        for _ in range(60):
            text = "".join(random.choice("ab%_z") for _ in range(random.randrange(6)))
            assert tuple(fits(p, text) for p in some) in known, (some, text)


def test_patterns_are_what_like_means() -> None:
    assert fits((("a", False), (MANY, True)), "abc")
    assert not fits((("a", False), (ONE, True)), "a")
    assert fits(exactly("a%"), "a%")
    assert not fits(exactly("a%"), "ab")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01 00:00:00+00", 0),
        ("2019-07-12 19:00:00-05", 1_562_976_000_000_000),
        ("1969-12-31 23:59:59.999+00", -1_000),
        ("2020-02-29 00:00:00.000001+05:30", 1_582_914_600_000_001),
        ("0001-12-31 00:00:00+00 BC", -62_135_683_200_000_000),
        ("10000-01-01 00:00:00+00", 253_402_300_800_000_000),
    ],
)
def test_moments_are_read_as_postgresql_writes_them(text: str, expected: int) -> None:
    assert moment_of(text) == Moment(expected)


def test_days_are_counted_over_every_leap_year() -> None:
    from datetime import date, timedelta

    start = date(1, 1, 1)
    for number in range(0, 3_652_000, 997):
        day = start + timedelta(days=number)
        assert days_of(day.year, day.month, day.day) == number - 719_162
        assert day_of(day.isoformat()).at * DAY == moment_of(f"{day.isoformat()} 00:00:00+00").at
