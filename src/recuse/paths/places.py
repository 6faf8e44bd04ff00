"""Places and the steps between them: who is where with whose rights, and why one can go on.

A node is text `kind:name` (`login:ice_ero_017`, `role:analysts`, `table:records.person`, `column:records.person.phone`,
`view:…`, `matview:…`, `function:…`, `public:`, `session:…`). Targets collect edges; `recuse.paths` only searches them.

Whose rights count changes on the way (a role is entered, a view runs as its owner), and some things are true of one
role alone. So the search walks *places*: a node, and the identity whose rights are checked there. An edge may ask to be
taken as one identity only, may change it, and may need other nodes to be reached as well (a grant on a table is of no
use without a way to name its schema).
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

ANYONE: Final = ""
"""The identity of a place where it no longer matters whose rights are checked."""

FILTERED: Final = "(filtered)"
"""The identity of a place where it no longer matters either, and where only some rows are seen."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One step that yields access, read as a sentence: *source* can reach *target* because *reason*.

    `attempt` is the SQL that performs this step (SET ROLE …), if the step needs a statement of its own. `needs` are
    nodes that must be reached too, as the same identity or as ANYONE. `only_as` is the one identity that can take the
    step; `identity` the one whose rights count from here on (None: as before). A step that `widens` shows more rows of
    what was reached already; `chosen` is SQL that a superuser types first to try it, to choose a hidden row, say.
    `ends` is what takes the step away when it is unmade, in the target's own words; empty where nothing does.
    """

    source: str
    target: str
    kind: str
    reason: str
    attempt: str | None = None
    needs: tuple[str, ...] = ()
    only_as: str | None = None
    identity: str | None = None
    widens: bool = False
    chosen: str | None = None
    ends: tuple[str | None, ...] = ()


class Place(NamedTuple):
    """A node, and the identity whose rights are checked there."""

    node: str
    identity: str = ANYONE

    def after(self, edge: Edge) -> "Place":
        """Where `edge` leads from here."""
        return Place(edge.target, self.identity if edge.identity is None else edge.identity)


Path = tuple[Edge, ...]
