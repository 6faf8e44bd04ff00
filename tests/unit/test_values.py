"""Literals are read as Cedar reads them, and values reach Cedar as what they are: Cedar is asked, good and bad."""

import json
import math
from random import Random
from uuid import UUID

import cedarpy
import pytest

from recuse.model import Address, AttributeType, Value, address, moment
from recuse.policy.values import FORMS, ORDINARY, fits, in_cedar, written

GENERATED = 2500
RANDOM = Random(20260115)  # noqa: S311 - the same texts each time


def cedar(expression: str, value: object = None) -> bool | None:
    """What Cedar makes of an expression about `resource.x`; None for an error."""
    attributes = {} if value is None else {"x": value}
    entities = json.dumps([{"uid": {"type": "Row", "id": "1"}, "attrs": attributes, "parents": []}])
    request = {"principal": 'A::"a"', "action": 'Action::"read"', "resource": 'Row::"1"', "context": {}}
    answer = cedarpy.is_authorized(request, f"permit (principal, action, resource) when {{ {expression} }};", entities)
    return None if answer.diagnostics.errors else answer.allowed


def digits(count: int) -> str:
    return "".join(RANDOM.choices("0123456789", k=count))


def datetime_text() -> str:
    choice = RANDOM.choice
    text = "-".join((choice(("0000", "0001", "1970", "2020", "2019", "9999", digits(4))),
                     choice(("01", "02", "12", "13", "00")), choice(("01", "28", "29", "30", "31", "00"))))  # fmt: skip
    if RANDOM.random() < 0.8:
        text += "T" + ":".join((choice(("00", "23", "24")), choice(("00", "59", "60")), choice(("00", "59", "60"))))
        text += "" if RANDOM.random() < 0.5 else "." + choice(("000", "999", digits(3), digits(2), digits(4)))
        offset = choice("+-") + choice(("00", "05", "23", "24")) + choice(("00", "30", "59", "60"))
        text += choice(("Z", "Z", "", "z", offset, offset, "+00:00", "+00"))
    if RANDOM.random() < 0.1:
        at = RANDOM.randrange(len(text))
        text = text[:at] + choice(" x+\u0663-\n") + text[at + RANDOM.randrange(2) :]
    return text


def address_text() -> str:
    choice = RANDOM.choice
    if RANDOM.random() < 0.4:
        hostile = ("0", "127", "224", "255", "256", "01", "", "\u0661")
        count = choice((4, 4, 4, 3, 5))
        text = ".".join(choice(hostile) if RANDOM.random() < 0.2 else str(RANDOM.randrange(256)) for _ in range(count))
    else:
        odd = ("0", "ffff", "FFFF", "0001", "00001", "g", "ff02", "", "1.2.3.4")
        count = choice((8, 8, 7, 9, 3, 1))
        groups = [choice(odd) if RANDOM.random() < 0.15 else f"{RANDOM.randrange(65536):x}" for _ in range(count)]
        first, second = sorted(RANDOM.randrange(len(groups) + 1) for _ in range(2))
        short = f"{':'.join(groups[:first])}::{':'.join(groups[second:])}"
        text = choice((":".join(groups), short, "::", "::1", "::ffff:0:0", short + "%eth0"))
    return text + choice(("", "", "/0", "/8", "/32", "/33", "/64", "/128", "/129", "/08", "/", "/+8", "/ 8", "/1000"))


def test_datetimes_are_read_as_cedar_reads_them() -> None:
    read = 0
    for _ in range(GENERATED):
        text = datetime_text()
        found = moment(text)
        same = f'datetime("1970-01-01").offset(duration("{found or 0}ms"))'
        assert cedar(f"datetime({json.dumps(text)}) == {same}") == (None if found is None else True), text
        read += found is not None
    assert GENERATED * 0.05 < read < GENERATED * 0.9


def test_addresses_are_read_as_cedar_reads_them() -> None:
    read = 0
    for _ in range(GENERATED):
        text = address_text()
        found = address(text)
        same = text if found is None else str(found)
        assert cedar(f"ip({json.dumps(text)}) == ip({json.dumps(same)})") == (None if found is None else True), text
        read += found is not None
    assert GENERATED * 0.1 < read < GENERATED * 0.9


def test_networks_lie_in_each_other_as_in_cedar() -> None:
    answers = set()
    for _ in range(GENERATED):
        bits = RANDOM.choice((32, 128))
        one = Address(4 if bits == 32 else 6, RANDOM.getrandbits(bits), RANDOM.randrange(bits + 1))
        other = Address(one.version, one.number ^ (1 << RANDOM.randrange(bits)), RANDOM.randrange(bits + 1))
        assert cedar(f'ip("{one}").isInRange(ip("{other}"))') is one.within(other)
        assert cedar(f'ip("{one}") == ip("{other}")') is (one == other)
        answers.add(one.within(other))
    assert answers == {True, False}


