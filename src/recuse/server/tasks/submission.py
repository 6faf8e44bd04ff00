"""What a program sends that asks for access, read strictly where it must be: the question, its denial, what is wanted.

What the profile does not name is ignored, as it demands. One question at a time: `items` are a profile of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn

from recuse.errors import MalformedError
from recuse.server.authzen import Evaluation, parse_evaluation

DETAILS: Final = "urn:recuse:access-request"
"""The member of `requested_access` that holds what our requests say besides."""
_TEXTS: Final = ("requested_by", "on_behalf_of", "instrument")
_LONGEST: Final = 500  # characters of a text


@dataclass(frozen=True, slots=True)
class Submission:
    """A request as it came: the denied question, the token that binds it, and who wants it for whom, until when."""

    asked: Evaluation
    token: str
    expires: str
    until: datetime
    requested_by: str
    on_behalf_of: str
    instrument: str | None
    evidence: Mapping[str, str]
    lapses: datetime | None


def parse_submission(whole: Mapping[str, Any]) -> Submission:
    """The request in a body. `MalformedError` for what is missing, or of another type."""
    if "items" in whole:
        _refuse("`items` are not taken here", "send one request for each question")
    denial, wanted = _object(whole, "denial"), _object(whole, "requested_access")
    details = _object(wanted, DETAILS)
    texts = {name: _text(details, name, needed=name != "instrument") for name in _TEXTS}
    return Submission(
        asked=parse_evaluation(whole),
        token=_text(denial, "binding_token", longest=1 << 17),
        expires=_text(denial, "expires_at"),
        until=_moment(_text(wanted, "requested_until"), "requested_until"),
        requested_by=texts["requested_by"],
        on_behalf_of=texts["on_behalf_of"],
        instrument=texts["instrument"] or None,
        evidence=_evidence(details),
        lapses=_moment(_text(details, "lapses"), "lapses") if "lapses" in details else None,
    )


def schema(base: str) -> dict[str, Any]:
    """A JSON Schema of what is sent besides the denied question (draft 2020-12)."""
    text = {"type": "string", "minLength": 1, "maxLength": _LONGEST}
    moment = {"type": "string", "format": "date-time"}
    properties = {
        "requested_by": {**text, "description": "who asks: a person or an office"},
        "on_behalf_of": {**text, "description": "for whom: an agency, office or person"},
        "instrument": {**text, "description": "type of the authority's document"},
        "evidence": {"type": "object", "additionalProperties": text, "description": "what the authority rests on"},
        "lapses": {**moment, "description": "when the request is answered no more"},
    }
    details = {"type": "object", "required": ["requested_by", "on_behalf_of"], "properties": properties}
    wanted = {
        "type": "object",
        "required": ["requested_until", DETAILS],
        "properties": {"requested_until": {**moment, "description": "when access is to end"}, DETAILS: details},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base}/access/v1/request-schema",
        "type": "object",
        "required": ["requested_access"],
        "properties": {"requested_access": wanted},
    }


def _evidence(details: Mapping[str, Any]) -> dict[str, str]:
    found = _object(details, "evidence", needed=False)
    return {name: _text(found, name) for name in found}


def _object(whole: Mapping[str, Any], name: str, *, needed: bool = True) -> dict[str, Any]:
    found = whole.get(name, None if needed else {})
    if not isinstance(found, dict):
        _refuse(f"`{name}` is {'not an object' if name in whole else 'missing'}", f"give an object `{name}`")
    return found


def _text(found: Mapping[str, Any], name: str, *, longest: int = _LONGEST, needed: bool = True) -> str:
    if name not in found and not needed:
        return ""
    text = found.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > longest:
        how = f"not a text of 1 to {longest} characters" if name in found else "missing"
        _refuse(f"`{name}` is {how}", f"give `{name}`")
    return text


def _moment(text: str, name: str) -> datetime:
    try:
        found: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        _refuse(f"`{name}` is no moment with a zone", "write it as 2026-01-31T12:00:00Z")
    return found


def _refuse(reason: str, remedy: str) -> NoReturn:
    raise MalformedError(reason, remedy)
