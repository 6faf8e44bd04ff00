"""Which texts of a service can be translated: each by its table, the row's id and the field, as HSDS names them.

Names of organizations, places and areas are names in every language, and are not translated.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from recuse.directory.records import Location, Service

FIELDS: Final = {
    "service": (
        "name", "description", "interpretation_services", "application_process", "fees_description", "fees",
        "wait_time", "eligibility_description", "alert",
    ),
    "organization": ("description",),
    "location": ("description", "transportation"),
    "service_at_location": ("description",),
    "schedule": ("description", "notes"),
    "phone": ("description",),
    "required_document": ("document",),
    "cost_option": ("option", "amount_description"),
    "service_area": ("description",),
    "accessibility": ("description", "details"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a record, in the language of its feed."""

    table: str
    id: str
    field: str
    source: str

    @property
    def sha256(self) -> str:
        """The digest that a translation names: of the text in UTF-8."""
        return _digest(self.source)


@lru_cache(maxsize=1 << 16)  # the same words stand in many records, and each is looked up in every language
def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def text_of(table: str, record: Any, field: str) -> Text | None:
    """One text of a record; None where it has none."""
    source = getattr(record, field)
    return Text(table, record.id, field, source) if source else None


def texts(service: Service) -> Iterator[Text]:
    """Every text of a service that can be translated, also those of its organization and places."""
    for table, record in _records(service):
        for field in FIELDS[table]:
            found = text_of(table, record, field)
            if found is not None:
                yield found


def _records(service: Service) -> Iterator[tuple[str, Any]]:
    yield "service", service
    if service.organization is not None:
        yield "organization", service.organization
        yield from (("phone", each) for each in service.organization.phones)
    yield from (("phone", each) for each in service.phones)
    yield from (("schedule", each) for each in service.schedules)
    yield from (("required_document", each) for each in service.required_documents)
    yield from (("cost_option", each) for each in service.cost_options)
    yield from (("service_area", each) for each in service.service_areas)
    for at in service.service_at_locations:
        yield "service_at_location", at
        yield from (("phone", each) for each in at.phones)
        yield from (("schedule", each) for each in at.schedules)
        yield from _of_location(at.location)


def _of_location(location: Location) -> Iterator[tuple[str, Any]]:
    yield "location", location
    yield from (("phone", each) for each in location.phones)
    yield from (("schedule", each) for each in location.schedules)
    yield from (("accessibility", each) for each in location.accessibility)
