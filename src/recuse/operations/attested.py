"""What `verify` says of a system that no program can look into: who answers for it, and until when."""

from collections.abc import Iterator
from pathlib import Path

from recuse.directive.acceptance import accepted
from recuse.directive.attestation import Standing, check_signatures, checklist, template
from recuse.errors import DirectiveError, InputError, SignatureError
from recuse.model import SignedAttestation, System
from recuse.operations.acceptance import divided
from recuse.operations.finding import Finding
from recuse.operations.outside import OUTSIDE
from recuse.operations.verdict import Verdict, Verified
from recuse.operations.workspace import Workspace
from recuse.policy.names import is_identifier
from recuse.policy.repository import read_repository

CODE = "attestation"
RENEW = "recuse new attestation, and two signatures"


def verify_attested(workspace: Workspace, name: str | None = None) -> Iterator[Verified]:
    """The verdict on each attested system: findings, or undetermined. It never holds: nobody here has looked."""
    for system in workspace.of_kind("attested", name):
        findings, said = _judged(workspace, system)
        standing = accepted(workspace.repository.acceptances, workspace.repository.officials, workspace.at.date())
        weighing, covered = divided(findings, standing)
        verdict: Verdict = "findings" if weighing else "undetermined"
        yield Verified(
            system=system.name,
            verdict=verdict,
            findings=weighing,
            accepted=covered,
            attempts=(),
            examined=("attestations and their signatures",),
            not_examined=said,
            residual=(),
            outside=tuple(OUTSIDE.items()),
            accounts=0,
            known_by={},
            server_version="",
            attempted=False,
            at=workspace.at,
            pages={},
            how="attestation",
        )


def new_attestation(folder: Path, name: str, system: str, workspace: Workspace) -> Path:
    """Write an attestation to fill in; returns its path. Raises InputError for a name or system that does not fit."""
    repository = read_repository(folder)
    path = folder / "attestations" / name / "attestation.toml"
    if system not in repository.systems or repository.systems[system].kind != "attested":
        known = [each.name for each in repository.systems.values() if each.kind == "attested"]
        remedy = f"name one of {', '.join(known)}" if known else "a system is attested by its `kind` in recuse.toml"
        raise InputError(f"`{system}` is no attested system of recuse.toml", remedy)
    if not is_identifier(name.replace("-", "_")) and not name.replace("-", "").isalnum():
        raise InputError(f"`{name}` cannot name an attestation", "use letters, digits and hyphens")
    if path.parent.exists():
        raise InputError(f"`{path.parent}` is there already", "give the new one another id")
    attests = next((o.id for o in repository.officials.values() if "attest" in o.roles), None)
    confirms = next((o.id for o in repository.officials.values() if "confirm" in o.roles and o.id != attests), None)
    if attests is None or confirms is None:
        raise DirectiveError("nobody may attest, or nobody else may confirm", "give the roles in officials.toml")
    path.parent.mkdir(parents=True)
    path.write_text(template(name, system, (attests, confirms), workspace.at.date()), encoding="utf-8")
    return path


def _judged(workspace: Workspace, system: System) -> tuple[list[Finding], tuple[str, ...]]:
    """The best attestation of a system: findings about it, and the line that says who answers until when."""
    today, refusals, ended = workspace.at.date(), [], []
    standing: list[Standing] = []
    for signed in _of(workspace, system):
        found = signed.attestation
        if not found.start <= today <= found.until:
            ended.append(f"attestation `{found.id}` is for {found.start} to {found.until}")
            continue
        try:
            standing.append(check_signatures(signed, workspace.repository.officials))
        except SignatureError as error:
            refusals.append(error.message)
    if not standing:
        reasons = "; ".join([*refusals, *ended]) or f"nobody has attested anything about `{system.name}`"
        return [_finding(system, f"-- {reasons}")], (f"attested: {reasons}",)
    best = max(standing, key=lambda each: each.signed.attestation.until)
    return list(_findings(system, best)), (_sentence(best),)


def _of(workspace: Workspace, system: System) -> Iterator[SignedAttestation]:
    for name in sorted(workspace.repository.attestations):
        signed = workspace.repository.attestations[name]
        if signed.attestation.system == system.name:
            yield signed


def _findings(system: System, best: Standing) -> Iterator[Finding]:
    name = best.signed.attestation.id
    for evidence in best.changed():
        yield _finding(system, f"-- `{evidence}` of attestation `{name}` is not the file that was signed for")
    for question in best.denied():
        yield _finding(system, f"-- answered by no in attestation `{name}`: {checklist()[question]}")


def _finding(system: System, sentence: str) -> Finding:
    return Finding(CODE, system.name, system.name, sentence, remedy=RENEW)


def _sentence(best: Standing) -> str:
    found = best.signed.attestation
    away = sum(a.evidence is not None and a.evidence not in best.signed.files for a in found.answers)
    kept = f"; {away} pieces of evidence are kept elsewhere" if away else ""
    by = f"by {found.attested_by} and {found.confirmed_by}"
    return f"attested: attested, not verified, {by}, until {found.until} (attestation `{found.id}`){kept}"
