"""Guesses from names and types alone, each with its reason: no row of the database is ever looked at.

The words are data (`data/guesses.toml`). A name is cut into words at separators, digits and changes of case, and a
plural counts as its singular; a pattern fits where its words stand in a row. A guess is a suggestion for a person.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from recuse.enforcement.facts import ColumnShape, TableShape
from recuse.model import Use

Family = Literal["moment", "text", "number", "flag", "bytes", "other"]
Words = tuple[str, ...]

UNRECOGNISED: Final = "unrecognised"
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+")
_PERSONAL: Final = re.compile(r".+[._-]\d{2,}|[^@]+@.+|[a-z]\w*\.[a-z]\w+", re.IGNORECASE)
_FAMILIES: Final[Mapping[str, Family]] = {
    "date": "moment", "timestamp": "moment", "time": "moment", "text": "text", "character": "text",
    "character varying": "text", "citext": "text", "smallint": "number", "integer": "number", "bigint": "number",
    "numeric": "number", "real": "number", "double precision": "number", "boolean": "flag", "bytea": "bytes",
}  # fmt: skip
_IDENTIFYING: Final = frozenset({"id", "uuid", "guid", "key"})
_KEY_TYPES: Final = frozenset({"smallint", "integer", "bigint", "uuid"})


@dataclass(frozen=True, slots=True)
class Guessed:
    """What was guessed, and why in a few words after “guessed: ”."""

    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Entry:
    value: str
    patterns: tuple[Words, ...]
    types: frozenset[str]
    weak: bool


def guess_table(name: str) -> Guessed | None:
    """The category of most of a table's columns, from the table's name; None when no word fits."""
    return _best(words_of(name), (*_entries("nothing"), *_entries("table")))


def guess_column(column: ColumnShape, *, in_recognised: bool) -> Guessed | None:
    """The category of one column; None when it goes with its table. `in_recognised` leaves out weak entries.

    A word that only says what an id refers to (`arrest` in `arrest_id`) is no guess.
    """
    words, family = words_of(column.name), family_of(column.type)
    fitting = [e for e in _entries("column") if not (e.weak and in_recognised) and (not e.types or family in e.types)]
    refers = len(words) > 1 and words[-1] in _IDENTIFYING
    found = _best(words, (*_entries("nothing"), *fitting), whole_end=refers)
    if found is None or family == "other":
        return found
    return Guessed(found.value, f"{found.reason}, type {column.type}")


def guess_attribute(column: ColumnShape) -> Guessed | None:
    """The attribute a boolean column may be for rules (`sealed`, `juvenile`, …); None for any other column."""
    if column.type != "boolean":
        return None
    return _best(words_of(column.name), _entries("attribute"))


def guess_key(shape: TableShape) -> Guessed | None:
    """The key column: the first one, when it is never NULL, is a whole number or UUID, and is named as an id.

    The inspection holds no constraints, so that a primary key is told by its place and name.
    """
    first = shape.columns[0] if shape.columns else None
    if first is None or first.nullable or first.type not in _KEY_TYPES:
        return None
    if words_of(first.name)[-1:] not in [(word,) for word in _IDENTIFYING]:
        return None
    return Guessed(first.name, "first column, never NULL, named as an id")


def guess_use(login: str) -> Guessed:
    """How a login is used, from its name; `shared` when nothing tells, because rules may open more to a person."""
    found = _best(words_of(login), _entries("use"))
    if found is not None:
        return found
    if _PERSONAL.fullmatch(login):
        return Guessed("personal", "its name ends in a number, or is written like a person's or an address")
    return Guessed("shared", "nothing in its name tells; `shared` opens no rule meant for one person")


def words_of(name: str) -> Words:
    """The words of a name, in lower case and singular: `HomeAddresses_2` is `home`, `address`, `2`."""
    return tuple(_singular(word.lower()) for word in _WORD.findall(name))


def family_of(type_name: str) -> Family:
    """The family of a column's type as PostgreSQL writes it; a domain or a user's type is `other`."""
    base = type_name.partition("(")[0].strip()
    return _FAMILIES.get(base) or _FAMILIES.get(base.partition(" ")[0], "other")


def checks() -> Mapping[str, str]:
    """The sentence for counsel, by category, where law or recommendation speaks of holding such columns."""
    return {entry["category"]: entry["sentence"] for entry in _document()["check"]}


def use_of(word: str) -> Use:
    """A guessed use as its closed type."""
    uses: Mapping[str, Use] = {
        "backup": "backup", "replication": "replication", "job": "job", "shared": "shared", "personal": "personal",
    }  # fmt: skip
    return uses[word]


def vocabulary(noun: str) -> str:
    """The text of `data/<noun>.toml`: a vocabulary to start with."""
    return files("recuse.operations").joinpath("data", f"{noun}.toml").read_text(encoding="utf-8")


def _best(words: Words, entries: Iterable[_Entry], *, whole_end: bool = False) -> Guessed | None:
    """The entry whose longest fitting pattern is longest, the first of equals; with `whole_end` it must fit the end."""
    best: tuple[int, _Entry, Words] | None = None
    for entry in entries:
        for pattern in entry.patterns:
            if _fits(words, pattern, whole_end=whole_end) and (best is None or len(pattern) > best[0]):
                best = (len(pattern), entry, pattern)
    if best is None or not best[1].value:
        return None
    noun = "word" if best[0] == 1 else "words"
    return Guessed(best[1].value, f"{noun} `{' '.join(best[2])}` in its name")


def _fits(words: Words, pattern: Words, *, whole_end: bool) -> bool:
    starts: Sequence[int] = range(len(words) - len(pattern) + 1)
    if whole_end:
        starts = [len(words) - len(pattern)] if len(words) >= len(pattern) else []
    return any(words[start : start + len(pattern)] == pattern for start in starts)


def _singular(word: str) -> str:
    if word.endswith(("sses", "ches", "xes")):
        return word[:-2]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")) else word


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(vocabulary("guesses"))


@cache
def _entries(kind: str) -> tuple[_Entry, ...]:
    return tuple(_read(kind, _document()[kind]))


def _read(kind: str, found: Iterable[Mapping[str, Any]]) -> Iterator[_Entry]:
    """Entries of one kind; their value stands under another key in each, and `nothing` has none."""
    under = {"table": "category", "column": "category", "attribute": "name", "use": "use"}
    for entry in found:
        patterns = tuple(words_of(pattern) for pattern in entry["words"])
        types = frozenset(entry.get("types", ()))
        yield _Entry(entry.get(under.get(kind, ""), ""), patterns, types, entry.get("weak", False))
