"""Grants that were lent on: given by a grantee who held the grant option, not by the owner.

A REVOKE by the owner does not touch them, and one of the lender's own grant (CASCADE) takes some of them along and
leaves others orphaned. So each is revoked by its own grantor, before that grantor loses its own.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from recuse.enforcement.facts import Fact, Grant, ObjectRef, Privilege


@dataclass(frozen=True, slots=True)
class Lent:
    """An index over grants that are unmade, by who could lend them on."""

    options: dict[tuple[str, Privilege], list[Grant]]

    @classmethod
    def of(cls, unmade: Iterable[Fact]) -> "Lent":
        """The index over these facts; others than grantable grants are passed over."""
        options: dict[tuple[str, Privilege], list[Grant]] = defaultdict(list)
        for fact in unmade:
            if isinstance(fact, Grant) and fact.grantable and fact.grantee is not None:
                options[fact.grantee, fact.privilege].append(fact)
        return cls(dict(options))

    def chain(self, grant: Grant) -> tuple[Grant, ...]:
        """The grant, and each on the strength of which the one before was lent, up to the owner's."""
        found = [grant]
        while True:
            last = found[-1]
            covering = (g for g in self.options.get((last.grantor, last.privilege), ()) if _covers(g.on, last.on))
            lender = next((g for g in covering if g not in found), None)
            if lender is None:
                return tuple(found)
            found.append(lender)


def _covers(option: ObjectRef, lent: ObjectRef) -> bool:
    """Whether a grant option on one object lets its holder lend on the other: itself, or a column of it."""
    return option == lent or (lent.kind == "column" and option.kind != "column" and option.name == lent.name[:2])
