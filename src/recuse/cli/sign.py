"""`recuse sign`: the directing official's signature, or that of who accepts a finding."""

from pathlib import Path
from typing import Annotated

import typer

from recuse.cli.console import HERE, Format, FormatOption, RepositoryOption, document, out, printing
from recuse.operations.signing import sign_acceptance, sign_directive, signs_acceptance

KeyOption = Annotated[Path, typer.Option("--key", "-k", help="the official's private OpenSSH key (Ed25519)")]
DirectiveArgument = Annotated[str, typer.Argument(metavar="ID", help="id of the directive or acceptance")]


def sign(
    directive: DirectiveArgument,
    key: KeyOption,
    repository: RepositoryOption = HERE,
    format_: FormatOption = Format.human,
) -> None:
    """Sign a directive, or an acceptance of findings.

    Of a directive it fills in the digests of its rules and of the policy files, and signs those exact bytes: it writes
    directive.toml and directive.toml.sig. An acceptance it signs as it is. Nothing is changed in a database.

    A hardware or encrypted key signs with stock OpenSSH: ssh-keygen -Y sign -n recuse-directive@v1 -f KEY
    directive.toml (after `recuse check`; an acceptance in the namespace recuse-accept@v1).

    Examples: recuse sign 2019-07-12-civil-immigration -k ~/.ssh/id_ed25519 -r policy
    """
    human = printing(format_)
    accepts = signs_acceptance(repository, directive)
    written = (sign_acceptance if accepts else sign_directive)(repository, directive, key)
    if human and accepts:
        out.print(f"signed: [bold]{written}[/]")
        out.print("next: [bold]recuse verify[/] shows what it covers under accepted")
    elif human:
        out.print(f"signed: [bold]{written}[/]")
        out.print("next: the confirming official runs [bold]recuse confirm[/]")
    else:
        document({"signature": str(written)})
