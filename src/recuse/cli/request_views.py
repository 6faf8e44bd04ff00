"""How requests for assistance are shown to a person."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.table import Column, Table

from recuse.cli.console import out, plain
from recuse.requests.telling import GAPS

COLUMNS: Final = ("request", "state", "received", "kind", "on_behalf_of", "purpose", "authority", "verdict", "lapses")
_WHOLE: Final = {"request", "state", "received"}
_COLOUR: Final = {"permitted": "green", "permitted_in_part": "yellow", "refused": "red"}


def show_ruling(ruling: Mapping[str, Any], stated: str | None = None) -> None:
    """A ruling in sentences: what, by which rules, what was not shown, and what would open it."""
    colour, verdict = _COLOUR[ruling["verdict"]], ruling["verdict"].replace("_", " ")
    rules = ", ".join(ruling["rules"]) or "no rule permits it"
    out.print(f"[{colour}]{verdict}[/] by {plain(rules)}", soft_wrap=True)
    if ruling["verdict"] == "permitted_in_part":
        out.print(f"  may be given: {', '.join(ruling['categories'])}", markup=False)
    if stated is not None and ruling["decided_as"] != [stated]:
        told = f"decided as {' and '.join(ruling['decided_as'])}, not as {stated}: the instrument's type says so"
        out.print(f"  {told}", markup=False, soft_wrap=True)
    for gap in ruling["gaps"]:
        missing = f": {', '.join(ruling['missing'])}" if gap == "evidence_missing" else ""
        out.print(f"  {GAPS[gap]}{missing}", markup=False, soft_wrap=True)
    if ruling["counsel"]:
        out.print("  [bold]refer it to counsel[/]: a court's authority that was not shown whole", soft_wrap=True)
    for change in ruling["would_change"]:
        out.print(f"  would be permitted for {change['purpose']} under {change['authority']}", markup=False)


def show_list(rows: Sequence[Mapping[str, Any]]) -> None:
    """Requests as a table."""
    table = Table(*(Column(name, no_wrap=name in _WHOLE, overflow="fold") for name in COLUMNS))
    for row in rows:
        short = {"received": str(row["received"])[:16] + "Z", "lapses": str(row["lapses"])[:16] + "Z"}
        table.add_row(*(plain((row | short)[name]) for name in COLUMNS))  # type: ignore[operator]
    out.print(table)


def show_whole(whole: Mapping[str, Any]) -> None:
    """All that is kept of a request."""
    for name in ("request", "state", "kind", "on_behalf_of", "purpose", "authority", "received", "lapses"):
        out.print(f"{name}: {whole[name]}", markup=False)
    if whole["words"] is None:
        out.print("its words were erased")
    for name, value in (whole["words"] or {}).items():
        if value and name not in whole and name != "id":
            out.print(f"{name}: {value}", markup=False)
    for each in whole["outcomes"]:
        against = ", against the policy in force" if each["contrary"] else ""
        out.print(f"answered {each['at']}: {each['word']}{against}", markup=False)
    if whole["now"] is not None:
        out.print("by the policy in force now:")
        show_ruling(whole["now"], whole["authority"])
