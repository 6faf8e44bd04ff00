"""The first line of the first page: what one agency may see for one purpose, by the rules, and where that is known.

*May not* is said only of systems where the record shows that the policy in force holds; others are named as unknown.
What cannot be told of the rules is unknown too, and what is shut while it is open to who serves the agency, or for a
purpose that the one asked about is part of. Of what is open the rules are enough.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from recuse.compiler.opening import WIDER, Extent, Openings
from recuse.content.values import Question
from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.model import Circumstances, Repository
from recuse.policy.closed import fewest
from recuse.policy.contexts import Context
from recuse.policy.trees import above, below, serves
from recuse.site.saying import Sayer
from recuse.site.sources import Sources
from recuse.site.standing import standings


@dataclass(frozen=True, slots=True)
class Opened:
    """How much of a category is open: without more (`only` is empty), or with one of these authorities only (ids)."""

    category: str
    extent: Extent
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the line says: categories by how far they are open, systems that are known, and those that are not (ids).

    `accepted` are findings in the known ones for which an official answers.
    """

    question: Question
    closed: tuple[str, ...]
    opened: tuple[Opened, ...]
    untold: tuple[str, ...]
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    accepted: int = 0


def answer(sources: Sources, question: Question) -> Answer:
    """The answer of today."""
    found = [opened(sources.openings(), question, category) for category in question.categories]
    standing = standings(sources)
    known = {each.system.name for each in standing if each.known}
    shut = [each.category for each in found if each.extent == "none"]
    closed = tuple(each for each in shut if known & {*_holders(sources.repository, each)})
    untold = tuple(each.category for each in found if each.extent == "unknown")
    wanted = {system for category in closed for system in _holders(sources.repository, category)}
    return Answer(
        question,
        closed,
        tuple(each for each in found if each.extent in ("some", "all")),
        (*(each for each in shut if each not in closed), *untold),
        tuple(each.system.name for each in standing if each.system.name in known & wanted),
        tuple(each.system.name for each in standing if not each.known),
        sum(each.accepted for each in standing if each.known),
    )


def opened(openings: Openings, question: Question, category: str) -> Opened:
    """How much of a category the rules open to an agency, or an office of it, for a purpose or what is part of it.

    A category is asked for with all its parts. An id that the repository does not have makes it unknown.
    """
    repository = openings.repository
    purposes, parts = below(repository.purposes, question.purpose), below(repository.categories, category)
    offices = below(repository.agencies, question.agency)
    if not (purposes and parts and offices):
        return Opened(category, "unknown")
    found = joined(repository, category, [_by_office(openings, each, purposes, parts) for each in offices])
    if found.extent != "none":
        return found
    wider = above(repository.purposes, question.purpose) - {question.purpose}
    centres = [each for each in repository.agencies if question.agency in serves(repository, each)]
    doubts = [_by_office(openings, each, purposes, parts) for each in centres]
    doubts += [_by_office(openings, each, sorted(wider), parts) for each in offices]
    return found if joined(repository, category, doubts).extent == "none" else Opened(category, "unknown")


Tried = Sequence[tuple[Context, Extent]]
"""Circumstances with how much they open."""


def joined(repository: Repository, category: str, offices: Iterable[Tried]) -> Opened:
    """What several offices may see, as one: the widest, and without more where one of them needs no more."""
    found = [pair for tried in offices for pair in tried]
    widest: Extent = max((extent for _, extent in found), key=WIDER.index, default="unknown")
    if widest in ("none", "unknown"):
        return Opened(category, widest)
    allowed = [context.circumstances for context, extent in found if extent != "none"]
    declared = [context.circumstances for context, _ in found if not context.standing]
    if any(context.standing and extent != "none" for context, extent in found) or {*declared} <= {*allowed}:
        return Opened(category, widest)
    return Opened(category, widest, tuple(_authorities(repository, declared, allowed)))


