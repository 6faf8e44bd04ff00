"""Who may do what in one matter: by role, by what others have done in it, and by how fresh the authentication is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from recuse.server.identity.roles import ROLES, Role

Act = Literal["read", "ask", "advise", "edit", "review", "end", "direct", "confirm", "apply", "administer"]
ACTS: Final[tuple[Act, ...]] = get_args(Act)
Code = Literal["no_role", "local", "own_matter", "needs_other", "same_person", "not_fresh"]

FRESH: Final = timedelta(minutes=10)
"""How long ago a person may have authenticated who does what needs it; settings can only shorten it."""
LOCAL: Final = "urn:recuse:local"
"""The issuer of local accounts."""


@dataclass(frozen=True, slots=True, order=True)
class Person:
    """A person as one identity provider names them: the same subject at another issuer is another person."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person at the console, with what their identity provider and people.toml say of them.

    `auth_time` is None where the provider does not tell it: then they never count as freshly authenticated.
    `form_token` is what each form of this session carries.
    """

    issuer: str
    subject: str
    name: str
    roles: frozenset[Role]
    agency: str
    acr: str | None
    auth_time: datetime | None
    session: int
    ori: str | None = None
    form_token: str = field(default="", repr=False)

    @property
    def person(self) -> Person:
        """Who it is."""
        return Person(self.issuer, self.subject)


@dataclass(frozen=True, slots=True)
class Done:
    """An act that somebody has done in a matter."""

    act: Act
    person: Person


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody may not, in a code and a sentence, and what would change it."""

    code: Code
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Demand:
    """What an act asks for: one of these roles, acts that others must have done, and fresh authentication."""

    roles: frozenset[Role]
    after: tuple[Act, ...] = ()
    fresh: bool = True


_OFFICIAL: Final[frozenset[Role]] = frozenset({"official"})
DEMANDS: Final[Mapping[Act, Demand]] = {
    "read": Demand(frozenset(ROLES), fresh=False),
    "ask": Demand(frozenset({"requester"}), fresh=False),
    "advise": Demand(frozenset({"counsel"}), fresh=False),
    "edit": Demand(frozenset({"reviewer", "counsel"})),
    "review": Demand(frozenset({"reviewer"}), after=("ask",)),
    "end": Demand(frozenset({"reviewer", "official"})),
    "direct": Demand(_OFFICIAL),
    "confirm": Demand(_OFFICIAL, after=("direct",)),
    "apply": Demand(frozenset({"administrator"}), after=("direct", "confirm")),
    "administer": Demand(frozenset({"administrator"})),
}
_FREE: Final[frozenset[Act]] = frozenset({"read", "end", "administer"})
"""No steps of a matter: whoever has acted in it may do them too."""


def may(visitor: Visitor, act: Act, others: Iterable[Done], at: datetime, fresh: timedelta = FRESH) -> bool:
    """Whether this person may do this now, after what has been done in the matter."""
    return refusal(visitor, act, others, at, fresh) is None


def refusal(
    visitor: Visitor, act: Act, others: Iterable[Done], at: datetime, fresh: timedelta = FRESH
) -> Refusal | None:
    """Why this person may not do this now, or None; `others` holds all that has been done in the matter."""
    demand, done = DEMANDS[act], tuple(others)
    if not visitor.roles & demand.roles:
        return Refusal("no_role", f"this is for {_either(demand.roles)}", "ask whoever keeps people.toml")
    if visitor.issuer == LOCAL and act not in {"read", "administer"}:
        return Refusal("local", "a local account is for setting up", "come by an identity provider")
    return _in_the_matter(visitor.person, act, done) or (_not_fresh(visitor, at, fresh) if demand.fresh else None)


def _in_the_matter(person: Person, act: Act, done: tuple[Done, ...]) -> Refusal | None:
    own = next((each.act for each in done if each.person == person and each.act != act), None)
    if act not in _FREE and own is not None:
        return Refusal("own_matter", f"you have done `{own}` in this matter", "this step is another person's")
    by = {needed: {each.person for each in done if each.act == needed} for needed in DEMANDS[act].after}
    missing = next((needed for needed, persons in by.items() if not persons), None)
    if missing is not None:
        return Refusal(
            "needs_other", f"nobody has done `{missing}` in this matter", f"let another do `{missing}` first"
        )
    if len(frozenset().union(*by.values())) < len(by):
        return Refusal("same_person", f"{' and '.join(by)} were one person's", "two persons are needed")
    return None


def _not_fresh(visitor: Visitor, at: datetime, fresh: timedelta) -> Refusal | None:
    since = visitor.auth_time
    if since is not None and at - since <= fresh:
        return None
    minutes = int(fresh.total_seconds() // 60)
    return Refusal("not_fresh", f"this needs an authentication of the last {minutes} minutes", "authenticate again")


def _either(roles: frozenset[Role]) -> str:
    return " or ".join(f"`{role}`" for role in ROLES if role in roles)
