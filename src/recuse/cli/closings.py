"""Closings of a plan for people: what is closed and why there, what breaks, and what is left to a person."""

from typing import Any

from recuse.cli.console import counted, out, plain


def show_closings(whole: dict[str, Any]) -> None:
    """A section of its own; nothing without --close."""
    if not whole["close"]:
        return
    closes, left = whole["closes"], whole["left_to_a_person"]
    ids = {each for closing in closes for each in closing["findings"]}
    out.print(f"\n[bold]closings[/]: {counted(len(closes), 'step')} taken away, for {counted(len(ids), 'finding')}")
    by_do = {change["do"]: change for change in whole["changes"]}
    for closing in closes:
        out.print(f"  {', '.join(closing['findings'])}: {_parties(closing)}", markup=False, soft_wrap=True)
        for do in closing["do"]:
            change = by_do[do]
            out.print(f"    do: {do}", markup=False, soft_wrap=True)
            out.print(f"    undo: {change['undo']}", markup=False, soft_wrap=True)
            for hazard in change["hazards"]:
                out.print(f"    [yellow]{hazard['code']}[/] {plain(hazard['sentence'])}", soft_wrap=True)
    if left:
        out.print(f"[bold]left to a person[/]: {counted(len(left), 'finding')}")
    for each in left:
        about = each["account"] or each["object"]
        out.print(f"  {each['id']} {each['code']} {about}: {each['reason']}", markup=False, soft_wrap=True)


def _parties(closing: dict[str, Any]) -> str:
    return f"{', '.join(closing['accounts'])}; {closing['why']}"
