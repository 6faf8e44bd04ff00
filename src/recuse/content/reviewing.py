"""Writes a person's review into the file of the text: the rest of the file stays byte by byte as it was.

The text of the new file must read as the text of the old one with one review more, or nothing comes of it.
"""

from dataclasses import replace
from datetime import date

from recuse.content.digests import text_sha256
from recuse.content.rights_files import names_no_person
from recuse.content.values import ORIGINAL, Content, Reviewed, RightRecord, Translation
from recuse.content.wording import hidden, one_line
from recuse.errors import InputError, RefusedError
from recuse.toml_source import Source, parse
from recuse.toml_text import quoted

Edit = tuple[int, int, str]


def text_of(content: Content, name: str, language: str) -> RightRecord | Translation:
    """The right record, or its translation. InputError when there is none."""
    if name not in content.rights:
        raise InputError(f"there is no right record `{name}`", "`recuse content check` lists them")
    if language == ORIGINAL:
        return content.rights[name]
    if (name, language) not in content.translations:
        raise InputError(f"`{name}` has no translation into `{language}`", "`recuse content check` lists what is there")
    return content.translations[name, language]


def with_days(text: RightRecord | Translation, as_of: date | None, review_by: date | None) -> RightRecord | Translation:
    """The text with the days that its reviewer sets. InputError for days of a translation, or in the wrong order."""
    if as_of is None and review_by is None:
        return text
    if isinstance(text, Translation):
        raise InputError("a translation has no days of its own", "they are set with the review of the English text")
    found = replace(text, as_of=as_of or text.as_of, review_by=review_by or text.review_by)
    if found.review_by < found.as_of:
        raise InputError("the next review would be before the day of the text", "mend --as-of or --review-by")
    return found


def check_review(content: Content, text: RightRecord | Translation, review: Reviewed, today: date) -> None:
    """Whether a review may be written for a text as it is now.

    Raises RefusedError where the digest is of another text, InputError where no person is named or the day is to come.
    """
    for value, what in ((review.name, "name"), (review.role, "role")):
        if not value or value != one_line(value) or hidden(value):
            raise InputError(f"the {what} is not one line of text", "write it as it is to be read")
    if names_no_person(review.name):
        raise InputError(f"`{review.name}` is not a person's name", "a person reviews, and gives a name")
    if review.on > today:
        raise InputError(f"the review is of {review.on}, which is to come", "give the day on which it was reviewed")
    if isinstance(text, RightRecord) and review.on < text.as_of:
        remedy = "give the day on which it was reviewed, or set --as-of"
        raise InputError(f"the text is as of {text.as_of}, which is after the review", remedy)
    if review.text_sha256 != text_sha256(text, content.facts):
        raise RefusedError(
            f"the digest `{review.text_sha256}` is not that of this text", "look at it again with `recuse content show`"
        )


def with_review(raw: bytes, text: RightRecord | Translation, review: Reviewed) -> bytes:
    """The file's bytes with a review added, and with the days of `text`.

    `raw` must be what `text` was read from, so that `reviewed`, and the days of a record, have a place in it.
    """
    source = parse(text.file, raw, [])
    if source is None or ("reviewed",) not in source.spans:
        raise InputError(f"`{text.file}` is not what was read", "read the content folder again")
    edits = [_added(raw, source, review)]
    if isinstance(text, RightRecord):
        edits += [_value(source, key, str(getattr(text, key))) for key in ("as_of", "review_by")]
    for start, end, new in sorted(edits, reverse=True):
        raw = raw[:start] + new.encode() + raw[end:]
    return raw


def check_written(old: RightRecord | Translation, new: RightRecord | Translation, review: Reviewed) -> None:
    """Whether a file that was written reads as its text with one review more. InputError when it does not."""
    if sorted(map(repr, new.reviewed)) != sorted(map(repr, (*old.reviewed, review))) or old != replace(
        new, reviewed=old.reviewed
    ):
        raise InputError(f"the review cannot be written into `{old.file}`", "write it there by hand")


def _added(raw: bytes, source: Source, review: Reviewed) -> Edit:
    """Where the review goes: first in `reviewed = […]`, or as a table behind the last `[[reviewed]]`."""
    start = source.spans[("reviewed",)].start
    items = [span for path, span in source.spans.items() if path[:1] == ("reviewed",) and len(path) == 2]
    pairs = [f"{key} = {value}" for key, value in _pairs(review)]
    if raw.startswith(b"[[", start):
        end = max(span.end for span in items)
        before = "" if raw[:end].endswith(b"\n") else "\n"
        return end, end, f"{before}[[reviewed]]\n" + "\n".join(pairs) + "\n"
    return start + 1, start + 1, "\n  { " + ", ".join(pairs) + " }," + ("" if items else "\n")


def _pairs(review: Reviewed) -> tuple[tuple[str, str], ...]:
    return (
        ("name", quoted(review.name)),
        ("role", quoted(review.role)),
        ("on", str(review.on)),
        ("text_sha256", quoted(review.text_sha256)),
    )


def _value(source: Source, key: str, new: str) -> Edit:
    span = source.spans[(key,)]
    return span.start, span.end, new
