"""What this body decided: directives in force with their rules, who signed them, and the history with differences."""

from collections.abc import Iterator

from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.site.history import Told, history
from recuse.site.pages import Page, Section
from recuse.site.ruling import Rule, Step, rules_of, steps_of
from recuse.site.saying import Sayer
from recuse.site.sources import Sources

PATH = "decided/index.html"
_PAST = "decided/history.html"


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    told = history(sources)
    sayer = Sayer(texts, sources.names)
    title = texts.say("What was decided")
    current = [each for each in told if each.status == "in-force"]
    yield Page(
        PATH, "decided/index.html", title, {"current": current, "sayer": sayer}, {"in_force": _documents(current)}
    )
    above = ((title, PATH),)
    past = texts.say("All directives, and what each changed")
    yield Page(_PAST, "decided/history.html", past, {"told": told, "sayer": sayer}, {"all": _documents(told)}, above)
    for each in told:
        if each.signed is not None:
            yield _one(each, sources, sayer, above)


def _one(told: Told, sources: Sources, sayer: Sayer, above: tuple[tuple[str, str], ...]) -> Page:
    assert told.signed is not None  # noqa: S101  # its caller has looked
    directive = told.signed.directive
    rules = rules_of(directive.cedar, sources.repository.agencies, sayer)
    steps = {
        old: steps_of(sources.repository.directives[old].directive, directive, sources.repository.agencies, sayer)
        for old in directive.supersedes
        if old in sources.repository.directives
    }
    values = {"told": told, "rules": rules, "steps": steps, "sayer": sayer, "officials": sources.repository.officials}
    data: dict[str, JSON] = {
        "directive": _document(told), "rules": [_rule(each) for each in rules],
        "differences": {old: [_step(each) for each in found] for old, found in steps.items()},
    }  # fmt: skip
    return Page(
        f"decided/{told.id}.html", "decided/directive.html", sayer.name("directive", told.id), values, data, above
    )


def _documents(told: list[Told] | tuple[Told, ...]) -> list[JSON]:
    return [_document(each) for each in told]


def _document(told: Told) -> JSON:
    days = {"directed": told.directed, "confirmed": told.confirmed, "effective": told.effective}
    moments = {name: moment.isoformat() if moment else None for name, moment in days.items()}
    return {"id": told.id, "status": told.status, "superseded_by": told.superseded_by, "sha256": told.sha256, **moments}


def _rule(rule: Rule) -> JSON:
    return {"id": rule.id, "sentence": rule.sentence, "cedar": rule.cedar}


def _step(step: Step) -> JSON:
    return {
        "id": step.id, "change": step.change, "before": _rule(step.before) if step.before else None,
        "after": _rule(step.after) if step.after else None,
    }  # fmt: skip


SECTION = Section(
    "decided", "What was decided", PATH, _pages,
    tile="The rules in force in plain sentences, who signed them, and what changed over time.",
)  # fmt: skip
