"""Which reviews are due, by when, and which ends that they decided on are not carried out. Pure.

A review counts from the day as of which it shows things, once the ledger has it and as long as the repository holds it
as it was signed. Before the first one, time runs from the ledger's first entry.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from recuse.directive.recurring import ENDING, DueState, due_by, state
from recuse.directive.review import KINDS, check_signatures
from recuse.errors import DirectiveError
from recuse.ledger import Entry
from recuse.model import Repository, Review, ReviewKind, SignedReview
from recuse.operations.conditions import Condition
from recuse.policy.trees import upwards


@dataclass(frozen=True, slots=True)
class Duty:
    """A review that comes again: of a kind, for accounts of one partner (the topmost agency) and all below it.

    `last` is None before the first; `by` is None without a ledger.
    """

    kind: ReviewKind
    agency: str | None
    last: date | None
    by: date | None
    state: DueState

    @property
    def sentence(self) -> str:
        """What is due, for a person."""
        what = self.kind.replace("_", " ") + (f" of `{self.agency}`" if self.agency else "")
        when = f"by {self.by}" if self.by else "from the first entry of the ledger on"
        return f"the review of {what} {'was' if self.state == 'overdue' else 'is'} due {when}"


@dataclass(frozen=True, slots=True)
class Undone:
    """An account that a review ended, and that accounts.toml still has as active."""

    account: str
    review: str
    by: date
    overdue: bool


@dataclass(frozen=True, slots=True)
class Reviews:
    """How all reviews stand on a day; `left_out` holds ids of those that do not count, each with the reason."""

    duties: tuple[Duty, ...]
    undone: tuple[Undone, ...]
    left_out: tuple[tuple[str, str], ...]
    counted: tuple[Review, ...]

    @property
    def overdue(self) -> bool:
        """Whether anything should have been done before this day."""
        return any(duty.state == "overdue" for duty in self.duties) or any(each.overdue for each in self.undone)

    def conditions(self) -> Iterator[Condition]:
        """What `watch` tells. They are low: no access is opened by a review that nobody made."""
        for duty in self.duties:
            if duty.state != "later" and duty.by is not None:
                code = "review-overdue" if duty.state == "overdue" else "review-due"
                about = f"{duty.kind}/{duty.agency or ''}"
                yield Condition("", code, about, duty.sentence, "run `recuse review new`", "low")
        for each in self.undone:
            sentence = f"`{each.account}` is active, and review `{each.review}` ended it: to be off by {each.by}"
            remedy = "set `active = false` in accounts.toml, direct it, and apply"
            yield Condition("", "review-undone", each.account, sentence, remedy, "high" if each.overdue else "low")

    def outside(self) -> tuple[tuple[str, str], ...]:
        """What `verify` prints beside a verdict, which says what databases do and not who looked at it."""
        late = [(duty.sentence, "`recuse review due` tells all") for duty in self.duties if duty.state == "overdue"]
        late += [
            (f"`{each.account}` is active though review `{each.review}` ended it", f"due by {each.by}")
            for each in self.undone
            if each.overdue
        ]
        return tuple(("reviews", f"{sentence}; {more}") for sentence, more in late)

    def document(self, on: date) -> dict[str, Any]:
        """As `recuse review due` prints it."""
        return {
            "on": on.isoformat(),
            "overdue": self.overdue,
            "reviews": [
                {
                    "kind": duty.kind,
                    "agency": duty.agency,
                    "last": duty.last.isoformat() if duty.last else None,
                    "by": duty.by.isoformat() if duty.by else None,
                    "state": duty.state,
                }
                for duty in self.duties
            ],
            "undone": [
                {"account": each.account, "review": each.review, "by": each.by.isoformat(), "overdue": each.overdue}
                for each in self.undone
            ],
            "left_out": [{"review": name, "reason": reason} for name, reason in self.left_out],
        }


def reviews(repository: Repository, entries: Sequence[Entry], on: date) -> Reviews:
    """How the reviews of a repository stand on a day, by the entries of its ledger."""
    recorded = {str(e.body["review_sha256"]): e for e in entries if e.kind == "reviewed"}
    found: list[Review] = []
    left_out: list[tuple[str, str]] = []
    for name, signed in sorted(repository.reviews.items()):
        reason = _refusal(repository, signed, recorded.pop(digest(signed.review), None))
        if reason is None:
            found.append(signed.review)
        else:
            left_out.append((name, reason))
    for entry in recorded.values():
        left_out.append((str(entry.body["review"]), "recorded in the ledger, and missing or altered here"))
    start = entries[0].at.date() if entries else None
    duties = [*_accounts(repository, found, start, on)]
    duties += [
        _duty(repository, kind, None, ([r.on for r in found if r.kind == kind], start, on))
        for kind in KINDS
        if kind != "accounts"
    ]
    return Reviews(tuple(duties), tuple(_undone(repository, found, on)), tuple(sorted(left_out)), tuple(found))


def digest(review: Review) -> str:
    """What the ledger knows a review by: the SHA-256 of its signed bytes."""
    return hashlib.sha256(review.raw).hexdigest()


def _refusal(repository: Repository, signed: SignedReview, entry: Entry | None) -> str | None:
    """Why a review does not count, if it does not. Terms of office are judged at the time of the entry."""
    if entry is None:
        how = "signed and confirmed" if signed.countersignature else "signed" if signed.signature else "a draft"
        return f"{how}, and not recorded in the ledger"
    try:
        check_signatures(signed, repository.officials, entry.at)
    except DirectiveError as error:
        return error.message
    return None if signed.review.on <= entry.at.date() else "it is of a day after it was recorded"


def _accounts(repository: Repository, found: Sequence[Review], start: date | None, on: date) -> Iterator[Duty]:
    """One duty a partner: by the first day that any of its agencies with accounts is due."""
    lines: dict[str, list[Duty]] = {}
    for agency in sorted({account.agency for account in repository.accounts.values()}):
        above = [*upwards(repository.agencies, agency)]
        done = [r.on for r in found if r.kind == "accounts" and r.agency in above]
        lines.setdefault(above[-1], []).append(_duty(repository, "accounts", above[-1], (done, start, on)))
    for _, duties in sorted(lines.items()):
        yield min(duties, key=lambda duty: (duty.by or date.min, duty.last or date.min))


def _duty(
    repository: Repository, kind: ReviewKind, agency: str | None, times: tuple[Iterable[date], date | None, date]
) -> Duty:
    done, start, on = times
    last = max(done, default=None)
    since = last or start
    if since is None:
        return Duty(kind, agency, None, None, "due")
    by = due_by(kind, since, repository.review_days.get(kind))
    return Duty(kind, agency, last, by, state(kind, by, on))


def _undone(repository: Repository, found: Sequence[Review], on: date) -> Iterator[Undone]:
    newest: dict[str, tuple[Review, str]] = {}
    for review in sorted((r for r in found if r.kind == "accounts"), key=lambda r: (r.on, r.id)):
        newest |= {line.name: (review, line.answer) for line in review.lines}
    for name, (review, answer) in sorted(newest.items()):
        account = repository.accounts.get(name)
        if answer == "end" and account is not None and account.active:
            by = review.on + ENDING
            yield Undone(name, review.id, by, on > by)


def next_first(found: Iterable[Review]) -> int:
    """The index of the first entry that no counted review of audit records has covered: a lost one leaves a gap."""
    covered = 0
    for span in sorted((r.span for r in found if r.span is not None), key=lambda span: span.first):
        if span.first <= covered:
            covered = max(covered, span.size)
    return covered


def body(signed: SignedReview, offices: tuple[str, str]) -> Mapping[str, Any]:
    """The *reviewed* entry: kind, agency, counts, offices and digests; no person, no login, no sentence."""
    review = signed.review
    answers: dict[str, int] = {}
    for line in review.lines:
        answers[line.answer] = answers.get(line.answer, 0) + 1
    return {
        "review": review.id,
        "kind": review.kind,
        "agency": review.agency,
        "on": review.on.isoformat(),
        "result": review.result,
        "answers": dict(sorted(answers.items())),
        "entries": [review.span.first, review.span.size] if review.span else None,
        "log_sha256": review.log_sha256,
        "reviewed_by_office": offices[0],
        "confirmed_by_office": offices[1],
        "review_sha256": digest(review),
        "signature_sha256": hashlib.sha256(signed.signature or b"").hexdigest(),
        "countersignature_sha256": hashlib.sha256(signed.countersignature or b"").hexdigest(),
    }
