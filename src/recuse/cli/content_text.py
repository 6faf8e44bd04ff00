"""How one text of the content folder is told to its reviewer, for people and as a document."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from recuse.content.basis import cited
from recuse.content.digests import source_sha256, text_lines, text_sha256
from recuse.content.states import Standing, standing
from recuse.content.values import ORIGINAL, Card, Content, LegalFact, RightRecord, Translation

Text = RightRecord | Translation


def told(content: Content, text: Text, on: date) -> Iterator[str]:
    """Words, law, state and digest, one line each."""
    yield f"{text.id}, {_language(text)}, in {text.file}"
    yield f"title: {text.title}"
    for claim in text.claims:
        if isinstance(claim, str):
            yield f"claim: {claim}"
        else:
            yield f"claim: {claim.text} [{', '.join(claim.facts) or 'no legal fact'}]"
    yield from _card(text.card)
    for fact in _facts(content, text):
        yield f"legal fact {fact.id}: {fact.says} – {fact.citation}; {fact.status}; {_sure(fact)}"
    found = _standing(content, text, on)
    yield f"state: {found.state} ({found.label})"
    for reason in found.reasons:
        yield f"because: {reason.sentence} ({'withholds' if reason.withholds else 'warns'})"
    yield f"text_sha256: {text_sha256(text, content.facts)}"
    if isinstance(text, RightRecord):
        yield f"source_sha256: {source_sha256(text)}"


def shown(content: Content, text: Text, on: date) -> dict[str, Any]:
    """The same as a document; `lines` are what the digest is over, each with a line feed behind it."""
    found = _standing(content, text, on)
    return {
        "id": text.id,
        "language": _language(text),
        "file": text.file,
        "lines": list(text_lines(text, content.facts)),
        "text_sha256": text_sha256(text, content.facts),
        "source_sha256": source_sha256(text) if isinstance(text, RightRecord) else text.source_sha256,
        "state": found.state,
        "label": found.label,
        "reasons": [{"code": r.code, "sentence": r.sentence, "about": r.about} for r in found.reasons],
        "facts": [
            {"id": fact.id, "says": fact.says, "citation": fact.citation, "status": fact.status, "sure": fact.sure,
             "checked_on": fact.checked_on}
            for fact in _facts(content, text)
        ],
    }  # fmt: skip


def _language(text: Text) -> str:
    return ORIGINAL if isinstance(text, RightRecord) else text.language


def _standing(content: Content, text: Text, on: date) -> Standing:
    """How the text stands, with the days that it is shown with."""
    if isinstance(text, RightRecord):
        content = replace(content, rights={**content.rights, text.id: text})
    return standing(content, text.id, _language(text), on)


def _facts(content: Content, text: Text) -> list[LegalFact]:
    return [content.facts[name] for name in cited(content.rights[text.id])]


def _card(card: Card) -> Iterator[str]:
    for line in card.do:
        yield f"card, do: {line}"
    for line in card.say:
        yield f"card, say: {line}"


def _sure(fact: LegalFact) -> str:
    return fact.sure if fact.checked_on is None else f"{fact.sure}, checked on {fact.checked_on}"
