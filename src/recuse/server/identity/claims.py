"""Which claim of an identity provider says what: presets, or names of one's own.

The names of the preset `gfipm` are attributes of the GFIPM metadata 2.0 for users, as they were read in the attribute
table of the GFIPM reference service provider (Georgia Tech Research Institute, 2012) and in the interfaces of the Open
Justice Broker Consortium: `FederationId`, `EmployerORI`, `AssignmentAgencyORI`, `DisplayName`,
`IdentityProviderId`. The specification itself was not read, and no profile of it for OpenID Connect is known here: the
preset takes the full attribute name as the claim's name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Preset = Literal["standard", "gfipm"]
Claims = Mapping[str, Any]
GFIPM: Final = "gfipm:2.0:user:"
_LONGEST: Final = 200  # characters of a claim that is shown or kept


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """The claims that say a person's name for the screen, and the ORI of the agency that they work for."""

    name: str
    ori: str | None = None
    federation: str | None = None


PRESETS: Final[Mapping[Preset, ClaimNames]] = {
    "standard": ClaimNames("name"),
    "gfipm": ClaimNames(f"{GFIPM}DisplayName", f"{GFIPM}EmployerORI", f"{GFIPM}FederationId"),
}


def names_of(names: ClaimNames) -> tuple[str, ...]:
    """The claims' names, without those that are not set."""
    return tuple(each for each in (names.name, names.ori, names.federation) if each is not None)


def texts(claims: Claims, name: str) -> frozenset[str]:
    """What a claim says, as a set: a text is one, a list of texts is all of them; anything else says nothing."""
    found = claims.get(name)
    items = found if isinstance(found, list) else [found]
    return frozenset(each for each in items if isinstance(each, str) and each)


def text(claims: Claims, name: str | None) -> str | None:
    """The one text that a claim says, cut to what is kept; None for none or several."""
    found = texts(claims, name) if name is not None else frozenset()
    return next(iter(found))[:_LONGEST] if len(found) == 1 else None


def kept(claims: Claims, names: Iterable[str]) -> dict[str, list[str]]:
    """Of all that a provider said, what these names say: nothing else is kept."""
    return {name: sorted(found) for name in names if (found := texts(claims, name))}
