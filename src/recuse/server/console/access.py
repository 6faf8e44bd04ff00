"""Who reaches what, agency by category, as a plan or a verdict worked it out and as it was passed in.

The console connects to no database and works nothing out itself: it shows a document, with the moment it is of.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, NoReturn, Protocol, cast, get_args

from recuse.errors import InputError

Reach = Literal["none", "permit", "some", "all"]
WIDER: Final[tuple[Reach, ...]] = get_args(Reach)
"""From nothing to everything: what an agency reads of a category at most."""
_LARGEST: Final = 1 << 24  # bytes


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
class Matrix:
    """One system's agencies and categories."""

    system: str
    categories: tuple[str, ...]
    rows: tuple[Row, ...]


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

    Raises `InputError` for anything else: a matrix of which a part is missing would show access that is not told.
    """
    if len(data) > _LARGEST:
        _refuse("it is too large")
    try:
        whole = json.loads(data)
        at = datetime.fromisoformat(whole["at"])
        systems = tuple(map(_matrix, whole["systems"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        _refuse("a part is missing or of another type")
    if at.tzinfo is None:
        _refuse("its time has no zone")
    return Matrices(at.astimezone(UTC), systems)


def _matrix(found: Mapping[str, Any]) -> Matrix:
    categories = tuple(_texts(found["categories"]))
    rows = tuple(Row(_text(row["agency"]), tuple(map(_cell, row["cells"]))) for row in found["rows"])
    for row in rows:
        if len(row.cells) != len(categories):
            _refuse(f"`{row.agency}` has {len(row.cells)} cells for {len(categories)} categories")
    return Matrix(_text(found["system"]), categories, rows)


def _cell(found: Mapping[str, Any]) -> Cell:
    if {found["before"], found["after"]} - {*WIDER}:
        _refuse(f"a cell is none of {', '.join(WIDER)}")
    return Cell(cast("Reach", found["before"]), cast("Reach", found["after"]))


def _texts(found: Sequence[object]) -> Iterator[str]:
    return map(_text, found)


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError
    return found


def _refuse(reason: str) -> NoReturn:
    raise InputError(
        f"the matrix of access cannot be used: {reason}", "let `recuse plan` or `recuse verify` write it anew"
    )
