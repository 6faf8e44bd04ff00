"""`sign` and `confirm`: write the two signatures as files of the policy repository. Nothing is applied here."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from recuse.directive.attestation import open_questions
from recuse.directive.document import render_confirmation, with_digests
from recuse.directive.officials import keys_of
from recuse.directive.signature import (
    ACCEPT_NAMESPACE,
    ATTEST_NAMESPACE,
    CONFIRM_NAMESPACE,
    COUNTERSIGN_NAMESPACE,
    DIRECTIVE_NAMESPACE,
    REVIEW_CONFIRM_NAMESPACE,
    REVIEW_NAMESPACE,
    sign,
    verify,
)
from recuse.errors import DirectiveError, SignatureError
from recuse.model import Confirmation, Official, OfficialRole, Repository, Review, SignedDirective
from recuse.policy.repository import read_repository
from recuse.policy.validate import validate


def sign_directive(folder: Path, directive_id: str, key: Path) -> Path:
    """Fill in the two digests of `directive.toml`, sign its bytes, write `directive.toml.sig`; returns its path.

    The rules must validate: nobody signs what cannot be enforced. A confirmation of earlier bytes no longer fits and is
    refused when it is read. Raises SignatureError when the key is not one of the directing official's.
    """
    repository = read_repository(folder)
    signed = _directive(repository, directive_id, (*repository.acceptances, *repository.attestations))
    validate(repository, [signed.directive])
    official = _official(repository.officials, signed.directive.directed_by)
    cedar_sha256 = hashlib.sha256(signed.directive.cedar.encode()).hexdigest()
    raw = with_digests(signed.directive.raw, cedar_sha256, repository.policy_sha256)
    signature = sign(raw, DIRECTIVE_NAMESPACE, key)
    _check_key(official, raw, DIRECTIVE_NAMESPACE, signature)
    place = folder / "directives" / directive_id
    _write(place / "directive.toml", raw)
    _write(place / "directive.toml.sig", signature)
    return place / "directive.toml.sig"


def sign_acceptance(folder: Path, acceptance_id: str, key: Path) -> Path:
    """Sign `acceptance.toml` as it is and write its signature; returns its path.

    Raises SignatureError when the key is not one of the accepting official's, or the official may not accept.
    """
    repository = read_repository(folder)
    acceptance = repository.acceptances[acceptance_id].acceptance
    signature = _signed(repository, acceptance.accepted_by, ("accept", ACCEPT_NAMESPACE), acceptance.raw, key)
    path = folder / "acceptances" / acceptance_id / "acceptance.toml.sig"
    _write(path, signature)
    return path


def sign_attestation(folder: Path, attestation_id: str, key: Path) -> Path:
    """Sign `attestation.toml` as it is, by the official who attests; returns the signature's path.

    Raises DirectiveError while a question is open, SignatureError for another key, or an official who may not attest.
    """
    repository = read_repository(folder)
    found = repository.attestations[attestation_id].attestation
    if open_questions(found):
        names = ", ".join(f"`{question}`" for question in open_questions(found))
        raise DirectiveError(f"attestation `{found.id}` has open questions: {names}", "answer each by yes or no")
    signature = _signed(repository, found.attested_by, ("attest", ATTEST_NAMESPACE), found.raw, key)
    path = folder / "attestations" / attestation_id / "attestation.toml.sig"
    _write(path, signature)
    return path


def confirm_attestation(folder: Path, attestation_id: str, official_id: str, key: Path) -> Path:
    """Sign `attestation.toml` a second time, by the official whom it names; returns the countersignature's path.

    Raises SignatureError when it is not signed yet, or this is not the official or key.
    """
    repository = read_repository(folder)
    signed = repository.attestations[attestation_id]
    found = signed.attestation
    if signed.signature is None:
        raise SignatureError(f"attestation `{found.id}` is not signed", "let the attesting official run `recuse sign`")
    if official_id != found.confirmed_by or official_id == found.attested_by:
        message = f"attestation `{found.id}` is for `{found.confirmed_by}` to confirm, and for nobody who attested it"
        raise SignatureError(message, "let that official confirm")
    signature = _signed(repository, official_id, ("confirm", COUNTERSIGN_NAMESPACE), found.raw, key)
    path = folder / "attestations" / attestation_id / "countersignature.sig"
    _write(path, signature)
    return path


def sign_review(folder: Path, repository: Repository, found: Review, official_id: str, key: Path) -> Path:
    """Sign a review as it was read, by the official who made it; returns the signature's path.

    Raises SignatureError when this is not the official whom it names, or not a key of theirs. What it says, and whether
    that is still so, is for `reviewing` to have checked, of these very bytes: the file is not read again.
    """
    if official_id != found.reviewed_by:
        raise SignatureError(f"review `{found.id}` is for `{found.reviewed_by}` to sign", "let that official do it")
    signature = _signed(repository, official_id, ("review", REVIEW_NAMESPACE), found.raw, key)
    path = folder / "reviews" / found.id / "review.toml.sig"
    _write(path, signature)
    return path


def confirm_review(folder: Path, repository: Repository, found: Review, official_id: str, key: Path) -> Path:
    """Sign a review a second time, by the official who confirms; as `sign_review`, in a namespace of its own."""
    if official_id != found.confirmed_by:
        raise SignatureError(f"review `{found.id}` is for `{found.confirmed_by}` to confirm", "let that official do it")
    signature = _signed(repository, official_id, ("confirm", REVIEW_CONFIRM_NAMESPACE), found.raw, key)
    path = folder / "reviews" / found.id / "countersignature.sig"
    _write(path, signature)
    return path


def _signed(repository: Repository, by: str, what: tuple[OfficialRole, str], raw: bytes, key: Path) -> bytes:
    """A signature by an official who has the role, with a key of theirs."""
    role, namespace = what
    official = _official(repository.officials, by)
    if role not in official.roles:
        raise SignatureError(f"`{official.id}` has not the role `{role}`", "give the role in officials.toml")
    signature = sign(raw, namespace, key)
    _check_key(official, raw, namespace, signature)
    return signature


Signable = Literal["directive", "acceptance", "attestation"]


def signable(folder: Path, name: str) -> Signable:
    """Whose id this is; a directive's where nothing else has it. Raises DirectiveError for a review's."""
    repository = read_repository(folder)
    if name in repository.reviews and name not in repository.directives:
        raise DirectiveError(f"`{name}` is a review", "run `recuse review sign` or `recuse review confirm`")
    if name in repository.directives:
        return "directive"
    return (
        "acceptance"
        if name in repository.acceptances
        else "attestation"
        if name in repository.attestations
        else "directive"
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the second official says: confirm or refuse, on which conditions, effective when."""

    decision: Literal["confirm", "refuse"]
    conditions: str
    effective: datetime


