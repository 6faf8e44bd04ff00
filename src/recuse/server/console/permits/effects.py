"""What a permit opens, before anybody gives it: tables, columns, rows by the applied catalog; and what else would."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from recuse.errors import RefusedError, TargetError
from recuse.model import Effect, Permit, Request
from recuse.permits import Office, permit_of, problems
from recuse.policy.contexts import contexts
from recuse.server.console.assistance.work import sentence
from recuse.server.console.permits.service import Permits

_TRIED: Final = 24
"""Declarations of one account that are tried at most."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a permit would open, or in a sentence why nothing, or why that cannot be told now."""

    effect: Effect | None = None
    nothing: str = ""
    unknown: str = ""


def opened(service: Permits, permit: Permit) -> Opened:
    """What this permit would open."""
    try:
        return Opened(effect=service.effect(permit))
    except RefusedError as error:
        return Opened(nothing=sentence(error))
    except TargetError as error:
        return Opened(unknown=sentence(error))


@dataclass(frozen=True, slots=True)
class Ruling:
    """How a request would be answered: why the policy refuses it, what it would open, and which declarations would."""

    refused: tuple[str, ...]
    opened: Opened
    openings: tuple[tuple[str, str], ...] = ()

    @property
    def stands(self) -> bool:
        """Whether nothing speaks against approving it."""
        return not self.refused and self.opened.effect is not None


def rule(service: Permits, office: Office, request: Request) -> Ruling:
    """How this request would be answered now."""
    refused = tuple(problems(office.repository, request, office.now().date()))
    found = opened(service, permit_of(request, request.until, -1))
    if found.effect is not None or found.unknown:
        return Ruling(refused, found)
    return Ruling(refused, found, tuple(_openings(service, office, request)))


def _openings(service: Permits, office: Office, request: Request) -> Iterator[tuple[str, str]]:
    """The purposes and authorities under which this account's permit would open something; the purpose asked first."""
    account = office.repository.accounts.get(f"{request.system}/{request.login}")
    if account is None:
        return
    declared = [each for each in contexts(office.repository, account, office.now().date()) if not each.standing]
    declared.sort(key=lambda each: each.circumstances.purpose != request.purpose)
    told: set[tuple[str, str]] = set()
    for each in declared[:_TRIED]:
        pair = (each.circumstances.purpose, each.circumstances.authority)
        other = replace(request, purpose=pair[0], authority=pair[1], agreement=each.agreement)
        if pair not in told and opened(service, permit_of(other, request.until, -1)).effect is not None:
            told.add(pair)
            yield pair
