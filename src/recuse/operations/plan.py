"""Plans one system: wanted facts from the policy, found facts from the database, the difference in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recuse.compiler.beyond import acting_keys, computed_columns
from recuse.compiler.catalog import check_catalog
from recuse.compiler.classes import Classifier, ClassMap
from recuse.compiler.parts import check_parts, check_rights
from recuse.compiler.proof.claims import Proof
from recuse.compiler.wanted import Catalog, wanted
from recuse.enforcement.diff import Difference, diff
from recuse.enforcement.facts import Fact, Grant, Membership, ObjectRef, Owner, Role, RowSecurity
from recuse.enforcement.hazards import Acting, Surroundings, with_hazards
from recuse.enforcement.held import Holdings
from recuse.enforcement.order import Situation
from recuse.enforcement.plan import Loss, Plan, batch_names, fingerprint
from recuse.enforcement.scope import PREFIX, Scope
from recuse.errors import PlanError
from recuse.model import UNBOUND_USES, Account, System
from recuse.operations.course import POLICY, Course, Goal
from recuse.operations.effects import changed, effects
from recuse.operations.policy import Policy
from recuse.operations.proofs import Texts, counts, prove
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
    goal: Goal = POLICY


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the policy wants of one database, and what was found there."""

    system: System
    accounts: Mapping[str, Account]
    found: Inspection
    classes: ClassMap
    catalog: Catalog
    wanted: frozenset[Fact]


def plan_system(session: Session, policy: Policy, system: System) -> Planned:
    """The plan that makes one system what the policy says. Reads only; the same inputs give the same plan.

    Raises PlanError when the category map does not fit the database, a login is unknown to accounts.toml, or a rule
    cannot be enforced exactly.
    """
    compiled = compile_system(session, policy, system)
    differences = diff(compiled.found.facts, compiled.wanted, scope_of(compiled.accounts, compiled.found.facts).governs)
    return plan_of(session, policy, compiled, Course(differences))


def compile_system(session: Session, policy: Policy, system: System) -> Compiled:
    """What the policy wants of one system, in the database's own words."""
    found = session.inspect()
    accounts = {a.login: a for a in policy.repository.accounts.values() if a.system == system.name}
    _check_logins(system, accounts, found)
    check_catalog(system, found.shapes, session.column_types())
    check_parts(system, found.shapes, found.links)
    classes = Classifier(policy.repository, system, policy.rules, found.shapes).classify(policy.on)
    check_rights(system, classes, found.links)
    catalog = session.catalog(found)
    goal = session.canonical(wanted(system, accounts, classes, catalog), found)
    return Compiled(system, accounts, found, classes, catalog, goal)


def plan_of(session: Session, policy: Policy, compiled: Compiled, course: Course) -> Planned:
    """The plan that makes these differences, proved from its own SQL."""
    found, system = compiled.found, compiled.system
    after = _after(found.facts, course.differences)
    bound, others = course.divided(compiled.accounts.values())
    ours = effects(system, bound, found.shapes, found.facts, after)
    theirs = changed(system, others, found.shapes, found.facts, after)
    loses, gains = (tuple(sorted((*a, *b), key=_by_account)) for a, b in zip(ours, theirs, strict=True))
    plan = _ordered(policy, compiled, Findings(course, loses, gains))
    statements = session.render(plan, found)
    standing = session.standing((f for f in found.facts & after if counts(f) and course.concerns(f)), found)
    prover = policy.prover(system)
    proofs = prove(prover, policy, session.reader, Texts(standing, tuple(s.do for s in statements), course.goal.back))
    logins = {login: account.id for login, account in compiled.accounts.items() if login in found.oids}
    widening = tuple(Comparison(prover, session.reader, found.shapes, plan).accounts(found.facts, logins))
    proved = Proved(standing, proofs, widening)
    return Planned(plan, statements, found, compiled.wanted, compiled.classes, proved, course.goal)


@dataclass(frozen=True, slots=True)
class Findings:
    """What planning has worked out before it puts changes in order."""

    course: Course
    loses: tuple[Loss, ...]
    gains: tuple[Loss, ...]


