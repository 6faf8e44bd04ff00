"""Every hostile shape of `rules.cedar` on every row, for everybody: compiled exactly, or refused by name."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, cast, get_args

import cedarpy
import pytest
from cedarpy import pst
from psycopg import sql

from recuse.compiler.condition import Condition, holds
from recuse.compiler.constructs import refused
from recuse.errors import UnsupportedRuleError
from recuse.model import RowAttribute, Value
from recuse.policy.values import written
from recuse.targets.postgres.condition_sql import condition_sql
from tests.conformance.world import (
    ASKING,
    ATTRIBUTES,
    KIND,
    Asking,
    Row,
    Rules,
    compiled,
    entities,
    fill,
    hostile_session,
    oracle,
    parsed,
    requests,
)

HERE: Final = Path(__file__).parent
# What rows that say nothing of these columns hold: they are NOT NULL.
ORDINARY_CELLS: Final = {
    "due": "1970-01-01", "home": "10.1.2.3", "marks": "[]", "handler": "clear/gone", "sort": "release_date",
}  # fmt: skip
EVERYTHING: Final = "permit (principal, action, resource);"


def read(attribute: RowAttribute, cell: object) -> Value:
    """A cell of `rows.toml`: types that TOML lacks are written as texts."""
    return written(attribute.type, cell) if isinstance(cell, str) else cast("Value", cell)


ROWS: Final[list[Row]] = [
    {attribute.column: read(attribute, row.get(name, ORDINARY_CELLS.get(name))) for name, attribute in ATTRIBUTES}
    for row in tomllib.loads((HERE / "rows.toml").read_text())["row"]
]
SHAPES: Final = {
    rule.annotations["id"]: rule
    for rule in cedarpy.policies_to_pst((HERE / "rules.cedar").read_text()).static_policies.values()
}
REFUSED: Final = {name: rule.annotations["refused"] for name, rule in SHAPES.items() if "refused" in rule.annotations}
COMPILED: Final = sorted(SHAPES.keys() - REFUSED.keys())
FOUND: Final = entities(ROWS)
ASKED: Final = {asking: requests(asking, len(ROWS)) for asking in ASKING}


@cache
def shape(name: str) -> Rules:
    rules = {name: SHAPES[name]}
    if SHAPES[name].effect == "forbid":
        rules["everything"] = next(iter(cedarpy.policies_to_pst(EVERYTHING).static_policies.values()))
    named = {key: replace(rule, id=key) for key, rule in rules.items()}
    return parsed(cedarpy.PolicySet.from_pst(cedarpy.pst.PolicySet({}, named, ())))


@cache
def condition(name: str, asking: Asking) -> Condition:
    return compiled(shape(name), asking)


@pytest.mark.parametrize("name", COMPILED)
def test_shape_shows_what_cedar_allows(name: str) -> None:
    for asking in ASKING:
        allowed = oracle(shape(name), FOUND, ASKED[asking]).allowed
        shown = {index for index, row in enumerate(ROWS) if holds(condition(name, asking), row)}
        assert not shown - allowed, f"shown though denied: {asking}"
        assert not allowed - shown, f"hidden though allowed: {asking}"


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_shape_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnsupportedRuleError) as caught:
        compiled(shape(name), ASKING[0])
    assert caught.value.message == f"rule `{name}` cannot be enforced exactly: {REFUSED[name]}"
    assert caught.value.remedy


def named(node: object) -> Iterator[str]:
    """The operators and kinds of node that occur in a rule."""
    if isinstance(node, get_args(pst.Expr)):
        yield type(node).__name__
    if isinstance(node, pst.UnaryOp | pst.BinaryOp):
        yield node.op
    if isinstance(node, tuple):
        for part in node:
            yield from named(part)
    elif isinstance(node, Mapping):
        yield from named(tuple(node.values()))
    elif is_dataclass(node):
        for each in fields(node):
            yield from named(getattr(node, each.name))


def test_every_construct_of_cedar_is_compiled_or_refused_by_name() -> None:
    """A construct that a new version of Cedar's syntax tree brings must be put into one of the two."""
    every = {*get_args(pst.UnaryOpName), *get_args(pst.BinaryOpName), *(kind.__name__ for kind in get_args(pst.Expr))}
    compile_ = {name for shape in COMPILED for name in named(SHAPES[shape])}
    assert compile_ | refused().keys() == every
    # A sign before a constant is part of it; a record that is compared with nothing else is dropped with its rule.
    assert compile_ & refused().keys() <= {"neg"}


@pytest.mark.parametrize("name", sorted(refused().keys() - {"Slot"}))
def test_each_refusal_is_met_by_a_shape(name: str) -> None:
    """Message and remedy of `refused.toml` are what a person reads; a slot stands in a template, which has no shape."""
    met = [shape for shape in REFUSED if name in named(SHAPES[shape]) and REFUSED[shape] == refused()[name].called]
    assert met
    with pytest.raises(UnsupportedRuleError) as caught:
        compiled(shape(met[0]), ASKING[0])
    assert caught.value.remedy == refused()[name].remedy


def conditions() -> set[Condition]:
    return {condition(name, asking) for name in COMPILED for asking in ASKING}


def test_texts_mean_the_same_in_postgresql(database: str) -> None:
    with hostile_session(database) as connection:
        fill(connection, ROWS)
        for wanted in conditions():
            found = connection.execute(sql.SQL("SELECT id FROM r WHERE {}").format(condition_sql(wanted))).fetchall()
            assert {index for (index,) in found} == {i for i, row in enumerate(ROWS) if holds(wanted, row)}, wanted


def test_nothing_is_lost() -> None:
    """Tripwires: every shape is compiled or refused, and the rows tell most of the shapes' conditions apart."""
    assert len(SHAPES) == (HERE / "rules.cedar").read_text().count("@id(") == len(COMPILED) + len(REFUSED)
    assert len(COMPILED) >= 110
    assert len(REFUSED) >= 30
    assert len(conditions()) >= 60
    assert KIND.entity_type == "clear::records::arrest"
