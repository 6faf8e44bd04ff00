"""Requests for assistance at work: joins the policy in force, the ledger, and what keeps them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from recuse import clock
from recuse.errors import InputError
from recuse.ledger import JSON, Entry, encode
from recuse.model import Repository, Ruling
from recuse.operations import record
from recuse.operations.attesting import attested, official_of
from recuse.operations.workspace import Workspace, open_with_ledger
from recuse.policy.assisting import Assisting
from recuse.policy.trees import above
from recuse.requests import nil
from recuse.requests.against import asked_ids, differences
from recuse.requests.desk import Desk, TakenIn
from recuse.requests.ruling import rule_on
from recuse.requests.store import Filter, Found, Store
from recuse.requests.table import Clerk, TableProblem, listed, read_table
from recuse.requests.telling import ruling_document
from recuse.requests.written import Under, parse_outcome, parse_request, payload, text_of

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Counter:
    """A desk with the repository and ledger it works on."""

    workspace: Workspace
    ledger: Path
    desk: Desk

    @classmethod
    def open(cls, folder: Path, ledger: Path, store: Store, *, deciding: bool) -> "Counter":
        """DirectiveError when it is for `deciding` and no directive is in force; looking needs no signature."""
        workspace = open_with_ledger(folder, ledger, draft=not deciding)
        origin = workspace.repository.ledger_origin
        under = Under(workspace.directives, workspace.repository.policy_sha256)
        assisting = Assisting(workspace.repository, workspace.rules)
        desk = Desk(assisting, under, store, partial(_append, ledger, origin), partial(clock.random_bytes, 32))
        return cls(workspace, ledger, desk)

    @property
    def repository(self) -> Repository:
        """The policy repository."""
        return self.workspace.repository

    def entries(self) -> tuple[Entry, ...]:
        """Every entry of the ledger."""
        return record.entries(self.ledger)

    def prepare(self) -> None:
        """Make the ledger, if there is none: what is kept lies below its folder, and must not be there first."""
        record.open_or_create(self.ledger, self.repository.ledger_origin).close()

    def below(self, agency: str) -> frozenset[str]:
        """An agency and all below it. InputError for one that agencies.toml does not have."""
        if agency not in self.repository.agencies:
            raise InputError(f"no agency `{agency}` in agencies.toml", "name one that it has")
        every = self.repository.agencies
        return frozenset(each for each in every if agency in above(every, each))


def _append(ledger: Path, origin: str, bodies: Sequence[tuple[str, Mapping[str, JSON]]]) -> None:
    with record.open_or_create(ledger, origin) as log:
        log.append([encode(kind, clock.now(), body) for kind, body in bodies])


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import found and did: `taken` is None where there are problems, or in a dry run."""

    problems: tuple[TableProblem, ...]
    rulings: tuple[Ruling, ...]
    taken: TakenIn | None


def import_table(counter: Counter, data: bytes, by: str, progress: Progress, *, dry_run: bool) -> Imported:
    """Take in every request of a table, or none; those that are there already add nothing."""
    now = clock.now()
    clerk = Clerk(by, now, partial(clock.random_name, 16))
    requests, problems = read_table(data, counter.repository, clerk)
    if problems:
        return Imported(problems, (), None)
    if dry_run:
        rulings = tuple(rule_on(counter.desk.assisting, each, now.date(), explain=False) for each in requests)
        return Imported((), rulings, None)
    counter.prepare()
    taken = counter.desk.ask_all(requests, asked_ids(counter.entries()), now, progress)
    return Imported((), tuple(ruling for _, ruling in taken.added), taken)


def every(counter: Counter, wanted: Filter, now: datetime, limit: int | None) -> Iterator[Found]:
    """The requests looked for, newest received first, page after page."""
    after, left = None, limit
    while True:
        page = counter.desk.store.page(wanted, now, after)
        taken = page.found if left is None else page.found[:left]
        yield from taken
        left = None if left is None else left - len(taken)
        if page.after is None or left == 0:
            return
        after = page.after


def mismatches(counter: Counter) -> tuple[tuple[str, str], ...]:
    """Where ledger and store do not agree."""
    return tuple(differences(counter.entries(), counter.desk.store.everything(), counter.repository))


def erase(counter: Counter, name: str) -> None:
    """Take away the words of a request and its outcomes for good; what the ledger has of it remains."""
    if counter.desk.store.find(name) is None:
        raise InputError(f"there is no request `{name}`", "list them with `recuse request list`")
    counter.desk.record([("erased", {"request": name})])
    counter.desk.store.erase(name)


def certify(
    counter: Counter, what: tuple[nil.Period, nil.Scope], by: str, key: Path | None, *, dry_run: bool
) -> Mapping[str, JSON]:
    """Certify that no request was received in a period; the entry made.

    Raises RefusedError for a period that is not over or not nil, InputError for who is no official in office.
    """
    now, (about, scope) = clock.now(), what
    official = official_of(counter.repository, by)
    for agency in scope.agencies:
        counter.below(agency)
    nil.check(about, scope, counter.entries(), counter.repository, now.date())
    text = nil.certificate(counter.repository.institution.id, about, scope, official, now)
    signature = attested(counter.repository, "the certificate", text, by, key)
    body = nil.certified_body(about, scope, official, text, signature)
    if not dry_run:
        counter.desk.record([("certified", body)])
    return body


def shown(counter: Counter, name: str) -> dict[str, Any]:
    """All that is kept of a request, and what the policy says of it now. InputError for an unknown one."""
    found, now = counter.desk.store.find(name), clock.now()
    if found is None:
        raise InputError(f"there is no request `{name}`", "list them with `recuse request list`")
    document: dict[str, Any] = dict(listed(found, now)) | {"words": None, "now": None, "outcomes": []}
    if found.request.sealed is not None:
        request = parse_request(found.request.sealed.data)
        document["words"] = _plain(payload(request))
        document["now"] = ruling_document(rule_on(counter.desk.assisting, request, now.date()))
    for each in counter.desk.store.outcomes(name):
        whole = {"outcome": each.id, "word": each.word, "at": text_of(each.at), "contrary": each.contrary}
        words = None if each.sealed is None else _plain(payload(parse_outcome(each.sealed.data)))
        document["outcomes"].append(whole | {"words": words})
    return document


def _plain(data: bytes) -> Any:
    return json.loads(data)
