"""What Granian serves to the tests of search: two records, and a real state that searches are kept in.

granian --interface asgi --factory tests.browser.searching:served
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from recuse.server.console import Visitor, application
from recuse.server.console.keeping import screens
from recuse.server.identity.kept import Kept
from recuse.server.state.searches import StateSearches
from tests.browser.serving import FOLDER, HEADER
from tests.console import world
from tests.console.test_access_paths import OTHER, PATH

STATE: Final = "RECUSE_TEST_STATE"


def variants(folder: Path, state: str) -> Mapping[str, ASGIApp]:
    """The console in each state: for an auditor, another auditor; with one record damaged, with many entries."""
    both = world.apart(folder / "both")
    broken = world.apart(folder / "one-broken")
    entries = broken / "decisions" / "entries"
    entries.write_bytes(entries.read_bytes().replace(b"portal-1", b"portal-9", 1))
    whole = json.loads((both / "access.json").read_text())
    whole["systems"][0] |= {"by": "verify", "paths": {"at": "2026-01-14T09:00:00+00:00", "found": [PATH, OTHER]}}
    (both / "access.json").write_text(json.dumps(whole))
    work = screens(StateSearches(Kept(state)))

    def made(of: Path, **changes: Any) -> ASGIApp:
        return application(world.of_both(of, **changes), work)

    return {
        "": made(both),
        "rtl": made(both, direction="rtl"),
        "other": made(both, recognise=_other),
        "broken": made(broken),
    }


def served() -> ASGIApp:
    """The application, on the folder and the state that the environment names."""
    found = variants(Path(os.environ[FOLDER]), os.environ[STATE])

    async def by_state(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await found[dict(scope["headers"]).get(HEADER, b"").decode()](scope, receive, send)

    return by_state


def _other(_request: Request) -> Visitor:
    return world.person("Bo Example", "auditor")
