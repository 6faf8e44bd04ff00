"""Two systems of one town, one of each end of the supported versions, that can be put back to how they began."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from recuse.targets.postgres.throwaway import throwaway
from tests.apply.cluster import Cluster
from tests.apply.world import Town, town
from tests.conftest import ENDS, binaries_of


@contextmanager
def two_systems(folder: Path, names: Sequence[str]) -> Iterator[tuple[Town, dict[str, Cluster]]]:
    """The town with two systems of these names, and the servers of each, saved as `before`."""
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(throwaway(binaries=binaries_of(version)))
            for name, version in zip(names, ENDS, strict=True)
        }
        made = stack.enter_context(town(folder, servers))
        clusters = {name: Cluster(server) for name, server in servers.items()}
        for cluster in clusters.values():
            cluster.save("before")
        yield made, clusters
