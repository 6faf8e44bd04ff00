"""`recuse plan --prove`: a plan file is proved from its own SQL, in another process; an edited or forged one is not."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import pytest

from recuse.errors import PlanError
from recuse.operations.document import read_plan, sealed
from tests.test_cli import Desk, Ran, desk_on, one_server

EVERY_BYTE: Final = os.environ.get("RECUSE_EVERY_BYTE") == "1"
SAMPLED: Final = 200
Forgery = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Plans:
    """A desk with the plan of its first apply, and the one made afterwards, in which everything stands already."""

    desk: Desk
    first: bytes
    later: bytes

    def prove(self, data: bytes) -> Ran:
        (self.desk.folder / "given.json").write_bytes(data)
        return self.desk.run("plan", "--prove", "given.json", "-r", "policy", "--format", "json")

    def forged(self, plan: bytes, forge: Forgery) -> Ran:
        """A plan changed by somebody who computes its digest anew."""
        whole = json.loads(plan)
        forge(whole)
        data = sealed(whole)
        assert data != plan
        return self.prove(data)


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plans]:
    with one_server() as server, desk_on(server, tmp_path_factory.mktemp("home")) as desk:
        desk.propose()
        desk.decide()
        rules = desk.signed_folder / "directive.cedar"
        rules.write_text(
            rules.read_text() + '\n@id("sealed")\nforbid (principal, action == Action::"read", resource)\n'
            "when { resource has sealed && resource.sealed };\n"
        )
        for step in (desk.sign, desk.confirm, desk.plan):
            assert step().code == 0
        first = (desk.folder / "plan.json").read_bytes()
        assert desk.apply().code == 0
        assert desk.plan().code == 0
        yield Plans(desk, first, (desk.folder / "plan.json").read_bytes())


def test_a_plan_is_proved_again_in_its_own_process_without_a_database(plans: Plans) -> None:
    (plans.desk.folder / "given.json").write_bytes(plans.first)
    args = ("plan", "--prove", "given.json", "-r", "policy", "--format", "json")
    ran = plans.desk.spawn(*args, PGSERVICEFILE="/dev/null", PGPASSFILE="/dev/null")
    assert (ran.code, ran.document["proved"], ran.document["systems"]) == (0, True, ["records"])
    assert ran.document["proofs"] == len(json.loads(plans.first)["proofs"]) > 0


def test_nothing_else_is_asked_of_a_proof(plans: Plans) -> None:
    """An option that would be ignored is refused: who gives it believes that it does something."""
    beside = ("--log", "nowhere.parquet", "--statements", "", "--no-count")
    ran = plans.desk.run("plan", "--prove", "given.json", "-r", "policy", *beside)
    assert ran.code == 2
    assert "nothing else, so that --log, --statements, --no-count would do nothing remedy leave away" in ran.said


def test_what_stands_is_proved_in_the_servers_words(plans: Plans) -> None:
    whole = json.loads(plans.later)
    assert whole["changes"] == []
    assert any("USING ((NOT sealed))" in each["sql"] for each in whole["standing"])
    assert plans.prove(plans.later).code == 0


def test_the_accounts_are_compared(plans: Plans) -> None:
    accounts = {each["account"]: each for each in json.loads(plans.first)["compared"]}
    assert set(accounts) == {"records/clerk", "records/partner", "records/postgres"}
    assert all(len(p["proved"]) == 2 and p["not_compared"] == [] for p in accounts.values())


def test_for_people_it_is_one_line(plans: Plans) -> None:
    (plans.desk.folder / "given.json").write_bytes(plans.first)
    ran = plans.desk.run("plan", "--prove", "given.json", "-r", "policy")
    assert ran.said.startswith("proved again, from the plan's SQL alone")


def test_an_edited_byte_is_noticed(plans: Plans) -> None:
    """Each byte in turn, or (without RECUSE_EVERY_BYTE=1) some that are spread over the file and in its SQL."""
    data = plans.first
    places = range(len(data)) if EVERY_BYTE else sorted(Random(1).sample(range(len(data)), SAMPLED))  # noqa: S311
    for place in places:
        edited = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(PlanError):
            read_plan(edited)
    for place in (0, len(data) - 1):
        with pytest.raises(PlanError):
            read_plan(data[:place] + data[place + 1 :])
    assert read_plan(data)["format"] == 1


def replaced(part: str, key: str, old: str, new: str) -> Forgery:
    def forge(whole: dict[str, Any]) -> None:
        hits = [entry for entry in whole[part] if old in entry[key]]
        assert hits, old
        for entry in hits:
            entry[key] = entry[key].replace(old, new)

    return forge


def with_statement(text: str) -> Forgery:
    return lambda whole: whole["changes"].append({**whole["changes"][-1], "do": text})


REFUTED: Final[dict[str, tuple[Forgery, str]]] = {
    "sealed rows shown": (replaced("changes", "do", '(NOT "sealed")', "true"), "`sealed` is true"),
    "rows hidden": (replaced("changes", "do", '(NOT "sealed")', "false"), "hides from"),
    "a grant beside": (with_statement('GRANT SELECT ON TABLE "records"."person" TO "partner"'), "to `partner`"),
    "a policy for everybody": (
        with_statement('CREATE POLICY "x" ON "records"."person" AS PERMISSIVE FOR ALL TO PUBLIC USING (true)'), "`x`",
    ),
}  # fmt: skip
NOT_TOLD: Final[dict[str, tuple[Forgery, str]]] = {
    "proofs of something else": (replaced("proofs", "of", "table", "object"), "not those of its SQL"),
    "the same in other words": (replaced("changes", "do", '(NOT "sealed")', '(NOT ("sealed"))'), "not those of"),
    "another policy": (lambda whole: whole.update(policy_sha256="0" * 64), "of another policy"),
    "another directive": (lambda whole: whole.update(directives=["other"]), "of another policy"),
    "a statement unknown": (with_statement("TRUNCATE records.person"), "no plan writes"),
    "no SQL": (with_statement("GRANT"), "not SQL"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUTED)
def test_a_forged_plan_is_refuted(plans: Plans, name: str) -> None:
    forge, sentence = REFUTED[name]
    ran = plans.forged(plans.first, forge)
    assert (ran.code, ran.document["proved"]) == (1, False)
    assert sentence in ran.document["refuted"]


@pytest.mark.parametrize("name", NOT_TOLD)
def test_what_cannot_be_told_is_not_proved(plans: Plans, name: str) -> None:
    forge, sentence = NOT_TOLD[name]
    ran = plans.forged(plans.first, forge)
    assert ran.code == 2
    assert sentence in ran.document["error"]


def test_what_stands_cannot_be_left_out(plans: Plans) -> None:
    def forge(whole: dict[str, Any]) -> None:
        whole["standing"] = [each for each in whole["standing"] if "FOR SELECT" not in each["sql"]]

    ran = plans.forged(plans.later, forge)
    assert ran.code == 1
    assert "hides from" in ran.document["refuted"]


def test_the_row_is_in_the_document(plans: Plans) -> None:
    row = plans.forged(plans.first, REFUTED["sealed rows shown"][0]).document["row"]
    assert (row["table"], row["command"], row["reached"], row["columns"]) == (
        "records.person", "SELECT", True, {"sealed": True},
    )  # fmt: skip
