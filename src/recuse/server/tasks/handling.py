"""Takes a request for access in for a program, says how it stands, and withdraws it.

The handle is kept first and the request after, under one id: a program that was cut off sends the same again under the
same key, and what was begun is finished, never doubled.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from recuse.errors import RefusedError
from recuse.model import Request
from recuse.permits import lapses_of
from recuse.server.answers import text_of
from recuse.server.authzen import Evaluation
from recuse.server.deciding import DecisionPoint
from recuse.server.names import Names
from recuse.server.settings import Caller
from recuse.server.tasks.binding import Binder, bound, same
from recuse.server.tasks.problems import ProblemError
from recuse.server.tasks.submission import Submission

Status = Literal["pending", "approved", "denied", "expired", "cancelled", "failed"]
"""How a task stands, in the profile's words."""
_CHANGED: Final = "send subject, action, resource and context just as they were denied"


@dataclass(frozen=True, slots=True)
class Handle:
    """What is kept of a submission: its request's id, whose it is, by which denial, key and body."""

    id: str
    caller: str
    evaluation: str
    key: str | None
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request for a permit stands: when it lapses, and of one that was approved since when and until when."""

    status: Status
    lapses: datetime
    approved: datetime | None = None
    until: datetime | None = None


class Handles(Protocol):
    """What keeps handles, for all server processes. Methods raise TargetError when it cannot be used."""

    def add(self, handle: Handle) -> bool:
        """Keep it; False where the denial was asked for already, or its caller used the key."""
        ...

    def find(self, name: str) -> Handle | None:
        """A handle by its request's id."""
        ...

    def by_key(self, caller: str, key: str) -> Handle | None:
        """What a caller sent under a key."""
        ...

    def drop(self, name: str) -> None:
        """Forget a handle whose request was refused, so that it can be mended and sent again."""
        ...


class Counter(Protocol):
    """Where permits are asked for. Methods raise LedgerError or TargetError when nothing can be done now."""

    def ask(self, request: Request, caller: str) -> None:
        """Record a request; again is harmless. `RefusedError` when the policy would not let it be answered."""
        ...

    def standing(self, name: str) -> Standing | None:
        """How a request stands; None when there is none."""
        ...

    def withdraw(self, name: str, caller: str) -> None:
        """End a request that was not answered; again is harmless. `RefusedError` when it was."""
        ...


