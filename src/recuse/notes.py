"""Signed notes: a text and the lines that sign it, as checkpoints travel (C2SP `signed-note`).

Rules kept here: only what would be printed is parsed; only Ed25519 (type 0x01) is made and checked; signatures by
unknown keys are carried, never trusted; a signature by the known key that does not verify condemns the whole note.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from recuse import clock
from recuse.errors import LedgerError

ED25519: Final = b"\x01"
MOST_SIGNATURES: Final = 100
_PRIVATE: Final = "PRIVATE+KEY+"
_DASH: Final = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: key name, 4-byte key id, and the signature, whose form only its key knows."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {_b64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a newline, and one signature or more; `str()` prints it.

    Raises `LedgerError` for what cannot be printed and parsed back.
    """

    text: str
    signatures: tuple[NoteSignature, ...]

    def __post_init__(self) -> None:
        if not self.text.endswith("\n") or any(c < " " and c != "\n" for c in self.text):
            _refuse("its text must end in a newline and hold no control characters")
        if not 1 <= len(self.signatures) <= MOST_SIGNATURES:
            _refuse(f"it must hold between 1 and {MOST_SIGNATURES} signatures")
        for signature in self.signatures:
            check_name(signature.name)

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(str(s) for s in self.signatures)}"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A name and an Ed25519 public key (32 bytes); `str()` prints the verifier key text `name+id+key`."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name || 0x0A || 0x01 || key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_b64(ED25519 + self.public)}"

    def verify(self, note: Note) -> None:
        """Return only if this key signed the note's text; raises `LedgerError`."""
        mine = [s for s in note.signatures if (s.name, s.key_id) == (self.name, self.key_id)]
        if not mine:
            raise LedgerError(f"the note is not signed by `{self}`", "compare the verifier key with the published one")
        try:
            for line in mine:
                Ed25519PublicKey.from_public_bytes(self.public).verify(line.signature, note.text.encode())
        except (InvalidSignature, ValueError):
            raise LedgerError(
                f"the signature of `{self.name}` does not fit the note's text", "do not use this note: it was changed"
            ) from None


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A name and an Ed25519 private key (32 bytes), never shown by `repr`; `secret()` prints its text form."""

    name: str
    private: bytes

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._key().public_key().public_bytes_raw())

    def sign(self, text: str) -> Note:
        """The note of this text, signed by this key alone; raises `LedgerError` for a text that no note can hold."""
        line = NoteSignature(self.name, self.verifier.key_id, self._key().sign(text.encode()))
        return Note(text, (line,))

    def secret(self) -> str:
        """The private key as text (as Go's `sumdb/note` writes it): for one file that only its owner reads."""
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{_b64(ED25519 + self.private)}"

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.private)


def new_signer(name: str) -> Signer:
    """A signer with a fresh random key."""
    return Signer(check_name(name), clock.random_bytes(32))


def parse_note(data: bytes) -> Note:
    """Read a note as printed; raises `LedgerError` for anything that this module would print differently."""
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        _refuse("it is not UTF-8")
    # The text may hold empty lines: the last one separates it from the signatures.
    text, gap, lines = whole.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        _refuse("a text, an empty line and signature lines were expected")
    note = Note(text + "\n", tuple(_parse_line(line) for line in lines[:-1].split("\n")))
    if str(note).encode() != data:
        _refuse("it is not written as it would be printed")
    return note


def parse_verifier(text: str) -> Verifier:
    """Read `name+id+key`; raises `LedgerError` when the id is not that of name and key."""
    name, _, rest = text.partition("+")
    verifier = Verifier(name, _key_bytes(rest.partition("+")[2]))
    if str(verifier) != text:
        _refuse_key("its id is not that of its name and key")
    return verifier


def parse_signer(text: str) -> Signer:
    """Read what `Signer.secret` printed; raises `LedgerError`, which never quotes the key."""
    name, _, rest = text.removeprefix(_PRIVATE).partition("+")
    signer = Signer(name, _key_bytes(rest.partition("+")[2]))
    if signer.secret() != text:
        _refuse_key("its id is not that of its name and key")
    return signer


def check_name(name: str) -> str:
    """Return a key name that a note can carry; raises `LedgerError` for spaces, `+`, control characters, or nothing."""
    if not name or any(c.isspace() or c < " " or c == "+" for c in name):
        raise LedgerError(f"`{name}` cannot name a key", "use a host and path such as `example.org/ledger`")
    return name


def decode_base64(text: str) -> bytes:
    """Standard Base 64 (RFC 4648, section 4) in its one canonical form; raises `ValueError` otherwise."""
    data = base64.b64decode(text, validate=True)
    if _b64(data) != text:
        raise binascii.Error("not canonical")
    return data


def _parse_line(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        data = decode_base64(encoded)
    except ValueError:
        _refuse(f"signature line `{line}` is malformed")
    if len(data) < 5:
        _refuse(f"signature line `{line}` is too short")
    return NoteSignature(name, data[:4], data[4:])


def _key_bytes(encoded: str) -> bytes:
    try:
        data = decode_base64(encoded)
    except ValueError:
        _refuse_key("it is not `name+id+key` with the key in Base 64")
    if data[:1] != ED25519 or len(data) != 33:
        _refuse_key("it is not an Ed25519 key")
    return data[1:]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _refuse(reason: str) -> NoReturn:
    raise LedgerError(f"the signed note is malformed: {reason}", "fetch it again from where it was published")


def _refuse_key(reason: str) -> NoReturn:
    raise LedgerError(f"the note key is malformed: {reason}", "copy the whole line of the key file")
