"""The example of docs/reference/content.md as the sources of a site, of which rights are told."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, time
from importlib.resources import files
from typing import Any, Final

from recuse.content.values import Content, Name
from recuse.languages import LANGUAGES, Texts, read_texts
from recuse.model import Repository
from recuse.model.holdings import Institution
from recuse.policy.validate import rule_set
from recuse.site.pages import Page
from recuse.site.rendering import Renderer
from recuse.site.rights.section import SECTION
from recuse.site.sections import SECTIONS
from recuse.site.sources import Record, Settings, Sources
from tests.unit.content.example import DAY

BODY: Final = Institution("us-ex-exampleton", "City of Exampleton", ("us-ex-exampleton", "us-ex", "us"))


def sources(content: Content, **values: Any) -> Sources:
    """A site of this content on the example's day."""
    site = content.site
    settings = Settings(
        site.title, tuple(LANGUAGES[code] for code in site.languages), site.demonstration, site.exit_to, site.address
    )
    now = datetime.combine(DAY, time(12), UTC)
    repository = Repository(BODY, "", {}, {}, {}, {}, {}, {}, {}, {}, {}, "")
    name = Name("agency", BODY.id, dict.fromkeys(LANGUAGES, BODY.name), "names.toml")
    named = replace(content, names={**content.names, ("agency", BODY.id): name})
    made = Sources(repository, rule_set((), ""), (), Record((), (), "", ""), settings, named, None, now)
    return replace(made, **values)


def texts(code: str = "en") -> Texts:
    return read_texts(LANGUAGES[code], files("recuse.site") / "locales")


def pages(made: Sources, code: str = "en") -> dict[str, Page]:
    return {page.path: page for page in SECTION.pages(made, texts(code))}


def html(made: Sources, path: str, code: str = "en") -> str:
    return Renderer(made, SECTIONS).page(pages(made, code)[path], texts(code)).decode()


def everything(made: Sources) -> Iterator[tuple[str, str]]:
    """All that the section says in all languages: pages as HTML and as data, sheets as their printer is given them."""
    renderer = Renderer(made, SECTIONS)
    for language in made.settings.languages:
        said = texts(language.code)
        for page in SECTION.pages(made, said):
            yield f"{language.code}/{page.path}", renderer.page(page, said).decode()
            data = [page.title, page.words, page.data]
            yield f"{language.code}/{page.path} as data", json.dumps(data, ensure_ascii=False)
        for path, sheet in SECTION.sheets(made, said):
            yield f"{language.code}/{path}", json.dumps(asdict(sheet), ensure_ascii=False)
