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
from recuse.demo.answering import ACCEPTED_BY, CODE, answer_for_server
from recuse.demo.asking import take_in_requests
from recuse.demo.doors import LiveSession, open_sessions, try_through
from recuse.demo.publishing import publish_site, write_content
from recuse.demo.report import write_report
from recuse.demo.repository import SYSTEM, officials, write_repository
from recuse.demo.summary import tell_files, tell_verdicts
from recuse.demo.warehouse import DOORS, build_warehouse
from recuse.demo.watch import Work, work_once, working
from recuse.demo.world import SMALLEST, World, build
from recuse.errors import InputError
from recuse.ledger import Verified as VerifiedLedger
from recuse.ledger import verify_ledger
from recuse.model import System
from recuse.operations import record
from recuse.operations.apply import AppliedSystem, apply_repository
from recuse.operations.document import plan_document
from recuse.operations.init import InitOptions, propose, write_proposal
from recuse.operations.neighbours import placed
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
    warehouse: World = field(init=False)
    log: Path = field(init=False)
    sessions: tuple[LiveSession, ...] = ()
    before: tuple[Verified, ...] = ()
    after: tuple[Verified, ...] = ()
    plans: tuple[Planned, ...] = ()
    replayed: Backtest = field(init=False)
    applied: tuple[AppliedSystem, ...] = ()
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
        tour.warehouse = build_warehouse(tour.world)
        say(
            f"[bold]world[/]    {people:,} synthetic people, {len(tour.world.logins)} logins, {lines:,} log lines; "
            "a warehouse on the same server"
        )
        tour.sessions = stack.enter_context(open_sessions(tour.world))
        for step in (_init, _check, _verify_before, _plan, _sign, _apply, _verify_after, _record, _publish, _report):
            step(tour)
    return verify_document(tour.after)


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


def _dsn(tour: Tour) -> Callable[[System], str]:
    return lambda system: (tour.world if system.name == SYSTEM else tour.warehouse).dsn()


def _init(tour: Tour) -> None:
    """What `init` would propose for this database; the demo then goes on with its own, complete repository."""
    options = InitOptions("clear", "il.chicago.cpd", "Police Department (demonstration)", SERVICE)
    with target_for("postgresql").open(tour.world.dsn()) as session:
        proposal = propose(session, options)
    write_proposal(proposal, tour.folder / "proposed")
    tour.say(f"[bold]init[/]     a policy is proposed in {tour.folder / 'proposed'}, with a reason for each guess")
    keys = {official: _key(tour.folder / "keys", official) for official in officials()}
    write_repository(tour.policy, keys, SERVICE, warehouse=True)


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
        f"[bold]check[/]    {len(found.systems)} systems, {len(found.agencies)} agencies, {len(found.accounts)} "
        f"accounts, {len(found.categories)} categories; {len(workspace.rules.rules)} rules validate"
    )


def _verify_before(tour: Tour) -> None:
    tour.before = verify_repository(tour.workspace(), tour.ledger_folder, None, _dsn(tour), tour.progress)
    for found, name in zip(tour.before, ("[bold]before[/]   ", "         "), strict=True):
        codes = Counter(finding.code for finding in found.findings)
        counts = ", ".join(f"{n} {c}" for c, n in codes.items())
        tour.say(f"{name}{len(found.findings)} findings in `{found.system}`: {counts}")
    _through_the_warehouse(tour)


def _through_the_warehouse(tour: Tour) -> None:
    """What is read past the register through the second database, tried as the logins themselves."""
    tries = (f"{door.login} at {door.object} {try_through(tour.warehouse, door)}" for door in DOORS)
    tour.say(f"         through the warehouse: {'; '.join(tries)}")


