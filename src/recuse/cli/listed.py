"""What plans and scripts say of listings, for people: what would change, what stays open; nothing was tried."""

from typing import Any

from recuse.cli.console import counted, err, out, plain
from recuse.cli.effects import effects_table
from recuse.operations.listed import Refused
from recuse.operations.scripts import Written


def show_listed(found: dict[str, Any]) -> None:
    """One listing of a plan."""
    if found["refused"]:
        err.print("[bold red]not planned[/]", plain(f"{found['refused']}; {found['remedy']}"), soft_wrap=True)
        return
    out.print(f"{plain(found['system'])}: [yellow]listed, not verified[/], from an export of {found['exported_at']}")
    if found["changes"]:
        out.print(
            f"{counted(len(found['changes']), 'statement')} for a person, which `recuse apply` writes as a script"
        )
        out.print(effects_table(found["accounts"]))
    else:
        out.print("[green]nothing to change[/]: the export is as the policy wants it")
    for each in found["stays_open"]:
        way = each["steps"][-1]["reason"]
        err.print(
            f"[yellow]stays open[/] {plain(each['account'])}: {each['action']} {plain(each['object'])}: {plain(way)}"
        )
    for sentence in found["not_opened"]:
        err.print(f"[yellow]not opened[/] {plain(sentence)}")


def show_script(done: Written | Refused) -> None:
    """What became of one listing."""
    if isinstance(done, Refused):
        err.print("[bold red]no script[/]", plain(str(done.error)), soft_wrap=True)
    elif done.file is None:
        out.print(f"{plain(done.system)}: [green]nothing to change[/] by its export; listed, not verified")
    else:
        out.print(
            f"{plain(done.system)}: {counted(done.changes, 'line')} to change by hand: [bold]{plain(done.file)}[/]"
        )
        out.print(f"  a person reads and runs it, then exports again; {plain(done.undo)} undoes it; nothing was run")


def script_document(done: Written | Refused) -> dict[str, object]:
    """The same for machines."""
    if isinstance(done, Refused):
        return {"system": done.system, "script": None, "undo_script": None, "changes": 0, "stays_open": 0,
                "refused": str(done.error)}  # fmt: skip
    files = [None if each is None else str(each) for each in (done.file, done.undo)]
    return {"system": done.system, "script": files[0], "undo_script": files[1], "changes": done.changes,
            "stays_open": done.stays_open, "refused": None}  # fmt: skip
