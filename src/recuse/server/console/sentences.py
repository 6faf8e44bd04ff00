"""An entry of the record in one plain sentence, whatever its kind, without what it lacks; an error in another."""

from collections.abc import Callable, Mapping
from typing import Final

from recuse.errors import RecuseError
from recuse.ledger import JSON, Entry

_Body = Mapping[str, JSON]


def sentence(entry: Entry) -> str:
    """What happened, in a line."""
    said = _SENTENCES.get(entry.kind, _named)(entry.body)
    return upper(said)


def upper(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def of_error(error: RecuseError) -> str:
    """An error with its remedy, as a sentence of a page."""
    return f"{upper(error.message)}: {error.remedy}." if error.remedy else f"{upper(error.message)}."


def plural(count: object, one: str, many: str) -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many}" if isinstance(count, int) else f"? {many}"


def _decided(body: _Body) -> str:
    answer = "allowed" if body.get("allow") is True else "denied"
    why = f" for {body['purpose']}" if body.get("purpose") else ""
    under = f" under {body['authority']}" if body.get("authority") else ""
    return f"{answer}: {_t(body, 'action')} of {_t(body, 'resource')}{why}{under}"


def _searched(body: _Body) -> str:
    return f"searched for what would be permitted ({_t(body, 'sought')}): {_t(body, 'found')} found"


def _verified(body: _Body) -> str:
    count = _sum(body.get("findings"))
    how = {"attempt": ", by attempt", "catalog": ", by catalog"}.get(_t(body, "known_by"), "")
    return f"verdict: {_t(body, 'verdict')}{how}; {plural(count, 'finding', 'findings')} in this system"


def _stated(body: _Body) -> str:
    how = {"attempt": ", by attempt", "catalog": ", by catalog"}.get(_t(body, "known_by"), "")
    systems = plural(body.get("systems"), "system", "systems")
    return f"stated for everybody: {_t(body, 'verdict')}{how}, of {systems}"


def _applied(body: _Body) -> str:
    changes = plural(body.get("changes"), "change", "changes")
    ended = plural(body.get("sessions_ended"), "session", "sessions")
    return f"applied: {changes}, {ended} ended"


def _planned(body: _Body) -> str:
    return f"planned for stage {_t(body, 'stage')}"


def _directed(body: _Body) -> str:
    return f"directed {_t(body, 'directive')}, by {_t(body, 'office') or _t(body, 'official')}"


def _confirmed(body: _Body) -> str:
    return f"confirmed {_t(body, 'directive')}, by {_t(body, 'office') or _t(body, 'official')}"


def _requested(body: _Body) -> str:
    return f"permit requested for {_t(body, 'purpose')} under {_t(body, 'authority')}"


def _issued(body: _Body) -> str:
    return f"permit issued for {_t(body, 'purpose')} under {_t(body, 'authority')}, until {_t(body, 'until')}"


def _revoked(body: _Body) -> str:
    return f"permit revoked; {_severed(body)}"


def _lapsed(body: _Body) -> str:
    return f"permit lapsed, since no use of it is known; {_severed(body)}"


def _severed(body: _Body) -> str:
    if body.get("sessions_ended") is None:
        return "the end of its sessions was handed to a worker"
    return f"{plural(body['sessions_ended'], 'session', 'sessions')} ended"


def _approved(body: _Body) -> str:
    return f"request for a permit approved for {_t(body, 'purpose')}, until {_t(body, 'until')}"


def _broke_glass(body: _Body) -> str:
    return (
        f"glass broken: permit for {_t(body, 'purpose')} under {_t(body, 'authority')}, until {_t(body, 'until')}, "
        f"without a second person; to be reviewed by {_t(body, 'review_by')}"
    )


def _glass_reviewed(body: _Body) -> str:
    return f"broken glass reviewed: {'justified' if body.get('justified') is True else 'not justified'}"


def _ended(body: _Body) -> str:
    sessions = body.get("sessions")
    return f"{plural(len(sessions) if isinstance(sessions, list | tuple) else None, 'session', 'sessions')} ended"


def _staged(body: _Body) -> str:
    return f"stage set to {_t(body, 'stage')}, from {_t(body, 'before')}"


def _watched(body: _Body) -> str:
    told = (
        f"{_sum(body[each])} {each}" for each in ("began", "changed", "ended") if isinstance(body.get(each), Mapping)
    )
    return f"watched: of conditions, {', '.join(told) or 'nothing said'}"


def _bound(body: _Body) -> str:
    return f"checkpoint of the record of decisions: {plural(body.get('size'), 'entry', 'entries')}"


def _named(body: _Body) -> str:
    about = next((str(body[name]) for name in ("directive", "system", "request") if body.get(name)), "")
    return f"about {about}" if about else "no more is said"


def _sum(counts: JSON) -> int | None:
    return sum(each for each in counts.values() if isinstance(each, int)) if isinstance(counts, Mapping) else None


def _t(body: _Body, name: str) -> str:
    value = body.get(name)
    return "" if value is None else str(value)


_SENTENCES: Final[Mapping[str, Callable[[_Body], str]]] = {
    "approved": _approved, "broke_glass": _broke_glass, "glass_reviewed": _glass_reviewed, "lapsed": _lapsed,
    "declined": lambda _: "request for a permit refused by a reviewer",
    "withdrawn": lambda _: "request for a permit withdrawn by who asked",
    "applied": _applied, "confirmed": _confirmed, "decided": _decided, "directed": _directed, "ended": _ended,
    "issued": _issued, "planned": _planned, "requested": _requested, "revoked": _revoked, "searched": _searched,
    "accounting_asked": lambda body: f"a person asked who looked at their record: due {_t(body, 'due')}",
    "accounting_answered": lambda body: f"a person's request was answered, released by {_t(body, 'official')}",
    "held_back": lambda body: f"held back from accountings until {_t(body, 'until')}: {_t(body, 'reason')}",
    "decisions_checkpoint": _bound, "staged": _staged, "stated": _stated, "verified": _verified, "watched": _watched,
}  # fmt: skip
