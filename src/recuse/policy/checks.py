"""What must hold between the records of a policy repository, once each has been read by itself."""

from collections.abc import Mapping
from typing import Final

from recuse.errors import Problem
from recuse.model import NO_AUTHORITY, UNDECLARED, Account, Repository
from recuse.policy.contexts import OFFICIAL_DUTY, covers, owns
from recuse.policy.references import Noun, Register
from recuse.policy.trees import Branch, cycles

_FILE_OF: Final[Mapping[Noun, str]] = {"purpose": "purposes.toml", "authority": "authorities.toml"}


def check(repository: Repository, register: Register) -> None:
    """Add a problem, at its line, for everything that cannot stand together; unread files are not judged again."""
    _check_tree("agency", repository.agencies, register)
    _check_tree("purpose", repository.purposes, register)
    _check_tree("authority", repository.authorities, register)
    _check_tree("category", repository.categories, register)
    _check_built_in("purpose", UNDECLARED, repository.purposes, register)
    _check_built_in("authority", NO_AUTHORITY, repository.authorities, register)
    _check_dates(repository, register)
    for account in repository.accounts.values():
        _check_account(repository, account, register)
    _check_derived(repository, register)


def _check_tree(noun: Noun, tree: Mapping[str, Branch], register: Register) -> None:
    for circle in cycles(tree):
        path = " → ".join(f"`{name}`" for name in (*circle, circle[0]))
        message = f"{noun} `{circle[0]}` is above itself: {path}"
        register.defined[noun][circle[0]].report(message, "parent", remedy="remove one `parent`")


def _check_built_in(noun: Noun, name: str, tree: Mapping[str, Branch], register: Register) -> None:
    if noun in register.unread:
        return
    if name not in tree:
        message = f"missing built-in {noun} `{name}`"
        register.problems.append(Problem(_FILE_OF[noun], 1, message, f'add `[[{noun}]]` with `id = "{name}"`'))
    for item in tree.values():
        if item.parent == name or (item.id == name and item.parent is not None):
            message = f"{noun} `{name}` stands alone: nothing is below it or above it"
            register.defined[noun][item.id].report(message, "parent", remedy="remove `parent`")


def _check_dates(repository: Repository, register: Register) -> None:
    for official in repository.officials.values():
        if official.until < official.start:
            section = register.defined["official"][official.id]
            section.report(f"the term of `{official.id}` ends before it begins", "until", remedy="correct a date")
    for agreement in repository.agreements.values():
        if not agreement.start <= agreement.renewal <= agreement.until:
            section = register.defined["agreement"][agreement.id]
            message = f"the dates of `{agreement.id}` are not in the order `from`, `renewal`, `until`"
            section.report(message, "renewal", remedy="correct a date")


def _check_account(repository: Repository, account: Account, register: Register) -> None:
    section = register.defined["account"][account.id]
    if UNDECLARED in account.may_declare:
        message = f"`{UNDECLARED}` cannot be declared"
        section.report(message, "may_declare", remedy="remove it: it is what holds when nothing is declared")
    standing = account.standing
    if standing is None:
        return
    purpose, authority = standing.circumstances.purpose, standing.circumstances.authority
    if authority == OFFICIAL_DUTY and _is_foreign(repository, account.agency):
        message = f"agency `{account.agency}` is not below the institution and has no `{OFFICIAL_DUTY}` here"
        section.report(message, "standing", "authority", remedy="name an agreement or another authority")
    agreement = repository.agreements.get(standing.agreement or "")
    known = account.agency in repository.agencies and purpose in repository.purposes
    if agreement is not None and known and not covers(repository, agreement, account.agency, purpose):
        message = f"agreement `{agreement.id}` does not cover agency `{account.agency}` for purpose `{purpose}`"
        section.report(message, "standing", "agreement", remedy="name an agreement that does")


def _check_derived(repository: Repository, register: Register) -> None:
    for system in repository.systems.values():
        for derived in system.derived:
            agency = derived.reads_as.agency
            if derived.reads_as.authority == OFFICIAL_DUTY and _is_foreign(repository, agency):
                section = register.defined["derived"][f"{system.name}/{derived.name}"]
                message = f"agency `{agency}` is not below the institution and has no `{OFFICIAL_DUTY}` here"
                section.report(message, "reads_as", "authority", remedy="name another agency or authority")


def _is_foreign(repository: Repository, agency: str) -> bool:
    known = agency in repository.agencies and repository.institution.id in repository.agencies
    return known and not owns(repository, agency)
