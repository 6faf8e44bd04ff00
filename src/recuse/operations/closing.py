"""`plan --close`: a plan that also ends paths past the policy, each by one change, until no more can be closed.

One path closed may leave another: after each round the graph is searched again. What only a person can close is listed
with the reason. What was asked for is part of the plan, so that `apply` works it out again and compares.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from recuse.audit.uses import Uses
from recuse.directive.acceptance import accepted
from recuse.enforcement.closing import Closed, Closing, Ended, Left, differences, lent_on, unmade
from recuse.enforcement.diff import Difference
from recuse.enforcement.facts import Fact, RowPolicy, RowSecurity
from recuse.enforcement.names import PREFIX
from recuse.enforcement.plan import Change, Plan
from recuse.errors import InputError, PlanError
from recuse.model import System
from recuse.operations.acceptance import divided
from recuse.operations.closable import Choice, Raw
from recuse.operations.closing_use import use_of
from recuse.operations.compiled import compile_system
from recuse.operations.course import POLICY
from recuse.operations.faults import floor, replicating
from recuse.operations.finding import PLAN_AND_APPLY, Finding
from recuse.operations.findings import Finder, is_elsewhere
from recuse.operations.parties import party_findings
from recuse.operations.plan import Planned, plan_of, policy_course
from recuse.operations.stages import Planner
from recuse.operations.workspace import Workspace
from recuse.targets.records import Collected
from recuse.targets.target import Session

ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Wish:
    """What to close: `all`, codes, ids of findings; and what a log tells of the use of it."""

    asked: tuple[str, ...]
    uses: Uses | None = None


def plan_closing(session: Session, planner: Planner, system: System, wish: Wish) -> Planned:
    """The plan of one system, with what is wished closed; without a wish the one that its stage asks for.

    Raises as `plan_system`, and PlanError where some accounts stay open, or on the way back. What no finding answers
    to is found by `check_asked`, when every system is planned.
    """
    base = planner.plan(session, system)
    if not wish.asked:
        return base
    if base.goal != POLICY and not base.goal.preview:
        raise PlanError(
            f"system `{system.name}` is not planned to the stage `enforce`, and what is open there is open on purpose",
            "plan without --close",
        )
    policy = planner.workspace.policy()
    compiled = compile_system(session, policy, system)
    closed = _Closer(planner.workspace, system, base, session.collect(system.governed), wish).close()
    whole = plan_of(session, policy, compiled, replace(policy_course(compiled), closed=closed))
    return replace(whole, goal=base.goal)


def check_asked(planned: Iterable[Planned], wish: Wish) -> None:
    """Raise InputError for a word that no finding of any system answers to, in one sentence."""
    several = [each.closed for each in planned if each.closed is not None]
    codes = sorted({code for closed in several for code in closed.found})
    if wish.asked and not codes:
        raise InputError("there is nothing to close, since nothing is found", "leave --close away")
    for word in wish.asked:
        if not any(word in closed.answered for closed in several):
            named = f"{', '.join(f'`{code}`' for code in codes)}, an id that `recuse verify` shows now, or `{ALL}`"
            raise InputError(f"no finding of today has the code or the id `{word}`", f"name one of {named}")


def written(session: Session, planned: Planned, ended: Ended) -> str:
    """The SQL that closes one step, as the plan would have it."""
    made = differences(ended, (), planned.found.facts)
    changes = tuple(Change(planned.plan.system, "close", each.make, each.fact, each.before) for each in made)
    plan = Plan(planned.plan.system, "", (), changes, (), (), frozenset(), frozenset())
    return ";\n".join(statement.do for statement in session.render(plan, planned.found))


@dataclass(slots=True)
class _Closer:
    """One wish at one system: `base` is the plan of the policy alone; what it takes away counts as gone."""

    workspace: Workspace
    system: System
    base: Planned
    collected: Collected
    wish: Wish
    _raws: dict[Ended, set[Raw]] = field(default_factory=dict)
    _known: frozenset[Fact] = frozenset()
    _gone: frozenset[Raw] = frozenset()
    _secured: frozenset[str] = frozenset()
    _by: dict[Raw, Raw] = field(default_factory=dict)
    _taken: dict[Raw, list[tuple[Finding, Choice]]] = field(default_factory=dict)
    _wished: tuple[Finding, ...] = ()
    _before: frozenset[str] = frozenset()

    def close(self) -> Closed:
        """Close in rounds, until nothing that is wished can be closed any more."""
        for raw in {edge.ends for edge in self.collected.edges if edge.ends}:
            ended = self.collected.ended(raw)
            if ended is not None:
                self._raws.setdefault(ended, set()).add(raw)
        self._known = self.base.found.facts | frozenset(each for each in self._raws if isinstance(each, Fact))
        before = self._find()
        self._before = frozenset(finding.id for finding in before)
        self._wished = tuple(finding for finding in before if self._selects(finding))
        for change in self.base.plan.changes:
            self._end(unmade(Difference(change.make, change.fact, change.before)))
        self._secured = self._shown_to_classes_alone()
        found = self._find()
        while self._round([finding for finding in found if self._selects(finding)]):
            found = self._find()
        closings = tuple(self._closing(pairs) for pairs in self._taken.values())
        left = tuple(self._left(finding) for finding in found if self._is_left(finding))
        told = {id_ for closing in closings for id_ in closing.findings} | {each.id for each in left}
        return Closed(
            asked=self.wish.asked,
            closings=closings,
            left=left,
            anyway=tuple(sorted({finding.id for finding in self._wished} - told)),
            answered=frozenset({ALL} if before else ()).union(*({f.id, f.code} for f in before)),
            found=tuple(sorted({finding.code for finding in before})),
        )

    def _shown_to_classes_alone(self) -> frozenset[str]:
        """Tables that the plan secures, and of which no row policy of others shows rows besides."""
        made = (change.fact for change in self.base.plan.changes if change.make)
        secured = {".".join(fact.table.name) for fact in made if isinstance(fact, RowSecurity) and fact.forced}
        policies = (fact for fact in self.base.found.facts if isinstance(fact, RowPolicy))
        theirs = {".".join(each.table.name) for each in policies if not each.name.startswith(PREFIX)}
        return frozenset(secured - theirs)

    def _find(self) -> tuple[Finding, ...]:
        """What is found once all that is gone is gone. Attempts and sessions are not looked at: none closes them."""
        repository, policy = self.workspace.repository, self.workspace.policy()
        found = [*Finder(repository, self.system, self.base, self.collected, self._gone, self._secured).find()]
        found += floor(self.collected, self.system)
        found += replicating(self.base, repository, self.system)
        found += party_findings(policy, self.system, self.base, None)
        return tuple(each for each in found if not any(edge.ends in self._gone for edge in each.steps if edge.ends))

    def _selects(self, finding: Finding) -> bool:
        """Whether a finding is to be closed: as asked, or since it is what a closing left of one that was."""
        if {finding.id, finding.code} & set(self.wish.asked):
            return True
        if ALL in self.wish.asked:
            return self._acceptance(finding) is None
        return finding.id not in self._before and any(
            (finding.account, finding.category) == (each.account, each.category) for each in self._wished
        )

    def _acceptance(self, finding: Finding) -> str | None:
        """Why a finding may stay, where an official has accepted it for a time."""
        repository = self.workspace.repository
        standing = accepted(repository.acceptances, repository.officials, self.workspace.at.date())
        _, covered = divided([finding], standing)
        return f"it is accepted by `{covered[0].acceptance}` until {covered[0].until}" if covered else None

    def _round(self, selected: Sequence[Finding]) -> bool:
        """Take away a step of each path that is still whole; whether anything was taken."""
        fresh = False
        for finding in selected:
            for choice in finding.choices:
                cut = next((edge for edge in (*choice.path, choice.edge) if edge.ends in self._by), None)
                if cut is not None:
                    self._taken[self._by[cut.ends]].append((finding, replace(choice, edge=cut)))
                    continue
                self._taken[choice.raw] = [(finding, choice)]
                ended = (choice.ended, *lent_on(choice.ended, self._known))
                self._by |= {raw: choice.raw for each in ended for raw in self._raws.get(each, ())}
                self._end(ended)
                fresh = True
        return fresh

    def _end(self, several: Iterable[Ended]) -> None:
        self._gone |= {raw for ended in several for raw in self._raws.get(ended, ())}

    def _closing(self, pairs: Sequence[tuple[Finding, Choice]]) -> Closing:
        first = pairs[0][1]
        accounts = tuple(sorted({choice.account for _, choice in pairs}))
        same = (choice for _, choice in pairs if choice.raw == first.raw)
        others = tuple(sorted({other for choice in same for other in choice.others} - {*accounts}))
        passed = frozenset().union(*(choice.passed for _, choice in pairs))
        logins = frozenset(account.partition("/")[2] for account in (*accounts, *others))
        return Closing(
            ended=first.ended,
            findings=tuple(sorted({finding.id for finding, _ in pairs})),
            accounts=accounts,
            others=others,
            also=lent_on(first.ended, self._known),
            why=first.why,
            use=use_of(self.wish.uses, logins, passed),
        )

    def _is_left(self, finding: Finding) -> bool:
        if finding.remedy == PLAN_AND_APPLY and not finding.steps:
            return False
        return self._selects(finding) or (ALL in self.wish.asked and self._acceptance(finding) is not None)

    def _left(self, finding: Finding) -> Left:
        named = {finding.id, finding.code} & set(self.wish.asked)
        reason = (None if named else self._acceptance(finding)) or " ".join(_reasons(finding))
        return Left(finding.id, finding.code, finding.account, finding.object, reason)


def _reasons(finding: Finding) -> Iterator[str]:
    """Why no plan takes any step of a finding away, and what a person does."""
    elsewhere = [name for edge in finding.steps for name in (edge.source, edge.target) if is_elsewhere(name)]
    kinds = {edge.kind for edge in finding.steps}
    if elsewhere:
        yield f"it leads through another database, where this plan changes nothing: `{elsewhere[0]}`;"
    elif "ownership" in kinds:
        yield (
            "an owner's rights end with the ownership alone, and foreign keys, triggers and functions would run as the "
            "new owner: move it by hand to a role that nobody can log in as;"
        )
    elif finding.steps:
        yield "no step of it is a grant, a membership, an attribute or a trigger that a plan may take away;"
    yield finding.remedy if finding.remedy and finding.remedy != PLAN_AND_APPLY else _last(finding)


def _last(finding: Finding) -> str:
    return f"close this step: {finding.steps[-1].reason}" if finding.steps else finding.reproduce.removeprefix("-- ")
