"""Errors that PL/pgSQL takes itself, so that nobody sees what they say."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from recuse.targets.postgres.edges.bodies.calls import nodes
from recuse.targets.postgres.edges.bodies.uses import Uses

ANY: Final = frozenset({"others", "data_exception", "invalid_text_representation"})


def caught(function: Any) -> dict[int, frozenset[str]]:
    """By expression, the errors that a handler takes without a word of what they say."""
    found: dict[int, frozenset[str]] = {}
    for kind, inner in nodes(function):
        exceptions = inner.get("exceptions", {}).get("PLpgSQL_exception_block", {}).get("exc_list", [])
        handlers = [each["PLpgSQL_exception"] for each in exceptions]
        if kind == "PLpgSQL_stmt_block" and handlers and not any(map(_says, handlers)):
            names = {each["PLpgSQL_condition"]["condname"] for one in handlers for each in one["conditions"]}
            for found_kind, each in nodes(inner["body"]):
                if found_kind == "PLpgSQL_expr":
                    found[id(each)] = found.get(id(each), frozenset()) | names
    return found


def _says(handler: Mapping[str, Any]) -> bool:
    """Whether a handler passes on what the error says: as it is, or in words of its own."""
    return any(
        kind == "PLpgSQL_stmt_getdiag" or (kind == "PLpgSQL_stmt_raise" and not {"message", "condname"} & each.keys())
        or (kind == "PLpgSQL_expr" and "sqlerrm" in each["query"].lower())
        for kind, each in nodes(handler.get("action", []))
    )  # fmt: skip


def silent(uses: Uses, taken: frozenset[str]) -> Uses:
    """The same where these conditions are taken."""
    changes = {replace(one, caught=taken) for one in uses.changes}
    return replace(uses, changes=frozenset(changes), converts=frozenset() if taken & ANY else uses.converts)
