"""Whether an answer is what was recorded, and says what the entries say; for the person, and for whoever has a copy.

With the answer and the ledger's verifier key alone: that these entries stand in the ledger. With a copy of the ledger
too: that this answer was recorded in it. With the policy repository too: that every line says what its entry says.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from recuse.disclosure import proofs
from recuse.disclosure.answer import ALWAYS, digest, read_written
from recuse.disclosure.lines import LedgerName, Line, Matches, Place, Register, find, place_of
from recuse.errors import LedgerError
from recuse.ledger.checkpoint import Checkpoint, check_checkpoint
from recuse.ledger.entry import Entry, decode
from recuse.ledger.merkle import leaf_hash
from recuse.notes import Verifier
from recuse.policy.trees import above

_AGAIN: Final = "ask the institution for the answer again, and show an auditor both"


def check_proofs(whole: Mapping[str, Any], verifiers: Sequence[Verifier]) -> int:
    """How many lines are proved; LedgerError for one that is not, or where no key of a ledger was given.

    Each checkpoint is checked also where no line needs it: an answer without lines says up to where it looked.
    """
    known = {each.name: each for each in verifiers}
    heads = {str(each["ledger"]): _head(each, known) for each in whole["covers"]}
    if whole["always"] != ALWAYS:
        raise LedgerError("the answer lacks what every answer says", _AGAIN)
    for line in whole["lines"]:
        if line["ledger"] not in heads:
            raise LedgerError(f"a line is of the ledger `{line['ledger']}`, which the answer does not cover", _AGAIN)
        proofs.check((line["entry"], line["proof"]["leaf"], line["proof"]["path"]), heads[line["ledger"]])
    return len(whole["lines"])


def _head(covered: Mapping[str, Any], known: Mapping[str, Verifier]) -> Checkpoint:
    origin = str(covered["origin"])
    if origin not in known:
        raise LedgerError(f"no verifier key of `{origin}` was given", "give the key that the institution published")
    head = check_checkpoint(str(covered["checkpoint"]).encode(), known[origin])
    if covered["size"] != head.size:
        raise LedgerError(f"the answer says another size of `{origin}` than its checkpoint", _AGAIN)
    return head


def check_recorded(data: bytes, acts: Sequence[bytes]) -> int:
    """The number of the entry that has this answer's digest; LedgerError where none has."""
    whole, sha256 = read_written(data), digest(data)
    for number, entry in enumerate(map(decode, acts)):
        said = (entry.body.get("answer_sha256"), entry.body.get("accounting"))
        if entry.kind == "accounting_answered" and said == (sha256, whole["accounting"]):
            return number
    raise LedgerError(f"no entry of the ledger has the digest {sha256}: this answer is not what was recorded", _AGAIN)


def check_said(whole: Mapping[str, Any], ledgers: Mapping[LedgerName, Sequence[bytes]], register: Register) -> None:
    """Return only if every line says what its entry says, or what stands above that; LedgerError otherwise."""
    entries: dict[LedgerName, Sequence[Entry]] = {name: [*map(decode, each)] for name, each in ledgers.items()}
    for told in whole["lines"]:
        place = place_of(f"{told['ledger']}:{told['entry']}")
        if place.ledger not in ledgers or place.entry >= len(ledgers[place.ledger]):
            raise LedgerError(f"the copy has no entry `{place}`", "give a copy that is not older than the answer")
        if proofs.Proof(leaf_hash(ledgers[place.ledger][place.entry]), ()).document()["leaf"] != told["proof"]["leaf"]:
            raise LedgerError(f"entry `{place}` of the copy is another than the answer proves", _AGAIN)
        wrong = _wrong(told, _derived(entries, place, register), register)
        if wrong:
            raise LedgerError(f"the line about entry `{place}` says another {wrong} than the entry", _AGAIN)


def _derived(entries: Mapping[LedgerName, Sequence[Entry]], place: Place, register: Register) -> Line:
    found = find(entries, Matches(places=frozenset({place})), (date.min, date.max), register, {})
    return found.lines[0]


def _wrong(told: Mapping[str, Any], line: Line, register: Register) -> str | None:
    """What a line says that its entry does not; what is coarser is right."""
    repository = register.repository
    same = {"day": line.day.isoformat(), "what": line.what, "action": line.action, "outcome": line.outcome,
            "policy": line.policy, "directives": list(line.directives)}  # fmt: skip
    wrong = [name for name, value in same.items() if told[name] != value]
    above_it = {
        "agency": above(repository.agencies, line.agency) | {line.agency},
        "purpose": above(repository.purposes, line.purpose) | {line.purpose},
        "authority": above(repository.authorities, line.authority) | {line.authority},
    }
    wrong += [name for name, words in above_it.items() if told[name] not in words]
    kinds = {wide for each in line.categories for wide in above(repository.categories, each)}
    wrong += ["categories"] if set(told["categories"]) - kinds else []
    parts = {wide for each in line.others for wide in above(repository.agencies, each) | {each}}
    wrong += ["others"] if set(told["others"]) - parts else []
    return ", ".join(wrong) or None
