"""Names for readers, and all that is missing in the languages of a site: nothing is filled up in English."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from recuse.content.marks import Marked, read_marks
from recuse.content.values import ORIGINAL, Content, Name, NameKind
from recuse.errors import InputError

Wanted = tuple[NameKind, str]


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that has nothing in a language: `what` is a kind of name, `word` or `right record`."""

    what: str
    id: str
    language: str


@dataclass(frozen=True, slots=True)
class Names:
    """What readers call ids. Of two things of a kind with one name each also shows its id, so that none is mistaken."""

    found: Mapping[tuple[NameKind, str], Name]
    _shared: dict[tuple[str, str], Counter[str]] = field(default_factory=dict, compare=False, repr=False)

    def name(self, kind: NameKind, name: str, language: str) -> str:
        """What readers of a language call an id. InputError when names.toml does not say: it is never guessed."""
        found = self.found.get((kind, name))
        if found is None or language not in found.texts:
            raise InputError(f"{kind} `{name}` has no name in `{language}`", "add it to names.toml")
        text = found.texts[language]
        return f"{text} ({name})" if self._count(kind, language)[text] > 1 else text

    def _count(self, kind: NameKind, language: str) -> Counter[str]:
        key = (kind, language)
        if key not in self._shared:
            named = (each for (of, _), each in self.found.items() if of == kind)
            self._shared[key] = Counter(each.texts.get(language, "") for each in named)
        return self._shared[key]


def missing_names(content: Content, wanted: Iterable[Wanted], languages: Iterable[str]) -> tuple[Missing, ...]:
    """Which of these ids have no name in which of these languages."""
    codes = tuple(languages)
    return tuple(
        Missing(kind, name, code)
        for kind, name in dict.fromkeys(wanted)
        for code in codes
        if (kind, name) not in content.names or code not in content.names[kind, name].texts
    )


def missing(content: Content, languages: Iterable[str], wanted: Iterable[Wanted] = ()) -> tuple[Missing, ...]:
    """All that a site in these languages lacks: names needed by the content or wanted besides, words, translations."""
    codes = tuple(languages)
    names = missing_names(content, (*needed_names(content), *wanted), codes)
    words = tuple(
        Missing("word", word, code)
        for code in codes
        for word in sorted(words_in(content, code))
        if code not in content.glossary[word].texts
    )
    texts = tuple(
        Missing("right record", name, code)
        for name in content.rights
        for code in codes
        if code != ORIGINAL and (name, code) not in content.translations
    )
    return (*names, *words, *texts)


def needed_names(content: Content) -> Iterator[Wanted]:
    """What the content speaks of by id: the offices and the question of site.toml, and every jurisdiction."""
    site = content.site
    yield "office", site.contact.office
    if site.who_looked is not None:
        yield "office", site.who_looked.office
    yield "agency", site.question.agency
    yield "purpose", site.question.purpose
    for category in site.question.categories:
        yield "category", category
    for jurisdiction in sorted(_jurisdictions(content)):
        yield "jurisdiction", jurisdiction


def words_in(content: Content, language: str) -> frozenset[str]:
    """The words of the glossary that texts in a language mark."""
    texts = [text for (_, code), each in content.translations.items() if code == language for text in each.claims]
    if language == ORIGINAL:
        texts = [claim.text for record in content.rights.values() for claim in record.claims]
    return frozenset(each.word for text in texts for each in read_marks(text) if isinstance(each, Marked))


def _jurisdictions(content: Content) -> set[str]:
    records = {record.jurisdiction for record in content.rights.values()}
    return records | {content.facts[name].jurisdiction for name in _cited(content)}


def _cited(content: Content) -> Iterator[str]:
    for record in content.rights.values():
        for claim in record.claims:
            yield from claim.facts
    if content.site.who_looked is not None:
        yield content.site.who_looked.law
