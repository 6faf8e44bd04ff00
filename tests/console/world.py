"""A synthetic institution with a real ledger: what was directed, applied, verified and decided over some days."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp

from recuse.ledger import JSON, create_ledger, encode, open_ledger
from recuse.operations.page import Cell, Matrix, MatrixRow
from recuse.server.console import AccessFile, Console, Index, Known, Role, Visitor, application

NOW: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOSTILE: Final = "</title><script>alert(1)</script>{{ 7*7 }}\u202e=cmd"
LONG: Final = "26-CR-" + "0123456789" * 120
AGENCIES: Final = {
    "gov.example.removal": "Bureau of Removal",
    "gov.example.inquiry": "Bureau of Inquiry",
    "gov.example.police": "Example City Police Department",
    "gov.example.long": "Interagency Task Force for the Coordination of Regional Information Exchange and Analysis",
}
ACCOUNTS: Final = {
    "records/removal_017": "gov.example.removal",
    "records/inquiry_005": "gov.example.inquiry",
    "records/records_app": "gov.example.police",
    "warehouse/fusion_task_force_login": "gov.example.long",
}
KNOWN: Final = Known("Example City Police Department", "5f" * 32, ("records", "warehouse"), AGENCIES, ACCOUNTS)
DECISIONS: Final = 130

Made = tuple[str, datetime, Mapping[str, JSON]]


def person(name: str, *roles: Role, subject: str = "") -> Visitor:
    """Somebody who is signed in, freshly."""
    return Visitor(
        issuer="https://idp.example", subject=subject or name, name=name, roles=frozenset(roles),
        agency="gov.example.police", acr=None, auth_time=NOW, session=1, form_token="f0" * 32,
    )  # fmt: skip


AUDITOR: Final = person("Ada Example", "auditor")


def history() -> Iterator[Made]:
    """What happened, in order."""
    at = NOW - timedelta(days=6)
    official = {"directive": "civil-immigration", "directive_sha256": "ab" * 32, "official": "mayor", "office": "Mayor"}
    yield "directed", at, {**official, "signature_sha256": "cd" * 32}
    yield "confirmed", at, {**official, "office": "Superintendent", "effective": "2026-01-09T12:00:00+00:00"}
    for system in ("records", "warehouse"):
        shared: dict[str, JSON] = {"system": system, "stage": "enforce", "directives": ["civil-immigration"]}
        yield "planned", at, {**shared, "plan_sha256": "ef" * 32}
        yield "applied", at, {**shared, "changes": 41, "sessions_ended": 3, "fingerprint_after": "01" * 32}
    yield from decisions()
    yield "requested", NOW - timedelta(hours=9), {
        "request": "r-1", "agency": "gov.example.inquiry", "system": "records", "purpose": "crim.investigation",
        "authority": "judicial.warrant", "until": "2026-01-16T00:00:00+00:00", "commitment": "23" * 32,
    }  # fmt: skip
    yield verified("records", NOW - timedelta(hours=2), "holds", {})
    yield verified("warehouse", NOW - timedelta(hours=2), "undetermined", {})


def verified(system: str, at: datetime, verdict: str, findings: Mapping[str, int], known_by: str = "attempt") -> Made:
    body: dict[str, JSON] = {
        "system": system, "verdict": verdict, "findings": dict(findings), "accepted": {}, "attempts": 1200,
        "known_by": known_by, "server_version": "18.6", "document_sha256": "45" * 32,
    }  # fmt: skip
    return "verified", at, body


def decisions() -> Iterator[Made]:
    """One every hour: by turns of three accounts, every third allowed; some with a hostile or a very long case."""
    start = NOW - timedelta(hours=DECISIONS + 10)
    for number in range(DECISIONS):
        account = (*ACCOUNTS,)[number % 3]
        allow = number % 3 == 2
        body: dict[str, JSON] = {
            "evaluation": f"e-{number}", "allow": allow, "reason": "permitted" if allow else "no_rule",
            "rules": ["staff"] if allow else [], "account": account, "action": "read",
            "resource": "records::records::person person_identity", "caller": f"portal-{number % 2}",
            "purpose": ("civil.immigration", "crim.investigation", "undeclared")[number % 3], "authority": "none",
        }  # fmt: skip
        if number == 100:
            body = {**body, "case": HOSTILE, "caller": HOSTILE}
        if number == 101:
            body = {**body, "case": LONG}
        yield "decided", start + timedelta(hours=number), body


def write(folder: Path, made: Iterator[Made]) -> Path:
    """A ledger of these entries."""
    with create_ledger(folder, "records.example/recuse") as ledger:
        for batch in batches(made):
            ledger.append([encode(kind, at, body) for kind, at, body in batch])
    return folder


def batches(made: Iterator[Made]) -> Iterator[list[Made]]:
    """The entries as writers commit them: many at a time, under one head."""
    while batch := list(islice(made, 4096)):
        yield batch


MATRIX: Final = Matrix(
    ("address", "arrest_record", "citizenship_immigration_status", "person_identity", "release_date"),
    (
        MatrixRow("Bureau of Inquiry", (Cell("all", "permit"),) * 4 + (Cell("some", "some"),)),
        MatrixRow("Bureau of Removal", (Cell("all", "none"),) * 5),
        MatrixRow("Example City Police Department", (Cell("all", "all"),) * 5),
        MatrixRow(AGENCIES["gov.example.long"], (Cell("some", "none"), *(Cell("none", "none"),) * 4)),
    ),
)


def matrices(path: Path) -> Path:
    """The document of what agencies reach, as a plan's matrices give it."""
    systems = [{"system": name, **asdict(MATRIX)} for name in ("records", "warehouse")]
    path.write_text(json.dumps({"at": "2026-01-15T09:30:00+00:00", "systems": systems}))
    return path


