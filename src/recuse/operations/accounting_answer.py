"""The answer at work: a draft that one person prepares, and that another one releases, once it is recorded.

The answer's entry is durable before the answer is written anywhere else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recuse import clock
from recuse.disclosure import answer as answers
from recuse.disclosure.asked import PersonRequest, payload
from recuse.disclosure.kept import Answered, Draft, Kept
from recuse.disclosure.lines import Found, LedgerName, Matches, find
from recuse.disclosure.marks import marked
from recuse.disclosure.protection import Protection
from recuse.errors import InputError, RefusedError
from recuse.ledger import JSON, Entry, decode, read_signed
from recuse.operations.accounting import SALT, Bureau
from recuse.operations.attesting import attested, official_of
from recuse.permits import commitment_of
from recuse.requests.store import Store
from recuse.requests.written import parse_request


@dataclass(frozen=True, slots=True)
class Findings:
    """What staff found, and who; `decided` are places that they decided to tell although others are concerned.

    `secrets` are those of record marks, of now and of earlier.
    """

    by: str
    matches: Matches
    decided: frozenset[str] = frozenset()
    secrets: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft, what staff named that no entry has, and how many entries were found."""

    draft: Draft
    unknown: tuple[str, ...]
    found: int


def prepare(bureau: Bureau, name: str, findings: Findings, *, dry_run: bool) -> Prepared:
    """Make the draft of an answer, in place of an earlier draft; what was found for earlier answers is added."""
    if not findings.by.strip():
        raise InputError("nobody is named who prepares it", "say who with --by")
    kept = bureau.shelf.find(name)
    before = kept.answers[-1] if kept.answers else None
    whole = findings.matches if before is None else _with(findings.matches, before.matches)
    read = _read(bureau)
    if findings.secrets:
        whole = _with(whole, _by_mark(kept.request, read, findings.secrets))
    found = _found(bureau, kept.request, whole, read)
    nowhere = findings.decided - {str(each.place) for each in found.lines}
    if nowhere:
        raise InputError(
            f"`{min(nowhere)}` of --tell is not among what was found",
            "name a line that `prepare` lists, or leave it away",
        )
    told, left_out = _protection(bureau, kept.request, findings.decided).sort(found.lines)
    institution, salt = bureau.repository.institution, clock.random_bytes(SALT)
    live = tuple(sorted(each.name for each in bureau.repository.systems.values() if each.kind == "live"))
    heading = answers.Heading(
        (institution.id, institution.name), bureau.today, live if "decisions" in read else (), salt,
        None if before is None else before.sha256,
    )  # fmt: skip
    data = answers.written(answers.document(kept.request, heading, read, told))
    draft = Draft(findings.by.strip(), clock.now(), salt, whole, findings.decided, data.decode(), left_out)
    if not dry_run:
        bureau.shelf.keep(kept.with_draft(draft))
    return Prepared(draft, found.unknown, len(found.lines))


def _by_mark(request: PersonRequest, read: Mapping[LedgerName, answers.Read], secrets: tuple[bytes, ...]) -> Matches:
    if "decisions" not in read:
        raise InputError("there is no record of decisions to look for marks in", "name its folder with --decisions")
    return Matches(marked(map(decode, read["decisions"].entries), request.records, secrets))


def _read(bureau: Bureau) -> dict[LedgerName, answers.Read]:
    return {name: answers.Read(*read_signed(folder)) for name, folder in bureau.folders.items()}


def _protection(bureau: Bureau, request: PersonRequest, decided: frozenset[str]) -> Protection:
    return Protection(bureau.repository, bureau.settings, bureau.holds(), bureau.today, request.alone, decided)


def _with(one: Matches, other: Matches) -> Matches:
    return Matches(one.evaluations | other.evaluations, one.requests | other.requests, one.places | other.places)


def _found(bureau: Bureau, request: PersonRequest, matches: Matches, read: Mapping[LedgerName, answers.Read]) -> Found:
    entries: dict[LedgerName, Sequence[Entry]] = {name: [*map(decode, each.entries)] for name, each in read.items()}
    return find(entries, matches, (request.since, request.until), bureau.register, _cases(bureau.store))


