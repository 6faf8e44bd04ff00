"""The pages of identity: where one logs in, that a login was refused, and whose sessions there are."""

from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from recuse.server.identity.forms import FIELD

LANGUAGE: Final = "en"


def page(name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from its template; all values are escaped."""
    text = _environment().get_template(f"{name}.html").render(field=FIELD, language=LANGUAGE, **values)
    return HTMLResponse(text, status)


@cache
def _environment() -> Environment:
    loader = PackageLoader("recuse.server.identity", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
