"""Attestations: what two officials answer for, about a system that no program can look into, for a year at most.

```
attestations/<id>/attestation.toml       every question of the checklist: answer, person, day, evidence  (required)
                  attestation.toml.sig   armored SSHSIG over attestation.toml, by the official who attests
                  countersignature.sig   armored SSHSIG over attestation.toml, by another who confirms
                  …                      evidence, where it may lie here; its SHA-256 is in attestation.toml
```
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Final, get_args

from recuse.directive.claims import Claim, signer
from recuse.directive.lasting import LONGEST, check_time, first_noon, opened
from recuse.directive.signature import COUNTERSIGN_NAMESPACE
from recuse.errors import Problem, SignatureError
from recuse.model import Answer, AnswerWord, Attestation, Official, SignedAttestation
from recuse.toml_source import Section

ATTESTATION: Final = "attestation.toml"
SIGNATURE: Final = "attestation.toml.sig"
COUNTERSIGNATURE: Final = "countersignature.sig"
_ANSWERS: Final[tuple[AnswerWord, ...]] = get_args(AnswerWord)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@cache
def checklist() -> Mapping[str, str]:
    """The questions by id, in their order."""
    found = tomllib.loads(files("recuse.directive").joinpath("checklist.toml").read_text(encoding="utf-8"))
    return {each["id"]: each["text"] for each in found["question"]}


def parse_attestation(name: str, given: Mapping[str, bytes], problems: list[Problem]) -> SignedAttestation | None:
    """The attestation of a folder called `name` from its files' bytes by file name; problems are added to the list."""
    place = f"attestations/{name}/{ATTESTATION}"
    raw = given.get(ATTESTATION)
    section = opened(place, raw, "run `recuse new attestation`", problems)
    if raw is None or section is None:
        return None
    found = Attestation(
        id=section.text("id"),
        raw=raw,
        system=section.text("system"),
        attested_by=section.text("attested_by"),
        confirmed_by=section.text("confirmed_by"),
        start=section.day("from"),
        until=section.day("until"),
        answers=tuple(map(_answer, section.sections("answer"))),
    )
    section.close()
    _check(found, name, section)
    texts = (ATTESTATION, SIGNATURE, COUNTERSIGNATURE)
    beside = {file: hashlib.sha256(content).hexdigest() for file, content in given.items() if file not in texts}
    return SignedAttestation(found, given.get(SIGNATURE), given.get(COUNTERSIGNATURE), beside)


@dataclass(frozen=True, slots=True)
class Standing:
    """An attestation that both officials signed, in office on its first day."""

    signed: SignedAttestation

    def changed(self) -> tuple[str, ...]:
        """Evidence that lies there and is not what was signed for."""
        return tuple(
            answer.evidence
            for answer in self.signed.attestation.answers
            if answer.evidence is not None
            and self.signed.files.get(answer.evidence, answer.evidence_sha256) != answer.evidence_sha256
        )

    def denied(self) -> tuple[str, ...]:
        """Questions that were answered by no."""
        return tuple(answer.question for answer in self.signed.attestation.answers if answer.answer == "no")


def check_signatures(signed: SignedAttestation, officials: Mapping[str, Official]) -> Standing:
    """The attestation with both signatures checked. Raises SignatureError for what is wrong or missing."""
    found = signed.attestation
    what = f"attestation `{found.id}`"
    if signed.signature is None or signed.countersignature is None:
        raise SignatureError(
            f"{what} has not both signatures", "let two officials run `recuse sign` and `recuse confirm`"
        )
    if found.attested_by == found.confirmed_by:
        raise SignatureError(f"{what} is attested and confirmed by one person", "let another official confirm")
    on = first_noon(found.start)
    signer(Claim(what, found.raw, signed.signature, "attest", found.attested_by), officials, on)
    second = Claim(what, found.raw, signed.countersignature, "confirm", found.confirmed_by, COUNTERSIGN_NAMESPACE)
    signer(second, officials, on)
    return Standing(signed)


def open_questions(found: Attestation) -> tuple[str, ...]:
    """Questions that nobody has answered."""
    return tuple(answer.question for answer in found.answers if answer.answer == "open")


def template(name: str, system: str, officials: tuple[str, str], start: date) -> str:
    """A new attestation to fill in, with every question open."""
    lines = [
        "format = 1", f'id = "{name}"', f'system = "{system}"', f'attested_by = "{officials[0]}"',
        f'confirmed_by = "{officials[1]}"', f"from = {start}", f"until = {start + timedelta(days=365)}",
    ]  # fmt: skip
    for question, text in checklist().items():
        lines += [
            "", f"# {text}", "[[answer]]", f'question = "{question}"', 'answer = "open"  # yes, no or open',
            'by = ""  # who found out', f"on = {start}", '# evidence = "file name"',
            '# evidence_sha256 = "…"', '# note = "…"',
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _answer(section: Section) -> Answer:
    found = Answer(
        question=section.text("question"),
        answer=section.choice("answer", _ANSWERS),
        by=section.text("by", blank=True),
        on=section.day("on"),
        evidence=section.optional_text("evidence"),
        evidence_sha256=section.optional_text("evidence_sha256"),
        note=section.optional_text("note"),
    )
    section.close()
    if found.answer != "open" and not found.by:
        section.report("it says not who found it out", "by", remedy="name the person")
    if found.answer == "yes" and found.evidence is None:
        section.report("there is no evidence for yes", remedy="name a file in `evidence`, and its `evidence_sha256`")
    if (found.evidence is None) != (found.evidence_sha256 is None):
        section.report("`evidence` and `evidence_sha256` belong together", remedy="give both, or neither")
    if found.evidence_sha256 is not None and not _DIGEST.fullmatch(found.evidence_sha256):
        section.report("`evidence_sha256` must be a SHA-256 in lower-case hexadecimal", "evidence_sha256")
    return found


def _check(found: Attestation, name: str, section: Section) -> None:
    check_time(section, ("attestation", found.id), name, (found.start, found.until))
    asked = [answer.question for answer in found.answers]
    for question in checklist():
        if asked.count(question) != 1:
            section.report(
                f"the question `{question}` is answered {asked.count(question)} times", remedy="answer it once"
            )
    for question in asked:
        if question and question not in checklist():
            known = ", ".join(f"`{each}`" for each in checklist())
            section.report(f"`{question}` is no question of the checklist", remedy=f"known here: {known}")
    for answer in found.answers:
        if not found.start - LONGEST <= answer.on <= found.until:
            section.report(f"`{answer.question}` was answered long before, or after, the time attested for")
