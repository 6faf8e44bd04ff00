"""What a database was like before each apply: its facts, kept beside the ledger; the ledger holds their fingerprint.

One file a state in the folder `facts` of the ledger, named by the fingerprint. Facts name roles and objects, and hold
no row of anybody's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recuse.enforcement.facts import Fact
from recuse.enforcement.kept import facts_text, read_facts
from recuse.enforcement.plan import fingerprint
from recuse.errors import InputError, LedgerError
from recuse.ledger import Entry, Files, told_as_ledger_errors

FOLDER: Final = "facts"
_KINDS: Final = ("planned", "applied")
_RESTORE: Final = "restore the folder `facts` of the ledger; without it no plan leads back"


@dataclass(frozen=True, slots=True)
class Before:
    """The facts of one system before the apply that an entry tells of, and how many sessions that apply ended."""

    index: int
    system: str
    fingerprint: str
    facts: frozenset[Fact]
    ended: int


def keep(ledger: Path, facts: Iterable[Fact]) -> str:
    """Keep facts durably; gives their fingerprint, by which an entry names them."""
    every = frozenset(facts)
    name = fingerprint(every)
    with told_as_ledger_errors():
        files = Files(ledger / FOLDER)
        files.create()
        if not files.exists(_file(name)):
            files.replace(_file(name), facts_text(every), 0o600)
    return name


def before(ledger: Path, entries: Sequence[Entry], index: int) -> Before:
    """What stood before the apply of an entry.

    Raises InputError when the entry is of no apply, LedgerError when the facts are not those that were recorded.
    """
    if not 0 <= index < len(entries) or entries[index].kind not in _KINDS:
        known = ", ".join(str(n) for n, e in enumerate(entries) if e.kind == "applied") or "none yet"
        raise InputError(f"ledger entry {index} is of no apply", f"name an *applied* entry: {known}")
    body = entries[index].body
    name, ended = str(body.get("fingerprint_before", "")), body.get("sessions_ended")
    path = ledger / FOLDER / _file(name)
    try:
        facts = read_facts(path.read_bytes())
    except OSError as error:
        raise LedgerError(f"the facts before entry {index} were not kept, or are gone", _RESTORE) from error
    if fingerprint(facts) != name:
        raise LedgerError(f"the facts kept before entry {index} are not those that were recorded", _RESTORE)
    return Before(index, str(body["system"]), name, facts, ended if isinstance(ended, int) else 0)


def first_apply(entries: Sequence[Entry], system: str, directives: Iterable[str] | None = None) -> int | None:
    """The entry of the first apply at a system; with `directives`, the first since these are applied there.

    What led back to before it is an end: the next apply is then the first, unless it leads back to before that end.
    """
    named = None if directives is None else list(directives)
    found: int | None = None
    ended: int | None = None
    for index, entry in enumerate(entries):
        body = entry.body
        if body.get("system") != system:
            continue
        if entry.kind == "planned" and "fingerprint_before" in body and "undo" not in body:
            if named is not None and body.get("directives") != named:
                found = None
            elif found is None:
                found = index
        elif entry.kind == "applied" and found is not None and _returns(entries, body.get("undo"), found):
            found, ended = None, found
        elif entry.kind == "applied" and found is None and _undoes_an_undo(entries, body.get("undo")):
            found = ended
    return found


def _returns(entries: Sequence[Entry], undo: object, first: int) -> bool:
    """Whether an apply led back to before the first."""
    if not isinstance(undo, int) or not 0 <= undo < len(entries):
        return False
    return entries[undo].body.get("fingerprint_before") == entries[first].body["fingerprint_before"]


def _undoes_an_undo(entries: Sequence[Entry], undo: object) -> bool:
    return isinstance(undo, int) and 0 <= undo < len(entries) and "undo" in entries[undo].body


def _file(name: str) -> str:
    return f"{name}.jsonl"
