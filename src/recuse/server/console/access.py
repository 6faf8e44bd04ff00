"""Who reaches what, agency by category, as a plan or a verdict worked it out and as it was passed in.

The console connects to no database and works nothing out itself: it shows a document, with the moment it is of.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, NoReturn, Protocol, cast, get_args

from recuse.errors import InputError

Reach = Literal["none", "permit", "some", "all"]
WIDER: Final[tuple[Reach, ...]] = get_args(Reach)
"""From nothing to everything: what an agency reads of a category at most."""
_LARGEST: Final = 1 << 24  # bytes
_BY: Final = ("", "plan", "draft", "verify")


@dataclass(frozen=True, slots=True)
class Cell:
    """What an agency reads of a category before a plan and after it."""

    before: Reach
    after: Reach

    @property
    def changes(self) -> bool:
        """Whether the plan changes it."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Row:
    """An agency, and its cells in the order of the categories."""

    agency: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class FoundPath:
    """A way past the policy, as `recuse verify` found it; without an agency where its account is nobody's."""

    agency: str
    category: str
    account: str
    id: str
    code: str
    severity: str
    object: str
    steps: tuple[str, ...]
    reproduce: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Paths:
    """All paths that were found in one system, as of a moment."""

    at: datetime
    found: tuple[FoundPath, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """One system's agencies and categories, as of a moment; `paths` is None where none were looked for.

    `by` is what worked it out: `plan`, `draft` (a plan of what nobody has signed), `verify`, or nothing that is told.
    """

    system: str
    categories: tuple[str, ...]
    rows: tuple[Row, ...]
    at: datetime
    by: str = ""
    paths: Paths | None = None

    def past(self, agency: str = "", category: str = "") -> tuple[FoundPath, ...]:
        """The paths of an agency to a category; without either, of all."""
        return tuple(
            each
            for each in (self.paths.found if self.paths else ())
            if (not agency or each.agency == agency) and (not category or each.category == category)
        )


@dataclass(frozen=True, slots=True)
class Matrices:
    """All systems, as of one moment."""

    at: datetime
    systems: tuple[Matrix, ...]


class Access(Protocol):
    """Where the console gets the matrices from."""

    def matrices(self) -> Matrices | None:
        """What was worked out last; None where nothing was. Raises `InputError` for what cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class AccessFile:
    """A document in a file that whoever plans or verifies replaces."""

    path: Path

    def matrices(self) -> Matrices | None:
        """The document as it is now; None where the file is not there."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = (error.strerror or "no reason given").lower()
            raise InputError(f"`{self.path.name}` cannot be read: {reason}", "check its permissions") from error
        return parse_matrices(data)


def parse_matrices(data: bytes) -> Matrices:
    """`{"at", "systems": [{"system", "categories": […], "rows": [{"agency", "cells": [{"before", "after"}]}]}]}`.

    A system may have its own `at`, `by`, and `paths`: `{"at", "found": [{…}]}` with the texts of `FoundPath`.
    Raises `InputError` for anything else: a matrix of which a part is missing would show access that is not told.
    """
    if len(data) > _LARGEST:
        _refuse("it is too large")
    try:
        whole = json.loads(data)
        at = _moment(whole["at"])
        systems = tuple(_matrix({"at": whole["at"], **each}) for each in whole["systems"])
    except (ValueError, TypeError, KeyError, RecursionError):
        _refuse("a part is missing or of another type")
    return Matrices(at, systems)


def _matrix(found: Mapping[str, Any]) -> Matrix:
    categories = tuple(_texts(found["categories"]))
    rows = tuple(Row(_text(row["agency"]), tuple(map(_cell, row["cells"]))) for row in found["rows"])
    for row in rows:
        if len(row.cells) != len(categories):
            _refuse(f"`{row.agency}` has {len(row.cells)} cells for {len(categories)} categories")
    by = found.get("by", "")
    if by not in _BY:
        _refuse(f"`{by}` works out no matrix")
    paths = None if found.get("paths") is None else _paths(found["paths"])
    return Matrix(_text(found["system"]), categories, rows, _moment(found["at"]), by, paths)


def _paths(found: Mapping[str, Any]) -> Paths:
    return Paths(_moment(found["at"]), tuple(map(_path, found["found"])))


def _path(found: Mapping[str, Any]) -> FoundPath:
    texts = {each.name: _text(found[each.name]) for each in fields(FoundPath) if each.name != "steps"}
    return FoundPath(steps=tuple(_texts(found["steps"])), **texts)


def _moment(found: object) -> datetime:
    at = datetime.fromisoformat(_text(found))
    if at.tzinfo is None:
        _refuse("its time has no zone")
    return at.astimezone(UTC)


def _cell(found: Mapping[str, Any]) -> Cell:
    if {found["before"], found["after"]} - {*WIDER}:
        _refuse(f"a cell is none of {', '.join(WIDER)}")
    return Cell(cast("Reach", found["before"]), cast("Reach", found["after"]))


def _texts(found: Sequence[object]) -> Iterator[str]:
    if not isinstance(found, list):
        raise TypeError
    return map(_text, found)


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError
    return found


def _refuse(reason: str) -> NoReturn:
    raise InputError(
        f"the matrix of access cannot be used: {reason}", "let `recuse plan` or `recuse verify` write it anew"
    )
