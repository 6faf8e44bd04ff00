"""`recuse serve`: answers programs that ask whether something is permitted (OpenID AuthZEN 1.0)."""

from collections.abc import Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from recuse.cli.console import (
    HERE,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    counted,
    document,
    err,
    out,
    plain,
    printing,
    read_file,
    warn_of_password,
)
from recuse.errors import InputError
from recuse.operations import record as records
from recuse.policy.repository import read_repository

if TYPE_CHECKING:
    from recuse.serving.starting import Looked

RECORD: Final = ".decisions"
STATE: Final = ".state"


def serve(
    settings: Annotated[Path, typer.Option("--settings", "-s", help="the server's settings, serve.toml")],
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    record: Annotated[
        Path | None,
        typer.Option("--record", help="folder of the record of decisions", show_default=f"{RECORD} in the repository"),
    ] = None,
    state_folder: Annotated[
        Path | None,
        typer.Option("--state-folder", help="folder of a state of our own", show_default=f"{STATE} in the repository"),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="look at all that it rests on, and end")] = False,
    format_: FormatOption = Format.human,
) -> None:
    """Answer programs that ask whether something is permitted: OpenID AuthZEN 1.0, as the databases would.

    Each answer is recorded durably before it is sent. Answers are given under the policy that is applied, and change
    with the next apply. The state is the database that the settings name, or a server of our own. Rights: in each
    system, membership in recuse_issuer; in the state, what `recuse state prepare` gives. Exit 2: it cannot start.

    Examples: recuse serve -s serve.toml -r policy --check · recuse serve -s serve.toml -r policy
    """
    human = printing(format_)
    _check_installed()
    from recuse.server.settings import read_settings  # noqa: PLC0415 - needs the extra
    from recuse.serving import starting  # noqa: PLC0415
    from recuse.serving.place import Place  # noqa: PLC0415

    chosen = read_settings(settings, read_file(settings))
    folder = records.ledger_folder(repository, ledger)
    decisions = record if record is not None else repository / RECORD
    starting.own_record(decisions, f"{read_repository(repository).ledger_origin}/decisions")
    with ExitStack() as stack:
        own = chosen.state is None
        state = chosen.state or stack.enter_context(starting.own_state(state_folder or repository / STATE))
        warn_of_password(state)
        paths = (settings.absolute(), repository.absolute(), folder.absolute(), decisions.absolute())
        place = Place(*paths, state)
        looked = tuple(starting.look(place, chosen))
        _show(looked, human=human, check=check)
        if any(each.wrong and each.fatal for each in looked):
            raise typer.Exit(2)
        if check:
            raise typer.Exit(1 if any(each.wrong for each in looked) else 0)
        if human:
            where = "a server of our own" if own else "the database that the settings name"
            out.print(f"answering on {plain(chosen.host)}:{chosen.port} as [bold]{plain(chosen.base)}[/]")
            out.print(f"  {counted(chosen.workers, 'worker')}, state in {where}; stop with Ctrl-C")
        starting.serve(place, chosen)


def _check_installed() -> None:
    for name in ("granian", "joserfc", "starlette"):
        if find_spec(name) is None:
            raise InputError(
                f"{name} is not installed, which a server needs",
                "install the extra with `pip install 'recuse[server]'`",
            )


def _show(looked: Sequence["Looked"], *, human: bool, check: bool) -> None:
    """What is wrong; with `check`, also what is not."""
    if not human:
        if check:
            document([{"looked_at": each.what, "wrong": each.wrong, "fatal": each.fatal} for each in looked])
        return
    for each in looked:
        if each.wrong:
            word = "[bold red]error[/]" if each.fatal else "[yellow]warning[/]"
            err.print(f"{word} {plain(each.what)}: {plain(each.wrong)}", soft_wrap=True)
        elif check:
            out.print(f"[green]fine[/] {plain(each.what)}", soft_wrap=True)
