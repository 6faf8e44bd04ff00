"""Who in office stands for what is recorded, and their signature: of certificates, of answers, of what is held back."""

from pathlib import Path

from recuse import clock
from recuse.directive.claims import Claim, signer
from recuse.directive.officials import in_office
from recuse.directive.signature import ATTEST_NAMESPACE, sign
from recuse.errors import InputError, RefusedError
from recuse.model import Official, OfficialRole, Repository


def official_of(repository: Repository, by: str, role: OfficialRole | None = None) -> Official:
    """The official of this id, in office, and with a role where one is needed; InputError or RefusedError otherwise."""
    official = repository.officials.get(by)
    if official is None:
        known = ", ".join(f"`{name}`" for name in repository.officials)
        raise InputError(f"no official `{by}` in officials.toml", f"name one of {known}")
    if not in_office(official, clock.now()):
        raise RefusedError(f"`{by}` is in office from {official.start} until {official.until}", "let another do it")
    if role is not None and role not in official.roles:
        raise RefusedError(f"`{by}` has not the role `{role}`", "give the role in officials.toml, or let another do it")
    return official


def attested(repository: Repository, what: str, text: bytes, by: str, key: Path | None) -> str | None:
    """The official's signature of a text, None without a key; SignatureError where the key is not theirs."""
    if key is None:
        return None
    signature = sign(text, ATTEST_NAMESPACE, key)
    signer(Claim(what, text, signature, "attest", by), repository.officials, clock.now())
    return signature.decode()
