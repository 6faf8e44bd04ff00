"""What the site is made of: the policy, the record and the settings of its content folder, as of one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from recuse.directive.in_force import Attested
from recuse.languages import Language
from recuse.ledger import Entry
from recuse.model import Repository
from recuse.policy.validate import RuleSet


@dataclass(frozen=True, slots=True)
class Record:
    """The ledger as read: its entries, their exact bytes, the signed checkpoint over them, and the key that signed."""

    entries: tuple[Entry, ...]
    raw: tuple[bytes, ...]
    checkpoint: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What `site.toml` says: titles by language, languages in order, and where a reader who leaves in haste is sent."""

    title: Mapping[str, str]
    languages: tuple[Language, ...]
    demonstration: bool
    exit_to: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that a page may say. `attested` are the directives in force; `now` is the moment of publishing.

    `printed` is whether sheets are made as PDF, so that pages may lead to them.
    """

    repository: Repository
    rules: RuleSet
    attested: tuple[Attested, ...]
    record: Record
    settings: Settings
    now: datetime
    printed: bool = True
