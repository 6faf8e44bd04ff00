"""The cases: one a statement (or a few), read strictly from `cases/*.toml`.

sql        what the login says, on a connection of its own
expect     the outcome of each statement: its command tag, with the number of rows, or the SQLSTATE of its refusal
rows       what is shown, where it matters (columns joined by `|`)
shows      texts that stand somewhere in what came
login      who says it; the desk otherwise
since      the first server version that knows it; `until` the last
given      the lines of a COPY FROM STDIN
residual   the code under which `verify` declares what this shows; then also, as a rule,
otherwise  the same said of a value that no hidden row has: the outcomes differ, by this much and no more
guarded    the outcome where the plan guards the table, because this server reads a row in conflict too early
changes    the tables whose denied rows it changes all the same (only with a residual)
"""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class Said:
    """Statements and what must come of them."""

    sql: str
    expect: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One case of one family."""

    family: str
    name: str
    said: Said
    rows: tuple[str, ...] | None
    shows: tuple[str, ...]
    login: str
    since: int
    until: int
    given: str
    residual: str | None
    guarded: tuple[str, ...] | None
    otherwise: Said | None
    changes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.family}: {self.name}"


_KNOWN = {"sql", "otherwise_expect", "expect", *(f.name for f in fields(Case))} - {"family", "said"}


def read_cases() -> tuple[Case, ...]:
    """Every case, by family; ValueError on a key that is not known or a name used twice."""
    found: list[Case] = []
    for path in sorted(HERE.glob("*.toml")):
        found += [_case(path.stem, each) for each in tomllib.loads(path.read_text())["case"]]
    names = [str(case) for case in found]
    if len(names) != len(set(names)):
        raise ValueError(f"used twice: {sorted(n for n in names if names.count(n) > 1)}")
    return tuple(found)


def _case(family: str, each: dict[str, Any]) -> Case:
    if unknown := set(each) - _KNOWN:
        raise ValueError(f"{family}: {each.get('name')}: {unknown}")
    otherwise = Said(each["otherwise"], tuple(each["otherwise_expect"])) if "otherwise" in each else None
    return Case(
        family,
        each["name"],
        Said(each["sql"], tuple(each["expect"])),
        tuple(each["rows"]) if "rows" in each else None,
        tuple(each.get("shows", ())),
        each.get("login", "desk"),
        each.get("since", 15),
        each.get("until", 99),
        each.get("given", ""),
        each.get("residual"),
        tuple(each["guarded"]) if "guarded" in each else None,
        otherwise,
        tuple(each.get("changes", ())),
    )
