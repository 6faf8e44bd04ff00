"""What the profile calls its errors: types that stay the same, told as problem documents (RFC 9457)."""

from typing import Final, Literal, get_args

Kind = Literal[
    "not_requestable", "expired_denial", "invalid_denial_binding", "duplicate_request", "unknown_task",
    "invalid_task_state",
]  # fmt: skip
KINDS: Final = get_args(Kind)
_TYPE: Final = "urn:openid:authzen:access-request:error:"
_STATUS: Final[dict[Kind, tuple[int, str]]] = {
    "not_requestable": (400, "This cannot be asked for"),
    "expired_denial": (410, "The denial is too old"),
    "invalid_denial_binding": (400, "This is not what was denied"),
    "duplicate_request": (409, "The key was used for another request"),
    "unknown_task": (404, "There is no such task"),
    "invalid_task_state": (409, "The task is over"),
}


class ProblemError(Exception):
    """An error with a type of the profile; `detail` is one sentence: what, and how to mend it."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail

    @property
    def status(self) -> int:
        """The status code of HTTP."""
        return _STATUS[self.kind][0]

    def document(self) -> dict[str, object]:
        """The problem document."""
        status, title = _STATUS[self.kind]
        return {"type": f"{_TYPE}{self.kind}", "title": title, "status": status, "detail": self.detail}


def malformed(detail: str) -> dict[str, object]:
    """The document about a body that cannot be read, for which the profile has no type."""
    return {"type": "about:blank", "title": "This cannot be read", "status": 400, "detail": detail}
