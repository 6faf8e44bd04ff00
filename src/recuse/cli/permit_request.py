"""`recuse permit request` and `break-glass`: ask for a permit, and be it without a second person."""

from dataclasses import replace
from typing import Annotated

import typer

from recuse.cli.console import (
    HERE,
    DsnOption,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    document,
    out,
    plain,
    printing,
)
from recuse.cli.permit_options import Asking, By, DryRun, Grounds, asked, lapsing, open_office
from recuse.operations.permit import ask
from recuse.permits import Actor
from recuse.permits import break_glass as break_it


def request(
    account: Asking.Account,
    by: By,
    on_behalf_of: Asking.OnBehalfOf,
    purpose: Asking.Purpose,
    authority: Asking.Authority,
    until: Asking.Until,
    lapses: Asking.Lapses = None,
    agreement: Asking.Agreement = None,
    case: Asking.Case = None,
    paper: Asking.Paper = None,
    instrument: Asking.Instrument = None,
    evidence: Asking.Evidence = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Record that somebody asks for a permit. Opens no database, and opens nothing in one.

    What is asked is checked against the policy in force, and refused with every reason at once. The ledger gets the
    coarse parts and a commitment to the rest; names, case and evidence are kept beside it. Exit 1: refused.
    """
    human = printing(format_)
    grounds = Grounds(agreement, case, instrument, paper, evidence or [])
    made = asked(account, by, on_behalf_of, (purpose, authority), until)
    made = replace(
        made, agreement=agreement, case=case, instrument=instrument, evidence=grounds.stated(),
        lapses=lapsing(made, lapses),
    )  # fmt: skip
    ask(open_office(repository, ledger, giving=True), made, dry_run=dry_run)
    answered_until = (made.lapses or made.until).isoformat()
    if not human:
        shown = {"request": made.id, "until": made.until.isoformat(), "lapses": answered_until}
        document(shown | {"recorded": not dry_run})
    elif dry_run:
        out.print("the policy lets this be issued; nothing was recorded")
    else:
        out.print(f"requested: [bold]{made.id}[/], access until {made.until.isoformat()}")
        out.print(f"it lapses if nobody answers by {answered_until}")
        out.print(f"next: another person runs [bold]recuse permit approve {made.id}[/]")


def break_glass(
    account: Asking.Account,
    by: By,
    on_behalf_of: Asking.OnBehalfOf,
    reason: Annotated[str, typer.Option("--reason", help="why it cannot wait for another person; kept, and reviewed")],
    purpose: Asking.Purpose,
    authority: Asking.Authority,
    until: Asking.Until,
    agreement: Asking.Agreement = None,
    case: Asking.Case = None,
    paper: Asking.Paper = None,
    instrument: Asking.Instrument = None,
    evidence: Asking.Evidence = None,
    repository: RepositoryOption = HERE,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Ask for a permit and issue it without a second person, where a directive opens that; it is loud.

    All else is asked for as ever: account, declaration, case and evidence. Another person must review it within a day.
    Rights: membership in recuse_issuer. Exit 1: refused, and nothing is open.
    """
    human = printing(format_)
    grounds = Grounds(agreement, case, instrument, paper, evidence or [])
    made = asked(account, by, on_behalf_of, (purpose, authority), until)
    made = replace(made, agreement=agreement, case=case, instrument=instrument, evidence=grounds.stated(), glass=reason)
    office = open_office(repository, ledger, dsn, giving=True).acting(dry_run=dry_run)
    done = break_it(office, made, Actor(by))
    if not human:
        shown = {"permit": done.id, "system": done.system, "login": done.login, "until": done.valid_until.isoformat()}
        document(shown | {"ledger_index": None if dry_run else done.ledger_index, "issued": not dry_run})
        return
    word = "would break glass" if dry_run else "[bold red]glass broken[/]"
    out.print(f"{word}: {done.id} for {plain(done.system)}/{plain(done.login)}", soft_wrap=True)
    out.print(f"  to declare {done.purpose} under {done.authority} until {done.valid_until.isoformat()}", markup=False)
    if not dry_run:
        out.print(f"recorded as ledger entry {done.ledger_index}, and told to who watches")
        out.print(f"next: within a day another person runs [bold]recuse permit review-glass {done.id}[/]")
