"""What `verify` answers: a verdict on each system with everything it rests on, and the document of all.

A finding of low severity is about order, not about access past the policy: it is shown, and the verdict may hold.
Where the rights of who verifies allow less than attempts as every account, the policy *holds by catalog* at best: each
such limit needs a signed acceptance, or it could not be told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, assert_never

from recuse.operations.acceptance import Accepted
from recuse.operations.attempts import Attempt
from recuse.operations.finding import Finding
from recuse.operations.page import Matrix
from recuse.operations.reach import step

Verdict = Literal["holds", "holds by catalog", "findings", "undetermined"]
_TOLD: Final = (
    "code", "system", "object", "reproduce", "account", "category", "door", "steps", "remedy", "severity", "rows",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verified:
    """The verdict on one system, with everything it rests on; `known_by` is attempt or catalog, for each account.

    `limits` are what the rights of who verified did not allow to be told, and nobody has accepted.
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
    limits: tuple[Finding, ...] = ()
    how: str = "catalog"
    matrix: Matrix | None = None
    """What agencies read now, and what they do by the policy; None where no plan can be made."""

    @property
    def exit_code(self) -> int:
        """0 it holds, or by catalog and an official answers for that; 1 findings; 2 it could not be told."""
        match self.verdict:
            case "findings":
                return 1
            case "holds":
                return 0
            case "holds by catalog":
                return 2 if self.limits else 0
            case "undetermined":
                return 2
            case _ as never:
                assert_never(never)

    @property
    def weighing(self) -> tuple[Finding, ...]:
        """The findings that decide the verdict: all but those of low severity."""
        return tuple(finding for finding in self.findings if finding.severity != "low")


def verify_document(verified: Sequence[Verified]) -> dict[str, Any]:
    """The JSON document of `recuse verify` (DESIGN: the machine interface)."""
    verdict = min((v.verdict for v in verified), key=_ORDER.index, default="undetermined")
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
        "not_examined": [
            *(_split(line, v.system) for v in verified for line in v.not_examined),
            *(_split(f"{limit.code}: {limit.reproduce}", v.system) for v in verified for limit in v.limits),
        ],
    }


def exit_code(verified: Sequence[Verified]) -> int:
    """The worst of several: findings before what could not be told."""
    codes = {each.exit_code for each in verified} or {2}
    return min(codes - {0}, default=0)


_ORDER: Final[tuple[Verdict, ...]] = ("findings", "undetermined", "holds by catalog", "holds")


def _shown(finding: Finding, pages: Mapping[str, str]) -> dict[str, Any]:
    """A finding as documents have it, under its id."""
    told = {name: getattr(finding, name) for name in _TOLD}
    return {"id": finding.id} | told | {"steps": [step(edge, pages) for edge in finding.steps]}


def _coded(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"code": code, "sentence": sentence} for code, sentence in dict.fromkeys(pairs)]


def _split(line: str, system: str) -> dict[str, str]:
    code, _, sentence = line.partition(": ")
    return {"code": code, "system": system, "sentence": sentence}
