"""The options that the verbs of `recuse request` share, and how they open what they work on."""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from recuse.cli.console import warn_of_password
from recuse.errors import InputError
from recuse.model import ASSISTANCE
from recuse.operations import record
from recuse.operations.kept_assistance import FileStore
from recuse.operations.requests import Counter
from recuse.policy.references import nearest
from recuse.requests.store import Store

if TYPE_CHECKING:
    from recuse.server.state.migrations import Connection

T = TypeVar("T", bound=str)

DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would be done and do nothing")]
By = Annotated[str, typer.Option("--by", help="who does this, as your institution names people")]
RequestArgument = Annotated[str, typer.Argument(metavar="REQUEST", help="id that `recuse request list` shows")]
KindsOption = Annotated[list[str] | None, typer.Option("--kind", help="of this kind; may be repeated")]
AgenciesOption = Annotated[
    list[str] | None, typer.Option("--agency", help="on behalf of this agency or one below it; may be repeated")
]
StateOption = Annotated[
    str | None,
    typer.Option(
        "--state", help="connection string of the state that servers share", show_default="files beside the ledger"
    ),
]


class Asking:
    """What a request says."""

    Kind = Annotated[str, typer.Option("--kind", help=f"what is asked: {', '.join(ASSISTANCE)}")]
    OnBehalfOf = Annotated[str, typer.Option("--for", help="agency on whose behalf it is asked, or `unlisted`")]
    AskedBy = Annotated[str, typer.Option("--asked-by", help="who asks: office or person")]
    Purpose = Annotated[str, typer.Option("--purpose", help="purpose stated, or `undeclared`")]
    Authority = Annotated[str, typer.Option("--authority", help="authority stated, or `none`")]
    Received = Annotated[str, typer.Option("--received", help="when it was received, as 2026-01-31T12:00:00Z")]
    Lapses = Annotated[str, typer.Option("--lapses", help="when the request lapses if nobody answers")]
    Until = Annotated[str | None, typer.Option("--until", help="when what is asked for ends")]
    Sender = Annotated[str | None, typer.Option("--sender", help="agency that sends it, where that is another")]
    Recipient = Annotated[
        list[str] | None, typer.Option("--recipient", help="agency that is to receive what is given; may be repeated")
    ]
    Agreement = Annotated[str | None, typer.Option("--agreement", help="agreement it rests on")]
    Case = Annotated[str | None, typer.Option("--case", help="case number")]
    Paper = Annotated[Path | None, typer.Option("--document", help="the authority's document: only its hash is kept")]
    Instrument = Annotated[str | None, typer.Option("--instrument", help="type of the document, for example I-205")]
    Evidence = Annotated[list[str] | None, typer.Option("--evidence", help="name=value; may be repeated")]
    Category = Annotated[list[str] | None, typer.Option("--category", help="category asked for; may be repeated")]
    Note = Annotated[str, typer.Option("--note", help="free text; kept beside the ledger, and erasable")]
    Source = Annotated[str | None, typer.Option("--source", help="id it has where it came from")]
    Supersedes = Annotated[str | None, typer.Option("--supersedes", help="request that this one corrects")]


def counter(repository: Path, ledger: Path | None, state: str | None, *, deciding: bool) -> Counter:
    """The desk over this repository and ledger, and what keeps its requests."""
    folder = record.ledger_folder(repository, ledger)
    return Counter.open(repository, folder, store_of(folder, state), deciding=deciding)


def store_of(ledger: Path, state: str | None) -> Store:
    """What keeps requests for assistance: files beside the ledger, or the state that servers share."""
    if state is None:
        return FileStore(ledger)
    from recuse.server.state.requests import StateStore  # noqa: PLC0415 - files need no driver

    return StateStore(state_connection(state))


def state_connection(dsn: str) -> "Callable[[], Connection]":
    """The connection to a prepared state, made once. TargetError when it cannot be used."""
    from recuse.server.state.migrations import check_prepared  # noqa: PLC0415 - files need no driver
    from recuse.server.state.serving import connected  # noqa: PLC0415

    warn_of_password(dsn)
    connect = cache(lambda: connected(dsn))
    check_prepared(connect())
    return connect


def one_of(text: str, known: Iterable[T], noun: str) -> T:
    """The known word that a text is; InputError for none."""
    words = {str(each): each for each in known}
    if text not in words:
        raise InputError(f"`{text}` is no {noun}", nearest(text, words) or f"name one of {', '.join(words)}")
    return words[text]


def evidence(pairs: Iterable[str]) -> dict[str, str]:
    """What `--evidence` says, by name."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator:
            raise InputError(f"`{pair}` is not name=value", "write for example --evidence issuing_court='Cook County'")
        found[name] = value
    return found
