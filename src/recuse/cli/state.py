"""`recuse state`: what servers share in a PostgreSQL database: prepare it, see what is served, halt all answers."""

from contextlib import closing
from typing import Annotated

import typer

from recuse.cli.console import Format, FormatOption, counted, document, out, plain, printing, warn_of_password
from recuse.server.state.migrations import missing, prepare
from recuse.server.state.serving import Serving, State, connected

app = typer.Typer(no_args_is_help=True, help="What servers share: prepare it, see what is served, halt all answers.")
DsnArgument = Annotated[str, typer.Argument(metavar="DSN", help="connection string; passwords belong in PGPASSFILE")]


@app.command("prepare", epilog="Examples: recuse state prepare service=recuse_state --login recuse_server --dry-run")
def prepare_(
    dsn: DsnArgument,
    login: Annotated[list[str], typer.Option("--login", help="a login of servers; may be repeated")],
    worker: Annotated[
        list[str] | None, typer.Option("--worker", help="a login of `recuse worker`, of its own; may be repeated")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be done and do nothing")] = False,
    format_: FormatOption = Format.human,
) -> None:
    """Make or bring up to date the schema `recuse_state`, and give logins what a server needs of it, and no more.

    All in one transaction; run it again after each new version. Rights: CREATE on the database. Exit 2: the state is of
    a newer version.
    """
    human = printing(format_)
    warn_of_password(dsn)
    with closing(connected(dsn)) as connection:
        done = missing(connection) if dry_run else prepare(connection, login, worker or ())
    if not human:
        document(
            {"migrations": [each.name for each in done], "logins": login, "workers": worker or [], "done": not dry_run}
        )
        return
    word = "would do" if dry_run else "done"
    out.print(f"{word}: {counted(len(done), 'migration')}" + "".join(f", {plain(each.name)}" for each in done))
    out.print(f"{'would give' if dry_run else 'given'} to {plain(', '.join(login))}: what a server needs, and no more")
    if worker:
        out.print(
            f"{'would give' if dry_run else 'given'} to {plain(', '.join(worker))}: what a worker needs, and no more"
        )


@app.command("show", epilog="Examples: recuse state show service=recuse_state")
def show(dsn: DsnArgument, format_: FormatOption = Format.human) -> None:
    """Show which policy is answered under, and whether answers are halted. Exit 1: they are."""
    human = printing(format_)
    warn_of_password(dsn)
    with closing(State(dsn)) as state:
        found = state.serving()
    _show(found, human=human)
    raise typer.Exit(1 if found.halted else 0)


@app.command("halt", epilog="Examples: recuse state halt service=recuse_state --reason 'key of the portal lost'")
def halt(
    dsn: DsnArgument,
    reason: Annotated[str, typer.Option("--reason", help="why; callers are told it")],
    format_: FormatOption = Format.human,
) -> None:
    """Answer nothing from now on, in every server of this state: each question gets 503 and the reason.

    It takes effect at the next question; `recuse state resume` undoes it. Rights: those of the state's owner.
    """
    _set(dsn, reason, human=printing(format_))


@app.command("resume", epilog="Examples: recuse state resume service=recuse_state")
def resume(dsn: DsnArgument, format_: FormatOption = Format.human) -> None:
    """Answer again."""
    _set(dsn, None, human=printing(format_))


def _set(dsn: str, reason: str | None, *, human: bool) -> None:
    warn_of_password(dsn)
    with closing(State(dsn)) as state:
        state.halt(reason)
        _show(state.serving(), human=human)


def _show(found: Serving, *, human: bool) -> None:
    if not human:
        document({"policy": found.policy or None, "place": found.place, "halted": found.halted})
    elif found.halted:
        out.print(f"[bold red]halted[/]: {plain(found.halted)}")
    elif found.policy:
        out.print(f"answered under policy [bold]{found.policy[:12]}[/], ledger entry {found.place}")
    else:
        out.print("nobody has served this state yet")
