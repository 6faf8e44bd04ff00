"""Which report an address asks for: what is counted, of which period, by which two particulars, and which cell is open.

`upto` and `upto_decisions` fix the sizes of the records, so that an address gives the same figures again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final, Literal, cast, get_args
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from recuse.errors import InputError
from recuse.requests import counting, nil
from recuse.requests.counting import Particular
from recuse.server.console.asking import number_of
from recuse.server.console.records import NAMES, Name

About = Literal["assistance", "permits", "decisions"]
ABOUT: Final[tuple[About, ...]] = get_args(About)
PARTICULARS: Final[Mapping[About, tuple[Particular, ...]]] = {
    "assistance": counting.PARTICULARS["assistance"],
    "permits": counting.PARTICULARS["permits"],
    "decisions": ("system", "agency", "purpose", "answer", "month"),
}
FIRST: Final[Mapping[About, tuple[Particular, Particular]]] = {
    "assistance": ("agency", "outcome"), "permits": ("agency", "outcome"), "decisions": ("agency", "answer"),
}  # fmt: skip
"""Rows and columns of a report that names none."""
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A report. `period` is its name as it was written; `row` and `column` open a cell, or one of them a total."""

    about: About = "assistance"
    period: str = ""
    rows: Particular = "agency"
    columns: Particular = "outcome"
    row: str | None = None
    column: str | None = None
    upto: int | None = None
    upto_decisions: int | None = None
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def by(self) -> tuple[Particular, Particular]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def records(self) -> tuple[Name, ...]:
        """The records that are counted."""
        return NAMES if self.about == "decisions" else ("acts",)

    @property
    def opens(self) -> bool:
        """Whether a cell or a total is open."""
        return self.row is not None or self.column is not None

    def limit(self, record: Name) -> int | None:
        """How many of the first entries of a record are counted; None: all of them."""
        return self.upto if record == "acts" else self.upto_decisions

    def address(self, **changes: object) -> str:
        """The parameters of this report, with changes."""
        changed = replace(self, **changes)  # type: ignore[arg-type]
        pairs = [(each.name, getattr(changed, each.name)) for each in fields(self) if each.name != "problems"]
        return "?" + urlencode([(name, str(value)) for name, value in pairs if value is not None])


def parse_asked(said: QueryParams) -> Asked:
    """The report of an address, with what cannot be read by parameter; what it does not name is the first."""
    problems: dict[str, str] = {}
    about = said.get("about", "") or ABOUT[0]
    if about not in ABOUT:
        problems["about"] = f"Choose {', '.join(ABOUT[:-1])} or {ABOUT[-1]}."
        about = ABOUT[0]
    period = said.get("period", "").strip()[:_LONGEST]
    try:
        if period:
            nil.period(period)
    except InputError:
        problems["period"] = "Write a year, a quarter or a month: 2026, 2026-Q1, 2026-03."
    rows, columns = (said.get(name, "") or FIRST[about][place] for place, name in enumerate(("rows", "columns")))
    for name, value in (("rows", rows), ("columns", columns)):
        if value not in PARTICULARS[about]:
            problems[name] = "Choose from the list."
    if rows == columns:
        problems.setdefault("columns", "Choose another particular than for the rows.")
    return Asked(
        about, period, cast("Particular", rows), cast("Particular", columns), said.get("row"), said.get("column"),
        number_of(said, "upto", problems), number_of(said, "upto_decisions", problems), problems,
    )  # fmt: skip
