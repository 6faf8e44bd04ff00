"""`verify`: one verdict over a closed world. Searches every path, tries as every account, and says what it did not see.

*holds* needs all of it: the facts are as wanted, no path leads past the policy, every attempt agrees with Cedar, no
session of an account that lost something is older than the cut, and no mechanism is present that was not examined.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from recuse.audit.last_use import last_uses
from recuse.directive.acceptance import accepted
from recuse.errors import MissingRightError
from recuse.ledger import Entry
from recuse.model import UNBOUND_USES, Account, System
from recuse.operations import record
from recuse.operations.acceptance import divided
from recuse.operations.apply import service_dsn
from recuse.operations.attempts import Attempt, Attempts, known_by, untold
from recuse.operations.attested import verify_attested
from recuse.operations.closing import written
from recuse.operations.copiers import copier_findings, sample_findings, sampled
from recuse.operations.copies import Standing, copy_findings, place, standing
from recuse.operations.emergencies import Emergency
from recuse.operations.faults import conflicts, disagreements, drift, floor, overrated, replicating
from recuse.operations.finding import Finding
from recuse.operations.findings import Finder
from recuse.operations.kept import kept
from recuse.operations.limits import by_catalog, host_rules
from recuse.operations.listed_verify import verify_listings
from recuse.operations.matrix import matrix
from recuse.operations.neighbours import Neighbour, apart, beside, leaning, places, together
from recuse.operations.parties import LastUses, party_findings
from recuse.operations.plan import Planned
from recuse.operations.residual import residual
from recuse.operations.reviews_due import reviews
from recuse.operations.since import Cut, lapsed_emergencies, old_sessions
from recuse.operations.stages import Planner, left_open
from recuse.operations.standbys import Standbys, look, old_standby_sessions, severed_there, standby_findings
from recuse.operations.verdict import Verdict, Verified, exit_code, verify_document
from recuse.operations.workspace import Dsn, Workspace
from recuse.permits import Register
from recuse.policy.decide import Decider
from recuse.targets.records import Collected, Progress
from recuse.targets.target import Session, target_for
from recuse.targets.whereabouts import Restored

__all__ = ["OUTSIDE", "Looking", "Verified", "exit_code", "verify_document", "verify_in", "verify_repository"]

OUTSIDE: Final[Mapping[str, str]] = {
    "backups": "who can read dumps, base backups and archived logs, and until when are they kept?",
    "exports": "which files and copies were made before today, and who answers for their deletion?",
    "credentials": "who knows the password of each shared account, and whom do the host rules let in?",
    "renamed-copies": "which copies have columns of other names, or hold whole rows in one column?",
}


@dataclass(frozen=True, slots=True)
class Looking:
    """How to look: where to connect, whom to tell, an access log to tell who uses an account, and whether to `sample`.

    A sample copies rows: a table is dumped as each backup account, restored on a server of our own, and counted.
    `logins` are those whose credentials libpq finds, each with the service entry that names them, or None.
    """

    dsn: Dsn = service_dsn
    progress: Progress = print
    log: Path | None = None
    sample: bool = False
    logins: Mapping[str, str | None] = field(default_factory=dict)


def verify_repository(
    workspace: Workspace, ledger: Path, system: str | None = None, dsn: Dsn = service_dsn, progress: Progress = print
) -> tuple[Verified, ...]:
    """`verify_in` without an access log."""
    return verify_in(Looking(dsn, progress), workspace, ledger, system)


def verify_in(looking: Looking, workspace: Workspace, ledger: Path, system: str | None = None) -> tuple[Verified, ...]:
    """The verdict on every system, or on one. Changes nothing in a database; attempts are rolled back.

    A system whose database is on one server with another's rests on that one's verdict, as far as its classes go.
    """
    live = workspace.of_kind("live", system)
    own: list[tuple[Verified, tuple[Neighbour, ...]]] = []
    with ExitStack() as stack:
        opened = [(each, stack.enter_context(target_for(each.engine).open(looking.dsn(each)))) for each in live]
        where = places(workspace, looking.dsn, opened)
        workspace = replace(workspace, together=together(where))
        for each, session in opened:
            near = beside(where[each.name], where) if where else ()
            verification = _Verification(session, workspace, each, ledger, looking, near)
            own.append((verification.verdict(), verification.near))
    verdicts = {verified.system: verified for verified, _ in own}
    found = (leaning(verified, near, verdicts) for verified, near in own)
    every = (*found, *verify_listings(workspace, system), *verify_attested(workspace, system))
    late = reviews(workspace.repository, record.entries(ledger), workspace.at.date()).outside()
    return tuple(replace(each, outside=(*each.outside, *late)) for each in every)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one verification has looked at; `unseen` says what was not, and which attempts told nothing.

    `untried` says by account why not everything was tried.
    """

    planned: Planned
    collected: Collected
    entries: tuple[Entry, ...]
    copy: Standing
    standbys: Standbys
    samples: tuple[Restored, ...]
    attempts: tuple[Attempt, ...]
    unseen: tuple[str, ...]
    untried: Mapping[str, str]


