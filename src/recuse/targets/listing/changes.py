"""Changes of what an export lists: a role, a membership or a grant made or unmade, a login locked. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from recuse.targets.listing.records import Granted, Listing, Member, Principal

Step = Literal["cut", "prepare", "enter", "close", "loosen"]
"""In this order: accounts that keep nothing lose first; what was substituted enters before the rest is closed."""

STEPS: tuple[Step, ...] = ("cut", "prepare", "enter", "close", "loosen")
PHASES: dict[Step, str] = {
    "cut": "tighten", "prepare": "tighten", "enter": "substitute", "close": "tighten", "loosen": "loosen",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListedChange:
    """One line made or unmade; a `Principal` made is a new role, and unmade a login that is locked. Why, in words."""

    step: Step
    make: bool
    line: Granted | Member | Principal
    reason: str


def unsigned(line: Granted) -> Granted:
    """A grant without its grantor: what is wanted does not say who grants it."""
    return replace(line, grantor=None)


def changed(listing: Listing, changes: Iterable[ListedChange]) -> Listing:
    """The export as it would be once the changes are made."""
    principals, members, grants = list(listing.principals), list(listing.members), list(listing.grants)
    for change in changes:
        match change.line:
            case Granted() as grant:
                grants.append(grant) if change.make else grants.remove(grant)
            case Member() as member:
                members.append(member) if change.make else members.remove(member)
            case Principal() as principal if change.make:
                principals.append(principal)
            case Principal() as principal:
                principals[principals.index(principal)] = replace(principal, active=False)
    return Listing(
        listing.about, tuple(principals), tuple(members), listing.objects, listing.columns, tuple(grants), listing.uses,
        listing.present, listing.sha256,
    )  # fmt: skip
