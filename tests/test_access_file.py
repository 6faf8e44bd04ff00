"""`recuse plan` and `recuse verify` write who reaches what, and the console shows just that."""

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from recuse.demo.repository import SYSTEM
from recuse.errors import InputError
from recuse.operations.access_document import write_access
from recuse.operations.matrix import matrix
from recuse.server.console import PREFIX, AccessFile
from recuse.server.console.access import parse_matrices
from tests.console import world
from tests.console.world import NOW
from tests.serve.world import PROGRAM
from tests.test_main_job import Job, job_on

SETTINGS = """\
format = 1
base = "http://127.0.0.1:8080"
listen = "127.0.0.1:8080"

[console]
people = "people.toml"
"""


def recuse(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """Everything reached as it was found; nothing is signed."""
    with ExitStack() as stack:
        yield job_on(stack, 18, tmp_path_factory.mktemp("access"))


def test_a_plan_writes_its_matrix_and_a_verdict_the_paths_on_it(job: Job, tmp_path: Path) -> None:
    file, of = tmp_path / "access.json", ("-r", str(job.policy), "--dsn", job.world.dsn(), "--access")
    (job.policy.parent / "serve.toml").write_text(SETTINGS)
    done = recuse("plan", *of, str(file))
    assert done.returncode == 0, done.stderr
    planned, _ = job.plan()
    repository = job.workspace().repository
    expected = matrix(repository, repository.systems[SYSTEM], planned)
    (shown,) = parse_matrices(file.read_bytes()).systems
    assert (shown.system, shown.by, shown.paths) == (SYSTEM, "draft", None)
    assert shown.categories == expected.categories
    assert [(r.agency, [(c.before, c.after) for c in r.cells]) for r in shown.rows] == [
        (r.agency, [(c.before, c.after) for c in r.cells]) for r in expected.rows
    ]
    assert any(cell.changes for row in shown.rows for cell in row.cells)
    verdict = recuse("verify", *of, str(file), "--format", "json")
    assert verdict.returncode == 1, verdict.stderr
    whole = json.loads(verdict.stdout)
    (shown,) = parse_matrices(file.read_bytes()).systems
    assert shown.by == "verify"
    assert [row.agency for row in shown.rows] == [row.agency for row in expected.rows]
    assert shown.paths
    found = [(each.code, each.account, each.category, each.reproduce) for each in shown.paths.found]
    assert found == [(e["code"], e["account"] or "", e["category"] or "", e["reproduce"]) for e in whole["findings"]]
    assert len(found) > 20
    assert {each.agency for each in shown.paths.found} & {row.agency for row in shown.rows}
    assert recuse("plan", *of, str(file)).returncode == 0
    assert parse_matrices(file.read_bytes()).systems[0].paths == shown.paths, "a plan leaves what a verdict found"
    assert not (job.policy.parent / "access.json").exists(), (
        "a draft is written where it is asked for, and nowhere else"
    )
    shows(file, job)


def shows(file: Path, job: Job) -> None:
    """The pages of it: the matrix first, and on each cell its paths with what reproduces them."""
    (matrices,) = parse_matrices(file.read_bytes()).systems
    world.write(file.parent / "ledger", iter(()))
    client = TestClient(world.served(file.parent, access=AccessFile(file)))
    page = client.get(f"{PREFIX}/access").text
    assert page.index('id="matrix-1"') < page.index("access/cell?system=clear&amp;agency=")
    path = next(each for each in matrices.past() if each.agency and each.category in matrices.categories)
    asked = {"system": SYSTEM, "agency": path.agency, "category": path.category}
    cell = client.get(f"{PREFIX}/access/cell", params=asked).text
    assert f'id="path-{path.id}"' in cell
    assert cell.count("<h2") == len(matrices.past(path.agency, path.category))
    assert path.reproduce.splitlines()[0].replace("'", "&#39;").replace('"', "&#34;") in cell


def test_where_it_cannot_be_written_it_is_said(job: Job, tmp_path: Path) -> None:
    done = recuse("plan", "-r", str(job.policy), "--dsn", job.world.dsn(), "--access", str(tmp_path / "no" / "x.json"))
    assert done.returncode == 2
    assert "cannot be written: no such file or directory" in " ".join(done.stderr.split())


def test_what_is_in_force_is_written_where_the_settings_say(job: Job) -> None:
    """Last: it signs and applies."""
    (job.policy.parent / "serve.toml").write_text(SETTINGS)
    job.sign()
    job.apply()
    of = ("-r", str(job.policy), "--dsn", job.world.dsn())
    done = recuse("verify", *of)
    assert done.returncode in (0, 1), done.stderr
    (shown,) = parse_matrices((job.policy.parent / "access.json").read_bytes()).systems
    assert (shown.by, {cell.changes for row in shown.rows for cell in row.cells}) == ("verify", {False})
    (job.policy.parent / "access.json").unlink()
    assert recuse("verify", *of, "--no-record").returncode == done.returncode
    assert not (job.policy.parent / "access.json").exists()
    assert recuse("plan", *of).returncode == 0
    assert parse_matrices((job.policy.parent / "access.json").read_bytes()).systems[0].by == "plan"
    (job.policy.parent / "serve.toml").write_text("format = 2\n")
    told = recuse("verify", *of)
    assert told.returncode == done.returncode
    assert "who reaches what was not written" in told.stderr


# --- the file ---


def system(name: str, **more: Any) -> dict[str, Any]:
    rows = [{"agency": "a", "cells": [{"before": "all", "after": "none"}]}]
    return {"system": name, "by": "plan", "at": NOW.isoformat(), "categories": ["c"], "rows": rows, **more}


def test_other_systems_stay_with_their_own_moment(tmp_path: Path) -> None:
    file = tmp_path / "access.json"
    write_access(file, [system("b"), system("a", at="2026-01-01T00:00:00+00:00")], NOW)
    write_access(file, [system("b", rows=[])], NOW)
    first, second = parse_matrices(file.read_bytes()).systems
    assert (first.system, first.at.year, first.at.day, len(first.rows)) == ("a", 2026, 1, 1)
    assert (second.system, second.rows) == ("b", ())


@pytest.mark.parametrize("before", [b"", b"x", b"[]", b'{"systems": [1]}', b'{"systems": {"a": 1}}', b"[" * 100_000])
def test_what_cannot_be_read_is_replaced(tmp_path: Path, before: bytes) -> None:
    (tmp_path / "access.json").write_bytes(before)
    write_access(tmp_path / "access.json", [system("a")], NOW)
    assert [each.system for each in parse_matrices((tmp_path / "access.json").read_bytes()).systems] == ["a"]


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_owner_and_group_read_it_and_nobody_else(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_access(tmp_path / "access.json", [system("a")], NOW)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "access.json").stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["access.json"]


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "access.json"
    write_access(file, [system("a")], NOW)
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="no space left"):
        write_access(file, [system("b")], NOW)
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["access.json"]
