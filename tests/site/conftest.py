"""One published site a session, as a folder, as it was read, and served with the headers of the preview."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from recuse.site.preview import server_of
from tests.site import world
from tests.site.looking import Published
from tests.site.world import Site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The demonstration's site, and what it was made of."""
    return world.publish(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def published(site: Site) -> Published:
    """The folder as it was read."""
    return Published(site.folder, site.exit_to)


@pytest.fixture(scope="session")
def address(site: Site) -> Iterator[str]:
    """The site over HTTP, with the headers that its notes ask for."""
    yield from served(site.folder)


def served(folder: Path) -> Iterator[str]:
    """A folder over HTTP, until the generator is closed."""
    with server_of(folder, 0) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
