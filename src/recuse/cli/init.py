"""`recuse init`: reads a database and proposes a policy repository."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from recuse.cli.console import Format, FormatOption, document, out, printing, warn_of_password
from recuse.operations.init import InitOptions, propose, write_proposal
from recuse.targets.target import target_for


def init(
    url: Annotated[str, typer.Argument(metavar="URL", help="connection string or URL of the database")],
    folder: Annotated[Path, typer.Option("--out", "-o", help="folder to write, empty or absent")],
    institution: Annotated[str, typer.Option(help="agency id of the institution, for example il.example.police")],
    name: Annotated[str, typer.Option(help="its name")],
    system: Annotated[str, typer.Option(help="what to call this database")] = "records",
    service: Annotated[str, typer.Option(help="its entry in the connection service file")] = "recuse-records",
    format_: FormatOption = Format.human,
) -> None:
    """Read a database and propose a whole policy repository: accounts, categories with reasons, a baseline directive.

    Every guess is a suggestion for a person and says why it was made. Changes nothing in the database. Rights: CONNECT
    and the catalogs.

    Examples: recuse init service=records --out policy --institution il.example.police --name "Example Police"
    """
    human = printing(format_)
    warn_of_password(url)
    options = InitOptions(system, institution, name, service)
    with target_for("postgresql").open(url) as session:
        proposal = propose(session, options)
    write_proposal(proposal, folder)
    if not human:
        document(proposal.summary.document())
        return
    table = Table("what", "how many", title=f"proposed in {folder}", title_justify="left")
    for noun, value in proposal.summary.document().items():
        table.add_row(noun.replace("_", " "), _words(value))
    out.print(table)
    out.print("read every comment, correct what is wrong, then run [bold]recuse check[/]")


def _words(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{count} {noun}" for noun, count in value.items())
        case list() | tuple():
            return str(len(value))
        case _:
            return str(value)
