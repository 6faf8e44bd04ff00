"""The main job, end to end, on the demo world; tells in a few lines each what happened."""

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recuse import clock
from recuse.audit.backtest import Backtest, backtest
from recuse.demo import BANNER
from recuse.demo.access_log import FEWEST, write_log
from recuse.demo.doors import LiveSession, open_sessions
from recuse.demo.report import write_report
from recuse.demo.repository import officials, write_repository
from recuse.demo.watch import Work, work_once, working
from recuse.demo.world import SMALLEST, World, build
from recuse.errors import InputError
from recuse.ledger import Verified as VerifiedLedger
from recuse.ledger import verify_ledger
from recuse.operations import record
from recuse.operations.apply import AppliedSystem, apply_repository
from recuse.operations.document import plan_document
from recuse.operations.init import InitOptions, propose, write_proposal
from recuse.operations.plan import Planned, plan_system
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from recuse.operations.verify import Verified, verify_document, verify_repository
from recuse.operations.workspace import Workspace, open_with_ledger
from recuse.targets.postgres.throwaway import throwaway
from recuse.targets.records import Progress
from recuse.targets.target import target_for

SERVICE: Final = "recuse-demo"
DIRECTED_BY: Final = "mayor-2019"
CONFIRMED_BY: Final = "superintendent-2019"
Say = Callable[[str], None]


@dataclass(slots=True)
class Tour:
    """The demo in progress: where it writes, how it speaks, and what it has found so far."""

    folder: Path
    people: int
    lines: int
    say: Say
    progress: Progress
    world: World = field(init=False)
    log: Path = field(init=False)
    sessions: tuple[LiveSession, ...] = ()
    before: Verified = field(init=False)
    after: Verified = field(init=False)
    planned: Planned = field(init=False)
    replayed: Backtest = field(init=False)
    applied: AppliedSystem = field(init=False)
    ledger: VerifiedLedger = field(init=False)
    work: Work = field(default_factory=Work)
    left: int = 0

    @property
    def policy(self) -> Path:
        """The policy repository that the demo writes."""
        return self.folder / "policy"

    @property
    def ledger_folder(self) -> Path:
        """The ledger beside it."""
        return record.ledger_folder(self.policy, None)

    def workspace(self, *, draft: bool = True) -> Workspace:
        """The policy repository as it is now."""
        return open_with_ledger(self.policy, self.ledger_folder, draft=draft)


def run(folder: Path, people: int, lines: int, say: Say, progress: Progress) -> dict[str, Any]:
    """The whole demo; returns the document of the last `verify`. `folder` is replaced if an earlier demo made it."""
    check_size(people, lines)
    _clear(folder)
    tour = Tour(folder, people, lines, say, progress)
    say(f"[bold]{BANNER}[/]")
    with ExitStack() as stack:
        server = stack.enter_context(throwaway())
        # Two programs of their own do the work, so both cores have some.
        logging = stack.enter_context(ThreadPoolExecutor(1)).submit(write_log, folder, lines=lines)
        tour.world = build(server, people=people, progress=progress)
        tour.log = logging.result()
        say(f"[bold]world[/]    {people:,} synthetic people, {len(tour.world.logins)} logins, {lines:,} log lines")
        tour.sessions = stack.enter_context(open_sessions(tour.world))
        for step in (_init, _check, _verify_before, _plan, _sign, _apply, _verify_after, _record, _report):
            step(tour)
    return verify_document((tour.after,))


def check_size(people: int, lines: int) -> None:
    """Raise InputError for a world or a log too small to have its shapes, before anything is made."""
    if people < SMALLEST:
        raise InputError(f"`{people}` people are too few", f"ask for {SMALLEST} or more")
    if lines < FEWEST:
        raise InputError(f"`{lines}` lines are too few for the log's shapes", f"ask for {FEWEST} or more")


