"""`recuse listing`: the shipped export queries, and whether an export is as they make it."""

from pathlib import Path
from typing import Annotated

import typer

from recuse import clock
from recuse.cli.console import Format, FormatOption, counted, document, out, plain, printing, write_file
from recuse.errors import InputError
from recuse.operations.listed_reach import about, not_examined
from recuse.targets.listing.queries import export_queries, export_readme
from recuse.targets.listing.reading import read_listing

app = typer.Typer(no_args_is_help=True, help="Exports of accounts and grants, as CSV.", rich_markup_mode="rich")


@app.command()
def queries(
    engine: Annotated[str, typer.Argument(metavar="ENGINE", help="oracle, sqlserver or postgresql")],
    out_folder: Annotated[Path, typer.Option("--out", "-o", help="write the queries into this folder")],
    format_: FormatOption = Format.human,
) -> None:
    """Write the read-only export queries of an engine, with how to run them. Needs no database, and runs none of them.

    Those for Oracle and SQL Server were written from the vendors' documentation, and not run on a server.

    Examples: recuse listing queries oracle --out export
    """
    human = printing(format_)
    texts = {name.replace(".csv", ".sql"): text for name, text in export_queries(engine).items()}
    texts["README.txt"] = export_readme(engine)
    try:
        out_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"`{out_folder}` cannot be made: {(error.strerror or '').lower()}"
        raise InputError(message, "name another folder") from error
    for name, text in texts.items():
        write_file(out_folder / name, text.encode())
    if human:
        out.print(f"written: {counted(len(texts), 'file')} into [bold]{plain(out_folder)}[/]; read README.txt first")
    else:
        document({"engine": engine, "files": sorted(str(out_folder / name) for name in texts)})


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="folder of an export")],
    format_: FormatOption = Format.human,
) -> None:
    """Whether an export is whole, sealed, and fits together; and what it says was not examined. Needs no database.

    Examples: recuse listing check export
    """
    human = printing(format_)
    listing, now = read_listing(folder), clock.now()
    counts = {
        "principals": len(listing.principals), "members": len(listing.members), "objects": len(listing.objects),
        "columns": len(listing.columns), "grants": len(listing.grants), "uses": len(listing.uses),
    }  # fmt: skip
    said = [{"code": code, "sentence": sentence} for code, sentence in not_examined(listing, now)]
    if not human:
        document({"export": about(listing, now), "counts": counts, "not_examined": said})
        return
    out.print(f"[green]whole[/]: {', '.join(f'{count:,} {name}' for name, count in counts.items())}")
    for each in said:
        out.print(f"  not examined: {each['code']}: {each['sentence']}", markup=False)
