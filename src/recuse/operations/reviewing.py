"""Reviews made, signed, confirmed and recorded: each step looks again whether what the draft shows is still so.

A review opens nothing and changes nothing by itself. What it ends is taken out of accounts.toml by a person, and the
directive over the changed files is signed as ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from recuse import clock
from recuse.directive.officials import in_office
from recuse.directive.recurring import due_by
from recuse.directive.review import check_complete, check_reviewer, check_signatures, check_two_persons
from recuse.errors import DirectiveError, InputError, SignatureError
from recuse.ledger import encode
from recuse.model import QUIET_ANSWERS, Repository, Review, ReviewKind, ReviewLine, SignedReview
from recuse.operations import record, review_subjects
from recuse.operations.review_subjects import Subject, differences
from recuse.operations.review_text import render
from recuse.operations.reviews_due import Reviews, body, digest, next_first, reviews
from recuse.operations.signing import confirm_review, sign_review
from recuse.operations.workspace import Workspace, open_any, open_with_ledger
from recuse.policy.names import is_id
from recuse.toml_source import Section, parse

_AGAIN: Final = "make a new draft with `recuse review new`, and answer that"
_TOLD: Final = 3  # differences named in one sentence


@dataclass(frozen=True, slots=True)
class Desk:
    """Where reviews are made: a policy repository, its ledger, and what was given to look at."""

    folder: Path
    ledger: Path
    log: Path | None = None
    content: Path | None = None

    def workspace(self) -> Workspace:
        """The repository as of now; drafts of directives count, since a review is about what stands there."""
        return open_with_ledger(self.folder, self.ledger, draft=True)

    def _judging(self, workspace: Workspace) -> Workspace:
        """With the rules that an access log is judged by: those in force, or where there are none all drafts.

        Files that were edited since the directive was signed put nothing in force; what is judged by is then told.
        """
        try:
            in_force = open_any(self.folder, self.ledger)
        except DirectiveError:
            return workspace
        return replace(in_force, at=workspace.at) if in_force.directives else workspace

    def due(self) -> Reviews:
        """How all reviews stand today."""
        workspace = self.workspace()
        return reviews(workspace.repository, record.entries(self.ledger), workspace.at.date())

    def subject(self, workspace: Workspace, kind: ReviewKind, agency: str | None, size: int | None = None) -> Subject:
        """What a review of a kind shows now; of audit records, with the ledger as it was at `size` entries."""
        if kind == "accounts":
            return review_subjects.accounts(workspace, agency or "", self.log)
        if kind == "public_content":
            return review_subjects.public_content(workspace, self.content)
        standing = reviews(workspace.repository, record.entries(self.ledger), workspace.at.date())
        first, judging = next_first(standing.counted), self._judging(workspace)
        return review_subjects.audit_records(judging, self.ledger, first, size, self.log)


@dataclass(frozen=True, slots=True)
class Made:
    """A new draft, by its id and file, and how many lines it asks to be answered."""

    id: str
    file: Path
    lines: int


def new_review(desk: Desk, kind: ReviewKind, agency: str | None, name: str | None) -> Made:
    """Write a draft in which every answer is blank. Raises InputError for arguments that do not go together."""
    if (kind == "accounts") != (agency is not None):
        remedy = "name one with --agency" if kind == "accounts" else "leave away --agency"
        raise InputError("accounts are reviewed by agency, and nothing else is", remedy)
    if desk.content is not None and kind != "public_content":
        raise InputError(f"a review of `{kind}` takes no content", "leave away --content")
    if desk.log is not None and kind == "public_content":
        raise InputError("a review of `public_content` takes no access log", "leave away --log")
    workspace = desk.workspace()
    on = workspace.at.date()
    chosen = name or "-".join(part for part in (kind.replace("_", "-"), agency, str(on)) if part)
    if not is_id(chosen):
        raise InputError(f"`{chosen}` cannot name a review", "use lower-case letters, digits, dots and hyphens")
    path = desk.folder / "reviews" / chosen / "review.toml"
    if path.parent.exists():
        raise InputError(f"`{path.parent}` is there already", "give the new one another id with --id")
    subject = desk.subject(workspace, kind, agency)
    one, two = _officials(workspace.repository)
    draft = Review(
        id=chosen, raw=b"", kind=kind, agency=agency, on=on, reviewed_by=one, confirmed_by=two, plan="",
        shown=subject.shown, result="", found="", log_sha256=subject.log_sha256, span=subject.span,
        lines=tuple(ReviewLine(each, shown, "", "") for each, shown in subject.lines.items()),
    )  # fmt: skip
    path.parent.mkdir(parents=True)
    path.write_text(render(draft, notes=True), encoding="utf-8")
    return Made(chosen, path, len(draft.lines))


def sign(desk: Desk, name: str, official: str, key: Path) -> Path:
    """Sign a review that is answered and still so, by the official who made it; returns the signature's path.

    Raises DirectiveError for blanks and for a stale draft, SignatureError for another person or key.
    """
    workspace, found = _opened(desk, name)
    check_complete(found.review)
    check_two_persons(found.review, workspace.repository.officials)
    _check_term(workspace, official)
    check_fresh(desk, workspace, found.review)
    return sign_review(desk.folder, workspace.repository, found.review, official, key)


def confirm(desk: Desk, name: str, official: str, key: Path) -> tuple[Path, int]:
    """Sign a review a second time and record it; returns the signature's path and the entry's index.

    Raises as `sign` does, and where the first signature is missing or does not hold now.
    """
    workspace, found = _opened(desk, name)
    check_reviewer(found, workspace.repository.officials, workspace.at)
    _check_term(workspace, official)
    check_fresh(desk, workspace, found.review)
    path = confirm_review(desk.folder, workspace.repository, found.review, official, key)
    return path, record_review(desk, name)


def record_review(desk: Desk, name: str) -> int:
    """Append the *reviewed* entry of a review that both have signed, once; returns its index.

    Raises SignatureError for signatures that do not hold now, DirectiveError for a review that is stale.
    """
    workspace, found = _opened(desk, name)
    one, two = check_signatures(found, workspace.repository.officials, workspace.at)
    for index, entry in enumerate(record.entries(desk.ledger)):
        if entry.kind == "reviewed" and entry.body["review_sha256"] == digest(found.review):
            return index
    check_fresh(desk, workspace, found.review)
    with record.open_or_create(desk.ledger, workspace.repository.ledger_origin) as ledger:
        return ledger.append([encode("reviewed", clock.now(), body(found, (one.office, two.office)))])


def check_fresh(desk: Desk, workspace: Workspace, found: Review) -> None:
    """Raise DirectiveError unless what a review shows is still so, and InputError where that cannot be looked at."""
    today = workspace.at.date()
    if found.on > today:
        raise DirectiveError(f"review `{found.id}` is of {found.on}, which is to come", _AGAIN)
    last = due_by(found.kind, found.on, workspace.repository.review_days.get(found.kind))
    if last < today:
        raise DirectiveError(f"review `{found.id}` is of {found.on}: the next one was due by {last}", _AGAIN)
    if found.log_sha256 is not None and desk.log is None:
        raise InputError(f"review `{found.id}` shows an access log", "give the same file with --log")
    files = any(line.name.startswith("file/") for line in found.lines)
    if found.kind == "public_content" and files and desk.content is None:
        raise InputError(f"review `{found.id}` shows files of content", "give the same folder with --content")
    size = found.span.size if found.span else None
    given = desk if found.log_sha256 is not None else replace(desk, log=None)
    subject = given.subject(workspace, found.kind, found.agency, size)
    changed = [*differences(found.shown, {line.name: line.shown for line in found.lines}, subject)]
    if subject.span != found.span:
        changed.append("the ledger is not that of the draft, or another review has covered a part of it")
    if subject.log_sha256 != found.log_sha256:
        changed.append("the access log is another file")
    if changed:
        more = f"; and {len(changed) - _TOLD} more" if len(changed) > _TOLD else ""
        raise DirectiveError(f"review `{found.id}` is stale: {'; '.join(changed[:_TOLD])}{more}", _AGAIN)


def next_steps(folder: Path, found: Review) -> tuple[str, ...]:
    """What a review leaves to be done, each with its place; none where everything stays."""
    loud = [line for line in found.lines if line.answer not in QUIET_ANSWERS]
    steps = [*_edits(folder, loud)] if found.kind == "accounts" else [f"{each.name}: {_wish(each)}" for each in loud]
    if steps and found.kind != "audit_records":
        steps.append("then let a directive that supersedes be signed over the changed files; recuse plan; recuse apply")
    return tuple(steps)


def _edits(folder: Path, lines: list[ReviewLine]) -> Iterator[str]:
    source = parse("accounts.toml", (folder / "accounts.toml").read_bytes(), [])
    sections = {} if source is None else {s.text("id"): s for s in Section(source, []).sections("account")}
    for line in lines:
        section = sections.get(line.name)
        if section is None:
            yield f"accounts.toml: `{line.name}` is not there any more"
        elif line.answer == "change":
            yield f"accounts.toml:{section.line('id')}: `{line.name}`: {line.reason}"
        elif section.flag("active"):
            yield f"accounts.toml:{section.line('active')}: `{line.name}`: write `active = false`"
        else:
            yield f"accounts.toml:{section.line('active')}: `{line.name}` is inactive already"


def _wish(line: ReviewLine) -> str:
    return f"{line.answer}: {line.reason}"


def _opened(desk: Desk, name: str) -> tuple[Workspace, SignedReview]:
    workspace = desk.workspace()
    if name not in workspace.repository.reviews:
        known = ", ".join(f"`{each}`" for each in workspace.repository.reviews) or "none"
        raise DirectiveError(f"there is no review `{name}`", f"name one of these: {known}")
    return workspace, workspace.repository.reviews[name]


def _check_term(workspace: Workspace, name: str) -> None:
    """A signature that would not count later is not made."""
    official = workspace.repository.officials.get(name)
    if official is not None and not in_office(official, workspace.at):
        message = f"`{name}` is in office from {official.start} until {official.until}"
        raise SignatureError(message, "let an official in office sign")


def _officials(repository: Repository) -> tuple[str, str]:
    """Who may review, and another who may confirm: the first of each; the draft may name others."""
    every = repository.officials.values()
    one = next((o.id for o in every if "review" in o.roles), None)
    two = next((o.id for o in every if "confirm" in o.roles and o.id != one), None)
    if one is None or two is None:
        raise DirectiveError(
            "nobody may review, or nobody else may confirm", "give the roles `review` and `confirm` in officials.toml"
        )
    return one, two
