"""DENY in SQL Server: whom it keeps from what. It beats a GRANT on any level and through any role, but for one case.

A denial counts for whoever has the denied principal among its roles, however far. It does not count for who owns
the object, nor for members of sysadmin, and on a table it does not count against a grant on one of its columns
(Transact-SQL Reference, DENY Object Permissions, caution). That a denial on a wider level takes precedence there is
not said, so it is not counted on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from recuse.targets.listing.nodes import Verb
from recuse.targets.listing.records import Granted, Listing, Name

READS: Final = "database:db_denydatareader"
WRITES: Final = "database:db_denydatawriter"
_IMPLIED: Final[Mapping[str, frozenset[str]]] = {
    "SELECT": frozenset({"SELECT", "CONTROL", "SELECT ALL USER SECURABLES", "CONTROL SERVER"}),
    "INSERT": frozenset({"INSERT", "CONTROL", "CONTROL SERVER"}),
    "UPDATE": frozenset({"UPDATE", "CONTROL", "CONTROL SERVER"}),
    "DELETE": frozenset({"DELETE", "CONTROL", "CONTROL SERVER"}),
}
"""What, denied, denies it too: a permission that implies it on its own level or a wider one."""

WORD: Final[Mapping[Verb, str]] = {"read": "SELECT", "insert": "INSERT", "update": "UPDATE", "delete": "DELETE"}


@dataclass(slots=True)
class Denials:
    """The denials of an export, by whom they count for. `tokens` are the principals that an identity has."""

    listing: Listing
    tokens: Mapping[str, frozenset[str]]
    _denied: tuple[Granted, ...] = ()
    _by: dict[tuple[Name, Verb], tuple[frozenset[str], Mapping[str, frozenset[str]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._denied = tuple(each for each in self.listing.grants if each.denied)

    def of(self, name: Name, verb: Verb) -> tuple[frozenset[str], Mapping[str, frozenset[str]]]:
        """Who is kept from a whole object, and for others the columns that they are kept from."""
        if (name, verb) not in self._by:
            whole = [each.grantee for each in self._denied if each.on != "column" and _covers(each, name, verb)]
            whole += self._fixed(verb)
            columns: dict[str, set[str]] = {}
            for each in self._denied:
                if each.on == "column" and each.column and _covers(each, name, verb):
                    for identity in self._having([each.grantee]):
                        columns.setdefault(identity, set()).add(each.column)
            parts = {identity: frozenset(found) for identity, found in columns.items()}
            self._by[name, verb] = (frozenset(self._having(whole)), parts)
        return self._by[name, verb]

    def _fixed(self, verb: Verb) -> list[str]:
        fixed = READS if verb == "read" else WRITES
        return [fixed] if fixed in self.listing.principal else []

    def _having(self, denied: Iterable[str]) -> Iterator[str]:
        """Logins and users that have one of these principals: nobody acts as a role."""
        wanted = set(denied)
        for each in self.listing.principals:
            if each.kind in ("login", "user") and self.tokens[each.name] & wanted:
                yield each.name


def _covers(each: Granted, name: Name, verb: Verb) -> bool:
    if each.privilege not in _IMPLIED[WORD[verb]]:
        return False
    match each.on:
        case "server" | "database":
            return True
        case "schema":
            return each.schema == name[0]
        case "object" | "column":
            return (each.schema, each.object) == name
        case "principal":
            return False
