"""What the published world holds, read from its policy, its ledger and its names: formatted as a language writes it.

Nothing here asks the pages or what makes them: an answer on a page is compared with this.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from recuse.languages import Forms, Language
from recuse.ledger import Entry
from recuse.operations import record
from tests.site.world import SYSTEM, Site, last_verified

YEAR: Final = 2026
AGENCY: Final = "us.dhs.ice"
CLINIC: Final = ("c5195ec9-6820-460f-a593-15c9a6b9a833", "Lantern Hill Example Clinic 57")
"""A service by its id in the feed of partners, and who offers it."""


@cache
def _names(content: Path) -> Mapping[str, Any]:
    return tomllib.loads((content / "names.toml").read_text(encoding="utf-8"))


def values(site: Site, language: Language) -> dict[str, str]:
    """Every value that an answer may name."""
    forms, names, repository = Forms(language), _names(site.content), site.repository

    def named(kind: str, name: str) -> str:
        found: str = names[kind][name][language.code]
        return found

    entries = record.entries(site.office.policy / ".ledger")
    (signed,) = repository.directives.values()
    directive, confirmation = signed.directive, signed.confirmation
    assert confirmation is not None
    by, also = (repository.officials[each] for each in (directive.directed_by, confirmation.confirmed_by))
    published = datetime.fromtimestamp((site.folder / language.code / "index.html").stat().st_mtime, UTC)
    return {
        "today": forms.day(published.date()), "agency": named("agency", AGENCY),
        "purpose": named("purpose", "imm.civil_enforcement"), "data": named("category", "contact_information"),
        "system": named("system", SYSTEM), "directive": named("directive", directive.id),
        "effective": forms.moment(max(directive.effective, confirmation.effective)),
        "directing": named("office", by.id), "director": by.name,
        "confirming": named("office", also.id), "confirmer": also.name,
        "directed": forms.day(_at(entries, "directed").date()),
        "confirmed": forms.day(_at(entries, "confirmed").date()),
        "verified": forms.moment(datetime.fromisoformat(last_verified(site))),
        "clinic": _clinic(site.content), "refused": forms.number(sum(1 for _ in refused(entries, published.date()))),
    }  # fmt: skip


def _clinic(content: Path) -> str:
    """The clinic, of which the feed says that no document is required."""
    read = json.loads((content / "services/feeds/partners/services.json").read_text(encoding="utf-8"))
    (found,) = (each for each in (read["contents"] if isinstance(read, dict) else read) if each["id"] == CLINIC[0])
    assert [each["document"] for each in found["required_documents"]] == ["None"]
    return CLINIC[1]


def _at(entries: Iterable[Entry], kind: str) -> datetime:
    return next(each.at for each in entries if each.kind == kind)


def refused(entries: Iterable[Entry], today: date) -> Iterator[Entry]:
    """What the policy refused of the year's requests, in quarters that are over."""
    over = (today.month - 1) // 3 * 3 + 1
    before = date(YEAR + 1, 1, 1) if today.year > YEAR else date(YEAR, over, 1)
    asked = (each for each in entries if each.kind == "asked" and each.body["verdict"] == "refused")
    yield from (e for e in asked if date(YEAR, 1, 1) <= date.fromisoformat(str(e.body["received"])) < before)
