"""The sections of the site, in the order of its navigation."""

from typing import Final

from recuse.site import about, finding, home
from recuse.site.pages import Section
from recuse.site.places import pages as places

SECTIONS: Final[tuple[Section, ...]] = (home.SECTION, places.SECTION, about.SECTION, finding.SECTION)
