"""What a review shows, of each kind: sentences from the policy repository, the access log, content, and the ledger.

The same state gives the same sentences, so that a draft is stale exactly when what it shows is no longer so.
"""

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from recuse.audit.accesslog import AccessLog, read_log
from recuse.audit.last_use import IDLE
from recuse.audit.signals import read_signals
from recuse.errors import InputError, LedgerError, Problem, RepositoryError
from recuse.ledger import decode, read_entries
from recuse.ledger.merkle import leaf_hash, tree_root
from recuse.model import Account, Agreement, Repository, SignedDirective, Span
from recuse.operations.workspace import Workspace
from recuse.policy.contexts import in_force
from recuse.policy.files import read_files
from recuse.policy.trees import principal_agencies

NO_LOG: Final = "no access log was given: what was done is not shown"


@dataclass(frozen=True, slots=True)
class Subject:
    """What there is to look at: in general, and by line what is shown of it."""

    shown: tuple[str, ...]
    lines: Mapping[str, tuple[str, ...]]
    log_sha256: str | None = None
    span: Span | None = None


def accounts(workspace: Workspace, agency: str, log: Path | None) -> Subject:
    """Every account of an agency and of those below it. InputError for an unknown one, or one without accounts."""
    repository, on = workspace.repository, workspace.at.date()
    if agency not in repository.agencies:
        raise InputError(f"unknown agency `{agency}`", "name one of agencies.toml")
    every = repository.accounts.values()
    of = {a.id: a for a in every if agency in principal_agencies(repository, a.agency)}
    if not of:
        raise InputError(f"`{agency}` and the agencies below it have no account", "there is nothing to review")
    logs = {} if log is None else {name: read_log(log, name, {}) for name in sorted({a.system for a in of.values()})}
    shown = [f"accounts of `{agency}` and the agencies below it: {len(of)}"]
    shown += _agreements(repository, agency, on)
    shown += [_log_line(name, each) for name, each in logs.items()] or [NO_LOG]
    lines = {name: (*_account(of[name]), *_use(of[name], logs.get(of[name].system))) for name in sorted(of)}
    return Subject(tuple(shown), lines, next((each.sha256 for each in logs.values()), None))


def public_content(workspace: Workspace, content: Path | None) -> Subject:
    """Directives, what the policy calls public, and the files that are or would be shown to everybody."""
    repository, on = workspace.repository, workspace.at.date()
    lines: dict[str, tuple[str, ...]] = {}
    for name in sorted(repository.directives):
        lines[f"directive/{name}"] = tuple(_directive(repository.directives[name]))
    for category in sorted(each.id for each in repository.categories.values() if each.public):
        lines[f"category/{category}"] = ("categories.toml calls it public",)
    for system in sorted(repository.systems):
        for table in sorted(each.name for each in repository.systems[system].tables if each.public):
            lines[f"table/{system}/{table}"] = (f"categories/{system}.toml calls it public",)
    files = {} if content is None else _files(content)
    lines |= {f"file/{path}": (*_file(path, raw, on),) for path, raw in files.items()}
    shown = "no folder of content was given" if content is None else f"files of content: {len(files)}"
    return Subject((f"directives: {len(repository.directives)}; lines in all: {len(lines)}", shown), lines)


def audit_records(workspace: Workspace, ledger: Path, first: int, size: int | None, log: Path | None) -> Subject:
    """Entries of the ledger from `first` up to `size` (None: all), and what the access log shows of each system.

    Raises LedgerError where there is no such ledger.
    """
    if not ledger.exists():
        raise LedgerError(f"there is no ledger `{ledger}`, so that there is nothing to review", "apply, or name it")
    raw = read_entries(ledger)
    end = len(raw) if size is None else size
    if not first <= end <= len(raw):
        raise LedgerError(f"the ledger has {len(raw)} entries, and not {first} to {end}", "restore the ledger")
    span = Span(first, end, tree_root([leaf_hash(entry) for entry in raw[:end]]).hex())
    kinds = Counter(decode(entry).kind for entry in raw[first:end])
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "none"
    shown = f"entries of the ledger from index {first} up to {end}: {told}"
    if log is None:
        return Subject((shown, NO_LOG), {}, None, span)
    found = [
        read_signals(log, workspace.repository, workspace.rules, system, workspace.at.date())
        for _, system in sorted(workspace.repository.systems.items())
    ]
    lines = {signal.name: (signal.sentence,) for each in found for signal in each.signals}
    named = ", ".join(f"`{name}`" for name in workspace.directives)
    judged = f"judged by {named}{', not all of which are in force' if workspace.draft else ''}"
    counts = [judged, *(sentence for each in found for sentence in each.counts)]
    return Subject((shown, *counts), dict(sorted(lines.items())), _digest(log.read_bytes()), span)


