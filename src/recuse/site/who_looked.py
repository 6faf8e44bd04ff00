"""Who looked at my record: how a person asks, by when the answer comes, what it holds and what it cannot, and the form.

What staff answer with is `recuse accounting`; the site takes nothing in, so the form is to be printed.
"""

from collections.abc import Iterator
from typing import Final

from recuse.content.values import WhoLooked
from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.site.pages import Page, Section
from recuse.site.rights.lines import how_far
from recuse.site.sheets import Part, Sheet
from recuse.site.sources import Sources
from recuse.site.words import demonstration, office

PATH: Final = "my-record/index.html"
FORM: Final = "my-record/form.html"
PRINTED: Final = "my-record/form.pdf"
_LINE: Final = "\u2002" * 2 + "_" * 44


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    asked = sources.content.site.who_looked
    if asked is None:
        return
    title = texts.say("Who looked at my record?")
    values = _values(sources, asked, texts)
    yield Page(PATH, "who_looked/index.html", title, values, data=_data(sources, asked, texts))
    yield Page(
        FORM, "who_looked/form.html", texts.say("Form: who looked at my record?"), values, above=((title, PATH),)
    )


def _values(sources: Sources, asked: WhoLooked, texts: Texts) -> dict[str, object]:
    contact, code = sources.content.site.contact, texts.language.code
    fact = sources.content.facts[asked.law]
    return {
        "office": office(sources, asked.office, texts),
        "contact": contact,
        "ways": [_ways(texts)[way] for way in asked.ask_by],
        "bring": asked.bring[code],
        "deadline": _deadline(asked, texts),
        "fact": fact,
        "rests_on": texts.say("Rests on:"),
        "how_far": how_far(texts, fact, "commitment"),
        "holds": _holds(texts),
        "leaves_out": _leaves_out(texts),
        "fields": _fields(texts),
        "printed": PRINTED if sources.printed else None,
    }


def _data(sources: Sources, asked: WhoLooked, texts: Texts) -> dict[str, JSON]:
    fact = sources.content.facts[asked.law]
    return {
        "office": asked.office,
        "ask_by": list(asked.ask_by),
        "deadline_days": asked.deadline_days,
        "bring": list(asked.bring[texts.language.code]),
        "law": {"id": fact.id, "citation": fact.citation, "status": fact.status, "sure": fact.sure,
                "checked_on": None if fact.checked_on is None else fact.checked_on.isoformat()},
    }  # fmt: skip


def _ways(texts: Texts) -> dict[str, str]:
    return {"post": texts.say("by post"), "in_person": texts.say("in person"), "email": texts.say("by e-mail")}


def _deadline(asked: WhoLooked, texts: Texts) -> str:
    return texts.count(
        "The answer comes within %(n)s day of the day on which your request arrives.",
        "The answer comes within %(n)s days of the day on which your request arrives.",
        asked.deadline_days,
    )


def _holds(texts: Texts) -> tuple[str, ...]:
    return (
        texts.say("the day"),
        texts.say("which agency asked"),
        texts.say("for what purpose, and under which legal authority"),
        texts.say("what kind of data was asked for"),
        texts.say("whether it was given"),
        texts.say("a number for each entry, with which you can check that it stands in the record"),
    )


def _leaves_out(texts: Texts) -> tuple[str, ...]:
    return (
        texts.say("It names no officer, no account, no case and no other person."),
        texts.say(
            "It covers what the record holds. What was read in a database without asking first is in other logs."
        ),
        texts.say("It never says that nobody looked. It says that it lists no entry, of which days and which systems."),
        texts.say(
            "The law may delay entries or leave them out, to protect other people or an investigation. "
            "Each answer says so in the same words."
        ),
    )


def _fields(texts: Texts) -> tuple[str, ...]:
    return (
        texts.say("Your name"),
        texts.say("Date of birth"),
        texts.say("Address to which the answer is to be sent"),
        texts.say("I ask about the time from … to …"),
        texts.say("Which records, if you know (for example: an arrest, a crash report)"),
        texts.say("I ask for: myself / my child / a person who gave me written authority"),
        texts.say("Language in which you want the answer"),
        texts.say("Date and signature"),
    )


def _sheets(sources: Sources, texts: Texts) -> Iterator[tuple[str, Sheet]]:
    asked = sources.content.site.who_looked
    if asked is None:
        return
    contact, code = sources.content.site.contact, texts.language.code
    named = office(sources, asked.office, texts)
    parts = (
        Part(texts.say("Please write"), tuple(f"{field}\n{_LINE}\n{_LINE}" for field in _fields(texts))),
        Part(texts.say("What to bring or send"), (), asked.bring[code]),
        Part(texts.say("Where to ask"), (named, contact.address), (), (_deadline(asked, texts),)),
    )
    lead = texts.say("Staff look at a paper that shows who you are. They keep no copy of it and no number from it.")
    footer = texts.forms.day(sources.now.date())
    yield (
        PRINTED,
        Sheet(texts.say("Form: who looked at my record?"), named, lead, parts, footer, demonstration(sources, texts)),
    )


SECTION: Final = Section(
    "disclosure", "Who looked?", PATH, _pages, sheets=_sheets,
    tile="How you can ask which agencies asked about you, and what the answer tells you.",
    there=lambda sources: sources.content.site.who_looked is not None,
)  # fmt: skip
