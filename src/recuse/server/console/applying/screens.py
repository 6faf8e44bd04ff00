"""The screens of jobs, each with the roles that open it."""

from typing import Final

from recuse.server.console.applying import showing
from recuse.server.console.applying.streaming import stream
from recuse.server.console.applying.work import Applying
from recuse.server.console.screens import OVERSIGHT, Screen
from recuse.server.identity import Role

_LOOKERS: Final = OVERSIGHT | frozenset[Role]({"reviewer", "administrator"})
_APPLIERS: Final = frozenset[Role]({"administrator"})
LIVE: Final = "/jobs/live"
STREAM: Final = "/jobs/stream"
"""What a page asks for by itself: no use of a session."""


def screens(work: Applying) -> tuple[Screen, ...]:
    """The list, one job, what follows it, and the forms that ask for a plan and its application."""
    both = ("GET", "POST")
    return (
        Screen("/jobs", "Apply", _LOOKERS, showing.show_list(work)),
        Screen("/jobs/plan", None, _APPLIERS, showing.queue_plan(work), ("POST",)),
        Screen(LIVE, None, _LOOKERS, showing.show_live(work)),
        Screen(STREAM, None, _LOOKERS, stream(work, _LOOKERS)),
        Screen("/jobs/{id}", None, _LOOKERS, showing.show_one(work)),
        Screen("/jobs/{id}/apply", None, _APPLIERS, showing.confirm(work), both),
    )
