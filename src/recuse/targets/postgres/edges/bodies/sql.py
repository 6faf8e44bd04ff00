"""Bodies in SQL: a text of statements, or what BEGIN ATOMIC and RETURN hold."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pgparse

from recuse.targets.postgres.edges.bodies.changes import used
from recuse.targets.postgres.edges.bodies.parts import split
from recuse.targets.postgres.edges.bodies.statement import uses_of
from recuse.targets.postgres.edges.bodies.uses import Body, Uses


def sql_body(text: str, *, returns: bool) -> Body:
    """The body of a function in SQL: of what it reads, only what its last statement can see is returned."""
    try:
        trees = [each["stmt"] for each in pgparse.parse(text)]
    except pgparse.PGQueryError as error:
        return Body((Uses(unknown=f"it is not understood ({error.message})"),), returns)
    return _returning(trees, returns=returns)


def atomic_body(definition: str, *, returns: bool) -> Body:
    """The body of a function written as BEGIN ATOMIC or RETURN, out of its CREATE FUNCTION."""
    try:
        [tree] = pgparse.parse(definition)
    except (pgparse.PGQueryError, ValueError):
        return Body((Uses(unknown="it is not understood"),), returns)
    body = next(iter(tree["stmt"].values())).get("sql_body", {})
    if "ReturnStmt" in body:
        return Body((uses_of({"SelectStmt": {"targetList": [body]}}),), returns)
    nested = [each for each in _nodes(body) if len(each) == 1 and next(iter(each)).endswith("Stmt")]
    return _returning(nested, returns=returns)


def rule_uses(definition: str) -> list[Uses]:
    """What the actions of a rule use, out of its CREATE RULE."""
    try:
        [tree] = pgparse.parse(definition)
    except (pgparse.PGQueryError, ValueError):
        return [Uses(unknown="it is not understood")]
    return [uses_of(part) for action in tree["stmt"]["RuleStmt"].get("actions", []) for part in split(action)]


def _returning(trees: Sequence[Mapping[str, Any]], *, returns: bool) -> Body:
    last = uses_of(trees[-1]) if trees else Uses()
    seen = returns and bool(last.reads or last.calls or last.unknown)
    return Body(tuple(uses for tree in trees for uses in used(tree)), seen)


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    """The nodes of a list of lists."""
    if isinstance(tree, list):
        for each in tree:
            yield from _nodes(each)
    elif isinstance(tree, dict):
        if "List" in tree:
            yield from _nodes(tree["List"]["items"])
        else:
            yield tree
