"""The desk: takes requests in, has each decided by the policy in force, and notes how each ended.

Order: a record is kept first and entered in the ledger after. What a crash leaves between the two is told as never
recorded, and recorded when the same source is taken in again. An entry comes before anybody acts on what it says.

A request is decided by the policy in force when it is recorded, and again when it is answered: what the policy was on
an earlier day of receipt cannot be known from files of today, so the entry says under what it was decided and when the
request was received. Nothing is refused intake because it is late.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from recuse.errors import InputError, LedgerError, RefusedError
from recuse.ledger.entry import JSON
from recuse.model import AssistanceRequest, Outcome, Ruling
from recuse.policy.assisting import Assisting
from recuse.policy.instruments import codes
from recuse.requests.intake import custody_problems, problems
from recuse.requests.ruling import rule_on
from recuse.requests.store import Found, KeptRequest, Store
from recuse.requests.written import (
    Under,
    answered_body,
    asked_body,
    kept_outcome,
    kept_request,
    parse_request,
    same,
)

Record = Callable[[Sequence[tuple[str, Mapping[str, JSON]]]], None]
"""Makes entries durable, all or none."""
Progress = Callable[[str, int, int], None]
GIVING = frozenset({"complied", "complied_in_part"})


@dataclass(frozen=True, slots=True)
class Desk:
    """Where requests are taken in: the policy that decides, what keeps them, the ledger, and chance for salts."""

    assisting: Assisting
    under: Under
    store: Store
    record: Record
    salt: Callable[[], bytes]

    def ruling(self, request: AssistanceRequest, now: datetime, *, explain: bool = True) -> Ruling:
        """What the policy says of a request, kept or not. InputError, with every problem, for one that cannot be."""
        found = tuple(problems(self.assisting.repository, request))
        if found:
            raise InputError("\n".join(message for _, message in found), "mend the request and give it again")
        return rule_on(self.assisting, request, now.date(), explain=explain)

    def ask(self, request: AssistanceRequest, now: datetime) -> Ruling:
        """Keep and record one request; how it is decided. What it supersedes must be there, and not be superseded."""
        ruling = self.ruling(request, now)
        self._keep([(request, ruling)])
        return ruling

    def ask_all(
        self, requests: Sequence[AssistanceRequest], recorded: frozenset[str], now: datetime, progress: Progress
    ) -> "TakenIn":
        """Keep and record many with a source each, all or none; those that are there already add nothing.

        `recorded` are the ids in the ledger: what is kept and not there is recorded now. Raises InputError where a
        source is there with other content.
        """
        known = self.store.sources(request.source for request in requests if request.source)
        fresh = [request for request in requests if request.source not in known]
        others = [request for request in requests if request.source in known]
        changed = [request for request in others if not _agrees(known[request.source or ""], request)]
        if changed:
            names = ", ".join(f"`{each.source}`" for each in changed[:10])
            raise InputError(
                f"{len(changed)} of the sources are here with other content: {names}",
                "a request is corrected by one that supersedes it: `recuse request ask --supersedes`",
            )
        rulings: list[tuple[AssistanceRequest, Ruling]] = []
        for number, request in enumerate(fresh, 1):
            rulings.append((request, rule_on(self.assisting, request, now.date(), explain=False)))
            progress("decide", number, len(fresh))
        unrecorded = [known[request.source or ""] for request in others]
        unrecorded = [each for each in unrecorded if each.id not in recorded]
        self._finish(unrecorded, now)
        self._keep(rulings)
        there = self.store.sources(request.source for request in requests if request.source)
        if len(there) != len(requests):
            raise LedgerError(
                f"{len(requests) - len(there)} of {len(requests)} requests are not there", "take the table in again"
            )
        return TakenIn(tuple(rulings), len(others) - len(unrecorded), len(unrecorded))

    def answer(self, outcome: Outcome, now: datetime, *, dry_run: bool = False) -> Outcome:
        """Note how a request ended; gives the outcome with the rules that determined it.

        Raises RefusedError where the policy in force refuses what is said to be given, or it lapsed, or who asked would
        answer; an outcome that is `contrary` says what has been done already, and is kept as that.
        """
        found = self._found(outcome.request)
        request = self._whole(found)
        ruling = rule_on(self.assisting, request, now.date())
        wrong = [message for _, message in custody_problems(self.assisting.repository, outcome.detention)]
        wrong += _against_request(outcome, request)
        if wrong:
            raise InputError("\n".join(wrong), "mend the answer")
        if outcome.word != "withdrawn" and _is_one(outcome.by, request.asked_by):
            raise RefusedError("nobody answers what they asked for themselves", "let another person answer")
        if outcome.word in GIVING and _is_one(outcome.by, request.recorded_by):
            raise RefusedError("who took it in does not give it alone", "let another person answer")
        reasons = tuple(refusals(outcome, request, ruling, now))
        if reasons and not outcome.contrary:
            raise RefusedError(
                "\n".join(reasons), "answer `refused`; what was done already is noted with --already-done"
            )
        last = found.outcome
        done = replace(
            outcome, contrary=bool(reasons), rules=ruling.rules, supersedes=last.id if last is not None else None
        )
        if not dry_run:
            kept = kept_outcome(done, self.salt())
            self.store.append((), (kept,))
            commitment = kept.sealed.commitment if kept.sealed else ""
            self.record([("answered", answered_body(done, ruling, self.under, commitment))])
        return done

    def whole(self, name: str) -> AssistanceRequest:
        """The whole of a kept request; InputError where there is none, or its words were erased."""
        return self._whole(self._found(name))

    def _found(self, name: str) -> Found:
        found = self.store.find(name)
        if found is None:
            raise InputError(f"there is no request `{name}`", "list them with `recuse request list`")
        if found.superseded_by is not None:
            raise InputError(f"request `{name}` is superseded by `{found.superseded_by}`", "answer that one")
        return found

    @staticmethod
    def _whole(found: Found) -> AssistanceRequest:
        if found.request.sealed is None:
            raise InputError(f"the words of request `{found.request.id}` were erased", "what is in the ledger remains")
        return parse_request(found.request.sealed.data)

    def _keep(self, rulings: Sequence[tuple[AssistanceRequest, Ruling]]) -> None:
        kept = [kept_request(request, ruling, self.salt()) for request, ruling in rulings]
        if not kept:
            return
        self.store.append(kept)
        self.record([self._entry(*pair, each) for pair, each in zip(rulings, kept, strict=True)])

    def _finish(self, kept: Sequence[KeptRequest], now: datetime) -> None:
        """Record what a crash left kept and unrecorded."""
        bodies = []
        for each in kept:
            if each.sealed is not None:
                request = parse_request(each.sealed.data)
                ruling = rule_on(self.assisting, request, now.date(), explain=False)
                bodies.append(self._entry(request, ruling, each))
        if bodies:
            self.record(bodies)

    def _entry(self, request: AssistanceRequest, ruling: Ruling, kept: KeptRequest) -> tuple[str, Mapping[str, JSON]]:
        types = codes(self.assisting.repository, request.instrument)
        commitment = kept.sealed.commitment if kept.sealed else ""
        return "asked", asked_body(request, ruling, types, self.under, commitment)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What an import did: requests added, with their rulings; how many were there already; how many only finished."""

    added: tuple[tuple[AssistanceRequest, Ruling], ...]
    known: int
    finished: int


