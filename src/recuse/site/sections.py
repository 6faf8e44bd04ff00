"""The sections of the site, in the order of its navigation."""

from typing import Final

from recuse.site import (
    about,
    access,
    checking,
    decided,
    enforcement,
    feed,
    finding,
    home,
    press,
    requested,
    who_looked,
)
from recuse.site.open_data import pages as open_data
from recuse.site.pages import Section
from recuse.site.places import pages as places
from recuse.site.rights import section as rights

SECTIONS: Final[tuple[Section, ...]] = (
    home.SECTION,
    decided.SECTION,
    access.SECTION,
    enforcement.SECTION,
    checking.SECTION,
    requested.SECTION,
    rights.SECTION,
    places.SECTION,
    who_looked.SECTION,
    open_data.SECTION,
    press.SECTION,
    about.SECTION,
    finding.SECTION,
    feed.SECTION,
)
