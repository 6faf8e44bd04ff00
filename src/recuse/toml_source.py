"""Strict TOML: every value with its line, and every problem of a file at once.

`tomllib` gives the values and is the judge of syntax; tree-sitter gives the places, which `tomllib` does not keep.
A `Section` hands out one table's values by type. What it cannot hand out becomes a `Problem` and a neutral value (`""`,
`()`, `False`, the earliest day), so that reading goes on; a caller who finds problems must use no value.
"""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, TypeGuard, TypeVar

import tree_sitter
import tree_sitter_toml

from recuse.errors import Problem

KeyPath = tuple[str | int, ...]
T = TypeVar("T")
C = TypeVar("C", bound=str)
Table = Mapping[str, object]
Fits = Callable[[object], TypeGuard[T]]

_LANGUAGE: Final = tree_sitter.Language(tree_sitter_toml.language())
_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_KEYS: Final = re.compile(r"\('.*?',?\)")


@dataclass(frozen=True, slots=True)
class Span:
    """Where a key stands (`line`, from 1) and which bytes its value fills (`start` to before `end`)."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """One TOML file: its values, and a span for every key path (array items by their index)."""

    file: str
    values: Table
    spans: Mapping[KeyPath, Span]

    def line(self, path: KeyPath) -> int:
        """The line of a key path, or of the nearest table around it; 1 for the file itself."""
        while path and path not in self.spans:
            path = path[:-1]
        return self.spans[path].line if path else 1


def parse(file: str, raw: bytes, problems: list[Problem]) -> Source | None:
    """The file's values with their places; None, and a problem at its line, when it is not TOML."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.append(Problem(file, line, "not text in UTF-8", "save the file as UTF-8"))
        return None
    try:
        return Source(file, tomllib.loads(text), _spans(raw))
    except RecursionError:
        problems.append(Problem(file, 0, "nested too deeply", "write it flatter"))
    except ValueError as error:  # also integers with more digits than can be read
        problems.append(_syntax_problem(file, text, str(error)))
    return None


def _syntax_problem(file: str, text: str, message: str) -> Problem:
    place = _PLACE.search(message)
    last_line = max(1, len(text.splitlines()))
    line = 0 if place is None else int(place[1]) if place[1] else last_line
    reason = message[: place.start()] if place else "a value cannot be read"
    reason = _KEYS.sub(lambda keys: f"`{'.'.join(ast.literal_eval(keys[0]))}`", reason)  # it shows tuples of keys
    remedy = "mend the file by hand, or take it from version control"
    return Problem(file, line, f"not valid TOML: {reason[:1].lower()}{reason[1:]}", remedy)


def _spans(raw: bytes) -> dict[KeyPath, Span]:
    spans: dict[KeyPath, Span] = {}
    last: dict[KeyPath, int] = {}  # array of tables -> index of its newest item
    root = tree_sitter.Parser(_LANGUAGE).parse(raw).root_node
    for node in () if root.has_error else root.named_children:  # `tomllib` accepts the text: only places are lost
        if node.type == "pair":
            _add_pair(spans, (), node)
        elif node.type in {"table", "table_array_element"}:
            path = _header_path(node, last)
            _add(spans, path, node, node)
            for pair in (child for child in node.named_children if child.type == "pair"):
                _add_pair(spans, path, pair)
    return spans


def _header_path(node: tree_sitter.Node, last: dict[KeyPath, int]) -> KeyPath:
    """The path of `[a.b]` or `[[a.b]]`: a name that is an array of tables means its newest item."""
    *outer, name = _keys(node.named_children[0])
    path: KeyPath = ()
    for key in outer:
        path = (*path, key)
        path = (*path, last[path]) if path in last else path
    path = (*path, name)
    if node.type == "table":
        return path
    last[path] = last.get(path, -1) + 1
    return (*path, last[path])


def _add_pair(spans: dict[KeyPath, Span], table: KeyPath, node: tree_sitter.Node) -> None:
    key, value = (child for child in node.named_children if child.type != "comment")
    path = (*table, *_keys(key))
    _add(spans, path, key, value)
    _add_inside(spans, path, value)


def _add_inside(spans: dict[KeyPath, Span], path: KeyPath, value: tree_sitter.Node) -> None:
    items = [child for child in value.named_children if child.type != "comment"]
    if value.type == "inline_table":
        for pair in items:
            _add_pair(spans, path, pair)
    elif value.type == "array":
        for index, item in enumerate(items):
            _add(spans, (*path, index), item, item)
            _add_inside(spans, (*path, index), item)


def _add(spans: dict[KeyPath, Span], path: KeyPath, key: tree_sitter.Node, value: tree_sitter.Node) -> None:
    line = key.start_point[0] + 1
    for depth in range(1, len(path)):  # `a.b = 1` makes `a` too
        spans.setdefault(path[:depth], Span(line, value.start_byte, value.end_byte))
    spans[path] = Span(line, value.start_byte, value.end_byte)


def _keys(node: tree_sitter.Node) -> tuple[str, ...]:
    text = (node.text or b"").decode()
    if node.type == "dotted_key":
        return tuple(name for child in node.named_children for name in _keys(child))
    return (str(tomllib.loads(f"key = {text}")["key"]) if node.type == "quoted_key" else text,)


