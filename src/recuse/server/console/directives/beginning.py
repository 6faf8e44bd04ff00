"""The first version of a draft: with nothing in it, or with the rules and the head of what it is to supersede."""

from datetime import datetime

from recuse.directive.drafting import Draft, Head, name_of, render_head
from recuse.model import Repository
from recuse.server.console.directives.asked import Fields
from recuse.server.console.directives.kept import Version

NOTHING = "nothing"


def problems_of(repository: Repository, fields: Fields) -> dict[str, str]:
    """What is wrong with what was typed, by the name of the field."""
    problems = {} if fields.one("title") else {"title": "Give it a title."}
    if fields.one("begin_with") not in {NOTHING, *repository.directives}:
        problems["begin_with"] = "Choose what it begins with."
    return problems


def first(repository: Repository, drafts: tuple[Version, ...], fields: Fields, at: datetime) -> Draft:
    """The draft that was asked for, under a name that nobody has."""
    title, taken = fields.one("title"), {*repository.directives, *(each.draft.id for each in drafts)}
    name = _free(name_of(title, at.date()), taken)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    begun = repository.directives.get(fields.one("begin_with"))
    if begun is None:
        directs = next((each.id for each in repository.officials.values() if "direct" in each.roles), "nobody")
        return Draft(name, render_head(Head(name, title, at.date(), midnight, directs, "confirm", (), "observe")), "")
    old = begun.directive
    head = Head(
        name, title, at.date(), midnight, old.directed_by, old.confirm_role, (old.id,), old.stage, old.canary_accounts,
        old.legal_basis, old.counsel,
    )  # fmt: skip
    return Draft(name, render_head(head), old.cedar)


def _free(name: str, taken: set[str]) -> str:
    """The name, or the first with a number that nobody has."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found
