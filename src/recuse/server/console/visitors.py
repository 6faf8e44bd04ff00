"""Who looks at the console, and in which roles; both are told from outside."""

from collections.abc import Set as AbstractSet
from typing import Final, Literal, Protocol, get_args

Role = Literal["requester", "reviewer", "counsel", "official", "auditor", "administrator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)


class Visitor(Protocol):
    """A person who is signed in."""

    @property
    def name(self) -> str:
        """How the person is called, to be shown."""
        ...

    @property
    def roles(self) -> AbstractSet[Role]:
        """All roles that the person has now."""
        ...


def may(visitor: Visitor, allowed: AbstractSet[Role]) -> bool:
    """Whether a role of the visitor is among those allowed; nobody is where none is."""
    return bool(visitor.roles & allowed)
