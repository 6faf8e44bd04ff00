"""Requests and outcomes in memory, in the order in which they were kept: what a store on files looks through."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from recuse.errors import InputError
from recuse.requests.store import Filter, Found, KeptOutcome, KeptRequest, Page, Place


@dataclass(slots=True)
class Shelf:
    """All that is kept: requests by id, outcomes oldest first, and what follows from them."""

    requests: dict[str, KeptRequest] = field(default_factory=dict)
    outcomes: list[KeptOutcome] = field(default_factory=list)
    sources: dict[str, KeptRequest] = field(default_factory=dict)
    last: dict[str, KeptOutcome] = field(default_factory=dict)
    superseded: dict[str, str] = field(default_factory=dict)

    def put(self, requests: Sequence[KeptRequest], outcomes: Sequence[KeptOutcome]) -> None:
        """Add what was kept before, as it is."""
        for request in requests:
            self.requests[request.id] = request
            if request.source is not None and request.supersedes is None:
                self.sources[request.source] = request
            if request.supersedes is not None:
                self.superseded[request.supersedes] = request.id
        for outcome in outcomes:
            self.outcomes.append(outcome)
            self.last[outcome.request] = outcome

    def add(self, requests: Sequence[KeptRequest], outcomes: Sequence[KeptOutcome]) -> None:
        """Add what is new. InputError, with some of it added, for what cannot stand beside what is there."""
        for request in requests:
            if request.id in self.requests:
                raise InputError(f"request `{request.id}` is here already", "give it another id")
            if request.supersedes is None and request.source in self.sources:
                raise InputError(f"source `{request.source}` is here already", "supersede its request to correct it")
            self._require_open(request.supersedes)
            self.put((request,), ())
        for outcome in outcomes:
            if outcome.request not in self.requests:
                raise InputError(f"there is no request `{outcome.request}`", "list them with `recuse request list`")
            last = self.last.get(outcome.request)
            if any(each.id == outcome.id for each in self.outcomes) or outcome.supersedes != (last and last.id):
                raise InputError(
                    f"request `{outcome.request}` has been answered meanwhile", "look at it, and answer again"
                )
            self.put((), (outcome,))

    def _require_open(self, name: str | None) -> None:
        if name is not None and name not in self.requests:
            raise InputError(f"there is no request `{name}` to supersede", "list them with `recuse request list`")
        if name in self.superseded:
            raise InputError(f"request `{name}` is superseded already", f"supersede `{self.superseded[name]}`")

    def find(self, name: str) -> Found | None:
        """A request by its id."""
        request = self.requests.get(name)
        return None if request is None else Found(request, self.last.get(name), self.superseded.get(name))

    def page(self, wanted: Filter, now: datetime, after: Place | None, limit: int) -> Page:
        """The requests looked for, from a place on, newest received first."""
        every = sorted(self.requests.values(), key=_place, reverse=True)
        found = (Found(each, self.last.get(each.id), self.superseded.get(each.id)) for each in every)
        rest = [each for each in found if (after is None or _place(each.request) < after) and wanted.takes(each, now)]
        taken = tuple(rest[:limit])
        return Page(taken, _place(taken[-1].request) if len(rest) > limit else None)


def _place(request: KeptRequest) -> Place:
    return request.received, request.id