def _cases(store: Store) -> dict[str, str | None]:
    """The case of each request for assistance whose words are kept: cases are held back, and the ledger has none."""
    requests, _ = store.everything()
    return {each.id: parse_request(each.sealed.data).case for each in requests if each.sealed is not None}


def shown(kept: Kept) -> dict[str, Any]:
    """All that is kept of an accounting, as a document."""
    request: dict[str, Any] = json.loads(payload(kept.request))
    draft, drafted = kept.draft, None
    if draft is not None:
        out = [asdict(each) | {"holds": list(each.holds)} for each in draft.left_out]
        whole = answers.read_written(draft.answer.encode())
        drafted = {"by": draft.by, "at": draft.at.isoformat(), "answer": whole, "left_out": out}
    given = [
        {"answer_sha256": each.sha256, "on": each.on.isoformat(), "official": each.official} for each in kept.answers
    ]
    return {"request": request, "draft": drafted, "answers": given}


def last_answer(bureau: Bureau, kept: Kept) -> tuple[Answered, int]:
    """The answer that was given last, with the number of its entry. InputError where none was."""
    if kept.answers:
        last = kept.answers[-1]
        for number, entry in enumerate(bureau.acts()):
            if entry.kind == "accounting_answered" and entry.body["answer_sha256"] == last.sha256:
                return last, number
    raise InputError(f"accounting `{kept.request.id}` has no answer", "release one with `recuse accounting release`")


def discard(bureau: Bureau, name: str, *, dry_run: bool) -> None:
    """Take a draft away. InputError where there is none."""
    kept, _ = drafted(bureau, name)
    if not dry_run:
        bureau.shelf.keep(kept.with_draft(None))


def drafted(bureau: Bureau, name: str) -> tuple[Kept, Draft]:
    """An accounting with its draft; InputError where there is none."""
    kept = bureau.shelf.find(name)
    if kept.draft is None:
        raise InputError(f"accounting `{name}` has no draft", "prepare one with `recuse accounting prepare`")
    return kept, kept.draft


@dataclass(frozen=True, slots=True)
class Released:
    """An answer that was recorded: its digest, and the number of its entry; None in a dry run."""

    sha256: str
    entry: int | None


def release(bureau: Bureau, name: str, by: str, key: Path | None, *, dry_run: bool) -> Released:
    """Record the draft as the answer: by an official in office who is not who prepared it.

    Raises RefusedError for one person alone, and where what the draft tells would not be told so today.
    """
    kept, draft = drafted(bureau, name)
    official = official_of(bureau.repository, by, "attest")
    if draft.by.strip().casefold() in {official.id.casefold(), official.name.strip().casefold()}:
        raise RefusedError(f"`{by}` prepared it", "let another person release it")
    data = draft.answer.encode()
    whole, sha256 = answers.read_written(data), answers.digest(data)
    _check_fresh(bureau, kept.request, draft, whole)
    text = answers.statement(name, sha256, official.id, bureau.today)
    signature = attested(bureau.repository, "the release", text, official.id, key)
    mark = commitment_of(draft.salt, draft.by.casefold().encode())[:32]
    stands: dict[str, JSON] = {"prepared": mark, "official": official.id, "office": official.office,
                               "on": bureau.today.isoformat()}  # fmt: skip
    if dry_run:
        return Released(sha256, None)
    number = bureau.append("accounting_answered", answers.answered_body(whole, sha256, stands, signature))
    answered = Answered(sha256, bureau.today, official.id, draft.answer, draft.matches, draft.left_out)
    bureau.shelf.keep(kept.with_answer(answered))
    return Released(sha256, number)


def _check_fresh(bureau: Bureau, request: PersonRequest, draft: Draft, whole: Mapping[str, Any]) -> None:
    """Every line is told as it would be told today, by every ledger that the draft covers."""
    read = _read(bureau)
    if {each["ledger"] for each in whole["covers"]} - read.keys():
        raise InputError("the draft covers a record of decisions that is not there", "name its folder with --decisions")
    told, _ = _protection(bureau, request, draft.decided).sort(_found(bureau, request, draft.matches, read).lines)
    today = [answers.said(each) for each in told]
    if any({name: value for name, value in each.items() if name != "proof"} not in today for each in whole["lines"]):
        raise RefusedError(
            "the draft tells what is to be left out by now, or told otherwise", "prepare it again, and then release it"
        )
