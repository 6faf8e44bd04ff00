"""What people see of the plan of a draft: read out of its document strictly, so that no document breaks a page."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recuse.errors import InputError

_REMEDY: Final = "make it with `recuse plan --out plan.json` from this very folder"


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that an account loses or gains: an action on a category, and on which rows of it."""

    action: str
    category: str
    rows: str


@dataclass(frozen=True, slots=True)
class Affected:
    """An account that loses or gains something."""

    account: str
    loses: tuple[Effect, ...]
    gains: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Lines of the log under one name, and how many of them would be refused."""

    name: str
    lines: int
    refused: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """A backtest, in counts of lines: all, those that can be replayed, those of them that would be refused."""

    system: str
    lines: int
    replayable: int
    refused: int
    by_kind: tuple[Share, ...]
    by_agency: tuple[Share, ...]
    """Only agencies that would be refused something, most of it first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, as the page of its draft shows it."""

    as_of: str
    changes: int
    accounts: tuple[Affected, ...]
    backtest: Replayed | None


def read_plan(data: bytes, cedar_sha256: str, policy_sha256: str) -> Plan:
    """The plan of these very rules. InputError for another, for one changed since it was written, and for no plan."""
    try:
        whole = json.loads(data)
        digest = whole["sha256"]
        head, quoted, tail = data.rpartition(f'"{digest}"'.encode())
        fits = quoted != b"" and hashlib.sha256(head + b'""' + tail).hexdigest() == digest
        rules, policy = _each(whole, "cedar_sha256"), whole["policy_sha256"]
        found = _plan(whole)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError("the file is no plan of `recuse plan`", _REMEDY) from error
    if not fits:
        raise InputError("the plan was changed after it was written: its digest is another", _REMEDY)
    if cedar_sha256 not in rules:
        raise InputError("the plan was made of other rules than these", _REMEDY)
    if policy != policy_sha256:
        raise InputError("the plan was made with other policy files than these", _REMEDY)
    return found


def _plan(whole: Mapping[str, Any]) -> Plan:
    accounts = tuple(
        Affected(_text(each, "account"), _effects(each, "loses"), _effects(each, "gains"))
        for each in _each(whole, "accounts")
    )
    backtest = whole["backtest"]
    replayed = None if backtest is None else _replayed(backtest)
    return Plan(_text(whole, "as_of"), len(_each(whole, "changes")), accounts, replayed)


def _effects(account: Mapping[str, Any], name: str) -> tuple[Effect, ...]:
    found = _each(account, name)
    return tuple(Effect(_text(each, "action"), _text(each, "category"), _text(each, "rows")) for each in found)


def _replayed(found: Mapping[str, Any]) -> Replayed:
    agencies = sorted(_shares(found, "agency"), key=lambda each: (-each.refused, each.name))
    return Replayed(
        _text(found, "system"), _count(found, "lines"), _count(found, "replayable"), _count(found, "refused"),
        _shares(found, "kind"), tuple(each for each in agencies if each.refused),
    )  # fmt: skip


def _shares(found: Mapping[str, Any], name: str) -> tuple[Share, ...]:
    rows = _each(found, f"by_{name}")
    return tuple(Share(_text(row, name), _count(row, "lines"), _count(row, "refused")) for row in rows)


def _each(found: Mapping[str, Any], name: str) -> Sequence[Any]:
    if not isinstance(found[name], list):
        raise TypeError(name)
    return tuple(found[name])


def _text(found: Mapping[str, Any], name: str) -> str:
    if not isinstance(found[name], str):
        raise TypeError(name)
    return str(found[name])


def _count(found: Mapping[str, Any], name: str) -> int:
    value = found[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(name)
    return value
