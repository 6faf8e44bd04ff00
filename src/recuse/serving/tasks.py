"""What programs that ask for permits get from a server process: the office, and handles in the state."""

from datetime import datetime
from typing import Final, Literal

from recuse import clock
from recuse.model import Request
from recuse.permits import Actor, Register, ask, withdraw
from recuse.server.state.tasks import StateHandles, denials_secret
from recuse.server.tasks.binding import Binder
from recuse.server.tasks.handling import Handle, Standing, Status, Tasks, person_of
from recuse.serving.permitting import PermitOffices
from recuse.serving.shared import Connections, Shared

_CLOSED: Final[dict[Literal["refused", "withdrawn"], Status]] = {"refused": "denied", "withdrawn": "cancelled"}


class OfficeCounter:
    """`Counter` over the offices of a server process."""

    def __init__(self, offices: PermitOffices) -> None:
        self._offices = offices

    def ask(self, request: Request, caller: str) -> None:
        """Record a request, which is the program's; again is harmless."""
        with self._offices.office() as office:
            if request.id not in office.register().requested:
                ask(office, request, _program(caller, request.requested_by))

    def standing(self, name: str) -> Standing | None:
        """How a request stands by the record; None when there is none. A permit that has ended was approved too."""
        with self._offices.office() as office:
            entries = [*office.record.entries()]
            register = Register.placed(office.keeper.kept(), entries)
            if name not in register.requested:
                return None
            asked = register.request(name)
            lapses = asked.lapses or asked.until
            if name in register.issued:
                place, body = register.issued[name]
                given = next(entry.at for where, entry in entries if where == place)
                return Standing("approved", lapses, given, datetime.fromisoformat(str(body["until"])))
            if name in register.closed:
                return Standing(_CLOSED[register.closed[name].word], lapses)
            return Standing("expired" if lapses <= office.now() else "pending", lapses)

    def withdraw(self, name: str, caller: str) -> None:
        """End a request that was not answered."""
        with self._offices.office() as office:
            withdraw(office, name, _program(caller, caller), "withdrawn by the program that sent it")


def tasks(shared: Shared, base: str, patience: float) -> Tasks:
    """The access request service of a server process. TargetError when the state cannot be used."""
    with shared.state.one() as connection:
        binder = Binder(denials_secret(connection), base)
    counter = OfficeCounter(PermitOffices(shared))
    return Tasks(binder, _Handles(shared.state), counter, base, clock.now, _name, patience)


class _Handles:
    """`Handles`, by a connection of its own for each thing that is asked."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, handle: Handle) -> bool:
        """As `Handles`."""
        with self._connections.one() as connection:
            return StateHandles(lambda: connection).add(handle)

    def find(self, name: str) -> Handle | None:
        """As `Handles`."""
        with self._connections.one() as connection:
            return StateHandles(lambda: connection).find(name)

    def by_key(self, caller: str, key: str) -> Handle | None:
        """As `Handles`."""
        with self._connections.one() as connection:
            return StateHandles(lambda: connection).by_key(caller, key)

    def drop(self, name: str) -> None:
        """As `Handles`."""
        with self._connections.one() as connection:
            StateHandles(lambda: connection).drop(name)


def _program(caller: str, name: str) -> Actor:
    return Actor(name, person_of(caller))


def _name() -> str:
    return clock.random_name(24)
