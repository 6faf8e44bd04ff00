"""Of each record: what is signed, by whom, and that no witness is there; and signs of what runs beside it."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from recuse.errors import UnreachableError
from recuse.ledger import verify_ledger
from recuse.notes import new_signer, parse_note
from recuse.server.console import PREFIX, Index, application
from recuse.server.console.index import Reading
from recuse.server.console.standing import Sign, Signs, signs, standing
from tests.console import world
from tests.console.world import NOW


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.apart(tmp_path_factory.mktemp("standing"))


def health(folder: Path, *told: Signs) -> str:
    return TestClient(application(world.of_both(folder, signs=told))).get(f"{PREFIX}/health").text


def test_each_record_says_what_is_signed_and_by_whom(both: Path) -> None:
    page = health(both)
    for name in ("ledger", "decisions"):
        whole = verify_ledger(both / name)
        assert whole.root.hex() in page
        assert whole.checkpoint.replace("+", "&#43;") in page.replace("+", "&#43;")
        key = (both / name / "verifier").read_text().split("+")
        assert f"{key[0]}+{key[1]}" in page
    assert page.count("No witness has cosigned it") == 2
    assert page.count("all of them read by this process") == 2
    assert "recuse ledger verify RECORD --key KEY" in page


def test_a_cosignature_of_another_is_a_witness(both: Path) -> None:
    found = Index(both / "ledger")
    reading = found.catch_up()
    note = parse_note(reading.checkpoint.encode())
    witness = new_signer("witness.example/w1").sign(note.text)
    cosigned = reading.checkpoint + str(witness).partition("\n\n")[2]
    shown = standing("acts", found, Reading(reading.size, reading.signed, cosigned))
    assert [each.split("+")[0] for each in shown.witnesses] == ["witness.example/w1"]
    assert len(shown.signed_by) == 1
    assert standing("acts", found, reading).witnesses == ()


def test_the_age_of_who_reaches_what_is_told(both: Path, tmp_path: Path) -> None:
    page = health(both)
    assert page.count("Current</span>") == 2
    world.apart(tmp_path)
    file = tmp_path / "access.json"
    file.write_text(file.read_text().replace("2026-01-15", "2026-01-11"))
    assert health(tmp_path).count("Old</span>") == 2
    file.write_text("{}")
    assert "1 thing beside it asks for somebody" in health(tmp_path)
    file.unlink()
    assert "Not worked out</span>" in health(tmp_path)


def test_signs_of_others_have_their_place(both: Path) -> None:
    def worker(now: datetime) -> Iterator[Sign]:
        assert now == NOW
        yield Sign("Worker", "bad", "Silent", f"since {now - timedelta(hours=1):%H:%M}", "/jobs")

    def gone(_: datetime) -> Iterator[Sign]:
        raise UnreachableError("the state cannot be reached", "start it")

    page = health(both, worker, gone)
    assert f'href="{PREFIX}/jobs"' in page
    assert re.search(r"1 thing beside it asks for somebody.*?Worker: Silent", page, re.DOTALL)
    assert "The state cannot be reached." in page
    assert [each.state for each in signs((gone,), NOW)] == ["doubt"]
    assert "asks for somebody" not in health(both)
