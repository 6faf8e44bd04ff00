"""The two clients, one that waits and one that is awaited: they send what conversations ask for, and nothing else.

Redirects are not followed, proxies and passwords of the environment not used, answers not unpacked and not read beyond
a length; what goes wrong on the way is no decision.
"""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

import anyio
import httpx2

from recuse import clock
from recuse.client.addresses import Endpoints
from recuse.client.asking import Asking, Settings
from recuse.client.credentials import Credentials
from recuse.client.decisions import Decision, required
from recuse.client.exchange import LARGEST, Conversation, Failure, Outcome, Reply, Send
from recuse.client.questions import Action, Question, Resource, Semantic, Sought, Subject
from recuse.errors import InputError, NoDecisionError

_UNSENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_PLAIN: Final = {"Accept-Encoding": "identity", "User-Agent": "recuse"}
_DEFAULT: Final = Settings()
T = TypeVar("T")


def certificate(chain: Path, key: Path, authorities: Path | None = None) -> ssl.SSLContext:
    """The certificate of this program, for `Settings.tls`; `authorities` are trusted in place of the system's.

    InputError where a file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=authorities)
        context.load_cert_chain(chain, key)
    except (OSError, ValueError):
        raise InputError(f"the certificate `{chain}` cannot be used with its key", "give both as PEM") from None
    return context


class Client:
    """A decision point, asked by a program that waits. Threads may share it. A context manager.

    Every method raises NoDecisionError where there is no decision: the program must not go on then.
    """

    def __init__(self, base: str, credentials: Credentials = None, settings: Settings = _DEFAULT) -> None:
        self._asking = Asking(base, credentials, settings)
        self._timeout = settings.timeout
        self._http = httpx2.Client(**_options(settings))

    def require(self, question: Question) -> Decision:
        """The decision where it allows. DeniedError where it denies."""
        return required(question, self.evaluate(question))

    def evaluate(self, question: Question) -> Decision:
        """The decision, which is true where it allows."""
        return self._run(self._asking.decision(question))

    def evaluations(self, questions: Sequence[Question], semantic: Semantic = "execute_all") -> tuple[Decision, ...]:
        """The decisions in the order of the questions, up to the one at which the semantic stops."""
        return self._run(self._asking.decisions(questions, semantic))

    def permitted(self, items: Sequence[T], question: Callable[[T], Question]) -> list[T]:
        """Those of the items for which the question about them is permitted: one request for up to 1,000."""
        decisions = self.evaluations([question(item) for item in items])
        return [item for item, decision in zip(items, decisions, strict=True) if decision.allow is True]

    def subjects(self, question: Question) -> Iterator[Subject]:
        """The subjects to which it would be permitted, page by page; the question's own is named by its type alone."""
        return (each for each in self._found("subject", question) if isinstance(each, Subject))

    def resources(self, question: Question) -> Iterator[Resource]:
        """The resources on which it would be permitted; the question's own id is ignored."""
        return (each for each in self._found("resource", question) if isinstance(each, Resource))

    def actions(self, question: Question) -> Iterator[Action]:
        """The actions that would be permitted; the question's own is ignored."""
        return (each for each in self._found("action", question) if isinstance(each, Action))

    def metadata(self) -> Endpoints:
        """Where the decision point says that it takes questions; checked to be its own."""
        return self._run(self._asking.metadata())

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _found(self, sought: Sought, question: Question) -> Iterator[Subject | Resource | Action]:
        token = ""
        while True:
            page = self._run(self._asking.page(sought, question, token))
            yield from page.found
            if not (token := page.token):
                return

    def _run(self, conversation: Conversation[T]) -> T:
        outcome: Outcome = None
        while True:
            try:
                step = conversation.send(outcome)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]  # a generator's value is typed, its StopIteration not
            outcome = None
            if isinstance(step, Send):
                outcome = self._sent(step)
            else:
                Event().wait(step.seconds)

    def _sent(self, send: Send) -> Reply | Failure:
        until, body = clock.now() + timedelta(seconds=self._timeout), bytearray()
        try:
            with self._http.stream(
                send.method, send.address, headers={**_PLAIN, **send.headers}, content=send.body
            ) as response:
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > LARGEST or clock.now() > until:
                        return Failure("the answer is too long, or takes too long", unsent=False)
                return _reply(response, body)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            return _failure(error)


