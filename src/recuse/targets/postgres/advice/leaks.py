"""Whether a stored expression can be used under row security: PostgreSQL asks whether its functions are leakproof.

The rule of `contain_leaked_vars` (optimizer/util/clauses.c): a function that is not leakproof and is given a column
leaks; a few kinds of node never do by themselves; every other kind does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recuse.targets.postgres.edges.node_tree import Tree, parse

_HARMLESS: Final = frozenset({
    "VAR", "CONST", "PARAM", "ARRAYEXPR", "ARRAY", "FIELDSELECT", "FIELDSTORE", "NAMEDARGEXPR", "BOOLEXPR",
    "RELABELTYPE", "COLLATEEXPR", "COLLATE", "CASEEXPR", "CASE", "CASEWHEN", "WHEN", "CASETESTEXPR", "ROWEXPR", "ROW",
    "SQLVALUEFUNCTION", "NULLTEST", "BOOLEANTEST", "NEXTVALUEEXPR", "SUBSCRIPTINGREF", "ARRAYCOERCEEXPR",
})  # fmt: skip
_CALLS: Final = (":funcid", ":opfuncid")
_COMPARES: Final = frozenset({"MINMAXEXPR", "MINMAX"})


@dataclass(frozen=True, slots=True)
class Expression:
    """What an index expression is made of: functions and compared types that are given a column, and its columns.

    `called` are all functions, those of constants too; `opaque` names the kinds of node that always leak.
    """

    called: frozenset[int]
    functions: frozenset[int]
    compared: frozenset[int]
    columns: frozenset[int]
    opaque: frozenset[str]


def expressions(text: str | None) -> tuple[Expression, ...]:
    """The expressions of an index in their order, from `pg_index.indexprs`; ValueError when that is no node tree."""
    if text is None:
        return ()
    tree = parse(text)
    if not isinstance(tree, list):
        raise ValueError("not a list of expressions")
    return tuple(_expression(each) for each in tree)


def _expression(tree: Tree) -> Expression:
    every: set[int] = set()
    functions: set[int] = set()
    compared: set[int] = set()
    opaque: set[str] = set()
    for label, node in _nodes(tree):
        called = [int(str(node[name])) for name in _CALLS if name in node]
        every |= set(called)
        if not _columns(node):
            continue
        if called:
            functions |= set(called)
        elif label in _COMPARES:
            compared.add(int(str(node[":minmaxtype"])))
        elif label not in _HARMLESS:
            opaque.add(label)
    return Expression(
        frozenset(every), frozenset(functions), frozenset(compared), frozenset(_columns(tree)), frozenset(opaque)
    )


def _nodes(tree: Tree) -> Iterator[tuple[str, Mapping[str, Tree]]]:
    match tree:
        case Mapping():
            yield str(tree[""]), tree
            for name, value in tree.items():
                if name:
                    yield from _nodes(value)
        case str():
            pass
        case Sequence():
            for each in tree:
                yield from _nodes(each)


def _columns(tree: Tree) -> set[int]:
    return {int(str(node[":varattno"])) for label, node in _nodes(tree) if label == "VAR"}
