"""Writes TOML in which hostile names stay names: strings escaped, keys quoted where needed, comments on one line.

The inverse of `toml_source` for the few forms a policy repository uses (TOML 1.0, "String" and "Comment").
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

Value = str | bool | int | date | Sequence[str] | Mapping[str, "str | bool"]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def escaped(text: str) -> str:
    r"""Text with `\` doubled and everything unprintable as `\uXXXX`: on one line, without hidden direction marks."""
    return "".join(_character(character) for character in text)


def quoted(text: str) -> str:
    """A basic string."""
    return '"' + escaped(text).replace('"', '\\"') + '"'


def key(name: str) -> str:
    """A key: bare where TOML allows it, else quoted."""
    return name if _BARE.fullmatch(name) else quoted(name)


def value(item: Value) -> str:
    """A value; a moment is written in UTC, a mapping as an inline table."""
    match item:
        case bool():
            return "true" if item else "false"
        case str():
            return quoted(item)
        case int():
            return str(item)
        case datetime():
            return item.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return item.isoformat()
        case Mapping():
            return "{ " + ", ".join(f"{key(name)} = {value(inner)}" for name, inner in item.items()) + " }"
        case _:
            return "[" + ", ".join(quoted(each) for each in item) + "]"


def comment(text: str) -> str:
    """A comment on a line of its own. `text` must have passed `named` or `escaped` where it holds foreign names."""
    return f"# {text}"


def named(name: str) -> str:
    """A foreign name as sentences and comments show it: in backticks, on one line."""
    return f"`{escaped(name)}`"


def block(header: str, values: Mapping[str, Value], notes: Sequence[str] = ()) -> str:
    """A table under its header (`[[account]]`, or `""` for none), with comments above; ends in a newline."""
    lines = [comment(note) for note in notes]
    if header:
        lines.append(header)
    lines += [f"{key(name)} = {value(item)}" for name, item in values.items()]
    return "\n".join(lines) + "\n"


def _character(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
