"""Plans one system: wanted facts from the policy, found facts from the database, the difference in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recuse.compiler.administration import administrators
from recuse.compiler.classes import ClassMap
from recuse.compiler.proof.claims import Proof
from recuse.compiler.wanted import Catalog
from recuse.enforcement import closing as closings_of
from recuse.enforcement.closing import Closed, Closing
from recuse.enforcement.diff import Difference, diff
from recuse.enforcement.facts import Declaration, Fact, Grant, Membership, ObjectRef, Owner, RowSecurity
from recuse.enforcement.hazards import with_hazards
from recuse.enforcement.held import Holdings
from recuse.enforcement.names import DOOR
from recuse.enforcement.order import Situation
from recuse.enforcement.plan import STEPS, Change, Loss, Plan, batch_names, fingerprint
from recuse.model import System
from recuse.operations.compiled import Compiled, compile_system, scope_of
from recuse.operations.course import POLICY, Course, Goal
from recuse.operations.effects import changed, effects
from recuse.operations.policy import Policy
from recuse.operations.proofs import Texts, counts, prove
from recuse.operations.surroundings import surroundings
from recuse.operations.widening import Comparison, Widening
from recuse.targets.records import Inspection, RenderedStatement
from recuse.targets.target import Session


@dataclass(frozen=True, slots=True)
class Proved:
    """What was proved of a plan: of classes, from its SQL and what stays as it is (`standing`), and of accounts."""

    standing: tuple[str, ...]
    rows: tuple[Proof, ...]
    widening: tuple[Widening, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with everything it was made from."""

    plan: Plan
    statements: tuple[RenderedStatement, ...]
    found: Inspection
    wanted: frozenset[Fact]
    classes: ClassMap
    proved: Proved
    closed: Closed | None = None
    goal: Goal = POLICY


def plan_system(session: Session, policy: Policy, system: System) -> Planned:
    """The plan that makes one system what the policy says. Reads only; the same inputs give the same plan.

    Raises PlanError when the category map does not fit the database, a login is unknown to accounts.toml, or a rule
    cannot be enforced exactly.
    """
    compiled = compile_system(session, policy, system)
    return plan_of(session, policy, compiled, policy_course(compiled))


def policy_course(compiled: Compiled) -> Course:
    """The way to the policy."""
    governs = scope_of(compiled, compiled.found.facts).governs
    return Course(diff(compiled.found.facts, compiled.wanted, governs))