@pytest.mark.parametrize(
    ("kind", "value", "equal", "unequal"),
    [
        ("Bool", True, "true", "false"),
        ("Long", -(2**63), "-9223372036854775808", "0"),
        ("String", "it's", "\"it's\"", '""'),
        ("datetime", -1, 'datetime("1969-12-31T23:59:59.999Z")', 'datetime("1970-01-01")'),
        ("datetime", 0, 'datetime("1970-01-01T01:00:00+0100")', 'datetime("1970-01-02")'),
        ("date", 86_400_000, 'datetime("1970-01-02")', 'datetime("1970-01-01")'),
        ("ipaddr", Address(4, 167838211, 8), 'ip("10.1.2.3/8")', 'ip("10.0.0.0/8")'),
        ("ipaddr", Address(6, 281470681743360, 96), 'ip("::ffff:0:0/96")', 'ip("0.0.0.0/0")'),
        ("Set<String>", frozenset({"b", "a"}), '["a", "b"]', '["a"]'),
        ("uuid", UUID(int=10), '"00000000-0000-0000-0000-00000000000a"', '"00000000-0000-0000-0000-00000000000A"'),
        ("Agency", "city", 'Agency::"city"', '"city"'),
    ],
)  # fmt: skip
def test_a_value_is_in_cedar_what_it_is_here(kind: AttributeType, value: Value, equal: str, unequal: str) -> None:
    assert fits(kind, value)
    given = in_cedar(kind, value)
    assert cedar(f"resource has x && resource.x == {equal}", given) is True
    assert cedar(f"resource.x != {unequal}", given) is True


@pytest.mark.parametrize("ms", [-210_866_803_200_000, 9_224_318_015_999_999])
def test_every_moment_of_postgresql_reaches_cedar(ms: int) -> None:
    """Its first, and its last, in the year 294276; no datetime literal names either."""
    given = in_cedar("datetime", ms)
    assert cedar('resource.x < datetime("0000-01-01T00:00:00+2359")', given) is (ms < 0)
    assert cedar('resource.x > datetime("9999-12-31T23:59:59.999-2359")', given) is (ms > 0)


@pytest.mark.parametrize(
    ("kind", "value", "errs"),
    [
        *(
            ("datetime", infinity, '{} < datetime("1970-01-01"), datetime("1970-01-01") <= {}, {}.toDate() == {}')
            for infinity in (math.inf, -math.inf)
        ),
        ("date", math.inf, '{} > datetime("1970-01-01"), {} has inner, {} in Agency::"a", {} is Agency, {} like "*"'),
        ("Set<String>", frozenset({"a", None}), '{}.contains("a"), {}.isEmpty(), ["a"].containsAll({}), {} < 1'),
        ("Set<String>", frozenset({None}), '{}.containsAll([]), Agency::"a" in {}, {} has inner, {}.inner, {} && true'),
    ],
)
def test_what_no_cedar_type_holds_is_there_and_equal_to_nothing_and_everything_else_errs(
    kind: AttributeType, value: Value, errs: str
) -> None:
    given = in_cedar(kind, value)
    assert cedar("resource has x", given) is True
    for constant in ('datetime("1970-01-01")', '["a"]', "[]", '"a"'):
        assert cedar(f"resource.x == {constant}", given) is False
        assert cedar(f"resource.x != {constant}", given) is True
        assert cedar(f"[{constant}].contains(resource.x)", given) is False
    for expression in errs.split(", "):
        assert cedar(expression.replace("{}", "resource.x"), given) is None, expression


def test_an_infinity_is_no_set() -> None:
    assert in_cedar("datetime", math.inf) != in_cedar("Set<String>", frozenset({None}))


@pytest.mark.parametrize("kind", FORMS)
def test_the_example_of_each_form_is_read(kind: AttributeType) -> None:
    assert fits(kind, written(kind, FORMS[kind][1]))
    with pytest.raises(ValueError, match=r"nothing of the kind|UUID"):
        written(kind, "nothing of the kind" if kind != "Set<String>" else '{"nothing of the kind": 1}')


def test_ordinary_values_fit() -> None:
    assert all(fits(kind, value) for kind, value in ORDINARY.items())
    assert not fits("Long", True)
    assert not fits("Long", 2**63)
    assert not fits("datetime", math.nan)
    assert not fits("datetime", 1.5)
    assert written("datetime", "-infinity") == -math.inf
    assert written("Set<String>", '["a", null]') == frozenset({"a", None})
