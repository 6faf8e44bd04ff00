"""The services behind the screens of directives: the policy repository, which is only read, and drafts in the state."""

from collections.abc import Callable, Mapping

from recuse import clock
from recuse.directive.in_force import Moment
from recuse.operations import record
from recuse.operations.drafting import repository_files
from recuse.server.console.directives import DirectiveDesk, NoPlans
from recuse.server.identity import Person
from recuse.server.identity.kept import Kept
from recuse.server.state.drafts import StateDrafts
from recuse.serving.place import Place


def directive_desk(place: Place, kept: Kept, pseudonym: Callable[[Person], str]) -> DirectiveDesk:
    """The desk of one worker. Plans are brought as files: this process enters no database that is governed."""

    def files() -> Mapping[str, bytes]:
        return repository_files(place.repository)

    def moment() -> Moment:
        return Moment(clock.now(), record.recorded_times(place.ledger))

    return DirectiveDesk(files, StateDrafts(kept.together), NoPlans(), moment, pseudonym)
