"""What a quick look at a database tells: records that pass between a target and the operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from recuse.targets.records import LiveSession


@dataclass(frozen=True, slots=True)
class Seen:
    """What the event trigger wrote down: who made or opened what, in which transaction, and what was done about it."""

    at: datetime
    transaction: str
    login: str
    code: str
    object: str
    detail: str
    done: Literal["closed", "reported"]


@dataclass(frozen=True, slots=True)
class LogFile:
    """The server's log file of now, by its name on the server, and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Look:
    """A quick look at a database beside its facts, at a moment of the server's clock.

    `active` is when a session other than ours last began a statement (None: none, or not to be seen); `log` is None
    where there is no file, or none that this account may know of; `applying` says that an apply is at work.
    """

    at: datetime
    seen: tuple[Seen, ...]
    sessions: tuple[LiveSession, ...]
    settings: Mapping[str, str]
    databases: tuple[str, ...]
    active: datetime | None
    log: LogFile | None
    applying: bool
