"""Is it so? What the record says of each system, and of open findings by door: never where they are.

A finding is named by its door alone while one is open. A system is named by its plain name alone, and findings and what
could not be told are one word there, so that no page says which system has them.
"""

from collections.abc import Iterator

from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.site.doors import Doors, doors
from recuse.site.pages import Page, Section
from recuse.site.saying import Sayer
from recuse.site.sources import Sources
from recuse.site.standing import Standing, standings

PATH = "enforcement/index.html"


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    found = standings(sources)
    of_doors = doors(sources.record.entries, _counted(sources))
    sayer = Sayer(texts, sources.names)
    values = {
        "standings": found, "doors": of_doors, "sayer": sayer,
        "days": {each.since: (sources.now - each.since).days for each in of_doors.open},
        "hours": round(sources.settings.fresh.total_seconds() / 3600),
    }  # fmt: skip
    data: dict[str, JSON] = {"systems": [_system(each, sayer) for each in found], "doors": _doors(of_doors)}
    yield Page(PATH, "enforcement/index.html", texts.say("Is it so?"), values, data)


def _counted(sources: Sources) -> list[str]:
    """The systems whose findings are counted: those that can be checked from here, and others that ever had some."""
    had = {e.body.get("system") for e in sources.record.entries if e.kind == "verified" and e.body.get("findings")}
    return [each.name for each in sources.repository.systems.values() if each.kind == "live" or each.name in had]


def _system(standing: Standing, sayer: Sayer) -> JSON:
    verified, applied = standing.verified, standing.applied
    return {
        "system": sayer.name("system", standing.system.name), "known": standing.known, "why_not": standing.why,
        "verified": verified.entry.at.isoformat() if verified else None,
        "known_by": "attempt" if standing.known else None,
        "applied": applied.entry.at.isoformat() if applied else None,
    }  # fmt: skip


def _doors(found: Doors) -> JSON:
    return {
        "open": [
            {"door": e.door, "count": e.count, "since": e.since.isoformat(), "exactly": e.exactly} for e in found.open
        ],
        "closed": [
            {"door": e.door, "since": e.since.isoformat(), "until": e.until.isoformat()} for e in found.closed
        ],
        "not_by_door": found.undivided, "of_order": found.order, "accepted": found.accepted, "told": found.told,
    }  # fmt: skip


SECTION = Section(
    "enforcement", "Is it so?", PATH, _pages,
    tile="When each system was last checked, and how many findings are open.",
)  # fmt: skip
