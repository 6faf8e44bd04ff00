"""What a worker does for each kind of job, by the same operations as the verbs; the queue gives names and digests.

Nothing that runs comes from the queue: a plan is made anew, and must have the digest that was queued.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from recuse.directive.drafting import Draft
from recuse.errors import InputError, LedgerBusyError, RecuseError, RefusedError, StalePlanError
from recuse.jobs import OF_RULES, Ending, Job, Kind, Note
from recuse.ledger import JSON
from recuse.operations import record
from recuse.operations.apply import Manner, apply_in, service_dsn
from recuse.operations.conditions import Condition
from recuse.operations.drafting import drafted
from recuse.operations.ending import end_over
from recuse.operations.permit import Office, revoke
from recuse.operations.planning import plan_all
from recuse.operations.verdict import verify_document
from recuse.operations.verify import Looking, verify_in
from recuse.operations.workspace import Dsn, open_with_ledger

Tell = Callable[[Note], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended, and what it left."""

    state: Ending
    told: str
    document: bytes | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """What was done and is not recorded yet, since the ledger was another's: the job that waits for it, if any."""

    job: Job | None
    kind: str
    body: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class _Waiting(Office):
    """An office that never waits for the ledger: what it is to record is kept until there is time."""

    kept: list[tuple[str, Mapping[str, JSON]]] = field(default_factory=list)

    def append(self, kind: str, body: Mapping[str, JSON]) -> int:
        """Keep it for later; no place is known."""
        self.kept.append((kind, body))
        return -1


@dataclass(slots=True)
class Hands:
    """Where a worker works: a policy repository, its ledger, and how to reach its systems with its own credentials."""

    folder: Path
    ledger: Path
    dsn: Dsn = service_dsn
    owed: list[Owed] = field(default_factory=list)
    drafts: Callable[[str, int], Draft] | None = None
    """Gives a version of a draft; InputError for none."""
    log: Path | None = None
    """The access log that is replayed against a draft."""

    def do(self, job: Job, tell: Tell) -> Outcome | None:
        """Do one job; None when it is done and waits for the ledger. Raises nothing that is foreseen."""
        doing: Mapping[Kind, Callable[[Job, Tell], Outcome | None]] = {
            "end_sessions": self._end_sessions, "plan": self._plan, "plan_draft": self._plan_draft,
            "apply": self._apply, "verify": self._verify,
        }  # fmt: skip
        try:
            return doing[job.kind](job, tell)
        except (RefusedError, InputError) as error:  # nothing was done
            return Outcome("refused", str(error))
        except RecuseError as error:
            return Outcome("failed", str(error))

    def end_over(self) -> tuple[Condition, ...]:
        """End permits of every system that ran out with a session from before, or that nobody used; what is left."""
        office = self._office()
        left: list[Condition] = []
        for system in office.workspace.systems():
            left += end_over(office, system)
        self._owe(None, office)
        return tuple(left)

    def settle(self) -> tuple[tuple[Job, str], ...]:
        """Record what is owed, if the ledger is free; the jobs that waited for it, and how each ended."""
        settled: list[tuple[Job, str]] = []
        while self.owed:
            each = self.owed[0]
            office = Office.open(self.folder, self.ledger, self.dsn, giving=False)
            try:
                if each.body.get("request") not in office.register().revoked:
                    office.append(each.kind, each.body)
            except LedgerBusyError:
                break
            self.owed.pop(0)
            settled += [] if each.job is None else [(each.job, sentence_of(each.body["sessions_ended"]))]
        return tuple(settled)

    def _office(self) -> _Waiting:
        office = Office.open(self.folder, self.ledger, self.dsn, giving=False)
        return _Waiting(office.workspace, office.ledger, office.dsn)

    def _owe(self, job: Job | None, office: _Waiting) -> int:
        self.owed += [Owed(job, kind, body) for kind, body in office.kept]
        return len(office.kept)

    def _end_sessions(self, job: Job, tell: Tell) -> Outcome | None:
        office = self._office()
        system, permit = job.asked.body["system"], job.asked.body["permit"]
        tell(Note("end_sessions", system, 0, 1))
        ended = revoke(office, permit, system, dry_run=False)
        tell(Note("end_sessions", system, 1, 1, sentence_of(ended)))
        return None if self._owe(job, office) else Outcome("done", sentence_of(ended))

    def _plan(self, job: Job, tell: Tell) -> Outcome:
        self._check_policy(job)
        tell(Note("plan", sentence="planning every live system"))
        document = plan_all(self.folder, self.ledger, self.dsn)
        return Outcome("done", f"plan {hashlib.sha256(document).hexdigest()}", document)

    def _plan_draft(self, job: Job, tell: Tell) -> Outcome:
        """Plan a draft as if it were in the repository, in a copy that is gone after: for people to look at alone."""
        if self.drafts is None:
            raise InputError("this worker reads no drafts", "start it with the state that keeps them")
        draft = self.drafts(job.asked.body["draft"], int(job.asked.body["version"]))
        tell(Note("plan", sentence=f"planning draft {draft.id} in a copy of the repository"))
        with drafted(self.folder, draft) as copy:
            document = plan_all(copy, self.ledger, self.dsn, self.log, partial(_follow, tell, ""))
        rules = hashlib.sha256(draft.cedar.encode()).hexdigest()
        return Outcome("done", f"{OF_RULES}{rules}", document)

    def _apply(self, job: Job, tell: Tell) -> Outcome:
        tell(Note("plan", sentence="planning again, to compare"))
        plan, wanted = plan_all(self.folder, self.ledger, self.dsn), job.asked.body["plan_sha256"]
        if hashlib.sha256(plan).hexdigest() != wanted:
            raise StalePlanError(
                f"what would be planned now is not plan {wanted[:12]}: the database, the policy or the day is another",
                "queue a plan again, and look at what changed",
            )

        manner = Manner(self.dsn, following=partial(_follow, tell), asked_by=job.asked.asked_by)
        done = apply_in(manner, self.folder, plan, self.ledger)
        told = "; ".join(f"{each.system}: {each.changes} facts, ledger entry {each.ledger_index}" for each in done)
        return Outcome("done", told or "nothing is done at this stage")

    def _verify(self, job: Job, tell: Tell) -> Outcome:
        self._check_policy(job)
        tell(Note("verify", sentence="looking at every live system"))
        workspace = open_with_ledger(self.folder, self.ledger, draft=True)
        looking = Looking(self.dsn, partial(_follow, tell, ""))
        whole = verify_document(verify_in(looking, workspace, self.ledger))
        if self.ledger.exists():
            record.record_verdicts(self.ledger, whole)
        return Outcome("done", str(whole["verdict"]), json.dumps(whole, default=str).encode())

    def _check_policy(self, job: Job) -> None:
        """Raise RefusedError unless the policy here is the one that was asked about."""
        here, asked = open_with_ledger(self.folder, self.ledger, draft=True).repository.policy_sha256, job.asked.body
        if asked["policy_sha256"] != here:
            raise RefusedError(
                f"the worker has policy {here[:12]}, and {asked['policy_sha256'][:12]} was asked about",
                "bring the worker's repository to the same revision, and ask again",
            )


def _follow(tell: Tell, system: str, step: str, done: int, total: int) -> None:
    """Note how far a step is, in a system or in none."""
    tell(Note(step[:200], system, done, total))


def sentence_of(ended: object) -> str:
    """How many sessions ended, in words."""
    return f"{ended} {'session' if ended == 1 else 'sessions'} ended"
