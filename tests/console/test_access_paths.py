"""Behind a cell of the matrix: the paths that a verdict found, and what is said where none were looked for."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from recuse.errors import InputError
from recuse.server.console import PREFIX
from recuse.server.console.access import parse_matrices
from tests.console import world

REMOVAL: Final = "Bureau of Removal"
PATH: Final = {
    "agency": REMOVAL, "category": "address", "account": "records/removal_017", "id": "0123456789",
    "code": "user-mapping", "severity": "critical", "object": "public.person",
    "steps": ["removal_017 may connect", "a user mapping leads to warehouse"],
    "reproduce": "SET ROLE removal_017;\nSELECT 1;", "remedy": "drop the user mapping",
}  # fmt: skip
OTHER: Final = {**PATH, "agency": "", "category": "", "id": "9876543210", "account": world.HOSTILE}


def written(folder: Path, **more: Any) -> TestClient:
    """A console on a document of two systems, one of them with this besides."""
    world.write(folder / "ledger", iter(()))
    whole = json.loads(world.matrices(folder / "access.json").read_text())
    whole["systems"][0] |= more
    (folder / "access.json").write_text(json.dumps(whole))
    return TestClient(world.served(folder))


def found(*paths: dict[str, Any]) -> dict[str, Any]:
    return {"at": "2026-01-14T09:00:00+00:00", "found": [*paths]}


def cell(client: TestClient, **asked: str) -> Any:
    return client.get(f"{PREFIX}/access/cell", params={"system": "records", **asked})


def test_a_cell_leads_to_its_paths_and_they_say_everything(tmp_path: Path) -> None:
    client = written(tmp_path, by="verify", paths=found(PATH, OTHER))
    page = client.get(f"{PREFIX}/access").text
    link = f"{PREFIX}/access/cell?system=records&amp;agency=Bureau%20of%20Removal&amp;category=address"
    assert page.count(link) == 1
    assert ">2 paths past the policy</a> as of" in page
    assert "Paths past the policy were not looked for" in page, "of the other system"
    shown = cell(client, agency=REMOVAL, category="address").text
    assert shown.count("<h2") == 1
    for text in ("user-mapping", "critical", *PATH["steps"], "SET ROLE removal_017;\nSELECT 1;", PATH["remedy"]):
        assert text in shown
    assert "r-reach--all" in shown
    every = cell(client).text
    assert every.count("<h2") == 2
    assert "of no agency" in every
    assert "<script>alert" not in every


def test_no_path_and_none_looked_for_are_not_the_same(tmp_path: Path) -> None:
    looked = cell(written(tmp_path, paths=found()), agency=REMOVAL, category="address").text
    assert "The last verify found no way past the policy here." in looked
    unlooked = cell(written(tmp_path / "other"), agency=REMOVAL, category="address").text
    assert "Nobody has looked for paths" in unlooked


@pytest.mark.parametrize(
    "asked",
    [{"system": "nowhere"}, {"agency": "Nobody"}, {"category": "none.such"}, {"agency": "x", "category": "address"}],
)
def test_what_was_not_worked_out_is_not_there(tmp_path: Path, asked: dict[str, str]) -> None:
    assert cell(written(tmp_path, paths=found(PATH)), **asked).status_code == 404


@pytest.mark.parametrize(
    "more",
    [
        {"by": "guess"},
        {"at": "2026-01-15T09:30:00"},
        {"paths": []},
        {"paths": {"at": "2026-01-15T09:30:00+00:00"}},
        {"paths": found({**PATH, "steps": "one"})},
        {"paths": found({**PATH, "steps": [1]})},
        {"paths": found({k: v for k, v in PATH.items() if k != "reproduce"})},
        {"paths": {**found(), "at": "2026-01-15T09:30:00"}},
    ],
)
def test_a_document_with_a_part_missing_is_not_shown(tmp_path: Path, more: dict[str, Any]) -> None:
    client = written(tmp_path, **more)
    with pytest.raises(InputError):
        parse_matrices((tmp_path / "access.json").read_bytes())
    assert client.get(f"{PREFIX}/access").status_code == 503
    assert cell(client).status_code == 503
