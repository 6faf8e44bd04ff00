"""The stage observe: of new lines of an access log, which the policy of today would have refused, and why.

Pure: lines are passed in, and nothing is remembered between calls. What cannot be judged is counted by its reason and
never taken for allowed; a line that was refused when it was logged is no news.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from recuse.audit.accesslog import Line
from recuse.audit.backtest import Cause, cause, first_refusal
from recuse.audit.placing import Asked, Placing, Untold
from recuse.model import Repository, System
from recuse.policy.decide import Decider
from recuse.policy.validate import RuleSet


@dataclass(frozen=True, slots=True)
class WouldRefuse:
    """`count` lines that were let through and that enforcing would refuse; all ids, no text of the log."""

    account: str
    agency: str
    purpose: str
    authority: str
    table: str
    category: str
    action: str
    cause: Cause
    count: int

    def sentence(self) -> str:
        """What it is, for a person."""
        named = f" by {', '.join(f'`{rule}`' for rule in self.cause.rules)}" if self.cause.rules else ""
        what = f"{self.action} `{self.category}` of `{self.table}` for `{self.purpose}` under `{self.authority}`"
        return f"`{self.account}` would have been refused to {what}{named}: {self.cause.why}, {self.count} lines"


@dataclass(frozen=True, slots=True)
class Observed:
    """What new lines say: how many were judged and let through then, which would be refused, which have no answer."""

    judged: int
    refused: tuple[WouldRefuse, ...]
    untold: tuple[tuple[Untold, int], ...]


def observe(lines: Iterable[Line], repository: Repository, rules: RuleSet, system: System, on: date) -> Observed:
    """What enforcing these rules would have answered to lines of one system's log, on a day."""
    placing, decider = Placing(repository, rules, system, on), Decider(repository, rules)
    placed = [(line, placing.place(line)) for line in lines]
    asked = list(dict.fromkeys(each for _, rows in placed if isinstance(rows, tuple) for row in rows for each in row))
    answers = decider.decide_many([each.question(system.name) for each in asked])
    decided = dict(zip(asked, answers, strict=True))
    judged, refused, untold = 0, Counter[tuple[Asked, Cause]](), Counter[Untold]()
    for line, rows in placed:
        if not isinstance(rows, tuple):
            untold[rows] += line.count
            continue
        found = [refusal for row in rows if (refusal := first_refusal(row, decided)) is not None]
        if 0 < len(found) < len(rows):
            untold["row"] += line.count
        elif line.decision != "deny":
            judged += line.count
            if found:
                refused[_without_row(rows[0][-1]), cause(repository, rows[0][0], found)] += line.count
    named = (_named(repository, each, why, count) for (each, why), count in refused.items())
    return Observed(
        judged, tuple(sorted(named, key=lambda each: (-each.count, repr(each)))), tuple(sorted(untold.items()))
    )


def _without_row(asked: Asked) -> Asked:
    return Asked(asked.account, asked.action, asked.table, asked.category, (), asked.circumstances)


def _named(repository: Repository, asked: Asked, why: Cause, count: int) -> WouldRefuse:
    agency, circumstances = repository.accounts[asked.account].agency, asked.circumstances
    place = (asked.table, asked.category, asked.action)
    return WouldRefuse(asked.account, agency, circumstances.purpose, circumstances.authority, *place, why, count)
