"""What every page for people shares: one file that asks nothing of anybody, with everything given as text.

No script, no request, its style allowed by digest alone. Characters that would hide or reorder text show as U+FFFD.
"""

import base64
import hashlib
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

_TEMPLATES: Final = files("recuse.operations") / "templates"
# Controls, and what changes the direction of text around it (Unicode TR 36, TR 9): a name could hide what follows it.
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def render(template: str, styles: Sequence[str], filters: Mapping[str, Callable[..., Any]], **values: object) -> str:
    """A template of this package as one HTML document, with these style sheets in it and these filters beside ours."""
    sources = {each.name: each.read_text(encoding="utf-8") for each in _TEMPLATES.iterdir() if each.is_file()}
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": _count, "quoted": shlex.quote, **filters}
    style = "".join(sources[name] for name in styles)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # The style is files of this package, not data: it is the one text that is not escaped.
    return environment.get_template(template).render(style=Markup(style), style_sha256=digest, **values)  # noqa: S704


def _seen(value: object) -> object:
    return _UNSEEN.sub("\ufffd", value) if type(value) is str else value


def _count(number: int) -> str:
    return f"{number:,}"
