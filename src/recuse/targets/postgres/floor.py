"""The version floor: the minor release of each branch below which row and column control cannot be trusted.

A flaw that discloses memory or skips a check makes every grant void, whatever the catalog says. Releases of one day
carry the same repairs: 15.14, 16.10, 17.6 and 18.0; 15.18, 16.14, 17.10 and 18.4; 15.19, 16.15, 17.11 and 18.6; 15.20,
16.16, 17.12 and 18.7. So one list for branch 15 serves all. There is no 18.5: its release notes say so, and a live 18.6
does what 15.20 repaired. Source: the security page of the PostgreSQL project.
"""

from dataclasses import dataclass
from typing import Final

_BEHIND: Final = {15: 0, 16: 4, 17: 8, 18: 14}
"""How many minor releases a branch is behind branch 15 on the same day."""

_SKIPPED: Final = {18: 5}
"""A number of a branch that no release has."""

_REPAIRED: Final[dict[int, tuple[str, ...]]] = {
    3: ("CVE-2023-2454", "CVE-2023-2455"),
    4: ("CVE-2023-39417", "CVE-2023-39418"),
    6: ("CVE-2024-0985",),
    7: ("CVE-2024-4317",),
    8: ("CVE-2024-7348",),
    9: ("CVE-2024-10976", "CVE-2024-10978", "CVE-2024-10979"),
    14: ("CVE-2025-8713", "CVE-2025-8714", "CVE-2025-8715"),
    15: ("CVE-2025-12817",),
    16: ("CVE-2026-2003", "CVE-2026-2004", "CVE-2026-2005", "CVE-2026-2006"),
    18: ("CVE-2026-6472",),
    19: (
        "CVE-2026-6469", "CVE-2026-6471", "CVE-2026-14666", "CVE-2026-14673", "CVE-2026-14680", "CVE-2026-15741",
        "CVE-2026-18408",
    ),
    20: (
        "CVE-2026-6467", "CVE-2026-14661", "CVE-2026-116303", "CVE-2026-116311", "CVE-2026-116316", "CVE-2026-116327",
        "CVE-2026-120146", "CVE-2026-120154",
    ),
}  # fmt: skip
"""What each minor release of branch 15 repaired."""


@dataclass(frozen=True, slots=True)
class Floor:
    """A server's version against the floor of its branch; `minimum` None: a branch without a known floor.

    An older branch, which gets no repairs, is below the floor of the oldest that does; `unrepaired` does not list its
    flaws.
    """

    version: str
    minimum: str | None
    holds: bool
    unrepaired: tuple[str, ...]


def floor(server_version: int) -> Floor:
    """Judge a server by its `server_version_num` (150018 is 15.18); a branch that is not known does not hold."""
    branch, minor = divmod(server_version, 10_000)
    version = f"{branch}.{minor}"
    oldest = min(_BEHIND)
    if branch not in _BEHIND:
        return Floor(version, _minimum(oldest) if branch < oldest else None, False, ())
    unrepaired = tuple(cve for release, cves in _REPAIRED.items() if _same_day(branch, release) > minor for cve in cves)
    return Floor(version, _minimum(branch), not unrepaired, unrepaired)


def _minimum(branch: int) -> str:
    return f"{branch}.{_same_day(branch, max(_REPAIRED))}"


def _same_day(branch: int, release: int) -> int:
    """The minor release of a branch that came with one of branch 15."""
    minor = release - _BEHIND[branch]
    return minor + 1 if minor >= _SKIPPED.get(branch, minor + 1) else minor