def _agreements(repository: Repository, agency: str, on: date) -> list[str]:
    """Agreements with the agency, one above it, or one below it."""
    above = principal_agencies(repository, agency)
    below = {each for each in repository.agencies if agency in principal_agencies(repository, each)}
    found = [a for a in repository.agreements.values() if a.parties & (above | below)]
    return [_agreement(a, on) for a in sorted(found, key=lambda a: a.id)] or ["no agreement names it as a party"]


def _agreement(each: Agreement, on: date) -> str:
    how = "in force" if in_force(each, on) else "not in force"
    late = ", which has passed" if each.renewal < on else ""
    return f"agreement `{each.id}`: {how}, from {each.start} until {each.until}, to be renewed by {each.renewal}{late}"


def _account(account: Account) -> Iterator[str]:
    yield f"of `{account.agency}`, {account.use}, {'active' if account.active else 'inactive'}"
    standing = account.standing
    if standing is None:
        yield "no standing purpose"
    else:
        by = standing.agreement or standing.circumstances.authority
        yield f"standing purpose `{standing.circumstances.purpose}` under `{by}` until {standing.until}"
    may = ", ".join(f"`{purpose}`" for purpose in sorted(account.may_declare))
    yield f"may declare {may or 'nothing'}"
    if account.may_issue:
        yield "may issue permits"
    if account.may_end:
        yield "may end permits and the sessions of their logins"


def _use(account: Account, log: AccessLog | None) -> Iterator[str]:
    if log is None:
        return
    mine = [line for line in log.lines if line.login == account.login]
    refused = sum(line.count for line in mine if line.decision == "deny")
    if not mine:
        yield "not in the access log"
        return
    last = log.last_by_login.get(account.login)
    idle = last is not None and log.last is not None and log.last - last > IDLE
    late = f", more than {IDLE.days} days before the log's end" if idle else ""
    count = sum(line.count for line in mine)
    yield f"lines in the access log: {count}, refused: {refused}, last on {last or 'no day that is told'}{late}"


def _log_line(system: str, log: AccessLog) -> str:
    if log.first is None:
        return f"access log: no line about `{system}`"
    count = sum(line.count for line in log.lines)
    return f"access log of `{system}`, from {log.first} to {log.last}; lines: {count}"


def _directive(signed: SignedDirective) -> Iterator[str]:
    found = signed.directive
    yield f"{found.title}; effective {found.effective.date()}, stage {found.stage}"
    yield f"directive.toml {_digest(found.raw)}, directive.cedar {_digest(found.cedar.encode())}"
    for basis in dict.fromkeys(found.legal_basis):
        yield f"{basis.citation}: {basis.status}; checked on {basis.checked_on}"


def _files(folder: Path) -> Mapping[str, bytes]:
    problems: list[Problem] = []
    found = read_files(folder, problems)
    if problems:
        raise RepositoryError(tuple(problems))
    return found


def _file(path: str, raw: bytes, on: date) -> Iterator[str]:
    yield f"{len(raw)} bytes, SHA-256 {_digest(raw)}"
    by = _review_by(path, raw)
    if by is None:
        yield "states no day by which it is to be looked at"
    else:
        yield f"to be looked at by {by}{', which has passed' if by < on else ''}"


def _review_by(path: str, raw: bytes) -> date | None:
    """The key `review_by` at the top of a TOML or JSON text: a day, or text as ISO 8601 has it."""
    try:
        if path.endswith(".toml"):
            whole: object = tomllib.loads(raw.decode())
        elif path.endswith(".json"):
            whole = json.loads(raw)
        else:
            return None
        found = whole.get("review_by") if isinstance(whole, dict) else None
        return found if type(found) is date else date.fromisoformat(found) if isinstance(found, str) else None
    except (ValueError, RecursionError):
        return None


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def differences(shown: tuple[str, ...], lines: Mapping[str, Sequence[str]], subject: Subject) -> Iterator[str]:
    """What a draft shows and what is so now, where they differ, in sentences."""
    for name in sorted(subject.lines.keys() - lines.keys()):
        yield f"`{name}` is new"
    for name in sorted(lines.keys() - subject.lines.keys()):
        yield f"`{name}` is gone"
    for name in sorted(lines.keys() & subject.lines.keys()):
        if tuple(lines[name]) != subject.lines[name]:
            now = [each for each in subject.lines[name] if each not in lines[name]]
            yield f"`{name}` is no longer as shown{': now ' + now[0] if now else ''}"
    for each in subject.shown:
        if each not in shown:
            yield f"now: {each}"
    for each in shown:
        if each not in subject.shown:
            yield f"no longer: {each}"
