"""What a ruling looks like: a heading with its state, the rules by name, what was not shown, and what would open it."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from recuse.ledger import JSON
from recuse.model import Gap, Ruling, Verdict
from recuse.requests.telling import gaps, renamed

Kind = Literal["good", "bad", "doubt", "plain"]
KINDS: Final[Mapping[str, Kind]] = {"permitted": "good", "permitted_in_part": "doubt", "refused": "bad"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A ruling as a page shows it; `opens` are pairs of purpose and authority, those of the purpose stated first."""

    kind: Kind
    verdict: str
    rules: tuple[str, ...]
    lines: tuple[str, ...]
    counsel: bool
    categories: tuple[str, ...]
    opens: tuple[tuple[str, str], ...] = ()


def shown(ruling: Ruling, stated: str, purposes: AbstractSet[str] = frozenset()) -> Shown:
    """A ruling, for a request that states this authority, and a purpose that is one of these or below them all."""
    pairs = {(each.purpose, each.authority) for each in ruling.would_change}
    opens = sorted(pairs, key=lambda pair: (pair[0] not in purposes, pair))
    lines = tuple(each for each in (renamed(ruling, stated), *gaps(ruling)) if each)
    part = ruling.categories if ruling.verdict == "permitted_in_part" else ()
    word = ruling.verdict.replace("_", " ")
    return Shown(KINDS[ruling.verdict], word, ruling.rules, lines, ruling.counsel, part, tuple(opens))


def recorded(body: Mapping[str, JSON]) -> Shown:
    """The ruling that an *asked* entry of the ledger holds."""
    found = cast("Mapping[str, Any]", body)
    ruling = Ruling(
        cast("Verdict", found["verdict"]), tuple(found["rules"]), tuple(found["given"]), tuple(found["decided_as"]),
        tuple(cast("list[Gap]", found["gaps"])), counsel=bool(found["counsel"]),
    )  # fmt: skip
    return shown(ruling, str(found["authority"]))
