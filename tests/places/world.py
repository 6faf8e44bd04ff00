"""A site of two small feeds, and its pages as they are rendered."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from recuse.content.folder import read_content
from recuse.content.values import Name
from recuse.directory.reading import Directory
from recuse.languages import LANGUAGES, Texts, read_texts
from recuse.model import Repository
from recuse.model.holdings import Institution
from recuse.policy.validate import rule_set
from recuse.site.pages import Page
from recuse.site.places.pages import SECTION
from recuse.site.rendering import Renderer
from recuse.site.sections import SECTIONS
from recuse.site.sources import Record, Settings, Sources
from tests.directory.content import TODAY, read

DEMO: Final = Path(__file__).parents[2] / "src/recuse/demo/content"
BODY: Final = Institution("us-ex", "City of Exampleton", ("us-ex", "us"))


def sources(directory: Directory | None, **values: Any) -> Sources:
    """A site of this directory, with the demonstration's settings."""
    repository = Repository(BODY, "", {}, {}, {}, {}, {}, {}, {}, {}, {}, "")
    now = datetime.combine(TODAY, time(12), UTC)
    content = read_content(DEMO)
    name = Name("agency", BODY.id, dict.fromkeys(LANGUAGES, BODY.name), "names.toml")
    content = replace(content, names={**content.names, ("agency", BODY.id): name})
    record = Record((), (), "", "")
    made = Sources(
        repository, rule_set((), ""), (), record, Settings.of(content.site), content, directory, now
    )  # fmt: skip
    return replace(made, **values)


def texts(code: str) -> Texts:
    return read_texts(LANGUAGES[code], files("recuse.site") / "locales")


def pages(directory: Directory | None, code: str = "en") -> Mapping[str, tuple[Page, str]]:
    """Every page of the section with its HTML, by its path."""
    made, said = sources(directory), texts(code)
    renderer = Renderer(made, SECTIONS)
    return {page.path: (page, renderer.page(page, said).decode()) for page in SECTION.pages(made, said)}


def service_page(folder: Path, item: Mapping[str, Any], code: str = "en", translations: str | None = None) -> str:
    """The page of one service."""
    directory = read(folder, [item], translations=translations)
    assert not directory.rejects, directory.rejects
    return next(html for path, (_, html) in pages(directory, code).items() if path.startswith("places/services/"))