class Awaited(Generic[T]):
    """What is to be awaited. Asked whether it is true it refuses, so that a forgotten `await` lets nothing through."""

    def __init__(self, inner: Awaitable[T]) -> None:
        self._inner = inner

    def __await__(self) -> Generator[Any, Any, T]:
        return self._inner.__await__()

    def __bool__(self) -> bool:
        raise NoDecisionError("the decision was not awaited", "write `await` before it")


class AsyncClient:
    """A decision point, asked by a program that awaits; otherwise as `Client`."""

    def __init__(self, base: str, credentials: Credentials = None, settings: Settings = _DEFAULT) -> None:
        self._asking = Asking(base, credentials, settings)
        self._timeout = settings.timeout
        self._http = httpx2.AsyncClient(**_options(settings))

    async def require(self, question: Question) -> Decision:
        """The decision where it allows. DeniedError where it denies."""
        return required(question, await self.evaluate(question))

    def evaluate(self, question: Question) -> Awaited[Decision]:
        """The decision, which is true where it allows."""
        return Awaited(self._run(self._asking.decision(question)))

    async def evaluations(
        self, questions: Sequence[Question], semantic: Semantic = "execute_all"
    ) -> tuple[Decision, ...]:
        """The decisions in the order of the questions, up to the one at which the semantic stops."""
        return await self._run(self._asking.decisions(questions, semantic))

    async def permitted(self, items: Sequence[T], question: Callable[[T], Question]) -> list[T]:
        """Those of the items for which the question about them is permitted: one request for up to 1,000."""
        decisions = await self.evaluations([question(item) for item in items])
        return [item for item, decision in zip(items, decisions, strict=True) if decision.allow is True]

    async def subjects(self, question: Question) -> AsyncIterator[Subject]:
        """The subjects to which it would be permitted, page by page; the question's own is named by its type alone."""
        async for each in self._found("subject", question):
            if isinstance(each, Subject):
                yield each

    async def resources(self, question: Question) -> AsyncIterator[Resource]:
        """The resources on which it would be permitted; the question's own id is ignored."""
        async for each in self._found("resource", question):
            if isinstance(each, Resource):
                yield each

    async def actions(self, question: Question) -> AsyncIterator[Action]:
        """The actions that would be permitted; the question's own is ignored."""
        async for each in self._found("action", question):
            if isinstance(each, Action):
                yield each

    async def metadata(self) -> Endpoints:
        """Where the decision point says that it takes questions; checked to be its own."""
        return await self._run(self._asking.metadata())

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _found(self, sought: Sought, question: Question) -> AsyncIterator[Subject | Resource | Action]:
        token = ""
        while True:
            page = await self._run(self._asking.page(sought, question, token))
            for each in page.found:
                yield each
            if not (token := page.token):
                return

    async def _run(self, conversation: Conversation[T]) -> T:
        outcome: Outcome = None
        while True:
            try:
                step = conversation.send(outcome)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]  # as above
            outcome = None
            if isinstance(step, Send):
                outcome = await self._sent(step)
            else:
                await anyio.sleep(step.seconds)

    async def _sent(self, send: Send) -> Reply | Failure:
        body = bytearray()
        try:
            with anyio.fail_after(self._timeout):
                async with self._http.stream(
                    send.method, send.address, headers={**_PLAIN, **send.headers}, content=send.body
                ) as response:
                    async for chunk in response.aiter_raw():
                        body += chunk
                        if len(body) > LARGEST:
                            return Failure("the answer is too long", unsent=False)
                    return _reply(response, body)
        except TimeoutError:
            return Failure("it takes too long", unsent=False)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            return _failure(error)


def _options(settings: Settings) -> dict[str, Any]:
    """`trust_env` would let a variable send the token through a proxy, or a password file add an account."""
    tls: ssl.SSLContext | bool = settings.tls or True
    return {"verify": tls, "timeout": settings.timeout, "trust_env": False, "follow_redirects": False}


def _reply(response: httpx2.Response, body: bytearray) -> Reply:
    return Reply(response.status_code, {name.lower(): value for name, value in response.headers.items()}, bytes(body))


def _failure(error: Exception) -> Failure:
    """Named by its kind alone: what the library says may quote what was sent."""
    if _by_tls(error):
        return Failure("the two do not trust one another's certificates", unsent=False)
    kind = type(error).__name__.removesuffix("Error")
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind).strip()
    return Failure(f"{words} failed" if isinstance(error, _UNSENT) else words, isinstance(error, _UNSENT))


def _by_tls(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error is not None
