"""Runs the plans of all systems together: none is shaped before all are cut, none loosens before all are tight.

The cut goes on everywhere at once, a thread a system: sessions read on until theirs. A system that fails stops there;
the others go on to the end of what tightens, since less is then shown. Nothing is loosened anywhere after a failure.

Databases of one server share memberships. One by which a login works in two of them ends when both are shaped: what it
led to is revoked from the group by then, and until then the login works on in the other.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final, Literal, assert_never

from recuse.enforcement.facts import Membership, Owner
from recuse.enforcement.names import PREFIX
from recuse.enforcement.plan import STEPS, Change, Plan
from recuse.enforcement.scope import PREDEFINED_DATA_ROLES
from recuse.errors import ApplyError, RecuseError
from recuse.operations.ended import EndedLog
from recuse.operations.journal import Journal
from recuse.operations.plan import Planned
from recuse.targets.records import Applied, Patience, Progress, Severed
from recuse.targets.target import Session

Following = Callable[[str, str, int, int], None]
"""Who follows an apply from elsewhere: told of a system, a step of it, and how much of that is done, of how much."""
Part = Literal["cut", "shape", "leave", "loosen"]
PARTS: Final[tuple[Part, ...]] = ("cut", "shape", "leave", "loosen")


@dataclass(slots=True)
class Site:
    """One system at work: what each part of its plan did so far, in how many transactions, and what stopped it.

    `beside` are the other systems of its server; `held` is what is held back until those are shaped.
    """

    session: Session
    planned: Planned
    beside: frozenset[str] = frozenset()
    held: tuple[Change, ...] = ()
    done: dict[Part, Applied] = field(default_factory=dict)
    steps: int = 0
    ended: list[object] = field(default_factory=list)
    failure: RecuseError | None = None

    @property
    def name(self) -> str:
        """The system's."""
        return self.planned.plan.system

    @property
    def untouched(self) -> bool:
        """Whether it is certain that nothing was done."""
        return self.steps == 0 and not (isinstance(self.failure, ApplyError) and self.failure.lost)

    @property
    def applied(self) -> Applied | None:
        """All parts as one; None when there was nothing to do. The moment is that of the last severing."""
        if not self.done:
            return None
        parts = tuple(self.done.values())
        severing = [applied for part, applied in self.done.items() if part in ("cut", "shape")] or parts
        return replace(
            parts[-1],
            statements=sum(each.statements for each in parts),
            retries=sum(each.retries for each in parts),
            cut=_all(severed for part, each in self.done.items() if part == "cut" for severed in _both(each)),
            shaped=_all(severed for part, each in self.done.items() if part != "cut" for severed in _both(each)),
            moment=severing[-1].moment,
            locked=max(each.locked for each in parts),
        )

    def part(self, name: Part) -> Plan:
        """One part of its plan. What was held back shows nothing by then, so that no session need end for it."""
        cut, shape, loosen = self.planned.plan.parts()
        match name:
            case "cut":
                return cut
            case "shape":
                return replace(shape, changes=tuple(change for change in shape.changes if change not in self.held))
            case "leave":
                held = tuple(replace(change, step="leave", batch="") for change in self.held)
                return replace(shape, changes=held, severs=frozenset())
            case "loosen":
                return loosen
            case _ as never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom to tell what is done: the person who waits, the journal, of sessions the ledger, and who follows."""

    progress: Progress
    patience: Patience
    journal: Journal
    ended: EndedLog
    following: Following = lambda *_: None
    one: Lock = field(default_factory=Lock)

    def told(self, site: Site, part: Plan) -> Progress:
        """Tells of one part of a system's plan: it is called after each transaction."""
        batches = iter(range(1, len(part.batches) + 1))

        def report(step: str, done: int, total: int) -> None:
            if step in STEPS:
                site.steps += 1
                counted = (next(batches), len(part.batches)) if step == "shape" else (0, 0)
                self.journal.note(site.name, step, "done", *counted)
            with self.one:
                self.progress(step, done, total)
                self.following(site.name, step, done, total)

        return report

    def record(self, site: Site) -> None:
        """Put the sessions that were ended since the last time into the ledger."""
        self.ended.add(site.name, site.ended)
        site.ended.clear()


