"""What a program does with requests: it takes in, looks at what it took in itself, and answers nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from recuse.errors import InputError
from recuse.model import AssistanceRequest
from recuse.requests.against import asked_ids
from recuse.requests.desk import Desk
from recuse.requests.ruling import rule_on
from recuse.requests.store import Found, KeptRequest, Place
from recuse.requests.table import Clerk, listed
from recuse.requests.telling import ruling_document
from recuse.requests.written import parse_outcome, parse_request, payload, text_of
from recuse.server.requesting.desks import Desks
from recuse.server.requesting.listing import Listing, place_text
from recuse.server.requesting.people import program
from recuse.server.requesting.reading import Sender, requested
from recuse.server.requesting.tables import Table, tried

PER_PAGE: Final = 100
LOOKED: Final = 2000
"""Kept requests that one page looks through: it may end before it is full."""
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taking:
    """One program's work: its id, the desks, the moment, and what gives ids."""

    caller: str
    desks: Desks
    now: datetime
    identify: Callable[[], str]

    @property
    def _written(self) -> str:
        return program(self.caller)

    def check(self, whole: Mapping[str, Any]) -> Document:
        """How a request would be decided; nothing is kept. WrongError for one that cannot be taken in."""
        with self.desks.reading() as desk:
            request = self._requested(desk, whole)
            return {"request": None, "recorded": False, "ruling": ruling_document(desk.ruling(request, self.now))}

    def ask(self, whole: Mapping[str, Any]) -> Document:
        """Take a request in. WrongError for one that cannot be, InputError where it does not fit what is there."""
        with self.desks.reading() as desk:
            request = self._requested(desk, whole)
            if request.supersedes is not None and self._own(desk, request.supersedes) is None:
                raise InputError(
                    f"there is no request `{request.supersedes}` of this program", "supersede one of its own"
                )
        with self.desks.acting({"caller": self.caller}) as desk:
            known = self._known(desk, request)
            if known is None:
                ruling = desk.ask(request, self.now)
                return {"request": request.id, "recorded": True, "ruling": ruling_document(ruling)}
            done = desk.ask_all((request,), asked_ids(self.desks.entries()), self.now, _quiet)
            ruling = desk.ruling(request, self.now)
        return {"request": known.id, "recorded": bool(done.finished), "ruling": ruling_document(ruling)}

    def one(self, name: str) -> Document | None:
        """All that is kept of a request that this program took in, and what the policy says now; None for another."""
        with self.desks.reading() as desk:
            found = self._own(desk, name)
            if found is None or found.request.sealed is None:
                return None
            words = parse_request(found.request.sealed.data)
            outcomes = desk.store.outcomes(name)
            ruling = rule_on(desk.assisting, words, self.now.date())
        sealed = [None if each.sealed is None else each.sealed.data for each in outcomes]
        ended = [_outcome(each.word, each.at, contrary=each.contrary, data=data)
                 for each, data in zip(outcomes, sealed, strict=True)]  # fmt: skip
        said = {"words": json.loads(payload(words)), "ruling": ruling_document(ruling), "outcomes": ended}
        return dict(listed(found, self.now)) | said

    def page(self, asked: Listing) -> Document:
        """Some of the requests that this program took in; `next` leads on, and is empty at the end."""
        found, after = list[Found](), asked.after
        with self.desks.reading() as desk:
            for _ in range(LOOKED // PER_PAGE):
                part = desk.store.page(asked.wanted, self.now, after, PER_PAGE)
                for each in part.found:
                    found += [each] if self._is_own(each.request) else []
                    if len(found) == PER_PAGE:
                        return self._page(found, (each.request.received, each.request.id))
                after = part.after
                if after is None:
                    break
        return self._page(found, after)

    def table(self, data: bytes, *, dry_run: bool) -> tuple[Table, Document | None]:
        """A table, tried or taken in: with problems nothing is. InputError where it does not fit what is there."""
        with self.desks.reading() as desk:
            table = tried(desk, data, Clerk(self._written, self.now, self.identify))
        document = {"recorded": False, "verdicts": dict(table.verdicts), "added": 0, "known": 0, "finished": 0}
        if table.problems or dry_run:
            return table, None if table.problems else document
        with self.desks.acting({"caller": self.caller}) as desk:
            taken = desk.ask_all(table.requests, asked_ids(self.desks.entries()), self.now, _quiet)
        counts = {"added": len(taken.added), "known": taken.known, "finished": taken.finished}
        return table, document | {"recorded": True} | counts

    def _requested(self, desk: Desk, whole: Mapping[str, Any]) -> AssistanceRequest:
        return requested(whole, desk.assisting.repository, Sender(self._written, self.identify(), self.now))

    def _known(self, desk: Desk, request: AssistanceRequest) -> KeptRequest | None:
        """The request of the same source that this program took in. InputError for one that another did."""
        if request.source is None or request.supersedes is not None:
            return None
        known = desk.store.sources([request.source]).get(request.source)
        if known is not None and not self._is_own(known):
            raise InputError(f"source `{request.source}` is another's", "give another source")
        return known

    def _own(self, desk: Desk, name: str) -> Found | None:
        found = desk.store.find(name)
        return found if found is not None and self._is_own(found.request) else None

    def _is_own(self, kept: KeptRequest) -> bool:
        return kept.sealed is not None and parse_request(kept.sealed.data).recorded_by == self._written

    def _page(self, found: list[Found], after: Place | None) -> Document:
        rows = [listed(each, self.now) for each in found]
        return {"requests": rows, "next": "" if after is None else place_text(after)}


def _outcome(word: str, at: datetime, *, contrary: bool, data: bytes | None) -> Document:
    """How it ended, without who said so and their note."""
    given = list(parse_outcome(data).categories) if data else None
    return {"word": word, "at": text_of(at), "contrary": contrary, "categories": given}


def _quiet(_word: str, _done: int, _of: int) -> None:
    """A reply has no progress: it comes when all is done."""
