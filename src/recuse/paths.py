"""Nodes, edges that carry a reason, and the shortest escape path. Knows no database.

A node is text `kind:name` (`login:ice_ero_017`, `role:analysts`, `table:records.person`, `column:records.person.phone`,
`view:…`, `matview:…`, `function:…`, `public:`, `session:…`). Targets collect edges; this module only searches them.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edge:
    """One step that yields access, read as a sentence: *source* can reach *target* because *reason*.

    `attempt` is the SQL that performs this step (SET ROLE …), if the step needs a statement of its own.
    """

    source: str
    target: str
    kind: str
    reason: str
    attempt: str | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges by source."""

    outgoing: dict[str, tuple[Edge, ...]]

    @classmethod
    def of(cls, edges: Iterable[Edge]) -> "Graph":
        """A graph of these edges; order among a node's edges is kept."""
        found: dict[str, list[Edge]] = {}
        for edge in edges:
            found.setdefault(edge.source, []).append(edge)
        return cls({source: tuple(out) for source, out in found.items()})

    def shortest(self, source: str) -> dict[str, tuple[Edge, ...]]:
        """The shortest path from `source` to every node that it reaches, itself with an empty path."""
        paths: dict[str, tuple[Edge, ...]] = {source: ()}
        queue = deque([source])
        while queue:
            node = queue.popleft()
            for edge in self.outgoing.get(node, ()):
                if edge.target not in paths:
                    paths[edge.target] = (*paths[node], edge)
                    queue.append(edge.target)
        return paths
