"""Who reaches what: the matrix first, and behind a cell the paths past the policy, with what reproduces them."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from recuse.errors import InputError
from recuse.server.console.access import WIDER, Cell, Matrices, Matrix, Row
from recuse.server.console.screens import Console
from recuse.server.console.showing import Frame, page


def show_access(console: Console, request: Request, frame: Frame) -> Response:
    """Agency by category."""
    problem: InputError | None = None
    matrices: Matrices | None = None
    try:
        matrices = console.access.matrices()
    except InputError as error:
        problem = error
    said = request.query_params
    asked = {"agency": said.get("agency", "")[:200].strip(), "changed": said.get("changed", "") == "yes"}
    status = 503 if problem else 200
    shown = {"matrices": matrices, "problem": problem, "asked": asked, "shown": _rows(matrices, asked), "wider": WIDER}
    return page("access.html", frame, status, **shown)


def show_cell(console: Console, request: Request, frame: Frame) -> Response:
    """The paths of an agency to a category, or all paths of a system."""
    said = request.query_params
    system, agency, category = (said.get(name, "") for name in ("system", "agency", "category"))
    try:
        matrices = console.access.matrices()
    except InputError as error:
        raise HTTPException(503, f"{error.message[:1].upper()}{error.message[1:]}.") from error
    matrix = next((each for each in (matrices.systems if matrices else ()) if each.system == system), None)
    if matrix is None or (category and category not in matrix.categories and not matrix.past(agency, category)):
        raise HTTPException(404, "No such cell was worked out.")
    cell, found = _cell(matrix, agency, category), matrix.past(agency, category)
    if agency and not any(row.agency == agency for row in matrix.rows) and not found:
        raise HTTPException(404, "No such cell was worked out.")
    of = {"agency": agency, "category": category}
    return page("cell.html", frame, matrix=matrix, cell=cell, found=found, of=of)


def _cell(matrix: Matrix, agency: str, category: str) -> Cell | None:
    rows: dict[str, Row] = {row.agency: row for row in matrix.rows}
    if agency not in rows or category not in matrix.categories:
        return None
    return rows[agency].cells[matrix.categories.index(category)]


def _rows(matrices: Matrices | None, asked: Mapping[str, Any]) -> dict[str, list[Row]]:
    """By system, the rows of agencies whose name holds the text, and that a plan changes where that is asked."""
    part = asked["agency"].casefold()
    return {
        each.system: [
            row
            for row in each.rows
            if part in row.agency.casefold() and (not asked["changed"] or any(cell.changes for cell in row.cells))
        ]
        for each in (matrices.systems if matrices else ())
    }
