"""Reads `[permits]` of a directive: how long permits run, who else must approve them, and whether glass may be broken.

```
[permits]
longest_hours = 72            # 1 to 72
unused_hours = 24             # 1 to 72: a permit that nobody used by then lapses
two_person = ["civil"]        # purposes that take two persons besides who asks, with all below them; or "all"
break_glass_hours = 4         # 0 to 8; without it, or at 0, break-glass is not open
break_glass_purposes = ["x"]  # only for these and all below them; without it, for every purpose
```
"""

from typing import Final, TypeGuard

from recuse.model import PermitTerms
from recuse.toml_source import Section

KEY: Final = "permits"
ALL: Final = "all"
_USUAL: Final = PermitTerms()


def read_terms(directive: Section) -> PermitTerms | None:
    """What a directive says of permits; None where it has no `[permits]`. Problems go to the section."""
    section = directive.section(KEY, optional=True)
    if section is None:
        return None
    breakable = section.texts("break_glass_purposes") if "break_glass_purposes" in section else None
    terms = PermitTerms(
        longest_hours=_hours(section, "longest_hours", 1, 72, _USUAL.longest_hours),
        unused_hours=_hours(section, "unused_hours", 1, 72, _USUAL.unused_hours),
        two_person=_purposes(section, "two_person"),
        break_glass_hours=_hours(section, "break_glass_hours", 0, 8, _USUAL.break_glass_hours),
        break_glass_purposes=breakable,
    )
    if breakable is not None and terms.break_glass_hours == 0:
        section.report(
            "`break_glass_purposes` opens nothing without `break_glass_hours`",
            "break_glass_purposes",
            remedy="add the hours, or remove it",
        )
    section.close()
    return terms


def _hours(section: Section, key: str, least: int, most: int, usual: int) -> int:
    def fits(value: object) -> TypeGuard[int]:
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

    found = section.take(key, f"whole hours from {least} to {most}", fits, optional=True)
    return usual if found is None else found


def _purposes(section: Section, key: str) -> tuple[str, ...] | None:
    found = section.take(key, f"a list of purposes, or `{ALL}`", _is_list_or_all, optional=True)
    if isinstance(found, str):
        return None
    return () if found is None else section.texts(key)


def _is_list_or_all(value: object) -> TypeGuard[list[str] | str]:
    return value == ALL or (isinstance(value, list) and all(isinstance(each, str) and each for each in value))
