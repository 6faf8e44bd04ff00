"""`recuse serve` as processes of their own, on the demonstration's signed and applied policy, and programs that ask."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
from joserfc import jwk, jwt
from psycopg import conninfo, sql

from recuse import clock
from recuse.demo.repository import write_repository
from recuse.demo.world import build
from recuse.ledger import decode, read_entries
from recuse.serving.place import NAMES
from recuse.targets.postgres.throwaway import Server
from tests.test_main_job import Job, make_keys

PROGRAM: Final = str(Path(sys.executable).with_name("recuse"))
ISSUER: Final = "https://login.example.org"
AUDIENCE: Final = "https://decisions.example.org"
CLERK: Final = "records_clerk_01"
ENDER: Final = "records_clerk_02"
"""Who may end sessions, which no server may."""
DETECTIVE: Final = "ice_hsi_005"
DECLARED: Final = {"purpose": "crim.investigation", "authority": "judicial.warrant", "case": "26-CR-1"}
PERSON: Final = {"type": "clear::records::person", "id": "person_identity",
                 "properties": {"sealed": False, "juvenile": False}}  # fmt: skip
SETTINGS: Final = """\
format = 1
base = "http://127.0.0.1:{port}"
listen = "127.0.0.1:{port}"
workers = {workers}
patience = 5
{state}
[[issuer]]
issuer = "https://login.example.org"
audience = "https://decisions.example.org"
keys = "issuer.jwks"

[[caller]]
id = "records-app"
issuer = "https://login.example.org"
client = "records-app"
systems = ["clear"]

[[caller]]
id = "elsewhere"
issuer = "https://login.example.org"
client = "elsewhere"
systems = []
"""


@dataclass(frozen=True)
class Reply:
    """What a request was answered with."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def document(self) -> Any:
        return json.loads(self.text)

    @property
    def allow(self) -> bool | None:
        """The decision; None where there is none."""
        return bool(self.document["decision"]) if self.status == 200 else None


