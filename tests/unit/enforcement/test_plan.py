"""Plans: batches, steps, and a fingerprint of facts."""

from recuse.enforcement.facts import Fact, ObjectRef, RegisteredAccount, RowSecurity, Support
from recuse.enforcement.plan import PHASE_OF, STEPS, Change, Plan, batch_names, fingerprint


def table(name: str) -> ObjectRef:
    return ObjectRef("table", ("records", name))


VIEW = ObjectRef("view", ("records", "v"))


def test_each_table_is_a_batch_unless_a_derived_object_ties_it_to_others() -> None:
    assert batch_names([table("a"), table("b")], []) == {
        table("a"): "table records.a",
        table("b"): "table records.b",
    }
    tied = batch_names([table("a"), table("b"), table("c")], [[VIEW, table("b")], [table("c"), table("b")]])
    assert tied[table("a")] == "table records.a"
    assert len({tied[table("b")], tied[table("c")], tied[VIEW]}) == 1
    again = batch_names([table("c"), table("b"), table("a")], [[table("b"), table("c")], [table("b"), VIEW]])
    assert again == tied, "the order in which they are named does not matter"


def test_the_fingerprint_depends_on_facts_and_not_on_their_order() -> None:
    facts: list[Fact] = [Support(1), RegisteredAccount("a", 1, active=True)]
    assert fingerprint(facts) == fingerprint(reversed(facts))
    assert fingerprint(facts) != fingerprint(facts[:1])
    assert fingerprint(facts) != fingerprint([facts[0], RegisteredAccount("a", 1, active=False)])
    assert len(fingerprint([])) == 64


def test_a_plan_gives_its_steps_and_batches_in_order() -> None:
    def secure(name: str) -> Change:
        return Change("clear", "shape", True, RowSecurity(table(name), True, True), None, f"table records.{name}")

    changes = (Change("clear", "prepare", True, Support(1)), secure("b"), secure("a"), secure("b"))
    plan = Plan("clear", "", (), changes, (), (), frozenset(), frozenset())
    assert plan.at("prepare") == changes[:1]
    assert plan.at("loosen") == ()
    assert plan.batches == ((changes[2],), (changes[1], changes[3]))
    assert [change.phase for change in changes] == ["tighten", "substitute", "substitute", "substitute"]


def test_every_step_has_a_phase_and_only_the_last_loosens() -> None:
    assert set(PHASE_OF) == set(STEPS)
    assert [step for step in STEPS if PHASE_OF[step] == "loosen"] == [STEPS[-1]]
