"""What `verify` answers: a verdict on each system with everything it rests on, and the document of all.

A finding of low severity is about order, not about access past the policy: it is shown, and the verdict may hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

from recuse.operations.acceptance import Accepted
from recuse.operations.attempts import Attempt
from recuse.operations.findings import Finding
from recuse.operations.reach import step

Verdict = Literal["holds", "findings", "undetermined"]
EXIT: Final[Mapping[Verdict, int]] = {"holds": 0, "findings": 1, "undetermined": 2}


@dataclass(frozen=True, slots=True)
class Verified:
    """The verdict on one system, with everything it rests on; `known_by` is attempt or catalog, for each account.

    `how` is how a system is known where nothing was tried: by its catalog, a listing, or an attestation.
    """

    system: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]
    attempts: tuple[Attempt, ...]
    examined: tuple[str, ...]
    not_examined: tuple[str, ...]
    residual: tuple[tuple[str, str], ...]
    outside: tuple[tuple[str, str], ...]
    accounts: int
    known_by: Mapping[str, str]
    server_version: str
    attempted: bool
    at: datetime
    pages: Mapping[str, str]
    how: str = "catalog"

    @property
    def weighing(self) -> tuple[Finding, ...]:
        """The findings that decide the verdict: all but those of low severity."""
        return tuple(finding for finding in self.findings if finding.severity != "low")


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
                "known_by": "attempt" if v.attempted else v.how,
                "accounts_known_by": dict(v.known_by),
                "attempts": len(v.attempts),
                "rows_tried": sum(a.tried for a in v.attempts),
                "server_version": v.server_version,
                "at": v.at.isoformat(),
            }
            for v in verified
        },
        "findings": [_shown(finding, v.pages) for v in verified for finding in v.findings],
        "accepted": [
            _shown(each.finding, v.pages) | {"acceptance": each.acceptance, "until": each.until.isoformat()}
            for v in verified
            for each in v.accepted
        ],
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
