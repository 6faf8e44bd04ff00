"""Trees that are keys of what was proved: their hash is computed once, since it takes a walk through all of them."""

from typing import TypeVar

_T = TypeVar("_T", bound="Hashed")


class Hashed:
    """Room for the hash of a frozen record."""

    __slots__ = ("_hash",)
    _hash: int


def hashed_once(record: type[_T]) -> type[_T]:
    """The record with a hash that is remembered; equality stays as it is."""
    computed = record.__hash__

    def remembered(self: _T) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", computed(self))
            return self._hash

    record.__hash__ = remembered  # type: ignore[method-assign, assignment]
    return record
