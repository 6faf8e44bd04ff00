"""What a site is put together from: the policy repository, the ledger and the content folder, read as of now."""

from pathlib import Path

from recuse.ledger import decode, read_signed
from recuse.operations import record
from recuse.operations.workspace import open_with_ledger
from recuse.site.settings import read_names, read_settings
from recuse.site.sources import Record, Sources


def read_sources(content: Path, repository: Path, ledger: Path | None, *, printed: bool) -> Sources:
    """Everything that a site is made of. Raises as the readers of each: a site of what is not in force is not made."""
    settings = read_settings(content / "site.toml")
    folder = record.ledger_folder(repository, ledger)
    workspace = open_with_ledger(repository, folder, draft=False)
    raw, checkpoint = read_signed(folder)
    verifier = (folder / "verifier").read_text(encoding="utf-8").strip()
    kept = Record(tuple(map(decode, raw)), raw, checkpoint, verifier)
    names = read_names(content / "names.toml")
    rules, attested = workspace.rules, workspace.attested
    return Sources(workspace.repository, rules, attested, kept, settings, workspace.at, printed, names)
