"""The options that the verbs of `recuse permit` share, how they open what they work on, and the request they make."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from recuse import clock
from recuse.cli.console import chosen_dsn, read_file
from recuse.cli.request_options import state_connection
from recuse.cli.times import moment
from recuse.errors import InputError
from recuse.model import Request
from recuse.operations import record
from recuse.operations.permit import Office
from recuse.permits import Keeper, lapses_of

DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would be done and do nothing")]
By = Annotated[str, typer.Option("--by", help="who does this, as your institution names people")]
Until = Annotated[str | None, typer.Option("--until", help="when access ends, as 2026-01-31T12:00:00Z")]
StateOption = Annotated[
    str | None,
    typer.Option(
        "--state",
        help="connection string of the state that keeps what was asked for at servers",
        show_default="files beside the ledger alone",
    ),
]
PermitArgument = Annotated[str, typer.Argument(metavar="PERMIT", help="id that `recuse permit list` shows")]


class Asking:
    """What a request says."""

    Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="<system>/<login> that is to declare")]
    OnBehalfOf = Annotated[str, typer.Option("--for", help="on whose behalf: agency, office or person")]
    Purpose = Annotated[str, typer.Option("--purpose", help="purpose to declare")]
    Authority = Annotated[str, typer.Option("--authority", help="authority to declare it under")]
    Until = Annotated[str, typer.Option("--until", help="when access ends, as 2026-01-31T12:00:00Z")]
    Lapses = Annotated[
        str | None,
        typer.Option(
            "--lapses", help="when it is answered no more", show_default="a day from now, or the end of access"
        ),
    ]
    Agreement = Annotated[str | None, typer.Option("--agreement", help="agreement it rests on")]
    Case = Annotated[str | None, typer.Option("--case", help="case number")]
    Paper = Annotated[Path | None, typer.Option("--document", help="the authority's document: only its hash is kept")]
    Instrument = Annotated[str | None, typer.Option("--instrument", help="type of the document, for example I-205")]
    Evidence = Annotated[list[str] | None, typer.Option("--evidence", help="name=value; may be repeated")]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a request rests on."""

    agreement: str | None
    case: str | None
    instrument: str | None
    paper: Path | None
    evidence: Iterable[str]

    def stated(self) -> dict[str, str]:
        """The evidence by name, with the hash of the document. InputError for what is not name=value."""
        found: dict[str, str] = {}
        for pair in self.evidence:
            name, separator, value = pair.partition("=")
            if not separator:
                raise InputError(
                    f"`{pair}` is not name=value", "write for example --evidence issuing_court='Cook County'"
                )
            found[name] = value
        if self.paper is not None:
            found["document_sha256"] = hashlib.sha256(read_file(self.paper)).hexdigest()
        return found


def open_office(
    repository: Path, ledger: Path | None, dsn: str | None = None, state: str | None = None, *, giving: bool
) -> Office:
    """The office of a policy repository: `giving` needs a directive in force; a state adds what it keeps."""
    office = Office.open(repository, record.ledger_folder(repository, ledger), chosen_dsn(dsn), giving=giving)
    return office if state is None else replace(office, also=keeper(state))


def keeper(dsn: str) -> Keeper:
    """What keeps requests in a prepared state. TargetError when it cannot be used."""
    from recuse.server.state.permits import StateKeeper  # noqa: PLC0415 - files need no driver

    return StateKeeper(state_connection(dsn))


def asked(account: str, by: str, on_behalf_of: str, declared: tuple[str, str], until: str) -> Request:
    """A request made now, with nothing that it rests on; `declared` are purpose and authority."""
    system, _, login = account.partition("/")
    purpose, authority = declared
    return Request(
        id=clock.random_name(16), at=clock.now(), requested_by=by, on_behalf_of=on_behalf_of, system=system,
        login=login, purpose=purpose, authority=authority, agreement=None, case=None, instrument=None, evidence={},
        until=moment(until),
    )  # fmt: skip


def lapsing(request: Request, lapses: str | None) -> datetime:
    """When a request is answered no more: as given, or as is said of one that does not say."""
    return lapses_of(request.at, request.until) if lapses is None else moment(lapses)
