"""SQL that PL/pgSQL puts together: known where only values are put in, which no one takes for anything else."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pgparse

_PLACE: Final = re.compile(r"%(?:(\d+)\$)?-?\d*([sIL%])")
_VALUE: Final = "'x'"
_LITERALS: Final = frozenset({"quote_literal", "quote_nullable"})


def put_together(expression: str) -> str | None:
    """The statement that an expression gives, with `'x'` for each value in it; None where more than a value is open."""
    try:
        [tree] = pgparse.parse(f"SELECT {expression}")
        [target] = tree["stmt"]["SelectStmt"]["targetList"]
    except (pgparse.PGQueryError, ValueError, KeyError):
        return None
    return _text(target["ResTarget"]["val"])


def _text(tree: Mapping[str, Any]) -> str | None:
    ((kind, inner),) = tree.items()
    match kind:
        case "A_Const" if "sval" in inner:
            return str(inner["sval"].get("sval", ""))
        case "A_Expr" if [each["String"]["sval"] for each in inner["name"]] == ["||"]:
            return _joined([inner["lexpr"], inner["rexpr"]])
        case "TypeCast":
            return _text(inner["arg"])
        case "FuncCall":
            return _called(inner["funcname"][-1]["String"]["sval"], inner.get("args", []))
        case _:
            return None


def _called(name: str, arguments: Sequence[Mapping[str, Any]]) -> str | None:
    if name in _LITERALS:
        return _VALUE
    if name == "quote_ident" and len(arguments) == 1:
        return _identifier(_text(arguments[0]))
    if name == "concat":
        return _joined(arguments)
    return _formatted(arguments) if name == "format" and arguments else None


def _formatted(arguments: Sequence[Mapping[str, Any]]) -> str | None:
    """What format() gives: `%L` is a value, and whatever else is put in must be known."""
    text = _text(arguments[0])
    if text is None:
        return None
    parts: list[str | None] = []
    end = following = 0
    for place in _PLACE.finditer(text):
        parts.append(text[end : place.start()])
        end = place.end()
        if place[2] == "%":
            parts.append("%")
            continue
        following = int(place[1]) if place[1] else following + 1
        given = _text(arguments[following]) if 0 < following < len(arguments) else None
        parts.append({"s": given, "I": _identifier(given), "L": _VALUE}[place[2]])
    parts.append(text[end:])
    known = [part for part in parts if part is not None]
    return "".join(known) if len(known) == len(parts) else None


def _joined(parts: Sequence[Mapping[str, Any]]) -> str | None:
    texts = [_text(part) for part in parts]
    known = [text for text in texts if text is not None]
    return "".join(known) if len(known) == len(texts) else None


def _identifier(text: str | None) -> str | None:
    return None if text is None else '"' + text.replace('"', '""') + '"'
