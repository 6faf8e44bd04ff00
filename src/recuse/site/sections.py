"""The sections of the site, in the order of its navigation."""

from typing import Final

from recuse.site import about, finding, home, who_looked
from recuse.site.pages import Section

SECTIONS: Final[tuple[Section, ...]] = (home.SECTION, who_looked.SECTION, about.SECTION, finding.SECTION)
