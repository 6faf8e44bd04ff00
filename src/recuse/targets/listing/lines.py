"""Strict CSV (RFC 4180) of one record type: every field quoted, one record a line, an end line with the count.

The end line is what a cut-off export lacks: `"end"`, the number of records that the server counted, and empty fields.
What is read is what would be printed: no padding, no other header, no control character, no empty line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import UnionType
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

from recuse.errors import InputError

END: Final = "end"
LONGEST: Final = 16_384  # characters of a line: a name has at most 128 in every engine, a sentence is short
_FIELD: Final = re.compile(r'"((?:[^"]|"")*)"')
_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"
_BOOL: Final[Mapping[str, bool]] = {"yes": True, "no": False}
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_KNOWN: Final[dict[type, dict[str, Any]]] = {}
_AGAIN: Final = "export it again with the shipped query"

T = TypeVar("T")


def read_records(file: str, raw: bytes, kind: type[T]) -> tuple[T, ...]:
    """The records of one file. Raises InputError, with file and line, at the first thing that is not as it should be.

    Lines end in LF or, all of them, in CRLF; a byte order mark before the first is passed over.
    """
    lines = _lines(file, raw)
    names = _columns(kind)
    if not lines or _fields(file, 1, lines[0]) != names:
        raise _wrong(file, 1, f"the header must be {print_line(names)}")
    found: list[T] = []
    for number, line in enumerate(lines[1:], start=2):
        values = _fields(file, number, line)
        if len(values) != len(names):
            raise _wrong(file, number, f"there are {len(values)} fields where {len(names)} belong")
        if values[0] == END and not any(values[2:]):
            _check_end(file, number, values[1], len(found))
            if number != len(lines):
                raise _wrong(file, number + 1, "something follows the end line")
            return tuple(found)
        found.append(_record(file, number, kind, values))
    raise _wrong(file, len(lines), "the end line is missing, so that the file may be cut off")


def print_records(kind: type[T], records: Iterable[T]) -> bytes:
    """The file that `read_records` reads."""
    names = _columns(kind)
    rows = [[_print(getattr(record, name)) for name in names] for record in records]
    end = (END, str(len(rows)), *([""] * (len(names) - 2)))
    return "".join(f"{print_line(row)}\n" for row in (names, *rows, end)).encode()


def print_line(values: Iterable[str]) -> str:
    """One line, without its end."""
    return ",".join('"' + value.replace('"', '""') + '"' for value in values)


def shown(text: str) -> str:
    """A text from an export as a message may show it: nothing in it speaks to a terminal, and it has an end."""
    plain = "".join(letter if letter.isprintable() else "�" for letter in text)
    return plain if len(plain) <= 80 else plain[:79] + "…"


def _lines(file: str, raw: bytes) -> list[str]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(file, raw[: error.start].count(b"\n") + 1, "it is not text in UTF-8") from None
    ends = "\r\n" if text.endswith("\r\n") else "\n"
    if text and not text.endswith(ends):
        raise _wrong(file, text.count("\n") + 1, "the last line has no end, so that the file may be cut off")
    lines = text.split(ends)[:-1]
    for number, line in enumerate(lines, start=1):
        if not line.isprintable():
            raise _wrong(file, number, "there is a control character in it")
        if len(line) > LONGEST:
            raise _wrong(file, number, f"it is longer than {LONGEST} characters")
    return lines


def _fields(file: str, number: int, line: str) -> tuple[str, ...]:
    found: list[str] = []
    at = 0
    while True:
        match = _FIELD.match(line, at)
        if match is None:
            raise _wrong(file, number, "every field must stand in quotation marks, with commas alone between them")
        found.append(match.group(1).replace('""', '"'))
        at = match.end()
        if at == len(line):
            return tuple(found)
        if line[at] != ",":
            raise _wrong(file, number, "every field must stand in quotation marks, with commas alone between them")
        at += 1


def _check_end(file: str, number: int, said: str, found: int) -> None:
    if said != str(found):
        raise _wrong(file, number, f"the end line says `{shown(said)}` records, and there are {found}")


def _record(file: str, number: int, kind: type[T], values: tuple[str, ...]) -> T:
    given: dict[str, Any] = {}
    for (name, wanted), text in zip(_types(kind).items(), values, strict=True):
        value = _value(wanted, text)
        if value is _UNFIT:
            raise _wrong(file, number, f"`{name}` is `{shown(text)}`, and must be {_words(wanted)}")
        given[name] = value
    return kind(**given)


_UNFIT: Final = object()


def _value(wanted: Any, text: str) -> Any:
    if get_origin(wanted) is Literal:
        return text if text in get_args(wanted) else _UNFIT
    if isinstance(wanted, UnionType):
        return text or None
    if wanted is bool:
        return _BOOL.get(text, _UNFIT)
    if wanted is int:
        return int(text) if _NUMBER.fullmatch(text) else _UNFIT
    if wanted is datetime:
        return _moment(text)
    return text or _UNFIT


def _moment(text: str) -> Any:
    try:
        found = datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return _UNFIT
    return found if found.strftime(_MOMENT) == text else _UNFIT


def _words(wanted: Any) -> str:
    if get_origin(wanted) is Literal:
        return "one of " + ", ".join(f"`{word}`" for word in get_args(wanted))
    return {
        bool: "`yes` or `no`", int: "a whole number from 1", datetime: "a moment such as `2026-01-31T12:00:00Z`",
    }.get(wanted, "a text that is not empty")  # fmt: skip


def _print(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.strftime(_MOMENT)
        case _:
            return str(value)


def _types(kind: type[Any]) -> dict[str, Any]:
    """The fields of a record with their types."""
    if kind not in _KNOWN:
        _KNOWN[kind] = get_type_hints(kind)
    return _KNOWN[kind]


def _columns(kind: type[Any]) -> tuple[str, ...]:
    return tuple(_types(kind))


def _wrong(file: str, number: int, what: str) -> InputError:
    return InputError(f"{file}:{number}: {what}", _AGAIN)


def columns(kind: type[Any]) -> Iterator[tuple[str, str]]:
    """The columns of a file as documentation has them: name, and what it holds."""
    for name, wanted in _types(kind).items():
        optional = "?" if isinstance(wanted, UnionType) else ""
        yield f"{name}{optional}", _words(wanted)
