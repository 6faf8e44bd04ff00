"""Findings that an official has accepted for a time: they are shown, and do not weigh in the verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from recuse.model import Acceptance, AcceptedFinding
from recuse.operations.finding import Finding

NEVER_ACCEPTED: Final = frozenset({"attempt-over", "drift", "moved", "behind-ledger"})
"""The policy broken, a plan to be applied, a copy to be resumed: nobody can answer these away."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding with the acceptance that covers it, and its last day."""

    finding: Finding
    acceptance: str
    until: date


def divided(
    findings: Iterable[Finding], acceptances: Iterable[Acceptance]
) -> tuple[tuple[Finding, ...], tuple[Accepted, ...]]:
    """The findings that weigh, and those that an acceptance covers, each by the one that lasts longest."""
    longest = sorted(acceptances, key=lambda a: (a.until, a.id), reverse=True)
    open_, covered = [], []
    for finding in findings:
        by = next((a for a in longest if any(_covers(each, finding) for each in a.findings)), None)
        if by is None or finding.code in NEVER_ACCEPTED:
            open_.append(finding)
        else:
            covered.append(Accepted(finding, by.id, by.until))
    return tuple(open_), tuple(covered)


def _covers(accepted: AcceptedFinding, finding: Finding) -> bool:
    return (accepted.code, accepted.system) == (finding.code, finding.system) and all(
        wanted is None or wanted == found
        for wanted, found in (
            (accepted.account, finding.account),
            (accepted.object, finding.object),
            (accepted.category, finding.category),
        )
    )
