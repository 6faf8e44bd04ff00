"""Shared work in rounds: what comes while one round is under way waits for the next, and shares it with all that wait.

So an answer rests on what a database said after it was asked for, an entry is durable before its decision is sent, and
a thousand callers cost one question or one sync. A round is one call in a thread of its own.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Generic, TypeVar

from recuse.errors import TargetError

I = TypeVar("I")  # noqa: E741 - an item that a round is about
T = TypeVar("T")


class Rounds(Generic[I, T]):
    """Rounds of one kind, one after the other; for the coroutines of one event loop.

    `work` is given all items that wait, in their order. What it returns or raises is for everyone of that round, and
    the next round begins anew.
    """

    def __init__(self, work: Callable[[list[I]], T], name: str) -> None:
        self._work = work
        self._pool = ThreadPoolExecutor(1, f"recuse-{name}")
        self._items: list[I] = []
        self._next: asyncio.Future[T] | None = None
        self._under_way = False
        self._closed = False

    async def join(self, *items: I) -> T:
        """The outcome of the next round, which begins after this call; `TargetError` when this has been closed.

        Who gives up waiting ends nothing for the others, and its items stay in the round.
        """
        if self._closed:
            raise TargetError("this decision point is stopping", "ask again")
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        told = self._next
        self._items += items
        if not self._under_way:
            self._begin()
        return await asyncio.shield(told)

    async def close(self) -> None:
        """Take in nobody more, and end when all that wait have been told; harmless when done twice."""
        self._closed = True
        while self._under_way:
            with suppress(Exception):  # those who waited for it are told
                await asyncio.shield(self._told)
        self._pool.shutdown()

    def _begin(self) -> None:
        told, self._next = self._next, None
        items, self._items = self._items, []
        if told is None:
            return
        self._under_way, self._told = True, told
        done = asyncio.get_running_loop().run_in_executor(self._pool, self._work, items)
        done.add_done_callback(partial(self._end, told))

    def _end(self, told: "asyncio.Future[T]", done: "asyncio.Future[T]") -> None:
        self._under_way = False
        if (error := done.exception()) is not None:
            told.set_exception(error)
            told.exception()  # nobody may be waiting any more
        else:
            told.set_result(done.result())
        self._begin()
