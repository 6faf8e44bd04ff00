"""What operations write into the ledger, and what they read back from it."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from recuse import clock
from recuse.directive.in_force import Attested, Directed
from recuse.errors import DirectiveError, InputError
from recuse.ledger import JSON, Entry, Ledger, create_ledger, decode, encode, open_ledger, read_signed
from recuse.model import Confirmation, Repository
from recuse.operations.emergencies import emergencies

FOLDER: Final = ".ledger"


def ledger_folder(repository: Path, given: Path | None) -> Path:
    """Where the ledger lies: as given, or `.ledger` in the policy repository (hidden, so outside what is signed)."""
    return given if given is not None else repository / FOLDER


def open_or_create(folder: Path, origin: str) -> Ledger:
    """The ledger, made at its first use; its private key is kept out of the policy repository's git history."""
    if folder.exists():
        return open_ledger(folder)
    ledger = create_ledger(folder, origin)
    (folder / ".gitignore").write_text("key\nlock\njournal\n", encoding="utf-8")
    return ledger


def entries(folder: Path) -> tuple[Entry, ...]:
    """Every entry, decoded; none when there is no ledger yet."""
    return whole(folder)[0] if folder.exists() else ()


def whole(folder: Path) -> tuple[tuple[Entry, ...], str]:
    """Every entry, decoded, with the signed checkpoint over them. InputError where there is no ledger."""
    found, checkpoint = exact(folder)
    return tuple(map(decode, found)), checkpoint


def exact(folder: Path) -> tuple[tuple[bytes, ...], str]:
    """The exact bytes of every entry, with the signed checkpoint over them. InputError where there is no ledger."""
    if not folder.exists():
        raise InputError(f"there is no ledger in `{folder}`", "name its folder with `--ledger`")
    return read_signed(folder)


def last(folder: Path, kind: str, system: str) -> Entry | None:
    """The newest entry of a kind about a system."""
    found = [e for e in entries(folder) if e.kind == kind and e.body.get("system") == system]
    return found[-1] if found else None


def owed(entries: Iterable[Entry], system: str) -> frozenset[str]:
    """Logins whose sessions an apply was to end that did not come to its end: what they lost no plan finds again."""
    found: set[str] = set()
    for entry in entries:
        if entry.body.get("system") == system and entry.kind == "applied":
            found.clear()
        elif entry.body.get("system") == system and entry.kind == "planned":
            severs = entry.body.get("severs")
            found |= {str(login) for login in severs} if isinstance(severs, list) else set()
    return frozenset(found)


def pending(entries: Iterable[Entry], system: str) -> Entry | None:
    """The newest *planned* entry of a system whose apply did not come to its end."""
    found: Entry | None = None
    for entry in entries:
        if entry.body.get("system") == system and entry.kind in ("planned", "applied"):
            found = entry if entry.kind == "planned" else None
    return found


def recorded_times(folder: Path) -> dict[str, datetime]:
    """When each directive (by the SHA-256 of its bytes) was first recorded as confirmed."""
    found: dict[str, datetime] = {}
    for entry in entries(folder):
        if entry.kind == "confirmed":
            found.setdefault(str(entry.body["directive_sha256"]), entry.at)
    return found


def check_nothing_lost(folder: Path, repository: Repository) -> None:
    """Raise DirectiveError when a directive that the ledger has as confirmed is gone from the repository or changed.

    Deleting a signed directive would otherwise be the quiet way to end it; ending one is itself a directive. The same
    holds of one that stands on one signature, until it lapses.
    """
    present = {hashlib.sha256(s.directive.raw).hexdigest() for s in repository.directives.values() if s.signature}
    for entry in entries(folder):
        if entry.kind == "confirmed" and entry.body["directive_sha256"] not in present:
            name = entry.body["directive"]
            raise DirectiveError(
                f"directive `{name}`, confirmed in the ledger, is missing or altered in the repository",
                "restore its folder; to end it, issue a directive that supersedes it",
            )
    for each in emergencies(entries(folder), repository.directives, ()):
        if each.sha256 not in present and not each.lapsed(clock.now()):
            raise DirectiveError(
                f"{each.sentence(clock.now())}, and is missing or altered in the repository",
                "restore its folder; to end it sooner, let the second official refuse it",
            )