def _ordered(policy: Policy, compiled: Compiled, known: Findings) -> Plan:
    found, accounts = compiled.found, compiled.accounts
    situation = _situation(compiled)
    around = Surroundings(
        categorised=frozenset(".".join(ref.name[:2]) for ref in situation.batches),
        owners=frozenset(f.role for f in found.facts if isinstance(f, Owner) and f.of in situation.batches),
        copied_into=_copied_into(compiled.system, accounts.values(), found),
        links=found.links,
        acting=_acting(compiled),
        computed=_computed(compiled),
    )
    changes = with_hazards(known.course.order(known.course.differences, situation), around)
    losing = {loss.account.partition("/")[2] for loss in known.loses}
    bound, _ = known.course.divided(accounts.values())
    ending = {account.login for account in bound if not account.active and account.login in found.oids}
    severs = frozenset(losing | ending) if changes else frozenset[str]()
    return Plan(
        compiled.system.name,
        fingerprint(found.facts),
        policy.directives,
        changes,
        known.loses,
        known.gains,
        severs,
        situation.substituted,
    )


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
    )


def batches_of(system: System, catalog: Catalog) -> Mapping[ObjectRef, str]:
    """The batch of every governed relation: one with the derived objects that read it."""
    ties = [[catalog.derived(d.name), *(_table(name) for name in d.tables)] for d in system.derived]
    return batch_names((_table(t.name) for t in system.tables), ties)


def _by_account(loss: Loss) -> tuple[str, ...]:
    return (loss.account, loss.category, loss.action, loss.rows)


def _copied_into(system: System, accounts: Iterable[Account], found: Inspection) -> frozenset[str]:
    """Tables that some account bound by row policies may insert into now, and so may COPY FROM."""
    holdings = Holdings(found.facts, settable=True)
    bound = [account.login for account in accounts if account.use not in UNBOUND_USES]

    def insertable(name: str) -> bool:
        columns = [ObjectRef("column", (*_table(name).name, column.name)) for column in found.shapes[name].columns]
        return any(holdings.has(login, column, "INSERT") for login in bound for column in columns)

    return frozenset(table.name for table in system.tables if insertable(table.name))


def _acting(known: Compiled) -> dict[Acting, tuple[str, ...]]:
    """For each grant that sets a foreign key off: what the key does to rows that the class may not change."""
    found: dict[Acting, tuple[str, ...]] = {}
    for each in acting_keys(known.classes, known.found.links):
        ref = _table(each.table)
        key = each.key
        sentence = f"`{each.table}` takes hidden rows of `{key.table}` with it: `{key.name}` says {each.clause}"
        if each.action == "delete":
            grants: list[Acting] = [(each.role, ref, "DELETE")]
        else:
            grants = [(each.role, ObjectRef("column", (*ref.name, column)), "UPDATE") for column in key.columns]
        for grant in grants:
            found[grant] = (*found.get(grant, ()), sentence)
    return found


def _computed(known: Compiled) -> dict[Acting, tuple[str, ...]]:
    """For each grant on a generated column: the columns of another category that show through it."""
    found: dict[Acting, tuple[str, ...]] = {}
    for role, table, column, source in computed_columns(known.classes, known.found.links):
        grant: Acting = (role, ObjectRef("column", (*_table(table).name, column)), "SELECT")
        sentence = f"`{table}.{column}` is computed from `{source}`, which the same class may not read"
        found[grant] = (*found.get(grant, ()), sentence)
    return found


def standing_of_roles(facts: Iterable[Fact], logins: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Roles that hold some grant, and roles through which a login or an object's owner can use what they hold."""
    found = tuple(facts)
    granted = frozenset(f.grantee for f in found if isinstance(f, Grant) and f.grantee is not None)
    owners = {f.role for f in found if isinstance(f, Owner)}
    doors = {f.role for f in found if isinstance(f, Membership) and f.role.startswith(f"{PREFIX}d_")}
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


def scope_of(accounts: Mapping[str, Account], facts: frozenset[Fact]) -> Scope:
    """The closed world over these facts."""
    unbound = {a.login for a in accounts.values() if a.use in UNBOUND_USES}
    superusers = {f.name for f in facts if isinstance(f, Role) and f.superuser}
    return Scope.of(facts, frozenset(accounts), frozenset(unbound | superusers))


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
