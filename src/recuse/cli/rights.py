"""What a login lacks to apply a plan, for people and as JSON: a part of `recuse plan`."""

from collections.abc import Callable, Iterable

from recuse.cli.console import counted, document, err, out, plain
from recuse.model import System
from recuse.operations.plan import Planned
from recuse.operations.rights import check_declared, rights_document
from recuse.operations.stages import Planner
from recuse.operations.workspace import Workspace
from recuse.targets.target import Session, target_for


def show_rights(planner: Planner, systems: Iterable[System], dsn: Callable[[System], str], *, human: bool) -> int:
    """Print the SQL that a superuser runs once before this login applies; exit code 1 when there is some."""
    found = []
    for each in systems:
        with target_for(each.engine).open(dsn(each)) as session:
            planned = planner.plan(session, each)
            check_declared(planned, planner.workspace.repository)
            found.append((planned, session.missing_rights(planned.plan, planned.found)))
    if not human:
        document(rights_document(found))
    for planned, missing in found if human else ():
        login = planned.found.server.login
        said: set[str] = set()
        for right in missing:
            out.print(f"-- {right.right}, {right.purpose}", markup=False, soft_wrap=True)
            for line in right.sql.splitlines():
                if line not in said:
                    out.print(line, markup=False, soft_wrap=True)
            said |= set(right.sql.splitlines())
        if not missing:
            out.print(f"-- {planned.plan.system}: `{login}` lacks nothing that this plan needs", markup=False)
    return 1 if any(missing for _, missing in found) else 0


def warn_of_rights(session: Session, workspace: Workspace, planned: Planned) -> None:
    """Say beside a plan what the login that made it lacks to apply it; a plain login only looks, is told nothing."""
    server = planned.found.server
    account = workspace.repository.accounts.get(f"{planned.plan.system}/{server.login}")
    if server.superuser or account is None or account.use != "administrator":
        return
    missing = session.missing_rights(planned.plan, planned.found)
    if missing:
        err.print(f"[yellow]rights[/] `{plain(server.login)}` lacks {counted(len(missing), 'right')} to apply this:")
        for each in missing:
            err.print(f"       {each.right}, {each.purpose}", markup=False, soft_wrap=True)
        err.print("       recuse plan --rights prints the SQL that gives them", markup=False)
