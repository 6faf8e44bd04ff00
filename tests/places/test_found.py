"""What a search reads of the pages of services, as the engine itself has it."""

import gzip
import json
from functools import partial
from pathlib import Path

from recuse.site.engine import indexing
from recuse.site.places.lines import PAGE
from recuse.site.writing import write_site
from tests.directory.content import item, read
from tests.places.world import pages


def found(folder: Path, html: dict[str, str]) -> dict[str, str]:
    """What the engine has of each page that it finds, by its path."""
    files = [(f"en/{path}", each.encode()) for path, each in html.items()]
    follow = partial(indexing, languages={"en"})
    write_site(folder, lambda keep: ((path, keep(path, content)) for path, content in files), follow)
    fragments = (gzip.decompress(each.read_bytes()) for each in (folder / "en/pagefind/fragment").iterdir())
    known = (json.loads(each[each.index(b"{") :]) for each in fragments)
    return {each["url"].strip("/"): each["content"] for each in known}


def test_a_search_reads_what_tells_services_apart(tmp_path: Path) -> None:
    """Hours, numbers and ways to ask are on every page: they would bring all of them."""
    place = {"id": "at", "location": {"id": "l", "location_type": "physical", "name": "Larch House"}}
    record = item("s", description="Teeth are looked after.", alert="Closed next week.") | {
        "name": "Dental help", "eligibility_description": "For children.", "application_process": "Apply at the desk.",
        "fees_description": "It is free.", "required_documents": [{"id": "d", "document": "School letter"}],
        "languages": [{"id": "la", "name": "Tagalog", "code": "tgl"}], "interpretation_services": "By telephone.",
        "service_at_locations": [place], "email": "desk@service.example",
        "organization": {"id": "o", "name": "Orchard Clinic", "description": "A clinic of the tests."},
        "phones": [{"id": "p", "number": "(312) 555-0101"}], "service_areas": [{"id": "sa", "name": "Riverton"}],
        "schedules": [{"id": "w", "freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:30"}],
    }  # fmt: skip
    html = {path: each for path, (_, each) in pages(read(tmp_path, [record])).items()}
    text = found(tmp_path / "site", html)["places/services/s.html"]
    for said in (
        "Dental help", "Orchard Clinic", "Teeth are looked after", "Closed next week", "For children", "School letter",
        "Filipino", "By telephone", "Larch House", "Riverton",
    ):  # fmt: skip
        assert text.count(said) == 1, (said, text)
    for unsaid in ("Apply", "free", "desk", "555", "Monday", "of the tests", "What to bring", "Source", "You are here"):
        assert unsaid not in text, (unsaid, text)


def test_of_a_list_its_first_page_is_found_and_none_of_its_lines(tmp_path: Path) -> None:
    """Each service is found by its own page."""
    items = [item(f"s{number}") | {"name": f"Dental help {number}"} for number in range(PAGE + 1)]
    html = {path: each for path, (_, each) in pages(read(tmp_path, items)).items()}
    lists = {path: text for path, text in found(tmp_path / "site", html).items() if "kinds/" in path}
    assert len([path for path in html if "kinds/" in path]) == 2
    assert [*lists] == ["places/kinds/other"]
    assert "Services: 101" in lists["places/kinds/other"]
    assert "Dental" not in lists["places/kinds/other"]