class Section:
    """One table of a file, taken key by key; `close` reports the keys that were never asked for."""

    __slots__ = ("_asked", "_path", "_problems", "_source", "_values")

    def __init__(
        self, source: Source, problems: list[Problem], path: KeyPath = (), values: Table | None = None
    ) -> None:
        self._source = source
        self._problems = problems
        self._path = path
        self._values = source.values if values is None else values
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def holds_table(self, key: str) -> bool:
        """Whether a key has a table for its value."""
        return _is_table(self._values.get(key))

    @property
    def file(self) -> str:
        """The file this table stands in."""
        return self._source.file

    def line(self, *keys: str | int) -> int:
        """The line of a key of this table (and an index below it), or of the table itself."""
        return self._source.line((*self._path, *keys))

    def report(self, message: str, *keys: str | int, remedy: str | None = None) -> None:
        """Record a problem at a key of this table."""
        self._problems.append(Problem(self.file, self.line(*keys), message, remedy))

    def text(self, key: str, *, blank: bool = False) -> str:
        """A required string, not empty unless `blank`."""
        return self.take(key, "text" if blank else "text that is not empty", _is_blank if blank else _is_text) or ""

    def optional_text(self, key: str) -> str | None:
        """A string, or None when the key is absent."""
        return self.take(key, "text that is not empty", _is_text, optional=True)

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        """A list of strings, each once; `()` when optional and absent."""
        found = self.take(key, "a list of texts", _are_texts, optional=optional) or []
        for index, item in enumerate(found):
            if item in found[:index]:
                self.report(f"`{item}` stands twice in `{key}`", key, index, remedy="name it once")
        return tuple(found)

    def flag(self, key: str, default: bool | None = None) -> bool:
        """`true` or `false`; required when there is no default."""
        found = self.take(key, "true or false", _is_flag, optional=default is not None)
        return bool(default) if found is None else found

    def whole(self, key: str, *, optional: bool = False) -> int:
        """A whole number; 0 when optional and absent."""
        return self.take(key, "a whole number", _is_whole, optional=optional) or 0

    def expect(self, key: str, only: int) -> None:
        """A required whole number that can have but one value."""

        def fits(value: object) -> TypeGuard[int]:
            return _is_whole(value) and value == only

        self.take(key, str(only), fits)

    def day(self, key: str) -> date:
        """A required calendar day."""
        return self.take(key, "a day such as 2019-07-12", _is_day) or date.min

    def moment(self, key: str) -> datetime:
        """A required moment with its offset, given in UTC."""
        found = self.take(key, "a moment with its offset, such as 2019-07-12T00:00:00Z", _is_moment)
        return datetime.min.replace(tzinfo=UTC) if found is None else found.astimezone(UTC)

    def choice(self, key: str, allowed: tuple[C, ...], default: C | None = None) -> C:
        """One of a closed set of words; required when there is no default."""

        def fits(value: object) -> TypeGuard[C]:
            return value in allowed

        expected = "one of " + ", ".join(f"`{word}`" for word in allowed)
        found = self.take(key, expected, fits, optional=default is not None)
        return found if found is not None else default if default is not None else allowed[0]

    def section(self, key: str, *, optional: bool = False) -> "Section | None":
        """A table below this one; None when it is absent or not a table."""
        found = self.take(key, "a table", _is_table, optional=optional)
        return None if found is None else Section(self._source, self._problems, (*self._path, key), found)

    def sections(self, key: str, *, optional: bool = False) -> tuple["Section", ...]:
        """The tables of an array of tables."""
        found = self.take(key, f"a list of tables (`[[{key}]]`)", _are_tables, optional=optional) or []
        return tuple(
            Section(self._source, self._problems, (*self._path, key, index), item) for index, item in enumerate(found)
        )

    def close(self) -> None:
        """Report every key that was never asked for."""
        for key in self._values:
            if key not in self._asked:
                known = ", ".join(f"`{name}`" for name in sorted(self._asked))
                self.report(f"unknown key `{key}`", key, remedy=f"known here: {known}")

    def take(self, key: str, expected: str, fits: Fits[T], *, optional: bool = False) -> T | None:
        """A value that fits; None, and a problem in words of what is expected, for one that does not."""
        self._asked.add(key)
        if key not in self:
            if not optional:
                self.report(f"missing key `{key}`", remedy=f"add `{key}`: {expected}")
            return None
        value = self._values[key]
        if fits(value):
            return value
        self.report(f"`{key}` must be {expected}", key)
        return None


def _is_blank(value: object) -> TypeGuard[str]:
    return isinstance(value, str)


def _is_text(value: object) -> TypeGuard[str]:
    return _is_blank(value) and value != ""


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_flag(value: object) -> TypeGuard[bool]:
    return isinstance(value, bool)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_day(value: object) -> TypeGuard[date]:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_moment(value: object) -> TypeGuard[datetime]:
    # The first and last year are out: their moments may have no equal in UTC.
    return isinstance(value, datetime) and value.tzinfo is not None and 1 < value.year < 9999


def _is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _are_tables(value: object) -> TypeGuard[list[dict[str, object]]]:
    return isinstance(value, list) and all(map(_is_table, value))
