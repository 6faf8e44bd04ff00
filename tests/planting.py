"""How a fault is planted: a control that is taken out, and the test that must notice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

Patch = pytest.MonkeyPatch
Break = Callable[[Patch], None]


@dataclass(frozen=True)
class Fault:
    """A control that is taken out, and the test that must notice; `given` is what a parametrised test is given."""

    name: str
    take_out: Break
    noticed_by: Callable[..., object]
    given: dict[str, Any] = field(default_factory=dict)


def put(where: object, name: str, value: object) -> Break:
    """Something replaced by another."""
    return lambda patch: patch.setattr(where, name, value)


def around(where: object, name: str, make: Callable[[Any], object]) -> Break:
    """A function replaced by one that is made of it."""
    return lambda patch: patch.setattr(where, name, make(getattr(where, name)))


def fails(test: Callable[[], object]) -> bool:
    """Whether a test does, by any of the ways in which tests do."""
    try:
        test()
    except (Exception, pytest.fail.Exception) as error:
        print(f"noticed: {type(error).__name__}: {str(error).splitlines()[:1]}")  # noqa: T201 - shown by `pytest -s`
        return True
    return False
