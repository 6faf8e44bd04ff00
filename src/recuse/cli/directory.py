"""`recuse directory`: the services of a content folder: what was rejected and merged, what is due, all of it as CSV."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from recuse import clock
from recuse.cli.console import Format, FormatOption, counted, document, err, out, plain, printing, write_file
from recuse.directory.due import due
from recuse.directory.exporting import package, translations
from recuse.directory.reading import Directory, read_directory
from recuse.directory.settings import TRANSLATED
from recuse.directory.telling import duty_document, rejects_csv, report
from recuse.operations.folders import write_new_folder

app = typer.Typer(no_args_is_help=True, help="Check, export and keep up the services directory of a content folder.")
ContentArgument = Annotated[Path, typer.Argument(metavar="CONTENT", help="content folder, which holds services/")]
_SHOWN: Final = 100  # rejects and merges told to a person


@app.command(
    "check", epilog="Examples: recuse directory check content · recuse directory check content --rejects rejects.csv"
)
def check(
    content: ContentArgument,
    rejects: Annotated[Path | None, typer.Option("--rejects", help="write every reject to this CSV file")] = None,
    format_: FormatOption = Format.human,
) -> None:
    """Read every feed and say what was rejected, what was merged, and how records and translations stand.

    A row that is wrong is left out and told; the others are read. Exit 1: something was rejected.
    """
    human, directory = printing(format_), read_directory(content, clock.today())
    if rejects is not None:
        write_file(rejects, rejects_csv(directory).encode())
    if human:
        _show(directory)
    else:
        document(report(directory))
    raise typer.Exit(1 if directory.rejects else 0)


def _show(directory: Directory) -> None:
    found = report(directory)
    for whole in (each for each in directory.rejects if each.whole):
        err.print("[bold red]not read[/]", end=" ")
        err.print(str(whole), markup=False, soft_wrap=True)
    rows = [each for each in directory.rejects if not each.whole]
    for reject in rows[:_SHOWN]:
        out.print(str(reject), markup=False, soft_wrap=True)
    if len(rows) > _SHOWN:
        out.print(f"and {counted(len(rows) - _SHOWN, 'more reject')}: all of them with --rejects FILE")
    for merge in directory.merges[:_SHOWN]:
        gave = f"; it gave {', '.join(merge.gave)}" if merge.gave else ""
        differs = f"; they differ in {', '.join(merge.differs)}" if merge.differs else ""
        pair = f"{merge.merged.feed}/{merge.merged.id} is {merge.into.feed}/{merge.into.id}"
        out.print(f"merged by {merge.rule}: {pair}{gave}{differs}", markup=False, soft_wrap=True)
    if len(directory.merges) > _SHOWN:
        out.print(f"and {counted(len(directory.merges) - _SHOWN, 'more merge')}: all of them with --format json")
    table = Table("feed", "rows", "kept", "rejected", "left out", "services")
    for feed in directory.feeds:
        counts = (feed.rows, feed.kept, feed.rejected, feed.left_out, feed.services)
        table.add_row(plain(feed.feed), *(f"{each:,}" for each in counts))
    out.print(table)
    assured = ", ".join(f"{count:,} {word.replace('_', ' ')}" for word, count in found["assurance"].items())
    out.print(f"{counted(found['shown'], 'service')} shown of {found['entries']:,}: {assured}")
    for language, states in found["translations"].items():
        out.print(f"{language}: " + ", ".join(f"{count:,} {word}" for word, count in states.items()))
    for service in found["no_id"]["contradicted"]:
        out.print(f"{plain(service)}: says that no identification is needed, and asks for a document")


@app.command(
    "export", epilog="Examples: recuse directory export content --out for-editing · then edit, and name it as a feed"
)
def export(
    content: ContentArgument,
    folder: Annotated[Path, typer.Option("--out", "-o", help="folder to write, which does not exist yet")],
    format_: FormatOption = Format.human,
) -> None:
    """Write all services as one HSDS package of CSV files, which is a feed again, and every text for translators."""
    human, directory = printing(format_), read_directory(content, clock.today())
    files = package(entry.service for entry in directory.entries)
    texts = {"translations.csv": translations(directory, TRANSLATED)}
    written = {f"feed/{name}": text for name, text in files.items()} | texts
    write_new_folder(folder, {name: text.encode() for name, text in written.items()})
    feed = folder / "feed"
    if human:
        services = counted(len(directory.entries), "service")
        out.print(f"written: [bold]{plain(feed)}[/] with {services}, and translations.csv")
        if directory.rejects:
            err.print(f"without {counted(len(directory.rejects), 'reject')}: see `recuse directory check`")
    else:
        document({"feed": str(feed), "files": sorted(files), "translations": str(folder / "translations.csv"),
                  "services": len(directory.entries), "rejects": len(directory.rejects)})  # fmt: skip


@app.command("due", epilog="Examples: recuse directory due content · recuse directory due content --within 90")
def due_(
    content: ContentArgument,
    within: Annotated[int, typer.Option("--within", min=0, max=3650, help="days from now")] = 30,
    format_: FormatOption = Format.human,
) -> None:
    """List the services that are to be assured again, and by which day. Exit 1: something is overdue."""
    human, directory = printing(format_), read_directory(content, clock.today())
    duties = due(directory, within)
    overdue = sum(duty.overdue for duty in duties)
    if human:
        table = Table("service", "feed", "assured on", "due by", "state")
        for duty in duties:
            state = "[red]overdue[/]" if duty.overdue else "[yellow]due[/]"
            row = (duty.entry.service.name, duty.entry.feed, str(duty.on or "never"), str(duty.due or "now"))
            table.add_row(*map(plain, row), state)
        out.print(table)
        out.print(f"{counted(len(duties), 'service')} due within {counted(within, 'day')}, {overdue:,} overdue")
    else:
        document({"on": directory.today.isoformat(), "within": within, "services": list(map(duty_document, duties))})
    raise typer.Exit(1 if overdue else 0)
