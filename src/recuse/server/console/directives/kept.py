"""Drafts as the state keeps them, and plans as somebody else makes them: what the screens ask of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from recuse.directive.drafting import Draft


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a draft; `by` is its author's pseudonym."""

    draft: Draft
    number: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that was brought for one version of a draft."""

    name: str
    at: datetime
    by: str
    data: bytes


class Drafts(Protocol):
    """Where drafts are kept: every version, none of them ever changed."""

    def newest(self) -> tuple[Version, ...]:
        """The last version of each draft, the newest first."""
        ...

    def versions(self, name: str) -> tuple[Version, ...]:
        """Every version of a draft, oldest first."""
        ...

    def keep(self, draft: Draft, version: int, by: str, at: datetime) -> None:
        """Keep one more version. InputError where somebody has kept a version of this number meanwhile."""
        ...

    def bring(self, name: str, version: int, paper: Paper) -> None:
        """Keep a file that was brought for a version."""
        ...

    def papers(self, name: str, version: int) -> Mapping[str, Paper]:
        """The last file of each name that was brought for a version."""
        ...


class Plans(Protocol):
    """Plans of directives, made by a process that may enter databases; the console may not."""

    def find(self, cedar_sha256: str) -> bytes | None:
        """The newest plan document in which a directive with these rules counts; None where there is none."""
        ...

    def ask(self, version: Version, by: str) -> str | None:
        """Have a version of a draft planned; the page that follows it, None where nobody is there to plan."""
        ...


class NoPlans:
    """Where nobody makes plans for the console: they are brought as files."""

    def find(self, _cedar_sha256: str) -> bytes | None:
        """None."""
        return None

    def ask(self, _version: Version, _by: str) -> str | None:
        """Nobody is there."""
        return None
