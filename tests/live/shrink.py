"""Makes the case of a mismatch small: greedily, by whatever can be left out while the same kind of mismatch remains.

Left out are accounts, rules, clauses, scopes and rows; an expression becomes one of its parts, or true or false; a
value becomes NULL or an ordinary one. The result is printed as Cedar and SQL that a person can run.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any, Final

import cedarpy

from recuse.errors import RecuseError
from recuse.model import Value
from tests.conformance.world import Row
from tests.live.comparison import Case, Comparison, Mismatch
from tests.live.rows import BY_COLUMN, Rows, as_filled, inserting, tries_of
from tests.live.rules import RuleSet
from tests.live.server import Live

TRIES: Final = 600  # cases tried before the smallest so far has to do
_EVERY: Final = {"op": "All"}

Json = dict[str, Any]
Path = tuple[str | int, ...]

_LITERALS: Final[tuple[Json, ...]] = ({"Value": True}, {"Value": False})


def shrunk(live: Live, case: Case, *, over: bool) -> tuple[Case, list[Mismatch]]:
    """The smallest case found that still has a mismatch of this direction, and its mismatches."""
    found = mismatches(live, case, over=over)
    assert found, "the case has no such mismatch when it is tried again"
    tries = 0
    smaller: Iterator[Case] | None = _smaller(case)
    while smaller is not None and tries < TRIES:
        candidate = next(smaller, None)
        if candidate is None:
            break
        tries += 1
        try:
            still = mismatches(live, candidate, over=over)
        except RecuseError:  # refused by name: not a smaller case
            continue
        if still:
            case, found, smaller = candidate, still, _smaller(candidate)
    return case, found


def mismatches(live: Live, case: Case, *, over: bool) -> list[Mismatch]:
    """The mismatches of one direction in one case, each time by the same choices."""
    comparison = Comparison(live, Random(0))  # noqa: S311 - the same each time
    comparison.case(case)
    return [each for each in comparison.tally.mismatches if bool(each.over) == over]


def _smaller(case: Case) -> Iterator[Case]:
    """Cases that leave one thing out, those that leave out most first."""
    for rules in _fewer(case.rules):
        yield Case(rules, case.rows)
    for rows in _fewer_rows(case.rows):
        yield Case(case.rules, rows)
    for rules in _simpler(case.rules):
        yield Case(rules, case.rows)
    for rows in _ordinary(case.rows):
        yield Case(case.rules, rows)


def _fewer(rules: RuleSet) -> Iterator[RuleSet]:
    for login in rules.contexts:
        if len(rules.contexts) > 1:
            yield replace(rules, contexts={name: c for name, c in rules.contexts.items() if name != login})
    whole = _parsed(rules)
    for name in whole:
        if len(whole) > 1:
            yield from _of(rules, {other: rule for other, rule in whole.items() if other != name})


def _simpler(rules: RuleSet) -> Iterator[RuleSet]:
    if rules.public:
        yield replace(rules, public=False)
    if not rules.single:
        yield replace(rules, single=True)
    whole = _parsed(rules)
    for name, rule in whole.items():
        clauses = rule["conditions"]
        assert isinstance(clauses, list)
        for scope in ("principal", "action", "resource"):
            if rule[scope] != _EVERY:
                yield from _of(rules, whole | {name: rule | {scope: _EVERY}})
        for number, clause in enumerate(clauses):
            yield from _of(rules, whole | {name: rule | {"conditions": clauses[:number] + clauses[number + 1 :]}})
            for body in _smaller_expressions(clause["body"]):
                changed = [*clauses[:number], clause | {"body": body}, *clauses[number + 1 :]]
                yield from _of(rules, whole | {name: rule | {"conditions": changed}})


def _smaller_expressions(whole: Json) -> Iterator[Json]:
    """The expression with one expression in it replaced by one of its parts, or by true or false."""
    places = list(_expressions(whole, ()))
    for path, part in places:
        if part in _LITERALS or "Var" in part:
            continue
        for literal in _LITERALS:
            yield _put(whole, path, literal)
        for inner, below in places:
            if len(inner) > len(path) and inner[: len(path)] == path and "Var" not in below:
                yield _put(whole, path, below)


def _expressions(tree: object, path: Path) -> Iterator[tuple[Path, Json]]:
    """Every expression inside a tree of Cedar's JSON form: one key that names an operator, and what it is about."""
    below: list[tuple[str | int, object]]
    if isinstance(tree, dict):
        if len(tree) == 1 and "arg" not in tree:
            yield path, tree
        below = list(tree.items())
    else:
        below = list(enumerate(tree)) if isinstance(tree, list) else []
    for step, each in below:
        if step != "pattern":
            yield from _expressions(each, (*path, step))


