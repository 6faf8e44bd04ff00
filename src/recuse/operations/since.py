"""What is left from before: sessions older than the cut, and emergencies that stand no longer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from recuse.ledger import Entry
from recuse.model import Account
from recuse.operations import record
from recuse.operations.emergencies import Emergency
from recuse.operations.finding import PLAN_AND_APPLY, Finding
from recuse.operations.plan import Planned
from recuse.targets.records import LiveSession


@dataclass(frozen=True, slots=True)
class Cut:
    """Whose sessions are judged: they `lost` something at `moment`, or are `ending` by a plan, whatever their age."""

    system: str
    lost: frozenset[str]
    ending: frozenset[str]
    moment: datetime | None

    @classmethod
    def of(cls, entries: Sequence[Entry], planned: Planned) -> "Cut":
        """By the last *applied* entry of the system, by what applies before it were to end, and by the plan of now."""
        system = planned.plan.system
        return cls.recorded(entries, system, planned.plan.severs)

    @classmethod
    def recorded(cls, entries: Sequence[Entry], system: str, ending: frozenset[str] = frozenset()) -> "Cut":
        """By what the ledger says alone, and by who is `ending` besides."""
        applied = [e.body for e in entries if e.kind == "applied" and e.body.get("system") == system]
        last = applied[-1] if applied else {}
        severed, before = last.get("severed"), last.get("severed_before")
        if not isinstance(before, str):
            severed = None
        return cls(
            system,
            frozenset(str(login) for login in severed) if isinstance(severed, list) else frozenset(),
            ending | record.owed(entries, system),
            datetime.fromisoformat(before) if isinstance(before, str) else None,
        )

    def concerns(self, session: LiveSession) -> bool:
        """Whether the session may hold what its login lost."""
        old = self.moment is None or session.since is None or session.since < self.moment
        return session.dropped or session.account in self.ending or (session.account in self.lost and old)


def old_sessions(cut: Cut, accounts: Iterable[Account], sessions: Iterable[LiveSession]) -> Iterator[Finding]:
    """Sessions that may still hold what was taken away, or (before apply) what will be."""
    inactive = {account.login for account in accounts if not account.active}  # none of their sessions can be new
    for session in sessions:
        if cut.concerns(session) or session.account in inactive:
            yield Finding(
                code="live-session",
                system=cut.system,
                account=f"{cut.system}/{session.account}",
                object=f"session:{session.pid}",
                reproduce=f"-- {session.kind}, open since {session.since}: it may hold cursors, a role or copies "
                "from then",
                remedy=f"SELECT pg_terminate_backend({session.pid})",
            )


def lapsed_emergencies(emergencies: Iterable[Emergency], now: datetime) -> Iterator[Finding]:
    """Emergencies that stand no longer, though what they closed is still closed."""
    for each in emergencies:
        if each.lapsed(now):
            yield Finding(
                code="emergency-lapsed",
                system=each.system,
                object=f"directive:{each.directive}",
                reproduce=f"-- {each.sentence(now)}; what it closed is closed still",
                remedy=f"{PLAN_AND_APPLY}, which returns what it closed; to keep it closed, direct and confirm it",
            )
