"""Templates to text: one environment for all languages, whose messages, dates and numbers are those of the page.

Everything is escaped unless a template says otherwise. Addresses are relative and name a file, so that the site works
from any folder, from a web server as from a stick.
"""

from collections.abc import Iterable
from datetime import date, datetime
from posixpath import dirname, relpath
from typing import Any, Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from recuse.languages import Language, Texts
from recuse.site.pages import Page, Section
from recuse.site.sources import Sources
from recuse.site.words import institution

_QUIET: Final = (
    "default-src 'none'; script-src 'self'{wasm}; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)


def policy_of(page: Page) -> str:
    """The content security policy of a page: nothing but the site's own files; compiled code where it searches."""
    return _QUIET.format(wasm=" 'wasm-unsafe-eval'" if page.wasm else "")


class Renderer:
    """Renders the pages of one site."""

    def __init__(self, sources: Sources, sections: Iterable[Section]) -> None:
        self._sources = sources
        every = tuple(sections)
        self._nav = tuple((each.nav, each.path) for each in every if each.nav is not None)
        self._tiles = tuple((each.nav, each.path, each.tile) for each in every if each.nav and each.tile)
        self._environment = environment()

    def page(self, page: Page, texts: Texts) -> bytes:
        """A page as HTML."""
        return self._render(page.template, f"{texts.language.code}/{page.path}", texts, page=page, **page.values)

    def choice(self, texts: Texts) -> bytes:
        """The page before all others, on which a reader chooses a language."""
        return self._render("choice.html", "index.html", texts, page=Page("index.html", "choice.html", ""))

    def _render(self, template: str, path: str, texts: Texts, **values: Any) -> bytes:
        settings = self._sources.settings
        found = self._environment.get_template(template).render(
            texts=texts, language=texts.language, here=path, nav=self._nav, tiles=self._tiles, settings=settings,
            now=self._sources.now,
            institution=institution(self._sources, texts), security=policy_of(values["page"]), **values,
        )  # fmt: skip
        return found.encode()


def environment() -> Environment:
    """The templates, with messages of the page's language."""
    made = Environment(
        loader=PackageLoader("recuse.site"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, extensions=["jinja2.ext.i18n"], auto_reload=False,
    )  # fmt: skip
    made.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]  # by its extension
    made.globals |= {"url": _url, "static": _static, "in_language": _in_language, "languages_beside": _beside}
    made.filters |= {"day": _day, "month": _month, "moment": _moment, "number": _number, "listed": _listed}
    return made


def _texts(context: Context) -> Texts:
    found: Texts = context["texts"]
    return found


@pass_context
def _gettext(context: Context, message: str) -> str:
    return _texts(context).gettext(message)


@pass_context
def _ngettext(context: Context, one: str, several: str, number: int) -> str:
    return _texts(context).ngettext(one, several, number)


@pass_context
def _url(context: Context, path: str) -> str:
    """The address of a page of the same language."""
    return _to(context, f"{_texts(context).language.code}/{path}")


@pass_context
def _in_language(context: Context, language: Language) -> str:
    """The address of this page in another language; on the page before all others, of the first page."""
    _, _, path = str(context["here"]).partition("/")
    if language is not _texts(context).language:
        path = context["page"].in_others or path
    return _to(context, f"{language.code}/{path or 'index.html'}")


@pass_context
def _static(context: Context, path: str) -> str:
    """The address of a file that no language has: below the folder of the site."""
    return _to(context, path)


@pass_context
def _beside(context: Context) -> tuple[Language, ...]:
    """The languages of the site, in their order."""
    return tuple(context["settings"].languages)


def _to(context: Context, path: str) -> str:
    return relpath(path, dirname(str(context["here"])) or ".")


@pass_context
def _day(context: Context, day: date) -> str:
    return _texts(context).forms.day(day)


@pass_context
def _month(context: Context, day: date) -> str:
    return _texts(context).forms.month(day)


@pass_context
def _moment(context: Context, moment: datetime) -> str:
    return _texts(context).forms.moment(moment)


@pass_context
def _number(context: Context, number: float) -> str:
    return _texts(context).forms.number(number)


@pass_context
def _listed(context: Context, parts: Iterable[str], style: Literal["standard", "or"] = "standard") -> str:
    return _texts(context).forms.listed([*parts], style)
