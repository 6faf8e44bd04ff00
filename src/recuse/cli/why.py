"""`recuse why`: the rule behind a decision, and what authority would change it."""

from typing import Annotated

import typer

from recuse import clock
from recuse.cli.console import HERE, Format, FormatOption, RepositoryOption, document, out, plain, printing
from recuse.directive.in_force import Moment
from recuse.errors import InputError
from recuse.model import ACTIONS
from recuse.operations.why import Asked, explain
from recuse.operations.workspace import open_workspace


def why(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="<system>/<login>")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="read, insert, update or delete")],
    object_: Annotated[str, typer.Argument(metavar="OBJECT", help="schema.table or schema.table.column")],
    purpose: Annotated[str | None, typer.Option(help="purpose declared (default: the standing one)")] = None,
    authority: Annotated[str | None, typer.Option(help="authority declared")] = None,
    agreement: Annotated[str | None, typer.Option(help="agreement it rests on")] = None,
    row: Annotated[list[str] | None, typer.Option("--row", help="attribute=value of the row; may be repeated")] = None,
    repository: RepositoryOption = HERE,
    format_: FormatOption = Format.human,
) -> None:
    """Ask the policy one question: allowed or refused, by which rule, and what would change the answer.

    Needs no database. Exit 0: allowed. 1: refused.

    Examples: recuse why clear/ice_ero_017 read records.person.phone --purpose imm.civil_enforcement
    --authority administrative.warrant -r policy
    """
    human = printing(format_)
    workspace = open_workspace(repository, Moment(clock.now()), draft=True)
    asked = Asked(account, _action(action), object_, purpose, authority, agreement, _row(row or []))
    answer = explain(workspace, asked)
    if human:
        word = "[green]allowed[/]" if answer.decision.allow else "[red]refused[/]"
        rules = plain(", ".join(answer.decision.rules)) or "no rule permits it"
        out.print(f"{word} by {rules}")
        out.print(f"  {answer.sentence}", markup=False)
        for change in answer.decision.would_change:
            out.print(f"  would be allowed for {change.purpose} under {change.authority}", markup=False)
    else:
        document(answer.document())
    raise typer.Exit(0 if answer.decision.allow else 1)


def _action(text: str) -> str:
    if text not in ACTIONS:
        raise InputError(f"`{text}` is no action", f"name one of {', '.join(ACTIONS)}")
    return text


def _row(pairs: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator:
            raise InputError(f"`{pair}` is not attribute=value", "write for example --row sealed=true")
        found[name] = value
    return found
