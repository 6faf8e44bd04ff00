"""Who this program is: an access token by client credentials (RFC 6749 §4.4), kept until shortly before it ends.

The secret is read when a token is asked for, sent to the token endpoint alone, and stands in no error, log or `repr`.
"""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import quote_plus, urlencode

from recuse import clock
from recuse.client.addresses import checked
from recuse.client.exchange import Conversation, Patience, Reply, Send, exchange
from recuse.errors import InputError, NoDecisionError

Secret = Callable[[], str] | Path
"""What gives a secret when it is needed: a function, or a file whose last line break does not count."""

_UNSAID: Final = 60  # seconds that a token is kept whose end was not said
_EARLIER: Final = 30  # seconds before its end, or a tenth of its life, that a token is no longer used
_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")  # RFC 6750 §2.1


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a token endpoint knows this program by. Without a secret, its client certificate says so (RFC 8705 §2)."""

    token_endpoint: str
    client_id: str
    secret: Secret | None = field(default=None, repr=False)
    scope: str = ""
    resource: str = ""

    def __post_init__(self) -> None:
        checked(self.token_endpoint, "the token endpoint")


Credentials = ClientCredentials | Secret | None
"""Client credentials; or what gives a token that somebody else keeps fresh; or none, where a certificate is enough."""


@dataclass(slots=True)
class Tokens:
    """The token in use. Threads may share it: two that find none both ask for one."""

    credentials: Credentials = field(repr=False)
    patience: Patience
    _kept: tuple[str, datetime] | None = field(default=None, repr=False)

    def header(self) -> Conversation[dict[str, str]]:
        """The header `Authorization`, or none. NoDecisionError where no token was given."""
        match self.credentials:
            case None:
                return {}
            case ClientCredentials() as known:
                kept = self._kept
                if kept is None or kept[1] <= clock.now():
                    reply = yield from exchange(_request(known), "the token endpoint", self.patience)
                    kept = self._kept = _read(reply, clock.now())
                return {"Authorization": f"Bearer {kept[0]}"}
            case other:
                return {"Authorization": f"Bearer {_checked_token(_revealed(other))}"}

    def forget(self) -> bool:
        """Drop a token that was refused; whether another can be asked for."""
        self._kept = None
        return isinstance(self.credentials, ClientCredentials)


def _request(known: ClientCredentials) -> Send:
    form = {"grant_type": "client_credentials", "scope": known.scope, "resource": known.resource}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if known.secret is None:
        form["client_id"] = known.client_id
    else:  # RFC 6749 §2.3.1: both are form-encoded before they are joined
        pair = f"{quote_plus(known.client_id)}:{quote_plus(_revealed(known.secret))}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    body = urlencode({name: value for name, value in form.items() if value}).encode()
    return Send("POST", known.token_endpoint, headers, body)


def _read(reply: Reply, now: datetime) -> tuple[str, datetime]:
    """A token, and the moment from which another is asked for (RFC 6749 §5.1)."""
    whole = _object(reply)
    if reply.status != 200:
        code = whole.get("error")
        known = isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code)
        _refuse(f"it answered {reply.status}" + (f", `{code}`" if known else ""))
    token, kind, lasts = whole.get("access_token"), whole.get("token_type"), whole.get("expires_in", _UNSAID)
    if not isinstance(kind, str) or kind.lower() != "bearer":
        _refuse("its `token_type` is not `bearer`")
    if type(lasts) not in (int, float) or not 0 < lasts < 1e9:
        _refuse("its `expires_in` is no number of seconds")
    return _checked_token(token), now + timedelta(seconds=lasts - min(_EARLIER, lasts / 10))


def _object(reply: Reply) -> dict[str, Any]:
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    return _refuse("what it answered is no JSON object") if reply.status == 200 else {}


def _checked_token(token: object) -> str:
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise NoDecisionError("what was given as a bearer token is none", "check the credentials of this program")
    return token


def _revealed(secret: Secret) -> str:
    if not isinstance(secret, Path):
        return secret()
    try:
        return secret.read_text().rstrip("\r\n")
    except (OSError, ValueError):
        raise InputError(f"the secret in `{secret}` cannot be read", "let this program read the file") from None


def _refuse(reason: str) -> NoReturn:
    raise NoDecisionError(f"the token endpoint gave no token: {reason}", "check the credentials of this program")
