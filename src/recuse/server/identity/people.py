"""Who may come to the console: identity providers, local accounts for setting up, and which person has which role.

The file people.toml says it; it belongs to the server, not to the policy repository, since it names persons.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from recuse.errors import RefusedError
from recuse.server.identity.acts import FRESH, LOCAL, Person
from recuse.server.identity.claims import ClaimNames, Claims, names_of, texts
from recuse.server.identity.roles import Role, apart, why_apart

IDLE: Final = timedelta(minutes=30)
IDLE_DECIDING: Final = timedelta(minutes=15)
LASTING: Final = timedelta(hours=12)
OPEN: Final = timedelta(hours=72)
"""How long after it was opened a local account can be used (CJIS Security Policy, AC-2(2))."""
DECIDING: Final[frozenset[Role]] = frozenset({"reviewer", "official", "administrator"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts without use, and in all; how fresh an authentication is. Settings only shorten them."""

    idle: timedelta = IDLE
    idle_deciding: timedelta = IDLE_DECIDING
    lasting: timedelta = LASTING
    fresh: timedelta = FRESH

    def idle_for(self, roles: frozenset[Role]) -> timedelta:
        """How long a session with these roles lasts without use."""
        return self.idle_deciding if roles & DECIDING else self.idle


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider by our name for it; `acr` are the authentication classes of which one is demanded."""

    name: str
    issuer: str
    client: str
    secret: str = field(repr=False)
    claims: ClaimNames
    acr: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """An account of the console itself, for setting up and when no identity provider answers."""

    name: str
    agency: str
    hash: str = field(repr=False)
    opened: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for an agency: of one subject, or of whoever has a claim with a value."""

    role: Role
    agency: str
    provider: str
    subject: str | None
    claim: str | None
    value: str | None

    def fits(self, subject: str, claims: Claims) -> bool:
        """Whether it is this person's."""
        if self.claim is None:
            return self.subject == subject
        return self.value is not None and self.value in texts(claims, self.claim)


@dataclass(frozen=True, slots=True)
class Held:
    """The roles that a person has, and the agency they have them for."""

    roles: frozenset[Role]
    agency: str


@dataclass(frozen=True, slots=True)
class People:
    """All that people.toml says; `key` makes persons' pseudonyms."""

    providers: Mapping[str, Provider]
    local: Mapping[str, LocalAccount]
    grants: tuple[Grant, ...]
    key: bytes = field(repr=False)
    break_glass: bool = False
    limits: Limits = Limits()

    def open_local(self, name: str, at: datetime) -> LocalAccount | None:
        """The local account of this name, where local accounts may be used and this one is open now."""
        account = self.local.get(name)
        open_now = account is not None and account.opened <= at < account.opened + OPEN
        return account if open_now and (self.break_glass or not self.providers) else None

    def any_local(self, at: datetime) -> bool:
        """Whether any local account may be used now."""
        return any(self.open_local(name, at) for name in self.local)

    def claims_wanted(self, provider: Provider) -> tuple[str, ...]:
        """The claims of a provider that anything here asks about."""
        asked = {each.claim for each in self.grants if each.provider == provider.name and each.claim is not None}
        return tuple(sorted(asked | set(names_of(provider.claims))))

    def held(self, person: Person, claims: Claims, at: datetime) -> Held:
        """What a person has now. `RefusedError` for nobody's roles, roles that are two persons', and two agencies."""
        if person.issuer == LOCAL:
            account = self.open_local(person.subject, at)
            grants: tuple[Grant, ...] = (
                (Grant("administrator", account.agency, LOCAL, None, None, None),) if account else ()
            )
        else:
            names = {each.name for each in self.providers.values() if each.issuer == person.issuer}
            grants = tuple(g for g in self.grants if g.provider in names and g.fits(person.subject, claims))
        return together(grants)


def together(grants: tuple[Grant, ...]) -> Held:
    """What these grants of one person come to. `RefusedError` where they do not go together."""
    roles, agencies = frozenset(each.role for each in grants), sorted({each.agency for each in grants})
    if not roles:
        raise RefusedError("people.toml gives this person no role", "let its keeper add a grant")
    if (pair := apart(roles)) is not None:
        raise RefusedError(why_apart(pair), "let the keeper of people.toml take one away")
    if len(agencies) > 1:
        raise RefusedError(f"roles for {' and '.join(f'`{a}`' for a in agencies)}", "one person acts for one agency")
    return Held(roles, agencies[0])
