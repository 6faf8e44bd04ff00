"""Forms that only our own pages send: a token in each, and the headers by which a browser says where it comes from."""

import hmac
from collections.abc import Mapping
from typing import Final

FIELD: Final = "form_token"
"""The field of a form that holds the token."""
HEADER: Final = "x-form-token"
"""The header that scripts send instead."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


def form_token(secret: str) -> str:
    """The token of all forms of one session, or of one browser before it has a session; new when the secret is.

    It is made from what only the browser's cookie holds, so nothing is kept, and it does not tell the cookie.
    """
    return hmac.digest(secret.encode(), b"recuse form", "sha256").hex()


def is_own_token(given: str, secret: str) -> bool:
    """Whether a form carries the token that it was given."""
    return hmac.compare_digest(given.encode(), form_token(secret).encode())


def is_own_page(headers: Mapping[str, str], origin: str) -> bool:
    """Whether the browser says that a page of this origin sent the form; one that says nothing is not believed."""
    site, said = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    return said == origin if said is not None else site == "same-origin"
