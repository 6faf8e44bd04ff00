"""What Granian serves to the browser: the console in each of its states, chosen by the header `X-State`.

granian --interface asgi --factory tests.browser.serving:served
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from recuse.operations.kept_assistance import FileStore
from recuse.server.console import Role, Visitor, application
from recuse.server.console.reports import screens as reports
from tests.console import desks, world

FOLDER: Final = "RECUSE_TEST_CONSOLE"
HEADER: Final = b"x-state"


def variants(folder: Path) -> Mapping[str, ASGIApp]:
    """The console in each state: on a whole record or another, for an auditor or another."""
    empty, broken, many = (folder / name for name in ("empty", "broken", "many"))
    mixed = world.whole(folder / "whole")
    world.write(empty / "ledger", iter(()))
    world.write(broken / "ledger", world.history())
    entries = broken / "ledger" / "entries"
    entries.write_bytes(entries.read_bytes().replace(b"portal-1", b"portal-9", 1))
    (broken / "access.json").write_text('{"at": 1}')
    world.write(many / "ledger", world.many())
    world.matrices(many / "access.json")

    def made(of: Path, **changes: Any) -> ASGIApp:
        return application(world.console(of, **changes))

    return {
        "": made(mixed),
        "rtl": made(mixed, direction="rtl"),
        "empty": made(empty),
        "broken": made(broken),
        "many": made(many),
        "reading": made(many, patience=0.0),
        "unsigned": made(mixed, recognise=_nobody),
        "requester": made(mixed, recognise=_as("requester")),
        "reports": application(world.console(mixed), reports(desks.working(_desks(mixed)))),
        **requests(folder / "requests"),
    }


def requests(folder: Path) -> Mapping[str, ASGIApp]:
    """The console with requests, for each of its people by their first names; all on one ledger."""
    world.write(folder / "ledger", iter(()))
    world.matrices(folder / "access.json")
    made = _desks(folder)
    work = desks.working(made)
    desks.fill(made)
    return {
        f"{each.name.split()[0].lower()}": desks.served(folder, made, lambda _, each=each: each, work=work)  # type: ignore[misc]
        for each in desks.PEOPLE.values()
    }


def served() -> ASGIApp:
    """The application, on the folder that the environment names."""
    found = variants(Path(os.environ[FOLDER]))

    async def by_state(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            state = dict(scope["headers"]).get(HEADER, b"").decode()
            await found[state](scope, receive, send)

    return by_state


def _desks(folder: Path) -> desks.Desks:
    return desks.desks(folder / "ledger", FileStore(folder / "ledger"))


def _nobody(_request: Request) -> None:
    return None


def _as(role: Role) -> Any:
    def recognise(_request: Request) -> Visitor:
        return world.person("Ravi Example", role)

    return recognise
