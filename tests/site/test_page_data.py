"""The JSON of every page: the same keys everywhere, the page's language, when, and nothing that names a person."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import pytest

from recuse.languages import LANGUAGES
from recuse.site.building import build
from recuse.site.personal import FORMS
from tests.unit.site.world import NOW, sources

KINDS: Final = {"page": str, "title": str, "language": str, "data": dict, "as_of": str, "demonstration": bool}
"""The keys of every document, and of what kind each is."""
PRIVATE: Final = (
    "an e-mail address",
    "a telephone number",
    "a social security number",
    "a number of a person",
    "an hour",
)


@pytest.fixture(scope="module")
def pages() -> Mapping[str, Any]:
    """Every page's document by its path."""
    built = dict(build(sources(), None))
    found = {path: json.loads(content) for path, content in built.items() if path.endswith(".json") and "/" in path}
    documents = {path: each for path, each in found.items() if path.partition("/")[0] in LANGUAGES}
    html = {path for path in built if path.endswith(".html") and path.partition("/")[0] in LANGUAGES}
    assert {path.removesuffix(".json") for path in documents} == {path.removesuffix(".html") for path in html}
    return documents


def test_every_page_has_its_data_by_one_schema(pages: Mapping[str, Any]) -> None:
    for path, each in pages.items():
        assert {name: type(value) for name, value in each.items()} == KINDS, path
        assert each["title"].strip(), path
        code, _, rest = path.partition("/")
        assert (each["language"], each["page"]) == (code, rest.replace(".json", ".html"))
        assert datetime.fromisoformat(each["as_of"]) == NOW


def keys(value: Any) -> Any:
    """The shape of a document: its keys, and of a list the shapes of its elements."""
    if isinstance(value, dict):
        return {name: keys(each) for name, each in value.items()}
    return [keys(each) for each in value] if isinstance(value, list) else None


# Titles and what is said are in the language; what these pages hold besides is the same in all.
@pytest.mark.parametrize(
    "path", ["record/requests", "record/requests-2026", "record/changes", "data/index", "press/index"]
)
def test_data_is_the_same_in_every_language(pages: Mapping[str, Any], path: str) -> None:
    found = [pages[f"{code}/{path}.json"]["data"] for code in LANGUAGES]
    assert all(each == found[0] for each in found)
    assert found[0]


def test_data_with_words_has_the_same_shape_in_every_language(pages: Mapping[str, Any]) -> None:
    for path in ("data/dictionary", "data/reports", "press/embed"):
        found = [keys(pages[f"{code}/{path}.json"]["data"]) for code in LANGUAGES]
        assert all(each == found[0] for each in found), path


def test_no_page_names_a_person(pages: Mapping[str, Any]) -> None:
    for path, each in pages.items():
        text = json.dumps(each["data"], ensure_ascii=False)
        text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+Z-]+", "", text)  # moments of directives
        for form in PRIVATE:
            assert not FORMS[form].search(text), (path, form, FORMS[form].search(text))
        assert "a_login" not in text
