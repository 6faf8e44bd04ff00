"""What Granian serves to the browser: the screens of directives, for each role, over a real state.

granian --interface asgi --factory tests.browser.serving_directives:served
"""

import os
from pathlib import Path
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from recuse.server.console import Role
from recuse.server.identity.kept import Kept
from recuse.server.state.drafts import StateDrafts
from tests.browser.serving import HEADER
from tests.console.directives import world
from tests.console.world import person

FOLDER: Final = "RECUSE_TEST_DIRECTIVES"
STATE: Final = "RECUSE_TEST_DIRECTIVES_STATE"


def served() -> ASGIApp:
    """The application, on the folder and the state that the environment names; a role is chosen by the header."""
    folder, drafts = Path(os.environ[FOLDER]), StateDrafts(Kept(os.environ[STATE]).together)
    service = world.desk(folder / "policy", drafts)

    def of(role: Role, **changes: Any) -> ASGIApp:
        visitor = person("Ola Example", role)
        return world.served(folder, service, recognise=lambda _: visitor, **changes)

    found = {"": of("official"), "counsel": of("counsel"), "auditor": of("auditor"), "requester": of("requester")}
    found["rtl"] = of("official", direction="rtl")

    async def by_state(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await found[dict(scope["headers"]).get(HEADER, b"").decode()](scope, receive, send)

    return by_state
