"""Reviews as texts: read strictly, printed as they are read, and signed by two persons who answered everything."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.directive.officials import allowed_signers
from recuse.directive.review import KINDS, check_signatures, check_two_persons, parse_review, unanswered
from recuse.directive.signature import REVIEW_CONFIRM_NAMESPACE, REVIEW_NAMESPACE, sign
from recuse.errors import DirectiveError, Problem, SignatureError
from recuse.model import LINE_ANSWERS, Official, OfficialRole, Review, ReviewLine, SignedReview, Span
from recuse.operations.review_text import render
from tests.unit.directive.keys import make_key, public_line, stock_sign, stock_verifies

ON = date(2026, 11, 28)
AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
DIGEST = "ab" * 32
LINES = (
    ReviewLine("clear/one", ("of `us`, personal, active",), "keep", "still needed"),
    ReviewLine("clear/two", ("of `us`, shared, active", "may declare nothing"), "end", "nobody uses it"),
)
WHOLE = Review(
    "r", b"", "accounts", "us", ON, "clerk", "chief", "every account, beside the log", ("2 accounts",), "found",
    "one is unused", DIGEST, None, LINES,
)  # fmt: skip


def parsed(text: str, name: str = "r") -> tuple[SignedReview | None, list[Problem]]:
    problems: list[Problem] = []
    return parse_review(name, {"review.toml": text.encode()}, problems), problems


TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
NAMED = TEXT.filter(bool)


@st.composite
def drawn(draw: st.DrawFn) -> Review:
    kind = draw(st.sampled_from(KINDS))
    names = draw(st.lists(NAMED, max_size=4, unique=True))
    shown = st.lists(NAMED, max_size=3, unique=True).map(tuple)
    answers = st.sampled_from(("", *LINE_ANSWERS[kind]))
    lines = tuple(ReviewLine(name, draw(shown), draw(answers), draw(TEXT)) for name in names)
    first, size = sorted(draw(st.tuples(st.integers(0, 9), st.integers(0, 9))))
    return Review(
        id="r", raw=b"", kind=kind, agency=draw(NAMED) if kind == "accounts" else None, on=draw(st.dates()),
        reviewed_by=draw(NAMED), confirmed_by=draw(NAMED), plan=draw(TEXT), shown=draw(shown),
        result=draw(st.sampled_from(("", "nil", "found"))), found=draw(TEXT),
        log_sha256=draw(st.sampled_from((None, DIGEST))),
        span=Span(first, size, DIGEST) if kind == "audit_records" else None, lines=lines,
    )  # fmt: skip


@given(drawn(), st.booleans())
def test_what_is_printed_is_read_again(review: Review, notes: bool) -> None:
    text = render(review, notes=notes)
    found, problems = parsed(text)
    assert problems == []
    assert found is not None
    assert replace(found.review, raw=b"") == review
    assert found.review.raw == text.encode()


@given(drawn())
def test_what_was_read_is_printed_alike(review: Review) -> None:
    text = render(review)
    found, _ = parsed(text)
    assert found is not None
    assert render(found.review) == text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "accounts"', 'kind = "account"', "reviews/r/review.toml:3: `kind` must be one of `accounts`"),
        ('agency = "us"\n', "", "reviews/r/review.toml:1: missing key `agency`"),
        ("on = 2026-11-28", 'on = "2026-11-28"', "reviews/r/review.toml:5: `on` must be a day"),
        ('plan = "every account, beside the log"\n', "", "missing key `plan`"),
        ('result = "found"', 'result = "none"', "`result` must be one of ``, `nil`, `found`"),
        ('answer = "keep"', 'answer = "explained"', "reviews/r/review.toml:21: `answer` must be one of ``, `keep`"),
        ('answer = "keep"\n', "", "missing key `answer`"),
        ('reason = "still needed"', 'reason = "still needed"\nby = "x"', "reviews/r/review.toml:23: unknown key `by`"),
        ('name = "clear/two"', 'name = "clear/one"', "reviews/r/review.toml:25: the line `clear/one` is there twice"),
        (DIGEST, DIGEST.upper(), "`log_sha256` must be a SHA-256"),
        ('id = "r"', 'id = "q"', "`id` is `q`, but the folder is `r`"),
        ("format = 1", "format = 2", "`format` must be 1"),
        ("format = 1", "format = 1\nnote = 2", "unknown key `note`"),
        ("format = 1", "format = 1\n[span]\nfirst = 0", "unknown key"),
    ],
)
def test_every_fault_is_said_with_its_line(old: str, new: str, message: str) -> None:
    text = render(WHOLE)
    assert text.count(old) >= 1
    _, problems = parsed(text.replace(old, new, 1))
    assert any(message in str(problem) for problem in problems), problems


def test_a_span_is_of_audit_records_and_fits() -> None:
    text = render(replace(WHOLE, kind="audit_records", agency=None, lines=(), span=Span(3, 9, DIGEST)))
    assert parsed(text)[1] == []
    _, problems = parsed(text.replace("first = 3", "first = 10"))
    assert ["`first` must lie between 0 and `size`" in str(problem) for problem in problems] == [True]
    _, problems = parsed(text.replace("[span]", "[spam]"))
    assert any("missing key `span`" in str(problem) for problem in problems)


@pytest.mark.parametrize(
    ("review", "said"),
    [
        (replace(WHOLE, plan=" "), "`plan` says not"),
        (replace(WHOLE, result=""), "nil is certified by writing it"),
        (replace(WHOLE, found=""), "`found` says not what"),
        (replace(WHOLE, result="nil", lines=LINES[:1]), "`found` says something"),
        (replace(WHOLE, result="nil", found=""), "something is to be done about `clear/two`"),
        (replace(WHOLE, lines=(replace(LINES[0], answer=""),)), "`clear/one` has no answer"),
        (replace(WHOLE, lines=(replace(LINES[0], reason="\t"),)), "without a reason"),
    ],
)
def test_a_blank_is_no_answer(review: Review, said: str) -> None:
    assert not [*unanswered(WHOLE)]
    (only,) = unanswered(review)
    assert said in only


def test_nil_is_for_what_stays() -> None:
    assert not [*unanswered(replace(WHOLE, result="nil", found="", lines=LINES[:1]))]
    assert not [*unanswered(replace(WHOLE, result="nil", found="", lines=()))]


# --- signatures ---


def official(name: str, key: Path, *roles: OfficialRole, called: str = "") -> Official:
    return Official(
        name,
        called or name.title(),
        "Office",
        frozenset(roles),
        date(2020, 1, 1),
        date(2030, 1, 1),
        (public_line(key),),
    )


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("keys")
    return make_key(folder / "clerk"), make_key(folder / "chief")


@pytest.fixture
def register(keys: tuple[Path, Path]) -> dict[str, Official]:
    return {"clerk": official("clerk", keys[0], "review", "confirm"), "chief": official("chief", keys[1], "confirm")}


def signed(review: Review, one: Path, two: Path, namespace: str = REVIEW_CONFIRM_NAMESPACE) -> SignedReview:
    raw = render(review).encode()
    return SignedReview(replace(review, raw=raw), sign(raw, REVIEW_NAMESPACE, one), sign(raw, namespace, two))


def test_two_persons_with_two_keys(keys: tuple[Path, Path], register: dict[str, Official]) -> None:
    one, two = check_signatures(signed(WHOLE, *keys), register, AT)
    assert (one.id, two.id) == ("clerk", "chief")


@pytest.mark.parametrize("second", ["clerk", "same name", "same key"])
def test_one_person_is_refused(second: str, keys: tuple[Path, Path], register: dict[str, Official]) -> None:
    review = replace(WHOLE, confirmed_by="clerk" if second == "clerk" else "chief")
    if second == "same name":
        register["chief"] = official("chief", keys[1], "confirm", called="CLERK ")
    if second == "same key":
        register["chief"] = official("chief", keys[0], "confirm")
    with pytest.raises(SignatureError, match="made and confirmed by one person"):
        check_two_persons(review, register)
    with pytest.raises(SignatureError, match="made and confirmed by one person"):
        check_signatures(signed(review, keys[0], keys[0]), register, AT)


def test_what_is_wrong_with_a_signature_is_said(keys: tuple[Path, Path], register: dict[str, Official]) -> None:
    clerk, chief = keys
    good = signed(WHOLE, clerk, chief)
    wrong = {
        "is not signed": replace(good, signature=None),
        "is not confirmed": replace(good, countersignature=None),
        "does not fit the signed bytes": replace(good, review=replace(good.review, raw=good.review.raw + b"\n")),
        "signed with a key of `chief`, and names `clerk`": signed(WHOLE, chief, chief),
        "the signature is for `recuse-review@v1`": signed(WHOLE, clerk, chief, REVIEW_NAMESPACE),
        "cannot be signed: `plan`": signed(replace(WHOLE, plan=""), clerk, chief),
    }
    for message, each in wrong.items():
        with pytest.raises(DirectiveError, match=message):
            check_signatures(each, register, AT)
    with pytest.raises(SignatureError, match="not at 2031"):
        check_signatures(good, register, AT.replace(year=2031))
    register["clerk"] = official("clerk", clerk, "confirm")
    with pytest.raises(SignatureError, match="has not the role `review`"):
        check_signatures(good, register, AT)


def test_stock_openssh_signs_and_verifies(
    keys: tuple[Path, Path], register: dict[str, Official], tmp_path: Path
) -> None:
    raw = render(WHOLE).encode()
    one = stock_sign(raw, REVIEW_NAMESPACE, keys[0])
    two = stock_sign(raw, REVIEW_CONFIRM_NAMESPACE, keys[1])
    check_signatures(SignedReview(replace(WHOLE, raw=raw), one, two), register, AT)
    signers = allowed_signers(register)
    for who, namespace, made in (("clerk", REVIEW_NAMESPACE, one), ("chief", REVIEW_CONFIRM_NAMESPACE, two)):
        at = "20261128Z"
        assert stock_verifies(raw, namespace, made, principal=who, signers=signers, folder=tmp_path, at=at)
        assert not stock_verifies(raw + b" ", namespace, made, principal=who, signers=signers, folder=tmp_path, at=at)
    assert not stock_verifies(raw, REVIEW_NAMESPACE, one, principal="chief", signers=signers, folder=tmp_path)
