"""The backtest: what the policy of today would have answered to every line of an access log.

The log is reduced to its distinct questions, and each is put once to the decision point. A line that the repository
cannot place (`audit.placing` says how it reads one) is counted by the reason, never guessed. Nothing is said about
what an account may declare, nor about searches that would not have been made.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, get_args

from recuse import clock
from recuse.audit.accesslog import AccessLog, Line, read_log
from recuse.audit.placing import Asked, Placing, Row, Untold
from recuse.errors import InputError
from recuse.model import Decision, Kind, Repository
from recuse.policy.decide import Decider
from recuse.policy.references import nearest
from recuse.policy.validate import RuleSet
from recuse.targets.records import Progress

Why = Literal["forbidden", "not permitted", "account inactive"]
Key = tuple[str | int | None, ...]

_CHUNK: Final = 4096  # questions between two reports of progress


@dataclass(frozen=True, slots=True)
class Tally:
    """Lines that were let through and have an answer, under one key, and how many of them would be refused."""

    key: Key
    lines: int
    refused: int

    @property
    def share(self) -> float | None:
        """Refused of all, rounded to four digits; None of none."""
        return round(self.refused / self.lines, 4) if self.lines else None


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """Why lines of one kind of purpose would be refused.

    By these forbid rules, for want of a permit rule, or because the account is closed.
    """

    kind: Kind
    why: Why
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backtest:
    """Counts of lines. `lines` = `replayable` + `refused_then` + all of `untold`; only `replayable` ones are tallied.

    `refused_then` were refused already when they were logged; `opened` of those would be allowed. `elsewhere` lines of
    the file are about other systems. Keys: agency ids, purpose ids (`undeclared` too), category ids, years (None:
    no time), and kinds of purpose, all three of them. `by_cause` splits what would be refused, each line once.
    """

    system: str
    log_sha256: str
    first: date | None
    last: date | None
    lines: int
    elsewhere: int
    replayable: int
    refused: int
    refused_then: int
    opened: int
    questions: int
    by_agency: tuple[Tally, ...]
    by_purpose: tuple[Tally, ...]
    by_agency_and_purpose: tuple[Tally, ...]
    by_category: tuple[Tally, ...]
    by_year: tuple[Tally, ...]
    by_kind: tuple[Tally, ...]
    by_cause: tuple[tuple[Cause, int], ...]
    untold: tuple[tuple[Untold, int], ...]
    untold_by_kind: tuple[tuple[Kind, int], ...]

    @property
    def criminal(self) -> Tally:
        """What access for criminal purposes would lose, if anything."""
        return next(tally for tally in self.by_kind if tally.key == ("criminal",))

    def to_json(self) -> dict[str, object]:
        """The value of `backtest` in a plan: keys in this order, lists sorted, integers but for shares."""
        untold_by_kind = dict(self.untold_by_kind)
        kinds = [
            {**_shown(("kind",), tally), "untold": untold_by_kind[kind]}
            for kind, tally in zip(untold_by_kind, self.by_kind, strict=True)
        ]
        return {
            "system": self.system,
            "log_sha256": self.log_sha256,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "lines": self.lines,
            "elsewhere": self.elsewhere,
            "replayable": self.replayable,
            "refused": self.refused,
            "refused_then": self.refused_then,
            "opened": self.opened,
            "questions": self.questions,
            "by_kind": kinds,
            "by_agency": [_shown(("agency",), tally) for tally in self.by_agency],
            "by_purpose": [_shown(("purpose",), tally) for tally in self.by_purpose],
            "by_agency_and_purpose": [_shown(("agency", "purpose"), tally) for tally in self.by_agency_and_purpose],
            "by_category": [_shown(("category",), tally) for tally in self.by_category],
            "by_year": [_shown(("year",), tally) for tally in self.by_year],
            "by_cause": [
                {"kind": cause.kind, "why": cause.why, "rules": list(cause.rules), "refused": refused}
                for cause, refused in self.by_cause
            ],
            "untold": [{"unknown": reason, "lines": n} for reason, n in self.untold],
        }


def _shown(names: tuple[str, ...], tally: Tally) -> dict[str, object]:
    named: dict[str, object] = dict(zip(names, tally.key, strict=True))
    return {**named, "lines": tally.lines, "refused": tally.refused, "share": tally.share}


def backtest(log: Path, repository: Repository, rules: RuleSet, system: str, progress: Progress) -> Backtest:
    """What `rules` would have answered, today and for this repository, to the lines of one system in a log.

    Raises InputError for an unknown system and for a log that cannot be read (`accesslog.read_log`).
    """
    if system not in repository.systems:
        remedy = nearest(system, repository.systems) or "name a system of recuse.toml"
        raise InputError(f"unknown system `{system}`", remedy)
    placing = Placing(repository, rules, repository.systems[system], clock.today())
    progress("log", 0, 1)
    read = read_log(log, system, placing.attributes)
    progress("log", 1, 1)
    placed = [placing.place(line) for line in read.lines]
    asked = list(dict.fromkeys(each for place in placed if isinstance(place, tuple) for row in place for each in row))
    decided = dict(zip(asked, _decide(Decider(repository, rules), asked, system, progress), strict=True))
    counts = _Counts(placing)
    for line, place in zip(read.lines, placed, strict=True):
        if isinstance(place, tuple):
            counts.answered(line, place[0][0], [first_refusal(row, decided) for row in place])
        else:
            counts.left(line, place)
    return counts.result(read, len(asked))


def _decide(decider: Decider, asked: Sequence[Asked], system: str, progress: Progress) -> list[Decision]:
    found: list[Decision] = []
    for start in range(0, len(asked), _CHUNK):
        progress("decisions", start, len(asked))
        found += decider.decide_many([each.question(system) for each in asked[start : start + _CHUNK]])
    progress("decisions", len(asked), len(asked))
    return found


def first_refusal(row: Row, decided: Mapping[Asked, Decision]) -> Decision | None:
    """The decision that keeps a row from the line, if one does."""
    return next((decided[asked] for asked in row if not decided[asked].allow), None)


def cause(repository: Repository, asked: Asked, refusals: Sequence[Decision]) -> Cause:
    """Why a line would be refused: the forbid rules, of every row that it may have been about, where each meets one."""
    kind = repository.purposes[asked.circumstances.purpose].kind
    if not repository.accounts[asked.account].active:
        return Cause(kind, "account inactive", ())
    if not all(refusal.rules for refusal in refusals):
        return Cause(kind, "not permitted", ())
    return Cause(kind, "forbidden", tuple(sorted({rule for refusal in refusals for rule in refusal.rules})))


class _Counts:
    """Adds up lines under each dimension, and once in all under the empty one."""

    def __init__(self, placing: Placing) -> None:
        self._placing = placing
        self._lines: Counter[tuple[str, Key]] = Counter()
        self._refused: Counter[tuple[str, Key]] = Counter()
        self._causes: Counter[Cause] = Counter()
        self._untold: Counter[Untold] = Counter()
        self._untold_kinds: Counter[str] = Counter()
        self._then = self._opened = 0

    def left(self, line: Line, reason: Untold) -> None:
        """Count lines without an answer."""
        self._untold[reason] += line.count
        purpose = self._placing.purpose(line)
        if purpose is not None:
            self._untold_kinds[purpose.kind] += line.count

    def answered(self, line: Line, asked: Asked, refusals: Sequence[Decision | None]) -> None:
        """Count lines by their answer, if all the rows that they may have been about have the same."""
        found = [refusal for refusal in refusals if refusal is not None]
        if 0 < len(found) < len(refusals):
            self.left(line, "row")
        elif line.decision == "deny":
            self._then += line.count
            self._opened += line.count if not found else 0
        else:
            keys = self._keys(line, asked)
            self._lines.update(dict.fromkeys(keys, line.count))
            if found:
                self._refused.update(dict.fromkeys(keys, line.count))
                self._causes[cause(self._placing.repository, asked, found)] += line.count

    def _keys(self, line: Line, asked: Asked) -> tuple[tuple[str, Key], ...]:
        agency = self._placing.repository.accounts[asked.account].agency
        purpose = asked.circumstances.purpose
        return (
            ("all", ()),
            ("agency", (agency,)),
            ("purpose", (purpose,)),
            ("agency and purpose", (agency, purpose)),
            ("category", (asked.category,)),
            ("year", (line.year,)),
            ("kind", (self._placing.repository.purposes[purpose].kind,)),
        )

    def _tallies(self, dimension: str, keys: Sequence[Key] | None = None) -> tuple[Tally, ...]:
        if keys is None:
            # No year comes before every year; no other key has a None in it.
            found = (key for name, key in self._lines if name == dimension)
            keys = sorted(found, key=lambda key: [(part is not None, part) for part in key])
        return tuple(Tally(key, self._lines[dimension, key], self._refused[dimension, key]) for key in keys)

    def result(self, log: AccessLog, questions: int) -> Backtest:
        """Everything counted, in a fixed order."""
        kinds: tuple[Kind, ...] = get_args(Kind)
        return Backtest(
            system=self._placing.system.name,
            log_sha256=log.sha256,
            first=log.first,
            last=log.last,
            lines=sum(line.count for line in log.lines),
            elsewhere=log.elsewhere,
            replayable=self._lines["all", ()],
            refused=self._refused["all", ()],
            refused_then=self._then,
            opened=self._opened,
            questions=questions,
            by_agency=self._tallies("agency"),
            by_purpose=self._tallies("purpose"),
            by_agency_and_purpose=self._tallies("agency and purpose"),
            by_category=self._tallies("category"),
            by_year=self._tallies("year"),
            by_kind=self._tallies("kind", [(kind,) for kind in kinds]),
            by_cause=tuple(sorted(self._causes.items())),
            untold=tuple((reason, self._untold[reason]) for reason in get_args(Untold)),
            untold_by_kind=tuple((kind, self._untold_kinds[kind]) for kind in kinds),
        )
