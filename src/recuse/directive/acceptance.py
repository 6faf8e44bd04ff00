"""Acceptances: findings that an official answers for until a day. Read strictly; one signature, one year at most.

```
acceptances/<id>/acceptance.toml       which findings, by whom, why, from when until when     (required)
                 acceptance.toml.sig   armored SSHSIG over acceptance.toml
```
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from recuse.directive.in_force import Claim, signer
from recuse.errors import Problem
from recuse.model import Acceptance, AcceptedFinding, Official, SignedAcceptance
from recuse.toml_source import Section, parse

ACCEPTANCE: Final = "acceptance.toml"
SIGNATURE: Final = "acceptance.toml.sig"
FILES: Final = (ACCEPTANCE, SIGNATURE)
LONGEST: Final = timedelta(days=366)
"""Longer would outlive the yearly review of accounts (CJIS AC-2j)."""


def parse_acceptance(name: str, files: Mapping[str, bytes], problems: list[Problem]) -> SignedAcceptance | None:
    """The acceptance of a folder called `name` from its files' bytes by file name; problems are added to the list."""
    place = f"acceptances/{name}/{ACCEPTANCE}"
    raw = files.get(ACCEPTANCE)
    if raw is None:
        problems.append(Problem(place, 0, "missing file", "an acceptance has it"))
        return None
    source = parse(place, raw, problems)
    if source is None:
        return None
    section = Section(source, problems)
    section.expect("format", 1)
    found = Acceptance(
        id=section.text("id"),
        raw=raw,
        accepted_by=section.text("accepted_by"),
        reason=section.text("reason"),
        start=section.day("from"),
        until=section.day("until"),
        findings=tuple(_finding(each) for each in section.sections("finding")),
    )
    section.close()
    _check(found, name, section)
    return SignedAcceptance(found, files.get(SIGNATURE))


def accepted(
    acceptances: Mapping[str, SignedAcceptance], officials: Mapping[str, Official], on: date
) -> tuple[Acceptance, ...]:
    """The acceptances in force on a day, by id. Drafts, and those to come or past, are left out.

    The official must have been in office on the first day. Raises SignatureError for a signature that does not hold:
    what was altered is not quietly a draft.
    """
    found: list[Acceptance] = []
    for name in sorted(acceptances):
        signed = acceptances[name]
        each = signed.acceptance
        if signed.signature is None or not each.start <= on <= each.until:
            continue
        claim = Claim(f"acceptance `{each.id}`", each.raw, signed.signature, "accept", each.accepted_by)
        signer(claim, officials, datetime.combine(each.start, time(12), UTC))
        found.append(each)
    return tuple(found)


def _finding(section: Section) -> AcceptedFinding:
    found = AcceptedFinding(
        code=section.text("code"),
        system=section.text("system"),
        account=section.optional_text("account"),
        object=section.optional_text("object"),
        category=section.optional_text("category"),
    )
    section.close()
    return found


def _check(found: Acceptance, name: str, section: Section) -> None:
    if found.id not in {"", name}:
        remedy = "rename the folder, or the acceptance before it is signed"
        section.report(f"`id` is `{found.id}`, but the folder is `{name}`", "id", remedy=remedy)
    if not found.findings:
        section.report("it accepts no finding", remedy="add `[[finding]]` with `code` and `system`")
    if not found.start <= found.until <= found.start + LONGEST:
        section.report(
            f"`{found.id}` must end after it begins, and within a year", "until", remedy="give an earlier end"
        )
