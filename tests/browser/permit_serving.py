"""What Granian serves to the browser for permits: the console over a real database, as whoever `X-State` names.

granian --interface asgi --factory tests.browser.permit_serving:served
"""

import os
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp

from recuse.server.console import Visitor
from tests.browser.serving import FOLDER
from tests.console import permitting

DSN: Final = "RECUSE_TEST_DESK"


def served() -> ASGIApp:
    """The application, on the folder and the database that the environment names."""
    folder = Path(os.environ[FOLDER])
    service = permitting.Real(folder / "ledger", os.environ[DSN])

    def recognise(request: Request) -> Visitor | None:
        return permitting.people().get(request.headers.get("X-State") or "rita")

    return permitting.served(folder, service, recognise)
