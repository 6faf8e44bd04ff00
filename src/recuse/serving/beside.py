"""The console, served beside the decision point: its pages, and who its people are, below their own paths."""

from collections.abc import Mapping
from functools import partial

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from recuse import clock
from recuse.ledger import JSON
from recuse.model import Repository
from recuse.server.console import application as pages
from recuse.server.console.access import AccessFile
from recuse.server.console.applying import LIVE, STREAM
from recuse.server.console.applying import screens as applying_screens
from recuse.server.console.assistance import Work, inbox, screens, sections
from recuse.server.console.assistance.inbox import Section
from recuse.server.console.directives import screens as directives
from recuse.server.console.editors import screens as editors
from recuse.server.console.editors import sections as sections_of_editors
from recuse.server.console.index import Index
from recuse.server.console.keeping import screens as of_searches
from recuse.server.console.permits import screens as permits
from recuse.server.console.permits import sections as sections_of_permits
from recuse.server.console.reports import screens as reports
from recuse.server.console.screens import PREFIX, Console, Known, Screen
from recuse.server.identity import Identity, Person, Register, Visitor, guarded, visitor_of
from recuse.server.identity.cookies import SESSION
from recuse.server.identity.kept import Kept
from recuse.server.identity.provider import Providers
from recuse.server.identity.recording import Record, pseudonym
from recuse.server.identity.service import visitor_now
from recuse.server.rounds import Rounds
from recuse.server.settings import Pages, Settings
from recuse.server.state.searches import StateSearches
from recuse.serving.applying import applying
from recuse.serving.assistance import AssistanceDesks
from recuse.serving.content import content_desk
from recuse.serving.directives import directive_desk
from recuse.serving.permitting import ConsoleOffices
from recuse.serving.shared import Shared

_PATHS = (PREFIX, "/login", "/logout", "/sessions")


class Beside:
    """The console of one worker. Its people are those of `people.toml`; acts on requests add to the ledger.

    Drafts of directives, and what editors did to the site's content, are kept in the state.
    """

    def __init__(
        self, shared: Shared, settings: Settings, recorder: Rounds[bytes, int], repository: Repository
    ) -> None:
        if settings.console is None:
            raise ValueError("no console is asked for")
        place = shared.place
        self._first = Known.of(repository)
        self._follower = shared.follower
        self._identity = Identity(
            register=Register(settings.console.people, frozenset(repository.agencies)),
            kept=Kept(place.state),
            record=Record(recorder, clock.now),
            providers=Providers(clock.now),
            base=settings.base,
            now=clock.now,
            quiet=frozenset({PREFIX + LIVE, PREFIX + STREAM}),
            proxies=settings.proxy.addresses if settings.proxy else frozenset(),
        )
        jobs = applying(shared, self._visitor, self._still)
        offices = ConsoleOffices(shared, self._visitor)
        shown = Console(
            index=Index(place.ledger),
            decisions=Index(place.record),
            access=AccessFile(settings.console.access),
            recognise=visitor_of,
            known=self._known,
            now=clock.now,
            sign_in="/login",
            signs=(jobs.signs, offices.signs),
        )
        self._kept = Kept(place.state)
        requests = Work(AssistanceDesks(shared), partial(clock.random_name, 16), self._said)
        desk = directive_desk(place, self._kept, self._named)
        edited = self._edited(settings.console)
        work = (
            inbox((*sections(requests), *sections_of_permits(offices), *edited[1])), *screens(requests),
            *permits(offices), *reports(requests), *directives(desk), *edited[0], *applying_screens(jobs),
            *of_searches(StateSearches(self._kept)),
        )  # fmt: skip
        self._pages = guarded(pages(shown, work), self._identity)

    def _edited(self, pages: Pages) -> tuple[tuple[Screen, ...], tuple[Section, ...]]:
        """The editors' screens and sections; none where no content folder is named."""
        if pages.content is None:
            return (), ()
        desk = content_desk(pages.content, self._kept, self._named)
        return editors(desk), sections_of_editors(desk)

    def before(self, decisions: ASGIApp) -> ASGIApp:
        """One application of both: the console's own paths are its, and all else is the decision point's."""

        async def both(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "")
            own = scope["type"] == "http" and any(path == each or path.startswith(f"{each}/") for each in _PATHS)
            await (self._pages if own else decisions)(scope, receive, send)

        return both

    async def close(self) -> None:
        """Give up connections."""
        await self._identity.close()
        self._kept.close()

    def _said(self, visitor: Visitor) -> Mapping[str, JSON]:
        """What an entry says of who acts at the console: no name."""
        return {"person": self._visitor(visitor)}

    def _visitor(self, visitor: Visitor) -> str:
        return self._named(visitor.person)

    def _named(self, person: Person) -> str:
        return pseudonym(person, self._identity.register.current().key)

    def _still(self, request: Request) -> Visitor | None:
        """Who makes a request, asked anew."""
        token = request.cookies.get(SESSION)
        return visitor_now(self._identity, token, used=False)[0] if token else None

    def _known(self) -> Known:
        loaded = self._follower.known
        return self._first if loaded is None else Known.of(loaded.point.repository)
