"""What a look at one system comes to: conditions, from sessions, settings, dates and the event trigger. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from recuse.enforcement.facts import Fact, NewObjects
from recuse.model import Account, Repository, System
from recuse.operations.conditions import Condition
from recuse.operations.drift import PLAN
from recuse.operations.emergencies import Emergency
from recuse.operations.since import Cut, old_sessions
from recuse.targets.looks import Look

SOON: Final = timedelta(days=30)
"""How long before an agreement, an acceptance or an extract ends it is told."""

_LOOK: Final = "find out who did this; set it back, or apply again to take it as it is"
_REFUSED: Final = frozenset({
    "grant", "default-grant", "row-security", "row-policy", "owner", "trigger", "publication",
})  # fmt: skip


def trigger(system: System, facts: frozenset[Fact], look: Look, supported: bool) -> Iterator[Condition]:
    """The event trigger that the policy asks for and that does not stand, or that a setting keeps from running."""
    remedy = "run `recuse plan` and `recuse apply` as a superuser"
    if system.new_objects == "off" or not supported:
        return
    if NewObjects(system.new_objects) not in facts:
        sentence = f"the event trigger for new objects, mode {system.new_objects}, is missing, changed or switched off"
        yield Condition(system.name, "event-trigger", "event trigger", sentence, remedy, "critical")
    for name, value in look.settings.items():
        if name.split(" ", maxsplit=1)[0] == "event_triggers" and value.lower() in {"off", "false", "no", "0"}:
            sentence = f"event triggers do not run: {name} = {value}"
            yield Condition(system.name, "event-trigger", name, sentence, f"reset `{name}`", "critical")


def seen(system: System, look: Look) -> Iterator[Condition]:
    """What the event trigger wrote down since the last apply."""
    for each in look.seen:
        about = f"{each.object}: {each.detail}" if each.detail else each.object
        done = " and closed" if each.done == "closed" else ""
        verb = "opened or changed" if each.code in _REFUSED else "made or changed"
        open_ = "open to" in each.detail and each.done != "closed"
        yield Condition(
            system.name,
            each.code,
            "/".join((each.transaction, each.object, each.detail)),
            f"{verb} by `{each.login}` at {each.at:%Y-%m-%d %H:%M:%S}{done}: {about}",
            PLAN,
            "high" if open_ or each.code in _REFUSED or each.code == "failed" else "low",
        )


def sessions(cut: Cut, accounts: Sequence[Account], look: Look) -> Iterator[Condition]:
    """Sessions that may still hold what was taken away."""
    for finding in old_sessions(cut, accounts, look.sessions):
        yield Condition(
            finding.system,
            finding.code,
            finding.object,
            f"`{finding.account}`: {finding.reproduce[3:]}",
            finding.remedy or "",
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What a look is compared with: settings and databases as they were after the last apply."""

    settings: Mapping[str, str]
    databases: tuple[str, ...]


def server(system: str, known: Known, before: Look | None, look: Look) -> Iterator[Condition]:
    """New databases, settings that are not as they were, and a log that stopped."""
    for name in sorted(set(look.databases) - set(known.databases)):
        sentence = f"database `{name}` is new on the server: nothing in it is governed"
        yield Condition(
            system, "new-database", name, sentence, "see `recuse reach` for who reaches what through it", "low"
        )
    for name in sorted(known.settings.keys() | look.settings.keys()):
        then, now = known.settings.get(name), look.settings.get(name)
        if then != now:
            sentence = f"`{name}` was `{then}` and is `{now}`"
            yield Condition(system, "logging-changed", name, sentence, _LOOK)
    yield from _logging(system, before, look)


def _logging(system: str, before: Look | None, look: Look) -> Iterator[Condition]:
    """Our own connection is something to be logged: a file that did not grow by it does not grow."""
    logs = _logs_connections(look.settings)
    if not logs or look.log is None:
        sentence = "the server logs no connections" if not logs else "the server's log file cannot be seen from here"
        remedy = "set log_connections, logging_collector, and give this login pg_monitor and pg_stat_file"
        yield Condition(
            system, "log-unseen", "log", f"{sentence}: that logging stops would not be noticed", remedy, "low"
        )
        return
    if before is None or before.log is None or before.log.name != look.log.name:
        return
    if look.log.size <= before.log.size:
        how = "was cut" if look.log.size < before.log.size else "did not grow though there were connections"
        sentence = f"logging stopped: `{look.log.name}` {how} since {before.at:%H:%M:%S}"
        yield Condition(
            system, "log-stopped", "log", sentence, "look at the server's disk and logging collector", "critical"
        )


def _logs_connections(settings: Mapping[str, str]) -> bool:
    return settings.get("log_connections", "").lower() not in {"", "off", "false", "no", "0"} or (
        settings.get("log_statement") == "all" or settings.get("log_min_duration_statement") == "0"
    )


def access_log(system: str, name: str, quiet: timedelta, written: datetime | None, look: Look) -> Iterator[Condition]:
    """A file of the access log that nobody writes to while others are at work."""
    remedy = "look at what writes the access log"
    if written is None:
        yield Condition(system, "log-stopped", name, f"the access log `{name}` is not there", remedy, "critical")
    elif look.active is not None and look.active - written > quiet:
        sentence = (
            f"logging stopped: `{name}` was last written at {written:%Y-%m-%d %H:%M:%S}, and sessions are at work"
        )
        yield Condition(system, "log-stopped", name, sentence, remedy, "critical")


def dated(repository: Repository, on: date) -> Iterator[Condition]:
    """Agreements, acceptances and extracts that end soon, or ended."""
    ends = [
        ("agreement", a.id, a.until, "renew it, or end its parties' accounts") for a in repository.agreements.values()
    ]
    ends += [
        ("acceptance", s.acceptance.id, s.acceptance.until, "mend what it accepts, or have it accepted anew")
        for s in repository.acceptances.values()
    ]
    ends += [
        ("extract", e.id, e.delete_by, "have it deleted, and record the certificate")
        for e in repository.extracts.values()
        if e.deleted is None
    ]
    for kind, name, until, remedy in ends:
        if until - on <= SOON:
            word = "ended" if until < on else "ends"
            yield Condition(
                "", f"{kind}-ends", name, f"{kind} `{name}` {word} on {until}", remedy, "low" if until >= on else "high"
            )


def emergencies(found: Iterable[Emergency], now: datetime) -> Iterator[Condition]:
    """Emergencies that are not confirmed, and those that lapsed."""
    for each in found:
        code = "emergency-lapsed" if each.lapsed(now) else "emergency"
        yield Condition(
            each.system, code, each.directive, each.sentence(now), "have it confirmed, or plan and apply again"
        )
