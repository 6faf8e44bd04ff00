"""What the page of one service says: every part of its record that readers need, and what the record leaves open."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from recuse.directory.hours import OpeningHours, Week
from recuse.directory.records import Address, CostOption, Phone
from recuse.directory.standing import costs
from recuse.directory.survey import Surveyed, Visit
from recuse.site.places.lines import Line
from recuse.site.places.naming import part_names, phone_kinds
from recuse.site.places.saying import Said, Saying


@dataclass(frozen=True, slots=True)
class Dial:
    """A telephone: the number as its record writes it, where a tap leads or nowhere, and what else is said of it."""

    number: str
    href: str
    extension: int | None
    kind: str
    languages: str
    says: Said | None


@dataclass(frozen=True, slots=True)
class Days:
    """Hours of a week: the days with their spans, and the period where it has ends."""

    rows: tuple[tuple[str, str], ...]
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Opened:
    """Opening hours as a page shows them: weeks, what schedules say in words, how many say nothing."""

    weeks: tuple[Days, ...]
    told: tuple[Said, ...]
    untold: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What it costs: for whom or what, how much, and the period where that has ends that are still to come."""

    option: Said | None
    amount: str
    says: Said | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a service."""

    name: str
    virtual: bool
    url: str | None
    says: tuple[Said, ...]
    addresses: tuple[tuple[bool, str], ...]
    phones: tuple[Dial, ...]
    hours: Opened
    languages: str
    accessible: tuple[tuple[Said | None, Said | None, str | None], ...]
    transport: Said | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A service as its page shows it; names of fields are those of the record where they are the same."""

    line: Line
    found: Surveyed
    says: Mapping[str, Said | None]
    documents: tuple[tuple[Said | None, str | None], ...]
    incomplete: tuple[str, ...]
    languages: str
    costs: tuple[Cost, ...]
    ages: tuple[str, str]
    places: tuple[Place, ...]
    phones: tuple[Dial, ...]
    areas: tuple[tuple[str, Said | None], ...]
    about: Said | None
    sources: tuple[str, ...]
    machine: bool


_FIELDS = (
    "description", "eligibility_description", "application_process", "fees_description", "fees", "wait_time",
    "interpretation_services", "alert",
)  # fmt: skip


