"""The console with the screens of jobs on a real queue; what a worker says is said by the test."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp

from recuse import clock
from recuse.jobs import Asking
from recuse.server.console import Role, Visitor, application
from recuse.server.console.applying import Applying, Signed, screens
from recuse.server.state.jobs import StateQueue
from recuse.server.state.serving import State
from tests.console import world

STATE: Final = "RECUSE_TEST_STATE"
PLACE: Final = "RECUSE_TEST_PLACE"
POLICY: Final = "ab" * 32
SIGNED: Final = (Signed("2026-01-01-first", ("mayor", "Maya Example"), ("chief", "Chen Example")),)
PLAN: Final[Mapping[str, Any]] = {
    "as_of": "2026-01-15", "draft": False, "directives": ["2026-01-01-first"], "severs": ["north/app", "north/partner"],
    "accounts": [{
        "account": "north/app", "gains": [],
        "loses": [{"category": "person.identity", "action": "read", "rows": "all"}],
    }],
    "changes": [
        {"system": "north", "phase": phase, "step": step, "do": do, "hazards": hazards}
        for phase, step, do, hazards in (
            ("tighten", "cut", 'REVOKE SELECT ON "files"."person" FROM "app"', []),
            ("substitute", "shape", 'ALTER TABLE "files"."person" ENABLE ROW LEVEL SECURITY',
             [{"code": "lock", "sentence": "<b>others wait</b> while it runs", "remedy": None}]),
        )
    ],
}  # fmt: skip


def document(**changes: Any) -> bytes:
    return json.dumps({**PLAN, **changes}).encode()


def person(*roles: Role, fresh: bool = True, name: str = "Ada Admin") -> Visitor:
    """A visitor who has just authenticated, or not."""
    at = clock.now() if fresh else datetime(2026, 1, 1, tzinfo=clock.now().tzinfo)
    return replace(world.person(name, *roles), auth_time=at)


def applying(dsn: str, **changes: Any) -> Applying:
    """On a state, by a server's login."""

    @contextmanager
    def queue() -> Iterator[Asking]:
        with closing(State(dsn)) as state:
            yield StateQueue(state.connected)

    def named(visitor: Visitor) -> str:
        return f"p-{visitor.subject}"

    made = Applying(queue, named, lambda: POLICY, lambda: SIGNED, _who)
    return replace(made, **changes)


def served(folder: Path, work: Applying, recognise: Callable[[Request], Visitor | None]) -> ASGIApp:
    console = world.console(folder, recognise=recognise)
    return application(replace(console, now=clock.now), screens(work))


def in_a_browser() -> ASGIApp:
    """What Granian serves: the visitor's roles are those of the header `X-State`, joined by `+`; `-` comes unsigned."""
    return served(Path(os.environ[PLACE]), applying(os.environ[STATE]), _who)


def _who(request: Request) -> Visitor | None:
    said = request.headers.get("x-state", "administrator")
    if said == "-":
        return None
    roles, stale = said.removeprefix("stale+"), said.startswith("stale+")
    return person(*roles.split("+"), fresh=not stale)  # type: ignore[arg-type]
