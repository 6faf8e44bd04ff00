"""DROP OWNED BY takes a role out of row policies on servers without the repair of CVE-2026-116311.

It takes the role's grants too, so only what the account holds through another role is still read afterwards.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from psycopg import sql

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.row_security import GuardedTable, RowSecurity
from recuse.targets.postgres.floor import floor

_FLAW: Final = "CVE-2026-116311"
_BETTER: Final = ("none", "some", "all")


def drops_policies(server_version: int) -> bool:
    """Whether this server lets a role leave its row policies; a branch that gets no repairs does."""
    found = floor(server_version)
    return _FLAW in found.unrepaired or (not found.holds and not found.unrepaired)


def dropping(security: RowSecurity, columns: Mapping[str, Sequence[str]], base: Iterable[Edge]) -> Iterator[Edge]:
    """Edges out of what reads a guarded table through other roles than the one that leaves its row policies."""
    guarded = {
        n: t for n, t in security.tables.items() if any(not p["permissive"] and any(p["roles"]) for p in t.policies)
    }
    tables = {column: node for node in guarded for column in columns.get(node, ())} | {node: node for node in guarded}
    grants = [edge for edge in base if edge.target in tables and edge.kind.startswith("grant SELECT")]
    for edge in grants:
        table = guarded[tables[edge.target]]
        for identity in sorted(security.roles - security.exempt.keys()):
            for role in _listed(security, table, identity) - {edge.source.removeprefix("role:")}:
                yield from _without(security, table, identity, role, edge, columns)


def _listed(security: RowSecurity, table: GuardedTable, identity: str) -> set[str]:
    """The roles of restrictive row policies whose rights the identity has."""
    listed = {role for policy in table.policies if not policy["permissive"] for role in policy["roles"]}
    return {role for role in listed if f"role:{role}" in security.held(identity)}


def _without(
    security: RowSecurity,
    table: GuardedTable,
    identity: str,
    role: str,
    edge: Edge,
    columns: Mapping[str, Sequence[str]],
) -> Iterator[Edge]:
    left = [_left(policy, role) for policy in table.policies]
    after = replace(security, tables={table.node: replace(table, policies=[p for p in left if p["roles"]])})
    before, then = security.rows(table.node, identity).verdict, after.rows(table.node, identity).verdict
    if _BETTER.index(then) <= _BETTER.index(before):
        return
    name = sql.Identifier(role).as_string()
    made = replace(
        edge, kind="DROP OWNED BY", only_as=identity, identity=ANYONE, widens=True, attempt=f"DROP OWNED BY {name}",
        reason=f"on this server {identity} can take {role} out of the row policies of {table.name}; {edge.reason}",
    )  # fmt: skip
    if then == "all":
        yield made
        return
    shown = columns.get(table.node, ()) if edge.target == table.node else (edge.target,)
    yield from (replace(made, target=column.replace("column:", "part:", 1)) for column in shown)


def _left(policy: dict[str, Any], role: str) -> dict[str, Any]:
    return {**policy, "roles": [each for each in policy["roles"] if each != role]}
