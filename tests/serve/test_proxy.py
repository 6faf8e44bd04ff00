"""Mutual TLS by a real proxy (HAProxy): it ends TLS and tells whose certificate it was; nobody else can tell that."""

import base64
import hashlib
import http.client
import json
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.client.test_certificates import Pair, made
from tests.conftest import skip_loudly
from tests.serve.world import CLERK, PERSON, Institution, Serving, free_port, serving

SECRET = "a secret of the proxy, 32 characters or more"
CONFIGURATION = """\
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend programs
  bind 127.0.0.1:{port} ssl crt {folder}/server.both ca-file {folder}/ca.pem verify optional
  http-request del-header Client-Cert
  http-request set-header Client-Cert ":%[ssl_c_der,base64]:" if {{ ssl_c_used }}
  http-request set-header Recuse-Proxy "{secret}"
  default_backend decisions
backend decisions
  server one 127.0.0.1:{to}
"""


@dataclass(frozen=True)
class Proxied:
    """A server behind the proxy, and the certificates of programs."""

    running: Serving
    port: int
    folder: Path
    program: bytes

    def asks(self, who: str | None, **headers: str) -> tuple[int, str]:
        """Through the proxy, with a program's certificate or none."""
        context = ssl.create_default_context(cafile=self.folder / "ca.pem")
        if who is not None:
            context.load_cert_chain(self.folder / f"{who}.pem", self.folder / f"{who}.key")
        subject = {"type": "account", "id": f"clear/{CLERK}"}
        body = json.dumps({"subject": subject, "action": {"name": "read"}, "resource": PERSON})
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=context)
        try:
            sent = {"Content-Type": "application/json", **headers}
            connection.request("POST", "/access/v1/evaluation", body, sent)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def shown(certificate: bytes) -> dict[str, str]:
    """What a program would send that plays the proxy."""
    return {"Client-Cert": f":{base64.b64encode(certificate).decode()}:", "Recuse-Proxy": "x" * len(SECRET)}


@pytest.fixture(scope="module")
def proxied(institution: Institution, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    haproxy = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if haproxy is None:
        skip_loudly("HAProxy is not installed: run `sudo apt install haproxy`")
        raise AssertionError
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    authority: Pair = made(folder, "ca")
    made(folder, "server", authority)
    program, _ = made(folder, "program", authority)
    made(folder, "unregistered", authority)
    made(folder, "stranger", made(folder, "other"))
    (folder / "server.both").write_text((folder / "server.pem").read_text() + (folder / "server.key").read_text())
    (institution.folder / "proxy.secret").write_text(SECRET)
    (institution.folder / "proxy.secret").chmod(0o600)
    der = program.public_bytes(Encoding.DER)
    more = (
        '\n[proxy]\naddresses = ["127.0.0.1"]\nsecret_file = "proxy.secret"\n\n[[caller]]\nid = "program"\n'
        f'certificate_sha256 = ["{hashlib.sha256(der).hexdigest()}"]\n'
    )
    with serving(institution, institution.state(), more=more) as running:
        written = CONFIGURATION.format(port=port, folder=folder, to=running.port, secret=SECRET)
        (folder / "haproxy.cfg").write_text(written)
        process = subprocess.Popen([haproxy, "-db", "-f", str(folder / "haproxy.cfg")], stderr=subprocess.PIPE)
        made_proxy = Proxied(running, port, folder, der)
        try:
            _wait(made_proxy, process)
            yield made_proxy
        finally:
            process.terminate()
            process.wait(10)


def _wait(proxied: Proxied, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(100):
        if process.poll() is not None:
            raise AssertionError(process.stderr.read().decode() if process.stderr else "it ended")
        try:
            proxied.asks("program")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the proxy does not answer")


def test_a_program_is_known_by_its_certificate(proxied: Proxied) -> None:
    status, text = proxied.asks("program")
    assert (status, json.loads(text)["context"]["reason"]) == (200, "permitted")
    assert proxied.running.institution.decisions()[-1]["caller"] == "program"


def test_nobody_else_is(proxied: Proxied) -> None:
    assert proxied.asks(None)[0] == 401
    assert proxied.asks("unregistered")[0] == 401, "of the same authority"
    with pytest.raises(OSError):  # noqa: PT011 - the proxy ends the handshake, in one of several words
        proxied.asks("stranger")


def test_nobody_tells_the_proxy_s_word(proxied: Proxied) -> None:
    """Neither through the proxy nor past it, from the same machine."""
    assert proxied.asks(None, **shown(proxied.program))[0] == 401
    assert proxied.asks("unregistered", **shown(proxied.program))[0] == 401
    headers = {"Content-Type": "application/json", **shown(proxied.program)}
    assert proxied.running.send("POST", "/access/v1/evaluation", "{}", headers).status == 401
    headers["Recuse-Proxy"] = SECRET
    assert proxied.running.send("POST", "/access/v1/evaluation", "{}", headers).status == 400, "with the secret it is"
