"""One Chromium and one server for all tests; a page for each, of a width, with scripts or without."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.hand import WAYS, Hand, called
from tests.browser.looking import HEIGHT
from tests.browser.serving import FOLDER
from tests.conftest import skip_loudly

ROOT: Final = Path(__file__).parent.parent.parent
CHROMIUM: Final = Path("/usr/bin/chromium")
AXE: Final = ROOT / ".venv/npm/node_modules/axe-core/axe.min.js"
FLAGS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at."""

    width: int = 1100
    scripts: bool = True
    state: str = ""


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The console under Granian, in all its states."""
    with granian("tests.browser.serving:served", {FOLDER: str(tmp_path_factory.mktemp("console"))}) as served:
        yield served


@contextmanager
def granian(factory: str, told: Mapping[str, str]) -> Iterator[str]:
    """An application under Granian, which is told so much by its environment; its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "asgi", "--factory", "--port", str(port),
        "--no-ws", "--log-level", "warning", factory,
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **told}) as server:
        try:
            wait(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Wait until it listens."""
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the server does not answer")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; gone before tests of another module, in whose way Playwright's event loop would be."""
    if not CHROMIUM.exists():
        skip_loudly("Chromium is not installed: run `sudo apt install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        yield browser
        browser.close()


Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def opened(chromium: Browser, address: str) -> Opened:
    """A page for a look, closed at the end; whatever the browser complains of on it fails the test."""

    @contextmanager
    def opening(look: Look, *, loose: bool = False, complains: bool = False, **options: Any) -> Iterator[Page]:
        headers = {"X-State": look.state}
        options = {"reduced_motion": "reduce", **options}  # what is half on its way cannot be measured
        context = chromium.new_context(
            base_url=address, viewport={"width": look.width, "height": HEIGHT}, java_script_enabled=look.scripts,
            extra_http_headers=headers, bypass_csp=loose, accept_downloads=True, **options,
        )  # fmt: skip
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        context.close()
        # Chromium says of every answer over 399 that it failed to load.
        assert complains == any("Failed to load resource" not in each for each in complaints), complaints

    return opening


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility engine, from npm by the locked hash: a test tool, and no part of the package (MPL-2.0)."""
    if not AXE.exists():
        skip_loudly("axe-core is not there: run `scripts/design-system.sh fetch`")
    return AXE.read_text()


@pytest.fixture(params=WAYS, ids=called)
def hand(request: pytest.FixtureRequest, opened: Opened) -> Iterator[Hand]:
    """A hand at a page, every way."""
    width, scripts, by = request.param
    with opened(Look(width, scripts)) as page:
        yield Hand(page, by)
