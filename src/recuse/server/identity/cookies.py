"""The two cookies: the session's, and the one that binds a login to the browser that began it."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

SESSION: Final = "__Host-recuse"
BROWSER: Final = "__Host-recuse-login"


def give(response: Response, name: str, value: str) -> None:
    """Set a cookie that goes to this host alone, over TLS alone, to no script, and with no form of another site."""
    response.set_cookie(name, value, secure=True, httponly=True, samesite="lax", path="/")


def take_away(response: Response, request: Request, *names: str) -> None:
    """Remove cookies that the browser has."""
    for name in names:
        if name in request.cookies:
            response.delete_cookie(name, secure=True, httponly=True, samesite="lax", path="/")
