"""The screen of a text: English and translation side by side, with the law behind each claim, its state and reviews."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from recuse.content.basis import cited
from recuse.content.digests import source_sha256, text_sha256
from recuse.content.marks import Plain, read_marks
from recuse.content.reviewing import check_review, with_days
from recuse.content.states import standing
from recuse.content.values import ORIGINAL, Card, Content, LegalFact, Reviewed, RightRecord, Translation
from recuse.errors import InputError, RefusedError
from recuse.server.console.editors.changing import Change, changes
from recuse.server.console.editors.coming import Coming
from recuse.server.console.editors.kept import Edit, TextReview, next_version
from recuse.server.console.editors.listing import BASE
from recuse.server.console.editors.rights import role_of, why_not_review
from recuse.server.console.sentences import of_error, upper
from recuse.server.console.showing import page

RTL: Final = frozenset({"ar", "fa", "he", "ur"})
"""Languages that run from right to left. (`recuse.languages` needs an extra, and this does not.)"""
_LABELS: Final = {"as_of": "As of", "review_by": "Review again by", "read": "I have read it"}


@dataclass(frozen=True, slots=True)
class Part:
    """A title, claim or line of the card, in English and in the other language, with the law that a claim rests on.

    Each is told in stretches: a text, and the word of the glossary that it is, if any.
    """

    name: str
    english: tuple[tuple[str, str], ...]
    other: tuple[tuple[str, str], ...]
    facts: tuple[str, ...] = ()


def show(coming: Coming) -> Response:
    """The text; POST keeps a review of it, by whoever is there."""
    record, text = _found(coming)
    refused = why_not_review(coming.visitor, text, coming.now)
    problems: dict[str, str] = {}
    if coming.posted:
        problems = {"read": f"{upper(refused.sentence)}: {refused.remedy}."} if refused else _keep(coming, text)
        if not problems:
            return RedirectResponse(f"{BASE}/texts/{record.id}/{_language(text)}#reviews", 303)
    content, language = coming.folder.content, _language(text)
    shown: dict[str, Any] = {
        "record": record, "text": text, "language": language, "direction": "rtl" if language in RTL else "ltr",
        "rows": tuple(parts(content, record, text)), "facts": facts(coming, record), "problems": problems,
        "standing": standing(content, record.id, language, coming.today), "refusal": refused, "labels": _LABELS,
        "languages": content.site.languages, "kept": _reviews(coming, record.id, language),
        "text_sha256": text_sha256(text, content.facts), "fresh_source": _fresh(record, text),
        "typed": coming.typed if coming.posted else lambda _: "", "role": role_of(coming.visitor, text),
        "others": {code: standing(content, record.id, code, coming.today) for code in content.site.languages},
    }  # fmt: skip
    return page("content_text.html", coming.frame, 400 if problems else 200, **shown)


def parts(content: Content, record: RightRecord, text: RightRecord | Translation) -> Iterator[Part]:
    """The text part by part; a part that only one of the two has is empty in the other."""
    other, language = None if isinstance(text, RightRecord) else text, _language(text)

    def part(name: str, english: str, told: str, law: tuple[str, ...] = ()) -> Part:
        return Part(name, _stretches(content, english, ORIGINAL), _stretches(content, told, language), law)

    yield part("Title", record.title, other.title if other else "")
    claims = zip_longest(record.claims, other.claims if other else ())
    for number, (claim, told) in enumerate(claims, 1):
        yield part(f"Claim {number}", claim.text if claim else "", told or "", claim.facts if claim else ())
    card = other.card if other else Card()
    for name, english, others in (("Do", record.card.do, card.do), ("Say", record.card.say, card.say)):
        for number, (first, second) in enumerate(zip_longest(english, others, fillvalue=""), 1):
            yield part(f"Card: {name} {number}", first, second)


def _stretches(content: Content, text: str, language: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (each.text, "") if isinstance(each, Plain) else (each.text or _word(content, each.word, language), each.word)
        for each in read_marks(text)
    )


def _word(content: Content, name: str, language: str) -> str:
    """A word as the glossary has it; its id where it has nothing in this language, as `content check` tells."""
    found = content.glossary[name].texts.get(language)
    return name if found is None else found.word


def facts(coming: Coming, record: RightRecord) -> tuple[LegalFact, ...]:
    """The law that a record rests on, in the order of its claims."""
    return tuple(coming.folder.content.facts[name] for name in cited(record))


def _found(coming: Coming) -> tuple[RightRecord, RightRecord | Translation]:
    content, name, language = coming.folder.content, coming.name(), coming.name("language")
    record = content.rights.get(name)
    if record is None:
        raise HTTPException(404, "The content folder holds no text of this name.")
    text = record if language == ORIGINAL else content.translations.get((name, language))
    if text is None:
        raise HTTPException(404, "There is no translation of this text into this language.")
    return record, text


def _language(text: RightRecord | Translation) -> str:
    return ORIGINAL if isinstance(text, RightRecord) else text.language


def _fresh(record: RightRecord, text: RightRecord | Translation) -> bool:
    return isinstance(text, RightRecord) or text.source_sha256 == source_sha256(record)


def _reviews(coming: Coming, name: str, language: str) -> tuple[Change, ...]:
    """Reviews of this text that are kept here."""
    found = [
        each for each in coming.desk.edits.newest("review")
        if each.said is not None and (each.said["id"], each.said["language"]) == (name, language)
    ]  # fmt: skip
    return changes(coming.folder, found, coming.today).every


def _keep(coming: Coming, text: RightRecord | Translation) -> dict[str, str]:
    """Keep a review of the text that the form showed, with the days that it sets; or why not, by field."""
    content, shown = coming.folder.content, coming.typed("text_sha256")
    if shown != text_sha256(text, content.facts):
        return {"read": "The text, its days or its law have changed since this page was shown: read it again below."}
    if coming.typed("read") != "yes":
        return {"read": "Say that you have read it: nothing else is a review."}
    days, problems = _days(coming, text)
    if problems:
        return problems
    try:
        new = with_days(text, *days)
        review = Reviewed(
            coming.visitor.name, role_of(coming.visitor, text), coming.today, text_sha256(new, content.facts)
        )
        check_review(content, new, review, coming.today)
        found = TextReview(text.id, _language(text), review, *days)
        subject = f"{text.id}/{_language(text)}/{coming.by}"
        last = coming.desk.edits.last("review", subject)
        coming.desk.edits.keep(Edit("review", subject, next_version(last), coming.now, coming.by, found.said()))
    except (InputError, RefusedError) as error:
        return {"read": of_error(error)}
    return {}


def _days(coming: Coming, text: RightRecord | Translation) -> tuple[tuple[date | None, date | None], dict[str, str]]:
    """The days of an English text that its reviewer set; of a translation there are none."""
    if isinstance(text, Translation):
        return (None, None), {}
    found: list[date | None] = []
    problems: dict[str, str] = {}
    for name in ("as_of", "review_by"):
        try:
            found.append(date.fromisoformat(coming.typed(name)))
        except ValueError:
            problems[name] = "Write a day, as 2026-01-31."
            found.append(None)
    as_of, review_by = found
    if as_of is not None and as_of > coming.today:
        problems["as_of"] = "Write a day that has come: up to it the text tells the law."
    if review_by is not None and review_by <= coming.today:
        problems["review_by"] = "Write a day to come: by then somebody looks at it again."
    return (as_of, review_by), problems