def _authorities(
    repository: Repository, tried: Iterable[Circumstances], allowed: Iterable[Circumstances]
) -> Iterator[str]:
    yield from dict.fromkeys(each.authority for each in fewest(repository, tried, allowed))


def _by_office(openings: Openings, office: str, purposes: Iterable[str], categories: Sequence[str]) -> Tried:
    contexts = openings.circumstances(office, purposes)
    return [(each, widest(_extents(openings, office, each.circumstances, categories))) for each in contexts]


def _extents(
    openings: Openings, office: str, circumstances: Circumstances, categories: Iterable[str]
) -> Iterator[Extent]:
    for category in categories:
        yield from openings.extents(office, circumstances, category).values()


def widest(extents: Iterable[Extent]) -> Extent:
    """Over systems; none hold what nobody holds."""
    return max(extents, key=WIDER.index, default="none")


def _holders(repository: Repository, category: str) -> Iterator[str]:
    parts = {*below(repository.categories, category)}
    for system in repository.systems.values():
        if any(parts & {*table.categories} for table in system.tables):
            yield system.name


def said(found: Answer, sources: Sources, texts: Texts) -> str:
    """The whole line in one language."""
    sayer = Sayer(texts, sources.names)
    lead = texts.say("As of %(day)s:", day=texts.forms.day(sources.now.date()))
    return sayer.join([lead, *_claims(found, sayer), _unknown(found, sayer)])


def _claims(found: Answer, sayer: Sayer) -> Iterator[str]:
    say = sayer.texts.say
    agency, purpose = sayer.name("agency", found.question.agency), sayer.name("purpose", found.question.purpose)
    about = {"agency": agency, "purpose": purpose}
    if found.closed:
        yield say("%(agency)s may not see, for %(purpose)s: %(data)s.", data=_data(found.closed, sayer), **about)
        systems = sayer.each_of(sayer.name("system", each) for each in found.known)
        yield say("Checked in: %(systems)s.", systems=systems)
        if found.accepted:
            yield sayer.texts.count(
                "An official answers with a signature for %(n)s finding there.",
                "An official answers with a signature for %(n)s findings there.",
                found.accepted,
            )
    for each in found.opened:
        data = _data([each.category], sayer)
        if each.only:
            bases = sayer.any_of(sayer.name("authority", one) for one in each.only)
            message = (
                say("%(agency)s may see, for %(purpose)s, only with this legal basis: %(bases)s – %(data)s.")
                if each.extent == "all"
                else say("%(agency)s may see some, for %(purpose)s, only with this legal basis: %(bases)s – %(data)s.")
            )
            yield message % {**about, "bases": bases, "data": data}
        elif each.extent == "all":
            yield say("%(agency)s may see, for %(purpose)s: %(data)s.", data=data, **about)
        else:
            yield say("%(agency)s may see some, for %(purpose)s: %(data)s.", data=data, **about)
    if found.untold:
        told = _data(found.untold, sayer)
        yield say("It is not known whether %(agency)s can see, for %(purpose)s: %(data)s.", data=told, **about)


def _unknown(found: Answer, sayer: Sayer) -> str:
    if not found.unknown:
        return sayer.texts.say("Unknown: no system.")
    systems = sayer.each_of(sayer.name("system", each) for each in found.unknown)
    return sayer.texts.say("Unknown: %(systems)s.", systems=systems)


def _data(categories: Iterable[str], sayer: Sayer) -> str:
    return sayer.each_of(sayer.name("category", each) for each in categories)


def document(found: Answer, sayer: Sayer) -> JSON:
    """The answer as data: systems by their plain names."""
    known, unknown = ([sayer.name("system", each) for each in names] for names in (found.known, found.unknown))
    return {
        "agency": found.question.agency, "purpose": found.question.purpose, "may_not_see": list(found.closed),
        "may_see": [{"category": e.category, "extent": e.extent, "only_with": list(e.only)} for e in found.opened],
        "not_known": list(found.untold), "checked_in": known, "unknown": unknown, "accepted": found.accepted,
    }  # fmt: skip
