"""Attempts as every account, each compared with Cedar's own decision on the same rows.

For each account: what it holds without declaring, then one context for every class that it may declare, a context that
no class opens (it must be refused), and every class entered without a permit (it must show nothing). For each table and
category, rows of every combination of attributes are read, and asked for as if to update them, as the account; the rows
reached must be exactly those that the policy allows.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from recuse.compiler.classes import ClassMap, with_undeclared
from recuse.compiler.strata import questions
from recuse.enforcement.facts import TableShape
from recuse.model import NO_AUTHORITY, Account, Action, Circumstances, System, TableMap
from recuse.operations.policy import Policy
from recuse.policy.asked import attributes_asked, names_accounts
from recuse.policy.contexts import Context
from recuse.policy.decide import Decider, Question
from recuse.policy.values import ORDINARY
from recuse.targets.records import AskedColumn, Progress, Sample, Tried
from recuse.targets.target import Prober

NO_PERMIT: Final = Circumstances("(a class entered without a permit)", NO_AUTHORITY)
Stratum = tuple[tuple[str, object], ...]
_ACTIONS: Final[tuple[Action, ...]] = ("read", "update")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt and what came of it. `over` are rows reached against the policy, `under` rows withheld against it."""

    account: str
    circumstances: Circumstances
    table: str
    category: str
    action: Action
    tried: int
    allowed: int
    over: tuple[tuple[object, ...], ...]
    under: tuple[tuple[object, ...], ...]
    unknown: str | None = None

    @property
    def agrees(self) -> bool:
        """Whether the database did exactly what the policy says."""
        return not self.over and not self.under and self.unknown is None


