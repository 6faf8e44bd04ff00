"""The command line: a table of verbs, each in its own module.

Exit codes: 0 done or holds, 1 findings or refused, 2 could not tell or bad input. With `--format json` a verb prints
one JSON document on standard output and nothing else; progress and messages go to standard error.
"""

import gc
import logging
import sys
import traceback
from collections.abc import Iterable
from importlib import import_module
from itertools import pairwise
from typing import Final

import typer
from typer.exceptions import TyperException

from recuse.cli.console import Format, fail, printing
from recuse.errors import InputError, RecuseError

VERBS: Final = (
    "reach",
    "init",
    "check",
    "plan",
    "sign",
    "confirm",
    "apply",
    "stage",
    "remove",
    "verify",
    "watch",
    "why",
    "serve",
    "worker",
    "publish",
    "demo",
)
GROUPS: Final = (
    "permit",
    "request",
    "accounting",
    "review",
    "content",
    "directory",
    "state",
    "ledger",
    "listing",
    "new",
)
"""Verbs that have verbs of their own."""
_ALIVE: Final = 1_000_000
"""New objects after which cycles are looked for: a large database is some hundred thousand records, none in a cycle."""


_INTERRUPTED: Final = 130
"""What typer makes of Ctrl-C, which none of our exit codes is."""


def command_line(names: Iterable[str] = (*VERBS, *GROUPS)) -> typer.Typer:
    """The command line with these verbs. Each is loaded here: some take longer to load than others take to answer."""
    app = typer.Typer(
        name="recuse",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        help="Makes a signed directive about who may use a public body's data true inside the databases that hold it.",
        epilog="Start: [bold]recuse reach URL[/] on any PostgreSQL database, or [bold]recuse demo[/] to see the whole.",
        callback=_nothing,
    )
    for name in names:
        module = import_module(f"recuse.cli.{name}")
        if name in GROUPS:
            app.add_typer(module.app, name=name)
            continue
        verb = getattr(module, name)
        text, _, examples = (verb.__doc__ or "").partition("Examples:")
        app.command(name, help=text, epilog=f"Examples: {examples.strip()}" if examples else None)(verb)
    return app


def _nothing() -> None:
    """Do nothing: with a callback a command line of one verb is still told which verb."""


def __getattr__(name: str) -> typer.Typer:
    """`app` is the whole command line, made when it is asked for."""
    if name == "app":
        return command_line()
    raise AttributeError(name)


def main() -> None:
    """Run the command line; errors on purpose leave as one sentence with a remedy, never as a traceback."""
    gc.set_threshold(_ALIVE)
    logging.getLogger("psycopg").addHandler(logging.NullHandler())  # it would comment on a connection that is lost
    asked = [name for name in sys.argv[1:2] if name in (*VERBS, *GROUPS)]
    try:
        code = command_line(asked or (*VERBS, *GROUPS))(prog_name="recuse", standalone_mode=False)
    except RecuseError as error:
        sys.exit(fail(error))
    except TyperException as error:
        sys.exit(_misused(error))
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except Exception:
        traceback.print_exc()
        sys.exit(2)
    if code == _INTERRUPTED:
        code = fail(RecuseError("stopped before it was done"))
    sys.exit(code if isinstance(code, int) else 0)


def _misused(error: TyperException) -> int:
    """Say what was wrong with the arguments, as of any other bad input."""
    if type(error).__name__ == "NoArgsIsHelpError":  # no public name; being made, it has printed the help
        return 2
    if "--format=json" in sys.argv or ("--format", "json") in pairwise(sys.argv):
        printing(Format.json)
    context = getattr(error, "ctx", None)
    command = "recuse" if context is None else context.command_path
    said, _, hint = error.format_message().rstrip(".").replace("Value error, ", "").partition(". ")
    remedy = f"see `{command} --help`" if not hint else f"{hint[0].lower()}{hint[1:]} see `{command} --help`"
    return fail(InputError(said[0].lower() + said[1:], remedy))
