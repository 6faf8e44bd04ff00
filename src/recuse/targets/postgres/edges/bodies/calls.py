"""Calls of functions of the server that matter by what they are given."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from recuse.targets.postgres.edges.bodies.uses import Name

_QUOTING: Final[Mapping[str, tuple[int | None, int | None]]] = {
    **dict.fromkeys(("encode", "decode", "convert_from", "convert_to", "convert"), (1, None)),
    **dict.fromkeys(("timezone", "current_setting", "date_trunc", "date_part", "extract", "to_date"), (0, 1)),
    **dict.fromkeys(("to_timestamp", "to_number", "nextval", "currval", "pg_size_bytes", "parse_ident"), (0, 1)),
    **dict.fromkeys(("make_date", "make_time", "make_timestamp", "make_timestamptz"), (0, None)),
    "set_config": (1, 2), "to_tsquery": (-1, None), "digest": (1, 2), "hmac": (2, 3),
}  # fmt: skip
"""Which arguments the errors of functions of the server quote, from and to."""


TELLING_SETTINGS: Final = frozenset({"search_path", "role", "session_authorization"})


def setting_of(call: Mapping[str, Any]) -> str | None:
    """The setting that a call of set_config sets, where that is plain to see and turns no name into another."""
    if name_of(call["funcname"])[1] != "set_config" or len(call.get("args", [])) < 2:
        return None
    name = call["args"][0].get("A_Const", {}).get("sval", {}).get("sval", "").lower()
    return None if name in TELLING_SETTINGS else name or None


def quoted(name: Name, arguments: Sequence[Mapping[str, Any]]) -> frozenset[Name]:
    """A function of the server whose error quotes what it is given and cannot use."""
    places = _QUOTING.get(name[1], ()) if name[0] in {None, "pg_catalog"} else ()
    given = arguments[slice(*places)] if places else ()
    return frozenset({name}) if any(kind == "ColumnRef" for kind, _ in nodes(given)) else frozenset()


def name_of(parts_of: Sequence[Any]) -> Name:
    """A name out of its parts."""
    parts = [each["String"].get("sval", "") for each in parts_of]
    return (parts[-2] if len(parts) > 1 else None), parts[-1]


def nodes(tree: Any) -> Iterator[tuple[str, Any]]:
    """Every node of a tree, by kind and fields."""
    stack = [tree]
    while stack:
        match stack.pop():
            case dict() as node:
                yield from ((kind, inner) for kind, inner in node.items() if isinstance(inner, dict))
                stack.extend(node.values())
            case list() as items:
                stack.extend(items)
            case _:
                pass
