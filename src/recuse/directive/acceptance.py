"""Acceptances: findings that an official answers for until a day. Read strictly; one signature, one year at most.

```
acceptances/<id>/acceptance.toml       which findings, by whom, why, from when until when     (required)
                 acceptance.toml.sig   armored SSHSIG over acceptance.toml
```
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from recuse.directive.claims import Claim, signer
from recuse.directive.lasting import check_time, first_noon, opened
from recuse.errors import Problem
from recuse.model import Acceptance, AcceptedFinding, Official, SignedAcceptance
from recuse.toml_source import Section

ACCEPTANCE: Final = "acceptance.toml"
SIGNATURE: Final = "acceptance.toml.sig"
FILES: Final = (ACCEPTANCE, SIGNATURE)


def parse_acceptance(name: str, files: Mapping[str, bytes], problems: list[Problem]) -> SignedAcceptance | None:
    """The acceptance of a folder called `name` from its files' bytes by file name; problems are added to the list."""
    place = f"acceptances/{name}/{ACCEPTANCE}"
    raw = files.get(ACCEPTANCE)
    section = opened(place, raw, "an acceptance has it", problems)
    if raw is None or section is None:
        return None
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
        signer(claim, officials, first_noon(each.start))
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
    check_time(section, ("acceptance", found.id), name, (found.start, found.until))
    if not found.findings:
        section.report("it accepts no finding", remedy="add `[[finding]]` with `code` and `system`")
