"""Where a test keeps a policy repository, and the ledger of what it decided."""

from pathlib import Path

from recuse.operations import record


class Place:
    """A folder with the repository in it; the ledger lies where the product looks for it."""

    __slots__ = ()
    folder: Path

    @property
    def policy(self) -> Path:
        return self.folder / "policy"

    @property
    def ledger(self) -> Path:
        return record.ledger_folder(self.policy, None)