@dataclass(frozen=True, slots=True)
class Tasks:
    """The access request service: what signs denials, what keeps handles, and where permits are asked for."""

    binder: Binder
    handles: Handles
    counter: Counter
    base: str
    now: Callable[[], datetime]
    identify: Callable[[], str]
    patience: float = 5.0

    def hint(self, caller: Caller) -> Callable[[Evaluation, str, datetime], dict[str, Any]]:
        """What says to this caller how its denials can be asked for."""

        def told(asked: Evaluation, evaluation: str, at: datetime) -> dict[str, Any]:
            token, expires = self.binder.token(asked, evaluation, caller.id, at)
            return {
                "expires_at": expires,
                "binding_token": token,
                "request_schema_url": f"{self.base}/access/v1/request-schema",
                "display": {"title": {"en": "Ask for a permit"}},
            }

        return told

    def submit(
        self, submission: Submission, raw: dict[str, Any], caller: Caller, key: str | None, meaning: "Meaning"
    ) -> dict[str, Any]:
        """Take it in; its task. `ProblemError` for what the profile refuses.

        What it means is asked after its denial was known again: otherwise it would answer questions without a record.
        """
        digest = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
        known = self.handles.by_key(caller.id, key) if key else None
        if known is None:
            known = self._new(submission, caller, key, digest)
        elif known.sha256 != digest:
            raise ProblemError(
                "duplicate_request", "another request was sent under this Idempotency-Key: use a new one"
            )
        standing = self.counter.standing(known.id)
        if standing is None:
            self._ask(known, submission, meaning)
            standing = self.counter.standing(known.id)
        return self._document(known.id, standing)

    def status(self, name: str, caller: Caller) -> dict[str, Any]:
        """How a task stands. `ProblemError` for one that is not this caller's."""
        handle = self._own(name, caller)
        return self._document(handle.id, self.counter.standing(handle.id))

    def cancel(self, name: str, caller: Caller) -> dict[str, Any]:
        """Withdraw a task's request. `ProblemError` for one that is over, or not this caller's."""
        handle = self._own(name, caller)
        standing = self.counter.standing(handle.id)
        if standing is None or standing.status != "pending":
            raise ProblemError("invalid_task_state", "it was answered, or is over: look at its status")
        try:
            self.counter.withdraw(handle.id, caller.id)
        except RefusedError as error:
            raise ProblemError("invalid_task_state", error.message) from error
        return self._document(handle.id, self.counter.standing(handle.id))

    def _own(self, name: str, caller: Caller) -> Handle:
        found = self.handles.find(name)
        if found is None or found.caller != caller.id:
            raise ProblemError("unknown_task", "no task of yours has this id")
        return found

    def _new(self, submission: Submission, caller: Caller, key: str | None, digest: str) -> Handle:
        now = self.now()
        denial = self.binder.read(submission.token, caller.id, now)
        if not same(bound(submission.asked), denial.asked):
            raise ProblemError("invalid_denial_binding", f"this is not the question that was denied: {_CHANGED}")
        if _moment(submission.expires) != denial.expires:
            raise ProblemError("invalid_denial_binding", "`denial.expires_at` is not the denial's: send it as it came")
        handle = Handle(self.identify(), caller.id, denial.evaluation, key, digest, now)
        if not self.handles.add(handle):
            raise ProblemError("invalid_denial_binding", "this denial was asked for already: evaluate again")
        return handle

    def _ask(self, handle: Handle, submission: Submission, meaning: "Meaning") -> None:
        try:
            self.counter.ask(_request(handle, submission, meaning()), handle.caller)
        except RefusedError as error:
            self.handles.drop(handle.id)
            raise ProblemError("not_requestable", "; ".join(error.message.splitlines())) from error

    def _document(self, name: str, standing: Standing | None) -> dict[str, Any]:
        address = f"{self.base}/access/v1/requests/{name}"
        task: dict[str, Any] = {"id": name, "status": standing.status if standing else "failed"}
        task["status_endpoint"] = address
        if standing is None:
            return {"task": task}
        task["expires_at"] = text_of(standing.lapses)
        if standing.status == "pending":
            task["links"] = {"cancel": f"{address}/cancel"}
        if standing.status != "approved" or standing.approved is None or standing.until is None:
            return {"task": task}
        approval = {"id": name, "approved_at": text_of(standing.approved), "approved_until": text_of(standing.until)}
        return {"task": task, "result": {"mode": "reevaluate", "approval": approval}}


@dataclass(frozen=True, slots=True)
class Meant:
    """What a question means in our own names: the account, and what it declares."""

    system: str
    login: str
    purpose: str
    authority: str
    agreement: str | None
    case: str | None


Meaning = Callable[[], Meant]
"""What a denied question means, once it is known to be one."""


def meant(point: DecisionPoint, names: Names, asked: Evaluation, at: datetime) -> Meant:
    """What a denied question declares. `ProblemError` where a permit could not make it permitted."""
    ours = names.ours(asked)
    found = point.declaration(ours, at)
    if found is None or point.answer(ours, at).reason not in {"no_permit", "permitted"}:
        raise ProblemError("not_requestable", "no permit would make this permitted: see `would_change` of the denial")
    account, context = found
    case = ours.context.get("case")
    return Meant(
        account.system, account.login, context.circumstances.purpose, context.circumstances.authority,
        context.agreement, case if isinstance(case, str) else None,
    )  # fmt: skip


def _request(handle: Handle, submission: Submission, meant: Meant) -> Request:
    return Request(
        id=handle.id, at=handle.at, requested_by=submission.requested_by, on_behalf_of=submission.on_behalf_of,
        system=meant.system, login=meant.login, purpose=meant.purpose, authority=meant.authority,
        agreement=meant.agreement, case=meant.case, instrument=submission.instrument, evidence=submission.evidence,
        until=submission.until, lapses=submission.lapses or lapses_of(handle.at, submission.until),
        person=person_of(handle.caller),
    )  # fmt: skip


def person_of(caller: str) -> str:
    """How a program stands where a person's issuer and subject do."""
    return f"program {caller}"


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
