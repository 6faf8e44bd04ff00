"""The records that pass between a target and the operations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from recuse.enforcement.links import Links
from recuse.paths import Edge, Graph, Path, Place, Reached

if TYPE_CHECKING:  # `reach` compiles nothing, and Cedar's library takes long to load
    from recuse.compiler.condition import Atom
    from recuse.enforcement.closing import Ended
    from recuse.enforcement.facts import Fact, TableShape
    from recuse.enforcement.plan import Change
    from recuse.model import AttributeType, Value

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
class Neighbours:
    """What other databases of the server have of ours: roles that something there depends on, and logins in classes."""

    depending: frozenset[str] = frozenset()
    admitted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: the facts, every relation's shape by name, what each derived relation reads, login object ids.

    `links` say how tables hang together; they are no facts, since no plan makes or unmakes one. Nor are the class roles
    of other databases, and who is in them: `neighbours` is all that is to be known of those.
    """

    server: ServerFacts
    facts: "frozenset[Fact]"
    shapes: "Mapping[str, TableShape]"
    reads: Mapping[str, frozenset[str]]
    oids: Mapping[str, int]
    links: Links = field(default_factory=Links)
    neighbours: Neighbours = Neighbours()


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock that a statement holds on a relation of users (None: on none), and for how long it is expected to."""

    mode: Literal["none", "ACCESS EXCLUSIVE"]
    object: str | None
    held: str


@dataclass(frozen=True, slots=True)
class RenderedStatement:
    """The changes that one statement makes, with the text that does and the text that undoes them, and its lock."""

    changes: "tuple[Change, ...]"
    do: str
    undo: str
    lock: Lock = Lock("none", None, "not at all")

    def with_lock(self, lock: Lock) -> "RenderedStatement":
        """The same statement with its lock."""
        return replace(self, lock=lock)


@dataclass(frozen=True, slots=True)
class MissingRight:
    """A right that the connected login lacks to run a plan, what for, and the SQL by which a superuser gives it."""

    right: str
    purpose: str
    sql: str


@dataclass(frozen=True, slots=True)
class Patience:
    """How long others may have to wait behind a lock that apply asks for (milliseconds), and how often it asks."""

    milliseconds: int = 500
    attempts: int = 40


PATIENCE: Final = Patience()


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock on a relation: a session by its process, login and state, or a prepared transaction by its id.

    `since` is when its transaction began, None when this connection may not see it; `wraparound` marks a vacuum that
    gives way to nobody.
    """

    relation: str
    pid: int | None
    login: str | None
    since: datetime | None
    state: str
    gid: str | None
    wraparound: bool


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session that was ended: whose, and which process of which kind (`client backend`, `walsender`, …).

    `state`, `query_at` and `query` are of its last statement when it was signalled, running (`active`) or done; empty
    where the server keeps none. The text may hold data: it is for the operator's eyes and for no record.
    """

    login: str
    pid: int
    kind: str
    state: str
    query_at: datetime | None
    query: str


@dataclass(frozen=True, slots=True)
class Severed:
    """How many sessions were signalled, how long until the last was gone (seconds), who was left if any, and which."""

    signalled: int
    seconds: float
    left: tuple[str, ...]
    ended: tuple[EndedSession, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did: statements run, batches retried, sessions ended after the cut and after the shape.

    `moment` is the server's clock at the second severing: no session of an account that lost something is older.
    `locked` is how long a transaction held locks on users' relations at most, in seconds, waiting for them included.
    """

    statements: int
    retries: int
    cut: Severed
    shaped: Severed
    moment: datetime
    locked: float = 0.0


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A column that rules ask about: rows are told apart by its value, or by the questions about it where there are."""

    column: str
    type: "AttributeType"
    questions: "tuple[Atom, ...]" = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """A row by its key values, with the values of the columns that rules ask about."""

    key: tuple[object, ...]
    attributes: "Mapping[str, Value]"


@dataclass(frozen=True, slots=True)
class Tried:
    """What an attempt met: keys of the rows reached (None: it could not be told), and the server's refusal."""

    rows: frozenset[tuple[object, ...]] | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class Way:
    """A path of access: from where, to which place, by which steps, showing which rows (all, some)."""

    start: Place
    end: Place
    path: Path
    rows: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a path is called as a finding, and its door where the path itself decides it (LAW: copy, back)."""

    code: str
    door: str | None


@dataclass(frozen=True, slots=True)
class Weakness:
    """A node that is no data of this database: the code and the weight of the finding, and what reaching it means."""

    node: str
    code: str
    sentence: str
    severity: Literal["high", "low"] = "high"


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session: its login, process, start (None when this connection may not see it) and kind.

    `dropped` says that the login is gone.
    """

    account: str
    pid: int
    since: datetime | None
    kind: str = "client backend"
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """Every step that yields access in one database, also through others: nodes there end in `@database`.

    `examined` are the mechanisms that the steps describe, `not_examined` those present that none describes. `rows`
    tells which rows a place shows (all, some, none); `reproduce` writes the SQL that walks a way; `told` names a path
    as a finding; `pages` are the addresses of the documentation that says so, by kind of step. `weaknesses` are those
    nodes that are no data of this database; `minimum` is the least version that repairs what is `unrepaired`; `noted`
    has a code and a sentence for what holds of the whole server; `ended` gives what an edge's `ends` mean.
    """

    database: str
    edges: tuple[Edge, ...]
    logins: tuple[str, ...]
    sessions: tuple[LiveSession, ...]
    examined: tuple[str, ...]
    not_examined: tuple[str, ...]
    version: str
    minimum: str | None
    unrepaired: tuple[str, ...]
    rows: Callable[[Place], str]
    reproduce: Callable[[Graph, Reached, Way], str]
    told: Callable[[Path], Told]
    pages: Mapping[str, str]
    weaknesses: Mapping[str, Weakness]
    noted: tuple[tuple[str, str], ...]
    ended: "Callable[[Sequence[str | None]], Ended | None]"
