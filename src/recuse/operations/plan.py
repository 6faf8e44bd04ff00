"""Plans one system: wanted facts from the policy, found facts from the database, the difference in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recuse.compiler.administration import administrators
from recuse.compiler.beyond import acting_keys, computed_columns
from recuse.compiler.catalog import check_catalog
from recuse.compiler.classes import Classifier, ClassMap
from recuse.compiler.parts import check_parts, check_rights
from recuse.compiler.proof.claims import Proof
from recuse.compiler.wanted import Catalog, wanted
from recuse.enforcement import closing as closings_of
from recuse.enforcement.closing import Closed, Closing
from recuse.enforcement.diff import Difference, diff
from recuse.enforcement.facts import Declaration, Fact, Grant, Membership, ObjectRef, Owner, Role, RowSecurity
from recuse.enforcement.hazards import Acting, Surroundings, with_hazards
from recuse.enforcement.held import Holdings
from recuse.enforcement.order import Situation, order
from recuse.enforcement.plan import STEPS, Change, Loss, Plan, batch_names, fingerprint
from recuse.enforcement.scope import PREFIX, Scope
from recuse.errors import PlanError, TargetError
from recuse.model import UNBOUND_USES, Account, System
from recuse.operations.effects import effects
from recuse.operations.policy import Policy
from recuse.operations.proofs import Texts, counts, prove
from recuse.operations.widening import Comparison, Widening
from recuse.targets.records import Inspection, RenderedStatement
from recuse.targets.target import Session
from recuse.targets.whereabouts import Whereabouts


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


def plan_system(session: Session, policy: Policy, system: System) -> Planned:
    """The plan that makes one system what the policy says. Reads only; the same inputs give the same plan.

    Raises PlanError when the category map does not fit the database, a login is unknown to accounts.toml, or a rule
    cannot be enforced exactly.
    """
    return planned(session, policy, system, know(session, policy, system))


def know(session: Session, policy: Policy, system: System) -> "Known":
    """What is found and wanted in one system, and how they differ."""
    check_primary(session.whereabouts(), system.name)
    found = session.inspect()
    accounts = {a.login: a for a in policy.repository.accounts.values() if a.system == system.name}
    _check_logins(system, accounts, found)
    check_catalog(system, found.shapes, session.column_types())
    check_parts(system, found.shapes, found.links)
    classes = Classifier(policy.repository, system, policy.rules, found.shapes).classify(policy.on)
    check_rights(system, classes, found.links)
    catalog = session.catalog(found)
    goal = session.canonical(wanted(system, accounts, classes, catalog), found)
    differences = diff(found.facts, goal, _scope(accounts, found).governs)
    return Known(found, accounts, classes, catalog, goal, differences)


def planned(session: Session, policy: Policy, system: System, known: "Known", closed: Closed | None = None) -> Planned:
    """The plan of what is known of a system; with what is `closed` besides, each as changes of its own."""
    found, accounts, classes, goal = known.found, known.accounts, known.classes, known.goal
    after = _after(found.facts, known.differences)
    besides: list[tuple[Closing, tuple[Difference, ...]]] = []
    for each in closed.closings if closed is not None else ():
        besides.append((each, closings_of.differences(each.ended, each.also, after)))
        after = _after(after, besides[-1][1])
    loses, gains = effects(system, accounts.values(), found.shapes, found.facts, after)
    plan = _ordered(policy, system, known, _Outcome(tuple(besides), loses, gains))
    statements = session.render(plan, found)
    standing = session.standing(filter(counts, found.facts & after), found)
    prover = policy.prover(system)
    proofs = prove(prover, policy, session.reader, Texts(standing, tuple(s.do for s in statements)))
    logins = {login: account.id for login, account in accounts.items() if login in found.oids}
    widening = tuple(Comparison(prover, session.reader, found.shapes, plan).accounts(found.facts, logins))
    return Planned(plan, statements, found, goal, classes, Proved(standing, proofs, widening), closed)


@dataclass(frozen=True, slots=True)
class Known:
    """What planning has worked out before it puts changes in order; `accounts` are the system's, by login."""

    found: Inspection
    accounts: Mapping[str, Account]
    classes: ClassMap
    catalog: Catalog
    goal: frozenset[Fact]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a plan changes besides what the policy wants, and what accounts lose and gain by all of it."""

    besides: tuple[tuple[Closing, tuple[Difference, ...]], ...]
    loses: tuple[Loss, ...]
    gains: tuple[Loss, ...]


def _ordered(policy: Policy, system: System, known: Known, outcome: _Outcome) -> Plan:
    accounts = known.accounts
    holdings = Holdings(known.found.facts)
    substituted = frozenset(
        login
        for login in known.classes.standing
        if login in known.found.oids and login not in known.classes.undeclared and _reaches(login, holdings, known)
    )
    ties = [[known.catalog.derived(d.name), *(_table(name) for name in d.tables)] for d in system.derived]
    batches = batch_names((_table(t.name) for t in system.tables), ties)
    logins = frozenset(accounts)
    situation = Situation(
        system.name,
        holdings,
        known.classes.standing,
        substituted,
        batches,
        logins,
        *_standing_of_roles(known.found.facts, logins),
        frozenset(f.table for f in known.found.facts if isinstance(f, RowSecurity) and f.enabled),
        administrators(accounts.values()),
    )
    around = _surroundings(system, tuple(accounts.values()), batches, known)
    changes = _with_closings(with_hazards(order(known.differences, situation), around), system, outcome)
    more = {loss for closing, _ in outcome.besides for loss in closings_of.losses(closing)}
    return Plan(
        system.name,
        fingerprint(known.found.facts),
        policy.directives,
        changes,
        (*outcome.loses, *sorted(more, key=repr)),
        outcome.gains,
        _severs(known, outcome) if changes else frozenset[str](),
        substituted,
    )


def _severs(known: Known, outcome: _Outcome) -> frozenset[str]:
    """Who loses something, who goes a way that is closed, and who is not active."""
    losing = {loss.account for loss in outcome.loses}
    losing |= {account for closing, _ in outcome.besides for account in closing.accounts}
    ending = {a.login for a in known.accounts.values() if not a.active and a.login in known.found.oids}
    ending |= _redeclaring(known.differences)
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


def _copied_into(system: System, accounts: Iterable[Account], found: Inspection) -> frozenset[str]:
    """Tables that some account bound by row policies may insert into now, and so may COPY FROM."""
    holdings = Holdings(found.facts, settable=True)
    bound = [account.login for account in accounts if account.use not in UNBOUND_USES]

    def insertable(name: str) -> bool:
        columns = [ObjectRef("column", (*_table(name).name, column.name)) for column in found.shapes[name].columns]
        return any(holdings.has(login, column, "INSERT") for login in bound for column in columns)

    return frozenset(table.name for table in system.tables if insertable(table.name))


def _surroundings(
    system: System, accounts: tuple[Account, ...], batches: Mapping[ObjectRef, str], known: Known
) -> Surroundings:
    """What makes changes dangerous here."""
    return Surroundings(
        categorised=frozenset(".".join(ref.name[:2]) for ref in batches),
        owners=frozenset(f.role for f in known.found.facts if isinstance(f, Owner) and f.of in batches),
        copied_into=_copied_into(system, accounts, known.found),
        links=known.found.links,
        acting=_acting(known),
        computed=_computed(known),
        shortened=shortened(accounts, known.found),
    )


def shortened(accounts: Iterable[Account], found: Inspection) -> tuple[str, ...]:
    """The logins that make backups and that row security binds."""
    bound = {f.name for f in found.facts if isinstance(f, Role) and not f.bypass_rls and not f.superuser}
    return tuple(sorted(a.login for a in accounts if a.use == "backup" and a.active and a.login in bound))


def _acting(known: Known) -> dict[Acting, tuple[str, ...]]:
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


def _computed(known: Known) -> dict[Acting, tuple[str, ...]]:
    """For each grant on a generated column: the columns of another category that show through it."""
    found: dict[Acting, tuple[str, ...]] = {}
    for role, table, column, source in computed_columns(known.classes, known.found.links):
        grant: Acting = (role, ObjectRef("column", (*_table(table).name, column)), "SELECT")
        sentence = f"`{table}.{column}` is computed from `{source}`, which the same class may not read"
        found[grant] = (*found.get(grant, ()), sentence)
    return found


def _standing_of_roles(facts: Iterable[Fact], logins: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Roles that hold some grant, and roles through which a login or an object's owner can use what they hold."""
    found = tuple(facts)
    granted = frozenset(f.grantee for f in found if isinstance(f, Grant) and f.grantee is not None)
    owners = {f.role for f in found if isinstance(f, Owner)}
    doors = {f.role for f in found if isinstance(f, Membership) and f.role.startswith(f"{PREFIX}d_")}
    memberships = [f for f in found if isinstance(f, Membership)]
    occupied = frozenset(f.role for f in memberships if f.member in logins | owners | doors)
    return granted, occupied


def _reaches(login: str, holdings: Holdings, known: Known) -> bool:
    """Whether a login already reads or changes something that its class will give it."""
    content = known.classes.contents[known.classes.standing[login]]
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


def _scope(accounts: Mapping[str, Account], found: Inspection) -> Scope:
    unbound = {a.login for a in accounts.values() if a.use in UNBOUND_USES}
    superusers = {f.name for f in found.facts if isinstance(f, Role) and f.superuser}
    return Scope.of(found.facts, frozenset(accounts), frozenset(unbound | superusers))


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
