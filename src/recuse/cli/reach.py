"""`recuse reach`: who can reach an object of any PostgreSQL database, or of an export, and by which paths."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.tree import Tree

from recuse import clock
from recuse.cli.console import (
    Format,
    FormatOption,
    SystemOption,
    counted,
    document,
    err,
    out,
    plain,
    printing,
    warn_of_password,
    write_file,
)
from recuse.errors import InputError
from recuse.operations import reach as operation
from recuse.targets.postgres.access import service_of

HtmlOption = Annotated[
    Path | None, typer.Option("--html", help="also write a page for people to this file, each cell with its paths")
]
AgenciesOption = Annotated[
    Path | None,
    typer.Option("--repository", "-r", help="with --html: agencies and categories of this policy repository"),
]

_WHOLE: Final = ("truncate", "drop", "references", "trigger")


def reach(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="connection string or URL of the database, or the folder of an export")
    ],
    object_: Annotated[
        str | None, typer.Argument(metavar="[OBJECT]", help="schema.table or schema.table.column")
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option("--account", "-a", help="only this login; may be repeated")
    ] = None,
    html: HtmlOption = None,
    repository: AgenciesOption = None,
    system: SystemOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Who can reach a table or column, and by which paths; without OBJECT, the tables reached most widely.

    Needs no policy repository and changes nothing. With --html it also writes a page: who reaches what, each cell with
    its paths as pictures; with --repository its rows are agencies, and its columns categories where no OBJECT is named.
    Rights: CONNECT and the catalogs that everyone can read; pg_read_all_stats to see other sessions. The folder of an
    export (`recuse listing queries`) is read in place of a database, whatever engine it is of.

    Examples: recuse reach service=records records.person · recuse reach service=records records.person.phone -a app ·
    recuse reach service=records --html reach.html -r policy
    """
    human = printing(format_)
    if url and Path(url).is_dir():
        _exported(
            Path(url), object_, tuple(account or ()), human=human, alone=(html, repository, system) == (None,) * 3
        )
        return
    warn_of_password(url)
    if html is None and (repository, system) != (None, None):
        raise InputError(
            "--repository and --system do nothing here without --html", "say --html FILE, or leave them away"
        )
    if repository is None and system is not None:
        raise InputError("--system names a system of a policy repository", "say --repository too")
    surveyed = _surveyed((url, object_, tuple(account or ())), html, repository, system)
    found = surveyed.document
    if human:
        (_widest if object_ is None else _answers)(found)
        _lists(found)
    else:
        document(found)
    if html is not None:
        (out if human else err).print(f"page written to [bold]{plain(html)}[/]", soft_wrap=True)


def _exported(folder: Path, object_: str | None, accounts: tuple[str, ...], *, human: bool, alone: bool) -> None:
    """The answer from an export of accounts and grants."""
    from recuse.operations.listed_reach import reach_export  # noqa: PLC0415 - a database is asked far more often

    if not alone:
        raise InputError("an export is answered in text alone", "leave away --html, --repository and --system")
    found = reach_export(folder, object_, accounts, clock.now())
    if not human:
        document(found)
        return
    about = found["export"]
    said = f"{about['engine']} {about['version']}, database {about['database']}"
    out.print(f"[yellow]listed, not verified[/]: {plain(said)}, exported at {about['exported_at']}")
    (_widest if object_ is None else _answers)(found)
    _lists(found)


def _surveyed(
    asked: tuple[str, str | None, tuple[str, ...]], html: Path | None, repository: Path | None, system: str | None
) -> operation.Surveyed:
    """One look; with `html`, the page too, before anything is printed: an error is then the only document."""
    if html is None:
        return operation.survey(*asked)
    # What only a page needs would make every start slower.
    from recuse.operations.reach_grid import reach_page, read_scope  # noqa: PLC0415
    from recuse.operations.reach_page import render_reach  # noqa: PLC0415

    service = service_of(asked[0])
    scope = None if repository is None else read_scope(repository, system, service)
    surveyed = operation.survey(*asked)
    write_file(html, render_reach(reach_page(surveyed, scope, service, clock.now())).encode())
    return surveyed


def _widest(found: dict[str, list[dict[str, object]]]) -> None:
    table = Table("table", "logins that reach it", title="reached most widely", title_justify="left")
    for row in found["tables"]:
        table.add_row(plain(row["object"]), f"{row['accounts']} of {row['of']}")
    out.print(table)


def _answers(found: dict[str, object]) -> None:
    answers = found["accounts"]
    if not isinstance(answers, list):
        return
    reaching = [answer for answer in answers if answer["reaches"]]
    reach = "reaches" if len(reaching) == 1 else "reach"
    out.print(f"[bold]{plain(found['object'])}[/]: {len(reaching)} of {counted(len(answers), 'login')} {reach} it")
    for answer in reaching:
        tree = Tree(f"[bold]{plain(answer['account'])}[/] reads {answer['rows']} rows")
        for path in answer["paths"]:
            branch = tree.add("[dim]path[/]")
            for step in path["steps"]:
                branch.add(plain(step["reason"]))
            branch.add(f"[cyan]{plain(path['reproduce'])}[/]")
        out.print(tree)
    _changes(answers)
    quiet = [answer["account"] for answer in answers if not answer["reaches"]]
    if quiet:
        out.print(f"do not reach it: {', '.join(quiet)}", markup=False)


def _changes(answers: list[dict[str, Any]]) -> None:
    """What accounts can do to the object besides reading it."""
    for answer in answers:
        if not answer["changes"]:
            continue
        tree = Tree(f"[bold]{plain(answer['account'])}[/] can change it")
        for change in answer["changes"]:
            rows = "" if change["change"] in _WHOLE else f" {change['rows']} rows"
            branch = tree.add(f"{change['change']}{rows}")
            for step in change["steps"]:
                branch.add(plain(step["reason"]))
            branch.add(f"[cyan]{plain(change['reproduce'])}[/]")
        out.print(tree)


def _lists(found: dict[str, object]) -> None:
    floor = found.get("floor")
    if isinstance(floor, dict) and not floor["holds"]:
        least = floor["minimum"] or "a supported branch"
        err.print(f"[yellow]warning[/] server {floor['version']} is below {least}: repairs missing")
    for title in ("residual", "outside", "not_examined"):
        rows = found.get(title)
        if isinstance(rows, list) and rows:
            out.print(f"\n[bold]{title.replace('_', ' ')}[/]")
            for row in rows:
                out.print(f"  {row['code']}: {row['sentence']}", markup=False)
