"""What a site is put together from: the policy repository, the ledger and the content folder, read as of now."""

import os
from functools import partial
from pathlib import Path
from typing import Final

from recuse.content.beginning import guesses
from recuse.content.folder import read_content
from recuse.content.naming import missing_names
from recuse.content.values import Content, Site, WhoLooked
from recuse.directory.reading import Directory, read_directory
from recuse.errors import InputError
from recuse.ledger import decode
from recuse.model import Repository
from recuse.operations import record
from recuse.operations.accounting_settings import SETTINGS, settings_of
from recuse.operations.workspace import open_with_ledger
from recuse.policy.references import nearest
from recuse.site.building import Progress, build, build_into
from recuse.site.engine import indexing
from recuse.site.places.maps import tile_files
from recuse.site.sheets import Printer
from recuse.site.sources import Record, Settings, Sources
from recuse.site.writing import Written, count_files, write_site

_TOLD: Final = 5
"""Ids without a name that a message lists."""


def read_sources(content: Path, repository: Path, ledger: Path | None, *, printed: bool) -> Sources:
    """Everything that a site is made of. Raises as the readers of each: a site of what is not in force is not made."""
    told = read_content(content)
    settings = Settings.of(told.site)
    folder = record.ledger_folder(repository, ledger)
    workspace = open_with_ledger(repository, folder, draft=False)
    _check_names(told, workspace.repository)
    _check_reports(told.site, workspace.repository)
    _check_deadline(told.site.who_looked, repository, workspace.repository)
    there = os.path.lexists(content / "services")
    services = read_directory(content, workspace.at.date()) if there else None
    _check_tiles(services)
    raw, checkpoint = record.exact(folder)
    verifier = (folder / "verifier").read_text(encoding="utf-8").strip()
    kept = Record(tuple(map(decode, raw)), raw, checkpoint, verifier)
    return Sources(
        workspace.repository, workspace.rules, workspace.attested, kept, settings, told, services, workspace.at, printed
    )


def _check_names(content: Content, repository: Repository) -> None:
    """Raise InputError, once for all, for ids of the policy repository that readers have no name for."""
    wanted = ((kind, name) for kind, name, _ in guesses(repository))
    lacking = missing_names(content, wanted, content.site.languages)
    found: dict[str, list[str]] = {}
    for each in lacking:
        found.setdefault(f"{each.what} `{each.id}`", []).append(each.language)
    if found:
        told = "; ".join(f"{name} in {', '.join(codes)}" for name, codes in [*found.items()][:_TOLD])
        more = f"; and of {len(found) - _TOLD} more" if len(found) > _TOLD else ""
        raise InputError(
            f"names.toml lacks what readers call {told}{more}",
            "write it there; `recuse new content` has a guess for each id",
        )


def _check_reports(site: Site, repository: Repository) -> None:
    """Raise InputError for an agency that the policy repository does not have: counts of it would all be 0."""
    wanted = site.homeland_security
    if wanted is not None and wanted not in repository.agencies:
        remedy = nearest(wanted, repository.agencies) or "name one that agencies.toml has"
        raise InputError(f"site.toml counts requests of `{wanted}`, which the policy does not have", remedy)


def _check_deadline(asked: WhoLooked | None, folder: Path, repository: Repository) -> None:
    """Raise InputError where readers would be told another deadline than staff have in the settings of accountings."""
    path = folder / SETTINGS
    if asked is None or not path.exists():
        return
    days = settings_of(path, repository).days
    if days != asked.deadline_days:
        raise InputError(
            f"site.toml promises an answer within {asked.deadline_days} days, and `{path.name}` within {days}",
            "give `deadline_days` and `days` the same number",
        )


def _check_tiles(services: Directory | None) -> None:
    """Raise InputError for a tile that a map needs and that is not there: before any page is made, not after all."""
    if services is not None and services.settings.map is not None:
        for _ in tile_files(services):
            pass


def publish_sources(sources: Sources, target: Path | None, fonts: tuple[Path, ...], progress: Progress) -> Written:
    """Write a site to a folder, with the index of its search; without a target make every page and write nothing."""
    printer = Printer(sources.now, fonts) if sources.printed else None
    if target is None:
        return count_files(build(sources, printer, progress))
    codes = frozenset(each.code for each in sources.settings.languages)
    files = partial(build_into, sources=sources, printer=printer, progress=progress)
    return write_site(target, files, partial(indexing, languages=codes))
