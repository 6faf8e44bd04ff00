"""The world that database benchmarks share: a synthetic register, and the same register in the hands of `recuse`.

Two databases of one server are the same bytes (one was made from the other as its template): `enforced`, to which
`recuse` itself applies the policy repository beside this file, and `bare`, where other ways of doing it are set up.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import psycopg
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql

from bench.sql import statement
from recuse import clock
from recuse.operations import record
from recuse.operations.apply import apply_repository
from recuse.operations.document import plan_document
from recuse.operations.plan import Planned, plan_system
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from recuse.operations.workspace import Workspace, open_with_ledger
from recuse.targets.postgres.throwaway import Server
from recuse.targets.target import target_for

ENFORCED: Final = "enforced"
BARE: Final = "bare"
PLAIN: Final = "plain"
"""A login that row security does not bind: hand-written conditions and queries without a policy run as it."""
STANDING: Final = "standing"
PERMIT: Final = "permit"
PURPOSE: Final = "crim.investigation"
AUTHORITY: Final = "judicial.warrant"
DISTRICTS: Final = tuple(f"d{number:02}" for number in range(1, 24, 2))
_DIRECTIVE: Final = "2026-01-05-district-work"
_OFFICIALS: Final = ("directs", "confirms")
_PLACEHOLDER: Final = re.compile(r"KEY-OF-([a-z]+)")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class World:
    """A running server with both databases of `rows` arrests, and the folder of the policy repository applied."""

    server: Server
    rows: int
    folder: Path
    password: str = field(repr=False)

    @property
    def policy(self) -> Path:
        """The policy repository, signed and confirmed."""
        return self.folder / "policy"

    def dsn(self, database: str, login: str | None = None) -> str:
        """A connection string, as superuser without a login. It holds a password: never for a command line."""
        return self.server.dsn(database) if login is None else self.server.dsn(database, login, self.password)

    def workspace(self) -> Workspace:
        """The policy repository, opened for work."""
        return open_with_ledger(self.policy, record.ledger_folder(self.policy, None), draft=False)

    def plan(self) -> tuple[Planned, bytes]:
        """What `recuse plan` gives for it now; no changes once it is applied."""
        workspace = self.workspace()
        with target_for("postgresql").open(self.dsn(ENFORCED)) as session:
            planned = plan_system(session, workspace.policy(), next(workspace.systems()))
        return planned, plan_document(workspace, (planned,), None)


def build(server: Server, rows: int, folder: Path, say: Say) -> World:
    """Make both databases on `server`, and let `recuse` apply the signed policy to the one."""
    world = World(server, rows, folder, clock.random_bytes(16).hex())
    _databases(world, say)
    say("the policy is signed, confirmed and applied")
    _sign(world)
    _, plan = world.plan()
    apply_repository(world.policy, plan, record.ledger_folder(world.policy, None), lambda _: world.dsn(ENFORCED))
    with psycopg.connect(world.dsn(ENFORCED), autocommit=True) as connection:
        connection.execute(statement("world/sql/permit"), (PERMIT, PURPOSE, AUTHORITY))
    return world


def _databases(world: World, say: Say) -> None:
    with psycopg.connect(world.server.dsn(), autocommit=True) as connection:
        connection.execute(statement("world/sql/database").format(sql.Identifier(ENFORCED)))
        for login in (PLAIN, STANDING, PERMIT):
            login_of(connection, login, world.password)
        connection.execute(sql.SQL("ALTER ROLE {} BYPASSRLS").format(sql.Identifier(PLAIN)))
    with psycopg.connect(world.dsn(ENFORCED), autocommit=True) as connection:
        client = psycopg.ClientCursor(connection)
        for step in ("schema", "person", "arrest", "indexes", "grants"):
            say(f"register: {step}, {world.rows:,} arrests")
            text = statement(f"world/sql/{step}")
            client.execute(text, {"rows": world.rows} if step in ("person", "arrest") else None)
        client.execute("VACUUM (FREEZE, ANALYZE)")
    with psycopg.connect(world.server.dsn(), autocommit=True) as connection:
        copied = statement("world/sql/copy").format(sql.Identifier(BARE), sql.Identifier(ENFORCED))
        connection.execute(copied)


def login_of(connection: psycopg.Connection, login: str, password: str) -> None:
    """Make a login; the server gets a SCRAM verifier, so that no log of statements holds the password."""
    verifier = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
    create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
    connection.execute(create.format(sql.Identifier(login), sql.Literal(verifier)))


def _sign(world: World) -> None:
    """Write the policy repository with fresh keys of its two fictional officials, and let both sign."""
    keys = {official: _key(world.folder, official) for official in _OFFICIALS}
    _write(files("bench.world") / "policy", world.policy, keys)
    sign_directive(world.policy, _DIRECTIVE, world.folder / "directs")
    answer = Answer("confirm", "", clock.now().replace(microsecond=0))
    confirm_directive(world.policy, _DIRECTIVE, "confirms", world.folder / "confirms", answer)


def _write(source: Traversable, target: Path, keys: dict[str, str]) -> None:
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _write(entry, target / entry.name, keys)
        else:
            text = _PLACEHOLDER.sub(lambda found: keys[found.group(1)], entry.read_text(encoding="utf-8"))
            (target / entry.name).write_text(text, encoding="utf-8")


def _key(folder: Path, official: str) -> str:
    """A fresh private key in `folder`; returns its public line."""
    key = Ed25519PrivateKey.generate()
    path = folder / official
    path.touch(mode=0o600)
    ssh, private = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH
    path.write_bytes(key.private_bytes(ssh, private, serialization.NoEncryption()))
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return public.decode()
