"""The demo's policy, really signed, with a ledger that says what a test wants it to say; and pages made of both."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final

from recuse import clock
from recuse.demo.repository import write_repository
from recuse.directive.in_force import Moment
from recuse.languages import LANGUAGES, Texts, read_texts
from recuse.ledger import JSON, Entry, create_ledger, decode, encode, read_signed
from recuse.operations import record
from recuse.operations.signing import Answer, confirm_directive, sign_directive
from recuse.operations.workspace import open_workspace
from recuse.policy.repository import read_repository
from recuse.publishing import read_sources
from recuse.site.sources import Record, Sources
from tests.test_main_job import make_keys

CONTENT: Final = Path(str(files("recuse.demo") / "content"))
LOCALES: Final = files("recuse.site") / "locales"
TEXTS: Final[Mapping[str, Texts]] = {code: read_texts(language, LOCALES) for code, language in LANGUAGES.items()}
DIRECTIVE: Final = "2019-07-12-civil-immigration"
SYSTEMS: Final = ("clear", "warehouse")
Made = tuple[str, timedelta, Mapping[str, JSON]]
"""A kind, how long ago it was, and its particulars."""


def body_of(folder: Path) -> Sources:
    """The demo's repository with two systems, signed by two, and a ledger in which all is well."""
    policy = folder / "policy"
    write_repository(policy, make_keys(folder), "recuse-test", warehouse=True)
    (name,) = open_workspace(policy, Moment(clock.now()), draft=True).directives
    directive = read_repository(policy).directives[name].directive
    sign_directive(policy, name, folder / directive.directed_by)
    answer = Answer("confirm", "", clock.now().replace(microsecond=0))
    confirm_directive(policy, name, "superintendent-2019", folder / "superintendent-2019", answer)
    workspace = open_workspace(policy, Moment(clock.now()), draft=False)
    with create_ledger(policy / ".ledger", "records.example/recuse") as ledger:
        for kind, body in record.attestations(workspace.repository, workspace.attested):
            ledger.append([encode(kind, clock.now(), body)])
        for kind, _, body in well():
            ledger.append([encode(kind, clock.now(), _dated(body, clock.now(), 0))])
    return read_sources(CONTENT, policy, None, printed=False)


def well(systems: Iterable[str] = SYSTEMS) -> Iterable[Made]:
    """What was applied and verified, as it should be."""
    hour = timedelta(hours=1)
    for system in systems:
        yield "planned", 3 * hour, {"system": system, "directives": [DIRECTIVE], "stage": "enforce"}
        yield applied(system)
    for system in systems:
        yield verified(system)
    yield stated(len(tuple(systems)))


def stated(systems: int) -> Made:
    body: dict[str, JSON] = {
        "verdict": "holds", "systems": systems, "known_by": "attempt", "accepted": 0, "document_sha256": "1",
    }  # fmt: skip
    return "stated", timedelta(hours=1), body


def applied(system: str, ago: float = 2, **change: JSON) -> Made:
    body: dict[str, JSON] = {
        "system": system, "directives": [DIRECTIVE], "stage": "enforce", "severed": ["desk"], "fingerprint_after": "f1",
    }  # fmt: skip
    return "applied", timedelta(hours=ago), {**body, **change}


def verified(system: str, ago: float = 1, run: str = "1", **change: JSON) -> Made:
    """`began` is how many hours ago the look began; `with_record` makes it a moment."""
    body: dict[str, JSON] = {
        "system": system, "verdict": "holds", "began": ago, "findings": {}, "doors": {}, "order": 0, "accepted": {},
        "attempts": 12, "known_by": "attempt", "server_version": "18.6", "document_sha256": run,
    }  # fmt: skip
    return "verified", timedelta(hours=ago), {**body, **change}


def with_record(sources: Sources, made: Iterable[Made], *, head: int = 2) -> Sources:
    """These sources with another record: its first `head` entries as they are, then these. It is signed by nobody."""
    entries = [Entry(kind, sources.now - ago, _dated(body, sources.now)) for kind, ago, body in made]
    kept = sources.record.entries[:head]
    whole = (*kept, *entries)
    raw = tuple(encode(each.kind, each.at, each.body) for each in whole)
    return replace(sources, record=Record(whole, raw, sources.record.checkpoint, sources.record.verifier))


def _dated(body: Mapping[str, JSON], now: datetime, hours: float = 1) -> Mapping[str, JSON]:
    """The body with moments for hours; `hours` stretches them."""
    ago = body.get("began")
    return {**body, "began": (now - hours * timedelta(hours=ago)).isoformat()} if isinstance(ago, int | float) else body


def of_folder(folder: Path) -> Record:
    """A ledger as it lies on disk."""
    raw, checkpoint = read_signed(folder)
    return Record(tuple(map(decode, raw)), raw, checkpoint, (folder / "verifier").read_text().strip())
