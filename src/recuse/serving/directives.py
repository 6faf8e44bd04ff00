"""The services behind the screens of directives: the policy repository, which is only read, and drafts in the state."""

from collections.abc import Callable, Mapping
from typing import Final

from recuse import clock
from recuse.directive.drafting import Draft
from recuse.directive.in_force import Moment
from recuse.errors import InputError
from recuse.jobs import OF_RULES, Asked
from recuse.operations import record
from recuse.operations.drafting import repository_files
from recuse.server.console.directives import DirectiveDesk
from recuse.server.console.directives.kept import Version
from recuse.server.console.screens import PREFIX
from recuse.server.identity import Person
from recuse.server.identity.kept import Kept
from recuse.server.state.drafts import StateDrafts
from recuse.server.state.jobs import StateQueue
from recuse.serving.place import Place

_LOOKED_THROUGH: Final = 500  # jobs, newest first, for the plan of a draft


def directive_desk(place: Place, kept: Kept, pseudonym: Callable[[Person], str]) -> DirectiveDesk:
    """The desk of one server process. Plans are the worker's, or brought as files: this process makes none."""

    def files() -> Mapping[str, bytes]:
        return repository_files(place.repository)

    def moment() -> Moment:
        return Moment(clock.now(), record.recorded_times(place.ledger))

    return DirectiveDesk(files, StateDrafts(kept.together), QueuedPlans(kept), moment, pseudonym)


class QueuedPlans:
    """`Plans` that the worker makes, by the queue in the state."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def find(self, cedar_sha256: str) -> bytes | None:
        """The newest plan that a worker made of a draft with these rules."""
        with self._kept.together() as connection:
            queue = StateQueue(lambda: connection)
            made = (job for job in queue.recent(_LOOKED_THROUGH) if job.told == f"{OF_RULES}{cedar_sha256}")
            newest = next(made, None)
            return None if newest is None else queue.document(newest.id)

    def ask(self, version: Version, by: str) -> str:
        """Queue it; the job's page."""
        asked = Asked("plan_draft", by, {"draft": version.draft.id, "version": str(version.number)})
        with self._kept.together() as connection:
            return f"{PREFIX}/jobs/{StateQueue(lambda: connection).put(asked).id}"


def draft_of(state: str, name: str, version: int) -> Draft:
    """A version of a draft in a state, for a worker. InputError for none, TargetError when the state cannot be used."""
    kept = Kept(state)
    try:
        found = [each.draft for each in StateDrafts(kept.together).versions(name) if each.number == version]
    finally:
        kept.close()
    if not found:
        raise InputError(f"there is no version {version} of draft `{name}`", "ask again on its page")
    return found[0]
