"""A policy repository opened for work: read, its directives judged at a moment, its rules validated."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from recuse import clock
from recuse.directive.in_force import (
    Attested,
    Directed,
    Moment,
    check_attested,
    drafts,
    in_force,
    on_one_signature,
)
from recuse.errors import DirectiveError, PlanError
from recuse.model import Directive, Repository, System, SystemKind
from recuse.operations import record
from recuse.operations.emergencies import Emergency, digest, emergencies, lapsed
from recuse.policy.repository import read_repository
from recuse.policy.validate import RuleSet, validate

if TYPE_CHECKING:
    from recuse.operations.policy import Policy

Dsn = Callable[[System], str]
"""What says where to connect for a system."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A repository with the rules that count; `attested` is empty when they are drafts.

    `alone` are directives that an emergency rests on, `emergencies` those that the ledger has as applied so.
    `together` are the other systems on the server of each system that somebody has looked at.
    """

    folder: Path
    repository: Repository
    rules: RuleSet
    directives: tuple[str, ...]
    attested: tuple[Attested, ...]
    at: datetime
    alone: tuple[Directed, ...] = ()
    emergencies: tuple[Emergency, ...] = ()
    together: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _policy: "list[Policy]" = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def draft(self) -> bool:
        """Whether some of these directives still lack a signature, so that nothing may be applied."""
        return len(self.attested) != len(self.directives)

    @property
    def standing(self) -> tuple[Attested | Directed, ...]:
        """The directives that count by their signatures: by two, or in an emergency by one."""
        return (*self.attested, *self.alone)

    def policy(self) -> "Policy":
        """What a plan is made of: always the same one, since it remembers what was proved and classified."""
        if not self._policy:
            from recuse.operations.policy import Policy  # noqa: PLC0415 - who plans nothing needs no prover

            on = self.at.date()
            self._policy.append(Policy(self.repository, self.rules.rules, self.directives, on, self.together))
        return self._policy[0]

    def systems(self, name: str | None = None) -> Iterator[System]:
        """The live systems, or the one named. PlanError for an unknown name or a kind that cannot be enforced."""
        named = self.repository.systems.get(name or "")
        if named is not None and named.kind != "live":
            raise PlanError(
                f"system `{named.name}` is of kind `{named.kind}`, which cannot be enforced from here",
                "name a live system with --system",
            )
        yield from self.of_kind("live", name)

    def of_kind(self, kind: SystemKind, name: str | None = None) -> tuple[System, ...]:
        """The systems of one kind, or the one named if it is of that kind. PlanError for an unknown name."""
        if name is not None and name not in self.repository.systems:
            known = ", ".join(f"`{each}`" for each in self.repository.systems)
            raise PlanError(f"no system `{name}` in recuse.toml", f"name one of {known}")
        every = self.repository.systems.values()
        return tuple(system for system in every if system.kind == kind and name in (None, system.name))


def open_workspace(folder: Path, moment: Moment, *, draft: bool) -> Workspace:
    """Read a repository; with `draft`, count unsigned directives as if they were signed.

    Raises RepositoryError, PolicyError or DirectiveError; without `draft` also when no directive is in force (a plan on
    no rules would close everything), with the first reason why.
    """
    repository = read_repository(folder)
    attested = _in_force(repository, moment, draft=draft)
    confirmed = {digest(each.directive.raw) for each in attested}
    chosen = (
        list(drafts(repository.directives, moment.lapsed - confirmed)) if draft else [a.directive for a in attested]
    )
    if not chosen:
        for signed in repository.directives.values():
            check_attested(signed, repository.officials, repository.policy_sha256, moment.at)
        raise DirectiveError("the repository holds no directive", "write one in directives/")
    return _opened(folder, repository, chosen, attested, moment.at)


def _opened(
    folder: Path, repository: Repository, chosen: Sequence[Directive], attested: Sequence[Attested], at: datetime
) -> Workspace:
    names = tuple(directive.id for directive in chosen)
    standing = tuple(a for a in attested if a.directive.id in names)
    return Workspace(folder, repository, validate(repository, chosen), names, standing, at)


def open_with_ledger(folder: Path, ledger: Path, *, draft: bool) -> Workspace:
    """A workspace as of now, judged with what the ledger holds.

    Terms of office count at the time of the ledger entry; a directive that the ledger has as confirmed, or as standing
    on one signature, must be there; an emergency that lapsed does not count.
    """
    moment = _moment(folder, ledger)
    return _with_emergencies(open_workspace(folder, moment, draft=draft), ledger)


def open_any(folder: Path, ledger: Path) -> Workspace:
    """A workspace as of now with what is in force, which may be nothing: for plans that lead back."""
    moment = _moment(folder, ledger)
    repository = read_repository(folder)
    attested = _in_force(repository, moment, draft=False)
    opened = _opened(folder, repository, [each.directive for each in attested], attested, moment.at)
    return _with_emergencies(opened, ledger)


def open_emergency(folder: Path, ledger: Path) -> Workspace:
    """A workspace as of now, in which a directive counts that waits for nothing but its second signature.

    Raises DirectiveError where there is none, with the reason why.
    """
    moment = _moment(folder, ledger)
    repository = read_repository(folder)
    found = on_one_signature(repository.directives, repository.officials, repository.policy_sha256, moment)
    alone = tuple(each for each in found if isinstance(each, Directed))
    if not alone:
        raise DirectiveError(
            "no directive stands on one signature alone, so that there is no emergency",
            "sign one with `recuse sign`, or apply without --emergency; after a lapse or a refusal it takes a new text",
        )
    attested = [each for each in found if isinstance(each, Attested)]
    opened = _opened(folder, repository, [each.directive for each in found], attested, moment.at)
    return _with_emergencies(replace(opened, alone=alone), ledger)


def _moment(folder: Path, ledger: Path) -> Moment:
    repository = read_repository(folder)
    record.check_nothing_lost(ledger, repository)
    now = clock.now()
    return Moment(now, record.recorded_times(ledger), lapsed(record.entries(ledger), repository.directives, now))


def _with_emergencies(workspace: Workspace, ledger: Path) -> Workspace:
    repository = workspace.repository
    found = emergencies(record.entries(ledger), repository.directives, workspace.attested)
    return replace(workspace, emergencies=found)


def _in_force(repository: Repository, moment: Moment, *, draft: bool) -> tuple[Attested, ...]:
    try:
        return in_force(repository.directives, repository.officials, repository.policy_sha256, moment)
    except DirectiveError:
        if draft:  # a draft is planned whatever its signatures are worth; only apply demands them
            return ()
        raise
