r"""What a review and a translation are tied to: the SHA-256 of lines that a person can write down by hand.

Each line is a key, a space and a value, and ends in a line feed; values are one line each (see `wording`), UTF-8. The
order is fixed and nothing else is hashed, so `printf '%s\n' 'title At the door' … | sha256sum` gives the same.

- `source_sha256`, the English words that a translation is made from: `title`, then a `claim` for each, then the card's
  `do` and `say`.
- `text_sha256` of a right record, all that a reviewer answers for: `id`, `place`, `kind`, `jurisdiction`, `as_of`,
  `review_by`, `title`, for each claim `claim` and then `facts` (ids with a space between; nothing after the space when
  there are none), `do`, `say`; then for each legal fact in the order of the claims `fact` (its id), `says`, `citation`,
  `status`, `sure`, and `effective` and `until` where it has them.
- `text_sha256` of a translation: `id`, `language`, `translated_by`, `source_sha256`, then its words as above.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from recuse.content.basis import cited
from recuse.content.values import Card, LegalFact, RightRecord, Translation

Facts = Mapping[str, LegalFact]


def source_lines(record: RightRecord) -> tuple[str, ...]:
    """The lines of `source_sha256`."""
    return (*_words(record.title, (claim.text for claim in record.claims), record.card),)


def text_lines(text: RightRecord | Translation, facts: Facts) -> tuple[str, ...]:
    """The lines of `text_sha256`; `facts` are those of the content folder."""
    return (*(_record(text, facts) if isinstance(text, RightRecord) else _translation(text)),)


def source_sha256(record: RightRecord) -> str:
    """The digest of a record's English words."""
    return sha256_of(source_lines(record))


def text_sha256(text: RightRecord | Translation, facts: Facts) -> str:
    """The digest of all that a reviewer of this text answers for."""
    return sha256_of(text_lines(text, facts))


def sha256_of(lines: Iterable[str]) -> str:
    """SHA-256, in lower-case hexadecimal, of lines that each end in a line feed."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _record(record: RightRecord, facts: Facts) -> Iterator[str]:
    yield f"id {record.id}"
    yield f"place {record.place}"
    yield f"kind {record.kind}"
    yield f"jurisdiction {record.jurisdiction}"
    yield f"as_of {record.as_of}"
    yield f"review_by {record.review_by}"
    yield f"title {record.title}"
    for claim in record.claims:
        yield f"claim {claim.text}"
        yield f"facts {' '.join(claim.facts)}"
    yield from _card(record.card)
    for name in cited(record):
        yield from _fact(facts[name])


def _fact(fact: LegalFact) -> Iterator[str]:
    yield f"fact {fact.id}"
    yield f"says {fact.says}"
    yield f"citation {fact.citation}"
    yield f"status {fact.status}"
    yield f"sure {fact.sure}"
    if fact.effective is not None:
        yield f"effective {fact.effective}"
    if fact.until is not None:
        yield f"until {fact.until}"


def _translation(translation: Translation) -> Iterator[str]:
    yield f"id {translation.id}"
    yield f"language {translation.language}"
    yield f"translated_by {translation.translated_by}"
    yield f"source_sha256 {translation.source_sha256}"
    yield from _words(translation.title, translation.claims, translation.card)


def _words(title: str, claims: Iterable[str], card: Card) -> Iterator[str]:
    yield f"title {title}"
    for text in claims:
        yield f"claim {text}"
    yield from _card(card)


def _card(card: Card) -> Iterator[str]:
    for text in card.do:
        yield f"do {text}"
    for text in card.say:
        yield f"say {text}"
