"""`recuse sign`: the directing official's signature."""

from pathlib import Path
from typing import Annotated

import typer

from recuse.cli.console import HERE, Format, FormatOption, RepositoryOption, document, out, printing
from recuse.operations.signing import sign_directive

KeyOption = Annotated[Path, typer.Option("--key", "-k", help="the official's private OpenSSH key (Ed25519)")]
DirectiveArgument = Annotated[str, typer.Argument(metavar="DIRECTIVE", help="id of the directive")]


def sign(
    directive: DirectiveArgument,
    key: KeyOption,
    repository: RepositoryOption = HERE,
    format_: FormatOption = Format.human,
) -> None:
    """Sign a directive: fill in the digests of its rules and of the policy files, and sign those exact bytes.

    Writes directive.toml and directive.toml.sig; changes nothing in a database. A hardware or encrypted key signs with
    stock OpenSSH: ssh-keygen -Y sign -n recuse-directive@v1 -f KEY directive.toml (run `recuse check` first).

    Examples: recuse sign 2019-07-12-civil-immigration -k ~/.ssh/id_ed25519 -r policy
    """
    human = printing(format_)
    written = sign_directive(repository, directive, key)
    if human:
        out.print(f"signed: [bold]{written}[/]")
        out.print("next: the confirming official runs [bold]recuse confirm[/]")
    else:
        document({"signature": str(written)})
