"""`recuse check`: whether a policy repository can be used, and how far its directives are."""

from typing import Final

from rich.table import Table

from recuse import clock
from recuse.cli.console import (
    HERE,
    Format,
    FormatOption,
    RepositoryOption,
    counted,
    document,
    out,
    plain,
    printing,
)
from recuse.directive.in_force import Moment, check_attested
from recuse.errors import DirectiveError
from recuse.model import Repository, SignedDirective
from recuse.operations.workspace import open_workspace


def check(repository: RepositoryOption = HERE, format_: FormatOption = Format.human) -> None:
    """Read the policy repository strictly, validate every rule, and say where each directive stands.

    Needs no database.

    Examples: recuse check -r policy
    """
    human = printing(format_)
    workspace = open_workspace(repository, Moment(clock.now()), draft=True)
    found = workspace.repository
    states = {name: _state(found, signed) for name, signed in found.directives.items()}
    if not human:
        names = {
            "rules": [r.id for r in workspace.rules.rules],
            "assistance": [r.id for r in workspace.rules.assistance],
        }
        document({"counts": _counts(found), **names, "directives": states})
        return
    out.print(f"[bold]{plain(found.institution.name)}[/]")
    out.print(", ".join(counted(count, _ONE[noun], noun) for noun, count in _counts(found).items()))
    table = Table("directive", "state", title="directives", title_justify="left")
    for name, state in states.items():
        table.add_row(plain(name), plain(state))
    out.print(table)
    validate = "validates" if len(workspace.rules.rules) == 1 else "validate"
    named = ", ".join(rule.id for rule in workspace.rules.rules)
    out.print(f"{counted(len(workspace.rules.rules), 'rule')} {validate}: {named}")
    if workspace.rules.assistance:
        out.print(f"on requests for assistance: {', '.join(rule.id for rule in workspace.rules.assistance)}")


_ONE: Final = {
    "systems": "system", "agencies": "agency", "accounts": "account", "purposes": "purpose",
    "authorities": "authority", "categories": "category", "agreements": "agreement",
}  # fmt: skip


def _counts(found: Repository) -> dict[str, int]:
    return {
        "systems": len(found.systems),
        "agencies": len(found.agencies),
        "accounts": len(found.accounts),
        "purposes": len(found.purposes),
        "authorities": len(found.authorities),
        "categories": len(found.categories),
        "agreements": len(found.agreements),
    }


def _state(found: Repository, signed: SignedDirective) -> str:
    try:
        attested = check_attested(signed, found.officials, found.policy_sha256, clock.now())
    except DirectiveError as error:
        return str(error)
    by = f"directed by {attested.directed_by.id}, confirmed by {attested.confirmed_by.id}"
    return f"in force since {attested.effective:%Y-%m-%d}; {by}"
