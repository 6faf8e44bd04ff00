"""What an answer rests on: the policy that all who serve one state agree on, and the permits that databases hold now.

Both are asked for after the question came, so no answer is older than its question. Where one cannot be known, nothing
is answered: while a database is away, nobody is told yes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from recuse.errors import HaltedError, TargetError
from recuse.model import Directive, Permit
from recuse.policy.assisting import Assisting
from recuse.requests.written import Under
from recuse.server.deciding import DecisionPoint, Permits
from recuse.server.holding import Held
from recuse.server.rounds import Rounds
from recuse.server.state.serving import Serving


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy that can be answered under: `policy` names it by hash, `place` is the newest entry about it.

    `assisting` decides requests for assistance by the directives in force, with what that is under; `directives` are
    those that say how permits are given.
    """

    policy: str
    place: int
    point: DecisionPoint
    assisting: tuple[Assisting, Under] | None = None
    directives: tuple[Directive, ...] = ()


class Grounds(Protocol):
    """Where the ground of an answer comes from."""

    async def current(self) -> Loaded:
        """The policy of this moment; TargetError when none can be answered under."""
        ...

    async def confirmed(self, loaded: Loaded, systems: Iterable[str]) -> Permits:
        """The permits of these systems, once it is confirmed that all answer under this policy; TargetError if not."""
        ...


class SharedGrounds:
    """Grounds that workers share: the state's word, and the permits of each live system's own database."""

    def __init__(
        self,
        current: Callable[[], Awaitable[Loaded]],
        serving: Rounds[None, Serving],
        permits: Mapping[str, Rounds[None, tuple[Permit, ...]]],
    ) -> None:
        self._current = current
        self._serving = serving
        self._permits = permits

    async def current(self) -> Loaded:
        """As `Grounds`."""
        return await self._current()

    async def confirmed(self, loaded: Loaded, systems: Iterable[str]) -> Permits:
        """As `Grounds`; a system that no database enforces has no permits."""
        names = sorted(set(systems) & self._permits.keys())
        held = [asyncio.ensure_future(self._permits[name].join()) for name in names]  # beside the state's own
        serving = await self._serving.join()
        if serving.halted is not None:
            raise HaltedError(f"nothing is answered now: {serving.halted}", "ask again later")
        if serving.policy != loaded.policy:
            raise TargetError("another policy has come into force than is loaded here", "ask again")
        return Held(permit for permits in await asyncio.gather(*held) for permit in permits)
