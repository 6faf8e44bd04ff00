"""What a site is put together from: the policy repository, the ledger and the content folder, read as of now."""

import os
from functools import partial
from pathlib import Path

from recuse.content.folder import read_content
from recuse.directory.reading import read_directory
from recuse.ledger import decode, read_signed
from recuse.operations import record
from recuse.operations.workspace import open_with_ledger
from recuse.site.building import Progress, build
from recuse.site.engine import indexing
from recuse.site.sheets import Printer
from recuse.site.sources import Record, Settings, Sources
from recuse.site.writing import Written, count_files, write_site


def read_sources(content: Path, repository: Path, ledger: Path | None, *, printed: bool) -> Sources:
    """Everything that a site is made of. Raises as the readers of each: a site of what is not in force is not made."""
    told = read_content(content)
    settings = Settings.of(told.site)
    folder = record.ledger_folder(repository, ledger)
    workspace = open_with_ledger(repository, folder, draft=False)
    there = os.path.lexists(content / "services")
    services = read_directory(content, workspace.at.date()) if there else None
    raw, checkpoint = read_signed(folder)
    verifier = (folder / "verifier").read_text(encoding="utf-8").strip()
    kept = Record(tuple(map(decode, raw)), raw, checkpoint, verifier)
    return Sources(
        workspace.repository, workspace.rules, workspace.attested, kept, settings, told, services, workspace.at, printed
    )


def publish_sources(sources: Sources, target: Path | None, fonts: tuple[Path, ...], progress: Progress) -> Written:
    """Write a site to a folder, with the index of its search; without a target make every page and write nothing."""
    files = build(sources, Printer(sources.now, fonts) if sources.printed else None, progress)
    if target is None:
        return count_files(files)
    codes = frozenset(each.code for each in sources.settings.languages)
    return write_site(target, files, partial(indexing, languages=codes))
