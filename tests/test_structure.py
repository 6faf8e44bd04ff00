"""The house rules that a linter does not know: sizes, names, docstrings, and what may not stand in a commit."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager"}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_sizes_and_names(path: Path) -> None:
    text = path.read_text()
    assert path.stem not in FORBIDDEN_NAMES
    assert text.count("\n") <= 300, "a file has at most 300 lines"
    tree = ast.parse(text)
    assert not text or ast.get_docstring(tree), "a module says its one idea in its first line"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]
            assert length <= 40, f"`{node.name}` has {length} lines; at most 40"


def test_nothing_left_to_do() -> None:
    for path in SOURCES:
        assert not re.search(r"\b(TODO|FIXME|XXX)\b|NotImplementedError", path.read_text()), path


def test_no_address_or_path_of_a_machine() -> None:
    hosts = re.compile("py" + r"pi\.|pythonh" + r"osted|npm" + r"js\.|(?<![\w.$])/(wo" + "rk|fa" + "rm|ro" + "ot)/")
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found = hosts.search(text)
        assert found is None, f"{path.relative_to(ROOT)}: {found.group() if found else ''}"


def test_locks_have_hashes_and_no_addresses() -> None:
    for lock in (ROOT / "locks").glob("*.txt"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