def run(sites: Sequence[Site], telling: Telling, tight: Callable[[Site], None] = lambda _: None) -> None:
    """Cut everywhere, shape one system after the other, and loosen when all are tight; `tight` is called before that.

    Raises ApplyError when one fails, which says of several systems what became of each; LedgerError when the journal
    cannot be written, before anything is loosened.
    """
    cut(sites, telling)
    _hold_back(sites)
    for part in PARTS[1:]:
        for site in sites:
            _run(site, part, telling)
            telling.record(site)
        _check(sites, part)
        telling.journal.check()
        for site in sites if part == "leave" else ():
            tight(site)


def cut(sites: Sequence[Site], telling: Telling) -> None:
    """Cut all systems at once, and end the sessions of those who do not work on. A failure is left in its `Site`."""
    for site in sites:
        telling.journal.note(site.name, "apply", "begun")
    with ThreadPoolExecutor(max_workers=max(1, len(sites))) as threads:
        tuple(threads.map(lambda site: _run(site, "cut", telling), sites))
    for site in sites:
        telling.record(site)


def _hold_back(sites: Sequence[Site]) -> None:
    """Hold back what ends memberships in groups, where another system of the server is at work too.

    Not what was cut, nor a group that owns something or is the server's own: what those show is revoked by no shape.
    """
    names = {site.name for site in sites}
    owners = {f.role for site in sites for f in site.planned.found.facts if isinstance(f, Owner)}
    for site in sites:
        if site.beside & names:
            site.held = tuple(
                change
                for change in site.planned.plan.parts()[1].changes
                if isinstance(change.fact, Membership) and not change.make
                if change.fact.role not in owners | PREDEFINED_DATA_ROLES and not change.fact.role.startswith(PREFIX)
            )


def _run(site: Site, name: Part, telling: Telling) -> None:
    """One part of one system, on the facts as they are now: the part before has changed owners."""
    part = site.part(name)
    if site.failure is not None or not (part.changes or part.severs):
        return
    try:
        found = site.planned.found if name == "cut" else site.session.inspect()
        applied = site.session.apply(part, found, telling.told(site, part), telling.patience)
    except RecuseError as error:
        site.failure = error
        site.ended += error.ended if isinstance(error, ApplyError) else ()
        telling.journal.note(site.name, "apply", "failed")
        return
    if part.severs:
        telling.journal.note(site.name, "sever", "done")
        signalled = applied.cut.signalled + applied.shaped.signalled
        with telling.one:
            telling.following(site.name, "sever" if name == "cut" else "sever again", signalled, signalled)
    site.done[name] = applied
    site.ended += (*applied.cut.ended, *applied.shaped.ended)


def _check(sites: Sequence[Site], part: Part) -> None:
    """Raise what stopped a system, and where there are several, what became of each."""
    failed = [site for site in sites if site.failure is not None]
    if not failed:
        return
    first = failed[0].failure
    if len(sites) == 1 and first is not None:
        raise first
    said = "; ".join(f"system `{site.name}`: {site.failure.message}" for site in failed if site.failure is not None)
    others = [site for site in sites if site not in failed]
    states = {"tight": others, "stopped on the way": [site for site in failed if not site.untouched]}
    states["untouched"] = [site for site in failed if site.untouched]
    end = "nothing was loosened anywhere"
    if part == "loosen":
        states, end = {"as the policy wants them": others, "tight and not opened": failed}, "all are tight"
    named = "; ".join(f"{state}: {_names(some)}" for state, some in states.items() if some)
    raise ApplyError(f"{said}; {named}; {end}", first.remedy if first is not None else None)


def _names(sites: Iterable[Site]) -> str:
    return ", ".join(f"`{site.name}`" for site in sites)


def _both(applied: Applied) -> tuple[Severed, Severed]:
    return applied.cut, applied.shaped


def _all(severed: Iterable[Severed]) -> Severed:
    """Several severings as one; the seconds are those of the longest."""
    found = tuple(severed)
    return Severed(
        sum(each.signalled for each in found),
        max((each.seconds for each in found), default=0.0),
        (),
        tuple(session for each in found for session in each.ended),
    )
