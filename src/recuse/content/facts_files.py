"""facts/<jurisdiction>.toml: legal facts, none surer than it was checked, none without citation and status."""

from datetime import date
from typing import Final

from recuse.content.found import Found
from recuse.content.jurisdictions import take_jurisdiction
from recuse.content.values import STATUSES, SURENESS, LegalFact
from recuse.content.wording import take_line, take_optional_line
from recuse.policy.names import is_id
from recuse.toml_source import Section

FACTS: Final = "facts/"


def read_facts(root: Section, stem: str, found: Found) -> None:
    """The `[[fact]]` tables of one file, which is named for its jurisdiction."""
    for section in root.sections("fact", optional=True):
        fact = _fact(section)
        if fact.jurisdiction and fact.jurisdiction != stem:
            remedy = f"put it into {FACTS}{fact.jurisdiction}.toml"
            section.report(f"law of `{fact.jurisdiction}` in the file of `{stem}`", "jurisdiction", remedy=remedy)
        if fact.id:
            found.keep(found.facts, fact.id, fact, section)
        section.close()
    root.close()


def _fact(section: Section) -> LegalFact:
    sure = section.choice("sure", SURENESS)
    fact = LegalFact(
        id=_take_fact_id(section),
        jurisdiction=take_jurisdiction(section),
        says=take_line(section, "says"),
        citation=take_line(section, "citation"),
        status=section.choice("status", STATUSES),
        sure=sure,
        checked_on=_optional_day(section, "checked_on"),
        source=take_optional_line(section, "source"),
        note=take_optional_line(section, "note"),
        effective=_optional_day(section, "effective"),
        until=_optional_day(section, "until"),
        file=section.file,
    )
    if "sure" in section:
        _judge(section, fact)
    return fact


def _judge(section: Section, fact: LegalFact) -> None:
    """What was checked says when and where; what was not says neither."""
    if fact.sure == "memory":
        if "checked_on" in section:
            remedy = "set `sure` to what was read, or remove `checked_on`"
            section.report("a fact from memory was never checked", "checked_on", remedy=remedy)
    else:
        if "checked_on" not in section:
            remedy = "add the day on which it was read, or set `sure` to `memory`"
            section.report(f"a fact that is sure as `{fact.sure}` needs `checked_on`", remedy=remedy)
        if "source" not in section:
            section.report(f"a fact that is sure as `{fact.sure}` needs `source`", remedy="say where it was read")
    if fact.effective is not None and fact.until is not None and fact.until < fact.effective:
        section.report("`until` is before `effective`", "until", remedy="mend one of the two days")


def _take_fact_id(section: Section) -> str:
    """An id such as `D2` or `us.R7`; upper case is allowed, as lists of requirements number their rows so."""
    found = section.text("id")
    if not found or is_id(found.lower()):
        return found
    section.report(f"`{found}` is not an id", "id", remedy="use letters, digits, `_` and `-`, with dots between parts")
    return ""


def _optional_day(section: Section, key: str) -> date | None:
    return section.day(key) if key in section else None
