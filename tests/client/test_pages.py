"""The pages about the client: what they show runs, and prints what they say."""

import io
import re
from contextlib import redirect_stdout
from itertools import pairwise
from pathlib import Path

from tests.client.conftest import SECRET, Point
from tests.client.running import ROOT
from tests.client.test_applications import DJANGO, FASTAPI
from tests.test_docs import blocks

PAGE = ROOT / "docs/reference/client.md"
README = ROOT / "examples/README.md"


def test_the_page_s_programs_print_what_it_shows(point: Point, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    where = {
        "https://pdp.example.org": point.base, "https://id.example.org": point.issuer,
        "/run/secrets/records-app": str(tmp_path / "secret"),
    }  # fmt: skip
    shown, names = 0, dict[str, object]()
    for (language, program), (_, printed) in pairwise([*blocks(PAGE), ("", "")]):
        if language == "python":
            for written, real in where.items():
                program = program.replace(written, real)  # noqa: PLW2901  (the page's program at its real place)
            with redirect_stdout(io.StringIO()) as output:
                exec(compile(program, str(PAGE), "exec"), names)  # noqa: S102  (what the page shows is what is tested)
            assert output.getvalue() == printed
            shown += 1
    assert shown == 4


def test_the_readme_s_commands_are_those_that_are_tested() -> None:
    [ask, declare] = [text for language, text in blocks(README) if language == "sh"]
    for command, port in ((FASTAPI, "8001"), (DJANGO, "8002")):
        assert f"python {' '.join(command)}".replace("PORT", port) in ask
    assert re.findall(r"examples/(\w+)\.py", declare) == ["psycopg_declare", "sqlalchemy_declare"]
    listed = set(re.findall(r"\]\((\w+\.py)\)", README.read_text()))
    assert listed == {path.name for path in (ROOT / "examples").glob("*.py")}
