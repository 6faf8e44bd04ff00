"""How the records stand, and what runs beside them: checkpoints with who signed them, and signs of other services.

A sign is passed in by a function; one that fails is a sign itself, and no good one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from recuse.errors import InputError, RecuseError
from recuse.ledger.checkpoint import parse_checkpoint
from recuse.notes import NoteSignature, parse_note
from recuse.server.console.access import Access
from recuse.server.console.index import Index, Reading
from recuse.server.console.records import Name
from recuse.verdicts import is_fresh


@dataclass(frozen=True, slots=True)
class Sign:
    """How something stands that is no verdict: `state` is that of `ui.status`, `word` says it, `sentence` explains it.

    `address` is a page below the console that says more, or nothing.
    """

    what: str
    state: Literal["good", "bad", "doubt", "plain"]
    word: str
    sentence: str
    address: str = ""


Signs = Callable[[datetime], Iterable[Sign]]
"""What tells of another service, at a moment: a worker's last sign of life, break-glass that nobody looked at …"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A record's newest checkpoint: what it covers, since when nothing newer is, who signed it, and who cosigned."""

    name: Name
    reading: Reading
    newest: datetime | None
    origin: str
    root: str
    signed_by: tuple[str, ...]
    witnesses: tuple[str, ...]


def standing(name: Name, index: Index, reading: Reading) -> Standing:
    """How a record stands, as far as it was read; of one that was never written to there is no checkpoint."""
    newest = index.entry(reading.size - 1)[1].at if reading.size else None
    if not reading.checkpoint:
        return Standing(name, reading, newest, "", "", (), ())
    note = parse_note(reading.checkpoint.encode())
    signed = parse_checkpoint(note.text)
    own = tuple(_named(each) for each in note.signatures if each.name == signed.origin)
    others = tuple(_named(each) for each in note.signatures if each.name != signed.origin)
    return Standing(name, reading, newest, signed.origin, signed.root.hex(), own, others)


def signs(told: Iterable[Signs], now: datetime) -> tuple[Sign, ...]:
    """Every sign that there is; what cannot be told is in doubt."""
    return tuple(sign for each in told for sign in _told(each, now))


def of_access(access: Access, stale: timedelta) -> Signs:
    """How old the document of who reaches what is, system by system."""

    def told(now: datetime) -> Iterator[Sign]:
        what = "Who reaches what"
        try:
            matrices = access.matrices()
        except InputError as error:
            yield Sign(what, "bad", "Cannot be read", f"{error.message[:1].upper()}{error.message[1:]}.", "/access")
            return
        if matrices is None:
            yield Sign(what, "doubt", "Not worked out", "Neither a plan nor a verdict has written it yet.", "/access")
            return
        for each in matrices.systems:
            late = not is_fresh(now - each.at, stale)
            said = f"of {each.system}, as of {each.at:%Y-%m-%d %H:%M} UTC"
            yield Sign(what, "doubt" if late else "good", "Old" if late else "Current", said, "/access")

    return told


def _told(each: Signs, now: datetime) -> Iterator[Sign]:
    try:
        yield from tuple(each(now))
    except RecuseError as error:
        yield Sign("Another service", "doubt", "Could not be told", f"{error.message[:1].upper()}{error.message[1:]}.")


def _named(signature: NoteSignature) -> str:
    return f"{signature.name}+{signature.key_id.hex()}"
