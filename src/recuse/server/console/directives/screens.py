"""The screens of directives: all of them with how each stands, one of them, and drafts."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from recuse.errors import RepositoryError, TargetError
from recuse.server.console.directives import beginning, editing, one_draft
from recuse.server.console.directives.asked import Fields, typed
from recuse.server.console.directives.coming import Coming, to_draft
from recuse.server.console.directives.desk import DirectiveDesk
from recuse.server.console.directives.rights import EDITORS
from recuse.server.console.directives.standing import standings
from recuse.server.console.screens import Console, Screen, Show
from recuse.server.console.showing import page
from recuse.server.identity import Role

PATH: Final = "/directives"
DRAFT: Final = f"{PATH}/drafts/{{name}}"
LOOKERS: Final[frozenset[Role]] = EDITORS | frozenset[Role]({"reviewer", "auditor", "administrator"})


def screens(desk: DirectiveDesk) -> tuple[Screen, ...]:
    """The screens of directives over these services; the first one is in the navigation."""
    both = ("GET", "POST")

    def over(show: Callable[[Coming], Response]) -> Show:
        def answer(console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
            try:
                return show(Coming(desk, console, request, frame))
            except RepositoryError as error:
                return page("directives_unread.html", frame, 503, problems=error.problems)
            except TargetError as error:
                told = f"{str(error)[:1].upper()}{str(error)[1:]}. Nothing was kept."
                return page("refused.html", frame, 503, heading="Drafts cannot be reached", told=told, code=503)

        return answer

    return (
        Screen(PATH, "Directives", LOOKERS, over(every), both),
        Screen(f"{PATH}/{{name}}", None, LOOKERS, over(one)),
        Screen(DRAFT, None, LOOKERS, over(one_draft.show), both),
        Screen(f"{DRAFT}/head", None, EDITORS, over(editing.head), both),
        Screen(f"{DRAFT}/text", None, EDITORS, over(editing.text), both),
        Screen(f"{DRAFT}/rules/{{place}}", None, EDITORS, over(editing.rule), both),
        Screen(f"{DRAFT}/papers", None, EDITORS, over(one_draft.bring), ("POST",)),
        Screen(f"{DRAFT}/folder.zip", None, LOOKERS, over(one_draft.folder)),
    )


def every(coming: Coming) -> Response:
    """All directives and drafts; a draft is begun here."""
    desk, repository = coming.desk, coming.desk.repository()
    problems, fields = dict[str, str](), Fields({})
    if coming.posted:
        coming.require()
        fields = typed(coming.request.state.form, ("title", "begin_with"))
        problems = beginning.problems_of(repository, fields)
        if not problems:
            draft = beginning.first(repository, desk.drafts.newest(), fields, coming.console.now())
            desk.drafts.keep(draft, 1, coming.by, coming.console.now())
            return to_draft(draft.id)
    drafts = desk.drafts.newest()
    shown: dict[str, Any] = {
        "standings": standings(repository, desk.moment()),
        "drafts": drafts,
        "looked": {each.draft.id: desk.look(each.draft) for each in drafts},
        "problems": problems,
        "fields": fields,
        "refusal": coming.refusal,
        "officials": repository.officials,
    }
    return page("directives.html", coming.frame, 400 if problems else 200, **shown)


def one(coming: Coming) -> Response:
    """One directive of the repository."""
    repository = coming.desk.repository()
    found = standings(repository, coming.desk.moment()).get(coming.request.path_params["name"])
    if found is None:
        raise HTTPException(404, "The policy repository holds no directive of this name.")
    directive = found.signed.directive
    shown = one_draft.changes(repository, directive, directive.cedar)
    shown |= {"standing": found, "directive": directive, "officials": repository.officials}
    shown["toml_sha256"] = hashlib.sha256(directive.raw).hexdigest()
    return page("directive.html", coming.frame, 200, **shown)
