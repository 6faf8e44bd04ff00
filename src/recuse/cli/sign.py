"""`recuse sign`: the directing official's signature, or that of who accepts a finding."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from recuse.cli.console import HERE, Format, FormatOption, RepositoryOption, document, out, printing
from recuse.operations.signing import Signable, sign_acceptance, sign_attestation, sign_directive, signable

KeyOption = Annotated[Path, typer.Option("--key", "-k", help="the official's private OpenSSH key (Ed25519)")]
DirectiveArgument = Annotated[str, typer.Argument(metavar="ID", help="id of the directive, acceptance or attestation")]


_SIGN: Final[dict[Signable, Callable[[Path, str, Path], Path]]] = {
    "directive": sign_directive, "acceptance": sign_acceptance, "attestation": sign_attestation,
}  # fmt: skip
_NEXT: Final[dict[Signable, str]] = {
    "directive": "next: the confirming official runs [bold]recuse confirm[/]",
    "acceptance": "next: [bold]recuse verify[/] shows what it covers under accepted",
    "attestation": "next: the official who confirms it runs [bold]recuse confirm[/]",
}


def sign(
    directive: DirectiveArgument,
    key: KeyOption,
    repository: RepositoryOption = HERE,
    format_: FormatOption = Format.human,
) -> None:
    """Sign a directive, an acceptance of findings, or an attestation.

    Of a directive it fills in the digests of its rules and of the policy files, and signs those exact bytes: it writes
    directive.toml and directive.toml.sig. An acceptance or attestation it signs as it is. Nothing is changed in a
    database.

    A hardware or encrypted key signs with stock OpenSSH: ssh-keygen -Y sign -n recuse-directive@v1 -f KEY
    directive.toml (after `recuse check`; an acceptance in the namespace recuse-accept@v1, an
    attestation in recuse-attest@v1).

    Examples: recuse sign 2019-07-12-civil-immigration -k ~/.ssh/id_ed25519 -r policy
    """
    human = printing(format_)
    kind = signable(repository, directive)
    written = _SIGN[kind](repository, directive, key)
    if human:
        out.print(f"signed: [bold]{written}[/]")
        out.print(_NEXT[kind])
    else:
        document({"signature": str(written)})
