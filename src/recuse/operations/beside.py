"""What stands beside an answer of `reach`: what no grant closes, what else an account can do, what lies outside."""

from collections.abc import Sequence
from typing import Final

from recuse.operations.outside import OUTSIDE
from recuse.paths import Graph, Place, Search
from recuse.targets.postgres.edges import Collected
from recuse.targets.postgres.edges.kinds import weakness_of

__all__ = ["OUTSIDE", "RESIDUAL", "coded", "residual", "search_of"]

SUPERUSER: Final = "superuser:"

RESIDUAL: Final = {
    "table-sizes": "every account can see how large a table is and how many rows it is thought to have",
    "activity-counters": "every account can see how often a table is read and written",
    "catalog-metadata": "names, comments, enum labels and function bodies are readable by every account",
    "locks": "every account can see which tables others use now, and waits for a hidden row whose key it writes",
    "key-oracles": "who may write to a table with a unique or foreign key learns whether a value exists",
    "row-estimates": "EXPLAIN tells a permitted account about how many rows hold a value, hidden ones counted",
    "timing": "how long a query takes, and how many pages it reads, depends on hidden rows too",
}


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
