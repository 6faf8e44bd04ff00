"""One request about one draft: which version it is about, whether its visitor may change it, and the next one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recuse.directive.drafting import Draft
from recuse.errors import InputError
from recuse.policy.files import is_safe_name
from recuse.policy.plain.comparing import Said, said
from recuse.server.console.directives.desk import DirectiveDesk
from recuse.server.console.directives.kept import Version
from recuse.server.console.directives.rights import why_not
from recuse.server.console.screens import PREFIX, Console
from recuse.server.console.sentences import of_error, upper
from recuse.server.console.showing import page
from recuse.server.identity import Refusal


@dataclass(frozen=True, slots=True)
class Coming:
    """A request, with the services that answer it."""

    desk: DirectiveDesk
    console: Console
    request: Request
    frame: Mapping[str, Any]

    @property
    def posted(self) -> bool:
        """Whether a form was sent."""
        return self.request.method == "POST"

    @property
    def refusal(self) -> Refusal | None:
        """Why its visitor may not edit now, or None."""
        return why_not(self.frame["visitor"], self.console.now())

    @property
    def by(self) -> str:
        """Its visitor's pseudonym."""
        return self.desk.pseudonym(self.frame["visitor"].person)

    def version(self) -> Version:
        """The version that the address names, or the newest."""
        name, wanted = self.request.path_params["name"], self.request.query_params.get("version", "")
        found = self.desk.drafts.versions(name) if is_safe_name(name) else ()
        chosen = [each for each in found if str(each.number) == wanted] if wanted else found
        if not chosen:
            raise HTTPException(404, "There is no such draft.")
        return chosen[-1]

    def rules(self, version: Version) -> tuple[Said, ...]:
        """The rules of a version; none where its text is not Cedar."""
        return said(version.draft.cedar, self.desk.repository().agencies)

    def require(self) -> None:
        """Raise 403 where its visitor may not edit now."""
        if self.refusal is not None:
            raise HTTPException(403, f"{upper(self.refusal.sentence)}: {self.refusal.remedy}.")

    def keep(self, draft: Draft) -> dict[str, str]:
        """Keep one more version after the one that the form was made of; or why not, under the name `version`."""
        if self.refusal is not None:
            return {"version": f"{upper(self.refusal.sentence)}: {self.refusal.remedy}. Nothing was kept."}
        number = str(self.request.state.form.get("version", ""))
        if not re.fullmatch(r"[1-9][0-9]{0,8}", number):
            return {"version": "The form does not say which version it changes."}
        try:
            self.desk.drafts.keep(draft, int(number) + 1, self.by, self.console.now())
        except InputError as error:
            return {"version": of_error(error)}
        return {}

    def form(self, template: str, version: Version, problems: Mapping[str, str], given: Mapping[str, Any]) -> Response:
        """A form about a version, with what was typed and what is wrong with it."""
        shown = {"version": version, "problems": problems, "refusal": self.refusal, **given}
        return page(template, self.frame, 400 if problems else 200, **shown)


def to_draft(name: str, place: str = "") -> Response:
    """To a draft's own address."""
    return RedirectResponse(f"{PREFIX}/directives/drafts/{name}{place}", 303)
