"""The demo's texts hold what the site promises of them; each rule is shown a fault of its own, and finds it."""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from recuse.content.checking import check_content
from recuse.content.folder import parse_content
from tests.content_texts import legal_facts, measures
from tests.content_texts.judging import faults, source_sha256
from tests.content_texts.texts import LANGUAGES, Texts, content_files, hardened, policy_ids, read
from tests.unit.content.example import DAY
from tests.unit.content.test_level import HARD

SCHOOL = "rights/school/school-open"


def test_an_editor_sends_nothing_back() -> None:
    assert faults(read(content_files())) == []


def test_there_is_a_text_for_every_place_and_jurisdiction() -> None:
    texts = read(content_files())
    records = [record.table for record in texts.records.values()]
    assert 24 <= len(records) <= 40
    assert {record["place"] for record in records} == {"home", "work", "school", "court", "hospital", "street"}
    assert {record["jurisdiction"] for record in records} == {"us", "us-il", "us-il-chicago", "us-ca"}
    assert 6 <= sum("card" in record for record in records) <= 10
    assert len(texts.translations) == len(records) * (len(LANGUAGES) - 1)
    assert len(texts.words) >= 25


def test_every_id_of_the_policies_has_a_name_and_no_other_has() -> None:
    named = {key for key in read(content_files()).names if key[0] != "jurisdiction"}
    assert named - policy_ids() == {("office", "records")}, "the office that answers is none of the policy's officials"
    assert policy_ids() - named == set()


def test_the_first_question_is_asked_in_words_that_have_names() -> None:
    texts = read(content_files())
    question = texts.site["question"]
    asked = {("agency", question["agency"]), ("purpose", question["purpose"])}
    assert asked | {("category", each) for each in question["categories"]} <= texts.names.keys()
    assert ("office", texts.site["contact"]["office"]) in texts.names
    assert texts.site["who_looked"]["law"] in texts.facts


def test_the_page_of_legal_facts_is_that_of_the_files() -> None:
    facts = read(content_files()).facts
    assert legal_facts.PAGE.read_text() == legal_facts.page(facts.values()), "run `-m tests.content_texts.legal_facts`"
    changed = {**facts["D2"], "status": "in force"}
    assert legal_facts.PAGE.read_text() != legal_facts.page([*facts.values(), changed])


def hard(files: Mapping[str, str]) -> set[tuple[str, str]]:
    """Which texts do not pass the gate of `recuse content check`, with their language."""
    content = parse_content({file: raw.encode() for file, raw in files.items() if not file.startswith("services/")})
    return {(name, level.language) for name, level in check_content(content, DAY).hard}


def test_every_text_passes_the_gate_of_its_language() -> None:
    assert hard(content_files()) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hard_claim_is_stopped_in_every_language(language: str) -> None:
    """Also where a card of short lines stands beside it, as it does in `home-silence`."""
    assert hard(hardened(content_files(), "home-silence", language, HARD[language])) == {("home-silence", language)}


PLANTED = tomllib.loads((Path(__file__).parent / "planted.toml").read_text())["fault"]


@pytest.mark.parametrize("fault", PLANTED, ids=[fault["name"] for fault in PLANTED])
def test_a_planted_fault_is_found(fault: dict[str, str]) -> None:
    files = content_files()
    assert fault["before"] in files[fault["file"]], "the fault is planted nowhere"
    files[fault["file"]] = files[fault["file"]].replace(fault["before"], fault["after"], 1)
    found = faults(lenient(read(files)))
    assert any(fault["found"] in each for each in found), found


def lenient(texts: Texts) -> Texts:
    """Texts as they are, where a language code of a planted fault is none that a rule looks up."""
    for by_language in (*texts.names.values(), *texts.words.values()):
        for code in [code for code in by_language if code not in {*LANGUAGES, "id"}]:
            del by_language[code]  # type: ignore[attr-defined]
    return texts


def test_a_missing_file_is_found() -> None:
    files = content_files()
    del files[f"{SCHOOL}.ar.toml"]
    assert f"{SCHOOL}.toml: nothing in ar" in faults(read(files))


def test_measures_agree_with_counts_by_hand() -> None:
    assert [measures.english_syllables(word) for word in ("judge", "agency", "people", "called", "needed")] == [
        1,
        3,
        2,
        1,
        2,
    ]
    assert [measures.spanish_syllables(word) for word in ("juez", "ciudad", "país", "quién", "averiguar")] == [
        1,
        2,
        2,
        1,
        4,
    ]
    assert measures.grade(["The cat sat."]) == pytest.approx(0.39 * 3 + 11.8 - 15.59)
    assert measures.numbers("1,000 pies en 2025") == measures.numbers("2025 年 12 月 1000 英尺")
    assert measures.codes("8 USC 1373 and I-205") == {"8 USC 1373": 1, "I-205": 1}


def test_the_digest_is_that_of_lines_written_by_hand() -> None:
    record = read(content_files()).records["school-records"]
    lines = [f"title {record.lines[0]}", *(f"claim {text}" for text in record.claims), ""]
    assert source_sha256(record) == hashlib.sha256("\n".join(lines).encode()).hexdigest()
