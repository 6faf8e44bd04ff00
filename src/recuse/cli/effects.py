"""What accounts lose and gain, as a table for people."""

from typing import Any

from rich.table import Table

from recuse.cli.console import plain

_VERBS = ("read", "insert", "update", "delete")


def effects_table(accounts: list[dict[str, Any]]) -> Table:
    """One row an account: categories by what becomes of them."""
    table = Table("account", "loses", "gains", title="what changes for whom", title_justify="left")
    for account in accounts:
        table.add_row(plain(account["account"]), _words(account["loses"]), _words(account["gains"]))
    return table


def _words(effects: list[dict[str, str]]) -> str:
    """Categories by what becomes of them, reading first; inserting, updating and deleting are changing."""
    found: dict[str, dict[str, None]] = {}
    for rows in ("all", "some"):
        others = dict.fromkeys(effect["action"] for effect in effects if effect["action"] not in _VERBS)
        pairs = (("reading", ("read",)), ("changing", _VERBS[1:]), *((each, (each,)) for each in others))
        for verb, actions in pairs:
            word = verb if rows == "all" else f"{verb} some rows of"
            for effect in effects:
                if effect["rows"] == rows and effect["action"] in actions:
                    found.setdefault(word, {})[effect["category"]] = None
    return "\n".join(f"[bold]{word}[/] {plain(', '.join(categories))}" for word, categories in found.items()) or "–"
