"""One folder of `directives/`: read strictly, bytes kept, digests filled in, and the confirmation as it is written."""

import hashlib
import shutil
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.directive.document import (
    CONFIRMATION,
    CONFIRMATION_SIGNATURE,
    DIRECTIVE,
    SIGNATURE,
    parse_directive,
    read_directive,
    render_confirmation,
    with_digests,
)
from recuse.errors import DirectiveError, Problem
from recuse.model import Confirmation, LegalBasis

NAME = "2019-07-12-civil-immigration"
FIXTURE = Path(__file__).parents[2] / "fixtures" / "policy" / "directives" / NAME
A, B = "a" * 64, "b" * 64
ANSWER = Confirmation(
    raw=b"",
    directive_sha256=A,
    directive_signature_sha256=B,
    decision="confirm",
    conditions="",
    effective=datetime(2019, 7, 12, 18, tzinfo=UTC),
    confirmed_by="chief-2019",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / NAME))


def test_a_draft_keeps_its_exact_bytes(folder: Path) -> None:
    signed = read_directive(folder)
    directive = signed.directive
    assert directive.raw == (FIXTURE / DIRECTIVE).read_bytes()
    assert directive.cedar.encode() == (FIXTURE / "directive.cedar").read_bytes()
    assert (directive.id, directive.stage, directive.confirm_role) == (NAME, "enforce", "confirm")
    assert (directive.cedar_sha256, directive.policy_sha256) == ("CEDAR", "POLICY")
    assert directive.legal_basis[2] == LegalBasis("8 USC 1373", "in force", date(2019, 7, 12))
    assert (signed.signature, signed.confirmation, signed.confirmation_signature) == (None, None, None)


def test_signatures_and_the_confirmation_are_read_when_there(folder: Path) -> None:
    (folder / SIGNATURE).write_bytes(b"first\n")
    (folder / CONFIRMATION).write_bytes(render_confirmation(ANSWER))
    (folder / CONFIRMATION_SIGNATURE).write_bytes(b"second\n")
    signed = read_directive(folder)
    assert (signed.signature, signed.confirmation_signature) == (b"first\n", b"second\n")
    assert signed.confirmation == replace(ANSWER, raw=render_confirmation(ANSWER))


def test_line_ends_of_the_rules_are_kept(folder: Path) -> None:
    raw = b'// one\r\n@id("x") permit (principal, action, resource);\r\n'
    (folder / "directive.cedar").write_bytes(raw)
    cedar = read_directive(folder).directive.cedar
    assert hashlib.sha256(cedar.encode()).digest() == hashlib.sha256(raw).digest()


