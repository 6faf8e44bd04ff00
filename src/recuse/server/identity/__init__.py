"""Who the people at the console are: login by OpenID Connect, roles kept apart, sessions, and forms that are ours.

`guarded` puts a console behind it: then `request.state.visitor`, which `visitor_of` gives, is who asks.
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount
from starlette.types import ASGIApp

from recuse.server.identity.acts import Act, Done, Person, Refusal, Visitor, may, refusal
from recuse.server.identity.guard import Guard
from recuse.server.identity.roles import ROLES, Role
from recuse.server.identity.routes import routes as _routes
from recuse.server.identity.service import Identity, Register

__all__ = [
    "ROLES", "Act", "Done", "Identity", "Person", "Refusal", "Register", "Role", "Visitor", "guarded", "may", "refusal",
    "visitor_of",
]  # fmt: skip


def visitor_of(request: Request) -> Visitor | None:
    """Who asks; None for somebody who has not logged in."""
    found: Visitor | None = request.state.visitor
    return found


def guarded(console: ASGIApp, identity: Identity) -> ASGIApp:
    """The console with the pages of identity before it, all of it behind the guard."""
    return Guard(Starlette(routes=[*_routes(identity), Mount("/", console)]), identity)