def plan_of(session: Session, policy: Policy, compiled: Compiled, course: Course) -> Planned:
    """The plan that makes these differences, proved from its own SQL; what is closed besides is changes of its own."""
    found, system = compiled.found, compiled.system
    after = _after(found.facts, course.differences)
    besides: list[tuple[Closing, tuple[Difference, ...]]] = []
    for each in course.closed.closings if course.closed is not None else ():
        besides.append((each, closings_of.differences(each.ended, each.also, after)))
        after = _after(after, besides[-1][1])
    bound, others = course.divided(compiled.accounts.values())
    ours = effects(system, bound, found.shapes, found.facts, after)
    theirs = changed(system, others, found.shapes, found.facts, after)
    loses, gains = (tuple(sorted((*a, *b), key=_by_account)) for a, b in zip(ours, theirs, strict=True))
    plan = _ordered(policy, compiled, _Outcome(course, tuple(besides), loses, gains))
    statements = session.render(plan, found)
    standing = session.standing((f for f in found.facts & after if counts(f) and course.concerns(f)), found)
    prover = policy.prover(system)
    proofs = prove(prover, policy, session.reader, Texts(standing, tuple(s.do for s in statements), course.goal.back))
    logins = {login: account.id for login, account in compiled.accounts.items() if login in found.oids}
    widening = tuple(Comparison(prover, session.reader, found.shapes, plan).accounts(found.facts, logins))
    proved = Proved(standing, proofs, widening)
    return Planned(plan, statements, found, compiled.wanted, compiled.classes, proved, course.closed, course.goal)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Which way a plan goes, what it changes besides, and what accounts lose and gain by all of it."""

    course: Course
    besides: tuple[tuple[Closing, tuple[Difference, ...]], ...]
    loses: tuple[Loss, ...]
    gains: tuple[Loss, ...]


def _ordered(policy: Policy, compiled: Compiled, outcome: _Outcome) -> Plan:
    found, course = compiled.found, outcome.course
    situation = _situation(compiled)
    around = surroundings(policy, compiled, situation.batches)
    ordered = with_hazards(course.order(course.differences, situation), around)
    changes = _with_closings(ordered, compiled.system, outcome)
    more = {loss for closing, _ in outcome.besides for loss in closings_of.losses(closing)}
    return Plan(
        compiled.system.name,
        fingerprint(found.facts),
        policy.directives,
        changes,
        (*outcome.loses, *sorted(more, key=repr)),
        outcome.gains,
        _severs(compiled, outcome) if changes else frozenset[str](),
        situation.substituted,
    )


def _severs(compiled: Compiled, outcome: _Outcome) -> frozenset[str]:
    """Who loses something, who goes a way that is closed, and who is not active."""
    losing = {loss.account for loss in outcome.loses}
    losing |= {account for closing, _ in outcome.besides for account in closing.accounts}
    bound, others = outcome.course.divided(compiled.accounts.values())
    ending = {a.login for a in bound if not a.active and a.login in compiled.found.oids}
    ending |= _redeclaring(outcome.course.differences) - {account.login for account in others}
    return frozenset({account.partition("/")[2] for account in losing} | ending)


def _redeclaring(differences: Iterable[Difference]) -> frozenset[str]:
    """Logins whose permits open another class from now on, or none: a session may hold what it declared before."""
    declared = (d for d in differences if isinstance(d.fact, Declaration) and (d.before is not None or not d.make))
    return frozenset(d.fact.login for d in declared if isinstance(d.fact, Declaration))


def _with_closings(changes: tuple[Change, ...], system: System, outcome: _Outcome) -> tuple[Change, ...]:
    """The changes, and after those of step *close* each closing; its dangers stand at the change that it is about."""
    last = STEPS.index("close")
    before = tuple(change for change in changes if STEPS.index(change.step) <= last)
    made: list[Change] = []
    for closing, differences in outcome.besides:
        for each in differences:
            about = each is differences[-1]
            dangers = tuple(closings_of.hazards(closing)) if about else ()
            made.append(Change(system.name, "close", each.make, each.fact, each.before, "", dangers, closing.findings))
    return (*before, *made, *changes[len(before) :])


def _situation(compiled: Compiled) -> Situation:
    found, classes = compiled.found, compiled.classes
    holdings = Holdings(found.facts)
    substituted = frozenset(
        login
        for login in classes.standing
        if login in found.oids and login not in classes.undeclared and _reaches(login, holdings, classes)
    )
    return Situation(
        compiled.system.name,
        holdings,
        classes.standing,
        substituted,
        batches_of(compiled.system, compiled.catalog),
        frozenset(compiled.accounts),
        *standing_of_roles(found.facts, frozenset(compiled.accounts)),
        frozenset(f.table for f in found.facts if isinstance(f, RowSecurity) and f.enabled),
        administrators(compiled.accounts.values()),
    )


def batches_of(system: System, catalog: Catalog) -> Mapping[ObjectRef, str]:
    """The batch of every governed relation: one with the derived objects that read it."""
    ties = [[catalog.derived(d.name), *(_table(name) for name in d.tables)] for d in system.derived]
    return batch_names((_table(t.name) for t in system.tables), ties)


def _by_account(loss: Loss) -> tuple[str, ...]:
    return (loss.account, loss.category, loss.action, loss.rows)


def standing_of_roles(facts: Iterable[Fact], logins: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Roles that hold some grant, and roles through which a login or an object's owner can use what they hold."""
    found = tuple(facts)
    granted = frozenset(f.grantee for f in found if isinstance(f, Grant) and f.grantee is not None)
    owners = {f.role for f in found if isinstance(f, Owner)}
    doors = {f.role for f in found if isinstance(f, Membership) and f.role.startswith(DOOR)}
    memberships = [f for f in found if isinstance(f, Membership)]
    occupied = frozenset(f.role for f in memberships if f.member in logins | owners | doors)
    return granted, occupied


def _reaches(login: str, holdings: Holdings, classes: ClassMap) -> bool:
    """Whether a login already reads or changes something that its class will give it."""
    content = classes.contents[classes.standing[login]]
    for rights in content.tables:
        table = _table(rights.table)
        for column in (*rights.read, *rights.insert):
            ref = ObjectRef("column", (*table.name, column))
            if holdings.has(login, ref, "SELECT") or holdings.has(login, ref, "INSERT"):
                return True
    return False


def _table(name: str) -> ObjectRef:
    schema, _, table = name.partition(".")
    return ObjectRef("table", (schema, table))


def _after(found: frozenset[Fact], differences: Iterable[Difference]) -> frozenset[Fact]:
    facts = set(found)
    for difference in differences:
        if difference.before is not None:
            facts.discard(difference.before)
        if difference.make:
            facts.add(difference.fact)
        else:
            facts.discard(difference.fact)
    return frozenset(facts)