WRONG = {
    "other folder": (f'id = "{NAME}"', 'id = "other"', f"`id` is `other`, but the folder is `{NAME}`"),
    "unknown key": ("counsel =", "council =", "unknown key `council`"),
    "missing key": ("title =", "# title =", "missing key `title`"),
    "no offset": ("00:00:00Z", "00:00:00", "`effective` must be a moment with its offset"),
    "stage": ('"enforce"', '"later"', "`stage` must be one of `observe`, `canary`, `enforce`"),
    "role": ('confirm_role = "confirm"', 'confirm_role = "king"', "`confirm_role` must be one of `direct`, `confirm`"),
    "digest": (
        '"CEDAR"',
        '"cedar"',
        "`cedar_sha256` must be a SHA-256 in lower-case hexadecimal, or `CEDAR` in a draft",
    ),
    "basis": ('citation = "8 USC 1373", ', "", "missing key `citation`"),
    "basis key": ('citation = "8 USC 1373"', 'citation = "8 USC 1373", x = 1', "unknown key `x`"),
    "format": ("format = 1", "format = 2", "`format` must be 1"),
    "syntax": ("supersedes = []", "supersedes = [", "not valid TOML: invalid value"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_directive_names_its_file_and_line(case: str, folder: Path) -> None:
    old, new, message = WRONG[case]
    text = (folder / DIRECTIVE).read_text()
    assert old in text
    (folder / DIRECTIVE).write_text(text.replace(old, new, 1))
    with pytest.raises(DirectiveError) as raised:
        read_directive(folder)
    at = text[: text.index(old)].count("\n") + 1
    shift = {"missing key": 1 - at, "syntax": 1}.get(case, 0)  # a missing key is told at its table
    assert f"directives/{NAME}/{DIRECTIVE}:{at + shift}: {message}" in raised.value.message


CONFIRMATION_FAULTS = {
    "digest": (A, "D", "2: `directive_sha256` must be a SHA-256 in lower-case hexadecimal"),
    "decision": ('"confirm"', '"maybe"', "4: `decision` must be one of `confirm`, `refuse`"),
    "unknown": ("conditions", "condition", "5: unknown key `condition`"),
    "moment": ("18:00:00Z", "18:00:00", "6: `effective` must be a moment with its offset"),
}


@pytest.mark.parametrize("case", CONFIRMATION_FAULTS)
def test_a_wrong_confirmation_names_its_file_and_line(case: str, folder: Path) -> None:
    old, new, message = CONFIRMATION_FAULTS[case]
    (folder / CONFIRMATION).write_text(render_confirmation(ANSWER).decode().replace(old, new, 1))
    with pytest.raises(DirectiveError) as raised:
        read_directive(folder)
    assert f"directives/{NAME}/{CONFIRMATION}:{message}" in raised.value.message


def test_missing_and_unreadable_files(folder: Path) -> None:
    (folder / "directive.cedar").write_bytes(b"// \xff\n")
    with pytest.raises(DirectiveError, match=r"directive\.cedar:1: not text in UTF-8"):
        read_directive(folder)
    (folder / "directive.cedar").unlink()
    (folder / DIRECTIVE).unlink()
    (folder / CONFIRMATION_SIGNATURE).write_bytes(b"x")
    with pytest.raises(DirectiveError) as raised:
        read_directive(folder)
    assert [line.split(" (")[0] for line in raised.value.message.splitlines()] == [
        f"directives/{NAME}/{DIRECTIVE}: missing file",
        f"directives/{NAME}/directive.cedar: missing file",
        f"directives/{NAME}/{CONFIRMATION}: missing file, though `{CONFIRMATION_SIGNATURE}` is there",
    ]
    (folder / SIGNATURE).mkdir()
    with pytest.raises(DirectiveError, match="cannot be read: is a directory"):
        read_directive(folder)


def test_digests_are_filled_in_and_nothing_else_is_touched() -> None:
    raw = (FIXTURE / DIRECTIVE).read_bytes()
    filled = with_digests(raw, A, B)
    assert filled == raw.replace(b'"CEDAR"', f'"{A}"'.encode()).replace(b'"POLICY"', f'"{B}"'.encode())
    assert with_digests(filled, B, A) == with_digests(raw, B, A)
    assert with_digests(filled, A, B) == filled


@pytest.mark.parametrize(
    "raw",
    [
        b'policy_sha256 = \'POLICY\' # cedar_sha256 = "CEDAR"\r\n\tcedar_sha256="""CEDAR"""',
        '# é\n"cedar_sha256" = ""\nx = "CEDAR"\n[t]\ncedar_sha256 = "kept"\n'.encode() + b"",
    ],
)
def test_digests_find_their_place_in_any_writing(raw: bytes) -> None:
    if b"policy_sha256" not in raw:
        raw = b'policy_sha256 = ""\n' + raw
    before, after = tomllib.loads(raw.decode()), tomllib.loads(with_digests(raw, A, B).decode())
    assert after == {**before, "cedar_sha256": A, "policy_sha256": B}
    assert b"# " in with_digests(raw, A, B)


@pytest.mark.parametrize(
    ("raw", "cedar", "message"),
    [
        (b'cedar_sha256 = ""', A, "`directive.toml` has no text `policy_sha256`"),
        (b"cedar_sha256 = 1\npolicy_sha256 = ''", A, "`directive.toml` has no text `cedar_sha256`"),
        (b"cedar_sha256 = ", A, "directive.toml:1: not valid TOML: invalid value"),
        (b"cedar_sha256 = ''\npolicy_sha256 = ''", "A" * 64, "`AAAA"),
    ],
)
def test_digests_that_cannot_be_filled_in(raw: bytes, cedar: str, message: str) -> None:
    with pytest.raises(DirectiveError) as raised:
        with_digests(raw, cedar, B)
    assert raised.value.message.startswith(message)


def test_the_text_of_a_confirmation() -> None:
    answer = replace(
        ANSWER, conditions='only "criminal"\n\x7f', effective=datetime(2019, 7, 12, 18, 0, 0, 5, tzinfo=UTC)
    )
    assert render_confirmation(answer).decode() == (
        f'format = 1\ndirective_sha256 = "{A}"\ndirective_signature_sha256 = "{B}"\ndecision = "confirm"\n'
        'conditions = "only \\"criminal\\"\\n\\u007f"\neffective = 2019-07-12T18:00:00.000005Z\n'
        'confirmed_by = "chief-2019"\n'
    )


@given(
    conditions=st.text(),
    decision=st.sampled_from(["confirm", "refuse"]),
    effective=st.datetimes(
        datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds and adds the offset itself
        datetime(9000, 1, 1),  # noqa: DTZ001
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=14))]),
    ),
)
def test_a_confirmation_printed_is_read_back(conditions: str, decision: str, effective: datetime) -> None:
    answer = replace(ANSWER, conditions=conditions, decision=decision, effective=effective)  # type: ignore[arg-type]
    raw = render_confirmation(answer)
    problems: list[Problem] = []
    files = {name: (FIXTURE / name).read_bytes() for name in (DIRECTIVE, "directive.cedar")}
    signed = parse_directive(NAME, {**files, CONFIRMATION: raw}, problems)
    assert problems == []
    assert signed is not None
    assert signed.confirmation == replace(answer, raw=raw)
    assert render_confirmation(signed.confirmation) == raw


def test_half_a_character_cannot_be_written() -> None:
    with pytest.raises(DirectiveError, match="half a character"):
        render_confirmation(replace(ANSWER, conditions="\ud800"))
