"""Attested systems: a checklist to fill in, two signatures, an end; and what is wrong with them is a finding."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from recuse import clock
from recuse.directive.attestation import checklist
from recuse.operations import record
from recuse.operations.signing import confirm_attestation, sign_attestation
from recuse.operations.verify import verify_document, verify_repository
from recuse.operations.workspace import open_with_ledger
from tests.listing.policy import sign, write_policy
from tests.listing.test_plan import recuse

ID = "portal-1"
MAP = {"portal": '[[table]]\nname = "portal.records"\ncategory = "identity"\n'}


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A repository whose one system is a vendor's portal, with a new attestation that is answered and not signed."""
    found = write_policy(tmp_path, {"portal": ("attested", "vendor", "portal")}, {"portal/desk": "city.police"}, MAP)
    sign(tmp_path)
    code, made = recuse("new", "attestation", "portal", "--id", ID, "-r", str(found))
    assert (code, Path(made["file"]).name) == (0, "attestation.toml")
    return found


def text_of(policy: Path) -> Path:
    return policy / "attestations" / ID / "attestation.toml"


def answered(policy: Path, **changes: str) -> None:
    """Every question by yes with one piece of evidence; `changes` replace texts in the file."""
    (text_of(policy).parent / "letter.txt").write_text("evidence")
    digest = hashlib.sha256(b"evidence").hexdigest()
    text = text_of(policy).read_text().replace('answer = "open"', 'answer = "yes"').replace('by = ""', 'by = "Clerk"')
    text = text.replace('# evidence = "file name"', 'evidence = "letter.txt"')
    text = text.replace('# evidence_sha256 = "…"', f'evidence_sha256 = "{digest}"')
    for old, new in changes.items():
        text = re.sub(old, new, text, count=1)
    text_of(policy).write_text(text)


def signed(policy: Path) -> None:
    sign_attestation(policy, ID, policy.parent / "keys/mayor")
    confirm_attestation(policy, ID, "chief", policy.parent / "keys/chief")


def verdict(policy: Path) -> dict[str, Any]:
    ledger = record.ledger_folder(policy, None)
    return verify_document(verify_repository(open_with_ledger(policy, ledger, draft=True), ledger))


def sentence(policy: Path) -> str:
    (found,) = verdict(policy)["findings"]
    assert (found["code"], found["system"]) == ("attestation", "portal")
    return str(found["reproduce"])


def test_with_two_signatures_it_is_attested_and_not_verified_until_its_end(policy: Path) -> None:
    answered(policy)
    signed(policy)
    whole = verdict(policy)
    assert whole["verdict"] == "undetermined"
    assert whole["findings"] == []
    (said,) = whole["not_examined"]
    until = clock.now().date() + timedelta(days=365)
    assert said["sentence"] == f"attested, not verified, by mayor and chief, until {until} (attestation `{ID}`)"
    assert whole["scope"]["portal"]["known_by"] == "attestation"
    code, _ = recuse("verify", "-r", str(policy), "--no-record")
    assert code == 2


def test_by_the_verbs(policy: Path) -> None:
    answered(policy)
    keys = policy.parent / "keys"
    code, _ = recuse("confirm", ID, "--as", "chief", "-k", str(keys / "chief"), "-r", str(policy))
    assert code == 2, "not signed yet"
    assert recuse("sign", ID, "-k", str(keys / "mayor"), "-r", str(policy))[0] == 0
    assert recuse("confirm", ID, "--as", "mayor", "-k", str(keys / "mayor"), "-r", str(policy))[0] == 2
    assert recuse("confirm", ID, "--as", "chief", "-k", str(keys / "mayor"), "-r", str(policy))[0] == 2
    assert recuse("confirm", ID, "--as", "chief", "-k", str(keys / "chief"), "-r", str(policy))[0] == 0
    assert verdict(policy)["verdict"] == "undetermined"


