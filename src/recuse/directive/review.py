"""Reviews: strictly read texts in which officials say of each line whether it stays. Two persons, two keys, two roles.

```
reviews/<id>/review.toml            what was shown, and the answer to each line     (required)
             review.toml.sig        armored SSHSIG over review.toml, by the official who reviewed
             countersignature.sig   armored SSHSIG over review.toml, by another who confirms
```
A review opens nothing: it keeps, or says what is to end. An answer has no default, and a result of *nil* is written.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, get_args

from recuse.directive.claims import Claim, signer
from recuse.directive.lasting import opened
from recuse.directive.officials import same_name, share_a_key
from recuse.directive.signature import REVIEW_CONFIRM_NAMESPACE
from recuse.errors import DirectiveError, Problem, SignatureError
from recuse.model import (
    LINE_ANSWERS,
    QUIET_ANSWERS,
    Official,
    ResultWord,
    Review,
    ReviewKind,
    ReviewLine,
    SignedReview,
    Span,
)
from recuse.toml_source import Section

REVIEW: Final = "review.toml"
SIGNATURE: Final = "review.toml.sig"
COUNTERSIGNATURE: Final = "countersignature.sig"
KINDS: Final[tuple[ReviewKind, ...]] = get_args(ReviewKind)
_RESULTS: Final[tuple[ResultWord, ...]] = get_args(ResultWord)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def parse_review(name: str, given: Mapping[str, bytes], problems: list[Problem]) -> SignedReview | None:
    """The review of a folder called `name` from its files' bytes by file name; problems are added to the list."""
    raw = given.get(REVIEW)
    section = opened(f"reviews/{name}/{REVIEW}", raw, "run `recuse review new`", problems)
    if raw is None or section is None:
        return None
    kind = section.choice("kind", KINDS)
    found = Review(
        id=section.text("id"),
        raw=raw,
        kind=kind,
        agency=section.text("agency") if kind == "accounts" else None,
        on=section.day("on"),
        reviewed_by=section.text("reviewed_by"),
        confirmed_by=section.text("confirmed_by"),
        plan=section.text("plan", blank=True),
        shown=section.texts("shown"),
        result=section.choice("result", _RESULTS),
        found=section.text("found", blank=True),
        log_sha256=_digest(section, "log_sha256") if "log_sha256" in section else None,
        span=_span(section) if kind == "audit_records" else None,
        lines=tuple(_line(each, kind) for each in section.sections("line", optional=True)),
    )
    section.close()
    _check(found, name, section)
    return SignedReview(found, given.get(SIGNATURE), given.get(COUNTERSIGNATURE))


def unanswered(found: Review) -> Iterator[str]:
    """What keeps a draft from being signed: blanks, and a result that does not fit the answers."""
    if not found.plan.strip():
        yield "`plan` says not what was to be looked at, and how"
    for line in found.lines:
        if not line.answer:
            yield f"`{line.name}` has no answer"
        elif not line.reason.strip():
            yield f"`{line.name}` is answered without a reason"
    if not found.result:
        yield "`result` is neither `nil` nor `found`: nil is certified by writing it"
    elif found.result == "found" and not found.found.strip():
        yield "`result` is `found`, and `found` says not what"
    elif found.result == "nil" and found.found.strip():
        yield "`result` is `nil`, and `found` says something"
    loud = [line.name for line in found.lines if line.answer and line.answer not in QUIET_ANSWERS]
    if found.result == "nil" and loud:
        yield f"`result` is `nil`, and something is to be done about `{loud[0]}`"


def check_complete(found: Review) -> None:
    """Raise DirectiveError with everything that is unanswered."""
    missing = tuple(unanswered(found))
    if missing:
        raise DirectiveError(
            f"review `{found.id}` cannot be signed: {'; '.join(missing)}", "answer every line yourself: none is assumed"
        )


def check_two_persons(found: Review, officials: Mapping[str, Official]) -> None:
    """Raise SignatureError where who reviewed and who confirms may be one person: by id, name or key material."""
    one, two = officials.get(found.reviewed_by), officials.get(found.confirmed_by)
    same = found.reviewed_by == found.confirmed_by
    if one is not None and two is not None:
        same = same or same_name(one, two) or share_a_key(one, two)
    if same:
        raise SignatureError(
            f"review `{found.id}` would be made and confirmed by one person: `{found.reviewed_by}` and "
            f"`{found.confirmed_by}` share an id, a name or a key",
            "let another official, with another key, confirm",
        )


def check_reviewer(signed: SignedReview, officials: Mapping[str, Official], at: datetime) -> Official:
    """Who reviewed, in the role *review*, in office at a moment. Raises DirectiveError and SignatureError."""
    found = signed.review
    check_complete(found)
    check_two_persons(found, officials)
    if signed.signature is None:
        raise SignatureError(f"review `{found.id}` is not signed", "let who reviewed run `recuse review sign`")
    claim = Claim(f"review `{found.id}`", found.raw, signed.signature, "review", found.reviewed_by)
    return signer(claim, officials, at)


def check_signatures(
    signed: SignedReview, officials: Mapping[str, Official], at: datetime
) -> tuple[Official, Official]:
    """Who reviewed and who confirmed, both in office at a moment. Raises for what is wrong or missing."""
    found = signed.review
    one = check_reviewer(signed, officials, at)
    if signed.countersignature is None:
        raise SignatureError(f"review `{found.id}` is not confirmed", "let another run `recuse review confirm`")
    what, namespace = f"confirmation of review `{found.id}`", REVIEW_CONFIRM_NAMESPACE
    claim = Claim(what, found.raw, signed.countersignature, "confirm", found.confirmed_by, namespace)
    return one, signer(claim, officials, at)


def _line(section: Section, kind: ReviewKind) -> ReviewLine:
    found = ReviewLine(
        name=section.text("name"),
        shown=section.texts("shown"),
        answer=section.choice("answer", ("", *LINE_ANSWERS[kind])),
        reason=section.text("reason", blank=True),
    )
    section.close()
    return found


def _span(root: Section) -> Span:
    section = root.section("span")
    if section is None:
        return Span(0, 0, "")
    span = Span(section.whole("first"), section.whole("size"), _digest(section, "root"))
    section.close()
    if not 0 <= span.first <= span.size:
        section.report("`first` must lie between 0 and `size`", "first")
    return span


def _digest(section: Section, key: str) -> str:
    found = section.text(key)
    if found and not _DIGEST.fullmatch(found):
        section.report(f"`{key}` must be a SHA-256 in lower-case hexadecimal", key)
    return found


def _check(found: Review, name: str, section: Section) -> None:
    if found.id not in {"", name}:
        remedy = "rename the folder, or the review before it is signed"
        section.report(f"`id` is `{found.id}`, but the folder is `{name}`", "id", remedy=remedy)
    names = [line.name for line in found.lines]
    for index, each in enumerate(names):
        if each and each in names[:index]:
            section.report(f"the line `{each}` is there twice", "line", index, "name", remedy="answer it once")
