"""The world under the policy, and the judgement on what somebody says to it."""

from dataclasses import dataclass

from recuse.enforcement.facts import ConflictGuard
from recuse.operations.plan import Planned
from recuse.operations.verify import Verified
from tests.statements.client import Received, say
from tests.statements.world import Lab, State


@dataclass
class Enforced:
    """The world; what was planned and what `verify` said; all that may not be learned, and how everything lies now."""

    lab: Lab
    planned: Planned
    verified: Verified
    secrets: frozenset[str]
    state: State

    def judge(self, login: str | None, text: str, given: str = "") -> tuple[Received, list[str]]:
        """Say it; return what came, and what is wrong: secrets learned, denied rows changed. Everything is put back."""
        received = say(self.lab.dsn(login), text, given)
        after = self.lab.state()
        wrong = [f"learned {secret}" for secret in sorted(received.leaked(self.secrets, text + given))]
        wrong += [f"changed {what}" for what in self.state.changed_by(after)]
        if after != self.state:
            self.restore()
        return received, wrong

    def restore(self) -> None:
        """Every table as it was at first."""
        self.lab.restore()
        self.state = self.lab.state()

    @property
    def guarded(self) -> bool:
        """Whether this server reads a row in conflict before it asks row security, so that the plan guards tables."""
        return any(isinstance(fact, ConflictGuard) for fact in self.planned.wanted)

    @property
    def findings(self) -> frozenset[str]:
        """The codes that `verify` found."""
        return frozenset(finding.code for finding in self.verified.findings if finding.severity != "low")

    @property
    def residual(self) -> frozenset[str]:
        """The codes that `verify` declared."""
        return frozenset(code for code, _ in self.verified.residual)
