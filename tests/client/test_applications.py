"""The two example applications, served as their README says and asked over HTTP; the decision point is the real one."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from tests.client.conftest import COURT, SECRET, Point
from tests.client.faulty import answer, faulty
from tests.client.running import ROOT, free_port, running

FASTAPI: Final = ("-m", "granian", "--interface", "asgi", "--port", "PORT", "examples.fastapi_app:app")
DJANGO: Final = ("examples/django_app.py", "runserver", "--noreload", "127.0.0.1:PORT")


@dataclass(frozen=True)
class Served:
    """A served application, and the decision point that it asks."""

    kind: str
    base: str
    point: Point

    def get(self, path: str, declared: dict[str, str] | None = None) -> httpx2.Response:
        return httpx2.get(f"{self.base}/{path}", params=declared, trust_env=False, timeout=30)


@contextmanager
def served(kind: str, point: Point, folder: Path, account: str, decides: str = "") -> Iterator[Served]:
    """One of the two for an account, on records of its own; `decides` is another decision point's address."""
    with closing(sqlite3.connect(folder / "records.db")) as connection:
        connection.executescript((ROOT / "examples/arrests.sql").read_text())
    (folder / "secret").write_text(SECRET)
    variables = {
        "DECISION_POINT": decides or point.base, "DECISION_POINT_TOKENS": f"{point.issuer}/token",
        "DECISION_POINT_CLIENT": "records-app", "DECISION_POINT_SECRET_FILE": str(folder / "secret"),
        "RECORDS_DATABASE": str(folder / "records.db"), "RECORDS_ACCOUNT": account, "RECORDS_SECRET_KEY": "x" * 50,
    }  # fmt: skip
    port = free_port()
    command = [part.replace("PORT", str(port)) for part in (FASTAPI if kind == "fastapi" else DJANGO)]
    with running([sys.executable, *command], port, folder / "log", variables) as base:
        yield Served(kind, base, point)


@pytest.fixture(scope="module", params=["fastapi", "django"])
def staff(request: pytest.FixtureRequest, point: Point, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(request.param, point, tmp_path_factory.mktemp("staff"), "blotter/nightly_job") as application:
        yield application


@pytest.fixture(scope="module", params=["fastapi", "django"])
def removal(request: pytest.FixtureRequest, point: Point, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(request.param, point, tmp_path_factory.mktemp("removal"), "blotter/removal_017") as application:
        yield application


def test_a_list_shows_what_may_be_read_by_one_request(staff: Served) -> None:
    """The job of the owner's report sees neither the sealed record (2) nor the juvenile's (3)."""
    before = len(staff.point.recorded())
    assert staff.get("arrests").json() == [1, 4]
    recorded = staff.point.recorded()[before:]
    assert [each["allow"] for each in recorded] == [True, False, False, True]
    assert {each["caller"] for each in recorded} == {"records-app"}


def test_a_record_is_shown_after_the_decision(staff: Served) -> None:
    assert staff.get("arrests/1").json() == {"id": 1, "charge": "trespass", "district": "4"}
    assert staff.get("arrests/99").status_code == 404


def test_a_refusal_says_why_and_what_would_open_it(removal: Served) -> None:
    assert removal.get("arrests").json() == []
    response = removal.get("arrests/1")
    assert response.status_code == 403
    assert "trespass" not in response.text
    last = removal.point.recorded()[-1]
    if removal.kind == "fastapi":
        told = response.json()
        assert (told["reason"], told["evaluation"]) == ("no_rule", last["evaluation"])
        assert {"purpose": "crim", "authority": "judicial"} in told["would_change"]
    else:
        assert "No rule permits this in these circumstances. (no_rule)" in response.text
        assert "<li>purpose crim, authority judicial</li>" in response.text
        assert f"Evaluation {last['evaluation']}" in response.text


def test_a_declared_purpose_needs_its_permit(removal: Served) -> None:
    assert removal.get("arrests", COURT).json() == [1, 2, 3, 4]
    assert removal.get("arrests/2", COURT).json()["charge"] == "theft"
    assert removal.get("arrests/2", {**COURT, "case": "26-CR-2"}).status_code == 403
    assert removal.get("arrests/2", {**COURT, "purpose": "<b>"}).status_code == 403


@pytest.mark.parametrize("kind", ["fastapi", "django"])
def test_without_a_decision_point_nothing_is_shown(kind: str, point: Point, tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with served(kind, point, tmp_path, "blotter/records_app", nobody) as application:
        for path in ("arrests", "arrests/1"):
            response = application.get(path)
            assert response.status_code == 503
            assert "trespass" not in response.text


@pytest.mark.parametrize("kind", ["fastapi", "django"])
def test_a_record_that_changes_while_the_decision_is_made_is_not_shown(kind: str, point: Point, tmp_path: Path) -> None:
    """It is sealed between the question and the answer."""

    def sealing(_request: bytes) -> bytes:
        with closing(sqlite3.connect(tmp_path / "records.db")) as connection, connection:
            connection.execute("UPDATE arrest SET sealed = true WHERE id = 4")
        return answer('{"decision": true}')

    decides = faulty([sealing])
    with decides as server, served(kind, point, tmp_path, "blotter/records_app", server.base) as application:
        response = application.get("arrests/4")
        assert (response.status_code, "forgery" in response.text) == (409, False)
        assert application.get("arrests/4").json()["charge"] == "forgery", "asked again, about what it is now"


def test_an_application_that_asks_nobody_is_noticed(point: Point, tmp_path: Path) -> None:
    """The planted fault: the application as it stands, but for the line that asks."""
    text = (ROOT / "examples/fastapi_app.py").read_text()
    asking = "    await client.require(about(rows[0], context))\n"
    assert text.count(asking) == 1
    planted: dict[str, Any] = {"kind": "fastapi", "point": point, "folder": tmp_path, "account": "blotter/removal_017"}
    module = tmp_path / "planted_app.py"
    module.write_text(text.replace(asking, ""))
    command = [part.replace("examples.fastapi_app", "planted_app") for part in FASTAPI]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[__name__], "FASTAPI", (*command[:2], "--working-dir", str(tmp_path), *command[2:]))
        with served(**planted) as application:
            assert application.get("arrests/1").status_code == 200, "nothing else stood in the way"