def _clear(folder: Path) -> None:
    """Start from an empty folder; only what a demo made is removed."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / ".recuse-demo").is_file():
            raise InputError(f"`{folder}` holds files that no demo made", "give an empty or new folder with --out")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".recuse-demo").touch()


def _dsn(tour: Tour) -> Callable[[object], str]:
    return lambda _: tour.world.dsn()


def _init(tour: Tour) -> None:
    """What `init` would propose for this database; the demo then goes on with its own, complete repository."""
    options = InitOptions("clear", "il.chicago.cpd", "Police Department (demonstration)", SERVICE)
    with target_for("postgresql").open(tour.world.dsn()) as session:
        proposal = propose(session, options)
    write_proposal(proposal, tour.folder / "proposed")
    tour.say(f"[bold]init[/]     a policy is proposed in {tour.folder / 'proposed'}, with a reason for each guess")
    keys = {official: _key(tour.folder / "keys", official) for official in officials()}
    write_repository(tour.policy, keys, SERVICE)


def _key(folder: Path, official: str) -> str:
    """A fresh key for a fictional official; returns its public line."""
    folder.mkdir(mode=0o700, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    path = folder / official
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    )
    line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    (folder / f"{official}.pub").write_text(f"{line}\n")
    return line


def _check(tour: Tour) -> None:
    workspace = tour.workspace()
    found = workspace.repository
    tour.say(
        f"[bold]check[/]    {len(found.agencies)} agencies, {len(found.accounts)} accounts, {len(found.categories)} "
        f"categories; {len(workspace.rules.rules)} rules validate"
    )


def _verify_before(tour: Tour) -> None:
    found = verify_repository(tour.workspace(), tour.ledger_folder, None, _dsn(tour), tour.progress)
    tour.before = found[0]
    codes = Counter(finding.code for finding in tour.before.findings)
    tour.say(
        f"[bold]before[/]   {len(tour.before.findings)} findings: " + ", ".join(f"{n} {c}" for c, n in codes.items())
    )


def _plan(tour: Tour) -> None:
    workspace = tour.workspace()
    system = next(workspace.systems())
    with target_for(system.engine).open(tour.world.dsn()) as session:
        tour.planned = plan_system(session, workspace.policy(), system)
    tour.replayed = backtest(tour.log, workspace.repository, workspace.rules, system.name, tour.progress)
    plan = tour.planned.plan
    losing = len({loss.account for loss in plan.loses})
    tour.say(
        f"[bold]plan[/]     (unsigned draft) {len(tour.planned.statements)} statements; {losing} accounts lose access, "
        f"{len(plan.substituted)} keep working throughout"
    )
    criminal = tour.replayed.criminal
    tour.say(
        f"         backtest: {tour.replayed.refused:,} of {tour.replayed.replayable:,} logged accesses would have been "
        f"refused; of those for criminal purposes {criminal.refused:,} of {criminal.lines:,}: {_causes(tour.replayed)}"
    )


def _causes(found: Backtest) -> str:
    """Why accesses for criminal purposes would have been refused, most frequent first."""
    counted: Counter[str] = Counter()
    for cause, lines in found.by_cause:
        if cause.kind == "criminal":
            counted[", ".join(cause.rules) or cause.why] += lines
    return ", ".join(f"{lines:,} {why}" for why, lines in counted.most_common())


def _sign(tour: Tour) -> None:
    directive = tour.workspace().directives[0]
    sign_directive(tour.policy, directive, tour.folder / "keys" / DIRECTED_BY)
    answer = Answer("confirm", "", clock.now().replace(microsecond=0))
    confirm_directive(tour.policy, directive, CONFIRMED_BY, tour.folder / "keys" / CONFIRMED_BY, answer)
    tour.say(f"[bold]sign[/]     {directive}: directed by {DIRECTED_BY}, confirmed by {CONFIRMED_BY}")


def _apply(tour: Tour) -> None:
    work_once(tour.world, tour.work)
    workspace = tour.workspace()
    system = next(workspace.systems())
    with target_for(system.engine).open(tour.world.dsn()) as session:
        planned = plan_system(session, workspace.policy(), system)
    document = plan_document(workspace, (planned,), tour.replayed.to_json())
    (tour.folder / "plan.json").write_bytes(document)
    with working(tour.world) as during:
        (tour.applied,) = apply_repository(tour.policy, document, tour.ledger_folder, _dsn(tour), tour.progress)
    work_once(tour.world, tour.work)
    tour.work.rounds += during.rounds
    tour.work.nights += during.nights
    tour.work.failed += during.failed
    tour.left = sum(session.read_on() for session in tour.sessions)
    tour.say(
        f"[bold]apply[/]    {tour.applied.changes} facts changed; {_ended(tour.applied)}; "
        f"they read {tour.left} bytes since"
    )
    tour.say(
        f"         the application and the nightly job ran before, during and after: {tour.work.checks} checks, "
        f"{tour.work.nights} nights, {len(tour.work.failed)} failures, {tour.work.refused} refusals"
    )


def _ended(applied: AppliedSystem) -> str:
    if applied.applied is None:
        return "no session ended"
    ended = applied.applied.cut.signalled + applied.applied.shaped.signalled
    milliseconds = 1000 * max(applied.applied.cut.seconds, applied.applied.shaped.seconds)
    return f"{ended} live sessions ended, the last after {milliseconds:.0f} ms"


def _verify_after(tour: Tour) -> None:
    found = verify_repository(tour.workspace(draft=False), tour.ledger_folder, None, _dsn(tour), tour.progress)
    tour.after = found[0]
    agree = sum(attempt.agrees for attempt in tour.after.attempts)
    low = len(tour.after.findings) - len(tour.after.weighing)
    tour.say(
        f"[bold]verify[/]   {len(tour.after.weighing)} findings, {low} of low severity; "
        f"{agree:,} of {len(tour.after.attempts):,} attempts as "
        f"{tour.after.accounts} accounts agree with the policy"
    )


def _record(tour: Tour) -> None:
    record.record_verdicts(tour.ledger_folder, verify_document((tour.after,)))
    tour.ledger = verify_ledger(tour.ledger_folder)
    kinds = ", ".join(entry.kind for entry in record.entries(tour.ledger_folder))
    tour.say(f"[bold]ledger[/]   {tour.ledger.size} entries ({kinds}), root {tour.ledger.root.hex()[:16]}…")


def _report(tour: Tour) -> None:
    path = write_report(tour)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    tour.say(f"[bold]report[/]   {path} (sha256 {digest}…)")
    _closing(tour)


def _closing(tour: Tour) -> None:
    """The verdict with its scope, and what to look at."""
    found = tour.after
    colour = {"holds": "green", "findings": "red", "undetermined": "yellow"}[found.verdict]
    tour.say(f"\n[bold {colour}]{found.verdict.upper()}[/] for {found.accounts} logins of `{found.system}`, by attempt")
    tour.say(f"  examined      {', '.join(found.examined)}")
    tour.say(f"  not examined  {', '.join(found.not_examined) or 'nothing that is present'}")
    tour.say(f"  residual      {', '.join(dict.fromkeys(code for code, _ in found.residual))}")
    tour.say(f"  outside       {', '.join(code for code, _ in found.outside)} (questions for a person)")
    tour.say("\nlook at:")
    for name in ("report.html", "plan.json", "policy/directives", "policy/.ledger", "proposed", "access-log.parquet"):
        tour.say(f"  {tour.folder / name}")
