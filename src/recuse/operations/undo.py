"""Undo: the plan that leads back to the facts from before an apply, made, shown, proved and applied like any plan.

It is proved for every account that at no step more is reached than before or after, and that what is reached more in
the end stands among the gains. Of classes nothing is proved: those that the policy made are gone, or they are those of
an earlier policy, whose plan proved them.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from recuse.compiler.catalog import check_catalog
from recuse.compiler.classes import ClassMap
from recuse.compiler.wanted import plain_name
from recuse.enforcement.back import Returned, backwards, differences, returned
from recuse.enforcement.diff import Difference
from recuse.enforcement.facts import Fact, Membership, ObjectRef, Owner, RegisteredAccount, Role, RowSecurity
from recuse.enforcement.hazards import Surroundings, with_hazards
from recuse.enforcement.held import Holdings
from recuse.enforcement.names import CLASS, KEEPER, SEVERS
from recuse.enforcement.order import Situation
from recuse.enforcement.plan import Plan, batch_names, fingerprint
from recuse.errors import RefusedError
from recuse.model import Account, System
from recuse.operations.before import Before
from recuse.operations.course import Goal
from recuse.operations.effects import effects
from recuse.operations.plan import Planned, Proved, standing_of_roles
from recuse.operations.policy import Policy
from recuse.operations.widening import Comparison
from recuse.operations.workspace import Workspace
from recuse.targets.records import Inspection
from recuse.targets.target import Session

_NO_CLASSES = ClassMap({}, {}, (), {}, {})


def check_may_return(workspace: Workspace, on: date) -> None:
    """Raise RefusedError unless every directive in force pre-authorises stepping back on this day; none may be."""
    for directive in (each.directive for each in workspace.standing):
        until = directive.step_back_until
        if until is None or on > until:
            ended = f"pre-authorised stepping back until {until}" if until else "does not pre-authorise stepping back"
            raise RefusedError(
                f"directive `{directive.id}` is in force and {ended}: what it closes is not opened again",
                "issue a directive that supersedes it, or one with a later `step_back_until`",
            )


def plan_undo(session: Session, policy: Policy, system: System, before: Before) -> Planned:
    """The plan that leads one system back to the facts before an apply. Reads only."""
    found = session.inspect()
    accounts = {a.login: a for a in policy.repository.accounts.values() if a.system == system.name}
    check_catalog(system, found.shapes, session.column_types())
    back = returned(found.facts, before.facts, found.shapes, found.oids)
    goal = back.goal | _shared(found)
    course = differences(found.facts, goal, granular=found.server.major >= 16)
    gains, loses = effects(system, accounts.values(), found.shapes, goal, found.facts)  # of the way there
    situation = way_there(system, found, accounts, goal, course)
    changes = with_hazards(backwards(course, situation), Surroundings())
    losing = frozenset(loss.account.partition("/")[2] for loss in loses) if changes else frozenset[str]()
    facts, directives = fingerprint(found.facts), policy.directives
    plan = Plan(system.name, facts, directives, changes, loses, gains, losing, situation.substituted)
    logins = {login: account.id for login, account in accounts.items() if login in found.oids}
    compared = Comparison(policy.prover(system), session.reader, found.shapes, plan).accounts(found.facts, logins)
    aim = Goal(undo=before.index, notes=_not_restored(back, before))
    statements, proved = session.render(plan, found), Proved((), (), tuple(compared))
    return Planned(plan, statements, found, goal, _NO_CLASSES, proved, goal=aim)


def _shared(found: Inspection) -> frozenset[Fact]:
    """What another database of the server has of ours: it cannot go from here."""
    shared = found.neighbours.depending
    roles = {f for f in found.facts if isinstance(f, Role) and f.name in shared}
    severs = {f for f in found.facts if isinstance(f, Membership) and (f.role, f.member) == SEVERS and KEEPER in shared}
    return frozenset(roles | severs)


def _not_restored(back: Returned, before: Before) -> tuple[str, ...]:
    sessions = f"{before.ended} sessions that the apply ended are not begun again"
    return tuple(f"not restored: {each}" for each in (*back.not_restored, *((sessions,) if before.ended else ())))


def way_there(
    system: System,
    found: Inspection,
    accounts: Mapping[str, Account],
    goal: frozenset[Fact],
    course: Iterable[Difference],
) -> Situation:
    """The situation of the plan that would lead from the goal to the facts found: what is walked backwards."""
    holdings, facts = Holdings(goal), found.facts
    memberships = [f for f in facts if isinstance(f, Membership) and f.inherit and f.role.startswith(CLASS)]
    standing = {f.member: f.role for f in memberships if f.member in accounts}
    steady = {login for login, account in accounts.items() if account.active and account.standing is not None}
    logins = frozenset(accounts) | {f.login for f in facts if isinstance(f, RegisteredAccount)}
    return Situation(
        system.name,
        holdings,
        standing,
        frozenset(login for login in standing if login in steady and holdings.shares(login, standing[login], facts)),
        _batches(system, found, course),
        logins,
        *standing_of_roles(goal, logins),
        frozenset(f.table for f in goal if isinstance(f, RowSecurity) and f.enabled),
    )


def _batches(system: System, found: Inspection, course: Iterable[Difference]) -> Mapping[ObjectRef, str]:
    """Tables with what reads them, by the category map and by the catalog, as far as it is there."""
    objects = {plain_name(f.of): f.of for f in found.facts if isinstance(f, Owner)}
    reads = [(name, tables) for name, tables in found.reads.items()] + [(d.name, d.tables) for d in system.derived]
    moved = {plain_name(d.fact.of) for d in course if isinstance(d.fact, Owner)}
    ties = [
        [objects[name], *(objects[table] for table in tables if table in objects)]
        for name, tables in reads
        if name in moved and name in objects
    ]
    secured = (d.fact.table for d in course if isinstance(d.fact, RowSecurity))
    return batch_names((*(objects[t.name] for t in system.tables), *secured), ties)
