"""What the site is made of: the policy, the record and the settings of its content folder, as of one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from recuse.compiler.opening import Openings
from recuse.content.naming import Names
from recuse.content.values import Content, Site
from recuse.directive.in_force import Attested
from recuse.directory.reading import Directory
from recuse.languages import Language, language
from recuse.ledger import Entry
from recuse.model import Repository
from recuse.policy.validate import RuleSet
from recuse.verdicts import FRESH


@dataclass(frozen=True, slots=True)
class Record:
    """The ledger as read: its entries, their exact bytes, the signed checkpoint over them, and the key that signed."""

    entries: tuple[Entry, ...]
    raw: tuple[bytes, ...]
    checkpoint: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What `site.toml` says: titles by language, languages in order, and where a reader who leaves in haste is sent.

    `fresh` is how long a verdict tells how things stand.
    """

    title: Mapping[str, str]
    languages: tuple[Language, ...]
    demonstration: bool
    exit_to: str
    address: str | None = None
    fresh: timedelta = FRESH

    @classmethod
    def of(cls, site: Site) -> "Settings":
        """The settings that a content folder has. InputError for a language that the site's frame is not written in."""
        languages = tuple(map(language, site.languages))
        fresh = FRESH if site.verdict_hours is None else timedelta(hours=site.verdict_hours)
        return cls(site.title, languages, site.demonstration, site.exit_to, site.address, fresh)


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that a page may say, as of `now`, the moment of publishing.

    `attested` are the directives in force, `directory` is None where no services are listed, and `printed` is whether
    sheets are made as PDF, so that pages may lead to them.
    """

    repository: Repository
    rules: RuleSet
    attested: tuple[Attested, ...]
    record: Record
    settings: Settings
    content: Content
    directory: Directory | None
    now: datetime
    printed: bool = True
    _openings: list[Openings] = field(default_factory=list, init=False, compare=False, repr=False)
    _names: list[Names] = field(default_factory=list, init=False, compare=False, repr=False)

    def openings(self) -> Openings:
        """What the rules open on the day of publishing: always the same one, since it remembers what it worked out."""
        if not self._openings:
            self._openings.append(Openings(self.repository, tuple(self.rules.rules), self.now.date()))
        return self._openings[0]

    @property
    def names(self) -> Names:
        """The names for readers."""
        if not self._names:
            self._names.append(Names(self.content.names))
        return self._names[0]