def test_a_directive_stays_signed_whatever_is_attested(policy: Path) -> None:
    """Attestations are signed by themselves: a new one is no change of the policy."""
    answered(policy)
    signed(policy)
    assert open_with_ledger(policy, record.ledger_folder(policy, None), draft=False).attested


def test_nothing_attested_is_a_finding(policy: Path) -> None:
    text_of(policy).unlink()
    text_of(policy).parent.rmdir()
    assert sentence(policy) == "-- nobody has attested anything about `portal`"


def test_unsigned_or_signed_once_is_a_finding(policy: Path) -> None:
    answered(policy)
    assert "has not both signatures" in sentence(policy)
    sign_attestation(policy, ID, policy.parent / "keys/mayor")
    assert "has not both signatures" in sentence(policy)


def test_one_changed_byte_is_a_finding(policy: Path) -> None:
    answered(policy)
    signed(policy)
    text_of(policy).write_text(text_of(policy).read_text().replace('by = "Clerk"', 'by = "Other"', 1))
    assert "does not fit" in sentence(policy) or "signature" in sentence(policy)


def test_changed_evidence_is_a_finding_and_missing_evidence_is_said(policy: Path) -> None:
    answered(policy)
    signed(policy)
    (text_of(policy).parent / "letter.txt").write_text("another")
    assert {f["reproduce"] for f in verdict(policy)["findings"]} == {
        f"-- `letter.txt` of attestation `{ID}` is not the file that was signed for"
    }
    (text_of(policy).parent / "letter.txt").unlink()
    whole = verdict(policy)
    assert whole["findings"] == []
    assert f"{len(checklist())} pieces of evidence are kept elsewhere" in whole["not_examined"][0]["sentence"]


def test_past_its_end_it_is_a_finding(policy: Path) -> None:
    today = clock.now().date()
    days = {"from = .*": f"from = {today - timedelta(days=40)}", "until = .*": f"until = {today - timedelta(days=1)}"}
    answered(policy, **days)
    text_of(policy).write_text(
        re.sub(r"^on = .*$", f"on = {today - timedelta(days=41)}", text_of(policy).read_text(), flags=re.M)
    )
    signed(policy)
    assert f"is for {today - timedelta(days=40)} to {today - timedelta(days=1)}" in sentence(policy)


def test_answered_by_no_is_a_finding(policy: Path) -> None:
    answered(policy, **{'answer = "yes"': 'answer = "no"'})
    signed(policy)
    assert sentence(policy) == f"-- answered by no in attestation `{ID}`: {checklist()['accounts']}"


def test_what_is_open_is_not_signed(policy: Path) -> None:
    code, said = recuse("sign", ID, "-k", str(policy.parent / "keys/mayor"), "-r", str(policy))
    assert code == 2
    assert "has open questions: `accounts`" in said["error"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"until = .*": "until = 2099-01-01"}, "must end after it begins, and within a year"),
        ({'question = "accounts"': 'question = "sessions"'}, "the question `accounts` is answered 0 times"),
        ({'question = "accounts"': 'question = "account"'}, "`account` is no question of the checklist"),
        ({'by = "Clerk"': 'by = ""'}, "it says not who found it out"),
        ({'evidence = "letter.txt"\n': ""}, "there is no evidence for yes"),
        ({'evidence_sha256 = "[0-9a-f]{64}"': 'evidence_sha256 = "abc"'}, "must be a SHA-256"),
        ({'system = "portal"': 'system = "portals"'}, "unknown system `portals`"),
        ({'attested_by = "mayor"': 'attested_by = "major"'}, "unknown official `major`"),
        ({'answer = "yes"': 'answer = "maybe"'}, "must be one of"),
        ({"format = 1": "format = 1\nnote = 2"}, "unknown key `note`"),
    ],
)
def test_every_fault_is_said_with_its_place(policy: Path, changes: dict[str, str], message: str) -> None:
    answered(policy, **changes)
    code, said = recuse("check", "-r", str(policy))
    assert code == 2
    assert message in said["error"]
    assert f"attestations/{ID}/attestation.toml:" in said["error"]
