"""One request to an editors' screen: who comes, on which day, and the folder as it is then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from recuse.server.console.editors.desk import ContentDesk, Folder
from recuse.server.console.screens import Console
from recuse.server.console.sentences import upper
from recuse.server.identity import Refusal, Visitor


@dataclass(frozen=True, slots=True)
class Coming:
    """A request, with the services that answer it, and the content folder as it was read for it."""

    desk: ContentDesk
    console: Console
    request: Request
    frame: Mapping[str, Any]
    folder: Folder

    @property
    def posted(self) -> bool:
        """Whether a form was sent."""
        return self.request.method == "POST"

    @property
    def now(self) -> datetime:
        """The moment of this page."""
        found: datetime = self.frame["now"]
        return found

    @property
    def today(self) -> date:
        """The day of this page, in UTC."""
        return self.now.date()

    @property
    def visitor(self) -> Visitor:
        """Who comes."""
        found: Visitor = self.frame["visitor"]
        return found

    @property
    def by(self) -> str:
        """Its visitor's pseudonym."""
        return self.desk.pseudonym(self.visitor.person)

    def name(self, what: str = "name") -> str:
        """A part of the address."""
        found: str = self.request.path_params[what]
        return found

    def typed(self, name: str) -> str:
        """A field of the form that was sent, without spaces around it."""
        return str(self.request.state.form.get(name, "")).strip()


def require(refused: Refusal | None) -> None:
    """Raise 403 where somebody may not."""
    if refused is not None:
        raise HTTPException(403, f"{upper(refused.sentence)}: {refused.remedy}.")
