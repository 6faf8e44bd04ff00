"""What the connected login lacks to apply a plan: told when a plan is made, refused before anything is recorded or run.

Without a superuser, the login that applies is a declared *administrator*: it can undo what it applies, so that somebody
answers for it.
"""

from collections.abc import Iterable
from typing import Any

from recuse.errors import MissingRightError
from recuse.model import Repository
from recuse.operations.plan import Planned
from recuse.targets.records import MissingRight
from recuse.targets.target import Session


def check_declared(planned: Planned, repository: Repository) -> None:
    """Raise MissingRightError for a login that is neither a superuser nor declared to apply plans without being one."""
    server, system = planned.found.server, planned.plan.system
    account = repository.accounts.get(f"{system}/{server.login}")
    if server.superuser or (account is not None and account.use == "administrator" and account.active):
        return
    raise MissingRightError(
        f"`{server.login}` is no superuser, and accounts.toml does not declare it as an active administrator of "
        f"system `{system}`",
        'connect as a superuser, or write `use = "administrator"` for it: it can undo what it applies',
    )


def check_rights(session: Session, planned: Planned, repository: Repository) -> None:
    """Raise MissingRightError when the connected login could not run all of the plan; superusers run anything."""
    check_declared(planned, repository)
    lacking = session.missing_rights(planned.plan, planned.found)
    if lacking:
        first, more = lacking[0], len(lacking) - 1
        raise MissingRightError(
            f"`{planned.found.server.login}` lacks {first.right} ({first.purpose})"
            + (f", and {more} more" if more else ""),
            f"let a superuser run `{first.sql}`" + (", and what `recuse plan --rights` prints" if more else ""),
        )


def rights_document(lacking: Iterable[tuple[Planned, tuple[MissingRight, ...]]]) -> list[dict[str, Any]]:
    """The JSON document of `recuse plan --rights`: one entry a system."""
    return [
        {
            "system": planned.plan.system,
            "login": planned.found.server.login,
            "superuser": planned.found.server.superuser,
            "missing": [{"right": each.right, "for": each.purpose, "sql": each.sql} for each in missing],
        }
        for planned, missing in lacking
    ]
