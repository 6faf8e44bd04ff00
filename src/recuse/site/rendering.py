"""Templates to text: an environment for each language, with its messages, dates and numbers.

Everything is escaped unless a template says otherwise. Addresses are relative and name a file, so that the site works
from any folder, from a web server as from a stick.
"""

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from posixpath import commonprefix, dirname
from types import CodeType, SimpleNamespace
from typing import Any, Final

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined, Template, nodes, pass_context
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context
from markupsafe import Markup, escape

from recuse.languages import Language, Texts
from recuse.site.escaping import escaped
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
        self._leads = frozenset(path for _, path in self._nav)
        self._tiles = tuple((each.nav, each.path, each.tile) for each in every if each.nav and each.tile)
        self._environments: dict[str, Environment] = {}
        self._compiled = _Compiled()

    def page(self, page: Page, texts: Texts) -> bytes:
        """A page as HTML."""
        return self._render(page.template, f"{texts.language.code}/{page.path}", texts, page=page, **page.values)

    def choice(self, texts: Texts) -> bytes:
        """The page before all others, on which a reader chooses a language."""
        return self._render("choice.html", "index.html", texts, page=Page("index.html", "choice.html", ""))

    def _render(self, template: str, path: str, texts: Texts, **values: Any) -> bytes:
        page: Page = values["page"]
        # Pages of one folder have one frame, but for that to which navigation leads: it is marked there.
        alike = path if page.path in self._leads else dirname(path)
        shown = {"here": path, "alike": alike, "tiles": self._tiles, "security": policy_of(page), **values}
        return self._template(template, texts).render(shown).encode()

    def _template(self, name: str, texts: Texts) -> Template:
        found = self._environment(texts).get_template(name)
        if not isinstance(found.globals, dict):
            found.globals = dict(found.globals)  # every page copies them, which of a chain of mappings takes a while
        return found

    def _environment(self, texts: Texts) -> Environment:
        """The environment of a language, with what every page of the site has in it."""
        code = texts.language.code
        if code not in self._environments:
            made = environment(texts, self._compiled)
            made.globals |= {
                "texts": texts, "language": texts.language, "nav": self._nav, "settings": self._sources.settings,
                "now": self._sources.now, "institution": institution(self._sources, texts),
            }  # fmt: skip
            self._environments[code] = made
        return self._environments[code]


