"""The answer: one JSON document, whose digest the ledger has; what is printed for people is made from it alone.

It names no person, account, program, case or record. It never says that nobody looked: it says which entries it lists,
of which ledgers, in which period, and what these ledgers cannot know. The same sentence about delay stands in all.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from recuse.disclosure.asked import PersonRequest
from recuse.disclosure.lines import LEDGERS, LedgerName, Line
from recuse.disclosure.proofs import proofs
from recuse.errors import InputError
from recuse.ledger.checkpoint import parse_checkpoint
from recuse.ledger.entry import JSON, decode
from recuse.notes import parse_note

FORMAT: Final = 1
ALWAYS: Final = "some_may_be_delayed_or_left_out_by_law"
"""What every answer says, whether anything is left out or not."""
NOT_COVERED: Final = ("direct_queries", "unnamed_records", "before_the_record", "other_systems")
"""What these ledgers cannot know: queries made in a database itself, whose log names no record; answers of the decision
point to programs that neither said nor noted which record they meant; what was before their first entry; systems that
ask nobody."""


@dataclass(frozen=True, slots=True)
class Read:
    """A ledger as it was read: the bytes of its entries, and the signed checkpoint over them."""

    entries: Sequence[bytes]
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the lines: whose answer it is, when it was made, which systems ask before they show anything.

    `salt` keeps the answer's digest from being guessed; `supersedes` is the digest of an earlier answer, or None.
    """

    institution: tuple[str, str]
    made: date
    systems: tuple[str, ...]
    salt: bytes
    supersedes: str | None = None


def document(
    request: PersonRequest, heading: Heading, read: Mapping[LedgerName, Read], lines: Sequence[Line]
) -> dict[str, JSON]:
    """The answer as a document."""
    proved = {name: proofs(ledger.entries, (each.place.entry for each in lines if each.place.ledger == name))
              for name, ledger in read.items()}  # fmt: skip
    told: list[JSON] = [
        said(each) | {"proof": proved[each.place.ledger][each.place.entry].document()} for each in lines
    ]
    return {
        "format": FORMAT, "accounting": request.id, "salt": heading.salt.hex(), "supersedes": heading.supersedes,
        "institution": {"id": heading.institution[0], "name": heading.institution[1]},
        "made": heading.made.isoformat(), "from": request.since.isoformat(), "to": request.until.isoformat(),
        "covers": [_covered(name, read[name]) for name in LEDGERS if name in read], "systems": list(heading.systems),
        "not_covered": list(NOT_COVERED), "always": ALWAYS, "lines": told,
    }  # fmt: skip


def written(whole: Mapping[str, JSON]) -> bytes:
    """A document's bytes, of which the ledger has the digest: sorted keys, one line, in UTF-8."""
    return (json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def read_written(data: bytes) -> dict[str, Any]:
    """An answer's document; InputError unless `written` would have written these very bytes."""
    try:
        whole = json.loads(data.decode())
    except (ValueError, RecursionError):
        whole = None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT or written(whole) != data:
        raise InputError("this is no answer as this program writes it", "give `answer.json` as it was received")
    return whole


def digest(data: bytes) -> str:
    """The SHA-256 of an answer's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def statement(accounting: str, sha256: str, official: str, on: date) -> bytes:
    """What the official who releases an answer signs."""
    lines = ("recuse accounting", f"accounting {accounting}", f"answer_sha256 {sha256}", f"by {official}", f"on {on}")
    return ("\n".join(lines) + "\n").encode()


def answered_body(
    whole: Mapping[str, JSON], sha256: str, by: Mapping[str, JSON], signature: str | None
) -> dict[str, JSON]:
    """The *accounting_answered* entry: the digest and who stands for it; not how much it tells or leaves out."""
    return {
        "accounting": whole["accounting"], "answer_sha256": sha256, "supersedes": whole["supersedes"], **by,
        "signature": signature,
    }  # fmt: skip


def said(line: Line) -> dict[str, JSON]:
    """What a line says, as the document has it, without the proof."""
    return {
        "ledger": line.place.ledger, "entry": line.place.entry, "day": line.day.isoformat(), "what": line.what,
        "agency": line.agency, "others": list(line.others), "purpose": line.purpose, "authority": line.authority,
        "categories": list(line.categories), "action": line.action, "outcome": line.outcome,
        "directives": list(line.directives), "policy": line.policy,
    }  # fmt: skip


def _covered(name: LedgerName, read: Read) -> dict[str, JSON]:
    head = parse_checkpoint(parse_note(read.checkpoint.encode()).text)
    first, last = (_day(each) for each in (read.entries[:1], read.entries[-1:]))
    return {"ledger": name, "origin": head.origin, "size": head.size, "first": first, "last": last,
            "checkpoint": read.checkpoint}  # fmt: skip


def _day(entries: Sequence[bytes]) -> str | None:
    return decode(entries[0]).at.date().isoformat() if entries else None
