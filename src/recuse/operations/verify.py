"""`verify`: one verdict over a closed world. Searches every path, tries as every account, and says what it did not see.

*holds* needs all of it: the facts are as wanted, no path leads past the policy, every attempt agrees with Cedar, no
session of an account that lost something is older than the cut, and no mechanism is present that was not examined.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recuse.audit.last_use import last_uses
from recuse.directive.acceptance import accepted
from recuse.errors import MissingRightError
from recuse.model import UNBOUND_USES, Account, System
from recuse.operations import record
from recuse.operations.acceptance import divided
from recuse.operations.apply import Dsn, service_dsn
from recuse.operations.attempts import Attempt, Attempts, known_by, untold
from recuse.operations.emergencies import Emergency
from recuse.operations.faults import conflicts, disagreements, drift, floor, replicating
from recuse.operations.findings import Finder, Finding
from recuse.operations.parties import LastUses, party_findings
from recuse.operations.plan import Planned
from recuse.operations.residual import residual
from recuse.operations.since import Cut, lapsed_emergencies, old_sessions
from recuse.operations.stages import Planner, left_open
from recuse.operations.verdict import EXIT, Verdict, Verified, verify_document
from recuse.operations.workspace import Workspace
from recuse.policy.decide import Decider
from recuse.targets.records import Collected, Progress
from recuse.targets.target import Session, target_for

__all__ = ["EXIT", "OUTSIDE", "Looking", "Verified", "verify_document", "verify_in", "verify_repository"]

OUTSIDE: Final[Mapping[str, str]] = {
    "backups": "who can read dumps, base backups and archived logs, and until when are they kept?",
    "exports": "which files and copies were made before today, and who answers for their deletion?",
    "credentials": "who knows the password of each shared account, and whom do the host rules let in?",
    "renamed-copies": "which copies have columns of other names, or hold whole rows in one column?",
}


@dataclass(frozen=True, slots=True)
class Looking:
    """How to look: where to connect, whom to tell, and the access log, from which it is known who uses an account."""

    dsn: Dsn = service_dsn
    progress: Progress = print
    log: Path | None = None


def verify_repository(
    workspace: Workspace, ledger: Path, system: str | None = None, dsn: Dsn = service_dsn, progress: Progress = print
) -> tuple[Verified, ...]:
    """`verify_in` without an access log."""
    return verify_in(Looking(dsn, progress), workspace, ledger, system)


def verify_in(looking: Looking, workspace: Workspace, ledger: Path, system: str | None = None) -> tuple[Verified, ...]:
    """The verdict on every live system, or on one. Changes nothing in a database; attempts are rolled back."""
    found: list[Verified] = []
    for each in workspace.systems(system):
        with target_for(each.engine).open(looking.dsn(each)) as session:
            found.append(_Verification(session, workspace, each, ledger, looking).verdict())
    return tuple(found)


@dataclass(slots=True)
class _Verification:
    """One verification of one system."""

    session: Session
    workspace: Workspace
    system: System
    ledger: Path
    looking: Looking

    def verdict(self) -> Verified:
        planned = Planner(self.workspace, self.ledger).plan(self.session, self.system)
        collected = self.session.collect()
        attempts, unseen = self._attempts(planned)
        repository = self.workspace.repository
        standing = accepted(repository.acceptances, repository.officials, self.workspace.at.date())
        weighing, covered = divided(self._findings(planned, collected, attempts), standing)
        not_examined = [*left_open(planned.goal), *collected.not_examined, *unseen]
        unconfirmed = (each for each in self._emergencies() if not each.lapsed(self.workspace.at))
        not_examined += [f"emergency: {each.sentence(self.workspace.at)}" for each in unconfirmed]
        if self.workspace.draft:  # what nobody has signed may be enforced, and still is not a directive that holds
            not_examined.append("directives: not every one is signed, confirmed and in force")
        verdict: Verdict = (
            "findings" if any(f.severity != "low" for f in weighing) else "undetermined" if not_examined else "holds"
        )
        return Verified(
            system=self.system.name,
            verdict=verdict,
            findings=weighing,
            accepted=covered,
            attempts=attempts,
            examined=(
                *collected.examined,
                *(("reading and updating tried as every account",) if attempts else ()),
                "live sessions",
                "replication accounts, publications and slots",
            ),
            not_examined=tuple(not_examined),
            residual=tuple(residual(repository, self.system, planned, collected.noted)),
            outside=tuple(OUTSIDE.items()),
            accounts=len(collected.logins),
            known_by=known_by(attempts, (a.id for a in self._here(planned))),
            server_version=collected.version,
            attempted=bool(attempts),
            at=self.workspace.at,
            pages=collected.pages,
        )

    def _findings(self, planned: Planned, collected: Collected, attempts: tuple[Attempt, ...]) -> Iterator[Finding]:
        """All of them, but those about accounts that the stage leaves open: these are told as open."""
        for finding in self._found(planned, collected, attempts):
            if finding.account not in planned.goal.opened:
                yield finding

    def _found(self, planned: Planned, collected: Collected, attempts: tuple[Attempt, ...]) -> Iterator[Finding]:
        repository = self.workspace.repository
        if not planned.goal.preview:
            yield from drift(planned, self.system)
        yield from floor(collected, self.system)
        yield from Finder(repository, self.system, planned, collected).find()
        yield from old_sessions(Cut.of(record.entries(self.ledger), planned), self._here(planned), collected.sessions)
        yield from disagreements(attempts, self.system)
        yield from conflicts(planned, self.system)
        yield from replicating(planned, repository, self.system)
        yield from lapsed_emergencies(self._emergencies(), self.workspace.at)
        yield from party_findings(self.workspace.policy(), self.system, planned, self._uses())

    def _uses(self) -> LastUses | None:
        if self.looking.log is None:
            return None
        by_login, ends = last_uses(self.looking.log, self.system.name)
        return LastUses(by_login, ends)

    def _emergencies(self) -> list[Emergency]:
        return [each for each in self.workspace.emergencies if each.system == self.system.name]

    def _here(self, planned: Planned) -> list[Account]:
        """The accounts of this system whose login exists."""
        every = self.workspace.repository.accounts.values()
        return [a for a in every if a.system == self.system.name and a.login in planned.found.oids]

    def _attempts(self, planned: Planned) -> tuple[tuple[Attempt, ...], tuple[str, ...]]:
        if not planned.found.server.supported:
            return (), ("attempts: the policy has not been applied, so there is nothing to try",)
        repository = self.workspace.repository
        decider = Decider(repository, self.workspace.rules)
        tries = Attempts(self.workspace.policy(), self.system, planned.classes, planned.found.shapes, decider)
        bound = (a for a in self._here(planned) if a.use not in UNBOUND_USES)
        logins = [account.login for account in bound if account.id not in planned.goal.opened]
        try:
            with self.session.probing() as prober:
                attempts = tries.run(prober, logins, self.looking.progress)
        except MissingRightError as error:
            return (), (f"attempts: {error.message}",)
        return attempts, untold(attempts)
