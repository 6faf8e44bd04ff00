"""A decision point over TLS that asks programs for a certificate: who has none, or trusts another, gets no decision."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from recuse import clock
from recuse.client import Client, InputError, NoDecisionError, Settings, certificate
from tests.client.conftest import STAFF_READS
from tests.client.running import free_port, running
from tests.client.serving import TOKEN

Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def fixed() -> str:
    return TOKEN


def made(folder: Path, name: str, by: Pair | None = None) -> Pair:
    """A certificate with its key, in the folder; without `by` an authority's own."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(hours=1))
        .not_valid_after(clock.now() + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    )
    signed = builder.sign(by[1] if by else key, SHA256())
    (folder / f"{name}.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return signed, key


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities; the first knows the server and the program."""
    folder = tmp_path_factory.mktemp("certificates")
    authority, other = made(folder, "ca"), made(folder, "other")
    made(folder, "server", authority)
    made(folder, "program", authority)
    made(folder, "stranger", other)
    return folder


@pytest.fixture(scope="module")
def base(place: Path) -> Iterator[str]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "tests.client.serving",
        str(port),
        str(place / "record"),
        "http://nobody",
        str(place),
    ]
    with running(command, port, place / "log") as address:
        yield address.replace("http:", "https:")


def test_a_program_with_its_certificate_is_answered(place: Path, base: str) -> None:
    tls = certificate(place / "program.pem", place / "program.key", place / "ca.pem")
    with Client(base, fixed, Settings(tls=tls, discover=True)) as client:
        assert client.require(STAFF_READS).allow


@pytest.mark.parametrize(("name", "trusted"), [("stranger", "ca"), ("program", "other")])
def test_another_s_certificate_and_another_authority_get_no_decision(
    place: Path, base: str, name: str, trusted: str
) -> None:
    tls = certificate(place / f"{name}.pem", place / f"{name}.key", place / f"{trusted}.pem")
    with (
        Client(base, fixed, Settings(tls=tls)) as client,
        pytest.raises(NoDecisionError, match="do not trust one another"),
    ):
        client.require(STAFF_READS)


def test_the_system_s_authorities_do_not_know_it(base: str) -> None:
    with Client(base, fixed) as client, pytest.raises(NoDecisionError, match="not trust one"):
        client.require(STAFF_READS)


def test_a_certificate_that_is_not_its_key_s_is_refused(place: Path) -> None:
    for chain, key in (("program.pem", "server.key"), ("none.pem", "program.key"), ("program.key", "program.key")):
        with pytest.raises(InputError, match="cannot be used with its key"):
            certificate(place / chain, place / key)
