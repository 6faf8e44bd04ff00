"""Plans a system at the stage canary: a few accounts are enforced, all others keep exactly what they have."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from recuse.compiler.canary import Canary, Open, apart
from recuse.enforcement.back import backwards, differences, returned
from recuse.enforcement.diff import Difference
from recuse.enforcement.facts import Fact, RowPolicy
from recuse.enforcement.order import Situation
from recuse.enforcement.plan import Change
from recuse.errors import PlanError
from recuse.model import UNBOUND_USES, System
from recuse.operations.before import Before
from recuse.operations.compiled import Compiled, compile_system, scope_of
from recuse.operations.course import Course, Goal, Ordering
from recuse.operations.plan import Planned, plan_of
from recuse.operations.policy import Policy
from recuse.operations.undo import way_there
from recuse.targets.target import Session


@dataclass(frozen=True, slots=True)
class Named:
    """Which accounts (by id) are enforced; `base` is what was before these directives were applied, if they were.

    `back` says that more was enforced until now, so that the plan is walked backwards.
    """

    accounts: frozenset[str]
    base: Before | None
    back: bool


def plan_canary(session: Session, policy: Policy, system: System, named: Named) -> Planned:
    """The plan of one system at the stage canary. Reads only.

    Raises PlanError where the others could not keep what they have, or a canary account would go on past its class.
    """
    compiled = compile_system(session, policy, system)
    found, logins = compiled.found, _logins(compiled, named)
    base, lost = found.facts, tuple[str, ...]()
    if named.base is not None:
        to = returned(found.facts, named.base.facts, found.shapes, found.oids)
        base, lost = to.goal, tuple(f"not restored: {each}" for each in to.not_restored)
    scope = scope_of(compiled, base)
    canary = Canary(logins, base, *apart(compiled.wanted, compiled.classes), scope)
    facts = canary.facts()
    opened = Open(canary, facts, found.shapes, found.reads, system.derived)
    opened.check()
    goal = facts - _new(facts, base) | session.canonical(_new(facts, base), found)
    course = differences(found.facts, goal, granular=found.server.major >= 16)
    others = tuple(sorted(a.id for a in compiled.accounts.values() if a.login not in logins))
    aim = Goal("canary", opened=others, notes=(*opened.notes(), *lost), back=named.back)
    told = replace(compiled, wanted=goal, classes=canary.own_classes())
    order = _backwards(told, course, goal) if named.back else Course(course).order
    return plan_of(session, policy, told, Course(course, order, aim, canary.used()))


def _logins(compiled: Compiled, named: Named) -> frozenset[str]:
    accounts = [account for account in compiled.accounts.values() if account.id in named.accounts]
    here = {name for name in named.accounts if name.startswith(f"{compiled.system.name}/")}
    for unknown in sorted(here - {account.id for account in accounts}):
        raise PlanError(f"`{unknown}` is a canary account and stands in no accounts.toml", "correct `canary_accounts`")
    for account in accounts:
        if account.use in UNBOUND_USES:
            raise PlanError(
                f"`{account.id}` is a canary account, and row security does not bind it (`use` is `{account.use}`)",
                "name accounts that row security binds",
            )
    if not accounts:
        raise PlanError(
            f"system `{compiled.system.name}` is at stage canary, and no canary account is of that system",
            "name some in `canary_accounts` of the directive",
        )
    return frozenset(account.login for account in accounts)


def _new(facts: Iterable[Fact], base: Iterable[Fact]) -> frozenset[Fact]:
    """The row policies that this stage makes, in our words."""
    return frozenset(fact for fact in frozenset(facts) - frozenset(base) if isinstance(fact, RowPolicy))


def _backwards(compiled: Compiled, course: tuple[Difference, ...], goal: frozenset[Fact]) -> Ordering:
    situation = way_there(compiled.system, compiled.found, compiled.accounts, goal, course)

    def ordered(back: Iterable[Difference], _: Situation) -> tuple[Change, ...]:
        return backwards(back, situation)

    return ordered
