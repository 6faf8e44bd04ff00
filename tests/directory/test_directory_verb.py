"""`recuse directory`: check, export and due, for people and programs."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from recuse import cli, clock
from tests.directory.content import SETTINGS, item, write

Ran = tuple[int, str, str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def ran(*words: str) -> Ran:
        monkeypatch.setattr("sys.argv", ["recuse", "directory", *words])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return ran


def test_check_tells_what_was_lost_and_merged(run: Callable[..., Ran], tmp_path: Path) -> None:
    write(tmp_path, [item("s"), item("t", url="x")], [item("s", alert="Closed\u00a0[bold]now[/]")])
    code, out, _ = run("check", str(tmp_path), "--rejects", str(tmp_path / "rejects.csv"))
    assert code == 1
    assert "one/services.json $[1]: `url` `x` is not a link (write it as https://example.org/page)" in out
    assert "merged by same id: two/s is one/s; it gave alert" in out
    assert "1 service shown of 1" in out
    assert (tmp_path / "rejects.csv").read_text().splitlines()[1].startswith("one,services.json,0,$[1],url,")
    code, out, _ = run("check", str(tmp_path), "--format", "json")
    told = json.loads(out)
    assert (code, told["read"], told["merged"], told["shown"]) == (1, 2, 1, 1)
    assert told["rejects"][0]["path"] == "$[1]"


def test_check_is_loud_about_a_feed_that_cannot_be_read(run: Callable[..., Ran], tmp_path: Path) -> None:
    code, _, err = run("check", str(write(tmp_path, b"{")))
    assert code == 1
    assert "not read one/services.json: is not JSON" in err


def test_check_is_done_when_nothing_is_wrong(run: Callable[..., Ran], tmp_path: Path) -> None:
    assert run("check", str(write(tmp_path, [item("s")])))[0] == 0


def test_settings_that_cannot_be_used_are_bad_input(run: Callable[..., Ran], tmp_path: Path) -> None:
    code, _, err = run("check", str(write(tmp_path, settings=SETTINGS + "x = 1\n")))
    assert code == 2
    assert "services/services.toml:" in err
    assert run("due", str(tmp_path / "none"))[0] == 2


def test_export_is_a_feed_again(run: Callable[..., Ran], tmp_path: Path) -> None:
    write(tmp_path / "a", [item("s", description="=1+1", required_documents=[{"id": "r", "document": "-"}])])
    assert run("export", str(tmp_path / "a"), "--out", str(tmp_path / "out"))[0] == 0
    assert "'=1+1" in (tmp_path / "out/feed/services.csv").read_text(), "no spreadsheet runs it"
    root = write(tmp_path / "b", settings=SETTINGS.replace('"two"', '"own"')) / "services"
    (tmp_path / "out/feed").rename(root / "feeds/own")
    code, out, _ = run("export", str(tmp_path / "b"), "--out", str(tmp_path / "again"), "--format", "json")
    assert (code, json.loads(out)["services"]) == (0, 1)
    for name in ("services.csv", "required_documents.csv"):
        assert (tmp_path / "again/feed" / name).read_bytes() == (root / "feeds/own" / name).read_bytes()
    code, _, err = run("export", str(tmp_path / "b"), "--out", str(tmp_path / "again"))
    assert code == 2
    assert "is there already" in err
    (tmp_path / "file").touch()
    code, _, err = run("export", str(tmp_path / "b"), "--out", str(tmp_path / "file/in"))
    assert code == 2
    assert "cannot be written: not a directory" in err


def test_due_lists_what_is_to_be_assured(run: Callable[..., Ran], tmp_path: Path) -> None:
    days = {"late": 200, "soon": 90, "fresh": 1}
    items = [item(name, assured_date=(clock.today() - timedelta(days=each)).isoformat()) for name, each in days.items()]
    write(tmp_path, [*items, item("never")])
    code, out, _ = run("due", str(tmp_path))
    assert code == 1
    assert "3 services due within 30 days, 2 overdue" in out
    assert out.index("Service never") < out.index("Service late") < out.index("Service soon")
    code, out, _ = run("due", str(tmp_path), "--within", "0", "--format", "json")
    assert [each["service"] for each in json.loads(out)["services"]] == ["never", "late"]
    write(tmp_path, items[1:])
    assert run("due", str(tmp_path))[0] == 0
