"""Saved searches: screens that keep the address of a search under a name, for oneself or for all with one's role.

Only what a search of the record says is kept, in the words of its address: nothing else that an address might hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recuse.errors import InputError, TargetError
from recuse.server.console.asking import parse_search
from recuse.server.console.screens import OVERSIGHT, PREFIX, Console, Screen, Show
from recuse.server.console.sentences import of_error
from recuse.server.console.showing import Frame, page
from recuse.server.identity import Role, Visitor
from recuse.server.searches import LONGEST_ADDRESS, LONGEST_NAME, Saved, Searches, Wanted

LIST: Final = "/record/searches"
_MINE: Final = "only-me"
_WORDS: Final = {
    "record": "Record", "id": "Id", "kind": "Kind", "system": "System", "agency": "Agency", "purpose": "Purpose",
    "answer": "Answer", "account": "Account contains", "caller": "Caller contains", "since": "From, UTC",
    "until": "Until, UTC", "order": "Order",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody wrote: a name, and who else shall see it, as they wrote it."""

    name: str
    role: str

    @classmethod
    def of(cls, request: Request) -> "Form":
        """The form that was sent."""
        said = request.state.form
        return cls(str(said.get("name", "")).strip(), str(said.get("role", "")))

    def problems(self, visitor: Visitor) -> dict[str, str]:
        """What cannot be kept, by field."""
        found: dict[str, str] = {}
        if not 0 < len(self.name) <= LONGEST_NAME or not self.name.isprintable():
            found["name"] = f"Write a name of 1 to {LONGEST_NAME} characters, in one line."
        if self.role not in (_MINE, *shared_with(visitor)):
            found["role"] = "Choose who sees it."
        return found

    def wanted(self, address: str) -> Wanted:
        """What is to be kept, once nothing is wrong."""
        return Wanted(self.name, address, None if self.role == _MINE else cast("Role", self.role))


def screens(searches: Searches) -> tuple[Screen, ...]:
    """The screens of saved searches, over the place that keeps them."""
    keeping = _Keeping(searches)
    both = ("GET", "POST")
    return (
        Screen(LIST, None, OVERSIGHT, _told(keeping.show)),
        Screen(f"{LIST}/new", None, OVERSIGHT, _told(keeping.new), both),
        Screen(f"{LIST}/{{number}}", None, OVERSIGHT, _told(keeping.one), both),
        Screen(f"{LIST}/{{number}}/delete", None, OVERSIGHT, _told(keeping.delete), ("POST",)),
    )


def shared_with(visitor: Visitor) -> tuple[Role, ...]:
    """The roles with which a visitor may share: their own that open the record."""
    return tuple(sorted(visitor.roles & OVERSIGHT))


def words(address: str) -> Iterator[tuple[str, str]]:
    """What a kept address looks for, each with the name of its field."""
    for name, value in parse_qsl(address.partition("?")[2]):
        yield _WORDS.get(name, name), value


class _Keeping:
    def __init__(self, searches: Searches) -> None:
        self._searches = searches

    def show(self, _console: Console, _request: Request, frame: Frame) -> Response:
        """One's own, and those of others with a role of one's own."""
        visitor = _visitor(frame)
        found = self._searches.seen_by(visitor.person, visitor.roles)
        own = [each for each in found if each.person == visitor.person]
        shared = [each for each in found if each.person != visitor.person]
        return page("searches.html", frame, own=own, shared=shared, words=words)

    def new(self, _console: Console, request: Request, frame: Frame) -> Response:
        """Ask for a name, and keep the search that the address holds."""
        visitor = _visitor(frame)
        search, wrong = parse_search(request.query_params)
        address = "/record" + search.address(page=1, upto=None, upto_decisions=None)
        if wrong or len(address) > LONGEST_ADDRESS:
            raise HTTPException(400, " ".join(wrong.values()) or "This search is too long to be kept.")
        form, problems = Form("", ""), dict[str, str]()
        if request.method == "POST":
            form = Form.of(request)
            problems = form.problems(visitor)
            if not problems:
                try:
                    number = self._searches.save(visitor.person, visitor.name, form.wanted(address), frame["now"])
                    return RedirectResponse(f"{PREFIX}{LIST}/{number}", 303)
                except InputError as error:
                    problems = {"name": of_error(error)}
        action = f"{LIST}/new{address.removeprefix('/record')}"
        return _form(frame, (form, problems), action=action, address=address, saved=None)

    def one(self, _console: Console, request: Request, frame: Frame) -> Response:
        """One search; for who keeps it, with a form for its name and readers."""
        visitor, saved = _visitor(frame), self._found(request, frame)
        form, problems = Form(saved.kept.name, saved.kept.role or _MINE), dict[str, str]()
        if request.method == "POST":
            form = Form.of(request)
            problems = form.problems(visitor)
            if not problems:
                try:
                    changed = self._searches.change(visitor.person, saved.id, form.wanted(saved.kept.address))
                except InputError as error:
                    problems = {"name": of_error(error)}
                else:
                    return _not_theirs() if not changed else RedirectResponse(f"{PREFIX}{LIST}/{saved.id}", 303)
        action = f"{LIST}/{saved.id}"
        return _form(frame, (form, problems), action=action, address=saved.kept.address, saved=saved)

    def delete(self, _console: Console, request: Request, frame: Frame) -> Response:
        """Keep one's own no longer."""
        visitor, saved = _visitor(frame), self._found(request, frame)
        if not self._searches.delete(visitor.person, saved.id):
            return _not_theirs()
        return RedirectResponse(f"{PREFIX}{LIST}", 303)

    def _found(self, request: Request, frame: Frame) -> Saved:
        visitor, text = _visitor(frame), request.path_params["number"]
        for each in self._searches.seen_by(visitor.person, visitor.roles):
            if str(each.id) == text:
                return each
        raise HTTPException(404, "No search with this number is kept for you.")


def _told(show: Show) -> Show:
    """A screen that says so where searches cannot be kept or found now."""

    def shown(console: Console, request: Request, frame: Frame, /) -> Response:
        try:
            return show(console, request, frame)
        except TargetError as error:
            heading, told = "Saved searches cannot be used now", f"{of_error(error)} The record can still be searched."
            return page("refused.html", frame, 503, heading=heading, told=told, code=503)

    return shown


def _form(frame: Frame, written: tuple[Form, dict[str, str]], **values: Any) -> Response:
    form, problems = written
    choices = [
        (_MINE, "Only me"),
        *((role, f"Everybody with the role {role}") for role in shared_with(_visitor(frame))),
    ]
    status = 400 if problems else 200
    return page("search.html", frame, status, form=form, problems=problems, choices=choices, words=words, **values)


def _not_theirs() -> Response:
    raise HTTPException(403, "Only who saved a search may change or delete it.")


def _visitor(frame: Frame) -> Visitor:
    visitor: Visitor = frame["visitor"]
    return visitor
