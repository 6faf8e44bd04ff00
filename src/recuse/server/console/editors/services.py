"""The screen of a service: a small form, judged by the directory's own rules; what is kept goes into our own feed."""

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from recuse.directory.records import STATUSES
from recuse.directory.standing import standing
from recuse.errors import InputError
from recuse.server.console.directives.asked import Fields, typed
from recuse.server.console.editors.changing import changes
from recuse.server.console.editors.coming import Coming
from recuse.server.console.editors.correcting import TYPED, corrected, fields_of, fields_said, said_of
from recuse.server.console.editors.kept import Edit
from recuse.server.console.editors.listing import BASE
from recuse.server.console.editors.rights import why_not_edit
from recuse.server.console.sentences import of_error, upper
from recuse.server.console.showing import page

LABELS: Final = {
    "name": "Name", "description": "Description", "phones": "Telephone numbers", "hours": "Opening hours",
    "bring": "What to bring", "languages": "Languages", "alert": "Alert", "status": "Status",
    "no_id": "No identification needed", "assured": "Assured today",
}  # fmt: skip


def show(coming: Coming) -> Response:
    """The service; POST keeps what was typed, whole or not at all."""
    folder, name = coming.folder, coming.name()
    entry = folder.entry(name)
    if entry is None or folder.directory is None:
        raise HTTPException(404, "No feed has a service of this id.")
    last = coming.desk.edits.last("service", name)
    kept = last.said if last else None
    fields = fields_of(entry.service, folder.directory.settings) if kept is None else fields_said(kept)
    refused, problems = why_not_edit(coming.visitor, coming.now), dict[str, str]()
    if coming.posted:
        fields = typed(coming.request.state.form, TYPED)
        if refused is not None:
            problems = {"version": f"{upper(refused.sentence)}: {refused.remedy}. Nothing was kept."}
        else:
            problems = _keep(coming, fields)
        if not problems:
            return RedirectResponse(f"{BASE}/services/{name}#kept", 303)
    settings = folder.directory.settings
    shown: dict[str, Any] = {
        "entry": entry, "fields": fields, "problems": problems, "labels": LABELS, "refusal": refused,
        "statuses": [(each, each) for each in STATUSES], "stands": standing(entry, settings, coming.today),
        "has_no_id": bool(settings.no_id_documents), "version": 0 if last is None else last.version, "last": last,
        "kept": changes(folder, [last], coming.today).every if last is not None and kept is not None else (),
        "feed_wrong": folder.feed_wrong, "titles": {each.name: each.title for each in settings.feeds},
        "elsewhere": any(at.schedules for at in entry.service.service_at_locations),
    }  # fmt: skip
    return page("content_service.html", coming.frame, 400 if problems else 200, **shown)


def _keep(coming: Coming, fields: Fields) -> dict[str, str]:
    """Keep one more version after the one that the form was made of; or why not, by field."""
    folder, name = coming.folder, coming.name()
    entry, directory = folder.entry(name), folder.directory
    if entry is None or directory is None or folder.feed_wrong:
        return {"version": f"{upper(folder.feed_wrong)}. Nothing was kept."}
    last, number = coming.desk.edits.last("service", name), coming.typed("version")
    if number != str(0 if last is None else last.version):
        return {"version": "Somebody corrected this service meanwhile: look at what they kept, and say it again."}
    said = said_of(fields, entry.service, coming.today)
    if last is not None and last.said is not None and fields.one("assured") != "yes":
        said = {**said, "assured_date": last.said["assured_date"]}
    _, problems = corrected(said, entry, directory)
    if problems:
        return problems
    try:
        edit = Edit("service", name, int(number) + 1, coming.now, coming.by, said)
        coming.desk.edits.keep(edit)
    except InputError as error:
        return {"version": of_error(error)}
    return {}
