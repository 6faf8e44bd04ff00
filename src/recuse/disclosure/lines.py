"""From entries of the ledgers to lines about a person's records: only words of closed lists leave an entry.

Three kinds of entry can say that records were asked for: *decided* (a program asked), *asked* and *answered* (people
were asked). None of them names a record. So an entry is about these records where its mark says so to who holds the
secret (`marks`), or where staff found its number, the number that a program noted of the answer it got
(`evaluation_id`), or the request. What an entry holds of accounts, cases, programs and free text is never in a line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, get_args

from recuse.errors import InputError
from recuse.ledger.entry import JSON, Entry
from recuse.model import ACTIONS, ASSISTANCE, NO_AUTHORITY, OUTCOMES, UNDECLARED, UNLISTED, Repository
from recuse.policy.schema import row_type

LedgerName = Literal["acts", "decisions"]
LEDGERS: Final[tuple[LedgerName, ...]] = get_args(LedgerName)
What = Literal["decided", "asked", "answered"]
OTHER: Final = "other"
"""Stands for a word that the policy repository does not have: what a program sent is not told."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an entry stands: `acts:12` or `decisions:12`, counted from 0."""

    ledger: LedgerName
    entry: int

    def __str__(self) -> str:
        return f"{self.ledger}:{self.entry}"


def place_of(text: str) -> Place:
    """The place written; InputError for anything that would be written differently."""
    name, _, number = text.partition(":")
    for each in LEDGERS:
        if each == name and number.isascii() and number.isdigit() and str(int(number)) == number:
            return Place(each, int(number))
    raise InputError(f"`{text}` is no place of an entry", "write it as `acts:12` or `decisions:12`")


@dataclass(frozen=True, slots=True)
class Matches:
    """What is about the records, as staff found it: answers that programs noted, requests for assistance, entries."""

    evaluations: frozenset[str] = frozenset()
    requests: frozenset[str] = frozenset()
    places: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True)
class Register:
    """What turns an entry into words: the policy repository, and which directive a rule is of."""

    repository: Repository
    directive_of: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it may be told, before anything is left out; `case` is for that alone.

    `case_known` is False where the words that would state a case are not kept any more.
    `action` is what was asked for: of a database, or of people (a kind of assistance). `outcome` is *allowed*,
    *denied*, *asked*, or how a request ended. `others` are agencies that take part besides.
    """

    place: Place
    day: date
    what: What
    agency: str
    purpose: str
    authority: str
    categories: tuple[str, ...]
    action: str
    outcome: str
    directives: tuple[str, ...]
    policy: str
    others: tuple[str, ...] = ()
    case: str | None = None
    case_known: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The lines in a period, and what staff named that no entry of these ledgers has."""

    lines: tuple[Line, ...]
    unknown: tuple[str, ...]


def find(
    ledgers: Mapping[LedgerName, Sequence[Entry]],
    matches: Matches,
    period: tuple[date, date],
    register: Register,
    cases: Mapping[str, str | None],
) -> Found:
    """The entries about the records, oldest first in each ledger.

    `cases` are those of requests whose words are kept, by request; None where one states no case.

    InputError for a place whose entry says nothing of a record.
    """
    check_places(ledgers, matches.places)
    asked = {str(each.body["request"]): each.body for each in ledgers.get("acts", ()) if each.kind == "asked"}
    lines, seen = list[Line](), set[str]()
    for name in LEDGERS:
        for number, entry in enumerate(ledgers.get(name, ())):
            place = Place(name, number)
            said = _named_by(entry, place, matches)
            if not said:
                continue
            seen |= said
            line = _line(place, entry, asked, register, cases)
            if period[0] <= line.day <= period[1]:
                lines.append(line)
    wanted = {*matches.evaluations, *matches.requests, *map(str, matches.places)}
    return Found(tuple(lines), tuple(sorted(wanted - seen)))


def check_places(ledgers: Mapping[LedgerName, Sequence[Entry]], places: Iterable[Place]) -> None:
    """Raise InputError for a place where no entry stands, or one that says of no record that it was asked for."""
    for place in sorted(places):
        entries = ledgers.get(place.ledger)
        if entries is None:
            raise InputError(f"`{place}` is of a ledger that is not there", "name its folder with --decisions")
        if place.entry >= len(entries):
            raise InputError(f"there is no entry `{place}`", "look at `recuse ledger list`")
        if entries[place.entry].kind not in get_args(What):
            kind = entries[place.entry].kind
            raise InputError(f"entry `{place}` is `{kind}`, which says of no record that it was asked for", "leave it")


