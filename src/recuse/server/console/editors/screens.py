"""The editors' screens: what is due, a text, a service, and all that was kept, to be taken away as files."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recuse.csv_text import csv_text
from recuse.errors import ContentError, InputError, TargetError
from recuse.policy.plain.comparing import lines
from recuse.server.console.editors import services, texts
from recuse.server.console.editors.changing import Changes, changes
from recuse.server.console.editors.coming import Coming, require
from recuse.server.console.editors.desk import ContentDesk
from recuse.server.console.editors.kept import Edit, kind_of
from recuse.server.console.editors.listing import BASE, PAGE, STATES, WHAT, items, parse_asked, table
from recuse.server.console.editors.rights import EDITORS, LOOKERS, why_not_edit
from recuse.server.console.screens import Console, Screen, Show
from recuse.server.console.sentences import of_error
from recuse.server.console.showing import page
from recuse.server.console.zipped import zipped

PATH: Final = "/content"
LINES: Final = 400
"""Lines of a file's difference that a page shows; the files themselves have all."""


def screens(desk: ContentDesk) -> tuple[Screen, ...]:
    """The screens of editors over these services; the first one is in the navigation."""
    both = ("GET", "POST")

    def over(show: Callable[[Coming], Response]) -> Show:
        def answer(console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
            try:
                return show(Coming(desk, console, request, frame, desk.folder(frame["now"].date())))
            except ContentError as error:
                return page("content_unread.html", frame, 503, problems=error.problems)
            except TargetError as error:
                told = f"{of_error(error)} Nothing was kept."
                return page("refused.html", frame, 503, heading="Edits cannot be reached", told=told, code=503)

        return answer

    return (
        Screen(PATH, "Content", LOOKERS, over(due)),
        Screen(f"{PATH}/due.csv", None, LOOKERS, over(due_csv)),
        Screen(f"{PATH}/changes", None, LOOKERS, over(changed), both),
        Screen(f"{PATH}/changes.zip", None, LOOKERS, over(folder)),
        Screen(f"{PATH}/texts/{{name}}/{{language}}", None, LOOKERS, over(texts.show), both),
        Screen(f"{PATH}/services/{{name}}", None, LOOKERS, over(services.show), both),
    )


def due(coming: Coming) -> Response:
    """What is due, with filters."""
    asked = parse_asked(coming.request.query_params)
    every = items(coming.folder, coming.today)
    found = [each for each in every if asked.fits(each)]
    pages = max(1, -(-len(found) // PAGE))
    at = min(asked.page, pages)
    directory, wrong, pending = coming.folder.directory, coming.folder.wrong, _pending(coming)
    shown: dict[str, Any] = {
        "asked": asked, "base": BASE, "found": found[(at - 1) * PAGE : at * PAGE], "count": len(found), "pages": pages,
        "at": at, "what": WHAT, "states": STATES, "languages": coming.folder.content.site.languages,
        "feeds": [each.name for each in directory.settings.feeds] if directory else [],
        "why": of_error(wrong) if wrong else "", "waiting": len(pending.files), "stuck": pending.wrong is not None,
        "demonstration": coming.folder.content.site.demonstration,
        "counts": {state: sum(each.state == state for each in every) for state in STATES},
    }  # fmt: skip
    return page("content.html", coming.frame, 400 if asked.problems else 200, **shown)


def due_csv(coming: Coming) -> Response:
    """All that the filters find."""
    asked = parse_asked(coming.request.query_params)
    if asked.problems:
        raise HTTPException(400, " ".join(asked.problems.values()))
    rows = table(each for each in items(coming.folder, coming.today) if asked.fits(each))
    name = f'attachment; filename="recuse-content-due-{coming.today}.csv"'
    return Response(csv_text(rows), media_type="text/csv", headers={"Content-Disposition": name})


def changed(coming: Coming) -> Response:
    """All that was kept and what it changes; POST withdraws one."""
    if coming.posted:
        _withdraw(coming)
        return RedirectResponse(f"{BASE}/changes", 303)
    found = _pending(coming)
    shown: dict[str, Any] = {
        "found": found, "refusal": why_not_edit(coming.visitor, coming.now), "by": coming.by, "base": BASE,
        "differences": {name: tuple(_difference(coming, name, raw)) for name, raw in sorted(found.files.items())},
        "most": LINES, "edits_here": bool(coming.visitor.roles & EDITORS),
        "wrong": of_error(found.wrong) if found.wrong else "",
    }  # fmt: skip
    return page("content_changes.html", coming.frame, 200, **shown)


def folder(coming: Coming) -> Response:
    """The files that differ, as one archive to be put over the content folder."""
    found = _pending(coming)
    if found.wrong:
        raise HTTPException(409, of_error(found.wrong))
    if not found.files:
        raise HTTPException(404, "Nothing is kept here that the content folder does not have.")
    name = f'attachment; filename="recuse-content-{coming.today}.zip"'
    return Response(
        zipped(dict(sorted(found.files.items()))), media_type="application/zip", headers={"Content-Disposition": name}
    )


def _pending(coming: Coming) -> Changes:
    return changes(coming.folder, coming.desk.edits.newest(), coming.today)


def _withdraw(coming: Coming) -> None:
    """Withdraw one's own review, or the correction of a service. What was kept stays in the state."""
    require(why_not_edit(coming.visitor, coming.now))
    kind, subject, number = kind_of(coming.typed("kind")), coming.typed("subject"), coming.typed("version")
    last = coming.desk.edits.last(kind, subject) if kind else None
    if kind is None or last is None or last.said is None:
        raise HTTPException(404, "There is no such edit, or it is withdrawn already.")
    if kind == "review" and last.by != coming.by:
        raise HTTPException(403, "A review is withdrawn by whoever gave it.")
    if number != str(last.version):
        raise HTTPException(409, "It was changed meanwhile: look at it again before you withdraw it.")
    try:
        coming.desk.edits.keep(Edit(kind, subject, last.version + 1, coming.now, coming.by, None))
    except InputError as error:
        raise HTTPException(409, of_error(error)) from error


def _difference(coming: Coming, name: str, raw: bytes) -> Iterator[str]:
    """The lines that a file gains and loses."""
    old = coming.folder.files.get(name, b"").decode("utf-8", "replace")
    yield from (each for each in lines(old, raw.decode("utf-8", "replace")) if not each.startswith(("---", "+++")))
