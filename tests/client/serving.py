"""A decision point in a process of its own, over HTTP, on the fictional policy: `python -m tests.client.serving`.

Its callers are one with a fixed token, and, where an identity provider runs, whoever holds a token of it. One permit is
in force: `removal_017` may declare a criminal investigation under a court order, for one case.
"""

import asyncio
import itertools
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import jwt
from granian.constants import Interfaces
from granian.server.embed import Server

from recuse.ledger import create_ledger
from recuse.ledger.group import Recorder
from recuse.ledger.shared import share_ledger
from recuse.model import Account, Permit
from recuse.permits import opens
from recuse.policy.contexts import Context
from recuse.policy.repository import read_repository
from recuse.policy.validate import validate
from recuse.server.deciding import DecisionPoint
from recuse.server.http import Service, application
from tests.unit.policy.conftest import DIRECTIVE, FIXTURE

AT: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
TOKEN: Final = "a-fixed-token"
AUDIENCE: Final = "decision-point"
PERMIT: Final = Permit(
    "p", "blotter", "removal_017", "crim.investigation", "judicial.court_order", None, "26-CR-1",
    AT - timedelta(hours=1), AT + timedelta(hours=1), 0, None, used=False,
)  # fmt: skip


class OnePermit:
    """What holds the one permit that is in force."""

    def in_force(self, account: Account, context: Context, case: str | None, at: datetime) -> bool:
        return opens(PERMIT, account, context, case, at)


@dataclass(frozen=True)
class Tokens:
    """The fixed token, and the provider's, checked by its keys, audience and end."""

    issuer: str

    def named(self, authorization: str) -> str | None:
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer":
            return None
        if token == TOKEN:
            return "fixed"
        try:
            key = jwt.PyJWKClient(f"{self.issuer}/.well-known/jwks.json").get_signing_key_from_jwt(token)
            return str(jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=self.issuer)["sub"])
        except jwt.PyJWTError:
            return None


async def serve(port: int, folder: Path, issuer: str, certificates: Path | None = None) -> None:
    """With `certificates`, encrypted, and for programs alone that have a certificate of its authority."""
    repository = read_repository(FIXTURE)
    rules = validate(repository, [repository.directives[DIRECTIVE].directive])
    point, numbers = DecisionPoint(repository, rules, OnePermit()), itertools.count(1)
    create_ledger(folder, "example.org/decisions").close()
    with Recorder(share_ledger(folder)) as recorder:
        base = f"http{'s' if certificates else ''}://127.0.0.1:{port}"
        tls: dict[str, Any] = {}
        if certificates:
            tls = {"ssl_cert": certificates / "server.pem", "ssl_key": certificates / "server.key",
                   "ssl_ca": certificates / "ca.pem", "ssl_client_verify": True}  # fmt: skip
        service = Service(point, recorder, Tokens(issuer), base, lambda: AT, lambda: f"e-{next(numbers)}")
        server = Server(application(service), "127.0.0.1", port, interface=Interfaces.ASGI, log_enabled=False, **tls)
        await server.serve()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], *map(Path, sys.argv[4:])))
