"""Whose signature it is: a key of the official named, in the role and the term that the text asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from recuse.directive.officials import NAMESPACES, in_office, keys_of
from recuse.directive.signature import verify
from recuse.errors import SignatureError
from recuse.model import Official, OfficialRole

ROLES: Final = "give the role in officials.toml, or let an official who has it sign"


@dataclass(frozen=True, slots=True)
class Claim:
    """That an official signed these bytes in a role; in its usual namespace, or in the one given."""

    what: str
    message: bytes
    signature: bytes
    role: OfficialRole
    by: str
    namespace: str | None = None


def signer(claim: Claim, officials: Mapping[str, Official], at: datetime) -> Official:
    """The official named, if the signature is by a key of theirs, in their role, during their term.

    Raises SignatureError, in one sentence, for anything else.
    """
    try:
        key = verify(claim.message, claim.namespace or NAMESPACES[claim.role], claim.signature)
    except SignatureError as error:
        raise SignatureError(f"{claim.what}: {error.message}", error.remedy) from None
    named = officials.get(claim.by)
    if named is None:
        raise SignatureError(f"{claim.what} names `{claim.by}`, who is no official", "add the person to officials.toml")
    owners = [official.id for official in officials.values() if key in keys_of(official)]
    if not owners:
        raise SignatureError(f"{claim.what} is signed with a key of nobody in officials.toml", f"the key is `{key}`")
    if claim.by not in owners:
        raise SignatureError(
            f"{claim.what} is signed with a key of `{owners[0]}`, and names `{claim.by}`", "let the person named sign"
        )
    if claim.role not in named.roles:
        raise SignatureError(f"{claim.what} is signed by `{named.id}`, who has not the role `{claim.role}`", ROLES)
    if not in_office(named, at):
        raise SignatureError(
            f"{claim.what} is signed by `{named.id}`, in office from {named.start} until {named.until}, "
            f"not at {moment_text(at)}",
            "let an official in office sign",
        )
    return named


def moment_text(at: datetime) -> str:
    """A moment as messages show it."""
    return at.astimezone(UTC).isoformat(sep=" ", timespec="seconds")