@dataclass
class Institution:
    """A signed and applied policy in which one clerk may issue permits, and the keys of an issuer of tokens."""

    job: Job
    beside: Server
    key: Any = field(default_factory=lambda: jwk.ECKey.generate_key("P-256", {"kid": "k1"}))

    @property
    def folder(self) -> Path:
        return self.job.folder

    @property
    def record(self) -> Path:
        return self.job.policy / ".decisions"

    def environment(self, login: str = CLERK) -> dict[str, str]:
        """What a process of this login finds: its service, and the password for it."""
        return {
            **{name: value for name, value in os.environ.items() if name not in NAMES},
            "PGSERVICEFILE": str(self.folder / f"services-{login}"),
            "PGPASSFILE": str(self.folder / "passwords"),
        }

    def write(self) -> None:
        """Files that a server of it needs: services, passwords, the issuer's public keys."""
        server, job = self.job.world.server, self.job
        where = f"[recuse-test]\nhost={server.host}\nport={server.port}\ndbname={job.world.database}\n"
        for login in (CLERK, ENDER):
            (self.folder / f"services-{login}").write_text(f"{where}user={login}\n")
        passwords, known = self.folder / "passwords", job.world.passwords
        passwords.write_text(
            "".join(f"{server.host}:{server.port}:*:{each}:{known[each]}\n" for each in (CLERK, ENDER))
        )
        passwords.chmod(0o600)
        (self.folder / "issuer.jwks").write_text(json.dumps({"keys": [self.key.as_dict(private=False)]}))

    def token(self, client: str = "records-app", *, key: Any = None, header: Any = None, **claims: Any) -> str:
        """A token as the issuer makes it, but for what is given."""
        now = int(time.time())
        said = {"iss": ISSUER, "aud": AUDIENCE, "client_id": client, "sub": client, "iat": now, "exp": now + 600}
        said = {name: value for name, value in (said | claims).items() if value is not None}
        return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "k1"} | (header or {}), said, key or self.key)

    def state(self) -> str:
        """A database for a state, prepared by its owner with the program itself; what a server connects with."""
        server = self.beside
        name = login = f"state_{clock.random_name(8)}"
        with psycopg.connect(server.dsn(), autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'd'").format(sql.Identifier(login)))
        with (self.folder / "passwords").open("a") as file:
            file.write(f"{server.host}:{server.port}:{name}:{login}:d\n")
        self.run("state", "prepare", server.dsn(name), "--login", login)
        return f"host={server.host} port={server.port} dbname={name} user={login}"

    def owner(self, state: str) -> str:
        """The connection string of the state's owner."""
        database = conninfo.conninfo_to_dict(state)["dbname"]
        return self.beside.dsn(str(database))

    def run(self, *words: str, code: int = 0, login: str = CLERK) -> str:
        """Run the program; what it prints, and says beside it."""
        done = subprocess.run(
            [PROGRAM, *words], env=self.environment(login), capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def decisions(self) -> list[dict[str, Any]]:
        """What the record of decisions holds, read as a stranger would."""
        return [{"kind": each.kind, **each.body} for each in map(decode, read_entries(self.record))]

    def settings(self, port: int, state: str | None, workers: int, more: str = "") -> Path:
        path = self.folder / f"serve-{port}.toml"
        stated = f'state = "{state}"' if state else ""
        path.write_text(SETTINGS.format(port=port, workers=workers, state=stated) + more)
        return path


@dataclass
class Serving:
    """A server that runs, and a program that asks it."""

    institution: Institution
    port: int
    process: "subprocess.Popen[bytes]"
    told: Path

    def post(self, path: str, body: Any, token: str | None = None, timeout: float = 30) -> Reply:
        token = self.institution.token() if token is None else token
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        return self.send("POST", f"/access/v1/{path}", json.dumps(body), headers, timeout)

    def send(self, method: str, path: str, body: str | None = None, headers: Any = None, timeout: float = 30) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            names = {name.lower() for name, _ in answer.getheaders()}
            headers = {name: ", ".join(answer.headers.get_all(name) or ()) for name in names}
            return Reply(answer.status, headers, answer.read().decode())
        finally:
            connection.close()

    def asks(self, login: str = DETECTIVE, **context: str) -> Reply:
        """Whether this account may read who a person is."""
        subject = {"type": "account", "id": f"clear/{login}"}
        return self.post("evaluation", {"subject": subject, "action": {"name": "read"}, "resource": PERSON,
                                        "context": context})  # fmt: skip


@contextmanager
def serving(
    institution: Institution, state: str | None, *, workers: int = 1, words: Sequence[str] = (), more: str = ""
) -> Iterator[Serving]:
    """`recuse serve` until the block ends; it must end well then."""
    port = free_port()
    settings = institution.settings(port, state, workers, more)
    told = institution.folder / f"serve-{port}.log"
    command = [PROGRAM, "serve", "-s", str(settings), "-r", str(institution.job.policy), *words]
    with told.open("wb") as log:
        process = subprocess.Popen(command, env=institution.environment(), stdout=log, stderr=log)
    running = Serving(institution, port, process, told)
    try:
        _wait(running)
        yield running
    finally:
        process.terminate()
        code = process.wait(60)
    assert code == 0, told.read_text()
    assert not re.search("Traceback|panicked", told.read_text()), told.read_text()


def _wait(running: Serving) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and running.process.poll() is None:
        try:
            if running.send("GET", "/health", timeout=5).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(running.told.read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def institution_on(server: Server, beside: Server, folder: Path) -> Institution:
    """The demonstration's policy, signed and applied on a server; `beside` is for what is none of its systems."""
    job = Job(build(server, people=500), folder)
    write_repository(job.policy, make_keys(folder), "recuse-test", False)
    job.give({CLERK: "may_issue", ENDER: "may_end"})
    job.sign()
    job.apply()
    made = Institution(job, beside)
    made.write()
    return made
