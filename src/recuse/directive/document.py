"""Reads one folder of `directives/`, keeps the exact bytes that are signed, and writes what `sign` and `confirm` write.

```
directives/<id>/directive.toml        who, when, legal basis, digests of the two things signed for   (required)
                directive.cedar       the rules                                                     (required)
                directive.toml.sig    armored SSHSIG over directive.toml
                confirmation.toml     the second official's answer
                confirmation.toml.sig armored SSHSIG over confirmation.toml
```
A draft holds the words `CEDAR` and `POLICY` where the digests go; `with_digests` fills them in.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Final, get_args

from recuse.directive.permit_terms import read_terms
from recuse.errors import DirectiveError, Problem
from recuse.model import Confirmation, Directive, LegalBasis, OfficialRole, SignedDirective, Stage
from recuse.toml_source import Section, parse

DIRECTIVE: Final = "directive.toml"
CEDAR: Final = "directive.cedar"
SIGNATURE: Final = "directive.toml.sig"
CONFIRMATION: Final = "confirmation.toml"
CONFIRMATION_SIGNATURE: Final = "confirmation.toml.sig"
FILES: Final = (DIRECTIVE, CEDAR, SIGNATURE, CONFIRMATION, CONFIRMATION_SIGNATURE)

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
ROLES: Final[tuple[OfficialRole, ...]] = get_args(OfficialRole)
_ANSWERS: Final = ("confirm", "refuse")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def read_directive(folder: Path) -> SignedDirective:
    """The directive in a folder `directives/<id>`, a draft or signed; nothing is said about its signatures.

    Raises DirectiveError with every problem found, each with file and line.
    """
    problems: list[Problem] = []
    try:
        files = {name: (folder / name).read_bytes() for name in FILES if (folder / name).exists()}
    except OSError as error:
        message = f"`{folder}` cannot be read: {(error.strerror or 'no reason given').lower()}"
        raise DirectiveError(message, "check the folder's rights") from error
    signed = parse_directive(folder.name, files, problems)
    if signed is None or problems:
        raise DirectiveError("\n".join(map(str, problems)))
    return signed


def parse_directive(name: str, files: Mapping[str, bytes], problems: list[Problem]) -> SignedDirective | None:
    """The directive of a folder called `name` from its files' bytes by file name; problems are added to the list.

    The value may be used only when no problem was added.
    """
    folder = f"directives/{name}"
    for required in (DIRECTIVE, CEDAR):
        if required not in files:
            problems.append(Problem(f"{folder}/{required}", 0, "missing file", "a directive has both files"))
    if CONFIRMATION_SIGNATURE in files and CONFIRMATION not in files:
        message = f"missing file, though `{CONFIRMATION_SIGNATURE}` is there"
        problems.append(Problem(f"{folder}/{CONFIRMATION}", 0, message, "run `recuse confirm`"))
    confirmation = _confirmation(f"{folder}/{CONFIRMATION}", files.get(CONFIRMATION), problems)
    directive = _directive(name, files, problems)
    if directive is None:
        return None
    return SignedDirective(directive, files.get(SIGNATURE), confirmation, files.get(CONFIRMATION_SIGNATURE))


def with_digests(raw: bytes, cedar_sha256: str, policy_sha256: str) -> bytes:
    """The bytes of a `directive.toml` with its two digests (64 hexadecimal digits each) filled in, all else untouched.

    Raises DirectiveError when the text is not TOML or lacks one of the two keys, or a digest is not one.
    """
    problems: list[Problem] = []
    source = parse(DIRECTIVE, raw, problems)
    if source is None:
        raise DirectiveError("\n".join(map(str, problems)))
    digests = {"cedar_sha256": cedar_sha256, "policy_sha256": policy_sha256}
    for key, digest in digests.items():
        if not _DIGEST.fullmatch(digest):
            raise DirectiveError(f"`{digest}` is not a SHA-256 in lower-case hexadecimal", "pass 64 digits")
        if not isinstance(source.values.get(key), str) or (key,) not in source.spans:
            raise DirectiveError(f"`{DIRECTIVE}` has no text `{key}`", f'add `{key} = ""`')
    filled = raw
    for key in sorted(digests, key=lambda name: source.spans[(name,)].start, reverse=True):
        span = source.spans[(key,)]
        filled = filled[: span.start] + f'"{digests[key]}"'.encode() + filled[span.end :]
    return filled


def render_confirmation(answer: Confirmation) -> bytes:
    """The text of `confirmation.toml` for this answer, to be signed as it is; `answer.raw` is not looked at.

    Raises DirectiveError when the conditions cannot be written as UTF-8.
    """
    lines = {
        "format": "1",
        "directive_sha256": _quoted(answer.directive_sha256),
        "directive_signature_sha256": _quoted(answer.directive_signature_sha256),
        "decision": _quoted(answer.decision),
        "conditions": _quoted(answer.conditions),
        "effective": answer.effective.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "confirmed_by": _quoted(answer.confirmed_by),
    }
    try:
        return "".join(f"{key} = {value}\n" for key, value in lines.items()).encode()
    except UnicodeEncodeError as error:
        raise DirectiveError("the conditions hold half a character", "write them again") from error


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are all TOML's too, but TOML also wants DELETE escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _confirmation(file: str, raw: bytes | None, problems: list[Problem]) -> Confirmation | None:
    source = None if raw is None else parse(file, raw, problems)
    if raw is None or source is None:
        return None
    section = Section(source, problems)
    section.expect("format", 1)
    confirmation = Confirmation(
        raw=raw,
        directive_sha256=_digest(section, "directive_sha256"),
        directive_signature_sha256=_digest(section, "directive_signature_sha256"),
        decision=section.choice("decision", _ANSWERS),
        conditions=section.text("conditions", blank=True),
        effective=section.moment("effective"),
        confirmed_by=section.text("confirmed_by"),
    )
    section.close()
    return confirmation


def _directive(name: str, files: Mapping[str, bytes], problems: list[Problem]) -> Directive | None:
    cedar = _cedar(f"directives/{name}/{CEDAR}", files.get(CEDAR, b""), problems)
    raw = files.get(DIRECTIVE)
    source = None if raw is None else parse(f"directives/{name}/{DIRECTIVE}", raw, problems)
    if raw is None or source is None:
        return None
    section = Section(source, problems)
    section.expect("format", 1)
    directive = Directive(
        id=section.text("id"),
        raw=raw,
        cedar=cedar,
        title=section.text("title"),
        issued=section.day("issued"),
        effective=section.moment("effective"),
        directed_by=section.text("directed_by"),
        confirm_role=section.choice("confirm_role", ROLES),
        supersedes=section.texts("supersedes"),
        stage=section.choice("stage", STAGES),
        canary_accounts=section.texts("canary_accounts"),
        legal_basis=tuple(map(_legal_basis, section.sections("legal_basis"))),
        counsel=section.optional_text("counsel"),
        cedar_sha256=_digest(section, "cedar_sha256", draft="CEDAR"),
        policy_sha256=_digest(section, "policy_sha256", draft="POLICY"),
        step_back_until=section.day("step_back_until") if "step_back_until" in section else None,
        permits=read_terms(section),
    )
    section.close()
    if directive.id not in {"", name}:
        remedy = "rename the folder, or the directive before it is signed"
        section.report(f"`id` is `{directive.id}`, but the folder is `{name}`", "id", remedy=remedy)
    return directive


def _legal_basis(section: Section) -> LegalBasis:
    basis = LegalBasis(section.text("citation"), section.text("status"), section.day("checked_on"))
    section.close()
    return basis


def _digest(section: Section, key: str, draft: str | None = None) -> str:
    found = section.text(key)
    if found and found != draft and not _DIGEST.fullmatch(found):
        or_draft = f", or `{draft}` in a draft" if draft else ""
        section.report(f"`{key}` must be a SHA-256 in lower-case hexadecimal{or_draft}", key)
    return found


def _cedar(file: str, raw: bytes, problems: list[Problem]) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.append(Problem(file, line, "not text in UTF-8", "save the file as UTF-8"))
        return ""
