"""The options that the verbs of `recuse accounting` share, and how they open what they work on."""

from pathlib import Path
from typing import Annotated

import typer

from recuse.cli.console import read_file
from recuse.cli.request_options import store_of
from recuse.errors import InputError
from recuse.operations import record
from recuse.operations.accounting import Bureau, open_bureau

AccountingArgument = Annotated[str, typer.Argument(metavar="ACCOUNTING", help="id that `recuse accounting due` shows")]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", help="settings file", show_default=".accounting.toml in the repository")
]
DecisionsOption = Annotated[
    Path | None,
    typer.Option("--decisions", help="folder of the record of decisions", show_default=".decisions in the repository"),
]
OfficialOption = Annotated[str, typer.Option("--by", help="your id in officials.toml, with the role `attest`")]
KeyOption = Annotated[Path | None, typer.Option("--key", help="your SSH key; without it the entry is unsigned")]
EntriesOption = Annotated[
    list[str] | None, typer.Option("--entry", help="an entry, as `acts:12` or `decisions:12`; may be repeated")
]


def bureau(
    repository: Path,
    ledger: Path | None,
    settings: Path | None,
    decisions: Path | None = None,
    state: str | None = None,
) -> Bureau:
    """Where accountings are made, over this repository."""
    store = store_of(record.ledger_folder(repository, ledger), state)
    return open_bureau(repository, settings, (ledger, decisions), store)


def lines_of(path: Path) -> tuple[str, ...]:
    """The lines of a file in UTF-8 that are not empty."""
    try:
        return tuple(line.strip() for line in read_file(path).decode("utf-8-sig").splitlines() if line.strip())
    except UnicodeDecodeError:
        raise InputError(f"`{path.name}` is not text in UTF-8", "write one a line, in UTF-8") from None
