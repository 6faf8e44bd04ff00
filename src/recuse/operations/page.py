"""The one-page report: what was directed, what holds, how it is known, and what is not proved; for anyone to read.

A page that would say more than its own figures is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from recuse.directive.signature import CONFIRM_NAMESPACE, DIRECTIVE_NAMESPACE
from recuse.errors import InputError
from recuse.operations.html import render

VerdictKind = Literal["holds", "findings", "undetermined"]
Reach = Literal["all", "some", "none", "permit"]
DoorState = Literal["closed", "open", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification said: `scope` completes “In …”, `on` completes “on …”; `findings` are ways past it."""

    kind: VerdictKind
    findings: int
    scope: str
    on: str


@dataclass(frozen=True, slots=True)
class Signer:
    """An official: id as in `allowed_signers`, name, office."""

    id: str
    name: str
    office: str


@dataclass(frozen=True, slots=True)
class Basis:
    """A citation, its status, and the day on which that was checked."""

    citation: str
    status: str
    checked_on: str


@dataclass(frozen=True, slots=True)
class Directed:
    """The directive; nobody has confirmed it where `confirmed_by` is None."""

    id: str
    title: str
    effective: str
    stage: str
    directed_by: Signer
    confirmed_by: Signer | None
    counsel: str | None
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What an agency reads of a category before and after: all rows, some, none, or those that a permit opens."""

    before: Reach
    after: Reach


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """An agency and its cells, one for each category of the matrix."""

    agency: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Agency by category."""

    categories: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """A way past the directive: why it was one, what closed it, and whether it is open after all was applied."""

    name: str
    why: str
    closed_by: str
    after: DoorState


@dataclass(frozen=True, slots=True)
class Tries:
    """Attempts of one sort: how many, how many did exactly what the policy says, and how many could not be told."""

    name: str
    tried: int
    agreed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Sessions ended, seconds until the last was gone, and how many were left."""

    sessions: int
    seconds: float
    left: int


@dataclass(frozen=True, slots=True)
class Bar:
    """Searches under one name, and how many of them would be refused."""

    name: str
    lines: int
    refused: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many searches under one name."""

    name: str
    lines: int


@dataclass(frozen=True, slots=True)
class Replay:
    """The backtest. `causes` split what would be refused; `criminal_causes` the part of it for criminal purposes."""

    first: str
    last: str
    lines: int
    total: Bar
    criminal: Bar
    agencies: tuple[Bar, ...]
    purposes: tuple[Bar, ...]
    years: tuple[Bar, ...]
    causes: tuple[Count, ...]
    criminal_causes: tuple[Count, ...]
    refused_then: int
    opened: int
    untold: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that stays open, or that a person must answer, by its code."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """The ledger's newest checkpoint, as the signed note has it, and the verifier key to hold it against."""

    origin: str
    size: int
    note: str
    key: str


@dataclass(frozen=True, slots=True)
class PageData:
    """Everything the page says. `banner` stands above all else; `replay` and `ended` are None where there was none.

    `accepted` are findings that an official answers for until a day: they do not weigh, and are shown.
    """

    institution: str
    banner: str | None
    verdict: Verdict
    directive: Directed
    matrix: Matrix
    doors: tuple[Door, ...]
    tries: tuple[Tries, ...]
    ended: Ended | None
    replay: Replay | None
    residual: tuple[Limit, ...]
    outside: tuple[Limit, ...]
    not_examined: tuple[str, ...]
    record: Record
    accepted: tuple[Limit, ...] = ()


def render_page(data: PageData) -> str:
    """The page as one HTML document.

    Raises InputError when its parts contradict each other: *holds* beside anything that speaks against it, or tables
    whose figures do not fit.
    """
    problem = next(_contradictions(data), None)
    if problem is not None:
        raise InputError(f"the page contradicts itself: {problem}", "build it from one verification")
    return render(
        "page.html",
        ("page.css",),
        {"share": _share},
        data=data,
        tried=sum(each.tried for each in data.tries),
        agreed=sum(each.agreed for each in data.tries),
        namespaces=(DIRECTIVE_NAMESPACE, CONFIRM_NAMESPACE),
    )


def _share(bar: Bar) -> str:
    """Refused of all, in per cent; never rounded to nothing or to all."""
    if not bar.lines:
        return "–"
    share = 100 * bar.refused / bar.lines
    if 0 < bar.refused < bar.lines:
        return "< 0.1%" if share < 0.1 else "> 99.9%" if share > 99.9 else f"{share:.1f}%"
    return f"{share:.0f}%"


def _contradictions(data: PageData) -> Iterator[str]:
    """What speaks against the verdict or does not fit; each as a sentence's end."""
    verdict = data.verdict
    if (verdict.kind == "findings") != (verdict.findings > 0):
        yield f"its verdict is `{verdict.kind}` with {verdict.findings} findings"
    if verdict.kind == "holds":
        yield from _against(data)
    width = len(data.matrix.categories)
    for row in data.matrix.rows:
        if len(row.cells) != width:
            yield f"agency `{row.agency}` has {len(row.cells)} cells for {width} categories"
    for tries in data.tries:
        if min(tries.agreed, tries.unknown) < 0 or tries.agreed + tries.unknown > tries.tried:
            yield f"attempts `{tries.name}` are more than were tried"
    for bar in _bars(data.replay):
        if not 0 <= bar.refused <= bar.lines:
            yield f"`{bar.name}` has {bar.refused} refused of {bar.lines}"


def _against(data: PageData) -> Iterator[str]:
    """What *holds* cannot stand beside (DESIGN: only a confirmed directive in the stage `enforce` may hold)."""
    if data.directive.stage != "enforce" or data.directive.confirmed_by is None:
        yield "it says `holds` of a directive that is not confirmed and enforced"
    if data.not_examined:
        yield f"it says `holds` and lists {len(data.not_examined)} parts that were not examined"
    for door in data.doors:
        if door.after != "closed":
            yield f"it says `holds` and way `{door.name}` is {door.after}"
    for tries in data.tries:
        if tries.agreed != tries.tried:
            yield f"it says `holds` and {tries.tried - tries.agreed} attempts `{tries.name}` did not agree"
    if data.ended is not None and data.ended.left:
        yield f"it says `holds` and {data.ended.left} sessions were left"


def _bars(replay: Replay | None) -> tuple[Bar, ...]:
    if replay is None:
        return ()
    return (replay.total, replay.criminal, *replay.agencies, *replay.purposes, *replay.years)
