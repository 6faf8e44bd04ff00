"""Who can reach a table or column by an export of accounts and grants. What an export cannot tell is said beside it."""

import difflib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from recuse.errors import InputError
from recuse.operations.outside import OUTSIDE
from recuse.paths import Edge
from recuse.paths import Path as Way
from recuse.targets.listing import nodes
from recuse.targets.listing.access import Access
from recuse.targets.listing.engines import engine_of
from recuse.targets.listing.lines import shown
from recuse.targets.listing.reading import read_listing
from recuse.targets.listing.records import Listing, Name

OLD: Final = timedelta(days=30)
"""After this an export counts as old: accounts and grants change from week to week."""

WIDEST: Final = 20
_PART: Final = re.compile(r'"((?:[^"]|"")+)"|([^."]+)')
_CHANGES: Final = tuple(verb for verb in nodes.VERBS if verb != "read")


def reach_export(folder: Path, object: str | None, accounts: Sequence[str], now: datetime) -> dict[str, Any]:  # noqa: A002 - the CLI's word
    """The document of `recuse reach` on an export. Raises InputError for an export or a name that cannot be used."""
    listing = read_listing(folder)
    access = Access.of(listing)
    chosen = _accounts(access, accounts)
    document: dict[str, Any] = {"object": object, "export": about(listing, now)}
    if object is None:
        document |= {"accounts": [], "tables": _widest(access)}
    else:
        name, column = find(listing, object)
        document["accounts"] = [_answer(access, login, name, column) for login in chosen]
    document |= {
        "outside": [{"code": code, "sentence": sentence} for code, sentence in OUTSIDE.items()],
        "not_examined": [{"code": code, "sentence": sentence} for code, sentence in not_examined(listing, now)],
    }
    return document


def about(listing: Listing, now: datetime) -> dict[str, Any]:
    """What an export is, as documents show it."""
    said = listing.about
    return {
        "engine": said.engine,
        "version": said.version,
        "database": said.database,
        "exported_at": said.exported_at.isoformat(),
        "exported_by": said.exported_by,
        "days_old": max((now - said.exported_at).days, 0),
        "sha256": listing.sha256,
    }


def not_examined(listing: Listing, now: datetime) -> Iterator[tuple[str, str]]:
    """What the export lists as present, what the engine gives beyond it, and that it is an export of one moment."""
    said = listing.about
    day = f"{said.exported_at:%Y-%m-%d}"
    yield "listed", f"known from an export of {day} by `{shown(said.exported_by)}`: nothing was tried on the server"
    if too_old(listing, now):
        yield (
            "old-export",
            f"the export is of {day}, more than {OLD.days} days ago: what was granted since is not in it",
        )
    if said.exported_at > now + timedelta(days=1):
        yield "clock", f"the export says it was made on {day}, which is still to come"
    if said.scope == "visible":
        yield (
            "scope",
            f"only what `{shown(said.exported_by)}` may see was exported: others may reach more than is shown",
        )
    for each in listing.present:
        where = f" ({shown(each.object)})" if each.object else ""
        yield each.code, f"{shown(each.sentence)}{where}"
    yield from engine_of(listing).not_examined(listing)


def too_old(listing: Listing, now: datetime) -> bool:
    """Whether an export is older than `OLD`."""
    return now - listing.about.exported_at > OLD


def find(listing: Listing, text: str) -> tuple[Name, str | None]:
    """The relation, and column if one is named, that a text means; letter case decides only where it has to."""
    parts = [quoted.replace('""', '"') or plain for quoted, plain in _PART.findall(text)]
    if nodes.dotted(*parts).replace('"', "") != text.replace('"', "") or len(parts) not in (2, 3):
        raise InputError(f"`{text}` does not name a table or a column", "write `schema.table` or `schema.table.column`")
    known = {nodes.dotted(*name): name for name in listing.relations}
    name = _match(parts[:2], listing.relations)
    if name is None:
        raise InputError(
            f"there is no table or view `{nodes.dotted(*parts[:2])}`", _near(nodes.dotted(*parts[:2]), known)
        )
    relation = (name[0], name[1])
    if len(parts) == 2:
        return relation, None
    columns = listing.columns_of.get(relation, ())
    column = _match(parts[2:], [(each,) for each in columns])
    if column is None:
        raise InputError(f"`{nodes.dotted(*relation)}` has no column `{parts[2]}`", _near(parts[2], columns))
    return relation, column[0]


def _match(parts: Sequence[str], known: Any) -> tuple[str, ...] | None:
    exact = [name for name in known if tuple(name) == tuple(parts)]
    folded = [name for name in known if [p.casefold() for p in name] == [p.casefold() for p in parts]]
    found = exact or folded
    return tuple(found[0]) if len(found) == 1 else None


def _near(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"did you mean {' or '.join(f'`{n}`' for n in near)}" if near else "ask without a name to see what there is"


def _answer(access: Access, login: str, name: Name, column: str | None) -> dict[str, Any]:
    reading = [*nodes.targets(access.listing, name, "read", column)]
    paths = access.paths(login, reading)
    changes = []
    for verb in _CHANGES:
        targets = [*nodes.targets(access.listing, name, verb, column)]
        for path in access.paths(login, targets)[:3]:
            statement = f"-- {verb.upper()} of {nodes.dotted(*name)}"
            rows = access.rows(login, name, targets)
            changes.append({"change": verb, "rows": rows, **_shown(login, path, statement)})
    asked = nodes.dotted(column) if column else "*"
    statement = " ".join(("SELECT", asked, "FROM", nodes.dotted(*name)))  # shown to a person, and not run
    return {
        "account": login,
        "reaches": bool(paths),
        "rows": access.rows(login, name, reading),
        "paths": [_shown(login, path, statement) for path in paths],
        "changes": changes,
    }


def _shown(login: str, path: Way, statement: str) -> dict[str, Any]:
    taken = [edge.attempt for edge in path if edge.attempt]
    reproduce = "\n".join([f"-- as {shown(login)}", *(f"{each};" for each in taken), f"{statement};"])
    return {"steps": [step(edge) for edge in path], "reproduce": reproduce}


def step(edge: Edge) -> dict[str, str | None]:
    """One step as documents show it; an export's steps have no page of their own."""
    return {"from": edge.source, "to": edge.target, "kind": edge.kind, "reason": edge.reason, "page": None}


def _widest(access: Access) -> list[dict[str, Any]]:
    counts = [(nodes.dotted(*name), count) for name, count in access.readers() if count]
    widest = sorted(counts, key=lambda pair: (-pair[1], pair[0]))[:WIDEST]
    return [{"object": name, "accounts": count, "of": len(access.logins)} for name, count in widest]


def _accounts(access: Access, asked: Sequence[str]) -> tuple[str, ...]:
    for account in asked:
        if account not in access.logins:
            raise InputError(f"there is no account `{account}` that can log in", _near(account, access.logins))
    return tuple(asked) or access.logins