def refusals(outcome: Outcome, request: AssistanceRequest, ruling: Ruling, now: datetime) -> Iterable[str]:
    """Why the policy in force does not let this outcome be given; none for one that gives nothing."""
    if outcome.word not in GIVING:
        return
    rules = f" by {', '.join(ruling.rules)}" if ruling.rules else ": no rule permits it"
    if ruling.verdict == "refused":
        yield f"the policy in force refuses this request{rules}"
    elif ruling.verdict == "permitted_in_part" and outcome.word == "complied":
        yield f"the policy in force permits this request in part only{rules}"
    beyond = sorted(set(outcome.categories) - set(ruling.categories))
    if beyond and ruling.verdict != "refused":
        yield f"the policy in force refuses {', '.join(f'`{name}`' for name in beyond)}{rules}"
    if request.lapses <= now:
        yield "this request has lapsed: it must be asked again"
    if request.until is not None and request.until <= now:
        yield "what was asked for was to end before now"


def _against_request(outcome: Outcome, request: AssistanceRequest) -> list[str]:
    """What an outcome says that its request does not bear."""
    wrong = []
    strange = sorted(set(outcome.categories) - set(request.categories))
    if strange:
        wrong.append(f"{', '.join(f'`{name}`' for name in strange)} was not asked for")
    if outcome.word == "complied" and set(outcome.categories) != set(request.categories):
        wrong.append("who complies gives every category asked for; say `complied_in_part` otherwise")
    if outcome.word == "complied_in_part" and request.categories and not outcome.categories:
        wrong.append("say which categories were given")
    if outcome.word not in GIVING and outcome.categories:
        wrong.append(f"`{outcome.word}` gives no category")
    if not outcome.by.strip():
        wrong.append("say who answers")
    return wrong


def _is_one(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _agrees(kept: KeptRequest, request: AssistanceRequest) -> bool:
    """Whether a source that is known asks for what it asked for then; of an erased one nobody can say, so it counts."""
    return kept.sealed is None or same(parse_request(kept.sealed.data), request)
