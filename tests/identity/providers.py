"""Two identity providers that really run, as processes on loopback, and how a person logs in at each of them."""

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from tests.conftest import skip_loudly

PROGRAMS: Final = Path(__file__).parent.parent.parent / ".venv" / "providers" / "bin"
CLIENT: Final = "recuse-console"
SECRET: Final = "provider-secret-of-the-test"
GFIPM: Final = "gfipm:2.0:user:"
PEOPLE: Final[dict[str, dict[str, Any]]] = {
    "asker": {"name": "Ana Asker", "groups": ["partner-analysts"]},
    "reviewer": {"name": "Rae Viewer", f"{GFIPM}DisplayName": "Rae Viewer", f"{GFIPM}EmployerORI": "ZZ0000001"},
    "director": {"name": "Dora Director"},
    "confirmer": {"name": "Con Firmer"},
    "admin": {"name": "Ada Admin"},
    "auditor": {"name": "Otto Auditor"},
    "nobody": {"name": "No Body", "groups": ["visitors"]},
    "both": {"name": "Both Roles", "groups": ["partner-analysts", "records-reviewers"]},
}
"""Synthetic persons: who they are at both providers, and the claims there."""
_FORM: Final = re.compile(r'name="(transaction_id)" value="([^"]+)"')


@dataclass(frozen=True)
class Running:
    """A provider that runs."""

    kind: str
    issuer: str

    def authorize(self, address: str, subject: str) -> str:
        """Log in there as a person would; the address that the browser is sent back to."""
        with httpx2.Client(trust_env=False, follow_redirects=True) as browser:
            shown = browser.get(address)
            assert shown.status_code == 200, shown.text
            form = {"sub": subject} if self.kind == "mock" else {"username": subject, "password": f"pw-{subject}"}
            form |= dict(_FORM.findall(shown.text))
            answer = browser.post(str(shown.url), data=form, follow_redirects=False)
            assert answer.is_redirect, answer.text
            return str(answer.headers["location"])


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def mock() -> Iterator[Running]:
    """`oidc-provider-mock` on a port of its own."""
    port = free_port()
    claims = [f"--user-claims={json.dumps({'sub': sub, **said})}" for sub, said in PEOPLE.items()]
    with _process("oidc-provider-mock", "--port", str(port), "--host", "127.0.0.1", "--require-nonce", *claims):
        yield _up(Running("mock", f"http://127.0.0.1:{port}"))


@contextmanager
def nano(folder: Path, redirect: str) -> Iterator[Running]:
    """`nanoidp` on a port of its own, at its strictest: PKCE, one client with its secret, one address to go back to."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    client = {"client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [redirect]}
    settings = {
        "server": {"host": "127.0.0.1", "port": port}, "session": {"secret_key": "session-key-of-the-test"},
        "oauth": {"issuer": issuer, "audience": CLIENT, "require_pkce": True, "clients": [client]},
        "jwt": {"keys_dir": str(folder / "keys")},
    }  # fmt: skip
    users = {
        sub: {"password": f"pw-{sub}", "attributes": {k: v for k, v in said.items() if k != "groups"},
              "groups": said.get("groups", [])}
        for sub, said in PEOPLE.items()
    }  # fmt: skip
    folder.mkdir()
    (folder / "settings.yaml").write_text(json.dumps(settings))  # JSON is YAML
    (folder / "users.yaml").write_text(json.dumps({"users": users}))
    with _process("nanoidp", "--config", str(folder), "--port", str(port), "--profile", "oauth21"):
        yield _up(Running("nano", issuer))


@contextmanager
def _process(program: str, *arguments: str) -> Iterator[None]:
    if not (PROGRAMS / program).exists():
        skip_loudly("the identity providers are not installed: run `scripts/providers.sh`")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    bare = {"PATH": os.environ["PATH"], "NO_COLOR": "1"}
    running = subprocess.Popen([PROGRAMS / program, *arguments], env=bare, **quiet)  # type: ignore[call-overload]
    try:
        yield
    finally:
        running.terminate()
        running.wait(10)


def _up(provider: Running) -> Running:
    for _ in range(200):
        try:
            said = httpx2.get(f"{provider.issuer}/.well-known/openid-configuration", trust_env=False)
            assert said.json()["issuer"] == provider.issuer
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return provider
    raise AssertionError(f"{provider.kind} did not start")
