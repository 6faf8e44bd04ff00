"""From one look at a database to the page of `recuse reach`: rows, columns, their cells, and every step numbered."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from recuse.errors import InputError
from recuse.model import Repository, System
from recuse.operations.findings import split_name
from recuse.operations.page import Limit
from recuse.operations.reach import Surveyed, find_targets
from recuse.operations.reach_page import WIDER, Across, Cell, Floor, ReachPage, Reader, Route, Row, Source, Step
from recuse.policy.repository import read_repository

TABLES: Final = 25
"""How many tables have a column where neither an object nor a repository says which; reached most widely first."""

_DRAWN: Final = (8, 3, 1, 0)  # accounts of a cell that get a picture: the first number with which
_PICTURES: Final = 1_500  # there are no more than so many pictures on the page
_ROUTES: Final = 3  # paths in a picture
_NOBODY: Final = "no agency"
_PART: Final = re.compile(r'"(?:[^"]|"")+"|[^.]+')

_Key = tuple[str, str, str, str]
_Shown = tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...]]  # an answer, and those of its paths
_Columns = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Scope:
    """The system of a policy repository that the database is."""

    repository: Repository
    system: System


@dataclass(frozen=True, slots=True)
class _Picked:
    """Who reads something of a cell, each with the paths shown: with a picture, and without."""

    drawn: tuple[_Shown, ...]
    listed: tuple[_Shown, ...]


def read_scope(folder: Path, system: str | None, service: str | None) -> Scope:
    """The system named, or the only one, or the one whose service entry this is.

    Raises RepositoryError, and InputError where it cannot be told which system is meant.
    """
    repository = read_repository(folder)
    systems = repository.systems
    known = ", ".join(f"`{each}`" for each in systems)
    if system is not None and system not in systems:
        raise InputError(f"no system `{system}` in recuse.toml", f"name one of {known}")
    if system is not None:
        return Scope(repository, systems[system])
    fitting = [each for each in systems.values() if len(systems) == 1 or each.service == service]
    if len(fitting) != 1:
        raise InputError("which system of recuse.toml this database is cannot be told", f"say --system, one of {known}")
    return Scope(repository, fitting[0])


def reach_page(surveyed: Surveyed, scope: Scope | None, service: str | None, at: datetime) -> ReachPage:
    """The page, of which every cell says what the account's answers say; `at` is the time of the look.

    Raises InputError when the category map names what the database does not hold: its cells would rest on nothing.
    """
    across, columns, left_out = _columns(surveyed, scope)
    answers = {
        name: {answer["account"]: answer for answer in surveyed.answers(targets)} for name, targets in columns.items()
    }
    reading = [
        (name, accounts, [_reading(answers[column][account] for account in accounts) for column in columns])
        for name, accounts in _rows(surveyed, scope)
    ]
    drawn = _drawn([len(cell) for _, _, cells in reading for cell in cells])
    rows = [(name, accounts, [_picked(cell, drawn) for cell in cells]) for name, accounts, cells in reading]
    shown = (each for _, _, cells in rows for cell in cells for each in (*cell.drawn, *cell.listed))
    steps = _numbered(path for _, paths in shown for path in paths)
    ids = {(s.source, s.target, s.kind, s.reason): s.id for s in steps}
    document = surveyed.document
    return ReachPage(
        institution=None if scope is None else scope.repository.institution.name,
        source=Source(
            version=document["server_version"],
            database=surveyed.collected.database,
            service=service,
            object=document["object"],
            at=f"{at:%Y-%m-%d %H:%M} UTC",
        ),
        across=across,
        columns=tuple(columns),
        left_out=left_out,
        rows=tuple(
            Row(name, len(accounts), tuple(_cell((y, x), len(accounts), c, ids) for x, c in enumerate(cells, 1)))
            for y, (name, accounts, cells) in enumerate(rows, 1)
        ),
        steps=steps,
        residual=_limits(document["residual"]),
        outside=_limits(document["outside"]),
        not_examined=_limits(document["not_examined"]),
        floor=Floor(**document["floor"]),
    )


def _limits(items: Iterable[Mapping[str, str]]) -> tuple[Limit, ...]:
    return tuple(Limit(item["code"], item["sentence"]) for item in items)


# --- rows and columns ---


def _rows(surveyed: Surveyed, scope: Scope | None) -> list[tuple[str, list[str]]]:
    """Accounts by agency, or each by itself; those that accounts.toml does not know come last, as one."""
    if scope is None:
        return [(account, [account]) for account in surveyed.accounts]
    agencies: dict[str, list[str]] = {}
    for login in surveyed.accounts:
        account = scope.repository.accounts.get(f"{scope.system.name}/{login}")
        agencies.setdefault(account.agency if account else "", []).append(login)
    named = [(scope.repository.agencies[each].name, agencies[each]) for each in sorted(agencies) if each]
    return [*named, *([(_NOBODY, agencies[""])] if "" in agencies else [])]


def _columns(surveyed: Surveyed, scope: Scope | None) -> tuple[Across, _Columns, int]:
    """What stands across, with the nodes that mean reading it; and how many tables found no place."""
    collected = surveyed.collected
    if surveyed.parts:
        relation = ".".join(surveyed.parts[:2])
        wanted = ".".join(surveyed.parts)
        names = [c.partition(":")[2] for c, of in collected.columns.items() if of.partition(":")[2] == relation]
        found = {name: _PART.findall(name) for name in names if wanted in {relation, name}}
        return "column", {parts[2]: find_targets(collected, parts) for parts in found.values()}, 0
    if scope is not None:
        return "category", _categories(surveyed, scope.system), 0
    tables = surveyed.tables[:TABLES]
    across = {name: find_targets(collected, _PART.findall(name)) for name in tables}
    return "table", across, len(surveyed.tables) - len(tables)


def _categories(surveyed: Surveyed, system: System) -> _Columns:
    """The nodes of each category; keys go with every category of a table and say nothing about one."""
    collected = surveyed.collected
    names = {split_name(name): name for name in (column.partition(":")[2] for column in collected.columns)}
    found: dict[str, set[str]] = {}
    for table in system.tables:
        schema, _, relation = table.name.partition(".")
        columns = [parts for parts in names if parts[:2] == (schema, relation)]
        lost = sorted({*table.key, *table.columns} - {parts[2] for parts in columns})
        if lost or not columns:
            what = f"column `{table.name}.{lost[0]}`" if columns else f"table `{table.name}`"
            message = f"categories/{system.name}.toml names the {what}, which is not in `{collected.database}`"
            raise InputError(message, "correct the category map, or connect to the system's own database")
        for parts in columns:
            if parts[2] not in table.key or len(table.categories) == 1:
                category = found.setdefault(table.columns.get(parts[2], table.category), set())
                category |= find_targets(collected, _PART.findall(names[parts]))
    return {category: frozenset(found[category]) for category in sorted(found)}


# --- cells and steps ---


def _reading(answers: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The answers of those who read something, the widest first."""
    return sorted((a for a in answers if a["reaches"]), key=lambda a: (-WIDER.index(a["rows"]), a["account"]))


