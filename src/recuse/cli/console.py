"""What every verb shares: options, the two formats, progress, and errors as sentences."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from recuse import clock
from recuse.errors import InputError, RecuseError

if TYPE_CHECKING:
    from recuse.model import System


class Format(StrEnum):
    """How a verb prints: for people, or one JSON document."""

    human = "human"
    json = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="for people, or one JSON document on standard output")]
RepositoryOption = Annotated[
    Path, typer.Option("--repository", "-r", help="folder of the policy repository", show_default="this folder")
]
LedgerOption = Annotated[
    Path | None, typer.Option("--ledger", help="folder of the ledger", show_default=".ledger in the repository")
]
SystemOption = Annotated[str | None, typer.Option("--system", help="one system of recuse.toml instead of all")]
DsnOption = Annotated[
    str | None,
    typer.Option("--dsn", help="connection string in place of the service entry; passwords belong in PGPASSFILE"),
]

HERE = Path()
out = Console(highlight=False, emoji=False)  # `file.csv:100: …` is a place, not a picture
err = Console(stderr=True, highlight=False, emoji=False)
_UNSEEN = {each: f"\\u{each:04x}" for each in (*range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))}
"""What a terminal obeys and JSON leaves as it is: C1 controls, line separators, marks that turn the direction."""
_state: dict[str, Format] = {"format": Format.human}


def printing(format_: Format) -> bool:
    """Note the format of this run; whether to print for people."""
    _state["format"] = format_
    return format_ is Format.human


def plain(value: object) -> str:
    """A name or sentence from elsewhere, as text: what looks like markup in it is shown and not obeyed."""
    return escape(str(value))


def counted(count: int, one: str, several: str | None = None) -> str:
    """So many of something, in words: `1 account`, `2 accounts`; `several` where an s does not make it."""
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def document(value: Any) -> None:
    """Print the one JSON document."""
    text = json.dumps(value, indent=1, ensure_ascii=False, default=str)
    sys.stdout.write(text.translate(_UNSEEN) + "\n")


def fail(error: RecuseError) -> int:
    """Say what is wrong and how to mend it; returns the exit code."""
    if _state["format"] is Format.json:
        document({"error": error.message, "remedy": error.remedy})
    else:
        err.print("[bold red]error[/]", end=" ")
        err.print(error.message, markup=False, soft_wrap=True)
        if error.remedy:
            err.print("[bold]remedy[/]", end=" ")
            err.print(error.remedy, markup=False, soft_wrap=True)
    return error.exit_code


def chosen_dsn(dsn: str | None) -> "Callable[[System], str]":
    """Where to connect: the string given, or each system's service entry."""
    if dsn is None:
        from recuse.operations.apply import service_dsn  # noqa: PLC0415 - `reach` does not apply, and loads faster

        return service_dsn
    warn_of_password(dsn)
    return lambda _: dsn


def warn_of_password(dsn: str) -> None:
    """A password in an argument can be seen in the process list and stays in the shell's history."""
    from recuse.targets.postgres.access import holds_password  # noqa: PLC0415 - most verbs ask no database, and load faster

    if holds_password(dsn):
        err.print("[yellow]warning[/] the connection string holds a password; use service= and PGPASSFILE instead")


def read_file(path: Path) -> bytes:
    """A file's bytes, or an InputError in one sentence."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"`{path}` cannot be read: {(error.strerror or '').lower()}", "check the path") from error


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; InputError in one sentence when it cannot be."""
    beside = path.with_name(f".{path.name}.{clock.random_name(8)}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        reason = (error.strerror or "").lower()
        raise InputError(f"`{path}` cannot be written: {reason}", "name a file in a folder that exists") from error


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error, one line a step; silent when that is no terminal."""
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=total)
            bar.update(tasks[step], completed=done, total=total)

        yield report
