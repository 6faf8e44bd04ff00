"""One finding: what is reached past the policy, by which steps, and which of them a plan would take away."""

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from recuse.operations.closable import Choice
from recuse.paths import Edge

PLAN_AND_APPLY: Final = "recuse plan, then recuse apply"
Severity = Literal["critical", "high", "low"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing reached past the policy. `door` is its class of LAW.md B.2; `steps` read as sentences.

    `choices` are the steps that a plan would take away, one for each account that it is true of.
    """

    code: str
    system: str
    object: str
    reproduce: str
    account: str = ""
    category: str = ""
    door: str | None = None
    steps: tuple[Edge, ...] = ()
    remedy: str | None = None
    severity: Severity = "high"
    rows: str = "all"
    choices: tuple[Choice, ...] = ()

    @property
    def id(self) -> str:
        """The same from one day to the next, whatever the path: of its code, and of whom and what it is about."""
        words = (self.code, self.system, self.account, self.category, self.object)
        return hashlib.sha256("\0".join(words).encode()).hexdigest()[:10]
