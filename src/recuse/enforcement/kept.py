"""Facts as text, to be kept and read back: what a database was like before a plan, so that another plan leads back.

One JSON array a line, the kind of fact and its fields in the order of its record, sorted: equal facts are equal bytes.
"""

import json
from collections.abc import Iterable
from dataclasses import astuple, fields
from typing import Any, Final, get_args

from recuse.enforcement.facts import Fact, ObjectRef
from recuse.errors import LedgerError

_KINDS: Final[dict[str, type]] = {kind.__name__: kind for kind in get_args(Fact)}
_AGAIN: Final = "restore the file, or undo with the version of `recuse` that wrote it"


def facts_text(facts: Iterable[Fact]) -> bytes:
    """The facts, one a line."""
    lines = sorted(json.dumps([type(fact).__name__, *astuple(fact)], ensure_ascii=False) for fact in facts)
    return "".join(f"{line}\n" for line in lines).encode()


def read_facts(text: bytes) -> frozenset[Fact]:
    """The facts of a text. LedgerError when it is not as `facts_text` writes it."""
    try:
        found = frozenset(_fact(json.loads(line)) for line in text.decode().splitlines())
    except (ValueError, TypeError, LookupError) as error:
        raise LedgerError("the facts kept of a database cannot be read", _AGAIN) from error
    if facts_text(found) != text:
        raise LedgerError("the facts kept of a database are not as they were written", _AGAIN)
    return found


def _fact(row: list[Any]) -> Fact:
    kind = _KINDS[row[0]]
    names = [field for field in fields(kind) if field.init]
    values = {field.name: _value(field.type, value) for field, value in zip(names, row[1:], strict=True)}
    fact: Fact = kind(**values)
    return fact


def _value(kind: object, value: Any) -> Any:
    if value is not None and kind in (ObjectRef, ObjectRef | None):
        return ObjectRef(value[0], tuple(value[1]))
    return tuple(value) if isinstance(value, list) else value
