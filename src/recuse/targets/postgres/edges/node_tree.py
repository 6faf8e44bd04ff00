"""Reads `pg_node_tree`, the stored form of a query: which columns it reads, and which columns its outputs are.

PostgreSQL checks rights at run time against exactly these lists (`selectedCols` beside `requiredPerms`: in the range
table until 15, in RTEPERMISSIONINFO from 16), so they are taken from there and not guessed from the text of the query.
`pg_depend` would not do: it drops whole-row references beside column references, and everything of the system catalogs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Tree = str | Sequence["Tree"] | Mapping[str, "Tree"]

_TOKEN: Final = re.compile(r"[(){}]|(?:[^\s(){}\\]+|\\.)+", re.DOTALL)
_NULL: Final = "<>"
_SELECT: Final = 1 << 1  # ACL_SELECT in nodes/parsenodes.h
_APART: Final = (":hasAggs", ":hasWindowFuncs", ":hasTargetSRFs", ":groupClause", ":groupingSets", ":distinctClause")
_WRITTEN: Final = {"insert": 1 << 0, "update": 1 << 2, "delete": 1 << 3}  # ACL_INSERT, ACL_UPDATE, ACL_DELETE
_FIRST_COLUMN: Final = 7  # a column's bit is its number less FirstLowInvalidHeapAttributeNumber (access/sysattr.h)


@dataclass(frozen=True, slots=True)
class Read:
    """One relation (by object id) that a query reads, and the numbers of the columns; 0 stands for the whole row."""

    relation: int
    columns: frozenset[int]


@dataclass(frozen=True, slots=True)
class Query:
    """What a stored query reads, and for each output the one column it is, or None when it is computed.

    `filtered`: it shows some rows only. `pulled_up`: a planner may run what a caller asks before its conditions.
    """

    reads: frozenset[Read]
    outputs: tuple[tuple[int, int] | None, ...]
    filtered: bool = False
    pulled_up: bool = False


def read_query(text: str) -> Query:
    """The reads of a stored query or list of queries, and the outputs of the first; ValueError when it is neither."""
    try:
        tree = parse(text)
        if tree == _NULL:  # DO INSTEAD NOTHING
            return Query(frozenset(), ())
        first = tree
        while isinstance(first, list):
            first = first[0]
        if not isinstance(first, Mapping):
            raise ValueError("not a stored query")
        return Query(frozenset(_reads(tree)), tuple(_outputs(first)), *_filter(first))
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError("not a stored query") from error


def parse(text: str) -> Tree:
    """`{LABEL :field value …}` as a mapping, `(…)` as a list, all else as text; without recursion, for deep queries.

    A node's label stands under the empty name. ValueError for what is no stored tree.
    """
    stack: list[list[Tree]] = [[]]
    for part in _TOKEN.findall(text):
        if part in {"(", "{"}:
            stack.append([])
        elif part in {")", "}"}:
            items = stack.pop()
            stack[-1].append(items if part == ")" else _fields(items))
        else:
            stack[-1].append(part)
    if len(stack) != 1 or len(stack[0]) != 1:
        raise ValueError("not a stored query")
    return stack[0][0]


def _fields(items: list[Tree]) -> dict[str, Tree]:
    """A node's fields. A value is never taken for a name: a column may be called `:relid`. Constants span tokens."""
    names = [name for name in items[1::2] if isinstance(name, str) and name[0] == ":"]
    if len(items) == 1 + 2 * len(names):  # as most are: the same as below, and faster
        return {"": items[0], **dict(zip(names, items[2::2], strict=True))}
    fields: dict[str, Tree] = {"": items[0]}
    position = 1
    while position < len(items):
        name = items[position]
        if not isinstance(name, str):
            raise ValueError("not a stored query")
        fields[name] = items[position + 1]
        position += 2
        while position < len(items) and not str(items[position]).startswith(":"):
            position += 1
    return fields


def _nodes(tree: Tree) -> Iterator[Mapping[str, Tree]]:
    stack = [tree]
    while stack:
        match stack.pop():
            case str():
                continue
            case dict() as node:
                yield node
                stack.extend(value for value in node.values() if not isinstance(value, str))
            case items:
                stack.extend(items)


def _reads(tree: Tree) -> Iterator[Read]:
    for node in _nodes(tree):
        if {":relid", ":requiredPerms", ":selectedCols"} <= node.keys() and _number(node[":requiredPerms"]) & _SELECT:
            bits = node[":selectedCols"]
            yield Read(_number(node[":relid"]), frozenset(_number(bit) - _FIRST_COLUMN for bit in bits[1:]))  # type: ignore[index]


def _filter(query: Mapping[str, Tree]) -> tuple[bool, bool]:
    """Whether a WHERE or LIMIT hides rows, and whether nothing keeps its conditions before those of a caller."""
    jointree = query.get(":jointree")
    where = isinstance(jointree, Mapping) and jointree.get(":quals") != _NULL
    ends = any(query.get(name, _NULL) != _NULL for name in (":limitCount", ":limitOffset"))
    apart = ends or any(query.get(name, _NULL) not in (_NULL, "false") for name in _APART)
    return (where or ends) and query.get(":setOperations") == _NULL, where and not apart


def _outputs(query: Mapping[str, Tree]) -> Iterator[tuple[int, int] | None]:
    entries = query[":targetList"]
    for entry in [] if entries == _NULL else entries:
        if isinstance(entry, Mapping) and entry[":resjunk"] == "false":
            origin = _number(entry[":resorigtbl"]), _number(entry[":resorigcol"])
            yield origin if origin[0] else None


def writes(text: str) -> frozenset[tuple[int, str]]:
    """The relations (by object id) that a stored action writes to, each with the verb; ValueError when it is none."""
    try:
        return frozenset(
            (_number(node[":relid"]), verb)
            for node in _nodes(parse(text))
            if {":relid", ":requiredPerms"} <= node.keys()
            for verb, bit in _WRITTEN.items()
            if _number(node[":requiredPerms"]) & bit
        )
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError("not a stored action") from error


def _number(value: Tree) -> int:
    if not isinstance(value, str):
        raise ValueError("not a stored query")
    return int(value)
