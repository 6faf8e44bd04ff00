"""The kinds of edges and the weaknesses that are no data: a register in `kinds.toml`, one entry each."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from recuse.paths import Path
from recuse.targets.records import Told, Weakness

_DOCUMENTED: Final = range(14, 19)
"""The branches whose documentation is known to have every page."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of edge: the page of PostgreSQL's documentation that says so, and the finding that such a step makes.

    Of a path's kinds the one with the greatest `weight` is the finding; without a `code` a kind names none.
    """

    name: str
    page: str
    code: str | None = None
    weight: int = 0
    door: str | None = None


def pages(server_version: int) -> dict[str, str]:
    """The address of each kind's documentation page for this server (`server_version_num`)."""
    branch = server_version // 10_000
    shown = str(branch) if branch in _DOCUMENTED else "current"
    found = {kind.name: kind.page for kind in KINDS.values()} | {"row security": "ddl-rowsecurity.html"}
    return {name: f"https://www.postgresql.org/docs/{shown}/{page}" for name, page in found.items()}


def told(path: Path) -> Told:
    """What a path is called as a finding: by its most telling step."""
    kinds = [KINDS[edge.kind] for edge in path]
    best = max((kind for kind in kinds if kind.code), key=lambda kind: kind.weight, default=None)
    return Told("grant", None) if best is None or best.code is None else Told(best.code, best.door)


def weakness_of(node: str) -> Weakness | None:
    """The weakness that a node of this kind is, if it is one."""
    return WEAKNESSES.get(node.partition(":")[0] + ":")


def _read() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files("recuse.targets.postgres.edges").joinpath("kinds.toml").read_text())


def _by_name(entries: Iterable[Mapping[str, Any]]) -> dict[str, Kind]:
    return {kind.name: kind for kind in (Kind(**entry) for entry in entries)}


_REGISTER: Final = _read()
KINDS: Final[Mapping[str, Kind]] = _by_name(_REGISTER["kind"])
"""Every kind by name; among equally long paths the one that stands first is preferred."""
WEAKNESSES: Final[Mapping[str, Weakness]] = {w.node: w for w in (Weakness(**w) for w in _REGISTER["weakness"])}
"""Every weakness by the kind of its nodes."""
