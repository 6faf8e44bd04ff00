"""What stands beside an answer of `reach`: what no grant closes, what else an account can do, what lies outside."""

from collections.abc import Sequence
from typing import Final

from recuse.operations.outside import OUTSIDE
from recuse.operations.residual_sentences import RESIDUAL as LIMITS
from recuse.paths import Graph, Place, Search
from recuse.targets.postgres.edges import Collected
from recuse.targets.postgres.edges.kinds import weakness_of

__all__ = ["OUTSIDE", "RESIDUAL", "coded", "residual", "search_of"]

SUPERUSER: Final = "superuser:"

_EVERYWHERE: Final = (
    "table-sizes", "activity-counters", "catalog-metadata", "locks", "key-oracles", "row-estimates", "timing",
)  # fmt: skip
RESIDUAL: Final = {
    **{code: LIMITS[code] for code in _EVERYWHERE},
    "definer-outcomes": "a function with its owner's rights that shows no value still tells whether a row exists, by "
    "its error or by how long it takes; apply closes such functions",
}
"""What holds in any database, with a policy or without, and what holds where no policy is applied."""


def search_of(graph: Graph, accounts: Sequence[str]) -> Search:
    """The search of a graph from the logins of these accounts, in their order."""
    return graph.search_all([Place(f"login:{account}", account) for account in accounts])


def residual(collected: Collected, accounts: Sequence[str]) -> list[dict[str, str]]:
    """What no grant closes, then what single accounts hold that is no path to this object but leads elsewhere."""
    ends = {edge.target for edge in collected.edges if weakness_of(edge.target) or edge.target.startswith("future:")}
    search = search_of(Graph.of(collected.edges).toward({*ends, SUPERUSER}), accounts)
    found = [{"code": code, "sentence": sentence} for code, sentence in (*RESIDUAL.items(), *collected.noted)]
    for number, account in enumerate(accounts):
        reached = search.reached(number)
        if reached.at(SUPERUSER):  # what it can do is no weakness of its own
            continue
        for node in sorted(node for node in ends if reached.at(node)):
            weakness = weakness_of(node)
            code, sentence = (weakness.code, weakness.sentence) if weakness else ("future-objects", "will reach more")
            found.append({"code": code, "sentence": f"`{account}` {sentence}: {reached.shortest(node)[-1].reason}"})
    return found


def coded(line: str) -> dict[str, str]:
    """A line `code: sentence` as documents show it."""
    code, _, sentence = line.partition(": ")
    return {"code": code, "sentence": sentence}
