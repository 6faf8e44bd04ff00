"""What a policy wants of one database, in the database's own words, and what was found there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from recuse.compiler.catalog import check_catalog
from recuse.compiler.classes import ClassMap
from recuse.compiler.parts import check_parts, check_rights
from recuse.compiler.wanted import Catalog, wanted
from recuse.enforcement.facts import Fact, Role
from recuse.enforcement.names import ISSUER, KEEPER, PREFIX, WORKER
from recuse.enforcement.scope import Scope
from recuse.errors import PlanError, TargetError
from recuse.model import UNBOUND_USES, Account, System
from recuse.operations.policy import Policy
from recuse.targets.records import Inspection
from recuse.targets.target import Session
from recuse.targets.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the policy wants of one database, and what was found there."""

    system: System
    accounts: Mapping[str, Account]
    found: Inspection
    classes: ClassMap
    catalog: Catalog
    wanted: frozenset[Fact]


def compile_system(session: Session, policy: Policy, system: System) -> Compiled:
    """What the policy wants of one system, in the database's own words."""
    found = session.inspect()
    admitted = found.neighbours.admitted | policy.active_beside(system)  # some may not be enforced yet
    found = replace(found, neighbours=replace(found.neighbours, admitted=admitted))
    check_primary(session.whereabouts(), system.name)
    accounts = {a.login: a for a in policy.repository.accounts.values() if a.system == system.name}
    _check_logins(system, accounts, found)
    _check_offices(policy, system, accounts, found)
    check_catalog(system, found.shapes, session.column_types())
    check_parts(system, found.shapes, found.links)
    classes = policy.classifier(system, found.shapes, found.server.database).classify(policy.on)
    check_rights(system, classes, found.links)
    catalog = session.catalog(found)
    goal = session.canonical(wanted(system, accounts, classes, catalog), found)
    return Compiled(system, accounts, found, classes, catalog, goal)


def scope_of(compiled: Compiled, facts: frozenset[Fact]) -> Scope:
    """The closed world over these facts."""
    accounts = compiled.accounts
    unbound = {a.login for a in accounts.values() if a.use in UNBOUND_USES}
    superusers = {f.name for f in facts if isinstance(f, Role) and f.superuser}
    shared = compiled.found.neighbours.depending
    return Scope.of(facts, frozenset(accounts), frozenset(unbound | superusers), shared)


def check_primary(where: Whereabouts, system: str) -> None:
    """Raise TargetError for a standby: nothing can be applied there, nor the server asked to write a condition."""
    if where.recovering:
        raise TargetError(
            f"system `{system}` is a standby or is recovering, where nothing can be applied",
            "name the service of its primary, or promote it first",
        )


def _check_logins(system: System, accounts: Mapping[str, Account], found: Inspection) -> None:
    """Every login of the server belongs to an agency, or nobody answers for it."""
    logins = sorted(f.name for f in found.facts if isinstance(f, Role) and f.login and not f.name.startswith(PREFIX))
    unknown = [login for login in logins if login not in accounts]
    if unknown:
        names = ", ".join(f"`{login}`" for login in unknown)
        raise PlanError(
            f"logins of system `{system.name}` that belong to no agency: {names}",
            f'add an [[account]] with id = "{system.name}/{unknown[0]}" to accounts.toml for each',
        )


def _check_offices(policy: Policy, system: System, accounts: Mapping[str, Account], found: Inspection) -> None:
    """Where databases of a server share the groups of issuers, workers and keepers, nobody is in one alone."""
    beside = policy.together.get(system.name, frozenset())
    if KEEPER not in found.neighbours.depending and not beside:
        return
    apart = policy.together.keys() - beside  # on a server of its own, as somebody has looked
    for account in sorted(policy.repository.accounts.values(), key=lambda account: account.id):
        here = accounts.get(account.login)
        if here is None or account.login not in found.oids or account.system in apart:
            continue
        for role, held in _OFFICES.items():
            if held(account) and not held(here):
                raise PlanError(
                    f"`{account.id}` is to be a member of `{role}` and `{here.id}` is not, and another database of the "
                    f"server of `{here.system}` is enforced too: a membership counts in both",
                    "make them alike in accounts.toml, or use a login of its own for one",
                )


_OFFICES: Final[Mapping[str, Callable[[Account], bool]]] = {
    ISSUER: lambda account: account.active and account.may_issue,
    WORKER: lambda account: account.active and account.may_end,
    KEEPER: lambda account: account.active and account.use == "administrator",
}
