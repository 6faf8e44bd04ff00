"""Names, numbers and addresses in a normal form, for comparing alone: small letters and digits, single spaces."""

import re
import unicodedata
from typing import Final

from recuse.directory.records import Address, Phone, Service

_OTHER: Final = re.compile(r"[\W_]+")


def normal(text: str) -> str:
    """A text without case, punctuation and width: `St. Mary’s  Clinic` and `ST MARY'S CLINIC` are one."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "").replace("'", "")
    return _OTHER.sub(" ", plain).strip()


def number_of(phone: Phone) -> str:
    """The digits of a number, without the leading 1 of North America, with the extension."""
    digits = "".join(each for each in phone.number if each.isdigit())
    digits = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return digits if phone.extension is None else f"{digits} {phone.extension}"


def address_of(address: Address) -> str:
    """Street and place of an address, with the first part of its postal code."""
    postal = normal(address.postal_code).split(" ")[0]
    return f"{normal(address.address_1)} {normal(address.address_2 or '')}, {normal(address.city)} {postal}"


def phones_of(service: Service) -> tuple[Phone, ...]:
    """Every number of a service and its places, without its organization's."""
    places = (phone for at in service.service_at_locations for phone in (*at.phones, *at.location.phones))
    return tuple(dict.fromkeys((*service.phones, *places)))


def visited(service: Service) -> tuple[Address, ...]:
    """Every address at which a service is visited."""
    every = (address for at in service.service_at_locations for address in at.location.addresses)
    return tuple(dict.fromkeys(each for each in every if each.address_type == "physical"))
