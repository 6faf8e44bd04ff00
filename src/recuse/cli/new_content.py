"""`recuse new content`: a content folder to begin with."""

from pathlib import Path
from typing import Annotated, Final

import typer

from recuse.cli.console import HERE, Format, FormatOption, RepositoryOption, counted, document, out, plain, printing
from recuse.content.beginning import Beginning, begin
from recuse.content.folder import parse_content
from recuse.content.values import ORIGINAL
from recuse.directory.settings import TRANSLATED
from recuse.errors import InputError
from recuse.operations.folders import write_new_folder
from recuse.policy.repository import read_repository

_EXIT: Final = "https://www.wikipedia.org/"


def content(
    folder: Annotated[Path, typer.Argument(metavar="CONTENT", help="folder that does not exist yet")],
    agency: Annotated[str, typer.Option("--agency", help="whose access the first page tells")],
    purpose: Annotated[str, typer.Option("--purpose", help="for which purpose")],
    language: Annotated[
        list[str] | None,
        typer.Option("--language", help=f"offered besides English, of {', '.join(TRANSLATED)}; may be repeated"),
    ] = None,
    exit_to: Annotated[str, typer.Option("--exit-to", help="where who leaves in haste is sent")] = _EXIT,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the files and write nothing")] = False,
    repository: RepositoryOption = HERE,
    format_: FormatOption = Format.human,
) -> None:
    """Write a content folder for the public site: settings, and a name for every id of the policy repository.

    Each name is a guess, for a person to write anew in every language. The site begins as a demonstration.

    Examples: recuse new content content --agency us.dhs --purpose imm.civil_enforcement --language es -r policy
    """
    human = printing(format_)
    for each in language or ():
        if each not in (ORIGINAL, *TRANSLATED):
            raise InputError(f"`{each}` is not a language of the site", f"name one of {', '.join(TRANSLATED)}")
    chosen = Beginning(agency, purpose, tuple(dict.fromkeys((ORIGINAL, *(language or ())))), exit_to)
    files = {name: text.encode() for name, text in begin(read_repository(repository), chosen).items()}
    told = parse_content(files)  # what is wrong with an option is told before anything is written
    if not dry_run:
        write_new_folder(folder, files)
    if not human:
        document({"written": None if dry_run else str(folder), "files": sorted(files), "names": len(told.names)})
        return
    if dry_run:
        for name, text in files.items():
            out.print(f"[bold]{plain(name)}[/]")
            typer.echo(text.decode())
        return
    out.print(f"written: [bold]{plain(folder)}[/], {counted(len(told.names), 'name')} to go through")
    out.print("next: write the names, then [bold]recuse content check[/], then [bold]recuse publish[/]", soft_wrap=True)
