"""A page of the console: a template with everything given as text, in the language and direction of the institution.

What a template does not know is an error, and what would hide or reorder text shows as U+FFFD.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from recuse.seen import seen
from recuse.server.console.sentences import plural

_SHOWN: Final = 240  # characters of a long text before the rest is folded away


def render(template: str, values: Mapping[str, Any]) -> str:
    """A template of this package as one HTML document."""
    return _environment().get_template(template).render(values)


def moment(at: datetime) -> str:
    """A moment in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def machine(at: datetime) -> str:
    """A moment as the element `time` wants it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def age(length: timedelta) -> str:
    """How long ago, in the largest unit of which there are two."""
    seconds = int(length.total_seconds())
    if seconds < 0:
        return "in the future"
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:,} {unit}s ago"
    return f"{seconds} seconds ago"


def day(of: date) -> str:
    """A day."""
    return of.isoformat()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    templates = files(__package__) / "templates"
    environment = Environment(
        loader=DictLoader({each.name: each.read_text(encoding="utf-8") for each in templates.iterdir()}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": moment, "machine": machine, "age": age, "day": day, "count": _count}
    environment.filters["coded"] = coded
    environment.globals |= {"plural": plural, "SHOWN": _SHOWN}
    return environment


def coded(text: str) -> Markup:
    """A text in which what stands in backticks is code."""
    parts = [str(seen(part)) for part in text.split("`")]
    code = Markup("<code dir=ltr>{}</code>")
    return Markup("").join(code.format(part) if place % 2 else escape(part) for place, part in enumerate(parts))


def _count(number: int) -> str:
    return f"{number:,}"
