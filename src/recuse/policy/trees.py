"""Trees of agencies, purposes, authorities, categories: each item states its parent; dots in an id mean nothing."""

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

from recuse.model import Repository


class Branch(Protocol):
    """An item of a tree."""

    @property
    def id(self) -> str:
        """Its own id."""
        ...

    @property
    def parent(self) -> str | None:
        """The id of the item above it, if any."""
        ...


B = TypeVar("B", bound=Branch)


def upwards(tree: Mapping[str, B], start: str) -> Iterator[str]:
    """`start`, its parent, and so on; stops at an unknown id, and before an id comes twice."""
    seen: set[str] = set()
    here: str | None = start
    while here is not None and here in tree and here not in seen:
        seen.add(here)
        yield here
        here = tree[here].parent


def above(tree: Mapping[str, B], start: str) -> frozenset[str]:
    """An item and all its ancestors: what `start` is `in`, in Cedar's words."""
    return frozenset(upwards(tree, start))


def below(tree: Mapping[str, B], start: str) -> tuple[str, ...]:
    """An item and all that is below it, in the order of the tree; none for an unknown id."""
    return tuple(each for each in tree if start in above(tree, each))


def cycles(tree: Mapping[str, B]) -> Iterator[tuple[str, ...]]:
    """Each circle of parents once, beginning with the item that the file names first."""
    done: set[str] = set()
    for start in tree:
        trail: list[str] = []
        here: str | None = start
        while here is not None and here in tree and here not in done and here not in trail:
            trail.append(here)
            here = tree[here].parent
        if here in trail:
            circle = trail[trail.index(here) :]
            first = min(map(list(tree).index, circle))
            turn = circle.index(list(tree)[first])
            yield (*circle[turn:], *circle[:turn])
        done.update(trail)


def principal_agencies(repository: Repository, agency: str) -> frozenset[str]:
    """An agency and its ancestors: the agencies a principal of it is in."""
    return above(repository.agencies, agency)


def serves(repository: Repository, agency: str) -> frozenset[str]:
    """The members of the fusion centre that an agency, or an ancestor of it, is, each with its own ancestors.

    A member that is itself a centre adds its members: what reaches it reaches them.
    """
    found: set[str] = set()
    centres = list(principal_agencies(repository, agency))
    while centres:
        members = repository.agencies[centres.pop()].member_agencies
        reached = {above_it for member in members for above_it in principal_agencies(repository, member)}
        centres.extend(reached - found)
        found |= reached
    return frozenset(found)