def attestations(
    repository: Repository, attested: Iterable[Attested | Directed]
) -> Iterable[tuple[str, Mapping[str, JSON]]]:
    """The *directed* entries of directives, and the *confirmed* ones of those in force."""
    for each in attested:
        signed = repository.directives[each.directive.id]
        signature, confirmation = signed.signature or b"", signed.confirmation
        yield (
            "directed",
            {
                "directive": each.directive.id,
                "directive_sha256": hashlib.sha256(each.directive.raw).hexdigest(),
                "signature_sha256": hashlib.sha256(signature).hexdigest(),
                "official": each.directed_by.id,
                "office": each.directed_by.office,
            },
        )
        if isinstance(each, Attested) and isinstance(confirmation, Confirmation):
            yield (
                "confirmed",
                {
                    "directive": each.directive.id,
                    "directive_sha256": hashlib.sha256(each.directive.raw).hexdigest(),
                    "confirmation_sha256": hashlib.sha256(confirmation.raw).hexdigest(),
                    "directive_signature_sha256": confirmation.directive_signature_sha256,
                    "official": each.confirmed_by.id,
                    "office": each.confirmed_by.office,
                    "effective": each.effective.isoformat(),
                },
            )


def append_new(ledger: Ledger, known: Iterable[Entry], bodies: Iterable[tuple[str, Mapping[str, JSON]]]) -> None:
    """Append these entries, but not what stands in the ledger already, word for word."""
    written = {(entry.kind, repr(sorted(entry.body.items()))) for entry in known}
    fresh = [(kind, body) for kind, body in bodies if (kind, repr(sorted(body.items()))) not in written]
    if fresh:
        ledger.append([encode(kind, clock.now(), body) for kind, body in fresh])


def record_verdicts(folder: Path, verdict: Mapping[str, Any]) -> None:
    """Append a *verified* entry for each system of a `verify` document, and one *stated* entry over all of them.

    *verified*: verdict, counts by code and door, no paths. `doors` counts the findings that weigh, those without a door
    as `other`; `order` those of low severity, which are about order and not about access. Together they are all of
    `findings`. `began` is when the look began: of what was done between that and the entry it tells nothing. *stated*
    is what may be shown to everybody: it names no system, no code and no release.
    """
    digest = hashlib.sha256(json.dumps(verdict, sort_keys=True).encode()).hexdigest()
    with open_ledger(folder) as ledger:
        bodies = [_verified(system, scope, verdict) for system, scope in verdict["scope"].items()]
        made = [encode("verified", clock.now(), body | {"document_sha256": digest}) for body in bodies]
        ledger.append([*made, encode("stated", clock.now(), _stated(verdict) | {"document_sha256": digest})])


def _verified(system: str, scope: Mapping[str, Any], verdict: Mapping[str, Any]) -> dict[str, JSON]:
    own = [f for f in verdict["findings"] if f["system"] == system]
    codes = Counter(f["code"] for f in own)
    doors = Counter(f["door"] or "other" for f in own if f["severity"] != "low")
    accepted = Counter(f["code"] for f in verdict["accepted"] if f["system"] == system)
    return {
        "system": system,
        "verdict": verdict["verdict"],
        "began": scope["at"],
        "findings": dict(sorted(codes.items())),
        "doors": dict(sorted(doors.items())),
        "order": codes.total() - doors.total(),
        "accepted": dict(sorted(accepted.items())),
        "attempts": scope["attempts"],
        "known_by": scope["known_by"],
        "server_version": scope["server_version"],
    }


def _stated(verdict: Mapping[str, Any]) -> dict[str, JSON]:
    """The verdict over all systems that were looked at; known by attempt where each is. Accepted findings count."""
    ways = {scope["known_by"] for scope in verdict["scope"].values()}
    return {
        "verdict": verdict["verdict"],
        "systems": len(verdict["scope"]),
        "known_by": "attempt" if ways == {"attempt"} else "catalog",
        "accepted": len(verdict["accepted"]),
    }