def _put(tree: Any, path: Path, new: Json) -> Any:
    if not path:
        return new
    step, *rest = path
    if isinstance(tree, dict):
        return tree | {step: _put(tree[step], tuple(rest), new)}
    assert isinstance(tree, list)
    assert isinstance(step, int)
    return [*tree[:step], _put(tree[step], tuple(rest), new), *tree[step + 1 :]]


def _fewer_rows(rows: Rows) -> Iterator[Rows]:
    count = len(rows.stored)
    size = count // 2
    while size:
        for begin in range(0, count, size):
            yield _without(rows, range(begin, min(begin + size, count)))
        size //= 2
    for number in range(len(rows.inserts)):
        yield Rows.of(rows.stored, rows.inserts[:number] + rows.inserts[number + 1 :], rows.moves)
    for number in range(len(rows.moves)):
        yield Rows.of(rows.stored, rows.inserts, rows.moves[:number] + rows.moves[number + 1 :])


def _without(rows: Rows, gone: range) -> Rows:
    """Without some stored rows, and so without the moves of them; the others move up."""
    place = {old: new for new, old in enumerate(n for n in range(len(rows.stored)) if n not in gone)}
    moves = [replace(move, stored=place[move.stored]) for move in rows.moves if move.stored in place]
    return Rows.of([rows.stored[old] for old in place], rows.inserts, moves)


def _ordinary(rows: Rows) -> Iterator[Rows]:
    for column, attribute in BY_COLUMN.items():
        for value in dict.fromkeys((None if attribute.optional else as_filled(attribute), as_filled(attribute))):

            def plain(row: Row, column: str = column, value: Value = value) -> Row:
                return row | {column: value}

            yield from _changed(rows, plain)


def _changed(rows: Rows, plain: Callable[[Row], Row]) -> Iterator[Rows]:
    stored = [plain(row) for row in rows.stored]
    inserts = [replace(insert, row=plain(insert.row)) for insert in rows.inserts]
    moves = [replace(move, row=plain(move.row)) for move in rows.moves]
    if (*stored, *(i.row for i in inserts), *(m.row for m in moves)) != rows.all:
        yield Rows.of(stored, inserts, moves)


def _parsed(rules: RuleSet) -> dict[str, Json]:
    found: dict[str, Json] = json.loads(cedarpy.policies_to_json_str(rules.text))["staticPolicies"]
    return found


def _of(rules: RuleSet, policies: dict[str, Json]) -> Iterator[RuleSet]:
    """The set with these rules, unless they cannot be written: a part of an expression need not be one."""
    whole = {"templates": {}, "staticPolicies": policies, "templateLinks": []}
    try:
        text = cedarpy.policies_from_json_str(json.dumps(whole))
        yield RuleSet.of(text, rules.contexts, public=rules.public, single=rules.single)
    except ValueError:
        return


def report(live: Live, case: Case, found: list[Mismatch]) -> str:
    """The case as a person can run it: the rules, who asks, the rows, the row policies held, and the tries."""
    mismatches(live, case, over=bool(found[0].over))  # what the server holds is of the last case tried
    tries = [f"-- {each.key}: {each.statement.as_string(None)}" for each in tries_of(case.rows)]
    rows = [inserting(n, row, _told(row)).as_string(None) for n, row in enumerate(case.rows.stored)]
    held = live.admin.execute(
        "SELECT policyname, roles::text, cmd, qual, with_check FROM pg_catalog.pg_policies ORDER BY 1"
    ).fetchall()
    lines = [
        *(f"-- {each}" for each in found[:5]), "-- rules", case.rules.text,
        f"-- table public: {case.rules.public}; of one category: {case.rules.single}",
        *(f"-- {login} in {context}" for login, context in case.rules.contexts.items()), "-- rows", *rows,
        "-- row policies", *(f"-- {line}" for line in held), "-- tries", *tries,
    ]  # fmt: skip
    return "\n".join(lines)


def _told(row: Row) -> tuple[str, ...]:
    """The columns that hold what the table would not fill in; one at least."""
    return tuple(c for c, attribute in BY_COLUMN.items() if row[c] != as_filled(attribute)) or tuple(BY_COLUMN)[:1]


def reduced(live: Live, cases: list[Case]) -> Iterator[str]:
    """A report on each case, reduced; of over-grants where it has any."""
    for case in cases:
        directions = [over for over in (True, False) if mismatches(live, case, over=over)]
        if directions:
            yield report(live, *shrunk(live, case, over=directions[0]))
        else:
            yield f"-- not seen again by itself: it may take what came before it in its chunk\n{case.rules.text}"