def confirm_directive(folder: Path, directive_id: str, official_id: str, key: Path, answer: Answer) -> Path:
    """Write `confirmation.toml` about the signed directive, sign it, and write its signature; returns its path.

    Raises SignatureError when the directive is not signed, or the key is not one of this official's.
    """
    repository = read_repository(folder)
    signed = _directive(repository, directive_id)
    if signed.signature is None:
        raise SignatureError(
            f"directive `{directive_id}` is not signed", "let the directing official run `recuse sign`"
        )
    official = _official(repository.officials, official_id)
    confirmation = Confirmation(
        raw=b"",
        directive_sha256=hashlib.sha256(signed.directive.raw).hexdigest(),
        directive_signature_sha256=hashlib.sha256(signed.signature).hexdigest(),
        decision=answer.decision,
        conditions=answer.conditions,
        effective=answer.effective,
        confirmed_by=official_id,
    )
    raw = render_confirmation(confirmation)
    signature = sign(raw, CONFIRM_NAMESPACE, key)
    _check_key(official, raw, CONFIRM_NAMESPACE, signature)
    place = folder / "directives" / directive_id
    _write(place / "confirmation.toml", raw)
    _write(place / "confirmation.toml.sig", signature)
    return place / "confirmation.toml.sig"


def _directive(repository: Repository, directive_id: str, also: Iterable[str] = ()) -> SignedDirective:
    if directive_id not in repository.directives:
        others = tuple(also)
        known = ", ".join(f"`{name}`" for name in (*repository.directives, *others)) or "none"
        what = "directive, acceptance or attestation" if others else "directive"
        raise DirectiveError(f"there is no {what} `{directive_id}`", f"name one of these: {known}")
    return repository.directives[directive_id]


def _official(officials: Mapping[str, Official], official_id: str) -> Official:
    if official_id not in officials:
        known = ", ".join(f"`{name}`" for name in officials)
        raise DirectiveError(f"no official `{official_id}` in officials.toml", f"name one of {known}")
    return officials[official_id]


def _check_key(official: Official, message: bytes, namespace: str, signature: bytes) -> None:
    """A signature by a stranger's key would be refused later; say so now, before a file is written."""
    line = verify(message, namespace, signature)
    if line not in keys_of(official):
        raise SignatureError(
            f"the key given is not one of `{official.id}`'s in officials.toml", "sign with that official's own key"
        )


def _write(path: Path, content: bytes) -> None:
    """Replace a file whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
