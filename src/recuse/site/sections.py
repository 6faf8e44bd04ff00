"""The sections of the site, in the order of its navigation."""

from typing import Final

from recuse.site import about, finding, home
from recuse.site.pages import Section

SECTIONS: Final[tuple[Section, ...]] = (home.SECTION, about.SECTION, finding.SECTION)
