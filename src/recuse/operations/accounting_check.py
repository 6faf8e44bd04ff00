"""An answer checked against published keys, and against copies of the ledgers where somebody has them."""

from dataclasses import dataclass
from pathlib import Path

from recuse import clock
from recuse.directive.in_force import Moment
from recuse.disclosure.answer import digest, read_written
from recuse.disclosure.checking import check_proofs, check_recorded, check_said
from recuse.disclosure.lines import LEDGERS
from recuse.errors import InputError
from recuse.ledger import Files, read_signed, told_as_ledger_errors
from recuse.ledger.reading import own_verifier
from recuse.notes import Verifier, parse_verifier
from recuse.operations.accounting import register_of
from recuse.operations.workspace import open_workspace


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found right: how many lines are proved, the entry that records it, whether lines were compared."""

    sha256: str
    proved: int
    recorded: int | None
    compared: bool


def check_answer(
    data: bytes, keys: tuple[str, ...], copies: tuple[Path | None, Path | None], repository: Path | None
) -> Checked:
    """Check as far as what is given reaches. LedgerError for the first thing wrong, InputError without any key."""
    whole = read_written(data)
    folders = {name: folder for name, folder in zip(LEDGERS, copies, strict=True) if folder is not None}
    verifiers = [parse_verifier(each.strip()) for each in keys] or [*map(_own, folders.values())]
    if not verifiers:
        raise InputError("no key of a ledger was given", "give the published one with --key, or a copy with --ledger")
    ledgers = {name: read_signed(folder)[0] for name, folder in folders.items()}
    register = None if repository is None else register_of(open_workspace(repository, Moment(clock.now()), draft=True))
    try:
        proved = check_proofs(whole, verifiers)
        recorded = None if "acts" not in ledgers else check_recorded(data, ledgers["acts"])
        if register is not None:
            check_said(whole, ledgers, register)
    except (KeyError, TypeError, AttributeError):
        raise InputError("the answer lacks something that every answer has", "give it as it was received") from None
    return Checked(digest(data), proved, recorded, repository is not None)


def _own(folder: Path) -> Verifier:
    with told_as_ledger_errors():
        return own_verifier(Files(folder))