def environment(texts: Texts, compiled: BytecodeCache | None = None) -> Environment:
    """The templates with the messages and forms of one language; `compiled` is what languages have in common."""
    made = _Environment(
        loader=PackageLoader("recuse.site"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, extensions=["jinja2.ext.i18n", _Messages], auto_reload=False,
        bytecode_cache=compiled,
    )  # fmt: skip
    said = cache(lambda message: Markup(texts.gettext(message)))  # noqa: S704 - what values there are, is escaped

    def gettext(message: str, /, **values: object) -> str:
        return said(message) % values

    def ngettext(one: str, several: str, number: int, /, **values: object) -> str:
        return Markup(texts.ngettext(one, several, number)) % {"num": number, **values}  # noqa: S704

    forms = texts.forms
    made.newstyle_gettext = True  # type: ignore[attr-defined]  # of the extension: values are named, and escaped
    made.globals |= {
        "_": gettext, "gettext": gettext, "ngettext": ngettext, _CATALOGUE: _Catalogue(texts),
        "url": _url, "static": _static, "in_language": _in_language, "languages_beside": _beside, "framed": _framed(),
    }  # fmt: skip
    made.filters |= {
        "day": forms.day, "month": forms.month, "moment": cache(forms.moment), "number": cache(forms.number),
        "listed": lambda parts, style="standard": forms.listed([*parts], style),
    }  # fmt: skip
    return made


class _Escaping(CodeGenerator):
    """Templates that give what they say to `escaped`. Should Jinja no more ask this, they give it to `escape`."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


class _Environment(Environment):
    code_generator_class = _Escaping
    escaped = staticmethod(escaped)


class _Compiled(BytecodeCache):
    """Templates compiled once for all languages of a site: nothing in them is of one language."""

    def __init__(self) -> None:
        self._code: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled of this template, if it was."""
        bucket.code = self._code.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled of this template."""
        if bucket.code is not None:
            self._code[bucket.key] = bucket.code


class _Catalogue(dict[str, str]):
    """Messages without values, in one language, each put in order once."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def __missing__(self, message: str) -> str:
        said = self[message] = self._texts.gettext(message) % ()
        return said


_CATALOGUE: Final = "catalogue"
"""What templates call them."""


class _Messages(Extension):
    """Looks up a message that stands alone, `_("…")`, where it would be called: a tenth of the time of a page."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The tokens of a template, each such call made an item of `catalogue`."""
        held: list[Token] = []
        for token in stream:
            held.append(token)
            if not _SHAPE[len(held) - 1](token):
                *before, last = held
                yield from before
                held = [last] if _SHAPE[0](last) else []
                if not held:
                    yield last
            elif len(held) == len(_SHAPE):
                line, message = held[0].lineno, held[2]
                yield from (Token(line, "name", _CATALOGUE), Token(line, "lbracket", "["))
                yield from (message, Token(line, "rbracket", "]"))
                held = []
        yield from held


_SHAPE: Final[tuple[Callable[[Token], bool], ...]] = (
    lambda token: token.test("name:_"),
    lambda token: token.type == "lparen",
    lambda token: token.type == "string",
    lambda token: token.type == "rparen",
)


_NAME: Final = "\ufdd0"
"""Stands in a frame for the name of a page's file: a code point that Unicode keeps for uses within a program."""


def _framed() -> Callable[[Context, str], Markup]:
    """What gives a part of the frame by its template, made once for all pages that have it alike but for their names.

    It knows of the page its path, in whichever language, and nothing more: so no page is in the frame of another.
    """
    made: dict[tuple[str, str, str], str] = {}

    @pass_context
    def framed(context: Context, name: str) -> Markup:
        here, alike, page = context["here"], context["alike"], context["page"]
        file = here.rpartition("/")[2].removesuffix(".html")
        key = (name, alike, page.in_others)
        if key not in made:
            path = page.path
            if alike != here:
                here, path = (f"{each.removesuffix(f'{file}.html')}{_NAME}.html" for each in (here, path))
            known = {"here": here, "page": SimpleNamespace(path=path, in_others=page.in_others)}
            made[key] = context.environment.get_template(name).render(known).rstrip("\n")
        return Markup(made[key].replace(_NAME, escape(file)))  # noqa: S704 - a template's own text, escaped there

    return framed


def _texts(context: Context) -> Texts:
    found: Texts = context["texts"]
    return found


@pass_context
def _url(context: Context, path: str) -> str:
    """The address of a page of the same language."""
    return _to(context, f"{_texts(context).language.code}/{path}")


@pass_context
def _in_language(context: Context, language: Language) -> str:
    """The address of this page in another language; on the page before all others, of the first page."""
    here: str = context["here"]
    _, _, path = here.partition("/")
    if language is not _texts(context).language:
        path = context["page"].in_others or path
    # Not by `relative`, of which only a page's own language is any shorter.
    return f"{'../' * here.count('/')}{language.code}/{path or 'index.html'}"


@pass_context
def _static(context: Context, path: str) -> str:
    """The address of a file that no language has: below the folder of the site."""
    return _to(context, path)


@pass_context
def _beside(context: Context) -> tuple[Language, ...]:
    """The languages of the site, in their order."""
    return tuple(context["settings"].languages)


def _to(context: Context, path: str) -> str:
    return relative(path, dirname(context["here"]))


@lru_cache(maxsize=1 << 16)
def relative(path: str, folder: str) -> str:
    """The address of a file as seen from a folder, both below the site: as `relpath`, in a tenth of its time."""
    to, here = path.split("/"), folder.split("/") if folder else []
    shared = len(commonprefix([to, here]))
    return "/".join([*[".."] * (len(here) - shared), *to[shared:]]) or "."
