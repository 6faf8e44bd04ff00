"""The console's screens, each with the roles that open it.

A screen without roles cannot be made, so nothing is open by chance. What the console shows is passed in.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol

from starlette.requests import Request
from starlette.responses import Response

from recuse.model import Repository
from recuse.server.console.access import Access
from recuse.server.console.index import Index
from recuse.server.console.records import Name
from recuse.server.console.standing import Signs
from recuse.server.identity import Role, Visitor

PREFIX: Final = "/console"
OVERSIGHT: Final = frozenset[Role]({"counsel", "official", "auditor"})
"""The roles that open the record, which names people's accounts and cases."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the policy of today says of names: systems, agencies by id, and each account's agency."""

    institution: str
    policy_sha256: str
    systems: tuple[str, ...]
    agencies: Mapping[str, str]
    accounts: Mapping[str, str]

    @classmethod
    def of(cls, repository: Repository) -> "Known":
        """What a policy repository says of it."""
        return cls(
            repository.institution.name,
            repository.policy_sha256,
            tuple(sorted(repository.systems)),
            {each.id: each.name for each in repository.agencies.values()},
            {each.id: each.agency for each in repository.accounts.values()},
        )


@dataclass(frozen=True, slots=True)
class Console:
    """What the console shows, and who says who is looking; it writes nothing.

    `sign_in` is the path where a person signs in, None where there is none; `stale` is the age from which a verdict no
    longer counts; `patience` in seconds is for reading what was added to the record, before a page says how far it is.
    `signs` tell how other services stand, on the screen of health: the one place for a worker's, or for break-glass.
    """

    index: Index
    access: Access
    recognise: Callable[[Request], Visitor | None]
    known: Callable[[], Known]
    now: Callable[[], datetime]
    sign_in: str | None = None
    stale: timedelta = timedelta(days=1)
    patience: float = 2.0
    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    decisions: Index | None = None
    signs: tuple[Signs, ...] = ()

    @property
    def records(self) -> Mapping[Name, Index]:
        """The records that there are."""
        return {"acts": self.index} if self.decisions is None else {"acts": self.index, "decisions": self.decisions}


class Show(Protocol):
    """What makes a screen's answer."""

    def __call__(self, console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        """The answer; `frame` is what every page shows around its own part."""
        ...


@dataclass(frozen=True, slots=True)
class Screen:
    """A path below the prefix, its name in the navigation (None: not there), who may open it, and what it shows.

    Where it takes POST, the form that was sent is `request.state.form`; it came from a page of this visitor's own.
    """

    path: str
    name: str | None
    roles: frozenset[Role]
    show: Show
    methods: tuple[str, ...] = ("GET",)

    def __post_init__(self) -> None:
        if not self.roles:
            raise ValueError(f"screen `{self.path}` is open to nobody: name its roles")


def opened_to(visitor: Visitor, allowed: AbstractSet[Role]) -> bool:
    """Whether a role of the visitor is among those allowed; nobody is where none is."""
    return bool(visitor.roles & allowed)
