"""What Granian serves to the browser: the editors' screens, for each role, over a real state and a content folder.

granian --interface asgi --factory tests.browser.serving_editors:served
"""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from recuse.server.console import Role
from recuse.server.identity.kept import Kept
from recuse.server.state.edits import StateEdits
from tests.browser.serving import HEADER
from tests.console.editors import world
from tests.console.world import person

FOLDER: Final = "RECUSE_TEST_EDITORS"
STATE: Final = "RECUSE_TEST_EDITORS_STATE"


def served() -> ASGIApp:
    """The application, on the folder and the state that the environment names; a role is chosen by the header."""
    folder, edits = Path(os.environ[FOLDER]), StateEdits(Kept(os.environ[STATE]).together)

    def of(role: Role, content: str = "content", **changes: Any) -> ASGIApp:
        visitor = replace(person("Ola Example", role), auth_time=world.FRESH)
        return world.served(folder, world.desk(folder / content, edits), recognise=lambda _: visitor, **changes)

    found = {"": of("counsel"), "reviewer": of("reviewer"), "auditor": of("auditor"), "requester": of("requester")}
    found |= {"rtl": of("counsel", direction="rtl"), "unread": of("counsel", "broken")}

    async def by_state(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await found[dict(scope["headers"]).get(HEADER, b"").decode()](scope, receive, send)

    return by_state
