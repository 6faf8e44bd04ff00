"""Findings about parties: who holds access without an agreement, who shares a login, who no longer uses one.

They rest on the policy repository, on what accounts hold, and on the access log where one is given (LAW R28, R29, R42).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from recuse.audit.last_use import IDLE
from recuse.compiler.classes import Classifier
from recuse.model import UNBOUND_USES, Account, Agreement, Repository, System
from recuse.operations.finding import Finding
from recuse.operations.plan import Planned
from recuse.operations.policy import Policy
from recuse.operations.relatives import relatives
from recuse.policy.contexts import in_force, owns
from recuse.policy.trees import principal_agencies


@dataclass(frozen=True, slots=True)
class LastUses:
    """The day of each login's last line in an access log, and of the last line of all."""

    by_login: Mapping[str, date]
    log_ends: date


def party_findings(policy: Policy, system: System, planned: Planned, uses: LastUses | None) -> Iterator[Finding]:
    """Everything about the accounts and agreements of one system that a person should decide about."""
    repository = policy.repository
    accounts = [a for a in _accounts(repository, system) if a.login in planned.found.oids]
    for account in accounts:
        yield from _of_account(repository, account, planned, policy.on)
        if uses is not None:
            yield from _idle(account, uses)
    for agreement in sorted(repository.agreements.values(), key=lambda a: a.id):
        yield from _of_agreement(repository, system, agreement, accounts, policy.on)
    classifier = policy.classifier(system, planned.found.shapes, planned.found.server.database)
    yield from _relatives(policy, system, classifier)
    yield from _extracts(repository, system, planned, policy.on)


def _accounts(repository: Repository, system: System) -> list[Account]:
    here = (a for a in repository.accounts.values() if a.system == system.name)
    return sorted((a for a in here if a.active and a.use not in UNBOUND_USES), key=lambda a: a.id)


def _of_account(repository: Repository, account: Account, planned: Planned, on: date) -> Iterator[Finding]:
    if account.use == "shared":
        yield Finding(
            code="shared-account",
            system=account.system,
            account=account.id,
            object=f"login:{account.login}",
            reproduce=f"-- several people use `{account.login}`: no record can say who of them read something",
            remedy="give each person a login of their own, or let a gateway declare for each by a token",
            severity="low",
        )
    holds = any(loss.account == account.id for loss in planned.plan.loses)
    if owns(repository, account.agency) or not holds:
        return
    line = principal_agencies(repository, account.agency)
    if not any(line & a.parties and in_force(a, on) for a in repository.agreements.values()):
        yield Finding(
            code="no-agreement",
            system=account.system,
            account=account.id,
            object=f"login:{account.login}",
            door="back",
            reproduce=f"-- grants beyond the policy; no agreement in force names `{account.agency}` or one above it",
            remedy="run `recuse plan` and apply it; or make an agreement, write it into agreements/, and direct it",
        )


def _idle(account: Account, uses: LastUses) -> Iterator[Finding]:
    last = uses.by_login.get(account.login)
    if last is not None and uses.log_ends - last <= IDLE:
        return
    when = f"was last used on {last}" if last else "is not in the access log at all"
    yield Finding(
        code="idle-account",
        system=account.system,
        account=account.id,
        object=f"login:{account.login}",
        door="ghost",
        reproduce=f"-- `{account.login}` {when}; the log ends on {uses.log_ends}",
        remedy="set `active = false` in accounts.toml, direct it, and apply",
        severity="low",
    )


def _of_agreement(
    repository: Repository, system: System, agreement: Agreement, accounts: list[Account], on: date
) -> Iterator[Finding]:
    party = [a for a in accounts if _is_party(repository, a, agreement)]
    if not party or on < agreement.renewal:
        return
    ended = on > agreement.until
    yield Finding(
        code="agreement-ended" if ended else "agreement-renewal",
        system=system.name,
        object=f"agreement:{agreement.id}",
        door="back" if ended else None,
        reproduce=f"-- `{agreement.id}` ended on {agreement.until}; {len(party)} active accounts are of its parties"
        if ended
        else f"-- `{agreement.id}` was to be renewed by {agreement.renewal} and ends on {agreement.until}",
        remedy="renew it and write it into agreements/, or set the accounts to `active = false`",
        severity="high" if ended else "low",
    )


def _is_party(repository: Repository, account: Account, agreement: Agreement) -> bool:
    outside = not owns(repository, account.agency)
    return outside and bool(principal_agencies(repository, account.agency) & agreement.parties)


def _relatives(policy: Policy, system: System, classifier: Classifier) -> Iterator[Finding]:
    for each in relatives(policy, classifier):
        asked = f"for `{each.circumstances.purpose}` under `{each.circumstances.authority}`"
        how = "serves" if each.door == "fusion" else "is of the same department as"
        yield Finding(
            code=each.door,
            system=system.name,
            account=each.account.id,
            category=each.category,
            object=f"table:{each.table}",
            door=each.door,
            reproduce=f"-- {asked} the rules let in `{each.account.agency}`, which {how} `{each.barred}`, and refuse "
            f"`{each.barred}` the same",
            remedy=f"let a rule name `{each.account.agency}`, or a purpose in place of `{each.barred}`; or accept it",
        )


def _extracts(repository: Repository, system: System, planned: Planned, on: date) -> Iterator[Finding]:
    relations = planned.found.shapes
    for extract in sorted(repository.extracts.values(), key=lambda e: e.id):
        if extract.system != system.name:
            continue
        there = extract.object is not None and extract.object in relations
        overdue = extract.deleted is None and extract.delete_by < on
        if not overdue and not (extract.deleted is not None and there):
            continue
        said = "is said to be deleted and is still there" if extract.deleted else f"was due on {extract.delete_by}"
        yield Finding(
            code="extract-overdue" if overdue else "extract-kept",
            system=system.name,
            category=", ".join(extract.categories),
            object=f"extract:{extract.id}",
            door="copy",
            reproduce=f"-- the deletion of `{extract.id}`, held by `{extract.held_by}`, {said}",
            remedy="have it deleted, and write `deleted` and the certificate's SHA-256 into extracts.toml",
            severity="critical" if overdue else "high",
        )
