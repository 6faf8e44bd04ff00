"""The description in OpenAPI 3.1 of what programs ask, made of a part for each interface, for the address they know.

What it promises is tried by programs that make requests from it (`tests/serve/test_description.py`).
"""

import copy
import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from recuse import __version__
from recuse.server.deciding import REASONS

PATH: Final = "/access/v1"
PARTS: Final = ("recuse.server", "recuse.server.requesting", "recuse.server.tasks")
"""Packages, each with a `description.json` of its own interface; the first has what all share."""


def description(base: str) -> dict[str, Any]:
    """The document for a server at this address."""
    document = copy.deepcopy(_template())
    document["servers"] = [{"url": base}]
    document["info"]["version"] = __version__
    document["components"]["schemas"]["Reason"]["enum"] = list(REASONS)
    return document


@cache
def _template() -> dict[str, Any]:
    """The description of the decision point, with the paths and components of the other parts in it."""
    whole, *others = (json.loads(files(package).joinpath("description.json").read_text("utf-8")) for package in PARTS)
    found: dict[str, Any] = whole
    for part in others:
        _put(found["paths"], part["paths"])
        for kind, components in part["components"].items():
            _put(found["components"].setdefault(kind, {}), components)
    return found


def _put(into: dict[str, Any], more: dict[str, Any]) -> None:
    if twice := into.keys() & more.keys():
        raise ValueError(f"described twice: {', '.join(sorted(twice))}")
    into.update(more)
