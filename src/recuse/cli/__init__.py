"""The command line: a table of verbs, each in its own module.

Exit codes: 0 done or holds, 1 findings or refused, 2 could not tell or bad input. With `--format json` a verb prints
one JSON document on standard output and nothing else; progress and messages go to standard error.
"""

import sys
import traceback
from collections.abc import Callable
from itertools import pairwise
from typing import Final

import typer
from typer.exceptions import TyperException

from recuse.cli import ledger, permit
from recuse.cli.apply import apply
from recuse.cli.check import check
from recuse.cli.confirm import confirm
from recuse.cli.console import Format, fail, printing
from recuse.cli.demo import demo
from recuse.cli.init import init
from recuse.cli.plan import plan
from recuse.cli.reach import reach
from recuse.cli.sign import sign
from recuse.cli.verify import verify
from recuse.cli.why import why
from recuse.errors import InputError, RecuseError

app = typer.Typer(
    name="recuse",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Makes a signed directive about who may use a public body's data true inside the databases that hold it.",
    epilog="Start: [bold]recuse reach URL[/] on any PostgreSQL database, or [bold]recuse demo[/] to see the whole.",
)
VERBS: Final[dict[str, Callable[..., None]]] = {
    "reach": reach,
    "init": init,
    "check": check,
    "plan": plan,
    "sign": sign,
    "confirm": confirm,
    "apply": apply,
    "verify": verify,
    "why": why,
    "demo": demo,
}
for _name, _verb in VERBS.items():
    _text, _, _examples = (_verb.__doc__ or "").partition("Examples:")
    app.command(_name, help=_text, epilog=f"Examples: {_examples.strip()}" if _examples else None)(_verb)
app.add_typer(permit.app, name="permit")
app.add_typer(ledger.app, name="ledger")


def main() -> None:
    """Run the command line; errors on purpose leave as one sentence with a remedy, never as a traceback."""
    try:
        code = app(prog_name="recuse", standalone_mode=False)
    except RecuseError as error:
        sys.exit(fail(error))
    except TyperException as error:
        sys.exit(_misused(error))
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(2)
    except Exception:
        traceback.print_exc()
        sys.exit(2)
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
