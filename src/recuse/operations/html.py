"""What every page for people shares: one file that asks nothing of anybody, with everything given as text.

No script, no request, its style allowed by digest alone. Characters that would hide or reorder text show as U+FFFD.
"""

import base64
import hashlib
import shlex
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from recuse.seen import seen

_TEMPLATES: Final = files("recuse.operations") / "templates"


def render(template: str, styles: Sequence[str], filters: Mapping[str, Callable[..., Any]], **values: object) -> str:
    """A template of this package as one HTML document, with these style sheets in it and these filters beside ours."""
    sources = {each.name: each.read_text(encoding="utf-8") for each in _TEMPLATES.iterdir() if each.is_file()}
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": _count, "quoted": shlex.quote, **filters}
    style = "".join(sources[name] for name in styles)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # The style is files of this package, not data: it is the one text that is not escaped.
    return environment.get_template(template).render(style=Markup(style), style_sha256=digest, **values)  # noqa: S704


def _count(number: int) -> str:
    return f"{number:,}"
