"""What the screens of jobs answer: the list, one job, its live part, and what asks for a plan or its application."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from recuse.jobs import Asked, Asking, Job, courses
from recuse.server.console.applying.work import Applying, no_applying, plan_of
from recuse.server.console.assistance.work import Frame, now_of, told, visitor_of
from recuse.server.console.pages import render
from recuse.server.console.screens import PREFIX, Console, Show
from recuse.server.console.showing import page
from recuse.server.identity import Visitor, refusal

BASE: Final = f"{PREFIX}/jobs"
_SHOWN: Final = 50
_NOTES: Final = 20
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "queued": ("plain", "queued"), "taken": ("doubt", "at work"), "done": ("good", "done"), "failed": ("bad", "failed"),
    "refused": ("bad", "refused"), "cut_short": ("bad", "cut short"),
}  # fmt: skip
"""Each state with a sign and a word."""
KINDS: Final[Mapping[str, str]] = {
    "end_sessions": "End sessions", "plan": "Plan", "plan_draft": "Plan of a draft", "apply": "Apply",
    "verify": "Verify",
}  # fmt: skip


def show_list(work: Applying) -> Show:
    """The newest jobs, the workers heard of, and the form that asks for a plan."""

    def show(_console: Console, _request: Request, frame: Mapping[str, Any], /) -> Response:
        return _list(work, frame)

    return told(show)


def queue_plan(work: Applying) -> Show:
    """Ask for a plan of the policy as it is now."""

    def show(_console: Console, _request: Request, frame: Mapping[str, Any], /) -> Response:
        visitor = visitor_of(frame)
        if refusal(visitor, "administer", (), now_of(frame)) is not None:
            return _list(work, frame, 403)
        with work.queue() as queue:
            job = queue.put(Asked("plan", work.named(visitor), {"policy_sha256": work.policy()}))
        return RedirectResponse(f"{BASE}/{job.id}", 303)

    return told(show)


def show_one(work: Applying) -> Show:
    """One job, followed while it is open."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        with work.queue() as queue:
            job = found(queue, request.path_params["id"])
            plan = plan_of(queue, job)
            shown = {**live(work, queue, job, visitor_of(frame)), **_looked(plan)}
            digest = hashlib.sha256(queue.document(job.id) or b"").hexdigest() if plan else ""
        by_itself = request.query_params.get("refresh") == "5" and job.open
        signed = {each.directive: each for each in work.signed()} if plan else {}
        answer = page("job.html", frame, plan=plan, digest=digest, signed=signed, by_itself=by_itself, **shown)
        if by_itself:
            answer.headers["Refresh"] = "5"
        return answer

    return told(show)


def show_live(work: Applying) -> Show:
    """The live part of a job's page alone, for those who ask again and again."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        with work.queue() as queue:
            job = found(queue, request.query_params.get("id", ""))
            return HTMLResponse(part(frame, live(work, queue, job, visitor_of(frame)), polls=True))

    return told(show)


def confirm(work: Applying) -> Show:
    """The page before a plan is applied: what it does, who signed it, why not; and what takes the answer."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        visitor, now = visitor_of(frame), now_of(frame)
        with work.queue() as queue:
            job = found(queue, request.path_params["id"])
            plan = plan_of(queue, job)
            if plan is None:
                raise HTTPException(404, "This job left no plan, so there is nothing to apply.")
            digest = hashlib.sha256(queue.document(job.id) or b"").hexdigest()
            signed = work.signed()
            barred = no_applying(visitor, plan, signed, now)
            problem, status = "", 403 if barred is not None and request.method == "POST" else 200
            if request.method == "POST" and barred is None:
                form = request.state.form
                if form.get("looked") == "yes" and form.get("plan_sha256") == digest:
                    asked = queue.put(Asked("apply", work.named(visitor), {"plan_sha256": digest}))
                    return RedirectResponse(f"{BASE}/{asked.id}", 303)
                problem, status = "Say that you have looked at what it does: nothing was queued.", 400
        by, address = {each.directive: each for each in signed}, f"{BASE}/{job.id}/apply"
        shown = {"job": job, "plan": plan, "digest": digest, "signed": by, "barred": barred, "problem": problem}
        return page("job_apply.html", frame, status, base=BASE, here_=address, **shown, **_looked(plan))

    return told(show)


def found(queue: Asking, name: str) -> Job:
    """A job by its id. HTTPException where there is none."""
    job = queue.find(name[:64])
    if job is None:
        raise HTTPException(404, "There is no such job.")
    return job


def live(work: Applying, queue: Asking, job: Job, visitor: Visitor) -> dict[str, Any]:
    """What the live part shows."""
    notes = queue.notes(job.id)
    return {
        "base": BASE, "job": job, "word": WORDS[job.state], "kind": KINDS[job.kind], "courses": courses(notes, job),
        "notes": notes[-_NOTES:][::-1], "count": len(notes), "yours": job.asked.asked_by == work.named(visitor),
        "waited": _alive(queue, job),
    }  # fmt: skip


def part(frame: Frame, shown: Mapping[str, Any], *, polls: bool) -> str:
    """The live part as HTML; with `polls` it asks for itself again every two seconds while the job is open."""
    return render("job_live.html", {**frame, **shown, "polls": polls})


def _alive(queue: Asking, job: Job) -> bool:
    """Whether a worker lives that takes such jobs; asked of what waits only."""
    return job.state != "queued" or any(job.kind in each.kinds and each.ended is None for each in queue.beats())


def _list(work: Applying, frame: Frame, status: int = 200) -> Response:
    visitor = visitor_of(frame)
    with work.queue() as queue:
        jobs, beats = queue.recent(_SHOWN), queue.beats()
    own = work.named(visitor)
    barred = refusal(visitor, "administer", (), now_of(frame)) if "administrator" in visitor.roles else None
    shown = {"jobs": jobs, "beats": beats[:5], "yours": own, "barred": barred, "words": WORDS, "kinds": KINDS}
    return page("jobs.html", frame, status, base=BASE, policy=work.policy(), **shown)


def _looked(plan: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a page shows of a plan: its statements by phase, its hazards once each, whose sessions end."""
    if plan is None:
        return {"phases": {}, "hazards": []}
    hazards: dict[tuple[str, str], int] = Counter(
        (each["code"], each["sentence"]) for change in plan["changes"] for each in change["hazards"]
    )
    return {"phases": dict(Counter(change["phase"] for change in plan["changes"])), "hazards": sorted(hazards.items())}
