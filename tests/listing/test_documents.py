"""What listing.md says of documents, the shape and the checklist is what there is."""

import json
import re
from pathlib import Path
from typing import Any, Final

from recuse.directive.attestation import checklist
from recuse.operations import listed
from recuse.operations.listed_reach import not_examined
from recuse.targets.listing.lines import columns
from recuse.targets.listing.records import FILES
from tests.listing.exporting import EXPORTED
from tests.listing.policy import sign
from tests.listing.test_plan import oracle, recuse, repository, workspace
from tests.test_docs import blocks, differences

PAGE: Final = Path(__file__).parent.parent.parent / "docs/reference/listing.md"


def test_the_shape_is_documented_field_by_field() -> None:
    rows = dict(re.findall(r"^\| `(\w+\.csv)` \|.*?\| (.*) \|$", PAGE.read_text(), re.MULTILINE))
    assert list(rows) == list(FILES)
    for name, kind in FILES.items():
        fields = re.findall(r"(?:^|, )`(\w+)`(\??)", re.sub(r"\([^)]*\)", "", rows[name]))
        assert [f"{field}{mark}" for field, mark in fields] == [field for field, _ in columns(kind)], name


def test_every_question_and_code_is_documented() -> None:
    text = PAGE.read_text()
    assert [question for question in checklist() if f"| `{question}` |" not in text] == []
    assert [code for code, _ in not_examined(oracle().listing(), EXPORTED) if f"`{code}`" not in text] == []


def test_documents_have_the_keys_that_are_documented(tmp_path: Path) -> None:
    planned, applied = (json.loads(text) for language, text in blocks(PAGE) if language == "json")
    sketch = oracle()
    sketch.grant("CREATE SESSION", "server", "RMS")
    policy = repository(tmp_path, sketch, RMS="us.ice")
    sign(tmp_path)
    shown: list[Any] = listed.documents(workspace(policy))
    assert [line for line in differences(planned, shown) if "gains" not in line] == []
    assert recuse("plan", "-r", str(policy), "-o", str(tmp_path / "plan.json"))[0] == 0
    code, done = recuse("apply", str(tmp_path / "plan.json"), "-r", str(policy), "--yes")
    assert code == 0
    assert list(differences(applied, done)) == []


def test_the_verbs_of_listings(tmp_path: Path) -> None:
    """The queries are written, and a whole export is called whole."""
    code, said = recuse("listing", "queries", "oracle", "--out", str(tmp_path / "queries"))
    assert (code, len(said["files"])) == (0, 9)
    assert "Not run here" in (tmp_path / "queries/grants.sql").read_text()
    repository(tmp_path, oracle())
    code, said = recuse("listing", "check", str(tmp_path / "export"))
    assert (code, said["counts"]["grants"]) == (0, len(oracle().grants))
    code, said = recuse("reach", str(tmp_path / "export"), "rms.person", "-a", "ICE")
    assert code == 0
    assert said["accounts"][0]["rows"] == "all"
    (tmp_path / "export/uses.csv").write_text("x")
    assert recuse("listing", "check", str(tmp_path / "export"))[0] == 2