def _named_by(entry: Entry, place: Place, matches: Matches) -> set[str]:
    """What staff named this entry by; nothing where they did not."""
    named, among = {
        "decided": (str(entry.body.get("evaluation")), matches.evaluations),
        "asked": (str(entry.body.get("request")), matches.requests),
        "answered": (str(entry.body.get("request")), matches.requests),
    }.get(entry.kind, ("", frozenset[str]()))
    return ({named} & among) | ({str(place)} if place in matches.places else set())


def _line(
    place: Place,
    entry: Entry,
    asked: Mapping[str, Mapping[str, JSON]],
    register: Register,
    cases: Mapping[str, str | None],
) -> Line:
    if entry.kind == "decided":
        return _decided(place, entry, register)
    request, repository = str(entry.body.get("request")), register.repository
    about = entry.body if entry.kind == "asked" else asked.get(request, {})
    received = date.fromisoformat(str(entry.body["received"])) if entry.kind == "asked" else entry.at.date()
    return Line(
        place=place, day=received, what="asked" if entry.kind == "asked" else "answered",
        agency=_known(about.get("agency"), repository.agencies, UNLISTED),
        purpose=_known(about.get("purpose"), repository.purposes, UNDECLARED),
        authority=_known(about.get("authority"), repository.authorities, NO_AUTHORITY),
        categories=tuple(sorted(_words(entry.body.get("categories")) & repository.categories.keys())),
        action=_known(about.get("kind"), ASSISTANCE, OTHER),
        outcome="asked" if entry.kind == "asked" else _known(entry.body.get("word"), OUTCOMES, OTHER),
        directives=tuple(sorted(_words(entry.body.get("directives")) & repository.directives.keys())),
        policy=str(entry.body.get("policy_sha256", "")), others=_others(about, entry.body, repository),
        case=cases.get(request), case_known=request in cases,
    )  # fmt: skip


def _decided(place: Place, entry: Entry, register: Register) -> Line:
    body, repository = entry.body, register.repository
    account = repository.accounts.get(str(body.get("account")))
    standing = account.standing.circumstances if account is not None and account.standing is not None else None
    purpose, authority = body.get("purpose"), body.get("authority")
    if purpose is None and authority is None and standing is not None:
        purpose, authority = standing.purpose, standing.authority
    action, case = str(body.get("action")), body.get("case")
    rules = (register.directive_of.get(rule) for rule in _words(body.get("rules")))
    return Line(
        place=place, day=entry.at.date(), what="decided",
        agency=UNLISTED if account is None else account.agency,
        purpose=_known(purpose, repository.purposes, UNDECLARED),
        authority=_known(authority, repository.authorities, NO_AUTHORITY),
        categories=_category(repository, str(body.get("resource"))),
        action=action if action in ACTIONS else OTHER, outcome="allowed" if body.get("allow") is True else "denied",
        directives=tuple(sorted({each for each in rules if each is not None})), policy=str(body.get("policy", "")),
        case=case if isinstance(case, str) else None,
    )  # fmt: skip


def _others(about: Mapping[str, JSON], body: Mapping[str, JSON], repository: Repository) -> tuple[str, ...]:
    """Agencies besides the one on whose behalf it was asked: who sends, who receives, to whom somebody was handed."""
    moved = body.get("transferred_to")
    named = _words(about.get("others")) | ({moved} if isinstance(moved, str) else set())
    return tuple(sorted(_known(each, repository.agencies, UNLISTED) for each in named))


def _category(repository: Repository, resource: str) -> tuple[str, ...]:
    """The category of a resource of ours; none for what a program sent that is not."""
    kind, _, category = resource.partition(" ")
    for system in repository.systems.values():
        for table in system.tables:
            if row_type(system.name, table.name) == kind and category in table.categories:
                return (category,)
    return ()


def _known(word: JSON, known: Iterable[str], instead: str) -> str:
    return word if isinstance(word, str) and word in known else instead


def _words(value: JSON) -> frozenset[str]:
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()
