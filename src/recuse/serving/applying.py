"""What screens of jobs get from a server process: the queue by its own login, the policy and signatures of now."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.requests import Request

from recuse.jobs import Asking
from recuse.model import Official
from recuse.operations.workspace import open_with_ledger
from recuse.policy.repository import read_repository
from recuse.server.console.applying import Applying, Signed
from recuse.server.identity import Visitor
from recuse.server.state.jobs import StateQueue
from recuse.serving.place import Place
from recuse.serving.shared import Shared


def applying(shared: Shared, named: Callable[[Visitor], str], still: Callable[[Request], Visitor | None]) -> Applying:
    """Over a place. The repository is read anew, so that what is shown as signed is what an apply would find."""
    place = shared.place

    @contextmanager
    def queue() -> Iterator[Asking]:
        with shared.state.one() as connection:
            yield StateQueue(lambda: connection)

    def policy() -> str:
        return read_repository(place.repository).policy_sha256

    return Applying(queue, named, policy, lambda: signed(place), still)


def signed(place: Place) -> tuple[Signed, ...]:
    """Every directive that counts, in force or in draft, and whose signatures on it hold now."""
    workspace = open_with_ledger(place.repository, place.ledger, draft=True)
    whole = {each.directive.id: Signed(each.directive.id, _of(each.directed_by), _of(each.confirmed_by))
             for each in workspace.attested}  # fmt: skip
    return tuple(whole.get(name, Signed(name, None, None)) for name in workspace.directives)


def _of(official: Official) -> tuple[str, str]:
    return official.id, official.name
