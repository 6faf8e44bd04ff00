"""Services as rows: what readers see of each, with the codes of its record, the same in every language.

Who confirmed a record is not told: that is a person. Texts are those of the feeds, untranslated.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from recuse.csv_text import Cell, csv_text
from recuse.directory.hours import DAYS, Week
from recuse.directory.records import Address, CostOption, Language, Phone
from recuse.directory.settings import Settings
from recuse.directory.standing import costs
from recuse.directory.survey import Surveyed, Visit
from recuse.directory.words import phones_of, visited
from recuse.ledger import JSON

COLUMNS: Final = (
    "id", "name", "organization", "kinds", "status", "alert", "description", "url", "email", "no_id",
    "required_documents", "fees", "languages", "interpretation_services", "eligibility", "minimum_age", "maximum_age",
    "application_process", "wait_time", "phones", "addresses", "hours", "accessibility", "service_areas", "feeds",
    "assurance", "assured_date", "confirm_again_by", "incomplete",
)  # fmt: skip
_APART: Final = " | "
Row = Mapping[str, JSON]
"""By column."""


def rows_csv(rows: Iterable[Row]) -> str:
    """The rows as CSV."""
    return csv_text([COLUMNS, *([_cell(row[name]) for name in COLUMNS] for row in rows)])


def _cell(value: JSON) -> Cell:
    if isinstance(value, list):
        return _APART.join(str(each) for each in value)
    return value if isinstance(value, str | int) or value is None else str(value)


def row(found: Surveyed, settings: Settings, today: date) -> Row:
    """One service with the fields that readers see."""
    service = found.entry.service
    titles = {feed.name: feed.title for feed in settings.feeds}
    fees = (service.fees_description, service.fees, *map(_cost, costs(service, today)))
    return {
        "id": service.id, "name": service.name,
        "organization": service.organization.name if service.organization else None, "kinds": list(found.kinds),
        "status": service.status, "alert": service.alert, "description": service.description, "url": service.url,
        "email": service.email, "no_id": found.no_id,
        "required_documents": [each.document for each in service.required_documents if each.document],
        "fees": [each for each in fees if each], "languages": _languages(service.languages),
        "interpretation_services": service.interpretation_services, "eligibility": service.eligibility_description,
        "minimum_age": service.minimum_age, "maximum_age": service.maximum_age,
        "application_process": service.application_process, "wait_time": service.wait_time,
        "phones": _phones(found), "addresses": [_address(each) for each in visited(service)],
        "hours": [words for visit in found.visits for words in _hours(visit)],
        "accessibility": [
            said for at in service.service_at_locations for each in at.location.accessibility
            for said in (each.description, each.details) if said
        ],
        "service_areas": [each.name for each in service.service_areas if each.name],
        "feeds": list(dict.fromkeys(titles[each.feed] for each in found.entry.sources)),
        "assurance": found.standing.assurance,
        "assured_date": found.standing.on.isoformat() if found.standing.on else None,
        "confirm_again_by": found.standing.due.isoformat() if found.standing.due else None,
        "incomplete": list(service.incomplete),
    }  # fmt: skip


def _cost(cost: CostOption) -> str:
    money = "" if cost.amount is None else f"{cost.amount:g} {cost.currency or ''}".strip()
    said = ", ".join(each for each in (cost.option, money, cost.amount_description) if each)
    return said and f"{said}{_period(cost)}"


def _address(address: Address) -> str:
    every = (address.address_1, address.address_2, address.region, address.city, address.state_province)
    return ", ".join(each for each in (*every, address.postal_code) if each)


def _languages(languages: Iterable[Language]) -> list[JSON]:
    return list(dict.fromkeys(said for each in languages if (said := each.code or each.name)))


def _phones(found: Surveyed) -> list[JSON]:
    service = found.entry.service
    own = service.organization.phones if service.organization else ()
    return list(dict.fromkeys(map(_phone, (*phones_of(service), *own))))


def _phone(phone: Phone) -> str:
    return phone.number if phone.extension is None else f"{phone.number} ext. {phone.extension}"


def _hours(visit: Visit) -> list[str]:
    weeks = [
        f"{DAYS[each.day]} {each.opens}-{each.closes}{_period(week)}"
        for week in visit.hours.weeks for each in week.hours
    ]  # fmt: skip
    return [*weeks, *(each.source for each in visit.hours.told)]


def _period(of: Week | CostOption) -> str:
    ends = (("from", of.valid_from), ("to", of.valid_to))
    said = " ".join(f"{word} {day.isoformat()}" for word, day in ends if day is not None)
    return f" ({said})" if said else ""
