"""What an access log shows that a weekly review has to look at: signals, each about one login, and counts.

A signal accuses nobody: it is a line that a person has to explain or act on. What the log cannot tell (it is too short
to compare weeks, or to call an account idle) is said, never taken for nothing. Front: let in and against today's rules;
ghost: an account that is inactive, unknown or idle. Access through a partner (side) no column of the log tells.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from recuse.audit.accesslog import AccessLog, daily, read_log
from recuse.audit.last_use import IDLE
from recuse.audit.observing import WouldRefuse, observe
from recuse.audit.placing import Placing
from recuse.model import UNBOUND_USES, Account, Repository, System
from recuse.policy.validate import RuleSet

WEEK: Final = timedelta(days=7)
WEEKS: Final = 4
"""How many weeks before the last one are compared with it."""
JUMP: Final = 3
"""How many times the mean of those weeks the last one has to have, to be a jump …"""
MORE: Final = 100
"""… and how many lines more."""
OFTEN: Final = 10
"""A login that was refused more often than this, and more than once in ten times, is one to look at."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing to be explained or acted on: its name, which tells it from others, and what the log says."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Signals:
    """What a log says of one system: counts as sentences, and signals sorted by name."""

    counts: tuple[str, ...]
    signals: tuple[Signal, ...]


def read_signals(path: Path, repository: Repository, rules: RuleSet, system: System, on: date) -> Signals:
    """The signals of one system in a log, under the rules of a day. InputError as `read_log`."""
    log = read_log(path, system.name, Placing(repository, rules, system, on).attributes)
    if log.first is None or log.last is None:
        return Signals((f"`{system.name}`: the access log has no line about it",), ())
    here = {a.login: a for a in repository.accounts.values() if a.system == system.name}
    observed = observe(log.lines, repository, rules, system, on)
    unjudged = sum(count for _, count in observed.untold)
    found = [
        *_ghosts(system.name, here, log),
        *_refused(system.name, log),
        *_fronts(observed.refused),
        *jumps(system.name, daily(path, system.name), log.first, log.last),
    ]
    counts = (*_counts(system.name, log, unjudged), *_limits(system.name, log))
    return Signals(counts, tuple(sorted(found, key=lambda signal: signal.name)))


def jumps(system: str, by_login: Mapping[str, Mapping[date, int]], first: date, last: date) -> Iterator[Signal]:
    """Logins whose last seven days have at least three times the mean week of those before, and 100 lines more."""
    weeks = weeks_before(first, last)
    if weeks < WEEKS:
        return
    for login, days in by_login.items():
        newest = sum(count for day, count in days.items() if day > last - WEEK)
        before = sum(count for day, count in days.items() if last - (weeks + 1) * WEEK < day <= last - WEEK)
        if newest * weeks >= JUMP * before and newest * weeks - before >= MORE * weeks:
            sentence = f"lines in the last seven days: {newest}; in the {weeks} weeks before them: {before}"
            yield Signal(f"jump/{system}/{login}", sentence)


def weeks_before(first: date, last: date) -> int:
    """How many whole weeks a log holds before its last seven days."""
    return max(0, ((last - first).days + 1) // 7 - 1)


def _ghosts(system: str, here: Mapping[str, Account], log: AccessLog) -> Iterator[Signal]:
    used = Counter[str]()
    for line in log.lines:
        if line.login is not None and line.decision != "deny":
            used[line.login] += line.count
    for login, count in used.items():
        account = here.get(login)
        if account is None:
            yield Signal(f"unknown/{system}/{login}", f"let in, and accounts.toml does not have it; lines: {count}")
        elif not account.active:
            yield Signal(f"inactive/{account.id}", f"let in, and accounts.toml has it as inactive; lines: {count}")
    if log.first is None or log.last is None or log.last - log.first <= IDLE:
        return
    for account in here.values():
        last = log.last_by_login.get(account.login)
        bound = account.active and account.use not in UNBOUND_USES
        if bound and (last is None or log.last - last > IDLE):
            when = f"was last used on {last}" if last else "is not in the log at all"
            yield Signal(f"idle/{account.id}", f"active, and {when}; the log ends on {log.last}")


def _fronts(refused: Iterable[WouldRefuse]) -> Iterator[Signal]:
    """Accounts of which lines were let in that the rules of today refuse, and by which rules; not inactive ones."""
    counts: dict[str, Counter[str]] = {}
    for each in refused:
        if each.cause.why != "account inactive":
            rules = "forbidden by " + ", ".join(f"`{rule}`" for rule in each.cause.rules)
            why = f"{rules if each.cause.rules else 'permitted by no rule'}, for `{each.purpose}`"
            counts.setdefault(each.account, Counter())[why] += each.count
    for account, by_why in counts.items():
        told = "; ".join(f"{count} {why}" for why, count in sorted(by_why.items()))
        yield Signal(f"front/{account}", f"let in, and refused today: {told}")


def _refused(system: str, log: AccessLog) -> Iterator[Signal]:
    refused, every = Counter[str](), Counter[str]()
    for line in log.lines:
        every[line.login or ""] += line.count
        refused[line.login or ""] += line.count if line.decision == "deny" else 0
    for login, count in refused.items():
        if count > OFTEN and count * 10 > every[login]:
            yield Signal(f"refused/{system}/{login}", f"refused: {count} of {every[login]} lines")


def _counts(system: str, log: AccessLog, unjudged: int) -> Iterator[str]:
    lines = sum(line.count for line in log.lines)
    logins = len({line.login for line in log.lines})
    refused = sum(line.count for line in log.lines if line.decision == "deny")
    span = f"from {log.first} to {log.last}"
    yield f"`{system}`, {span}; logins: {logins}, lines: {lines}, refused: {refused}, not to be judged: {unjudged}"


def _limits(system: str, log: AccessLog) -> Iterable[str]:
    if log.first is None or log.last is None:
        return
    if weeks_before(log.first, log.last) < WEEKS:
        yield f"`{system}`: volumes were not compared: the log holds no {WEEKS} weeks before its last one"
    if log.last - log.first <= IDLE:
        yield f"`{system}`: idle accounts were not looked for: the log holds no more than {IDLE.days} days"
