"""The script of a listing's plan: statements for a person to read and run, each with its reason, and their undoing.

`recuse` runs neither. Statements are composed from quoted names and fixed words, in the order of the plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from recuse.operations.listed_plan import ListedPlan
from recuse.targets.listing.changes import PHASES, ListedChange, Step
from recuse.targets.listing.dialect import Dialect, Statement
from recuse.targets.listing.lines import shown
from recuse.targets.listing.records import Granted

_WHY: Final[dict[Step, str]] = {
    "cut": "accounts that keep nothing lose what is theirs alone",
    "prepare": "roles without members, and what they will hold",
    "enter": "accounts that keep all or part of what they had enter their role",
    "close": "everything else that leads to governed data ends",
    "loosen": "what shows more than before comes last, and only when all of the above has succeeded",
}
_START: Final = {
    "oracle": "SET DEFINE OFF\nWHENEVER SQLERROR EXIT FAILURE",
    "sqlserver": "-- with sqlcmd, -b stops at an error and -x leaves $(…) in names alone\nSET XACT_ABORT ON;",
    "postgresql": "\\set ON_ERROR_STOP on",
}
_SESSIONS: Final = {
    "oracle": "a role that a session has stays until it ends: look for {logins} in V$SESSION, and end those sessions",
    "sqlserver": "what a session has begun goes on: look for {logins} in sys.dm_exec_sessions, and end those sessions",
    "postgresql": "what a session has opened stays: look for {logins} in pg_stat_activity, and end those sessions",
}


@dataclass(frozen=True, slots=True)
class Scripted:
    """One statement of a script: its step, why, and what undoes it; `by` is who has to run it, where not anyone can."""

    step: Step
    reason: str
    statement: Statement
    by: str | None = None

    @property
    def phase(self) -> str:
        """Tighten, substitute or loosen."""
        return PHASES[self.step]


def scripted(plan: ListedPlan) -> tuple[Scripted, ...]:
    """The statements of a plan, in order; columns of one grant together, and no statement twice."""
    found = []
    for _, group in groupby(plan.changes, key=_together):
        changes = tuple(group)
        first = changes[0]
        columns = sorted(c.line.column for c in changes if isinstance(c.line, Granted) and c.line.column)
        statement = Dialect(plan.listing).statement(first.make, first.line, columns)
        found.append(Scripted(first.step, first.reason, statement, _by(plan, first)))
    return tuple(dict.fromkeys(found))


def script(plan: ListedPlan) -> str:
    """The whole script."""
    lines = [*_head(plan, "what the policy wants"), _START[plan.listing.about.engine]]
    for step, statements in groupby(scripted(plan), key=lambda each: each.step):
        lines += ["", f"-- {PHASES[step]}: {_WHY[step]}"]
        for each in statements:
            lines += _explained(each.reason, each.by, each.statement.do)
    lines += ["", *(f"-- {line}" for line in _after(plan)), ""]
    return "\n".join(lines)


def undo_script(plan: ListedPlan) -> str:
    """What takes the script back, last statement first."""
    lines = [
        *_head(plan, "what was there before, and undoes the script beside it"),
        _START[plan.listing.about.engine],
        "",
    ]
    for each in reversed(scripted(plan)):
        lines += _explained(f"undoes: {each.reason}", each.by, each.statement.undo)
    return "\n".join([*lines, ""])


def sessions_to_end(plan: ListedPlan) -> tuple[str, ...]:
    """The logins that lose something."""
    return tuple(sorted({loss.account.partition("/")[2] for loss in plan.loses}))


def _head(plan: ListedPlan, what: str) -> Iterator[str]:
    about = plan.listing.about
    yield f"-- system {plan.system} ({shown(about.engine)}, database {shown(about.database)}): {what}."
    yield f"-- Made from an export of {about.exported_at:%Y-%m-%dT%H:%M:%SZ}, digest {plan.listing.sha256}."
    yield "-- For a person to read and run; recuse has run none of it, and it was never tried on this server."
    yield "-- Then export again: recuse plan and recuse verify answer from the new export."


def _explained(reason: str, by: str | None, statement: str) -> Iterator[str]:
    yield f"-- {_plain(reason)}" + (f" (run this as {_plain(by)})" if by else "")
    yield f"{statement};"


def _after(plan: ListedPlan) -> Iterator[str]:
    logins = sessions_to_end(plan)
    if logins:
        yield _plain(_SESSIONS[plan.listing.about.engine].format(logins=", ".join(logins)))
    for each in plan.stays:
        yield _plain(f"still open: {each.login} {each.verb}s {'.'.join(each.name)}: {each.path[-1].reason}")
    for sentence in plan.missing:
        yield _plain(f"not opened: {sentence}")


def _plain(text: str) -> str:
    """A text that stays in its comment, whatever an export put into it."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _by(plan: ListedPlan, change: ListedChange) -> str | None:
    """In Oracle a grant is taken back by who gave it, unless the owner did."""
    line = change.line
    if plan.listing.about.engine != "oracle" or change.make or not isinstance(line, Granted) or line.on == "server":
        return None
    owner = plan.listing.relations.get((line.schema or "", line.object or ""))
    return line.grantor if owner is not None and line.grantor not in (None, owner.owner) else None


def _together(change: ListedChange) -> object:
    """Changes that one statement makes: of one grant, column by column."""
    line = change.line
    if isinstance(line, Granted) and line.column:
        return (change.step, change.make, change.reason, replace(line, column=None))
    return change