def _drawn(reading: list[int]) -> int:
    """How many accounts of a cell get a picture, given how many accounts of each cell read something."""
    return next(most for most in _DRAWN if sum(min(most, each) for each in reading) <= _PICTURES)


def _picked(answers: list[Mapping[str, Any]], drawn: int) -> _Picked:
    """The paths shown: of the accounts with a picture a few, of the others one."""
    paths = [(a, tuple(a["paths"][: _ROUTES if n < drawn else 1])) for n, a in enumerate(answers)]
    return _Picked(tuple(paths[:drawn]), tuple(paths[drawn:]))


def _cell(place: tuple[int, int], accounts: int, picked: _Picked, ids: Mapping[_Key, str]) -> Cell:
    drawn, listed = (tuple(_reader(*each, ids) for each in some) for some in (picked.drawn, picked.listed))
    widest = max((reader.rows for reader in (*drawn, *listed)), key=WIDER.index, default=WIDER[0])
    row, column = place
    return Cell(f"c{row}-{column}", widest, accounts, len(drawn) + len(listed), drawn, listed)


def _reader(answer: Mapping[str, Any], paths: tuple[Mapping[str, Any], ...], ids: Mapping[_Key, str]) -> Reader:
    routes = tuple(
        Route(tuple(dict.fromkeys(ids[_key(step)] for step in path["steps"])), path["reproduce"]) for path in paths
    )
    return Reader(answer["account"], answer["rows"], routes, len(answer["paths"]) - len(routes))


def _numbered(paths: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Every step of the paths shown, numbered by its own text, so that the same database gives the same numbers."""
    pages: dict[_Key, str | None] = {}
    taken: Counter[_Key] = Counter()
    for path in paths:
        taken.update({_key(step) for step in path["steps"]})
        pages |= {_key(step): step["page"] for step in path["steps"]}
    return tuple(_steps(pages, taken))


def _steps(pages: Mapping[_Key, str | None], taken: Mapping[_Key, int]) -> Iterator[Step]:
    for number, key in enumerate(sorted(pages), 1):
        yield Step(f"g{number}", *key, pages[key], taken[key])


def _key(step: Mapping[str, Any]) -> _Key:
    return step["from"], step["to"], step["kind"], step["reason"]
