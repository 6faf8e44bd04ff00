"""What `verify` says of a listing: each path past the policy as a finding; never more than “listed, not verified”."""

from collections.abc import Iterator
from dataclasses import replace

from recuse.directive.acceptance import accepted
from recuse.model import Account
from recuse.operations.acceptance import divided
from recuse.operations.finding import Finding
from recuse.operations.listed import Refused, plans
from recuse.operations.listed_plan import ListedPlan, Open
from recuse.operations.listed_reach import not_examined, too_old
from recuse.operations.outside import OUTSIDE
from recuse.operations.verdict import Verdict, Verified
from recuse.operations.workspace import Workspace
from recuse.targets.listing import nodes

SCRIPT = "recuse plan, recuse apply, a person who runs the script, and a new export"


def verify_listings(workspace: Workspace, name: str | None = None) -> Iterator[Verified]:
    """The verdict on each listing: findings, or undetermined. It never holds: nothing was tried."""
    for each in plans(workspace, name):
        yield _refused(workspace, each) if isinstance(each, Refused) else _verified(workspace, each)


def _verified(workspace: Workspace, plan: ListedPlan) -> Verified:
    findings = [_finding(workspace, plan, each) for each in plan.reached]
    if too_old(plan.listing, workspace.at):
        sentence = f"-- the export is of {plan.listing.about.exported_at:%Y-%m-%d}"
        findings.append(Finding("old-export", plan.system, plan.system, sentence, remedy="export again"))
    if plan.changes and not plan.reached:
        sentence = f"-- {len(plan.changes)} lines of the export are not as the policy wants them"
        findings.append(Finding("drift", plan.system, plan.system, sentence, remedy=SCRIPT, severity="low"))
    said = [f"{code}: {sentence}" for code, sentence in not_examined(plan.listing, workspace.at)]
    said[0] = said[0].replace("listed: ", "listed: listed, not verified: ", 1)
    logins = [each.name for each in plan.listing.principals if each.kind == "login"]
    known = {f"{plan.system}/{login}": "listing" for login in logins}
    found = _verdict(workspace, plan.system, findings, said)
    return replace(found, accounts=len(known), known_by=known, server_version=plan.listing.about.version)


def _refused(workspace: Workspace, each: Refused) -> Verified:
    remedy = f"; {each.error.remedy}" if each.error.remedy else ""
    return replace(_verdict(workspace, each.system, [], [f"listed: {each.error.message}{remedy}"]), examined=())


def _verdict(workspace: Workspace, system: str, findings: list[Finding], said: list[str]) -> Verified:
    repository = workspace.repository
    standing = accepted(repository.acceptances, repository.officials, workspace.at.date())
    weighing, covered = divided(findings, standing)
    verdict: Verdict = "findings" if any(each.severity != "low" for each in weighing) else "undetermined"
    return Verified(
        system=system,
        verdict=verdict,
        findings=weighing,
        accepted=covered,
        attempts=(),
        examined=("accounts, memberships, grants, owners and views of an export",),
        not_examined=tuple(said),
        residual=(),
        outside=tuple(OUTSIDE.items()),
        accounts=0,
        known_by={},
        server_version="",
        attempted=False,
        at=workspace.at,
        pages={},
        how="listing",
    )


def _finding(workspace: Workspace, plan: ListedPlan, each: Open) -> Finding:
    account: Account = plan.wanted.accounts[each.login]
    system = workspace.repository.systems[plan.system]
    name = nodes.dotted(*each.name)
    table = next((table for table in system.tables if table.name == ".".join(each.name)), None)
    taken = "".join(f"{edge.attempt}; " for edge in each.path if edge.attempt)
    verb = "SELECT * FROM" if each.verb == "read" else f"-- {each.verb.upper()} of"
    stays = any((each.login, each.name, each.verb) == (o.login, o.name, o.verb) for o in plan.stays)
    found = Finding(
        code="listed",
        system=plan.system,
        object=name,
        reproduce=f"-- as {each.login}: {taken}{verb} {name}",
        account=account.id,
        category=table.category if table else "",
        steps=each.path,
        remedy=SCRIPT,
    )
    return replace(found, remedy="a person: no statement of the script closes this path") if stays else found
