"""What a function whose body is not known may do: all that its owner can."""

from collections.abc import Iterator

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.flows import Role


def acting(
    source: str, owner: Role, reason: str, need: str | None = None, attempt: str | None = None
) -> Iterator[Edge]:
    """Edges from `source` to whatever the owner of a function can do inside it."""
    kind, needs, name = ("lookup", (need,), owner.name) if need else ("SECURITY DEFINER", (), owner.name)
    yield Edge(source, f"definer:{name}", kind, reason, attempt, needs, identity=name)
    if owner.superuser:
        yield Edge(source, "superuser:", kind, f"{reason}; {name} is a superuser", attempt, needs, identity=ANYONE)
    if owner.create_role:
        yield Edge(source, "createrole:", kind, reason, attempt, needs, identity=ANYONE)
