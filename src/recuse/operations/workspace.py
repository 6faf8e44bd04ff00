"""A policy repository opened for work: read, its directives judged at a moment, its rules validated."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from recuse import clock
from recuse.directive.in_force import Attested, Moment, check_attested, drafts, in_force
from recuse.errors import DirectiveError, PlanError
from recuse.model import Repository, System
from recuse.operations import record
from recuse.operations.policy import Policy
from recuse.policy.repository import read_repository
from recuse.policy.validate import RuleSet, validate


@dataclass(frozen=True, slots=True)
class Workspace:
    """A repository with the rules that count; `attested` is empty when they are drafts."""

    folder: Path
    repository: Repository
    rules: RuleSet
    directives: tuple[str, ...]
    attested: tuple[Attested, ...]
    at: datetime

    @property
    def draft(self) -> bool:
        """Whether some of these directives still lack a signature, so that nothing may be applied."""
        return len(self.attested) != len(self.directives)

    def policy(self) -> Policy:
        """What a plan is made of."""
        return Policy(self.repository, self.rules.rules, self.directives, self.at.date())

    def systems(self, name: str | None = None) -> Iterator[System]:
        """The live systems, or the one named. PlanError for an unknown name or a kind that cannot be enforced."""
        if name is not None and name not in self.repository.systems:
            known = ", ".join(f"`{each}`" for each in self.repository.systems)
            raise PlanError(f"no system `{name}` in recuse.toml", f"name one of {known}")
        for system in self.repository.systems.values():
            if name not in (None, system.name):
                continue
            if system.kind != "live":
                raise PlanError(
                    f"system `{system.name}` is of kind `{system.kind}`, which cannot be enforced from here",
                    "name a live system with --system",
                )
            yield system


def open_workspace(folder: Path, moment: Moment, *, draft: bool) -> Workspace:
    """Read a repository; with `draft`, count unsigned directives as if they were signed.

    Raises RepositoryError, PolicyError or DirectiveError; without `draft` also when no directive is in force (a plan on
    no rules would close everything), with the first reason why.
    """
    repository = read_repository(folder)
    attested = _in_force(repository, moment, draft=draft)
    chosen = list(drafts(repository.directives)) if draft else [a.directive for a in attested]
    if not chosen:
        for signed in repository.directives.values():
            check_attested(signed, repository.officials, repository.policy_sha256, moment.at)
        raise DirectiveError("the repository holds no directive", "write one in directives/")
    names = tuple(directive.id for directive in chosen)
    standing = tuple(a for a in attested if a.directive.id in names)
    return Workspace(folder, repository, validate(repository, chosen), names, standing, moment.at)


def open_with_ledger(folder: Path, ledger: Path, *, draft: bool) -> Workspace:
    """A workspace as of now, judged with what the ledger holds.

    Terms of office count at the time of the ledger entry; a directive that the ledger has as confirmed must be there.
    """
    record.check_nothing_lost(ledger, read_repository(folder))
    return open_workspace(folder, Moment(clock.now(), record.recorded_times(ledger)), draft=draft)


def _in_force(repository: Repository, moment: Moment, *, draft: bool) -> tuple[Attested, ...]:
    try:
        return in_force(repository.directives, repository.officials, repository.policy_sha256, moment)
    except DirectiveError:
        if draft:  # a draft is planned whatever its signatures are worth; only apply demands them
            return ()
        raise
