"""Forms that change a draft: its head, its text, one rule. Each act makes one more version and goes to the draft."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from recuse.directive.document import parse_directive
from recuse.directive.drafting import Draft, Head
from recuse.errors import InputError
from recuse.policy.plain import append, remove, replace_rule, to_cedar
from recuse.policy.plain.comparing import Said
from recuse.server.console.directives.asked import (
    HEAD_FIELDS,
    Fields,
    choices,
    fields_of,
    head_fields,
    head_of,
    rewritten,
    rule_fields,
    rule_of,
    typed,
)
from recuse.server.console.directives.coming import Coming, to_draft

_LARGEST: Final = 1 << 20  # characters of a text


def take_away(coming: Coming) -> Response:
    """Take a rule away, with the comment right above it."""
    coming.require()
    version, form = coming.version(), coming.request.state.form
    try:
        cedar = remove(version.draft.cedar, int(str(form.get("place", ""))))
    except (ValueError, InputError) as error:
        raise HTTPException(400, f"This rule cannot be taken away: {error}.") from error
    problems = coming.keep(Draft(version.draft.id, version.draft.toml, cedar))
    if problems:
        raise HTTPException(409, " ".join(problems.values()))
    return to_draft(version.draft.id, "#rules")


def head(coming: Coming) -> Response:
    """The form of what a draft says besides its rules."""
    version, problems = coming.version(), dict[str, str]()
    found = parse_directive(version.draft.id, version.draft.files, [])
    fields = Fields({}) if found is None else head_fields(Head.of(found.directive))
    if coming.posted:
        fields = typed(coming.request.state.form, HEAD_FIELDS)
        said, problems = head_of(fields, version.draft.id)
        if said is not None:
            problems = coming.keep(Draft(version.draft.id, rewritten(version.draft.toml, said), version.draft.cedar))
            if not problems:
                return to_draft(version.draft.id)
    repository = coming.desk.repository()
    given = {"officials": repository.officials, "directives": repository.directives, "fields": fields}
    return coming.form("draft_head.html", version, problems, given)


def text(coming: Coming) -> Response:
    """The form of both files as they are."""
    version, problems = coming.version(), dict[str, str]()
    fields = Fields({"toml": (version.draft.toml.decode("utf-8", "replace"),), "cedar": (version.draft.cedar,)})
    if coming.posted:
        fields = typed(coming.request.state.form, ("toml", "cedar"))
        toml, cedar = ("".join(fields.values[name][-1:]) for name in ("toml", "cedar"))
        draft = Draft(version.draft.id, toml.encode(), cedar)
        too_long = len(cedar) > _LARGEST or len(toml) > _LARGEST
        problems = {"cedar": "The text is longer than a million characters."} if too_long else coming.keep(draft)
        if not problems:
            return to_draft(version.draft.id, "#problems" if coming.desk.look(draft).problems else "#rules")
    given = {"fields": fields, "wrong": coming.desk.look(version.draft).problems, "rules": coming.rules(version)}
    return coming.form("draft_text.html", version, problems, given)


def rule(coming: Coming) -> Response:
    """The form of one rule, or of a new one."""
    version, place = coming.version(), coming.request.path_params["place"]
    rules, problems = coming.rules(version), dict[str, str]()
    old = next((each for each in rules if str(each.place) == place), None)
    if place != "new" and (old is None or old.rule is None):
        raise HTTPException(404, "There is no rule here that a form can show: change it as text.")
    fields = fields_of(old.rule) if old is not None and old.rule is not None else Fields({})
    if coming.posted:
        fields = typed(coming.request.state.form, rule_fields())
        made, problems = rule_of(fields)
        if made is not None and any(each.id == made.id and each is not old for each in rules):
            problems = {"id": "Another rule of this draft has this name."}
        elif made is not None:
            problems = coming.keep(_with_rule(version.draft, old, to_cedar([made])))
            if not problems:
                return to_draft(version.draft.id, f"#rule-{len(rules) if old is None else old.place}")
    given = {"fields": fields, "choices": choices(coming.desk.repository()), "place": place, "old": old}
    return coming.form("draft_rule.html", version, problems, given)


def _with_rule(draft: Draft, old: Said | None, rule_text: str) -> Draft:
    cedar = append(draft.cedar, rule_text) if old is None else replace_rule(draft.cedar, old.place, rule_text)
    return Draft(draft.id, draft.toml, cedar)
