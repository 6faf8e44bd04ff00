"""A draft with everything about it: sentences, Cedar, problems by line, what it changes, signatures and the plan."""

from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from recuse.directive.document import CEDAR, FILES
from recuse.errors import InputError, Problem
from recuse.model import Directive, Repository
from recuse.policy.plain.comparing import differences, lines, said
from recuse.server.console.directives.coming import Coming, to_draft
from recuse.server.console.directives.desk import PLAN, Looked
from recuse.server.console.directives.editing import take_away
from recuse.server.console.directives.kept import Paper
from recuse.server.console.directives.plans import Plan, read_plan
from recuse.server.console.directives.standing import judged, with_papers
from recuse.server.console.showing import page

_LARGEST: Final = 1 << 26  # bytes of a file that is brought
PAPERS: Final = (*(name for name in FILES if not name.endswith((".cedar", "directive.toml"))), PLAN)
"""What is brought for a draft: the two signatures, the confirmation, and a plan."""


def show(coming: Coming) -> Response:
    """The page; POST takes a rule away, or asks for a plan."""
    if coming.posted and str(coming.request.state.form.get("act", "")) == "plan":
        coming.require()
        version = coming.version()
        follows = coming.desk.plans.ask(version, coming.by)
        return to_draft(version.draft.id, "#plan") if follows is None else RedirectResponse(follows, 303)
    return take_away(coming) if coming.posted else _page(coming)


def bring(coming: Coming) -> Response:
    """Keep a file that was brought for the newest version: a signature, a confirmation or a plan."""
    coming.require()
    version, brought = coming.version(), coming.request.state.form.get("paper")
    if not isinstance(brought, UploadFile) or brought.filename not in PAPERS:
        raise HTTPException(400, f"Choose a file with one of these names: {', '.join(PAPERS)}.")
    data = brought.file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise HTTPException(400, "The file is larger than 64 MiB.")
    looked = coming.desk.look(version.draft)
    if looked.ready is None:
        raise HTTPException(409, "The draft does not fit yet, so nothing can be of it.")
    if brought.filename == PLAN and (refused := _plan(looked, data)[1]):
        raise HTTPException(400, f"{refused[:1].upper()}{refused[1:]}.")
    coming.desk.drafts.bring(
        version.draft.id, version.number, Paper(brought.filename, coming.console.now(), coming.by, data)
    )
    return to_draft(version.draft.id, "#plan" if brought.filename == PLAN else "#signatures")


def folder(coming: Coming) -> Response:
    """The draft's folder, with what was brought for it, as one file."""
    version = coming.version()
    ready = coming.desk.look(version.draft).ready
    if ready is None:
        raise HTTPException(409, "The draft does not fit yet: its problems stand on its page.")
    data = ready.zipped(coming.desk.drafts.papers(version.draft.id, version.number))
    name = f'attachment; filename="{version.draft.id}.zip"'
    return Response(data, media_type="application/zip", headers={"Content-Disposition": name})


def changes(repository: Repository, directive: Directive | None, cedar: str) -> dict[str, Any]:
    """What a text of rules says, and what it changes of the directives that it supersedes."""
    names = directive.supersedes if directive else ()
    ended = [repository.directives[name].directive.cedar for name in names if name in repository.directives]
    before, rules = "\n".join(ended), said(cedar, repository.agencies)
    return {
        "rules": rules,
        "differences": differences(said(before, repository.agencies), rules) if ended else (),
        "lines": tuple(lines(before, cedar)) if ended else (),
    }


def _page(coming: Coming) -> Response:
    version, repository = coming.version(), coming.desk.repository()
    looked = coming.desk.look(version.draft)
    papers = coming.desk.drafts.papers(version.draft.id, version.number)
    signed, wrong = with_papers(looked.ready.filled if looked.ready else version.draft, papers)
    directive = signed.directive if signed else None
    brought = papers[PLAN].data if PLAN in papers else None
    if brought is None and looked.ready is not None:
        brought = coming.desk.plans.find(looked.ready.cedar_sha256)
    plan, refused = _plan(looked, brought)
    shown: dict[str, Any] = {
        "version": version,
        "versions": coming.desk.drafts.versions(version.draft.id),
        "looked": looked,
        "directive": directive,
        "officials": repository.officials,
        "papers": papers,
        "paper_names": PAPERS,
        "paper_problems": wrong,
        "standing": judged(signed, repository, coming.desk.moment()) if signed and looked.ready else None,
        "plan": plan,
        "plan_refused": refused,
        "refusal": coming.refusal,
        "newest": not coming.request.query_params.get("version"),
        "by_line": _by_line(looked.problems),
    }
    return page("draft.html", coming.frame, 200, **shown, **changes(repository, directive, version.draft.cedar))


def _plan(looked: Looked, data: bytes | None) -> tuple[Plan | None, str]:
    """The plan of these rules, or why what there is is not it."""
    if looked.ready is None or data is None:
        return None, ""
    try:
        return read_plan(data, looked.ready.cedar_sha256, looked.ready.fitting.repository.policy_sha256), ""
    except InputError as error:
        return None, str(error)


def _by_line(problems: tuple[Problem, ...]) -> dict[int, list[Problem]]:
    """Problems of the Cedar text by their lines."""
    found: dict[int, list[Problem]] = {}
    for each in problems:
        if each.file.endswith(CEDAR) and each.line:
            found.setdefault(each.line, []).append(each)
    return found
