"""Which tables and fields of HSDS 3 are read, and how: the standard's names, our readers, what belongs to what.

`parents` are the columns by which a row of a CSV package belongs to another; in JSON it lies inside it. What a package
has besides is left out and counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from recuse.directory import records, values
from recuse.directory.values import Reader


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its record, its fields with their readers, what must be there, what it belongs to, what lies in it."""

    name: str
    record: type[Any]
    fields: Mapping[str, Reader]
    required: tuple[str, ...] = ()
    parents: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    """In JSON: a key with a list of rows, and their table."""
    files: tuple[str, ...] = ()
    beside: frozenset[str] = frozenset()
    """Columns that say what it belongs to, and keys with an object, which other code reads."""


def _texts(*names: str) -> dict[str, Reader]:
    return dict.fromkeys(names, values.text)


def _lines(*names: str) -> dict[str, Reader]:
    return dict.fromkeys(names, values.line)


_ID: Final[dict[str, Reader]] = {"id": values.identifier}
_SERVICE, _LOCATION, _AT = (
    {"service_id": "service"},
    {"location_id": "location"},
    {"service_at_location_id": "service_at_location"},
)
_PHONES, _SCHEDULES, _LANGUAGES = {"phones": "phone"}, {"schedules": "schedule"}, {"languages": "language"}
_WEEK: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_ALL: Final = (
    Table(
        "organization", records.Organization,
        _ID | _lines("name", "alternate_name", "legal_status") | _texts("description") | {
            "email": values.email, "website": values.url, "uri": values.url,
            "year_incorporated": values.whole(1000, 2200),
        },
        required=("id", "name", "description"), lists=_PHONES | {"funding": "funding"}, files=("organizations",),
    ),
    Table(
        "location", records.Location,
        _ID | _lines("name", "alternate_name") | _texts("description", "transportation") | {
            "location_type": values.choice(records.LOCATION_TYPES), "url": values.url,
            "latitude": values.number(-90, 90), "longitude": values.number(-180, 180),
        },
        required=("id", "location_type"), files=("locations",),
        lists=_PHONES | _SCHEDULES | _LANGUAGES | {"addresses": "address", "accessibility": "accessibility"},
        beside=frozenset({"organization_id"}),
    ),
    Table(
        "service", records.Service,
        _ID | _lines("name", "alternate_name") | _texts(
            "description", "interpretation_services", "application_process", "fees_description", "fees", "wait_time",
            "accreditations", "licenses", "eligibility_description", "alert",
        ) | {
            "url": values.url, "email": values.email, "status": values.choice(records.STATUSES),
            "minimum_age": values.number(0, 150), "maximum_age": values.number(0, 150), "assured_date": values.day,
            "assurer_email": values.email, "last_modified": values.moment,
        },
        required=("id", "name", "status"), files=("services",), beside=frozenset({"organization_id", "organization"}),
        lists=_PHONES | _SCHEDULES | _LANGUAGES | {
            "service_areas": "service_area", "service_at_locations": "service_at_location", "funding": "funding",
            "cost_options": "cost_option", "required_documents": "required_document", "attributes": "attribute",
        },
    ),
    Table(
        "service_at_location", records.ServiceAtLocation, _ID | _texts("description"), parents=_SERVICE,
        required=("id",), lists=_PHONES | _SCHEDULES, files=("service_at_locations", "service_at_location"),
        beside=frozenset({"service_id", "location_id", "location"}),
    ),
    Table(
        "address", records.Address,
        _ID | _lines("attention", "address_1", "address_2", "city", "region", "state_province", "postal_code")
        | _lines("country") | {"address_type": values.choice(records.LOCATION_TYPES)},
        required=("id", "address_1", "city", "state_province", "postal_code", "country", "address_type"),
        parents=_LOCATION, files=("addresses",),
    ),
    Table(
        "phone", records.Phone,
        _ID | _lines("type") | _texts("description")
        | {"number": values.phone, "extension": values.whole(0, 99_999_999)},
        required=("id", "number"), lists=_LANGUAGES, files=("phones",), beside=frozenset({"contact_id"}),
        parents=_SERVICE | _LOCATION | _AT | {"organization_id": "organization"},
    ),
    Table(
        "schedule", records.Schedule,
        _ID | _texts("description", "attending_type", "notes") | _lines("byweekno", "bymonthday", "byyearday") | {
            "valid_from": values.day, "valid_to": values.day, "dtstart": values.day, "until": values.day,
            "timezone": values.number(-14, 14), "count": values.whole(1, 10_000), "wkst": values.choice(_WEEK),
            "freq": values.choice(("WEEKLY", "MONTHLY")), "interval": values.whole(1, 1000), "byday": values.days,
            "opens_at": values.time, "closes_at": values.time, "schedule_link": values.url,
        },
        required=("id",), parents=_SERVICE | _LOCATION | _AT, files=("schedules",),
    ),
    Table(
        "language", records.Language, _ID | _lines("name", "code") | _texts("note"), required=("id",),
        parents=_SERVICE | _LOCATION | {"phone_id": "phone"}, files=("languages",),
    ),
    Table(
        "service_area", records.ServiceArea, _ID | _lines("name") | _texts("description") | {"uri": values.url},
        required=("id",), parents=_SERVICE, files=("service_areas",),
    ),
    Table(
        "funding", records.Funding, _ID | _texts("source"), required=("id",), files=("funding",),
        parents=_SERVICE | {"organization_id": "organization"},
    ),
    Table(
        "cost_option", records.CostOption,
        _ID | _texts("option", "amount_description") | {
            "valid_from": values.day, "valid_to": values.day, "currency": values.currency,
            "amount": values.number(0, 1e9),
        },
        required=("id",), parents=_SERVICE, files=("cost_options",),
    ),
    Table(
        "required_document", records.RequiredDocument, _ID | _texts("document") | {"uri": values.url},
        required=("id",), parents=_SERVICE, files=("required_documents",),
    ),
    Table(
        "accessibility", records.Accessibility, _ID | _texts("description", "details") | {"url": values.url},
        required=("id",), parents=_LOCATION, files=("accessibility",),
    ),
    Table(
        "attribute", records.Attribute, _ID | _lines("value"), required=("id",), files=("attributes",),
        beside=frozenset({"link_id", "link_entity", "link_type", "taxonomy_term_id", "taxonomy_term"}),
    ),
    Table(
        "taxonomy_term", records.Attribute, _ID | _lines("taxonomy", "code", "name"), required=("id", "name"),
        files=("taxonomy_terms",),
    ),
)  # fmt: skip
TABLES: Final[Mapping[str, Table]] = {table.name: table for table in _ALL}
LEFT_OUT: Final = frozenset({
    "contact", "contacts", "program", "programs", "metadata", "meta_table_descriptions", "organization_identifiers",
    "taxonomies", "urls", "additional_urls", "additional_websites", "units", "service_capacities", "capacities",
})  # fmt: skip
"""Tables of HSDS 3 that are not read; a contact is a person."""


def read_row(table: Table, raw: Mapping[str, object]) -> dict[str, Any]:
    """The values of a row that is there; raises `WrongFieldError` for the first field that is wrong."""
    found: dict[str, Any] = {}
    readers = table.fields
    for name, value in raw.items():
        if value is None or value == "" or name not in readers:
            continue
        try:
            read = readers[name](value)
        except values.WrongValueError as error:
            raise WrongFieldError(name, error) from error
        if read != "":
            found[name] = read
    for name in table.required:
        if name not in found:
            raise WrongFieldError(name, values.WrongValueError("is empty", "every row of this table has it"))
    return found


class WrongFieldError(ValueError):
    """A row with a field that cannot be taken."""

    def __init__(self, name: str, error: values.WrongValueError) -> None:
        super().__init__(str(error))
        self.field, self.message, self.remedy = name, error.message, error.remedy
