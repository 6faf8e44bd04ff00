"""A decision point in a process of its own, over HTTP, on the fictional policy: `python -m tests.client.serving`.

Its callers are one with a fixed token, and, where an identity provider runs, whoever holds a token of it. One permit is
in force: `removal_017` may declare a criminal investigation under a court order, for one case.
"""

import asyncio
import itertools
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from granian.constants import Interfaces
from granian.server.embed import Server

from recuse import clock
from recuse.ledger import create_ledger
from recuse.ledger.shared import share_ledger
from recuse.model import Permit
from recuse.policy.repository import read_repository
from recuse.policy.validate import validate
from recuse.server.callers import Callers, Headers
from recuse.server.deciding import DecisionPoint
from recuse.server.grounds import Loaded
from recuse.server.holding import Held
from recuse.server.http import Service, application
from recuse.server.rounds import Rounds
from recuse.server.settings import Caller, Issuer, Settings
from tests.unit.policy.conftest import DIRECTIVE, FIXTURE

AT: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
TOKEN: Final = "a-fixed-token"
AUDIENCE: Final = "decision-point"
PERMIT: Final = Permit(
    "p", "blotter", "removal_017", "crim.investigation", "judicial.court_order", None, "26-CR-1",
    AT - timedelta(hours=1), AT + timedelta(hours=1), 0, None, used=False,
)  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """The fictional policy, and the one permit that is in force."""

    loaded: Loaded

    async def current(self) -> Loaded:
        return self.loaded

    async def confirmed(self, loaded: Loaded, systems: Iterable[str]) -> Held:
        return Held([PERMIT])


class Tokens:
    """The fixed token, and those of the identity provider as the decision point itself checks them."""

    def __init__(self, issuer: str) -> None:
        provider = Issuer(issuer, AUDIENCE, f"{issuer}/.well-known/jwks.json", "JWT", "sub")
        programs = (Caller("records-app", None, issuer, "records-app", frozenset()),)
        known = Settings("https://unused", "127.0.0.1", 1, 1, None, 5, None, (provider,), programs, None)
        self._callers = Callers(known, clock.now)

    async def known(self, headers: Headers, address: str | None) -> Caller | None:
        if (b"authorization", f"Bearer {TOKEN}".encode()) in headers:
            return Caller("fixed", None, None, None, frozenset())
        return await self._callers.known(headers, address)


async def serve(port: int, folder: Path, issuer: str, certificates: Path | None = None) -> None:
    """With `certificates`, encrypted, and for programs alone that have a certificate of its authority."""
    repository = read_repository(FIXTURE)
    rules = validate(repository, [repository.directives[DIRECTIVE].directive])
    ground = Ground(Loaded("p", 0, DecisionPoint(repository, rules, Held(()))))
    numbers = itertools.count(1)
    create_ledger(folder, "example.org/decisions").close()
    with share_ledger(folder) as record:
        base = f"http{'s' if certificates else ''}://127.0.0.1:{port}"
        tls: dict[str, Any] = {}
        if certificates:
            tls = {"ssl_cert": certificates / "server.pem", "ssl_key": certificates / "server.key",
                   "ssl_ca": certificates / "ca.pem", "ssl_client_verify": True}  # fmt: skip
        recorder = Rounds(record.append, "record")
        service = Service(ground, recorder, Tokens(issuer), base, lambda: AT, lambda: f"e-{next(numbers)}")
        server = Server(application(service), "127.0.0.1", port, interface=Interfaces.ASGI, log_enabled=False, **tls)
        await server.serve()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], *map(Path, sys.argv[4:])))
