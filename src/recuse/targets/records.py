"""The records that pass between a target and the operations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recuse.enforcement.facts import Fact, TableShape
from recuse.enforcement.plan import Change

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What every verb needs to know first; `bootstrap` is the superuser recorded as the grantor of role grants."""

    version: int
    database: str
    login: str
    superuser: bool
    bootstrap: str
    supported: bool

    @property
    def major(self) -> int:
        """The branch: 15, 16, 17, 18."""
        return self.version // 10000


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: the facts, every relation's shape by name, what each derived relation reads, login object ids."""

    server: ServerFacts
    facts: frozenset[Fact]
    shapes: Mapping[str, TableShape]
    reads: Mapping[str, frozenset[str]]
    oids: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RenderedStatement:
    """The changes that one statement makes, with the text that does and the text that undoes them."""

    changes: tuple[Change, ...]
    do: str
    undo: str


@dataclass(frozen=True, slots=True)
class Severed:
    """How many sessions were signalled, how long until the last was gone (seconds), and who was left if any."""

    signalled: int
    seconds: float
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did: statements run, batches retried, sessions ended after the cut and after the shape."""

    statements: int
    retries: int
    cut: Severed
    shaped: Severed


@dataclass(frozen=True, slots=True)
class Sample:
    """A row by its key values, with its attribute columns' values."""

    key: tuple[object, ...]
    attributes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Tried:
    """What an attempt met: keys of the rows reached (None: it could not be told), and the server's refusal."""

    rows: frozenset[tuple[object, ...]] | None
    refusal: str | None
