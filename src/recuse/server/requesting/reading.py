"""A request for assistance as a program sends it: one JSON object, read strictly, with every problem and its field.

A field that is not known is refused: who misspells `until` must not be told that it was taken in. What a program does
not say is left out, and never null.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from recuse.model import ASSISTANCE, AssistanceKind, AssistanceRequest, Repository
from recuse.requests.intake import problems

REQUIRED: Final = ("received", "asked_by", "kind", "on_behalf_of", "purpose", "authority", "lapses")
_TEXTS: Final = ("source", "supersedes", "sender", "agreement", "case", "instrument", "note")
_LISTS: Final = ("recipients", "categories")
_MOMENTS: Final = ("received", "lapses", "until")
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})")
KNOWN: Final = frozenset({*REQUIRED, *_TEXTS, *_LISTS, "until", "evidence"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong in one field; `field` is empty where it is the whole."""

    field: str
    message: str

    def document(self) -> dict[str, str]:
        """As replies have it."""
        return {"field": self.field, "message": self.message}


class WrongError(Exception):
    """A request that cannot be taken in; `wrong` is everything because of which."""

    def __init__(self, wrong: tuple[Wrong, ...]) -> None:
        super().__init__(wrong)
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Sender:
    """The program that sends a request, as it is written in it, with the id of the request and the moment."""

    written: str
    request: str
    now: datetime


def requested(whole: Mapping[str, Any], repository: Repository, sender: Sender) -> AssistanceRequest:
    """The request that an object is. WrongError with every problem."""
    wrong = (*_form(whole), *(Wrong(name, "is missing") for name in REQUIRED if name not in whole))
    if wrong:
        raise WrongError(wrong)
    texts: dict[str, Any] = {name: whole.get(name) for name in _TEXTS if name != "note"}
    lists: dict[str, Any] = {name: tuple(whole.get(name, ())) for name in _LISTS}
    moments: dict[str, Any] = {name: _moment(whole[name]) if name in whole else None for name in _MOMENTS}
    made = AssistanceRequest(
        id=sender.request, recorded=sender.now, recorded_by=sender.written, asked_by=whole["asked_by"],
        kind=cast("AssistanceKind", whole["kind"]), on_behalf_of=whole["on_behalf_of"], purpose=whole["purpose"],
        authority=whole["authority"], evidence=dict(whole.get("evidence", {})), note=whole.get("note", ""), **texts,
        **lists, **moments,
    )  # fmt: skip
    found = tuple(Wrong(name, told) for name, told in problems(repository, made))
    if found:
        raise WrongError(found)
    return made


def _form(whole: Mapping[str, Any]) -> Iterator[Wrong]:
    """What is of no form that a field can have."""
    for name, value in whole.items():
        if name not in KNOWN:
            yield Wrong(name[:100], "is no field: /openapi.json names them")
        elif name in _LISTS:
            if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
                yield Wrong(name, "is not a list of texts")
        elif name == "evidence":
            if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
                yield Wrong(name, "is not an object of texts")
        elif not isinstance(value, str) or (name != "note" and not value.strip()):
            yield Wrong(name, "is not a text")
        elif name in _MOMENTS and _moment(value) is None:
            yield Wrong(name, "is not a time with a zone: write it as 2026-01-31T12:00:00Z")
        elif name == "kind" and value not in ASSISTANCE:
            yield Wrong(name, f"is none of {', '.join(ASSISTANCE)}")


def _moment(text: str) -> datetime | None:
    if not text.isascii() or _MOMENT.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
