"""The sections of the site, in the order of its navigation."""

from typing import Final

from recuse.site import about, access, checking, decided, enforcement, finding, home
from recuse.site.pages import Section

SECTIONS: Final[tuple[Section, ...]] = (
    home.SECTION,
    decided.SECTION,
    access.SECTION,
    enforcement.SECTION,
    checking.SECTION,
    about.SECTION,
    finding.SECTION,
)
