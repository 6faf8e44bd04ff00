"""The few SSH wire forms that a signature is made of (RFC 4251 section 5), read strictly."""

from recuse.errors import SignatureError


def string(data: bytes) -> bytes:
    """Bytes behind their length."""
    return len(data).to_bytes(4, "big") + data


class Reader:
    """Reads from the front; every method raises `SignatureError` when the bytes do not suffice."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        taken = self._data[self._position : self._position + count]
        if len(taken) < count:
            raise SignatureError("the signature is malformed: it is cut short", "sign again with `ssh-keygen -Y sign`")
        self._position += count
        return taken

    def number(self) -> int:
        """An unsigned number of 4 bytes."""
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        """Bytes behind their length."""
        return self.take(self.number())

    def mpint(self) -> int:
        """A positive number without padding."""
        data = self.string()
        value = int.from_bytes(data, "big", signed=True)
        if value <= 0 or len(data) != value.bit_length() // 8 + 1:
            raise SignatureError(
                "the signature is malformed: a number is not in its shortest form",
                "sign again with `ssh-keygen -Y sign`",
            )
        return value

    def end(self) -> None:
        """Return only if nothing is left."""
        if self._position != len(self._data):
            raise SignatureError("the signature is malformed: bytes trail it", "sign again with `ssh-keygen -Y sign`")
