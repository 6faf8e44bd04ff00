"""A console behind identity, with all its real neighbours: PostgreSQL, TLS, two identity providers, a ledger."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg import sql

from recuse import clock
from recuse.ledger import create_ledger
from recuse.ledger.shared import share_ledger
from recuse.server.identity import Identity, Register, guarded
from recuse.server.identity.kept import Kept
from recuse.server.identity.local import password_hash
from recuse.server.identity.provider import Providers
from recuse.server.identity.recording import Record
from recuse.server.rounds import Rounds
from recuse.server.state.migrations import prepare
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of, create_database
from tests.identity.console import Clock, Console, Forger, Switch, certificate, pages, served
from tests.identity.providers import CLIENT, SECRET, Running, free_port, mock, nano

LOGIN: Final = "recuse_server"
PASSWORD: Final = "password-of-the-server"
LOCAL_PASSWORD: Final = "local-password-of-the-test"
_HASH: Final = password_hash(LOCAL_PASSWORD)
_PROVIDER: Final = """
[[providers]]
name = "{name}"
issuer = "{issuer}"
client = "{client}"
secret_file = "client.secret"
claims = "{claims}"
"""
_GRANT: Final = """
[[grants]]
role = "{role}"
agency = "{agency}"
provider = "{provider}"
{of}
"""
_ROLES: Final = {
    "reviewer": "reviewer", "director": "official", "confirmer": "official", "admin": "administrator",
    "auditor": "auditor",
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """What is started once: a server of the state, a server of the console, the providers."""

    server: Server
    switch: Switch
    base: str
    trust: ssl.SSLContext
    providers: dict[str, Running]
    forger: Forger


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder, port, switch = tmp_path_factory.mktemp("identity"), free_port(), Switch()
    files, base = certificate(folder), f"https://127.0.0.1:{port}"
    with ExitStack() as stack:
        server = stack.enter_context(throwaway(binaries=binaries_of(18)))
        real = stack.enter_context(mock())
        other = stack.enter_context(nano(folder / "nano", f"{base}/login/callback/nano"))
        forger = Forger(real)
        stack.enter_context(served(forger.application(), forger.port))
        stack.enter_context(served(switch, port, files))
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(LOGIN), sql.Literal(PASSWORD))
            connection.execute(create)
        known = {"mock": real, "nano": other, "forged": Running("mock", forger.issuer)}
        yield World(server, switch, base, ssl.create_default_context(cafile=files[0]), known, forger)


@pytest.fixture
def state(world: World) -> Iterator[str]:
    """A prepared state; gives the connection string of the server's own login."""
    name = f"t_{clock.random_name(12)}"
    with psycopg.connect(world.server.dsn(), autocommit=True) as connection:
        create_database(connection, name)
        with psycopg.connect(world.server.dsn(name), autocommit=True) as inside:
            prepare(inside, [LOGIN])
        yield world.server.dsn(name, LOGIN, PASSWORD)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def console(world: World, state: str, tmp_path: Path) -> Iterator[Console]:
    file = tmp_path / "people.toml"
    write_people(file, people_text(world.providers))
    create_ledger(tmp_path / "record", "example.org/console").close()
    at = Clock()
    forger = world.forger
    forger.alter, forger.metadata, forger.answer = forger.sign, {}, {}
    forger.keys = [forger.key.as_dict(private=False)]
    with share_ledger(tmp_path / "record") as record:
        recorder = Rounds(record.append, "record")
        identity = Identity(
            Register(file), Kept(state), Record(recorder, at), Providers(at), world.base, at, quiet=frozenset({"/live"})
        )
        world.switch.application = guarded(pages(), identity)
        yield Console(world.base, world.trust, identity, at, file, tmp_path / "record", world.providers, state, forger)
        identity.kept.close()


def people_text(providers: dict[str, Running]) -> str:
    """Three providers, a role for each of the synthetic persons at each, and a local account that is not open."""
    text = 'format = 1\nkey_file = "pseudonym.key"\n'
    for name, running in providers.items():
        claims = "gfipm" if name == "nano" else "standard"
        text += _PROVIDER.format(name=name, issuer=running.issuer, client=CLIENT, claims=claims)
        for subject, role in _ROLES.items():
            agency = "partner.audit" if role == "auditor" else "pd.records"
            text += _GRANT.format(role=role, agency=agency, provider=name, of=f'subject = "{subject}"')
        for value, role in (("partner-analysts", "requester"), ("records-reviewers", "reviewer")):
            of = f'claim = "groups"\nvalue = "{value}"'
            text += _GRANT.format(role=role, agency="partner.analysis", provider=name, of=of)
    return text


def local_text(opened: str) -> str:
    """A people.toml without providers, and a local account."""
    local = f'\n[[local]]\nname = "setup"\nagency = "pd"\nhash_file = "local.hash"\nopened = {opened}\n'
    return 'format = 1\nkey_file = "pseudonym.key"\n' + local


def write_people(file: Path, text: str) -> None:
    """people.toml and the secrets beside it."""
    secrets = {"pseudonym.key": "k" * 40, "client.secret": SECRET + "\n", "local.hash": _HASH + "\n"}
    for name, content in secrets.items():
        (file.parent / name).write_text(content)
        (file.parent / name).chmod(0o600)
    file.write_text(text)
