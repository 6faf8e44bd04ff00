"""In which circumstances an account can ask: its standing purpose, and every purpose and authority it may declare.

The authority `agreement` needs an agreement in force to which the account's agency, or one above it, is party, and
whose purposes include the purpose or one above it. `official_duty` is for the institution's own agencies.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from recuse.model import AGREEMENT, NO_AUTHORITY, Account, Agreement, Circumstances, Repository
from recuse.policy.trees import above, principal_agencies

OFFICIAL_DUTY: Final = "official_duty"


@dataclass(frozen=True, slots=True)
class Context:
    """Circumstances an account can be in, the agreement (id) they rest on, and whether they hold without declaring."""

    circumstances: Circumstances
    agreement: str | None
    standing: bool


def in_force(agreement: Agreement, on: date) -> bool:
    """Whether a day lies between the agreement's start and end, both inclusive."""
    return agreement.start <= on <= agreement.until


def agreed(repository: Repository, agreement_id: str, on: date) -> frozenset[str]:
    """The categories (ids) of an agreement, none on a day when it is unknown or not in force."""
    agreement = repository.agreements.get(agreement_id)
    return agreement.categories if agreement is not None and in_force(agreement, on) else frozenset()


def covers(repository: Repository, agreement: Agreement, agency: str, purpose: str) -> bool:
    """Whether an agreement names the agency or one above it as party, and the purpose or one above it."""
    parties = principal_agencies(repository, agency) & agreement.parties
    return bool(parties) and bool(above(repository.purposes, purpose) & agreement.purposes)


def turned(repository: Repository, since: date, until: date) -> bool:
    """Whether, from one day to another, an agreement, a standing purpose or an acceptance began or ended."""
    lasting = [
        *((each.start, each.until) for each in repository.agreements.values()),
        *((date.min, each.standing.until) for each in repository.accounts.values() if each.standing is not None),
        *((each.acceptance.start, each.acceptance.until) for each in repository.acceptances.values()),
    ]
    return any((start <= since <= end) != (start <= until <= end) for start, end in lasting)


def owns(repository: Repository, agency: str) -> bool:
    """Whether an agency is the institution or below it, so that it can act by official duty."""
    return repository.institution.id in principal_agencies(repository, agency)


def contexts(repository: Repository, account: Account, on: date) -> tuple[Context, ...]:
    """Every context the account can be in on a day: the standing one first, then by purpose and authority.

    An inactive account has none. A standing purpose past its end, or whose agreement is not in force, gives none.
    """
    if not account.active:
        return ()
    declared = possible(repository, account.agency, sorted(account.may_declare), on)
    return (*_standing(repository, account, on), *declared)


def possible(repository: Repository, agency: str, purposes: Iterable[str], on: date) -> Iterator[Context]:
    """The contexts an account of `agency` enters by declaring one of `purposes`; no authority (`none`) opens none."""
    for purpose in purposes:
        for authority in repository.authorities:
            if authority == AGREEMENT:
                yield from _by_agreement(repository, agency, purpose, on)
            elif authority != NO_AUTHORITY and (authority != OFFICIAL_DUTY or owns(repository, agency)):
                yield Context(Circumstances(purpose, authority), None, standing=False)


def _by_agreement(repository: Repository, agency: str, purpose: str, on: date) -> Iterator[Context]:
    for agreement in repository.agreements.values():
        if in_force(agreement, on) and covers(repository, agreement, agency, purpose):
            yield Context(Circumstances(purpose, AGREEMENT, agreement.categories), agreement.id, standing=False)


def _standing(repository: Repository, account: Account, on: date) -> Iterator[Context]:
    standing = account.standing
    if standing is None or standing.until < on:
        return
    asked = standing.circumstances
    if standing.agreement is None:
        yield Context(Circumstances(asked.purpose, asked.authority), None, standing=True)
        return
    agreement = repository.agreements.get(standing.agreement)
    if agreement is not None and in_force(agreement, on):
        circumstances = Circumstances(asked.purpose, asked.authority, agreement.categories)
        yield Context(circumstances, agreement.id, standing=True)
