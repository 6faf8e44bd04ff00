"""DROP OWNED BY takes a role out of row policies, though the role owns neither the table nor the policy.

It takes the role's grants too, so only what the account holds through another role is still read afterwards. Published
as CVE-2026-116311.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from psycopg import sql

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.row_security import GuardedTable, RowSecurity

_MEASURED: Final = range(150020, 160000)
"""Servers on which it was tried and refused. 14.23, 15.18, 16.15, 17.11 and 18.6 allow it, and others count as if."""
_BETTER: Final = ("none", "some", "all")


def drops_policies(server_version: int) -> bool:
    """Whether a role can leave its row policies on this server, as far as is known."""
    return server_version not in _MEASURED


def dropping(security: RowSecurity, columns: Mapping[str, Sequence[str]], base: Iterable[Edge]) -> Iterator[Edge]:
    """Edges out of what reads a guarded table through other roles than the one that leaves its row policies."""
    guarded = {node: table for node, table in security.tables.items() if any(map(_listed, table.policies))}
    tables = {column: node for node in guarded for column in columns.get(node, ())} | {node: node for node in guarded}
    for edge in base:
        if edge.target in tables and edge.kind.startswith("grant SELECT"):
            table = guarded[tables[edge.target]]
            shown = columns[table.node] if edge.target == table.node else (edge.target,)
            for identity in security.bound({edge.source}):
                yield from _after(security, table, replace(edge, only_as=identity), shown)


def _listed(policy: Mapping[str, Any]) -> set[str]:
    """The roles that a restrictive row policy names."""
    return set() if policy["permissive"] else {role for role in policy["roles"] if role}


def _after(security: RowSecurity, table: GuardedTable, edge: Edge, shown: Sequence[str]) -> Iterator[Edge]:
    """The grant `edge` as the identity that has left, for each role that it can take out and more is seen then."""
    identity = edge.only_as or ANYONE
    before = security.rows(table.node, identity).verdict
    for role in sorted({role for policy in table.policies for role in _listed(policy)}):
        if f"role:{role}" not in security.held(identity) or edge.source == f"role:{role}":
            continue
        left = [{**policy, "roles": [r for r in policy["roles"] if r != role]} for policy in table.policies]
        without = replace(table, policies=[policy for policy in left if policy["roles"]])
        then = replace(security, tables={table.node: without}).rows(table.node, identity).verdict
        if _BETTER.index(then) <= _BETTER.index(before):
            continue
        made = replace(
            edge, kind="DROP OWNED BY", identity=ANYONE, widens=True,
            attempt=f"DROP OWNED BY {sql.Identifier(role).as_string()}",
            reason=f"{identity} can take {role} out of the row policies of {table.name}; {edge.reason}",
        )  # fmt: skip
        ends = [edge.target] if then == "all" else [column.replace("column:", "part:", 1) for column in shown]
        yield from (replace(made, target=end) for end in ends)
