"""What was found in one database, before the databases of a server are joined."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from recuse.paths import Edge
from recuse.targets.postgres.edges.columns import Column
from recuse.targets.postgres.edges.copies import Relation
from recuse.targets.postgres.edges.elsewhere import mark_of, marked, there
from recuse.targets.postgres.edges.row_security import RowSecurity
from recuse.targets.postgres.edges.servers import Foreign
from recuse.targets.postgres.edges.subscriptions import Subscriptions
from recuse.targets.postgres.edges.texts import Found


@dataclass(frozen=True, slots=True)
class Database:
    """One database; `mark` stands behind its nodes, and is empty for the connected one.

    `foreign`, `subscriptions` and `relations` have no marks.
    """

    name: str
    edges: tuple[Edge, ...]
    examined: tuple[str, ...]
    not_examined: tuple[str, ...]
    columns: tuple[Column, ...]
    security: RowSecurity
    foreign: Foreign
    subscriptions: Subscriptions
    relations: tuple[Relation, ...]
    passwords: tuple[Found, ...]
    mark: str = ""

    def marked(self, node: str) -> str:
        """A node of this database."""
        return marked(node, self.mark)

    def held_by(self, role: str) -> tuple[str, str]:
        """Where the rights of a role are held here: by whoever has them, and by its own login."""
        return self.marked(f"role:{role}"), self.marked(f"login:{role}")

    def renamed(self, identifier: str, logins: Collection[str], told: Collection[str]) -> "Database":
        """The same as another database than the connected one; of what was not examined, what was not `told` yet."""
        mark = mark_of(identifier, logins)
        fresh = (line for line in self.not_examined if line not in told)
        return replace(
            self,
            mark=mark,
            edges=tuple(there(self.edges, mark)),
            not_examined=tuple(f"{line} (in the database {identifier})" for line in fresh),
            columns=tuple(replace(c, node=marked(c.node, mark), column=marked(c.column, mark)) for c in self.columns),
            security=replace(
                self.security, tables={marked(node, mark): table for node, table in self.security.tables.items()}
            ),
        )
