"""What a draft of a directive says besides its rules, and how it stands in `directive.toml`."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from recuse.directive.document import CEDAR, DIRECTIVE
from recuse.model import Directive, LegalBasis, Stage
from recuse.toml_text import Value, block, value

_WORD: Final = re.compile(r"[a-z0-9]+")
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Head:
    """A directive's head: all keys of `directive.toml` but the digests, as the document gives them their meaning."""

    id: str
    title: str
    issued: date
    effective: datetime
    directed_by: str
    confirm_role: str
    supersedes: tuple[str, ...]
    stage: Stage
    canary_accounts: tuple[str, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()
    counsel: str | None = None
    step_back_until: date | None = None

    @classmethod
    def of(cls, directive: Directive) -> "Head":
        """The head of a directive that was read."""
        return cls(
            directive.id, directive.title, directive.issued, directive.effective, directive.directed_by,
            directive.confirm_role, directive.supersedes, directive.stage, directive.canary_accounts,
            directive.legal_basis, directive.counsel, directive.step_back_until,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """The two files of a draft: the bytes of `directive.toml`, in which words stand for the digests, and the rules."""

    id: str
    toml: bytes
    cedar: str

    @property
    def files(self) -> dict[str, bytes]:
        """By the names that they have in the draft's folder."""
        return {DIRECTIVE: self.toml, CEDAR: self.cedar.encode()}


def render_head(head: Head) -> bytes:
    """`directive.toml` of a draft: a table that is added after it belongs to the same document."""
    first: dict[str, Value] = {"format": 1, "id": head.id, "title": head.title, "issued": head.issued}
    first |= {"effective": head.effective, "directed_by": head.directed_by, "confirm_role": head.confirm_role}
    first |= {"supersedes": head.supersedes, "stage": head.stage, "canary_accounts": head.canary_accounts}
    if head.step_back_until is not None:
        first["step_back_until"] = head.step_back_until
    last: dict[str, Value] = {} if head.counsel is None else {"counsel": head.counsel}
    last |= {"cedar_sha256": "CEDAR", "policy_sha256": "POLICY"}
    return (block("", first) + f"legal_basis = {legal_basis_text(head.legal_basis)}\n" + block("", last)).encode()


def legal_basis_text(bases: tuple[LegalBasis, ...]) -> str:
    """The value of `legal_basis`, a line for each."""
    keys = ("citation", "status", "checked_on")
    lines = [", ".join(f"{key} = {value(getattr(basis, key))}" for key in keys) for basis in bases]
    return f"[\n{''.join(f'  {{ {line} }},{chr(10)}' for line in lines)}]" if lines else "[]"


def name_of(title: str, issued: date) -> str:
    """A folder's name for a directive: the day, and the words of its title in letters that every system has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = _WORD.findall(plain) or ["directive"]
    length = 0
    kept = [word for word in words if (length := length + len(word) + 1) <= _LONGEST]
    return f"{issued.isoformat()}-{'-'.join(kept or [words[0][:_LONGEST]])}"
