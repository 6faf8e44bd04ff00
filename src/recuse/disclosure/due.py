"""What is to be answered and by when; and what an answer owes since a delay has ended."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from recuse.disclosure.holds import Hold
from recuse.disclosure.kept import Kept
from recuse.ledger.entry import JSON, Entry

State = Literal["open", "prepared", "answered", "owes", "erased"]
STATES: Final[tuple[State, ...]] = get_args(State)


@dataclass(frozen=True, slots=True)
class Duty:
    """One accounting: how it stands, by when its first answer is due, and the entries it owes since a delay ended.

    `given`: an answer was; a draft after that one corrects it, and nothing is due.
    """

    accounting: str
    received: date
    due: date
    state: State
    given: bool
    owed: tuple[str, ...] = ()

    def days_left(self, today: date) -> int | None:
        """Days until an answer is due, below 0 where it is late; None where nothing is due."""
        return (self.due - today).days if self.state in ("open", "prepared") and not self.given else None

    def late(self, today: date) -> bool:
        """Whether something is to be done that should have been done."""
        left = self.days_left(today)
        return self.state == "owes" or (left is not None and left < 0)

    def document(self, today: date) -> dict[str, JSON]:
        """As documents have it."""
        return {
            "accounting": self.accounting, "state": self.state, "received": self.received.isoformat(),
            "due": self.due.isoformat(), "days_left": self.days_left(today), "late": self.late(today),
            "owed": list(self.owed),
        }  # fmt: skip


def duties(entries: Iterable[Entry], kept: Mapping[str, Kept], holds: Sequence[Hold], today: date) -> tuple[Duty, ...]:
    """Every accounting that the ledger has, first what is due first."""
    answered, asked = set[str](), list[Mapping[str, JSON]]()
    for entry in entries:
        if entry.kind == "accounting_answered":
            answered.add(str(entry.body["accounting"]))
        elif entry.kind == "accounting_asked":
            asked.append(entry.body)
    found = [_duty(each, kept.get(str(each["accounting"])), answered, holds, today) for each in asked]
    return tuple(sorted(found, key=lambda each: (not each.late(today), each.due, each.accounting)))


def _duty(body: Mapping[str, JSON], kept: Kept | None, answered: set[str], holds: Sequence[Hold], today: date) -> Duty:
    name = str(body["accounting"])
    days = date.fromisoformat(str(body["received"])), date.fromisoformat(str(body["due"]))
    given = name in answered
    if kept is None:
        return Duty(name, *days, "answered" if given else "erased", given)
    owed = tuple(_owed(kept, holds, today))
    state: State = "owes" if owed else "prepared" if kept.draft is not None else "answered" if given else "open"
    return Duty(name, *days, state, given, owed)


def _owed(kept: Kept, holds: Sequence[Hold], today: date) -> Iterator[str]:
    """Entries that the last answer held back, and that nothing holds back any more."""
    if not kept.answers:
        return
    held = {each.id for each in holds if today <= each.until}
    for each in kept.answers[-1].left_out:
        if each.reason == "held_back" and not held & set(each.holds):
            yield each.place


def differences(entries: Iterable[Entry], kept: Mapping[str, Kept]) -> Iterator[tuple[str, str]]:
    """Where record and files do not agree, each with the accounting it is about."""
    asked = dict[str, str]()
    answers = dict[str, list[str]]()
    erased = set[str]()
    for entry in entries:
        name = str(entry.body.get("accounting"))
        if entry.kind == "accounting_asked":
            asked[name] = str(entry.body["commitment"])
        elif entry.kind == "accounting_answered":
            answers.setdefault(name, []).append(str(entry.body["answer_sha256"]))
        elif entry.kind == "erased":
            erased.add(str(entry.body.get("request")))
    for name in sorted(asked.keys() | kept.keys()):
        mine = kept.get(name)
        if name not in asked:
            yield name, "is kept and was never recorded: take it in again"
        elif mine is None and name not in erased:
            yield name, "is recorded and not kept: restore its file"
        elif mine is not None and name in erased:
            yield name, "is recorded as erased and is kept still: erase it again"
        elif mine is not None and mine.commitment != asked[name]:
            yield name, "is not what was recorded: its words differ"
        elif mine is not None and [each.sha256 for each in mine.answers] != answers.get(name, []):
            yield name, "has other answers than were recorded"
