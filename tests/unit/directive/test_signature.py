"""SSH signatures, ours against stock `ssh-keygen` in both directions, and every refusal."""

import base64
import hashlib
import importlib.util
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recuse.directive.signature import (
    CONFIRM_NAMESPACE,
    DIRECTIVE_NAMESPACE,
    PublicKeyLine,
    parse_public_key,
    sign,
    verify,
)
from recuse.directive.wire import Reader, string
from recuse.errors import SignatureError
from tests.unit.directive.keys import make_key, public_line, stock_sign, stock_verifies

MESSAGE = b'id = "2019-07-12"\n'
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_key(tmp_path_factory.mktemp("keys") / "official")


def armor(blob: bytes, width: int = 70) -> bytes:
    text = base64.b64encode(blob).decode()
    lines = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    return f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n".encode()


def dearmor(armored: bytes) -> bytes:
    return base64.b64decode(b"".join(armored.splitlines()[1:-1]))


def fields(blob: bytes) -> list[bytes]:
    """Key, namespace, reserved, hash, signature."""
    reader = Reader(blob[10:])
    return [reader.string() for _ in range(5)]


def envelope(parts: list[bytes], start: bytes = b"SSHSIG\0\0\0\1") -> bytes:
    return start + b"".join(string(part) for part in parts)


@pytest.mark.parametrize("namespace", [DIRECTIVE_NAMESPACE, CONFIRM_NAMESPACE])
def test_ours_is_accepted_by_stock_and_by_us_and_is_the_same_bytes(key: Path, namespace: str, tmp_path: Path) -> None:
    ours = sign(MESSAGE, namespace, key)
    signers = f"mayor {public_line(key)}\n"
    assert stock_verifies(MESSAGE, namespace, ours, principal="mayor", signers=signers, folder=tmp_path)
    assert not stock_verifies(MESSAGE + b"x", namespace, ours, principal="mayor", signers=signers, folder=tmp_path)
    assert verify(MESSAGE, namespace, ours) == parse_public_key(public_line(key))
    # Ed25519 is deterministic, so equal bytes show that no field differs.
    assert ours == stock_sign(MESSAGE, namespace, key)


@pytest.mark.parametrize("message", [b"", b"\0", bytes(100_000), "Zürich – ñ\n".encode()])
def test_any_bytes_can_be_signed(key: Path, message: bytes) -> None:
    assert str(verify(message, "n", stock_sign(message, "n", key))) == " ".join(public_line(key).split()[:2])


@pytest.mark.parametrize("options", [("-t", "ed25519"), ("-t", "ecdsa", "-b", "256")])
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_stock_is_accepted_by_us(tmp_path: Path, options: tuple[str, ...], algorithm: str) -> None:
    signer = make_key(tmp_path / "signer", *options)
    for _ in range(8):  # ECDSA signatures differ each time, also in the length of their numbers
        theirs = stock_sign(MESSAGE, DIRECTIVE_NAMESPACE, signer, "-O", f"hashalg={algorithm}")
        assert verify(MESSAGE, DIRECTIVE_NAMESPACE, theirs) == parse_public_key(public_line(signer))
        with pytest.raises(SignatureError, match="the signature does not fit the signed bytes"):
            verify(MESSAGE + b" ", DIRECTIVE_NAMESPACE, theirs)


def hardware_signature(message: bytes, flags: int, tmp_path: Path) -> tuple[bytes, PublicKeyLine, bool]:
    """A signature as a hardware key makes it, its key, and whether stock OpenSSH accepts it."""
    secret = Ed25519PrivateKey.generate()
    public = PublicKeyLine("sk-ssh-ed25519@openssh.com", secret.public_key().public_bytes_raw(), b"ssh:recuse")
    data = b"SSHSIG" + b"".join(map(string, [b"n", b"", b"sha512", hashlib.sha512(message).digest()]))
    counted = bytes([flags]) + (7).to_bytes(4, "big")
    inner = hashlib.sha256(b"ssh:recuse").digest() + counted + hashlib.sha256(data).digest()
    signature = string(b"sk-ssh-ed25519@openssh.com") + string(secret.sign(inner)) + counted
    armored = armor(envelope([public.blob, b"n", b"", b"sha512", signature]))
    stock = stock_verifies(message, "n", armored, principal="m", signers=f"m {public}\n", folder=tmp_path)
    return armored, public, stock


