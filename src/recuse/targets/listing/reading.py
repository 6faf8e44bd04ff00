"""Reads the folder of an export: all files or none, each as its digest says, each reference to what is there.

What a person's hands can do to an export must not pass for an answer: a file left out, cut off, edited, or taken from
another day's export is refused, in one sentence with file and line.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from recuse.errors import InputError
from recuse.targets.listing.lines import read_records, shown
from recuse.targets.listing.records import (
    FILES,
    SHAPE,
    About,
    Column,
    Granted,
    Listing,
    Member,
    Object,
    Present,
    Principal,
    Record,
    Uses,
)

SUMS: Final = "SHA256SUMS"
LARGEST: Final = 64 * 1024 * 1024  # bytes of one file: some 500,000 grants
_SUM: Final = re.compile(r"([0-9a-f]{64})[ ][ *]([a-z]+\.csv)")
_SEAL: Final = f"in its folder, run `sha256sum *.csv > {SUMS}` right after the export"
_CODE: Final = re.compile(r"[a-z][a-z0-9-]*")

T = TypeVar("T")


def read_listing(folder: Path) -> Listing:
    """The export in a folder. Raises InputError for anything that is not exactly as the shape has it."""
    sums = _bytes(folder / SUMS)
    raw = {name: _bytes(folder / name) for name in FILES}
    _check_sums(sums, raw)
    found = Listing(
        about=_about(_read(raw, "about.csv", About)),
        principals=_read(raw, "principals.csv", Principal),
        members=_read(raw, "members.csv", Member),
        objects=_read(raw, "objects.csv", Object),
        columns=_read(raw, "columns.csv", Column),
        grants=_read(raw, "grants.csv", Granted),
        uses=_read(raw, "uses.csv", Uses),
        present=_read(raw, "present.csv", Present),
        sha256=hashlib.sha256(sums).hexdigest(),
    )
    check(found)
    return found


def check(listing: Listing) -> None:
    """Whether the records fit each other. Raises InputError, with file and line."""
    for file, problem in _problems(listing):
        raise InputError(f"{file}: {problem}", "export all files again, one right after the other")


def _read(raw: dict[str, bytes], file: str, kind: type[T]) -> tuple[T, ...]:
    return read_records(file, raw[file], kind)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"`{path.name}` is larger than {LARGEST} bytes", "export one database at a time")
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        remedy = _SEAL if path.name == SUMS else "an export has " + ", ".join(FILES)
        raise InputError(f"`{path.name}` of the export `{path.parent}` cannot be read: {reason}", remedy) from error


def _check_sums(sums: bytes, raw: dict[str, bytes]) -> None:
    """`SHA256SUMS` names each file once, in any order, as `sha256sum` prints it."""
    said: dict[str, str] = {}
    for number, line in enumerate(sums.decode("utf-8", "replace").splitlines(), start=1):
        match = _SUM.fullmatch(line)
        if match is None or match.group(2) not in FILES or match.group(2) in said:
            raise InputError(f"{SUMS}:{number}: this is not the digest of one of the export's files", _SEAL)
        said[match.group(2)] = match.group(1)
    for name, content in raw.items():
        if said.get(name) != hashlib.sha256(content).hexdigest():
            raise InputError(f"`{name}` is not the file that {SUMS} was made of", f"export it again; {_SEAL}")


def _about(found: tuple[About, ...]) -> About:
    if len(found) != 1:
        raise InputError("about.csv:1: it must hold one record", "export it again with the shipped query")
    (about,) = found
    if about.shape != SHAPE:
        raise InputError(
            f"about.csv:2: `shape` is {about.shape}, and this version reads {SHAPE}", "use its own queries"
        )
    return about


def _problems(listing: Listing) -> Iterator[tuple[str, str]]:
    yield from _twice("principals.csv", listing.principals, lambda p: p.name)
    yield from _twice("objects.csv", listing.objects, lambda o: (o.schema, o.name or "", o.kind == "schema"))
    yield from _twice("columns.csv", listing.columns, lambda c: (c.schema, c.object, c.column))
    for file, records in (("members.csv", listing.members), ("grants.csv", listing.grants), ("uses.csv", listing.uses)):
        yield from _twice(file, records, lambda record: record)
    yield from _unknown_principals(listing)
    yield from _unknown_objects(listing)
    yield from _grants(listing)
    for number, each in enumerate(listing.present, start=2):
        if not _CODE.fullmatch(each.code):
            yield f"present.csv:{number}", f"`code` is `{shown(each.code)}`, and must be lower-case words with hyphens"


def _twice(file: str, records: Iterable[T], key: object) -> Iterator[tuple[str, str]]:
    seen: set[object] = set()
    for number, record in enumerate(records, start=2):
        identity = key(record)  # type: ignore[operator]
        if identity in seen:
            yield f"{file}:{number}", "it says of the same thing what an earlier line said"
        seen.add(identity)


def _unknown_principals(listing: Listing) -> Iterator[tuple[str, str]]:
    known = listing.principal
    by_file: tuple[tuple[str, Iterable[Record], tuple[str, ...]], ...] = (
        ("members.csv", listing.members, ("role", "member", "grantor")),
        ("objects.csv", listing.objects, ("owner", "runs_as")),
        ("grants.csv", listing.grants, ("grantee", "grantor")),
    )
    for file, records, names in by_file:
        for number, record in enumerate(records, start=2):
            for name in names:
                value = getattr(record, name)
                if value is not None and value not in known:
                    yield f"{file}:{number}", f"`{name}` is `{shown(value)}`, and principals.csv does not have it"


def _unknown_objects(listing: Listing) -> Iterator[tuple[str, str]]:
    held = {*listing.relations, *listing.routines}
    for number, column in enumerate(listing.columns, start=2):
        if (column.schema, column.object) not in listing.relations:
            yield f"columns.csv:{number}", _missing(column.schema, column.object)
    positions = [(c.schema, c.object, c.position) for c in listing.columns]
    if len(set(positions)) != len(positions):
        yield "columns.csv:1", "two columns of one object have one position"
    for number, use in enumerate(listing.uses, start=2):
        if (use.schema, use.object) not in held:
            yield f"uses.csv:{number}", _missing(use.schema, use.object)
        if (use.uses_schema, use.uses_object) not in held:
            yield f"uses.csv:{number}", _missing(use.uses_schema, use.uses_object)
        elif use.uses_column and not _has(listing, use.uses_schema, use.uses_object, use.uses_column):
            yield f"uses.csv:{number}", f"there is no column `{shown(use.uses_column)}` of that object"
    for number, each in enumerate(listing.objects, start=2):
        if (each.name is None) != (each.kind == "schema"):
            yield f"objects.csv:{number}", "a schema has no name beside it, and everything else has one"
        if each.schema not in listing.schemas:
            yield f"objects.csv:{number}", f"there is no line for the schema `{shown(each.schema)}`"


_TAKES: Final[dict[str, tuple[bool, bool, bool]]] = {
    "server": (False, False, False), "database": (False, False, False), "schema": (True, False, False),
    "object": (True, True, False), "column": (True, True, True), "principal": (False, True, False),
}  # fmt: skip
"""Whether a grant on it names a schema, an object, a column."""


def _grants(listing: Listing) -> Iterator[tuple[str, str]]:
    held = {*listing.relations, *listing.routines}
    for number, each in enumerate(listing.grants, start=2):
        place = f"grants.csv:{number}"
        if (bool(each.schema), bool(each.object), bool(each.column)) != _TAKES[each.on]:
            yield place, f"a grant on `{each.on}` names something that does not belong, or not all that does"
        elif each.on == "schema" and each.schema not in listing.schemas:
            yield place, f"there is no line for the schema `{shown(each.schema or '')}`"
        elif each.on in ("object", "column") and (each.schema, each.object) not in held:
            yield place, _missing(each.schema or "", each.object or "")
        elif each.on == "column" and not _has(listing, each.schema or "", each.object or "", each.column or ""):
            yield place, f"there is no column `{shown(each.column or '')}` of that object"
        elif each.on == "principal" and each.object not in listing.principal:
            yield place, f"principals.csv does not have `{shown(each.object or '')}`"


def _has(listing: Listing, schema: str, name: str, column: str) -> bool:
    return column in listing.columns_of.get((schema, name), ())


def _missing(schema: str, name: str) -> str:
    return f"objects.csv does not have `{shown(schema)}.{shown(name)}`"
