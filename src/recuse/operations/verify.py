"""`verify`: one verdict over a closed world. Searches every path, tries as every account, and says what it did not see.

*holds* needs all of it: the facts are as wanted, no path leads past the policy, every attempt agrees with Cedar, no
session of an account that lost something is older than the cut, and no mechanism is present that was not examined.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from recuse.enforcement.facts import ConflictGuard
from recuse.errors import MissingRightError
from recuse.model import UNBOUND_USES, Repository, System
from recuse.operations import record
from recuse.operations.apply import Dsn, service_dsn
from recuse.operations.attempts import Attempt, Attempts
from recuse.operations.findings import PLAN_AND_APPLY, Finder, Finding
from recuse.operations.plan import Planned, plan_system
from recuse.operations.reach import step
from recuse.operations.residual import residual
from recuse.operations.workspace import Workspace
from recuse.policy.decide import Decider
from recuse.targets.records import Collected, Progress
from recuse.targets.target import Session, target_for

Verdict = Literal["holds", "findings", "undetermined"]
EXIT: Final[Mapping[Verdict, int]] = {"holds": 0, "findings": 1, "undetermined": 2}
# What the edges of a database leave open and this module examines by itself.
_HERE: Final = ("publications: ", "replication slots: ", "replication accounts: ")
OUTSIDE: Final[Mapping[str, str]] = {
    "backups": "who can read dumps, base backups and archived logs, and until when are they kept?",
    "exports": "which files and copies were made before today, and who answers for their deletion?",
    "credentials": "who knows the password of each shared account, and whom do the host rules let in?",
    "renamed-copies": "which copies have columns of other names, or hold whole rows in one column?",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """The verdict on one system, with everything it rests on."""

    system: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    attempts: tuple[Attempt, ...]
    examined: tuple[str, ...]
    not_examined: tuple[str, ...]
    residual: tuple[tuple[str, str], ...]
    outside: tuple[tuple[str, str], ...]
    accounts: int
    server_version: str
    attempted: bool
    at: datetime
    pages: Mapping[str, str]


def verify_repository(
    workspace: Workspace, ledger: Path, system: str | None = None, dsn: Dsn = service_dsn, progress: Progress = print
) -> tuple[Verified, ...]:
    """The verdict on every live system, or on one. Changes nothing in a database; attempts are rolled back."""
    found: list[Verified] = []
    for each in workspace.systems(system):
        with target_for(each.engine).open(dsn(each)) as session:
            found.append(_Verification(session, workspace, each, ledger, progress).verdict())
    return tuple(found)


@dataclass(slots=True)
class _Verification:
    """One verification of one system."""

    session: Session
    workspace: Workspace
    system: System
    ledger: Path
    progress: Progress

    def verdict(self) -> Verified:
        planned = plan_system(self.session, self.workspace.policy(), self.system)
        collected = self.session.collect()
        attempts, unseen = self._attempts(planned)
        findings = [
            *_drift(planned, self.system),
            *_floor(collected, self.system),
            *Finder(self.workspace.repository, self.system, planned, collected).find(),
            *self._sessions(planned, collected),
            *_disagreements(attempts, self.system),
            *_conflicts(planned, self.system),
            *_replicating(planned, self.workspace.repository, self.system),
        ]
        not_examined = [*(line for line in collected.not_examined if not _is_examined_here(line)), *unseen]
        if self.workspace.draft:  # what nobody has signed may be enforced, and still is not a directive that holds
            not_examined.append("directives: not every one is signed, confirmed and in force")
        verdict: Verdict = "findings" if findings else "undetermined" if not_examined else "holds"
        return Verified(
            system=self.system.name,
            verdict=verdict,
            findings=tuple(findings),
            attempts=attempts,
            examined=(
                *collected.examined,
                *(("reading and updating tried as every account",) if attempts else ()),
                "live sessions",
                "replication accounts, publications and slots",
            ),
            not_examined=tuple(not_examined),
            residual=tuple(residual(self.workspace.repository, self.system, planned)),
            outside=tuple(OUTSIDE.items()),
            accounts=len(collected.logins),
            server_version=collected.version,
            attempted=bool(attempts),
            at=self.workspace.at,
            pages=collected.pages,
        )

    def _sessions(self, planned: Planned, collected: Collected) -> Iterator[Finding]:
        """Sessions that may still hold what was taken away, or (before apply) what will be."""
        entry = record.last(self.ledger, "applied", self.system.name)
        losing = set(planned.plan.severs)
        moment = None
        if entry is not None and isinstance(entry.body.get("severed_before"), str):
            moment = datetime.fromisoformat(str(entry.body["severed_before"]))
            severed = entry.body.get("severed")
            losing |= set(severed) if isinstance(severed, list) else set()
        for session in collected.sessions:
            old = moment is None or session.since is None or session.since < moment
            if session.account in losing and (old or session.account in planned.plan.severs):
                yield Finding(
                    code="live-session",
                    system=self.system.name,
                    account=f"{self.system.name}/{session.account}",
                    object=f"session:{session.pid}",
                    reproduce=f"-- open since {session.since}: it may hold cursors, a role or copies from then",
                    remedy=f"SELECT pg_terminate_backend({session.pid})",
                )

    def _attempts(self, planned: Planned) -> tuple[tuple[Attempt, ...], tuple[str, ...]]:
        if not planned.found.server.supported:
            return (), ("attempts: the policy has not been applied, so there is nothing to try",)
        repository = self.workspace.repository
        decider = Decider(repository, self.workspace.rules)
        tries = Attempts(self.workspace.policy(), self.system, planned.classes, planned.found.shapes, decider)
        logins = [
            a.login
            for a in repository.accounts.values()
            if a.system == self.system.name and a.login in planned.found.oids and a.use not in UNBOUND_USES
        ]
        try:
            with self.session.probing() as prober:
                attempts = tries.run(prober, logins, self.progress)
        except MissingRightError as error:
            return (), (f"attempts: {error.message}",)
        unknown = sorted({f"attempts: {a.account} on {a.table}: {a.unknown}" for a in attempts if a.unknown})
        return attempts, tuple(unknown)


def _is_examined_here(line: str) -> bool:
    """Whether this module examines by itself what the edges leave open; it looks into its own database alone."""
    return line.startswith(_HERE) and "(in the database " not in line


def _drift(planned: Planned, system: System) -> Iterator[Finding]:
    """Facts that are not as the policy wants them: one finding, with how many and the first."""
    changes = planned.plan.changes
    if changes:
        first = planned.statements[0].do if planned.statements else ""
        yield Finding(
            code="drift",
            system=system.name,
            object=f"database:{planned.found.server.database}",
            reproduce=f"-- {len(changes)} facts are not as the policy wants them; the first to mend: {first}",
            remedy=PLAN_AND_APPLY,
        )


def _floor(collected: Collected, system: System) -> Iterator[Finding]:
    if collected.unrepaired:
        yield Finding(
            code="version-floor",
            system=system.name,
            object=f"server {collected.version}",
            reproduce=f"-- the server lacks the repairs of {', '.join(collected.unrepaired)}",
            remedy="upgrade the server",
        )


def _disagreements(attempts: Iterable[Attempt], system: System) -> Iterator[Finding]:
    """Attempts that reached what the policy denies, or were refused what it opens."""
    for attempt in attempts:
        if not attempt.over and not attempt.under:
            continue
        rows = attempt.over or attempt.under
        word = "reached rows against the policy" if attempt.over else "was refused rows that the policy opens"
        yield Finding(
            code="attempt-over" if attempt.over else "attempt-under",
            system=system.name,
            account=attempt.account,
            category=attempt.category,
            object=f"table:{attempt.table}",
            reproduce=f"-- {attempt.action} for `{attempt.circumstances.purpose}` under "
            f"`{attempt.circumstances.authority}` {word}: {len(rows)} of {attempt.tried}",
            remedy=PLAN_AND_APPLY,
            severity="critical" if attempt.over else "high",
        )


def _conflicts(planned: Planned, system: System) -> Iterator[Finding]:
    """Accounts that read a hidden row by the WHERE of ON CONFLICT DO UPDATE, where nothing refuses it yet."""
    missing = {fact for fact in planned.wanted - planned.found.facts if isinstance(fact, ConflictGuard)}
    holding = [(role, login) for login, role in planned.classes.standing.items()]
    holding += [(declared.role, declared.login) for declared in planned.classes.declared]
    for guard in sorted(missing, key=lambda g: g.table):
        table = ".".join(guard.table.name)
        for login in sorted({name for role, name in holding if role in guard.roles and name in planned.found.oids}):
            yield Finding(
                code="conflict-clause",
                system=system.name,
                account=f"{system.name}/{login}",
                object=f"table:{table}",
                door="front",
                reproduce=f"-- as {login}: INSERT INTO {table} … ON CONFLICT … DO UPDATE … WHERE … reads the hidden "
                "row of a key that it names",
                remedy=PLAN_AND_APPLY,
            )


def _replicating(planned: Planned, repository: Repository, system: System) -> Iterator[Finding]:
    """Bound accounts with the REPLICATION attribute: a slot or a base backup shows them everything."""
    for login in sorted(planned.found.links.replicating):
        account = repository.accounts.get(f"{system.name}/{login}")
        if account is None or account.use not in UNBOUND_USES:
            yield Finding(
                code="replication",
                system=system.name,
                account=f"{system.name}/{login}",
                object=f"role:{login}",
                door="copy",
                reproduce=f"-- as {login}, over a replication connection: BASE_BACKUP, or START_REPLICATION",
                remedy=f'ALTER ROLE {login} NOREPLICATION, or declare it in accounts.toml with `use = "replication"`',
            )


def verify_document(verified: Sequence[Verified]) -> dict[str, Any]:
    """The JSON document of `recuse verify` (DESIGN: the machine interface)."""
    order: tuple[Verdict, ...] = ("findings", "undetermined", "holds")
    verdict = min((v.verdict for v in verified), key=order.index, default="undetermined")
    return {
        "verdict": verdict,
        "scope": {
            v.system: {
                "accounts": v.accounts,
                "examined": list(v.examined),
                "known_by": "attempt" if v.attempted else "catalog",
                "attempts": len(v.attempts),
                "rows_tried": sum(a.tried for a in v.attempts),
                "server_version": v.server_version,
                "at": v.at.isoformat(),
            }
            for v in verified
        },
        "findings": [_shown(finding, v.pages) for v in verified for finding in v.findings],
        "residual": _coded(pair for v in verified for pair in v.residual),
        "outside": _coded(pair for v in verified for pair in v.outside),
        "not_examined": [_split(line, v.system) for v in verified for line in v.not_examined],
    }


def _shown(finding: Finding, pages: Mapping[str, str]) -> dict[str, Any]:
    steps = [step(edge, pages) for edge in finding.steps]
    return asdict(finding) | {"steps": steps}


def _coded(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"code": code, "sentence": sentence} for code, sentence in dict.fromkeys(pairs)]


def _split(line: str, system: str) -> dict[str, str]:
    code, _, sentence = line.partition(": ")
    return {"code": code, "system": system, "sentence": sentence}
