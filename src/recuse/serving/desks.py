"""Permits as a live system's own database tells them, over one connection that is made anew after it was lost."""

from contextlib import ExitStack
from typing import Final

from recuse.errors import TargetError
from recuse.model import Permit, System
from recuse.targets.target import Desk, target_for

_LOST: Final = "the permits of `{}` cannot be read: {}"


class PermitDesk:
    """The desk of one system, for one thread. Rights: membership in `recuse_issuer`."""

    def __init__(self, system: System, dsn: str) -> None:
        self._system = system
        self._dsn = dsn
        self._stack = ExitStack()
        self._desk: Desk | None = None

    def permits(self, _: object = None) -> tuple[Permit, ...]:
        """The permits in force now, whoever asks.

        `TargetError` when they cannot be read; the next call tries a new connection.
        """
        try:
            return self._opened().open_permits(self._system.name)
        except Exception as error:
            told = self._closed(error)
            raise TargetError(_LOST.format(self._system.name, told.message), told.remedy) from error

    def close(self) -> None:
        """Give up the connection; harmless when done twice."""
        self._desk = None
        self._stack.pop_all().close()

    def _opened(self) -> Desk:
        if self._desk is None:
            session = self._stack.enter_context(target_for(self._system.engine).open(self._dsn))
            self._desk = session.desk()
        return self._desk

    def _closed(self, error: Exception) -> TargetError:
        """Give up the connection, which says in its own words what happened to it."""
        self._desk = None
        try:
            with self._stack.pop_all():
                raise error
        except TargetError as told:
            return told
