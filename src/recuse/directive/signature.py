"""SSH signatures of files: what `ssh-keygen -Y sign` writes and `ssh-keygen -Y verify` reads (OpenSSH PROTOCOL.sshsig).

Stricter than OpenSSH where it leaves a choice, so that one signature has one form: the armor is the one OpenSSH prints,
the reserved field is empty, numbers have no padding, nothing trails, and a hardware key must have been touched.
Keys: `ssh-ed25519`, `sk-ssh-ed25519@openssh.com`, `ecdsa-sha2-nistp256`. All else is refused by name.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NoReturn, assert_never, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from recuse.directive.wire import Reader, string
from recuse.errors import SignatureError

DIRECTIVE_NAMESPACE: Final = "recuse-directive@v1"
CONFIRM_NAMESPACE: Final = "recuse-confirm@v1"
ACCEPT_NAMESPACE: Final = "recuse-accept@v1"
ATTEST_NAMESPACE: Final = "recuse-attest@v1"
COUNTERSIGN_NAMESPACE: Final = "recuse-countersign@v1"
REVIEW_NAMESPACE: Final = "recuse-review@v1"
REVIEW_CONFIRM_NAMESPACE: Final = "recuse-review-confirm@v1"

Algorithm = Literal["ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256"]
_ALGORITHMS: Final = ("ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256")

_MAGIC: Final = b"SSHSIG"
_VERSION: Final = 1
_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----\n"
_END: Final = "-----END SSH SIGNATURE-----\n"
_WIDTH: Final = 70
_HASHES: Final = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_TOUCHED: Final = 0x01


@dataclass(frozen=True, slots=True)
class PublicKeyLine:
    """A public key: `str()` prints the line as OpenSSH does, without a comment.

    `material` (the 32 bytes of an Ed25519 point, the 65 of a P-256 point) tells keys apart whatever they are called;
    `application` is what a hardware key was enrolled for, and empty for others.
    """

    algorithm: Algorithm
    material: bytes
    application: bytes = b""

    @property
    def blob(self) -> bytes:
        """The key in SSH wire form."""
        head = string(self.algorithm.encode())
        match self.algorithm:
            case "ssh-ed25519":
                return head + string(self.material)
            case "sk-ssh-ed25519@openssh.com":
                return head + string(self.material) + string(self.application)
            case "ecdsa-sha2-nistp256":
                return head + string(b"nistp256") + string(self.material)
            case _:
                assert_never(self.algorithm)

    def __str__(self) -> str:
        return f"{self.algorithm} {base64.b64encode(self.blob).decode()}"


def parse_public_key(line: str) -> PublicKeyLine:
    """Read one line as in a `.pub` file (a comment may follow); raises `SignatureError` for what cannot be used."""
    algorithm, _, rest = line.strip().partition(" ")
    _check_algorithm(algorithm)
    encoded = rest.split(" ", 1)[0]
    try:
        key = _read_key(base64.b64decode(encoded, validate=True))
    except (ValueError, SignatureError):
        _refuse_key(algorithm)
    if str(key) != f"{algorithm} {encoded}":
        _refuse_key(algorithm)
    return key


def sign(message: bytes, namespace: str, private_key_path: Path, passphrase: str | None = None) -> bytes:
    """The armored signature of `message` by the OpenSSH private key in this file, for this namespace.

    Raises `SignatureError` when the file is no Ed25519 key that can be opened.
    """
    key = _private_key(private_key_path, passphrase)
    public = PublicKeyLine("ssh-ed25519", key.public_key().public_bytes_raw())
    made = key.sign(_signed_data(message, namespace, "sha512"))
    return _armor(_envelope(public, namespace, "sha512", string(public.algorithm.encode()) + string(made)))


def verify(message: bytes, namespace: str, armored: bytes) -> PublicKeyLine:
    """The key that signed `message` for this namespace; raises `SignatureError` if none did.

    Whose key it is, and whether that person may sign, is for the register of officials to say.
    """
    reader = Reader(_dearmor(armored))
    if reader.take(len(_MAGIC)) != _MAGIC or reader.number() != _VERSION:
        _malformed("it is not of version 1")
    key = _read_key(reader.string())
    signed_for, reserved, algorithm = reader.string(), reader.string(), reader.string().decode("ascii", "replace")
    signature = reader.string()
    reader.end()
    if reserved:
        _malformed("its reserved field is not empty")
    if algorithm not in _HASHES:
        _malformed(f"its hash is `{algorithm}`, and only `sha256` and `sha512` are known")
    if signed_for != namespace.encode():
        raise SignatureError(
            f"the signature is for `{signed_for.decode(errors='replace')}`, not for `{namespace}`",
            f"sign with `ssh-keygen -Y sign -n {namespace}`",
        )
    try:
        _check(key, signature, _signed_data(message, namespace, algorithm))
    except (InvalidSignature, ValueError):
        raise SignatureError(
            "the signature does not fit the signed bytes", "restore the file that was signed, or sign it again"
        ) from None
    return key


def _check(key: PublicKeyLine, signature: bytes, data: bytes) -> None:
    reader = Reader(signature)
    if reader.string() != key.algorithm.encode():
        _malformed("it is of another algorithm than its key")
    match key.algorithm:
        case "ssh-ed25519":
            made = reader.string()
        case "sk-ssh-ed25519@openssh.com":
            made, flags, counter = reader.string(), reader.take(1), reader.take(4)
            if not flags[0] & _TOUCHED:
                _malformed("the hardware key was not touched")
            data = hashlib.sha256(key.application).digest() + flags + counter + hashlib.sha256(data).digest()
        case "ecdsa-sha2-nistp256":
            inner = Reader(reader.string())
            r, s = inner.mpint(), inner.mpint()
            inner.end()
            reader.end()
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.material)
            point.verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))
            return
        case _:
            assert_never(key.algorithm)
    reader.end()
    Ed25519PublicKey.from_public_bytes(key.material).verify(made, data)


def _signed_data(message: bytes, namespace: str, algorithm: str) -> bytes:
    digest = _HASHES[algorithm](message).digest()
    return _MAGIC + b"".join(string(part) for part in (namespace.encode(), b"", algorithm.encode(), digest))


def _envelope(key: PublicKeyLine, namespace: str, algorithm: str, signature: bytes) -> bytes:
    parts = (key.blob, namespace.encode(), b"", algorithm.encode(), signature)
    return _MAGIC + _VERSION.to_bytes(4, "big") + b"".join(string(part) for part in parts)


def _armor(blob: bytes) -> bytes:
    text = base64.b64encode(blob).decode()
    lines = "".join(f"{text[at : at + _WIDTH]}\n" for at in range(0, len(text), _WIDTH))
    return f"{_BEGIN}{lines}{_END}".encode()


def _dearmor(armored: bytes) -> bytes:
    try:
        body = armored.decode("ascii").removeprefix(_BEGIN).removesuffix(_END)
        blob = base64.b64decode(body.replace("\n", ""), validate=True)
    except ValueError:
        _malformed("it is not an armored SSH signature")
    if _armor(blob) != armored:
        _malformed("its armor is not as `ssh-keygen` writes it")
    return blob


def _read_key(blob: bytes) -> PublicKeyLine:
    reader = Reader(blob)
    algorithm = _check_algorithm(reader.string().decode("ascii", "replace"))
    if algorithm == "ecdsa-sha2-nistp256" and reader.string() != b"nistp256":
        _malformed("its key is of another curve")
    material = reader.string()
    application = reader.string() if algorithm == "sk-ssh-ed25519@openssh.com" else b""
    reader.end()
    if len(material) != (65 if algorithm == "ecdsa-sha2-nistp256" else 32):
        _malformed("its key has a wrong length")
    return PublicKeyLine(algorithm, material, application)


def _check_algorithm(name: str) -> Algorithm:
    if name not in _ALGORITHMS:
        raise SignatureError(
            f"keys of type `{name}` are not accepted", f"use one of {', '.join(f'`{a}`' for a in _ALGORITHMS)}"
        )
    return cast("Algorithm", name)


def _private_key(path: Path, passphrase: str | None) -> Ed25519PrivateKey:
    secret = passphrase.encode() if passphrase else None
    try:
        key = load_ssh_private_key(path.read_bytes(), secret)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise SignatureError(f"the key `{path}` cannot be read: {reason}", "name a private key file") from None
    except UnsupportedAlgorithm:
        raise SignatureError(f"the key `{path}` cannot be opened here", _BY_HAND) from None
    except (ValueError, TypeError):
        raise SignatureError(
            f"the key `{path}` is no OpenSSH private key, or its passphrase is missing or wrong", _BY_HAND
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureError(f"the key `{path}` is not of type `ssh-ed25519`", _BY_HAND)
    return key


_BY_HAND: Final = "sign with `ssh-keygen -Y sign -n NAMESPACE -f KEY FILE`"


def _malformed(reason: str) -> NoReturn:
    raise SignatureError(f"the signature is malformed: {reason}", "sign again with `ssh-keygen -Y sign`")


def _refuse_key(algorithm: str) -> NoReturn:
    raise SignatureError(f"a public key of type `{algorithm}` is malformed", "copy the line from the `.pub` file")