@dataclass(slots=True)
class _Verification:
    """One verification of one system; of those `near` on the server, those are left on which its verdict rests."""

    session: Session
    workspace: Workspace
    system: System
    ledger: Path
    looking: Looking
    near: tuple[Neighbour, ...]

    def verdict(self) -> Verified:
        seen = self._look()
        repository = self.workspace.repository
        answered = accepted(repository.acceptances, repository.officials, self.workspace.at.date())
        weighing, covered = divided(self._findings(seen), answered)
        closed, rest = host_rules(seen.collected, self.system.name)
        here = self._here(seen.planned)
        limited = (*by_catalog(here, seen.untried, seen.planned.found.server.database), *closed)
        limits, known_limits = divided(limited, answered)
        not_examined = (*left_open(seen.planned.goal), *rest, *self._not_examined(seen))
        return Verified(
            system=self.system.name,
            verdict=_verdict(weighing, not_examined, limited),
            findings=weighing,
            accepted=(*covered, *known_limits),
            attempts=seen.attempts,
            examined=(
                *seen.collected.examined,
                *(("reading and updating tried as every account",) if seen.attempts else ()),
                *(each.sentence for each in seen.samples if each.told),
                "live sessions",
                "replication accounts, publications and slots",
            ),
            not_examined=not_examined,
            residual=tuple(residual(repository, self.system, seen.planned, seen.collected.noted)),
            outside=tuple(OUTSIDE.items()),
            accounts=len(seen.collected.logins),
            known_by=known_by(seen.attempts, (a.id for a in here), seen.untried),
            server_version=seen.collected.version,
            attempted=bool(seen.attempts) and not seen.untried,
            at=self.workspace.at,
            pages=seen.collected.pages,
            limits=limits,
            matrix=matrix(repository, self.system, seen.planned),
        )

    def _look(self) -> _Seen:
        """Everything that is looked at, in the order in which it is."""
        planned = Planner(self.workspace, self.ledger).plan(self.session, self.system)
        collected, self.near = apart(self.session.collect(self.system.governed), self.near)
        entries = record.entries(self.ledger)
        register = Register.of(kept(self.ledger), entries)
        unseen: tuple[str, ...] = ()
        try:
            copy = standing(self.session, self.system.name, register, entries, self.workspace.at)
        except MissingRightError as error:
            copy = Standing(place(self.session.whereabouts(), self.system.name, entries))
            unseen = (f"permits: {error.message}",)
        repository = self.workspace.repository
        samples = sampled(self.session, planned, repository, self.system) if self.looking.sample else ()
        standbys = look(self.session, self.system)
        attempts, untold, untried = self._attempts(planned, copy)
        unseen = (*unseen, *untold)
        return _Seen(planned, collected, entries, copy, standbys, samples, attempts, unseen, untried)

    def _not_examined(self, seen: _Seen) -> Iterator[str]:
        yield from (*seen.unseen, *seen.standbys.not_examined)
        yield from (f"backups: {each.sentence}" for each in seen.samples if not each.told)
        unconfirmed = (each for each in self._emergencies() if not each.lapsed(self.workspace.at))
        yield from (f"emergency: {each.sentence(self.workspace.at)}" for each in unconfirmed)
        if self.workspace.draft:  # what nobody has signed may be enforced, and still is not a directive that holds
            yield "directives: not every one is signed, confirmed and in force"

    def _findings(self, seen: _Seen) -> Iterator[Finding]:
        """All of them, but those about accounts that the stage leaves open: these are told as open."""
        for finding in self._found(seen):
            if finding.account not in seen.planned.goal.opened:
                yield finding

    def _found(self, seen: _Seen) -> Iterator[Finding]:
        repository, system, planned = self.workspace.repository, self.system, seen.planned
        cut = Cut.of(seen.entries, planned)
        yield from copy_findings(seen.copy, seen.collected.database)
        if not planned.goal.preview:
            yield from drift(planned, system)
        yield from floor(seen.collected, system)
        closing = partial(written, self.session, planned)
        yield from Finder(repository, system, planned, seen.collected, written=closing).find()
        yield from old_sessions(cut, self._here(planned), seen.collected.sessions)
        yield from disagreements(seen.attempts, system)
        yield from conflicts(planned, system)
        yield from replicating(planned, repository, system)
        yield from overrated(planned, repository, system)
        yield from copier_findings(planned, repository, system)
        yield from sample_findings(seen.samples, system)
        yield from standby_findings(seen.standbys, system)
        yield from old_standby_sessions(seen.standbys, system, cut, severed_there(seen.entries, system.name))
        yield from lapsed_emergencies(self._emergencies(), self.workspace.at)
        yield from party_findings(self.workspace.policy(), system, planned, self._uses())

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

    def _attempts(
        self, planned: Planned, copy: Standing
    ) -> tuple[tuple[Attempt, ...], tuple[str, ...], Mapping[str, str]]:
        """The attempts, what they could not tell, and by account why not everything was tried."""
        if not planned.found.server.supported:
            return (), ("attempts: the policy has not been applied, so there is nothing to try",), {}
        if copy.place.where.moved is not None:
            return (), ("attempts: this is a copy, and its gates are shut for everyone",), {}
        repository = self.workspace.repository
        decider = Decider(repository, self.workspace.rules)
        tries = Attempts(self.workspace.policy(), self.system, planned.classes, planned.found.shapes, decider)
        open_ = planned.goal.opened
        bound = [a for a in self._here(planned) if a.use not in UNBOUND_USES and a.id not in open_]
        try:
            with self.session.probing(self.looking.logins) as prober:
                attempts = tries.run(prober, [a.login for a in bound], self.looking.progress)
        except MissingRightError as error:
            return (), (), {account.id: error.message for account in bound}
        return attempts, untold(attempts), tries.untried


def _verdict(weighing: Iterable[Finding], not_examined: Sequence[str], limited: Sequence[Finding]) -> Verdict:
    if any(finding.severity != "low" for finding in weighing):
        return "findings"
    return "undetermined" if not_examined else "holds by catalog" if limited else "holds"
