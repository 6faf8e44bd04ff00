"""What a site is made of, in memory: the fictional policy, a record of some quarters, and settings."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from recuse.content.values import Contact, Content, Name, NameKind, Question, Site
from recuse.directive.in_force import Attested
from recuse.languages import LANGUAGES
from recuse.ledger import JSON, Entry, encode
from recuse.ledger.checkpoint import Checkpoint
from recuse.ledger.merkle import leaf_hash, tree_root
from recuse.model import Repository
from recuse.notes import Signer
from recuse.policy.repository import read_repository
from recuse.policy.validate import RuleSet, validate
from recuse.requests import counting
from recuse.site.sources import Record, Settings, Sources
from recuse.site.words import texts_of
from tests.unit.policy.conftest import DIRECTIVE, FIXTURE

SIGNER: Final = Signer("ledger.example/riverton", bytes(range(32)))
NOW: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
ANSWERED: Final = datetime(2026, 9, 1, 12, tzinfo=UTC)
REMOVAL: Final = "fed.homeland.border.removal"
BODY: Final[dict[str, JSON]] = {
    "supersedes": None, "kind": "detainer", "agency": REMOVAL, "others": [], "purpose": "imm.civil_enforcement",
    "authority": "none", "lapses": "2026-01-01T00:00:00+00:00", "verdict": "refused", "counsel": False,
}  # fmt: skip
VERIFIED: Final[dict[str, JSON]] = {
    "system": "blotter", "verdict": "holds", "findings": {"shared-account": 2}, "accepted": {}, "attempts": 3,
    "known_by": "attempt", "server_version": "18.6", "document_sha256": "5e" * 32,
}  # fmt: skip


def asked(name: str, received: str, **changes: Any) -> Entry:
    """Recorded on the day of its receipt, unless `at` says otherwise."""
    at = changes.pop("at", None) or datetime.fromisoformat(f"{received}T12:00+00:00")
    return Entry("asked", at, {**BODY, "request": name, "received": received, **changes})


def answered(name: str, word: str, at: datetime = ANSWERED, **changes: Any) -> Entry:
    return Entry("answered", at, {"request": name, "word": word, "transferred_to": None, **changes})


def certified(period: str, *, kinds: Sequence[str] = (), agencies: Sequence[str] = (), signed: bool = True) -> Entry:
    body: dict[str, JSON] = {
        "period": period, "kinds": list(kinds), "agencies": list(agencies),
        "official": "counsel-2016", "office": "Corporation Counsel",
        "signature": "…" if signed else None,
    }  # fmt: skip
    return Entry("certified", NOW, body)


def verified(at: datetime = NOW, **changes: Any) -> Entry:
    return Entry("verified", at, {**VERIFIED, **changes})


APPLIED: Final = Entry(
    "applied",
    NOW,
    {"system": "blotter", "severed": ["a_login"], "directives": [DIRECTIVE], "stage": "enforce",
     "fingerprint_after": "5e" * 32},
)  # fmt: skip
RECORD: Final = (
    Entry("directed", NOW, {"directive": DIRECTIVE, "directive_sha256": "5e" * 32, "office": "Mayor"}),
    Entry("confirmed", NOW, {"directive": DIRECTIVE, "directive_sha256": "5e" * 32, "office": "Chief"}),
    APPLIED,
    verified(),
    *(asked(f"d{n}", day) for n, day in enumerate(("2026-01-09", "2026-02-03", "2026-02-20", "2026-05-05"))),
    answered("d0", "complied", transferred_to=REMOVAL),
    answered("d1", "refused"),
    asked("old", "2025-11-02", kind="joint_operation", agency="fed.justice.bureau", purpose="crim.investigation"),
    asked("now", "2026-11-20"),
    certified("2025-Q3"),
    certified("2026-Q1", kinds=("detainer",), agencies=(REMOVAL,), signed=False),
    certified("2026-02", kinds=("interview", "facility_use")),
)


@functools.cache
def policy() -> tuple[Repository, RuleSet]:
    repository = read_repository(FIXTURE)
    return repository, validate(repository, [each.directive for each in repository.directives.values()])


@functools.cache
def content() -> Content:
    """Names for the ids of the policy, the same in every language, and a contact."""
    repository, _ = policy()
    ids: list[tuple[NameKind, str, str]] = [
        *(("agency", each.id, each.name) for each in repository.agencies.values()),
        *(("purpose", each.id, f"purpose of {each.id}") for each in repository.purposes.values()),
        *(("office", each.id, each.office) for each in repository.officials.values()),
        *(("category", name, f"category {name}") for name in repository.categories),
        *(("authority", name, f"authority {name}") for name in repository.authorities),
        *(("system", name, f"system {name}") for name in repository.systems),
        *(("directive", name, each.directive.title) for name, each in repository.directives.items()),
        *(
            ("mark", name, f"mark {name}")
            for system in repository.systems.values()
            for table in system.tables
            for name in table.attributes
        ),
    ]
    names = {(kind, name): Name(kind, name, dict.fromkeys(LANGUAGES, said), "names.toml") for kind, name, said in ids}
    contact = Contact("mayor-2019", "1 Example Plaza", None, "records@records.example")
    question = Question("fed.homeland", "imm", ())
    titles = {code: f"Site {code}" for code in LANGUAGES}
    site = Site(
        tuple(LANGUAGES), titles, None, True, "https://www.weather.gov/", contact, question, None, 14, 180, 24,
        "fed.homeland",
    )  # fmt: skip
    return Content(site, names, {}, {}, {}, {})


def sources(entries: Sequence[Entry] = RECORD, now: datetime = NOW, address: str | None = None) -> Sources:
    repository, rules = policy()
    mayor, chief = repository.officials["mayor-2019"], repository.officials["chief-2019"]
    attested = tuple(Attested(each.directive, mayor, chief, NOW) for each in repository.directives.values())
    raw = tuple(encode(each.kind, each.at, each.body) for each in entries)
    head = Checkpoint(SIGNER.name, len(raw), tree_root([leaf_hash(each) for each in raw]))
    record = Record(tuple(entries), raw, str(SIGNER.sign(str(head))), str(SIGNER.verifier))
    titles = {code: f"Site {code}" for code in LANGUAGES}
    settings = Settings(titles, tuple(LANGUAGES.values()), True, "https://www.weather.gov/", address)
    return Sources(repository, rules, attested, record, settings, content(), None, now, printed=False)


texts = texts_of


def total(found: Sources, subject: counting.Subject = "assistance") -> int:
    """How many requests a record has, whenever they were received."""
    of = {"assistance": counting.assistance, "permits": counting.permits}[subject]
    return len(of(found.record.entries, found.now))


def at(found: Sources, now: datetime) -> Sources:
    return replace(found, now=now)
