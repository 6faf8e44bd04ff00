"""Requests for assistance of the demo: taken in, decided by the policy in force, and most of them answered.

All of it is made up. The days are counted back from today, so that the last quarters have some.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from recuse import clock
from recuse.csv_text import csv_text
from recuse.errors import InputError
from recuse.model import Outcome
from recuse.model.assistance import Custody, OutcomeWord
from recuse.operations.kept_assistance import FileStore
from recuse.operations.requests import Counter, import_table

_DESK: Final = "Desk 4"
_HEAD: Final = (
    "source", "received", "kind", "on_behalf_of", "asked_by", "purpose", "authority", "lapses", "case", "instrument",
    "categories", "until", "agreement", "issuing_court", "judge", "issued", "document_sha256", "citation",
)  # fmt: skip
_COURT: Final = ("Fictional Court", "Fictional Judge", "2026-01-05", "ab" * 32, "")
_NONE: Final = ("", "", "", "", "")
_STATUTE: Final = ("", "", "", "", "8 USC 1373")
_ERO: Final = "us.dhs.ice.ero"


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request of the demo: how many days ago, what, for whom and why, and how it was answered, if it was."""

    days: int
    kind: str
    agency: str
    purpose: str
    authority: str
    instrument: str
    word: OutcomeWord | None
    proof: tuple[str, ...] = _NONE
    categories: str = ""


_ASKED: Final = (
    *(_Asked(days, "detainer", _ERO, "imm.civil_enforcement", "administrative.detainer", "I-247A", "refused")
      for days in (311, 260, 233, 190, 171, 128, 96, 64, 41, 17)),
    *(_Asked(days, "notification_of_release", _ERO, "imm.civil_enforcement", "administrative.warrant", "I-205",
             "refused", _NONE, "release_date") for days in (288, 201, 152, 77, 30)),
    *(_Asked(days, "data_access", "us.doj.fbi", "crim.investigation", "judicial.warrant", "", "complied", _COURT,
             "arrest_record") for days in (270, 180, 90, 12)),
    _Asked(140, "data_access", "us.dhs.ice.hsi", "crim.trafficking", "judicial.warrant", "", "complied", _COURT,
           "custody"),
    _Asked(84, "data_access", "us.dhs.uscis", "imm.status_exchange_1373", "statute.8usc1373", "", "no_records",
           _STATUTE, "citizenship_immigration_status"),
    _Asked(58, "interview", _ERO, "imm.civil_enforcement", "none", "", "refused"),
    _Asked(33, "bulk_extract", "us.dhs.ia", "imm.civil_enforcement", "none", "", "refused", _NONE, "gang_designation"),
    _Asked(21, "clarification", "us.dhs.ice", "clarify_nature_of_hit", "none", "", "complied"),
    _Asked(9, "facility_use", "us.dhs.cbp", "imm.civil_enforcement", "none", "", "withdrawn"),
    _Asked(1, "joint_operation", "us.doj.dea", "crim.investigation", "judicial.warrant", "", None, _COURT),
)  # fmt: skip


def take_in_requests(policy: Path, ledger: Path) -> int:
    """Take them in and answer them, under the policy in force; returns how many there are."""
    now = clock.now()
    counter = Counter.open(policy, ledger, FileStore(ledger), deciding=True)
    table = csv_text([_HEAD, *(_row(number, each, now) for number, each in enumerate(_ASKED))])
    done = import_table(counter, table.encode(), _DESK, lambda *_: None, dry_run=False)
    if done.taken is None:
        raise InputError(f"the demo's requests are not taken in: {done.problems[0]}", "mend `recuse.demo.asking`")
    names = {request.source: request.id for request, _ in done.taken.added}
    for number, each in enumerate(_ASKED):
        if each.word is not None:
            _answer(counter, names[_source(number)], each.word)
    return len(_ASKED)


def _row(number: int, each: _Asked, now: datetime) -> tuple[str, ...]:
    received = (now - timedelta(days=each.days)).isoformat(timespec="seconds")
    lapses = (now + timedelta(days=2)).isoformat(timespec="seconds")
    case = f"DEMO-{number:03}" if each.purpose.startswith(("crim", "court")) else ""
    return (
        _source(number), received, each.kind, each.agency, "Field office (demonstration)", each.purpose, each.authority,
        lapses, case, each.instrument, each.categories, lapses if each.kind == "bulk_extract" else "", "", *each.proof,
    )  # fmt: skip


def _source(number: int) -> str:
    return f"demo-{number:03}"


def _answer(counter: Counter, request: str, word: OutcomeWord) -> None:
    now = clock.now()
    given = tuple(counter.desk.whole(request).categories) if word == "complied" else ()
    outcome = Outcome(
        id=clock.random_name(16), request=request, supersedes=None, at=now, by="Desk 9", word=word, categories=given,
        rules=(), contrary=False, detention=Custody(), note="",
    )  # fmt: skip
    counter.desk.answer(outcome, now, dry_run=False)