def console(folder: Path, **changes: Any) -> Console:
    """A console on the ledger in `folder`/ledger, with the matrices beside it; whoever comes is an auditor."""

    def recognise(_request: Request) -> Visitor | None:
        return AUDITOR

    made = Console(
        index=Index(folder / "ledger"), access=AccessFile(folder / "access.json"), recognise=recognise,
        known=lambda: KNOWN, now=lambda: NOW,
    )  # fmt: skip
    return replace(made, **changes)


def whole(folder: Path) -> Path:
    """The folder, with the history and the matrices in it."""
    write(folder / "ledger", history())
    matrices(folder / "access.json")
    return folder


def apart(folder: Path) -> Path:
    """The same history as two records: what was done, and what was decided."""
    made = [*history()]
    write(folder / "ledger", (each for each in made if each[0] != "decided"))
    write(folder / "decisions", (each for each in made if each[0] == "decided"))
    matrices(folder / "access.json")
    return folder


def of_both(folder: Path, **changes: Any) -> Console:
    """A console on the two records of `apart`."""
    return console(folder, decisions=Index(folder / "decisions"), **changes)


MANY: Final = 45_000


def many() -> Iterator[Made]:
    """More entries than are read at a time, one a minute."""
    start = NOW - timedelta(minutes=MANY + 10)
    body: dict[str, JSON] = {
        "allow": False,
        "account": "records/removal_017",
        "action": "read",
        "caller": "portal",
        "purpose": "undeclared",
    }
    for number in range(MANY):
        yield "decided", start + timedelta(minutes=number), {**body, "evaluation": f"e-{number}"}


def append(folder: Path, made: list[Made]) -> None:
    """More entries, by a writer of its own."""
    with open_ledger(folder) as ledger:
        ledger.append([encode(kind, at, body) for kind, at, body in made])


def served(folder: Path, **changes: Any) -> ASGIApp:
    """The console as an application."""
    return application(console(folder, **changes))
