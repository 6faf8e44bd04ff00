"""From an identity provider's answer, or a password, to a session: what is checked, kept and recorded."""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool

from recuse.errors import LedgerError, LoginError, RefusedError
from recuse.server.identity import logins, sessions, throttle
from recuse.server.identity.acts import LOCAL, Person
from recuse.server.identity.asking import Login, code_of
from recuse.server.identity.claims import kept, text
from recuse.server.identity.local import is_password
from recuse.server.identity.people import People, Provider
from recuse.server.identity.recording import pseudonym
from recuse.server.identity.service import Identity
from recuse.server.identity.sessions import Arrival, Begun
from recuse.server.identity.token import Vouched


async def taken(identity: Identity, answer: Mapping[str, str], name: str) -> tuple[Provider, Login]:
    """The login that an answer belongs to, which nobody can take again. `LoginError` for an answer to none."""
    login = await run_in_threadpool(logins.take, identity.kept, answer.get("state", ""))
    if login is None:
        raise LoginError("state", "this is no answer to a login that is under way")
    provider = identity.register.current().providers.get(login.provider)
    if provider is None or name != login.provider:
        raise LoginError("mixed_up", "the answer is not from the provider that was asked")
    return provider, login


async def by_provider(
    identity: Identity, answer: Mapping[str, str], browser: str, provider: Provider, login: Login
) -> Arrival:
    """Who arrives with this answer. `LoginError` when that is not certain, or they have no role."""
    metadata = await identity.providers.metadata(provider)
    code = code_of(answer, login, metadata, browser, identity.now())
    vouched = await identity.providers.vouched(provider, code, login, identity.base)
    person = Person(provider.issuer, vouched.subject)
    people = identity.register.current()
    name = text(vouched.claims, provider.claims.name) or vouched.subject
    wanted = kept(vouched.claims, people.claims_wanted(provider))
    return _arrival(identity, people, person, vouched, (name, text(vouched.claims, provider.claims.ori), wanted))


async def by_password(identity: Identity, name: str, password: str, address: str) -> Arrival:
    """Who arrives with this password. `LoginError` for a wrong one, and where no local account is open."""
    people, at = identity.register.current(), identity.now()
    if wait := await run_in_threadpool(_too_many, identity, people, name, address):
        raise LoginError("throttled", "too many passwords were tried for this account", "try again later", wait)
    account = people.open_local(name, at)
    if not await run_in_threadpool(is_password, account, password):
        raise LoginError("password", "no local account that is open has this name and password", "see people.toml")
    return _arrival(identity, people, Person(LOCAL, name), Vouched(name, None, at, {}), (name, None, {}))


async def begin(identity: Identity, arrival: Arrival, presented: str | None, provider: str) -> Begun:
    """Begin the session and record it; one that cannot be recorded ends at once, and its token is given to nobody."""
    people, at = identity.register.current(), identity.now()
    begun = await run_in_threadpool(sessions.begin, identity.kept, arrival, people.limits, presented, at)
    body = {
        "person": pseudonym(arrival.person, people.key), "session": begun.session, "provider": provider,
        "agency": arrival.held.agency, "roles": sorted(arrival.held.roles), "acr": arrival.vouched.acr,
        "ori": arrival.ori,
    }  # fmt: skip
    kind = "local_session_begun" if arrival.person.issuer == LOCAL else "session_begun"
    try:
        await identity.record.note(kind, **body)  # type: ignore[arg-type]
        for session, why in _ended(begun):
            await identity.record.note("session_ended", session=session, why=why)
    except LedgerError:
        await run_in_threadpool(sessions.end, identity.kept, begun.session, "not recorded", at)
        raise
    return begun


def _ended(begun: Begun) -> tuple[tuple[int, str], ...]:
    return (*((each, "another login") for each in begun.replaced), *((each, "too many") for each in begun.crowded))


def _arrival(
    identity: Identity,
    people: People,
    person: Person,
    vouched: Vouched,
    shown: tuple[str, str | None, dict[str, list[str]]],
) -> Arrival:
    try:
        held = people.held(person, vouched.claims, identity.now())
    except RefusedError as error:
        raise LoginError("roles", error.message, error.remedy) from error
    return Arrival(person, held, vouched, *shown)


def _too_many(identity: Identity, people: People, name: str, address: str) -> int:
    here = throttle.wait(identity.kept, throttle.PASSWORD_HERE, (name, address), people.key, identity.now())
    return here or throttle.wait(identity.kept, throttle.PASSWORD, (name,), people.key, identity.now())