def _plan(tour: Tour) -> None:
    workspace = placed(tour.workspace(), _dsn(tour))
    for system in workspace.systems():
        with target_for(system.engine).open(_dsn(tour)(system)) as session:
            tour.plans += (plan_system(session, workspace.policy(), system),)
    tour.replayed = backtest(tour.log, workspace.repository, workspace.rules, SYSTEM, tour.progress)
    for planned, name in zip(tour.plans, ("[bold]plan[/]     (unsigned draft) ", "         "), strict=True):
        losing = len({loss.account for loss in planned.plan.loses})
        tour.say(
            f"{name}`{planned.plan.system}`: {len(planned.statements)} statements; {losing} accounts lose access, "
            f"{len(planned.plan.substituted)} keep working throughout"
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
    below = [found.system for found in tour.before if CODE in {finding.code for finding in found.findings}]
    if below:
        key = tour.folder / "keys" / ACCEPTED_BY
        until = answer_for_server(tour.policy, below, ACCEPTED_BY, key, clock.today())
        tour.say(
            f"[bold]accept[/]   {tour.before[0].server_version} lacks repairs that a newer release has: {ACCEPTED_BY} "
            f"answers for that until {until}, since the server is thrown away and holds no real data"
        )


def _apply(tour: Tour) -> None:
    work_once(tour.world, tour.work, tour.warehouse)
    # The same plans as of the draft: apply makes them anew, and would refuse what the signatures have changed.
    document = plan_document(tour.workspace(), tour.plans, tour.replayed.to_json())
    (tour.folder / "plan.json").write_bytes(document)
    with working(tour.world, tour.warehouse) as during:
        tour.applied = apply_repository(tour.policy, document, tour.ledger_folder, _dsn(tour), tour.progress)
    work_once(tour.world, tour.work, tour.warehouse)
    tour.work.add(during)
    tour.left = sum(session.read_on() for session in tour.sessions)
    changes = ", ".join(f"{each.changes} in `{each.system}`" for each in tour.applied)
    tour.say(f"[bold]apply[/]    facts changed: {changes}; {_ended(tour)}; they read {tour.left} bytes since")
    tour.say(
        f"         the application, the nightly job and its extract ran before, during and after: {tour.work.checks} "
        f"checks, {tour.work.nights} nights, {tour.work.extracts} extracts, {len(tour.work.failed)} failures, "
        f"{tour.work.refused} refusals"
    )
    _through_the_warehouse(tour)


def _ended(tour: Tour) -> str:
    """How many sessions were ended, and the longest that one of them took."""
    parts = [part for each in tour.applied if each.applied for part in (each.applied.cut, each.applied.shaped)]
    ended = sum(part.signalled for part in parts)
    milliseconds = 1000 * max((part.seconds for part in parts), default=0)
    return f"{ended} live sessions ended, the last after {milliseconds:.0f} ms" if ended else "no session ended"


def _verify_after(tour: Tour) -> None:
    tour.after = verify_repository(tour.workspace(draft=False), tour.ledger_folder, None, _dsn(tour), tour.progress)
    for found, name in zip(tour.after, ("[bold]verify[/]   ", "         "), strict=True):
        agree = sum(attempt.agrees for attempt in found.attempts)
        low = len(found.findings) - len(found.weighing)
        tour.say(
            f"{name}`{found.system}`: {len(found.weighing)} findings, {low} of low severity, "
            f"{len(found.accepted)} accepted; {agree:,} of {len(found.attempts):,} attempts as {found.accounts} "
            "accounts agree with the policy"
        )


def _record(tour: Tour) -> None:
    taken = take_in_requests(tour.policy, tour.ledger_folder)
    tour.say(f"[bold]request[/]  {taken} made-up requests for help taken in, decided by the policy, answered, recorded")
    record.record_verdicts(tour.ledger_folder, verify_document(tour.after))
    tour.ledger = verify_ledger(tour.ledger_folder)
    found = Counter(entry.kind for entry in record.entries(tour.ledger_folder))
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.items())
    tour.say(f"[bold]ledger[/]   {tour.ledger.size} entries ({kinds}), root {tour.ledger.root.hex()[:16]}…")


def _publish(tour: Tour) -> None:
    content = write_content(tour.folder / "content")
    made = publish_site(tour.folder, content, tour.policy, tour.progress)
    tour.say(
        f"[bold]publish[/]  {made.files:,} files, {made.bytes / 1e6:.1f} MB: open {tour.folder / 'site/index.html'}"
    )


def _report(tour: Tour) -> None:
    path = write_report(tour)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    tour.say(f"[bold]report[/]   {path} (sha256 {digest}…)")
    tell_verdicts(tour.after, tour.say)
    tell_files(tour.folder, tour.say)