def test_a_hardware_key_is_accepted_as_stock_does_if_it_was_touched(tmp_path: Path) -> None:
    for flags in (1, 5):
        armored, public, stock = hardware_signature(MESSAGE, flags, tmp_path)
        assert stock
        assert verify(MESSAGE, "n", armored) == public == parse_public_key(str(public))
    armored, _, _ = hardware_signature(MESSAGE, 0, tmp_path)
    with pytest.raises(SignatureError, match="the hardware key was not touched"):
        verify(MESSAGE, "n", armored)


def test_another_namespace_is_refused_with_the_command_that_mends_it(key: Path) -> None:
    with pytest.raises(SignatureError) as caught:
        verify(MESSAGE, CONFIRM_NAMESPACE, sign(MESSAGE, DIRECTIVE_NAMESPACE, key))
    assert str(caught.value) == (
        "the signature is for `recuse-directive@v1`, not for `recuse-confirm@v1`; "
        "sign with `ssh-keygen -Y sign -n recuse-confirm@v1`"
    )


def test_a_namespace_renamed_in_the_envelope_does_not_verify(key: Path) -> None:
    parts = fields(dearmor(sign(MESSAGE, DIRECTIVE_NAMESPACE, key)))
    parts[1] = CONFIRM_NAMESPACE.encode()
    with pytest.raises(SignatureError, match="does not fit the signed bytes"):
        verify(MESSAGE, CONFIRM_NAMESPACE, armor(envelope(parts)))


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("-t", "rsa", "-b", "2048"), "ssh-rsa"),
        (("-t", "ecdsa", "-b", "384"), "ecdsa-sha2-nistp384"),
        (("-t", "ecdsa", "-b", "521"), "ecdsa-sha2-nistp521"),
    ],
)
def test_other_keys_are_refused_by_name(tmp_path: Path, options: tuple[str, ...], name: str) -> None:
    other = make_key(tmp_path / "other", *options)
    with pytest.raises(SignatureError, match=f"keys of type `{name}` are not accepted"):
        verify(MESSAGE, "n", stock_sign(MESSAGE, "n", other))
    with pytest.raises(SignatureError, match=f"keys of type `{name}` are not accepted"):
        parse_public_key(public_line(other))
    with pytest.raises(SignatureError, match="is not of type `ssh-ed25519`; sign with `ssh-keygen -Y sign"):
        sign(MESSAGE, "n", other)


def test_every_flipped_byte_is_refused(key: Path) -> None:
    armored = sign(MESSAGE, "n", key)
    for position in range(len(armored)):
        for bit in (1, 0x20, 0x80):
            changed = bytearray(armored)
            changed[position] ^= bit
            with pytest.raises(SignatureError):
                verify(MESSAGE, "n", bytes(changed))
    blob = dearmor(armored)
    for position in range(len(blob)):
        with pytest.raises(SignatureError):
            verify(MESSAGE, "n", armor(blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]))
        with pytest.raises(SignatureError):
            verify(MESSAGE, "n", armor(blob[:position]))


def test_only_the_armor_that_openssh_prints_is_accepted(key: Path) -> None:
    armored = sign(MESSAGE, "n", key)
    blob = dearmor(armored)
    assert armor(blob) == armored
    for other in (
        armored[:-1],
        armored + b"\n",
        b"\n" + armored,
        armored.replace(b"\n", b"\r\n"),
        armor(blob, 76),
        armored + armored,
        armored.replace(b"\n-----END", b"=\n-----END"),
    ):
        with pytest.raises(SignatureError, match=r"malformed: (its armor is not as|it is not an armored)"):
            verify(MESSAGE, "n", other)
    with pytest.raises(SignatureError, match="it is not an armored SSH signature"):
        verify(MESSAGE, "n", b"\xff")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: envelope(p, b"SSHSIG\0\0\0\2"), "it is not of version 1"),
        (lambda p: envelope(p, b"SSHSIX\0\0\0\1"), "it is not of version 1"),
        (lambda p: envelope(p) + b"\0", "bytes trail it"),
        (lambda p: envelope([*p[:2], b"x", *p[3:]]), "its reserved field is not empty"),
        (lambda p: envelope([*p[:3], b"sha1", p[4]]), "its hash is `sha1`"),
        (lambda p: envelope([*p[:4], p[4] + b"\0"]), "bytes trail it"),
        (lambda p: envelope([*p[:4], string(b"ssh-rsa") + p[4][15:]]), "of another algorithm than its key"),
        (lambda p: envelope([p[0] + b"\0", *p[1:]]), "bytes trail it"),
        (lambda p: envelope([string(b"ssh-ed25519") + string(bytes(31)), *p[1:]]), "its key has a wrong length"),
        (lambda p: envelope(p)[:-1], "it is cut short"),
    ],
)
def test_malformed_signatures_are_refused_by_reason(key: Path, change, message: str) -> None:  # type: ignore[no-untyped-def]
    parts = fields(dearmor(sign(MESSAGE, "n", key)))
    with pytest.raises(SignatureError, match=message):
        verify(MESSAGE, "n", armor(change(parts)))