class Teller:
    """Tells services of one directory in one language."""

    def __init__(self, saying: Saying) -> None:
        self._saying, self._texts, self._forms = saying, saying.texts, saying.texts.forms
        self._parts, self._phone_kinds = part_names(saying.texts), phone_kinds(saying.texts)
        self._days = tuple(self._forms.weekday(day) for day in range(7))
        self._titles = {feed.name: feed.title for feed in saying.directory.settings.feeds}
        self._clock: dict[str, str] = {}

    def shown(self, line: Line, found: Surveyed) -> Shown:
        """One service."""
        service, of = found.entry.service, self._saying.of
        says = {field: of("service", service, field) for field in _FIELDS}
        about = of("organization", service.organization, "description") if service.organization else None
        organization = service.organization.phones if service.organization else ()
        documents = tuple((of("required_document", each, "document"), each.uri) for each in service.required_documents)
        parts = dict.fromkeys(self._parts.get(each, self._texts.say("other parts")) for each in service.incomplete)
        areas = tuple((each.name or "", of("service_area", each, "description")) for each in service.service_areas)
        places = tuple(self._place(each) for each in found.visits)
        money = tuple(self._cost(each) for each in costs(service, self._saying.directory.today))
        phones = self._phones((*service.phones, *organization))
        every = (
            line.name, about, *says.values(), *(said for said, _ in documents), *(said for _, said in areas),
            *(said for cost in money for said in (cost.option, cost.says)), *(each.says for each in phones),
            *(said for place in places for said in _texts_of(place)),
        )  # fmt: skip
        return Shown(
            line=line, found=found, says=says, documents=documents, incomplete=tuple(parts),
            languages=self._saying.tongues(service.languages), costs=money,
            ages=(_age(service.minimum_age), _age(service.maximum_age)), places=places,
            phones=phones, areas=areas, about=about,
            sources=tuple(dict.fromkeys(self._titles[each.feed] for each in found.entry.sources)),
            machine=any(said is not None and said.machine for said in every),
        )  # fmt: skip

    def _place(self, visit: Visit) -> Place:
        hours = self._hours(visit.hours)
        if visit.at is None:
            return Place("", virtual=False, url=None, says=(), addresses=(), phones=(), hours=hours, languages="",
                         accessible=(), transport=None)  # fmt: skip
        at, location, of = visit.at, visit.at.location, self._saying.of
        says = (of("service_at_location", at, "description"), of("location", location, "description"))
        return Place(
            name=location.name or location.alternate_name or "", virtual=location.location_type == "virtual",
            url=location.url, says=tuple(each for each in says if each is not None),
            addresses=tuple((each.address_type == "postal", _address(each)) for each in location.addresses),
            phones=self._phones((*at.phones, *location.phones)), hours=hours,
            languages=self._saying.tongues(location.languages),
            accessible=tuple(
                (of("accessibility", each, "description"), of("accessibility", each, "details"), each.url)
                for each in location.accessibility
            ),
            transport=of("location", location, "transportation"),
        )  # fmt: skip

    def _phones(self, phones: Iterable[Phone]) -> tuple[Dial, ...]:
        return tuple(self._dial(each) for each in dict.fromkeys(phones))

    def _dial(self, phone: Phone) -> Dial:
        kind = (phone.type or "").lower()
        digits = re.sub(r"[^0-9+]", "", phone.number)
        href = "" if kind == "fax" else f"tel:{digits}" + (f";ext={phone.extension}" if phone.extension else "")
        return Dial(
            phone.number, href, phone.extension, self._phone_kinds.get(kind, ""), self._saying.tongues(phone.languages),
            self._saying.of("phone", phone, "description"),
        )  # fmt: skip

    def _hours(self, hours: OpeningHours) -> Opened:
        told = tuple(dict.fromkeys(self._saying.text(each) for each in hours.told))
        return Opened(tuple(self._week(each) for each in hours.weeks), told, hours.untold)

    def _week(self, week: Week) -> Days:
        rows = []
        for day, spans in groupby(week.hours, key=lambda each: each.day):
            rows.append((self._days[day], " · ".join(f"{self._at(a.opens)} – {self._at(a.closes)}" for a in spans)))
        return Days(tuple(rows), week.valid_from, week.valid_to)

    def _at(self, time: str) -> str:
        if time not in self._clock:
            self._clock[time] = self._forms.clock(time)
        return self._clock[time]

    def _cost(self, cost: CostOption) -> Cost:
        amount, start = "", cost.valid_from
        if cost.amount is not None:
            plain = self._forms.number(cost.amount)
            amount = self._forms.money(cost.amount, cost.currency) if cost.currency else plain
        return Cost(
            self._saying.of("cost_option", cost, "option"), amount,
            self._saying.of("cost_option", cost, "amount_description"),
            start if start is not None and start > self._saying.directory.today else None, cost.valid_to,
        )  # fmt: skip


def _texts_of(place: Place) -> Iterator[Said | None]:
    yield from place.says
    yield from place.hours.told
    yield from (each.says for each in place.phones)
    yield place.transport
    for description, details, _ in place.accessible:
        yield from (description, details)


def _age(age: float | None) -> str:
    return "" if age is None else f"{age:g}"


def _address(address: Address) -> str:
    # Without `attention`: that is often a person, and no page names one.
    city = f"{address.city}, {address.state_province} {address.postal_code}"
    lines = (address.address_1, address.address_2, city)
    return "\n".join(each for each in (*lines, address.country if address.country != "US" else None) if each)
