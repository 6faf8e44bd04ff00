"""Synthetic services: fictional organizations in Chicago and California, `example` domains, numbers from 555-0100 on.

The same seed and number give the same records. Nobody and nothing in them is real.
"""

import hashlib
import tomllib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any, Final, TypeVar

from recuse.directory.records import (
    Accessibility,
    Address,
    Attribute,
    CostOption,
    Funding,
    Language,
    Location,
    Organization,
    Phone,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    Status,
)

T = TypeVar("T")
TAXONOMY: Final = "recuse-demonstration"
WORDS: Final[dict[str, Any]] = tomllib.loads(
    files("recuse.demo.services").joinpath("words.toml").read_text(encoding="utf-8")
)
KINDS: Final = tuple(WORDS["kind"])
_PLACES: Final = (
    ("Chicago", "IL", "606", "312", 41.88, -87.63), ("Chicago", "IL", "606", "773", 41.93, -87.71),
    ("Los Angeles", "CA", "900", "213", 34.05, -118.24), ("Oakland", "CA", "946", "510", 37.8, -122.27),
    ("Chicago", "IL", "606", "872", 41.79, -87.6), ("Fresno", "CA", "937", "559", 36.74, -119.78),
    ("San Diego", "CA", "921", "619", 32.72, -117.16), ("Sacramento", "CA", "958", "916", 38.58, -121.49),
)  # fmt: skip
_STATUSES: Final[tuple[Status, ...]] = ("inactive", "defunct", "temporarily closed", "temporarily closed")
_PARTS: Final = ("Juniper Park", "Harbor Bend", "Old Mill", "Prairie Gate", "Cedar Row", "Lantern Hill", "Willow Flats")
_LANGUAGES: Final = (("Spanish", "spa"), ("Chinese", "zho"), ("Polish", "pol"), ("Arabic", "ara"), ("Tagalog", "tgl"))
_WEEKS: Final = (("MO,TU,WE,TH,FR", "09:00", "17:00"), ("MO,WE,FR", "10:00", "18:30"), ("TU,TH,SA", "08:30", "12:00"))


class Dice:
    """Chance from a seed, the same on every machine and with every Python."""

    def __init__(self, *seed: object) -> None:
        self._seed, self._count = repr(seed), 0

    def number(self, below: int) -> int:
        """A number from 0, below another."""
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}/{self._count}".encode()).digest()
        return int.from_bytes(digest[:8]) % below

    def one(self, of: Sequence[T]) -> T:
        """One of several."""
        return of[self.number(len(of))]

    def chance(self, percent: int) -> bool:
        """Yes in so many of a hundred."""
        return self.number(100) < percent


@dataclass(frozen=True, slots=True)
class _Site:
    """Where a synthetic service is, and how its ids are made."""

    seed: int
    index: int
    place: tuple[str, str, str, str, float, float]
    part: str

    def id(self, *what: object) -> str:
        """An id for something of this service."""
        digest = hashlib.sha256(repr((self.seed, self.index, *what)).encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))


