"""Shared questions to a database: whoever comes while one is under way shares the next, which began after they came.

So an answer rests on what the database said after it was asked for, and a thousand callers cost it one question.
"""

from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from threading import Condition, Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

from recuse.errors import TargetError

T = TypeVar("T")
Ask = Callable[[], T]


class Rounds(Generic[T]):
    """Asks for many, by a thread of its own; a context manager that waits for the round under way.

    `ask` puts the question; what it raises is raised to everyone of that round, and the next round asks anew.
    """

    def __init__(self, ask: Ask[T], name: str) -> None:
        self._ask = ask
        self._condition = Condition()
        self._next: Future[T] | None = None
        self._closed = False
        self._thread = Thread(target=self._run, name=f"recuse-{name}", daemon=True)
        self._thread.start()

    def join(self) -> "Future[T]":
        """What the next round is told; `TargetError` at once when this has been closed. Nobody may cancel it."""
        with self._condition:
            if self._closed:
                raise TargetError("this decision point is stopping", "ask again")
            if self._next is None:
                self._next = Future()
                self._condition.notify()
            return self._next

    def close(self) -> None:
        """Answer who waits, and end; harmless when done twice."""
        with self._condition:
            self._closed = True
            self._condition.notify()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _run(self) -> None:
        while (told := self._taken()) is not None:
            with suppress(InvalidStateError):  # every waiter had given up
                try:
                    told.set_result(self._ask())
                except BaseException as error:  # whatever it is, nobody may wait for ever
                    told.set_exception(error)

    def _taken(self) -> "Future[T] | None":
        """The round that callers wait for; None at the end."""
        with self._condition:
            self._condition.wait_for(lambda: self._next is not None or self._closed)
            taken, self._next = self._next, None
            return taken
