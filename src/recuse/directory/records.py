"""The records of HSDS 3 that the directory reads, under the standard's own field names; absent is None or `()`.

Source of names: Open Referral, Human Services Data Specification 3.0. Contacts and programs are not read: a contact is
a person, and no page names one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, Literal

Status = Literal["active", "inactive", "defunct", "temporarily closed"]
LocationType = Literal["physical", "postal", "virtual"]
STATUSES: Final = ("active", "inactive", "defunct", "temporarily closed")
LOCATION_TYPES: Final = ("physical", "postal", "virtual")
NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language in which something is offered; `code` as the feed writes it."""

    id: str
    name: str | None = None
    code: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone number as its feed writes it."""

    id: str
    number: str
    extension: int | None = None
    type: str | None = None
    description: str | None = None
    languages: tuple[Language, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When something is open, in the terms of RFC 5545; `opens_at` is HH:MM local, or with the offset that it bears."""

    id: str
    valid_from: date | None = None
    valid_to: date | None = None
    dtstart: date | None = None
    timezone: float | None = None
    until: date | None = None
    count: int | None = None
    wkst: str | None = None
    freq: str | None = None
    interval: int | None = None
    byday: str | None = None
    byweekno: str | None = None
    bymonthday: str | None = None
    byyearday: str | None = None
    description: str | None = None
    opens_at: str | None = None
    closes_at: str | None = None
    schedule_link: str | None = None
    attending_type: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredDocument:
    """Something to bring."""

    id: str
    document: str | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOption:
    """What it costs; `amount` in `currency` (ISO 4217)."""

    id: str
    valid_from: date | None = None
    valid_to: date | None = None
    option: str | None = None
    currency: str | None = None
    amount: float | None = None
    amount_description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceArea:
    """Where a service is offered; an `extent` (a shape) is not read."""

    id: str
    name: str | None = None
    description: str | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """Who pays for it."""

    id: str
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A term of a taxonomy that a feed gives to a service."""

    id: str
    taxonomy: str | None = None
    code: str | None = None
    name: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal or visiting address; `region` is a neighbourhood or county where a feed says one."""

    id: str
    address_1: str
    city: str
    state_province: str
    postal_code: str
    country: str
    address_type: LocationType
    attention: str | None = None
    address_2: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accessibility:
    """What a place offers to people with disabilities."""

    id: str
    description: str | None = None
    details: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place; `latitude` and `longitude` in degrees (WGS 84)."""

    id: str
    location_type: LocationType
    url: str | None = None
    name: str | None = None
    alternate_name: str | None = None
    description: str | None = None
    transportation: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    addresses: tuple[Address, ...] = ()
    phones: tuple[Phone, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    languages: tuple[Language, ...] = ()
    accessibility: tuple[Accessibility, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAtLocation:
    """A service at one place: what differs there from the service elsewhere."""

    id: str
    location: Location
    description: str | None = None
    phones: tuple[Phone, ...] = ()
    schedules: tuple[Schedule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Who offers services."""

    id: str
    name: str
    description: str
    alternate_name: str | None = None
    email: str | None = None
    website: str | None = None
    legal_status: str | None = None
    year_incorporated: int | None = None
    uri: str | None = None
    phones: tuple[Phone, ...] = ()
    funding: tuple[Funding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is offered. `incomplete` are the tables of which a row about it was rejected: what it shows is not all."""

    id: str
    name: str
    status: Status
    alternate_name: str | None = None
    description: str | None = None
    url: str | None = None
    email: str | None = None
    interpretation_services: str | None = None
    application_process: str | None = None
    fees_description: str | None = None
    fees: str | None = None
    wait_time: str | None = None
    accreditations: str | None = None
    licenses: str | None = None
    eligibility_description: str | None = None
    minimum_age: float | None = None
    maximum_age: float | None = None
    alert: str | None = None
    assured_date: date | None = None
    assurer_email: str | None = None
    last_modified: datetime | None = None
    organization: Organization | None = None
    phones: tuple[Phone, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    service_areas: tuple[ServiceArea, ...] = ()
    service_at_locations: tuple[ServiceAtLocation, ...] = ()
    languages: tuple[Language, ...] = ()
    funding: tuple[Funding, ...] = ()
    cost_options: tuple[CostOption, ...] = ()
    required_documents: tuple[RequiredDocument, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a service was read: the feed, and its id there."""

    feed: str
    id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One service as the directory has it; `given` says for each field which feed gave it, where several did."""

    service: Service
    sources: tuple[Source, ...]
    given: Mapping[str, str] = field(default_factory=lambda: NONE)

    @property
    def id(self) -> str:
        """The id of the service in the earliest feed that has it."""
        return self.service.id

    @property
    def feed(self) -> str:
        """The earliest feed that has it."""
        return self.sources[0].feed

    @property
    def shown(self) -> bool:
        """Whether readers see it: while it is offered, or closed for a time."""
        return self.service.status in ("active", "temporarily closed")
