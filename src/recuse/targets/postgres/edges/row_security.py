"""Which rows of a table an identity sees, as far as a catalog can say: all, some, or none.

Row security is asked for the identity whose rights are checked: a session's current role, a view's owner, a definer's
owner. A condition is not evaluated: unless it is literally true or false, it shows *some* rows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from recuse.paths import ANYONE, FILTERED, Edge, Graph, Place

Verdict = Literal["all", "some", "none"]
Seeing = tuple[tuple[str | None, Verdict], ...]
Command = Literal["r", "a", "w", "d"]
_ASKED: Final[Mapping[Command, str]] = {"r": "condition", "a": "check", "w": "condition", "d": "condition"}


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows are seen and why; no reason where row security is off or not asked."""

    verdict: Verdict
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GuardedTable:
    """A table with row security.

    Each of `policies` has name, command (pg_policy.polcmd), permissive, condition, check (of a new row) and roles
    ('' is PUBLIC).
    """

    node: str
    name: str
    owner: str
    forced: bool
    policies: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Exempt:
    """A role that no row policy binds."""

    role: str
    reason: str


@dataclass(frozen=True, slots=True)
class RowSecurity:
    """Row security of a whole database: its tables by node, exempt roles, and who inherits from each role.

    `heirs` are sets of roles as numbers: bit n stands for the role whose number is n.
    """

    tables: Mapping[str, GuardedTable]
    exempt: Mapping[str, str]
    roles: frozenset[str]
    numbers: Mapping[str, int]
    heirs: Mapping[str, int]
    _held: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)
    _seeing: dict[str, Seeing] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, tables: list[GuardedTable], exempt: list[Exempt], edges: list[Edge]) -> "RowSecurity":
        """Put together from what the catalog says; `edges` tell the roles and what they inherit."""
        memberships = [edge for edge in edges if edge.kind == "membership"]
        members = sorted({edge.source for edge in memberships})
        search = Graph.of(memberships).search_all([Place(member) for member in members])
        return cls(
            tables={t.node: t for t in tables},
            exempt={e.role: e.reason for e in exempt},
            roles=frozenset(edge.only_as for edge in edges if edge.kind == "PUBLIC" and edge.only_as),
            numbers={member: number for number, member in enumerate(members)},
            heirs={node: search.who(node)[ANYONE] for node in search.nodes()},
        )

    def rows(self, node: str, identity: str, command: Command = "r") -> Rows:
        """The rows of the relation `node` that `identity` sees, may make (`a`), change (`w`) or delete (`d`)."""
        table = self.tables.get(node)
        if identity == FILTERED:
            return Rows("some")
        if table is None or identity == ANYONE:
            return Rows("all")
        if identity in self.exempt:
            return Rows("all", f"`{identity}` {self.exempt[identity]}, so no row policy binds it")
        if self.owns(table, identity):
            return Rows("all", f"`{identity}` has the rights of the owner `{table.owner}`, whom no row policy binds")
        return _combined(table.name, identity, self.applying(table, identity, command), _ASKED[command])

    def seeing(self, node: str) -> Seeing:
        """The identities that see rows of `node`, with the verdict; None stands for all of them."""
        if node not in self.tables:
            return ((None, "all"),)
        if node not in self._seeing:
            rows = ((identity, self.rows(node, identity).verdict) for identity in sorted(self.roles))
            self._seeing[node] = (
                (ANYONE, "all"),
                (FILTERED, "some"),
                *((who, verdict) for who, verdict in rows if verdict != "none"),
            )
        return self._seeing[node]

    def owns(self, table: GuardedTable, identity: str) -> bool:
        """Whether no row policy of the table binds `identity` as its owner."""
        return not table.forced and self.inherits(identity, table.owner)

    def applying(self, table: GuardedTable, identity: str, command: Command = "r") -> list[dict[str, Any]]:
        """The row policies that are asked for `identity`."""
        return [
            policy
            for policy in table.policies
            if policy["command"] in ("*", command)
            and any(role == "" or self.inherits(identity, role) for role in policy["roles"])
        ]

    def bound(self, sources: Collection[str]) -> list[str]:
        """The identities that row policies bind and that hold what one of `sources` (roles, PUBLIC) was granted."""
        if "public:" in sources:
            return sorted(self.roles - self.exempt.keys())
        return sorted(each for each in self.roles - self.exempt.keys() if not self.held(each).isdisjoint(sources))

    def held(self, identity: str) -> frozenset[str]:
        """The nodes of the roles whose rights `identity` has without becoming another, itself included."""
        if identity not in self._held:
            number = self.numbers.get(f"role:{identity}")
            roles = self.heirs.items() if number is not None else ()
            self._held[identity] = frozenset(node for node, who in roles if who >> (number or 0) & 1)
            self._held[identity] |= {f"role:{identity}"}
        return self._held[identity]

    def inherits(self, identity: str, role: str) -> bool:
        """Whether `identity` has the rights of `role` without becoming it."""
        number = self.numbers.get(f"role:{identity}")
        return identity == role or (number is not None and bool(self.heirs.get(f"role:{role}", 0) >> number & 1))


def _combined(table: str, identity: str, policies: list[dict[str, Any]], asked: str) -> Rows:
    """Permissive row policies are ORed, restrictive ones ANDed; without a permissive one nothing is seen."""
    permissive = {policy[asked] for policy in policies if policy["permissive"]} - {None, "false"}
    restrictive = {policy[asked] for policy in policies if not policy["permissive"]} - {None, "true"}
    if not permissive or "false" in restrictive:
        return Rows("none", f"row security of {table} shows `{identity}` no rows")
    names = ", ".join(policy["name"] for policy in policies)
    if "true" in permissive and not restrictive:
        return Rows("all", f"the row policies of {table} ({names}) show `{identity}` all rows")
    return Rows("some", f"the row policies of {table} ({names}) decide which rows `{identity}` sees")
