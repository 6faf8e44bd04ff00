"""The nouns of a content folder, one frozen record each.

Every record that a file or pack may hold knows its file, relative to the content folder. Texts are one line each, in
composed characters (NFC), with nothing hidden in them; English is the language of the originals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

ORIGINAL: Final = "en"
"""The language in which texts are written; all others are translations."""
MACHINE: Final = "machine"
"""Who translated, when no person did."""

Place = Literal["home", "work", "school", "court", "hospital", "street"]
Kind = Literal["law", "commitment"]
"""Law, or what this body itself decided; the two are never mixed."""
Status = Literal["in force", "disputed", "partly enjoined", "pending", "enjoined", "rescinded", "unknown"]
Sure = Literal["read", "secondary", "memory"]
NameKind = Literal[
    "agency", "category", "purpose", "authority", "system", "office", "jurisdiction", "mark", "directive"
]  # fmt: skip
Way = Literal["post", "in_person", "email"]

PLACES: Final[tuple[Place, ...]] = ("home", "work", "school", "court", "hospital", "street")
KINDS: Final[tuple[Kind, ...]] = ("law", "commitment")
STATUSES: Final[tuple[Status, ...]] = (
    "in force", "disputed", "partly enjoined", "pending", "enjoined", "rescinded", "unknown",
)  # fmt: skip
"""From what can be relied on most to what can be relied on least."""
SURENESS: Final[tuple[Sure, ...]] = ("read", "secondary", "memory")
"""The text of the law was read; a report about it was read; neither was: from surest to least sure."""
NAME_KINDS: Final[tuple[NameKind, ...]] = (
    "agency", "category", "purpose", "authority", "system", "office", "jurisdiction", "mark", "directive",
)  # fmt: skip
WAYS: Final[tuple[Way, ...]] = ("post", "in_person", "email")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A person's word that a text of this digest was reviewed on a day."""

    name: str
    role: str
    on: date
    text_sha256: str


@dataclass(frozen=True, slots=True)
class LegalFact:
    """A checked statement of law: what it says, where that is written, how far it holds, and how sure that is.

    `status` is that of what `says` states. It holds from `effective` (always) to `until` (without end), both days
    included. `checked_on` is None exactly for what is told from memory.
    """

    id: str
    jurisdiction: str
    says: str
    citation: str
    status: Status
    sure: Sure
    checked_on: date | None
    source: str
    note: str
    effective: date | None
    until: date | None
    file: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One paragraph, with the ids of the legal facts that it rests on."""

    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What goes on the printable card."""

    do: tuple[str, ...] = ()
    say: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RightRecord:
    """A text on rights in one place, in English."""

    id: str
    place: Place
    kind: Kind
    jurisdiction: str
    order: int
    as_of: date
    review_by: date
    reviewed: tuple[Reviewed, ...]
    title: str
    claims: tuple[Claim, ...]
    card: Card
    file: str


@dataclass(frozen=True, slots=True)
class Translation:
    """A right record in another language: claim by claim, made from the English words of digest `source_sha256`."""

    id: str
    language: str
    source_sha256: str
    translated_by: str
    reviewed: tuple[Reviewed, ...]
    title: str
    claims: tuple[str, ...]
    card: Card
    file: str

    @property
    def by_machine(self) -> bool:
        """Whether a machine translated; it stays so after a person's review."""
        return self.translated_by == MACHINE


@dataclass(frozen=True, slots=True)
class Name:
    """What an id of the policy repository is called for readers, by language."""

    kind: NameKind
    id: str
    texts: Mapping[str, str]
    file: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A word of the glossary in one language."""

    word: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the glossary, by language."""

    id: str
    texts: Mapping[str, Explained]
    file: str


@dataclass(frozen=True, slots=True)
class Contact:
    """The office that answers for the site; `office` is an id of names.toml."""

    office: str
    address: str
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """What the first page asks of the policy: whether this agency may see these categories for this purpose.

    The answer is computed from the rules in force, and stands in no file.
    """

    agency: str
    purpose: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhoLooked:
    """How a person asks who looked at their record; `law` is the legal fact that gives the deadline."""

    office: str
    ask_by: tuple[Way, ...]
    deadline_days: int
    law: str
    bring: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Site:
    """What site.toml says; `languages` begins with English, the others follow in the order offered.

    `verdict_hours` is how long a verdict of `verify` tells how a system stands, where that is set. `homeland_security`
    is the id that the policy has for the agency of whose requests a law asks for counts.
    """

    languages: tuple[str, ...]
    title: Mapping[str, str]
    address: str | None
    demonstration: bool
    exit_to: str
    contact: Contact
    question: Question
    who_looked: WhoLooked | None
    warn_days: int
    fact_days: int
    verdict_hours: int | None
    homeland_security: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A content folder with its packs; every id that one record names, another has."""

    site: Site
    names: Mapping[tuple[NameKind, str], Name]
    glossary: Mapping[str, Word]
    facts: Mapping[str, LegalFact]
    rights: Mapping[str, RightRecord]
    translations: Mapping[tuple[str, str], Translation]
    """By right record and language."""
