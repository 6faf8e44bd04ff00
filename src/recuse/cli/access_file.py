"""Where `recuse plan` and `recuse verify` write who reaches what, for the console."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from recuse.cli.console import err, plain, read_file
from recuse.errors import RecuseError
from recuse.operations.access_document import write_access
from recuse.server.settings import read_settings

AccessOption = Annotated[
    Path | None,
    typer.Option(
        "--access",
        help="write who reaches what into this file, for the console",
        show_default="where serve.toml beside the repository says, if it has [console]",
    ),
]


def tell_access(
    given: Path | None, repository: Path, made: Callable[[], list[dict[str, Any]]], at: datetime, *, own: bool
) -> None:
    """Write the document where it was asked for; where nobody asked and `own`, where the settings say, if they do.

    Raises InputError where a file that was named cannot be written. The other is told and no more: nobody asked.
    """
    if given is not None:
        write_access(given, made(), at)
        return
    settings = repository.absolute().parent / "serve.toml"
    if not own or not settings.is_file():
        return
    try:
        console = read_settings(settings, read_file(settings)).console
        if console is not None:
            write_access(console.access, made(), at)
    except RecuseError as error:
        err.print(f"[yellow]warning[/] who reaches what was not written: {plain(error)}", soft_wrap=True)
