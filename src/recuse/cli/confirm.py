"""`recuse confirm`: the second official's answer."""

from typing import Annotated

import typer

from recuse import clock
from recuse.cli.console import HERE, Format, FormatOption, RepositoryOption, document, out, printing
from recuse.cli.sign import DirectiveArgument, KeyOption
from recuse.cli.times import moment
from recuse.errors import InputError
from recuse.operations.signing import Answer, confirm_attestation, confirm_directive, signable


def confirm(
    directive: DirectiveArgument,
    official: Annotated[str, typer.Option("--as", help="your id in officials.toml")],
    key: KeyOption,
    refuse: Annotated[bool, typer.Option("--refuse", help="refuse instead of confirming")] = False,
    effective: Annotated[str | None, typer.Option(help="when it takes effect, as 2026-01-31T12:00:00Z")] = None,
    conditions: Annotated[str, typer.Option(help="what the confirmation is subject to, in words")] = "",
    repository: RepositoryOption = HERE,
    format_: FormatOption = Format.human,
) -> None:
    """Confirm (or refuse) a directive that another official has signed; or sign an attestation as the second.

    Writes confirmation.toml and its signature, tied to that one signature; changes nothing in a database. The later of
    the two effective times counts.

    Examples: recuse confirm 2019-07-12-civil-immigration --as superintendent-2019 -k ~/.ssh/id_ed25519 -r policy
    """
    human, now = printing(format_), clock.now().replace(microsecond=0)
    if signable(repository, directive) == "attestation":
        if refuse or effective or conditions:
            raise InputError(
                "an attestation is confirmed as it is", "leave away --refuse, --effective and --conditions"
            )
        second = confirm_attestation(repository, directive, official, key)
        if human:
            out.print(f"confirmed: [bold]{second}[/]")
        else:
            document({"signature": str(second), "decision": "confirm"})
        return
    answer = Answer("refuse" if refuse else "confirm", conditions, moment(effective) if effective else now)
    written = confirm_directive(repository, directive, official, key, answer)
    if human:
        word = "refused" if refuse else "confirmed"
        out.print(f"{word}: [bold]{written}[/]")
        if not refuse:
            out.print("next: [bold]recuse plan[/] and [bold]recuse apply[/]")
    else:
        document({"signature": str(written), "decision": answer.decision})
