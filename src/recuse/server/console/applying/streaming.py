"""A job's page as it goes on, by server-sent events: one connection a page, bounded in number and time.

Who looks is asked anew every few seconds: a session that ended, or a role that was taken, ends the stream. What is sent
is the same part that the page holds, so that there is one way to show a job.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from time import monotonic
from typing import Any, Final

from anyio import sleep
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from recuse.errors import RecuseError
from recuse.jobs import Asking
from recuse.server.console.applying.showing import found, live, part
from recuse.server.console.applying.work import Applying
from recuse.server.console.assistance.work import Frame, told, visitor_of
from recuse.server.console.screens import Console, Show, opened_to
from recuse.server.identity import Role

LONGEST: Final = 300.0
"""Seconds after which a stream ends; the page asks again."""
_PAUSE: Final = 0.5
_ASKED: Final = 5.0
"""Seconds between two questions whether who looks may still look."""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def stream(work: Applying, roles: frozenset[Role]) -> Show:
    """Follow one job; 429 where too many are followed, so that the page goes on by asking."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        name, visitor = request.query_params.get("id", ""), visitor_of(frame)
        with work.queue() as queue:
            found(queue, name)
        if not work.streams.enter(visitor.person):
            return PlainTextResponse("too many pages are followed at once", 429, {"Retry-After": "5"})
        events = _events(work, request, frame, (name, roles))
        return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)

    return told(show)


async def _events(
    work: Applying, request: Request, frame: Frame, of: tuple[str, frozenset[Role]]
) -> AsyncIterator[str]:
    (name, roles), visitor = of, visitor_of(frame)
    began = asked = monotonic()
    before = ""
    try:
        with ExitStack() as stack:
            queue = await run_in_threadpool(stack.enter_context, work.queue())
            while monotonic() - began < LONGEST:
                if monotonic() - asked >= _ASKED:
                    asked = monotonic()
                    now = await run_in_threadpool(work.still, request)
                    if now is None or not opened_to(now, roles):
                        yield "event: gone\ndata: \n\n"
                        return
                text, is_open = await run_in_threadpool(_part, work, queue, frame, name)
                if text != before:
                    before = text
                    yield "".join(f"data: {line}\n" for line in text.splitlines()) + "\n"
                if not is_open:
                    yield "event: ended\ndata: \n\n"
                    return
                await sleep(_PAUSE)
    except RecuseError:
        yield "event: gone\ndata: \n\n"
    finally:
        work.streams.leave(visitor.person)


def _part(work: Applying, queue: Asking, frame: Frame, name: str) -> tuple[str, bool]:
    job = found(queue, name)
    return part(frame, live(work, queue, job, visitor_of(frame)), polls=False), job.open
