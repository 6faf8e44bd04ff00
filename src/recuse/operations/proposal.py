"""What `recuse init` proposes: the files of a policy repository, every guess with its reason, and what was left out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from recuse.model import Use

Subject = Literal["account", "table", "column", "attribute", "key", "derived"]
Left = Literal["login", "table", "column", "derived", "function", "access"]


@dataclass(frozen=True, slots=True)
class Guess:
    """A suggestion for a person: what was guessed of what, and why. `name` is as the catalog has it."""

    subject: Subject
    name: str
    guess: str
    reason: str


@dataclass(frozen=True, slots=True)
class Omission:
    """Something found that the proposal does not carry, and why; for `access`, what an account had and would lose."""

    kind: Left
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """A column (or table, then `column` is its name) to look at: law or recommendation speaks of holding such data."""

    table: str
    column: str
    category: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A proposal in figures: accounts by use, columns by category, and every guess, check and omission."""

    system: str
    accounts: Mapping[Use, int]
    tables: int
    derived: int
    categories: Mapping[str, int]
    rules: int
    guesses: tuple[Guess, ...]
    checks: tuple[Check, ...]
    left_out: tuple[Omission, ...]

    def document(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy repository as text by path, not yet written, and its summary."""

    files: Mapping[str, str]
    summary: Summary
