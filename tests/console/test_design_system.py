"""What is vendored is what npm's files give, byte for byte: built anew by the locked hashes and compared."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import skip_loudly

ROOT: Final = Path(__file__).parent.parent.parent
SCRIPT: Final = "scripts/design-system.sh"


def run(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run([SCRIPT, *arguments], cwd=root, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode == 3:
        skip_loudly(done.stderr.strip().splitlines()[-1])
    return done


def test_what_is_vendored_is_what_is_built_and_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    """One build, compared with a copy in which one byte is changed: that file differs, and no other."""
    run(ROOT, "fetch")
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    vendored = "src/recuse/design/vendored"
    shutil.copytree(ROOT / vendored, tmp_path / vendored)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/npm").symlink_to(ROOT / ".venv/npm")
    style = tmp_path / vendored / "uswds/uswds.css"
    style.write_bytes(style.read_bytes().replace(b"#005ea2", b"#005ea3", 1))
    done = run(tmp_path, "--check")
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert re.fullmatch(rf"Files \S+/uswds/uswds.css and {vendored}/uswds/uswds.css differ", line)


@pytest.mark.parametrize("name", ["@uswds/uswds", "htmx.org", "sass", "rtlcss"])
def test_the_versions_are_exact_and_locked(name: str) -> None:
    folder = ROOT / "scripts/design-system"
    versions = dict(
        line.rsplit(" ", 1) for line in (ROOT / "src/recuse/design/vendored/VERSIONS").read_text().splitlines()
    )
    assert f'"{name}": "{versions[name]}"' in (folder / "package.json").read_text()
    lock = (folder / "package-lock.json").read_text()
    assert '"integrity": "sha512-' in lock
    assert "resolved" not in lock
