"""Whether what is kept is what the ledger says was asked and answered, and whether certified nil periods still are."""

from collections.abc import Iterable, Iterator, Mapping

from recuse.ledger.entry import JSON, Entry
from recuse.model import Repository
from recuse.requests import nil
from recuse.requests.store import KeptOutcome, KeptRequest

_REQUEST = {"agency": "agency", "kind": "kind", "purpose": "purpose", "authority": "authority", "verdict": "verdict"}
_OUTCOME = {"request": "request", "word": "word", "contrary": "contrary"}


def asked_ids(entries: Iterable[Entry]) -> frozenset[str]:
    """The requests that the ledger has."""
    return frozenset(str(entry.body["request"]) for entry in entries if entry.kind == "asked")


def differences(
    entries: Iterable[Entry],
    kept: tuple[tuple[KeptRequest, ...], tuple[KeptOutcome, ...]],
    repository: Repository,
) -> Iterator[tuple[str, str]]:
    """What record and store do not agree in, each with the id it is about."""
    every = tuple(entries)
    asked = {str(entry.body["request"]): entry.body for entry in every if entry.kind == "asked"}
    answered = {str(entry.body["outcome"]): entry.body for entry in every if entry.kind == "answered"}
    requests, outcomes = {each.id: each for each in kept[0]}, {each.id: each for each in kept[1]}
    for name in sorted(asked.keys() | requests.keys()):
        said = _difference(asked.get(name), requests.get(name), _REQUEST)
        if said:
            yield name, f"the request {said}"
    for name in sorted(answered.keys() | outcomes.keys()):
        body, outcome = answered.get(name), outcomes.get(name)
        said = _difference(body, outcome, _OUTCOME)
        if said:
            yield str(body["request"]) if body else outcome.request if outcome else name, f"its outcome {said}"
    for period, count in nil.broken(every, repository):
        were = "1 request" if count == 1 else f"{count} requests"
        yield period, f"certified as nil, and {were} received in it {'is' if count == 1 else 'are'} recorded"


def _difference(
    body: Mapping[str, JSON] | None, record: KeptRequest | KeptOutcome | None, names: Mapping[str, str]
) -> str | None:
    if body is None:
        return "is kept and was never recorded: take it in again from its source, or supersede it"
    if record is None:
        return "is recorded and not kept: restore what keeps it"
    if record.sealed is not None and record.sealed.commitment != body["commitment"]:
        return "is not what was recorded: its words differ"
    different = sorted(name for name, key in names.items() if getattr(record, name) != body[key])
    return f"is not what was recorded: {', '.join(different)}" if different else None