def service(seed: int, index: int, today: date) -> Service:
    """One synthetic service; every sixth is of the same kind."""
    dice, kind = Dice(seed, index), KINDS[index % len(KINDS)]
    site = _Site(seed, index, _PLACES[index // len(KINDS) % len(_PLACES)], dice.one(_PARTS))
    words, common = WORDS["kind"][kind], WORDS["common"]
    which = dice.number(2)
    status: Status = "active" if dice.chance(93) else dice.one(_STATUSES)
    assured = _assured(dice, today)
    host = f"{words['code']}-{index}.example"
    return Service(
        id=site.id("service"), name=words["services"][which], status=status,
        description=words["descriptions"][which], url=f"https://{host}/service", email=f"desk@{host}",
        application_process=common[dice.one(("walk_in", "call"))],
        fees_description=common[dice.one(("free", "income"))],
        interpretation_services=common["interpreters"] if dice.chance(50) else None,
        eligibility_description=words["eligibility"],
        alert=common["closed"] if status == "temporarily closed" else None,
        minimum_age=5.0 if (kind, which) == ("schools", 0) else None,
        maximum_age=17.0 if (kind, which) == ("schools", 0) else None,
        assured_date=assured, assurer_email="editor@directory.example" if assured else None,
        organization=_organization(site, words), phones=(_phone(site, dice, "phone"),),
        service_areas=(ServiceArea(id=site.id("area"), name=site.place[0]),), languages=_languages(site, dice),
        service_at_locations=(_at(site, dice),),
        funding=(Funding(id=site.id("funding"), source="Synthetic fund"),) if dice.chance(10) else (),
        cost_options=_cost(site) if dice.chance(5) else (),
        required_documents=_documents(site, dice, words["documents"]),
        attributes=(Attribute(id=site.id("kind"), taxonomy=TAXONOMY, code=words["code"], name=words["organization"]),),
    )  # fmt: skip


def _assured(dice: Dice, today: date) -> date | None:
    if dice.chance(10):
        return None
    days = dice.number(170) if dice.chance(75) else 200 + dice.number(500)
    return today - timedelta(days=days)


def _organization(site: _Site, words: dict[str, Any]) -> Organization:
    name = f"{site.part} Example {words['organization']} {site.index}"
    return Organization(
        id=site.id("organization"), name=name, description=words["about"],
        website=f"https://{words['code']}-{site.index}.example/",
    )  # fmt: skip


def _phone(site: _Site, dice: Dice, what: str) -> Phone:
    extension = 100 + dice.number(800) if dice.chance(20) else None
    number = f"({site.place[3]}) 555-01{dice.number(100):02}"
    return Phone(id=site.id(what), number=number, extension=extension, type="voice")


def _languages(site: _Site, dice: Dice) -> tuple[Language, ...]:
    chosen = dict.fromkeys([("English", "eng"), *(dice.one(_LANGUAGES) for _ in range(dice.number(4)))])
    return tuple(Language(id=site.id("language", code), name=name, code=code) for name, code in chosen)


def _documents(site: _Site, dice: Dice, documents: Sequence[str]) -> tuple[RequiredDocument, ...]:
    if dice.chance(30):
        return ()
    names = (WORDS["common"]["none"],) if dice.chance(40) else documents[: 1 + dice.number(2)]
    return tuple(RequiredDocument(id=site.id("document", name), document=name) for name in names)


def _cost(site: _Site) -> tuple[CostOption, ...]:
    return (CostOption(id=site.id("cost"), option="Visit", currency="USD", amount=20.0),)


def _at(site: _Site, dice: Dice) -> ServiceAtLocation:
    common = WORDS["common"]
    city, state, postal, _, latitude, longitude = site.place
    address = Address(
        id=site.id("address"), address_1=f"{100 + site.index} Example Street", city=city, region=site.part,
        state_province=state, postal_code=f"{postal}{dice.number(100):02}", country="US", address_type="physical",
    )  # fmt: skip
    steps = (Accessibility(id=site.id("accessibility"), description=common["steps"]),) if dice.chance(50) else ()
    location = Location(
        id=site.id("location"), location_type="physical", name=f"{site.part} Example House {site.index}",
        latitude=round(latitude + dice.number(60) / 1000, 3), longitude=round(longitude + dice.number(60) / 1000, 3),
        transportation=common["bus"] if dice.chance(40) else None, addresses=(address,),
        accessibility=steps,
    )  # fmt: skip
    return ServiceAtLocation(id=site.id("at"), location=location, schedules=tuple(_schedules(site, dice)))


def _schedules(site: _Site, dice: Dice) -> list[Schedule]:
    days, opens, closes = dice.one(_WEEKS)
    holidays = WORDS["common"]["holidays"] if dice.chance(40) else None
    found = [
        Schedule(id=site.id("week"), freq="WEEKLY", byday=days, opens_at=opens, closes_at=closes, description=holidays)
    ]
    if dice.chance(15):
        found.append(
            Schedule(
                id=site.id("month"), description=WORDS["common"]["saturday"], freq="MONTHLY", byday="1SA",
                opens_at="09:00", closes_at="12:00",
            )
        )  # fmt: skip
    return found
