"""What ties a request to the denial that it answers: a token that the decision point signs (JWS, RFC 7515, Ed25519).

It holds the question that was denied, its id and when it can be asked for no more, for the caller it was denied to. So
nothing need be kept of a denial, and nobody can ask for another thing than the one denied.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from recuse.server.answers import text_of
from recuse.server.authzen import Evaluation
from recuse.server.tasks.problems import ProblemError

LASTING: Final = timedelta(minutes=30)
"""How long a denial can be asked for: time to find a document and fill a form."""
MEMBERS: Final = ("purpose", "authority", "agreement", "case")
"""What of a context the answer rested on."""
_ALGORITHM: Final = "Ed25519"
_TYPE: Final = "recuse-denial+jwt"
_LONGEST: Final = 1 << 17  # characters of a token


@dataclass(frozen=True, slots=True)
class Denial:
    """A denial that was ours: its id, when it expires, and the question as its caller put it."""

    evaluation: str
    expires: datetime
    asked: Mapping[str, Any]


class Binder:
    """Signs denials and knows them again; `seed` are 32 secret bytes that all server processes share."""

    def __init__(self, seed: bytes, base: str) -> None:
        self._key = OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed))
        self._issuer, self._audience = base, f"{base}/access/v1/requests"
        self._name = self._key.thumbprint()

    def keys(self) -> dict[str, Any]:
        """The public key, as a JWK set (RFC 7517)."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "kid": self._name, "use": "sig", "alg": _ALGORITHM}]}

    def token(self, asked: Evaluation, evaluation: str, caller: str, at: datetime) -> tuple[str, str]:
        """The token of a denial, and the moment when it can be asked for no more (RFC 3339)."""
        expires = text_of(at + LASTING)
        claims = {
            "iss": self._issuer, "aud": self._audience, "iat": int(at.timestamp()),
            "exp": int((at + LASTING).timestamp()), "jti": evaluation, "evaluation_id": evaluation,
            "denial_expires_at": expires, "client_id": caller, "binding_context_members": [*MEMBERS],
            **bound(asked),
        }  # fmt: skip
        header = {"alg": _ALGORITHM, "kid": self._name, "typ": _TYPE}
        return jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM]), expires

    def read(self, token: str, caller: str, at: datetime) -> Denial:
        """The denial that a token is of. `ProblemError` for one that is not ours, not this caller's, or too old."""
        try:
            if len(token) > _LONGEST:
                raise ValueError
            found = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
            claims = found.claims
            ours = (found.header.get("typ"), claims["iss"], claims["aud"], claims["client_id"])
            if ours != (_TYPE, self._issuer, self._audience, caller):
                raise ValueError
            expires = datetime.fromisoformat(claims["denial_expires_at"])
            asked = {name: claims[name] for name in ("subject", "resource", "action", "context")}
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProblemError(
                "invalid_denial_binding", "the token is none that you were given here: send it back as it came"
            ) from error
        if at >= expires:
            raise ProblemError("expired_denial", f"it could be asked for until {text_of(expires)}: evaluate again")
        return Denial(claims["evaluation_id"], expires, asked)


def bound(asked: Evaluation) -> dict[str, Any]:
    """A question as it is bound: whole entities, and of the context what the answer rests on."""
    return {
        "subject": _entity(asked.subject.type, asked.subject.id, asked.subject.properties),
        "resource": _entity(asked.resource.type, asked.resource.id, asked.resource.properties),
        "action": {"name": asked.action.name, "properties": {**asked.action.properties}},
        "context": {name: asked.context[name] for name in MEMBERS if name in asked.context},
    }


def same(one: object, other: object) -> bool:
    """Whether two values of JSON are equal; unlike in Python `true` is no 1, and what is absent is not null."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    numbers = isinstance(one, (int, float)) and isinstance(other, (int, float))
    return one == other if numbers or type(one) is type(other) else False


def _entity(kind: str, name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": kind, "id": name, "properties": {**properties}}
