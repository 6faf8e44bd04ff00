"""Constants of PostgreSQL's language as values: typed texts, numbers, truth values, arrays and patterns."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from recuse.compiler.proof.patterns import MANY, ONE, Steps
from recuse.compiler.proof.values import Value
from recuse.targets.postgres.reading.forms import address_of, day_of, moment_of, uuid_of
from recuse.targets.postgres.reading.grammar import UnreadableError, fields, name_parts, node

_INTEGER: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)
_WIDTH: Final = {"int2": 15, "int4": 31, "int8": 63}
_NAME_BYTES: Final = 63


def is_constant(tree: Any) -> bool:
    """Whether a tree is a constant, cast to something or not."""
    kind, inner = node(tree)
    return kind == "A_Const" or (kind == "TypeCast" and is_constant(inner["arg"]))


def constant(tree: Any) -> Value:
    """The value of a constant; casts of casts count from the inside."""
    kind, inner = node(tree)
    if kind == "TypeCast":
        of = fields(inner, "arg", "typeName")
        return _typed(constant(of["arg"]), type_name(of["typeName"]))
    if kind != "A_Const":
        raise UnreadableError(f"it holds {kind} in the place of a constant")
    return _literal(fields(inner, "sval", "ival", "boolval", "fval", "isnull"))


def constants(tree: Any) -> tuple[Value, ...]:
    """The elements of an array of constants: `ARRAY[…]`, `'{…}'::text[]`, or a list in parentheses."""
    kind, inner = node(tree)
    match kind:
        case "List":
            return tuple(constant(each) for each in fields(inner, "items")["items"])
        case "A_ArrayExpr":
            return tuple(constant(each) for each in fields(inner, "elements").get("elements", ()))
        case "TypeCast":
            of = fields(inner, "arg", "typeName")
            element = type_name(of["typeName"], array=True)
            if node(of["arg"])[0] == "A_Const":
                text = constant(of["arg"])
                if not isinstance(text, str):
                    raise UnreadableError("it takes for an array what is no text")
                return tuple(_typed(each, element) for each in _elements(text))
            return tuple(_typed(each, element) for each in constants(of["arg"]))
        case _:
            raise UnreadableError(f"it holds {kind} in the place of an array")


def type_name(inner: Any, *, array: bool = False) -> str:
    """The catalog's name of a type (`int8`), of an array's elements when it must be one; without a length."""
    bounds = [{"Integer": {"ival": -1}}]
    found = fields(inner, "names", typemod=-1, **({"arrayBounds": bounds} if array else {}))
    if array and "arrayBounds" not in found:
        raise UnreadableError("it holds a single value in the place of an array")
    parts = name_parts(found["names"])
    if parts[:-1] not in ((), ("pg_catalog",)):
        raise UnreadableError(f"it holds the type `{'.'.join(parts)}`, which is not PostgreSQL's own")
    return parts[-1]


def argument_type(inner: Any) -> str:
    """The type of a function's argument, schema and array brackets included."""
    found = fields(inner, "names", "arrayBounds", typemod=-1)
    return ".".join(name_parts(found["names"])) + "[]" * len(found.get("arrayBounds", ()))


def text(tree: Any) -> str:
    """A constant that is a text."""
    value = constant(tree)
    if not isinstance(value, str):
        raise UnreadableError("it holds something else in the place of a text")
    return value


def pattern(tree: Any) -> Steps:
    """The pattern of a LIKE: with `like_escape`, or with a backslash before what is meant literally."""
    kind, inner = node(tree)
    if kind != "FuncCall":
        return tuple(_steps(text(tree), "\\"))
    call = fields(inner, "funcname", "args", funcformat="COERCE_EXPLICIT_CALL")
    if name_parts(call["funcname"]) not in (("like_escape",), ("pg_catalog", "like_escape")) or len(call["args"]) != 2:
        raise UnreadableError("it computes a pattern")
    escape = text(call["args"][1])
    if len(escape) > 1:
        raise UnreadableError("its escape character is more than one")
    return tuple(_steps(text(call["args"][0]), escape))


def _literal(inner: Any) -> Value:
    if inner.get("isnull"):
        return None
    if "sval" in inner:
        return str(inner["sval"].get("sval", ""))
    if "boolval" in inner:
        return bool(inner["boolval"].get("boolval", False))
    if "ival" in inner:
        return int(inner["ival"].get("ival", 0))
    return _integer(str(inner["fval"]["fval"]), "int8")


def _typed(value: Value, kind: str) -> Value:
    """A value under a cast; only casts that change nothing but the type, or read a text as PostgreSQL does."""
    match kind:
        case _ if value is None:
            return None
        case "text" | "varchar" if isinstance(value, str):
            return value
        case "name" if isinstance(value, str) and len(value.encode()) <= _NAME_BYTES:
            return value
        case "int2" | "int4" | "int8" if isinstance(value, str | int) and not isinstance(value, bool):
            return _integer(str(value), kind)
        case "bool" if isinstance(value, bool):
            return value
        case "bool" if value in ("t", "true", "f", "false"):
            return value in ("t", "true")
        case "timestamptz" | "date" | "inet" | "uuid" if isinstance(value, str):
            return _OTHERS[kind](value)
        case _:
            raise UnreadableError(f"it holds a constant of type {kind}")


_OTHERS: Final[dict[str, Callable[[str], Value]]] = {
    "timestamptz": moment_of,
    "date": day_of,
    "inet": address_of,
    "uuid": uuid_of,
}


def _integer(written: str, kind: str) -> int:
    if _INTEGER.fullmatch(written) is None or not -(2 ** _WIDTH[kind]) <= int(written) < 2 ** _WIDTH[kind]:
        raise UnreadableError(f"it holds `{written}`, which is no {kind}")
    return int(written)


def _steps(written: str, escape: str) -> Iterator[tuple[str, bool]]:
    rest = iter(written)
    for character in rest:
        if character == escape:
            literal = next(rest, None)
            if literal is None:
                raise UnreadableError("its pattern ends with the escape character")
            yield literal, False
        elif character in "%_":
            yield (MANY if character == "%" else ONE), True
        else:
            yield character, False


_ELEMENT: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|((?:[^"\\{},\s]|\\.)+)', re.DOTALL)


def _elements(written: str) -> Iterator[str | None]:
    """The elements of an array literal of one dimension, as PostgreSQL prints it."""
    if written == "{}":
        return
    if not (written.startswith("{") and written.endswith("}")):
        raise UnreadableError("it holds an array literal that is not understood")
    position = 1
    while True:
        found = _ELEMENT.match(written, position)
        if found is None or found.end() >= len(written) or written[found.end()] not in ",}":
            raise UnreadableError("it holds an array literal that is not understood")
        quoted, plain = found.groups()
        if plain is not None and plain.upper() == "NULL":
            yield None
        else:
            yield re.sub(r"\\(.)", r"\1", plain if quoted is None else quoted, flags=re.DOTALL)
        position = found.end() + 1
        if written[position - 1] == "}":
            break
    if position != len(written):
        raise UnreadableError("it holds an array literal that is not understood")