def test_numbers_of_an_ecdsa_signature_have_one_form(tmp_path: Path) -> None:
    signer = make_key(tmp_path / "signer", "-t", "ecdsa", "-b", "256")
    parts = fields(dearmor(stock_sign(MESSAGE, "n", signer)))
    inner = Reader(Reader(parts[4][len(string(b"ecdsa-sha2-nistp256")) :]).string())
    r, s = inner.string(), inner.string()

    def with_numbers(r: bytes, s: bytes, inside: bytes = b"", after: bytes = b"") -> bytes:
        made = string(b"ecdsa-sha2-nistp256") + string(string(r) + string(s) + inside) + after
        return armor(envelope([*parts[:4], made]))

    verify(MESSAGE, "n", with_numbers(r, s))
    for wrong in (with_numbers(b"\0" + r, s), with_numbers(r, b""), with_numbers(b"\xff" + r, s)):
        with pytest.raises(SignatureError, match="a number is not in its shortest form"):
            verify(MESSAGE, "n", wrong)
    for trailing in (with_numbers(r, s, inside=b"\0"), with_numbers(r, s, after=b"\0")):
        with pytest.raises(SignatureError, match="bytes trail it"):
            verify(MESSAGE, "n", trailing)
    curve = string(b"ecdsa-sha2-nistp256") + string(b"nistp384") + string(bytes(65))
    with pytest.raises(SignatureError, match="its key is of another curve"):
        verify(MESSAGE, "n", armor(envelope([curve, *parts[1:]])))
    no_point = string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(bytes([4]) + bytes(64))
    with pytest.raises(SignatureError, match="does not fit the signed bytes"):
        verify(MESSAGE, "n", armor(envelope([no_point, *parts[1:]])))


def test_private_keys_that_cannot_sign_are_refused(tmp_path: Path, key: Path) -> None:
    with pytest.raises(SignatureError, match="cannot be read: no such file or directory"):
        sign(MESSAGE, "n", tmp_path / "missing")
    (tmp_path / "text").write_text("no key")
    with pytest.raises(SignatureError, match="is no OpenSSH private key"):
        sign(MESSAGE, "n", tmp_path / "text")
    with pytest.raises(SignatureError, match="is no OpenSSH private key, or its passphrase"):
        sign(MESSAGE, "n", key, "a passphrase for a key that has none")


def test_a_key_with_a_passphrase_is_opened_or_refused_with_the_command_to_use(tmp_path: Path) -> None:
    secret = make_key(tmp_path / "secret", "-t", "ed25519", "-N", "two words")
    with pytest.raises(SignatureError, match="its passphrase is missing or wrong"):
        sign(MESSAGE, "n", secret)
    if importlib.util.find_spec("bcrypt") is None:
        with pytest.raises(SignatureError, match="cannot be opened here; sign with `ssh-keygen -Y sign"):
            sign(MESSAGE, "n", secret, "two words")
    else:
        assert verify(MESSAGE, "n", sign(MESSAGE, "n", secret, "two words")) == parse_public_key(public_line(secret))


def test_public_keys_print_and_parse(key: Path) -> None:
    line = public_line(key)
    printed = str(parse_public_key(line))
    assert line.startswith(f"{printed} ")
    assert parse_public_key(printed) == parse_public_key(line)


@pytest.mark.parametrize(
    "line",
    [
        "ssh-ed25519",
        "ssh-ed25519 ",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBFakeKeyOne0000000000000000000000000000000",
        "ssh-ed25519 *",
    ],
)
def test_malformed_public_keys_are_refused(line: str) -> None:
    with pytest.raises(SignatureError, match="a public key of type `ssh-ed25519` is malformed"):
        parse_public_key(line)


def test_a_key_line_that_names_another_type_than_its_bytes_is_refused(key: Path) -> None:
    with pytest.raises(SignatureError, match="of type `ecdsa-sha2-nistp256` is malformed"):
        parse_public_key(public_line(key).replace("ssh-ed25519", "ecdsa-sha2-nistp256"))
