"""Starts a server: looks whether everything that it rests on is there, and hands over to its worker processes."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from granian import Granian
from granian.constants import Interfaces, RuntimeModes
from granian.log import LogLevels
from psycopg import conninfo, sql

from recuse import clock
from recuse.errors import InputError, RecuseError, TargetError
from recuse.ledger import create_ledger, verify_ledger
from recuse.operations.apply import service_dsn
from recuse.server.grounds import Loaded
from recuse.server.keys import read_keys
from recuse.server.settings import Settings
from recuse.server.state.migrations import prepare
from recuse.server.state.serving import State, check_prepared_at, connected
from recuse.serving.content import check_content_folder
from recuse.serving.desks import PermitDesk
from recuse.serving.logs import CONFIGURATION
from recuse.serving.place import Place, secret_of
from recuse.serving.policy import load
from recuse.serving.worker import marks_secret, names_of, proxy_secret
from recuse.targets.postgres.throwaway import Server, lasting

LOGIN: Final = "recuse_server"
"""The login of workers in a state of our own."""
_TARGET: Final = "recuse.serving.worker:application_of_worker"
_PASSWORDS: Final = "server.pgpass"


@dataclass(frozen=True, slots=True)
class Looked:
    """One thing that a server rests on, and what is wrong with it, if anything.

    What is `fatal` keeps the server from starting; what is not leaves answers of one kind refused until it is mended.
    """

    what: str
    wrong: str | None
    fatal: bool


def look(place: Place, settings: Settings) -> Iterator[Looked]:
    """Everything that a server of this place rests on, looked at once, what keeps it from starting first."""
    yield _looked("the state", lambda: check_prepared_at(place.state))
    yield _looked("the record of decisions", lambda: verify_ledger(place.record))
    if settings.proxy is not None:
        yield _looked("the proxy's secret", lambda: proxy_secret(settings))
    if settings.marks is not None:
        yield _looked("the secret of record marks", lambda: marks_secret(settings))
    if settings.tls is not None:
        yield _looked("the key of TLS", partial(secret_of, settings.tls[1]))
    for issuer in settings.issuers:
        yield _looked(f"the keys of `{issuer.name}`", partial(read_keys, issuer.keys), fatal=False)
    if settings.console is not None and settings.console.content is not None:
        yield _looked("the content folder", partial(check_content_folder, settings.console.content), fatal=False)
    try:
        loaded = load(place.repository, place.ledger)
    except RecuseError as error:
        yield Looked("the policy", str(error), fatal=True)
        return
    yield _looked("the policy", partial(_check_agreed, place, loaded))
    yield _looked("the names", partial(_check_names, settings, loaded))
    point = loaded.point
    for system in point.repository.systems.values():
        applied = None if point.answers_about(system.name) else "it is not applied there, so nothing is permitted"
        yield Looked(f"the policy in `{system.name}`", applied, fatal=False)
        if system.kind == "live":
            desk = PermitDesk(system, service_dsn(system))
            with closing(desk):
                yield _looked(f"the permits of `{system.name}`", desk.permits, fatal=False)


def _check_agreed(place: Place, loaded: Loaded) -> None:
    """Raise InputError where the state has heard of more than this ledger holds: then nothing would be answered."""
    with closing(State(place.state)) as state:
        heard = state.serving().place
    if heard > loaded.place:
        raise InputError(
            f"the state has heard of ledger entry {heard}, and here the newest about a policy is {loaded.place}",
            "give each institution a state of its own; a ledger that was restored needs a new one",
        )


def _check_names(settings: Settings, loaded: Loaded) -> None:
    strangers = ", ".join(f"`{each}`" for each in names_of(settings).strangers(loaded.point))
    if strangers:
        raise InputError(f"names mean what the policy does not know: {strangers}", f"correct `{settings.names}`")


def _looked(what: str, look_at: Callable[[], object], *, fatal: bool = True) -> Looked:
    try:
        look_at()
    except RecuseError as error:
        return Looked(what, str(error), fatal)
    return Looked(what, None, fatal)


def serve(place: Place, settings: Settings) -> None:
    """Answer until this process is told to stop. TargetError when a port or certificate cannot be used."""
    certificate, key = settings.tls or (None, None)
    os.environ.update(place.variables())
    server: Any = Granian(
        _TARGET, factory=True, interface=Interfaces.ASGI, runtime_mode=RuntimeModes.st,
        address=settings.host, port=settings.port, workers=settings.workers, ssl_cert=certificate, ssl_key=key,
        websockets=False, log_level=LogLevels.warning, log_dictconfig=CONFIGURATION,
        respawn_failed_workers=True, workers_kill_timeout=30,
    )  # fmt: skip
    try:
        server.serve()
    except OSError as error:
        raise TargetError(
            f"`{settings.host}:{settings.port}` cannot be listened on: {error}", "see `listen`"
        ) from error


def own_record(folder: Path, origin: str) -> None:
    """Make the record of decisions at its first use: a ledger of its own."""
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)  # it says which account was asked about in which case
        create_ledger(folder, origin).close()
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


@contextmanager
def own_state(folder: Path) -> Iterator[str]:
    """A state on a server of our own over this folder, prepared; its connection string, which holds no password."""
    with lasting(folder) as server:
        secret = folder / _PASSWORDS
        password = clock.random_bytes(24).hex()
        with connected(server.dsn()) as connection:
            _login(connection, password)
            prepare(connection, [LOGIN])
        _written(secret, f"{server.host}:{server.port}:postgres:{LOGIN}:{password}\n")
        yield _without_password(server, secret)


def _login(connection: Any, password: str) -> None:
    if not connection.execute("SELECT FROM pg_catalog.pg_roles WHERE rolname = %s", (LOGIN,)).fetchall():
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(LOGIN)))
    # As a SCRAM verifier, so that no log of statements holds it.
    verifier = connection.pgconn.encrypt_password(password.encode(), LOGIN.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(LOGIN), sql.Literal(verifier)))


def _written(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _without_password(server: Server, secret: Path) -> str:
    passwords = str(secret.resolve())
    return conninfo.make_conninfo(
        "", host=server.host, port=server.port, dbname="postgres", user=LOGIN, passfile=passwords
    )
