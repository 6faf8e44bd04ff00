"""Templates are compiled once for all languages, so nothing of one language may be in what is compiled."""

import marshal
from importlib.resources import files
from pathlib import Path
from posixpath import relpath
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, UndefinedError
from markupsafe import Markup, escape

from recuse.languages import LANGUAGES
from recuse.site.escaping import escaped
from recuse.site.places.saying import Said
from recuse.site.rendering import environment, relative
from recuse.site.words import texts_of

FOLDER: Final = Path(str(files("recuse.site"))) / "templates"
TEMPLATES: Final = sorted(str(each.relative_to(FOLDER)) for each in FOLDER.rglob("*.html"))


def spoken() -> list[Environment]:
    """An environment for each language of which none knows what another compiled."""
    return [environment(texts_of(each)) for each in LANGUAGES.values()]


def codes(source: str) -> set[bytes]:
    """What each language makes of a template."""
    return {marshal.dumps(each.compile(source, "a.html", "a.html")) for each in spoken()}


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_language_compiles_a_template_alike(name: str) -> None:
    assert len(codes((FOLDER / name).read_text(encoding="utf-8"))) == 1


@pytest.mark.parametrize("planted", ["{{ 5000|number }}", "{{ ['a', 'b']|listed }}"])
def test_a_form_of_one_language_would_be_found(planted: str) -> None:
    """A filter of what the template itself says is worked out when it is compiled."""
    assert len(codes(planted)) > 1


@pytest.mark.parametrize("source", ['{{ _("Search") }}', '{% set x = _("Search") %}{{ x }}', '{{ _("Search", a=1) }}'])
def test_each_language_says_a_message_of_its_own(source: str) -> None:
    made = {each.from_string(source).render() for each in spoken()}
    assert len(made) == len(LANGUAGES)
    assert "Search" in made


def test_a_message_is_escaped_like_any_text(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = texts_of(LANGUAGES["en"])
    monkeypatch.setattr(texts, "gettext", lambda message: f"<b>{message}</b> 5 %%")
    assert environment(texts).from_string('{{ _("Search") }}').render() == "&lt;b&gt;Search&lt;/b&gt; 5 %"


@given(text=st.text(st.sampled_from("&<>\"'aż\n"), max_size=8))
def test_what_templates_say_is_escaped_as_ever(text: str) -> None:
    made = environment(texts_of(LANGUAGES["en"])).from_string(
        "{% macro twice(of) %}{{ of }}{{ of }}{% endmacro %}{{ a }}{{ b }}{{ twice(a) }}{{ twice(b) }}{{ a|upper }}"
    )
    marked = Markup("<i>{}</i>").format(text)
    once = f"{escape(text)}{marked}"
    assert made.render(a=text, b=marked) == f"{once}{escape(text) * 2}{marked * 2}{escape(text.upper())}"
    assert escaped(text) == escape(text)


@pytest.mark.parametrize("other", [7, None, Said("a <b>")])
def test_also_of_what_is_no_text(other: object) -> None:
    assert escaped(other) == str(escape(other))


def test_what_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment(texts_of(LANGUAGES["en"])).from_string("{{ nothing }}").render()


def test_templates_are_given_what_escapes_quickly() -> None:
    """Should the compiler no more ask for it, pages are as they were, but slower."""
    made = environment(texts_of(LANGUAGES["en"]))
    assert "environment.escaped(" in str(made.compile("{{ a }}", raw=True))


FOLDERS: Final = st.lists(st.sampled_from(["en", "es", "a-z", "places", "services"]), max_size=4).map("/".join)


@given(path=FOLDERS.filter(bool), folder=FOLDERS)
def test_an_address_is_the_shortest_from_a_folder(path: str, folder: str) -> None:
    assert relative(path, folder) == relpath(path, folder or ".")
