"""A program's side of the decision point as conversations: each question with its token, its number, its attempts."""

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from recuse import clock
from recuse.client.addresses import Endpoints, checked, read_metadata, standard, well_known
from recuse.client.credentials import Credentials, Tokens
from recuse.client.decisions import Decision, Page, read_decision, read_decisions, read_object, read_page
from recuse.client.exchange import Conversation, Patience, Reply, Send, exchange, is_json, refusal
from recuse.client.questions import MOST, Question, Semantic, Sought, encoded, parts, searched, told, told_together
from recuse.errors import NoDecisionError

_WHOM: Final = "the decision point"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a decision point is asked.

    `timeout`: seconds that one request may take. `attempts`: how often is sent what did not arrive, or was answered by
    a 503 that says when to come again; `longest_wait`: seconds that such a 503 may ask for. `language` of sentences for
    persons. `discover`: take the endpoints from the metadata. `tls`: whom to trust, and this program's certificate.
    """

    timeout: float = 10.0
    attempts: int = 3
    longest_wait: float = 2.0
    language: str = "en"
    discover: bool = False
    tls: ssl.SSLContext | None = field(default=None, repr=False)


class Asking:
    """One decision point as one program asks it; holds the token and the endpoints, and no socket."""

    def __init__(self, base: str, credentials: Credentials, settings: Settings) -> None:
        self.base = checked(base, "the decision point")
        self._language = settings.language
        self._patience = Patience(settings.attempts, settings.longest_wait)
        self._tokens = Tokens(credentials, self._patience)
        self._endpoints = None if settings.discover else standard(self.base)

    def decision(self, question: Question) -> Conversation[Decision]:
        """The decision on one question."""
        return self._asked("evaluation", told(question), lambda whole: read_decision(whole, self._language))

    def decisions(self, questions: Sequence[Question], semantic: Semantic) -> Conversation[tuple[Decision, ...]]:
        """The decisions in the order of the questions, up to the one at which the semantic stops; none for none."""
        found = list[Decision]()
        for part in parts(questions):
            found += yield from self._part(part, semantic)
            if semantic != "execute_all" and found[-1].allow is (semantic == "permit_on_first_permit"):
                break
        return tuple(found)

    def page(self, sought: Sought, question: Question, token: str) -> Conversation[Page]:
        """A page of what would be permitted. NoDecisionError where it leads to itself."""

        def read(whole: Mapping[str, Any]) -> Page:
            page = read_page(whole, sought, question)
            if page.token and page.token == token:
                raise NoDecisionError(
                    "the decision point gave no end: a page names itself as the next", "tell its administrator"
                )
            return page

        return self._asked(sought, searched(sought, question, MOST, token), read)

    def metadata(self) -> Conversation[Endpoints]:
        """Where the decision point says that it takes questions; from now on they go there."""
        send = Send("GET", well_known(self.base), {"Accept": "application/json"}, b"")
        reply = yield from exchange(send, _WHOM, self._patience)
        self._endpoints = read_metadata(_document(reply), self.base)
        return self._endpoints

    def _part(self, part: Sequence[Question], semantic: Semantic) -> Conversation[tuple[Decision, ...]]:
        return self._asked(
            "evaluations",
            told_together(part, semantic),
            lambda whole: read_decisions(whole, len(part), semantic, self._language),
        )

    def _asked(self, name: str, document: Mapping[str, Any], read: Callable[[dict[str, Any]], T]) -> Conversation[T]:
        """What `read` makes of the answer. An error carries the number by which both sides find the request."""
        number, body = clock.random_name(32), encoded(document)
        try:
            reply = yield from self._answered(name, body, number)
            if reply.headers.get("x-request-id", number) != number:
                raise NoDecisionError("the decision point gave an answer to another request", "tell its administrator")
            return read(_document(reply))
        except NoDecisionError as error:
            error.request_id = number
            raise

    def _answered(self, name: str, body: bytes, number: str) -> Conversation[Reply]:
        """The answer; a token that is refused is asked for anew, once."""
        endpoints = self._endpoints or (yield from self.metadata())
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-Request-ID": number}
        for _ in range(2):
            known = yield from self._tokens.header()
            reply = yield from exchange(
                Send("POST", endpoints.named(name), headers | known, body), _WHOM, self._patience
            )
            if reply.status != 401 or not self._tokens.forget():
                break
        return reply


def _document(reply: Reply) -> dict[str, Any]:
    if reply.status != 200:
        raise NoDecisionError(f"the decision point gave no decision: {refusal(reply)}", "do not go on")
    if not is_json(reply):
        raise NoDecisionError("the decision point gave no decision: the answer says that it is no JSON", "do not go on")
    return read_object(reply.body)
