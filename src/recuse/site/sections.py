"""The sections of the site, in the order of its navigation."""

from typing import Final

from recuse.site import about, finding, home
from recuse.site.pages import Section
from recuse.site.rights import section as rights

SECTIONS: Final[tuple[Section, ...]] = (home.SECTION, rights.SECTION, about.SECTION, finding.SECTION)
