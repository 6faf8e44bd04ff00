"""The permits that a system's database held at one moment, as a decision rests on them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from recuse.model import Account, Permit
from recuse.permits import opens
from recuse.policy.contexts import Context


class Held:
    """Permits of several systems, found by who may declare under them."""

    def __init__(self, permits: Iterable[Permit]) -> None:
        by_account: dict[tuple[str, str], list[Permit]] = {}
        self._by_name: dict[str, Permit] = {}
        for permit in permits:
            by_account.setdefault((permit.system, permit.login), []).append(permit)
            self._by_name[permit.id] = permit
        self._by_account: Mapping[tuple[str, str], list[Permit]] = by_account

    def in_force(self, account: Account, context: Context, case: str | None, at: datetime) -> bool:
        """Whether one of them lets the account declare this now."""
        mine = self._by_account.get((account.system, account.login), ())
        return any(opens(permit, account, context, case, at) for permit in mine)

    def named(self, name: str) -> Permit | None:
        """The permit of this id, where it is in force."""
        return self._by_name.get(name)
