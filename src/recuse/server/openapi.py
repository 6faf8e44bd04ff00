"""The description of the decision point in OpenAPI 3.1, made from `description.json` for the address that callers know.

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


def description(base: str) -> dict[str, Any]:
    """The document for a server at this address."""
    document = copy.deepcopy(_template())
    document["servers"] = [{"url": base}]
    document["info"]["version"] = __version__
    document["components"]["schemas"]["Reason"]["enum"] = list(REASONS)
    return document


@cache
def _template() -> dict[str, Any]:
    text = files("recuse.server").joinpath("description.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