@dataclass(slots=True)
class Attempts:
    """Tries every account of one system against the decisions of one policy; `untried` says why not, by account."""

    policy: Policy
    system: System
    classes: ClassMap
    shapes: Mapping[str, TableShape]
    decider: Decider
    untried: dict[str, str] = field(default_factory=dict)
    _samples: dict[str, tuple[Sample, ...]] = field(default_factory=dict)
    _names_accounts: bool = field(init=False)
    _asked: frozenset[str] = field(init=False)
    _decided: dict[Hashable, frozenset[Stratum]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note what rules ask: attributes that none asks for divide no rows, and accounts that none names are alike."""
        self._asked = attributes_asked(self.policy.rules)
        self._names_accounts = names_accounts(self.policy.rules)

    def run(self, prober: Prober, logins: Iterable[str], progress: Progress) -> tuple[Attempt, ...]:
        """All attempts as these logins. What could not be told is an attempt with `unknown`, never a pass."""
        for table in self.system.tables:
            asked = {a.column: a for name, a in table.attributes.items() if name in self._asked}
            columns = [AskedColumn(name, a.type, questions(a, self.policy.rules)) for name, a in sorted(asked.items())]
            self._samples[table.name] = prober.sample(table.name, self._key(table), columns)
        names = sorted(logins)
        found: list[Attempt] = []
        for number, login in enumerate(names):
            progress("attempts", number, len(names))
            account = self.policy.repository.accounts[f"{self.system.name}/{login}"]
            reason = prober.untried(login, permit=False)
            if reason is not None:
                self.untried[account.id] = reason
                continue
            for context in self._contexts(prober, account):
                found += self._in_context(prober, account, context)
            found += self._without_permit(prober, account)
        progress("attempts", len(names), len(names))
        return tuple(found)

    def _key(self, table: TableMap) -> tuple[str, ...]:
        return table.key or tuple(column.name for column in self.shapes[table.name].columns)

    def _contexts(self, prober: Prober, account: Account) -> Iterator[Context]:
        """What holds without declaring, one context for every class to declare, and the first that opens nothing."""
        roles = {d.context: d.role for d in self.classes.declared if d.login == account.login}
        seen: set[str | None] = set()
        for context in with_undeclared(self.policy.repository, account, self.policy.on):
            role = roles.get(context)
            if context.standing:
                yield context
            elif role not in seen:
                seen.add(role)
                reason = None if role is None else prober.untried(account.login, permit=True)
                if reason is None:
                    yield context
                else:
                    self.untried[account.id] = reason

    def _without_permit(self, prober: Prober, account: Account) -> Iterator[Attempt]:
        """The negative control: a permit class entered without a permit shows nothing, no derived object either."""
        roles = sorted({d.role for d in self.classes.declared if d.login == account.login})
        derived = [d.name for d in self.system.derived if d.name in self.shapes]
        if not roles:
            return
        relations = (*(table.name for table in self.system.tables), *derived)
        with prober.acting_as(account.login):
            for role in roles:
                with prober.entering(role) as entered:
                    for relation in relations if entered else ():
                        tried = prober.sees(relation)
                        over = tuple(sorted(tried.rows or (), key=repr))
                        unknown = None if tried.rows is not None else tried.refusal
                        yield Attempt(account.id, NO_PERMIT, relation, "(any)", "read", 1, 0, over, (), unknown)

    def _in_context(self, prober: Prober, account: Account, context: Context) -> Iterator[Attempt]:
        permit = None
        if not context.standing:
            circumstances = context.circumstances
            permit = {
                "purpose": circumstances.purpose,
                "authority": circumstances.authority,
                "agreement": context.agreement or "",
            }
        with prober.acting_as(account.login, permit) as refusal:
            for table in self.system.tables:
                for category in table.categories:
                    for action in _ACTIONS:
                        place = _Place(account, context.circumstances, table, category, action)
                        yield self._attempt(prober, place, refusal)

    def _attempt(self, prober: Prober, place: "_Place", refusal: str | None) -> Attempt:
        table = place.table
        samples = self._samples[table.name]
        key, columns = self._key(table), self._columns(table, place.category)
        if refusal is not None or not samples or not columns:
            tried = Tried(frozenset(), refusal)
        elif place.action == "read":
            tried = prober.read(table.name, key, columns, samples)
        else:
            tried = prober.change(table.name, key, columns[0], samples)
        opened = self._opened(place) if columns else frozenset()
        allowed = frozenset(sample.key for sample in samples if _stratum(sample) in opened)
        reached = tried.rows if tried.rows is not None else frozenset()
        return Attempt(
            place.account.id,
            place.circumstances,
            table.name,
            place.category,
            place.action,
            len(samples),
            len(allowed),
            tuple(sorted(reached - allowed, key=repr)),
            tuple(sorted(allowed - reached, key=repr)),
            None if tried.rows is not None else tried.refusal,
        )

    def _columns(self, table: TableMap, category: str) -> tuple[str, ...]:
        """The columns that only this category opens; a key goes with all."""
        return tuple(
            column.name
            for column in self.shapes[table.name].columns
            if table.columns.get(column.name, table.category) == category
            and column.name not in table.key
            and not column.generated
        )

    def _opened(self, place: "_Place") -> frozenset[Stratum]:
        """The combinations of attributes on which Cedar allows the action; changing needs reading too."""
        read = self._allowed(replace(place, action="read"))
        return read if place.action == "read" else read & self._allowed(place)

    def _allowed(self, place: "_Place") -> frozenset[Stratum]:
        """The combinations of attributes on which Cedar allows the action by itself."""
        who: object = (
            place.account.id if self._names_accounts else (place.account.agency, place.account.use == "personal")
        )
        key = (who, place.circumstances, place.table.name, place.category, place.action)
        if key not in self._decided:
            strata = {_stratum(sample): sample for sample in self._samples[place.table.name]}
            questions = [place.question(self.system.name, sample) for sample in strata.values()]
            decisions = self.decider.decide_many(questions)
            allowed = (stratum for stratum, decision in zip(strata, decisions, strict=True) if decision.allow)
            self._decided[key] = frozenset(allowed)
        return self._decided[key]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an attempt stands: who, in which circumstances, on what, doing what."""

    account: Account
    circumstances: Circumstances
    table: TableMap
    category: str
    action: Action

    def question(self, system: str, sample: Sample) -> Question:
        attributes = self.table.attributes.items()
        row = {name: sample.attributes.get(a.column, ORDINARY[a.type]) for name, a in attributes}
        return Question(self.account.id, self.action, system, self.table.name, self.category, row, self.circumstances)


def _stratum(sample: Sample) -> Stratum:
    return tuple(sorted(sample.attributes.items()))


def known_by(
    attempts: Iterable[Attempt], accounts: Iterable[str], untried: Iterable[str]
) -> dict[str, Literal["attempt", "catalog"]]:
    """How the answer about each account is known: by attempt only where all was tried, and all could be told."""
    told: dict[str, bool] = dict.fromkeys(untried, False)
    for attempt in attempts:
        told[attempt.account] = told.get(attempt.account, True) and attempt.unknown is None
    return {account: "attempt" if told.get(account, False) else "catalog" for account in sorted(accounts)}


def untold(attempts: Iterable[Attempt]) -> tuple[str, ...]:
    """What no attempt could tell: a line for each table and reason, with whom it is about."""
    about: dict[tuple[str, str], set[str]] = {}
    for attempt in attempts:
        if attempt.unknown is not None:
            about.setdefault((attempt.table, attempt.unknown), set()).add(attempt.account)
    return tuple(
        f"attempts: `{table}`: {reason}, as {next(iter(who)) if len(who) == 1 else f'each of {len(who)} accounts'}"
        for (table, reason), who in sorted(about.items())
    )
