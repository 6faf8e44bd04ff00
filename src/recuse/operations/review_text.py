"""The text of a review: printed as it is read, every answer blank in a draft. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from recuse.model import LINE_ANSWERS, Review, ReviewKind
from recuse.toml_text import comment, key, quoted, value

_ABOUT: Final[Mapping[ReviewKind, str]] = {
    "accounts": "of each account: keep it, end it (active = false), or change it as the reason says",
    "public_content": "of each line: keep it public, end that (take it down), or change it as the reason says",
    "audit_records": "of each signal: explained (the reason says by what), or act (the reason says how)",
}


def render(review: Review, *, notes: bool = False) -> str:
    """The text of `review.toml`; with `notes`, comments that say what to fill in. `review.raw` is not looked at."""
    return "".join(f"{line}\n" for line in _lines(review, notes))


def _lines(review: Review, notes: bool) -> Iterator[str]:
    yield "format = 1"
    yield _pair("id", review.id)
    yield _pair("kind", review.kind)
    if review.agency is not None:
        yield _pair("agency", review.agency)
    yield f"on = {value(review.on)}"
    yield _pair("reviewed_by", review.reviewed_by)
    yield _pair("confirmed_by", review.confirmed_by)
    if notes:
        yield comment("What was to be looked at, and how: the plan of this review.")
    yield _pair("plan", review.plan)
    yield from _list("shown", review.shown)
    if notes:
        yield comment("nil (nothing is to be done, nothing was found) or found; then `found` says what, in words.")
    yield _pair("result", review.result)
    yield _pair("found", review.found)
    if review.log_sha256 is not None:
        yield _pair("log_sha256", review.log_sha256)
    if review.span is not None:
        yield from ("", "[span]", f"first = {review.span.first}", f"size = {review.span.size}")
        yield _pair("root", review.span.root)
    if notes and review.lines:
        words = " or ".join(f"`{word}`" for word in LINE_ANSWERS[review.kind])
        yield from ("", comment(f"Answer each line by {words}, with a reason: {_ABOUT[review.kind]}."))
    for line in review.lines:
        yield from ("", "[[line]]", _pair("name", line.name))
        yield from _list("shown", line.shown)
        yield _pair("answer", line.answer)
        yield _pair("reason", line.reason)


def _pair(name: str, text: str) -> str:
    return f"{key(name)} = {quoted(text)}"


def _list(name: str, texts: tuple[str, ...]) -> Iterator[str]:
    yield f"{key(name)} = ["
    yield from (f"  {quoted(text)}," for text in texts)
    yield "]"
