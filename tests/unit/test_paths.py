"""The search: shortest paths, needs met by the same identity or by anyone, steps that one identity alone can take."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.paths import ANYONE, Edge, Graph, Place


def step(source: str, target: str, **more: object) -> Edge:
    return Edge(source, target, "step", f"{source} to {target}", **more)  # type: ignore[arg-type]


def reached(graph: Graph, source: str, identity: str = ANYONE) -> set[str]:
    return set(graph.shortest(source, identity))


def test_shortest_path_wins() -> None:
    graph = Graph.of([step("a", "b"), step("b", "d"), step("a", "c"), step("c", "x"), step("x", "d")])
    assert [edge.target for edge in graph.shortest("a")["d"]] == ["b", "d"]
    assert graph.shortest("a")["a"] == ()


def test_a_step_of_one_identity_alone() -> None:
    graph = Graph.of([step("login:i", "role:r"), step("role:r", "superuser:", only_as="r")])
    assert "superuser:" not in reached(graph, "login:i", "i")
    become = Graph.of([step("login:i", "role:r", identity="r"), step("role:r", "superuser:", only_as="r")])
    assert "superuser:" in reached(become, "login:i", "i")


def test_a_need_is_met_later_and_only_by_the_same_identity() -> None:
    read = step("login:i", "table:t", needs=("usage:s",))
    late = [read, step("login:i", "role:a"), step("role:a", "role:b"), step("role:b", "usage:s")]
    assert "table:t" in reached(Graph.of(late), "login:i", "i")
    assert "table:t" not in reached(Graph.of(late[:-1]), "login:i", "i")
    other = [*late[:-1], step("role:b", "role:c", identity="c"), step("role:c", "usage:s")]
    assert "table:t" not in reached(Graph.of(other), "login:i", "i")
    anyone = [*other[:-1], step("role:c", "usage:s", identity=ANYONE)]
    assert "table:t" in reached(Graph.of(anyone), "login:i", "i")


def test_needs_that_need_each_other_are_not_met() -> None:
    graph = Graph.of([step("a", "x", needs=("y",)), step("a", "y", needs=("x",))])
    assert reached(graph, "a") == {"a"}


def test_routes_are_all_ways_once_and_stop_at_the_target() -> None:
    graph = Graph.of([
        step("a", "t"), step("a", "b"), step("b", "t"), step("b", "a"), step("t", "u"), step("a", "dead end"),
        Edge("a", "t", "step", "by a second grantor"),
    ])  # fmt: skip
    start = graph.search(Place("a"))
    routes = graph.routes(start, {"t", "u"}, 10)
    assert [[edge.target for edge in path] for path in routes] == [["t"], ["t"], ["b", "t"]]
    assert len(graph.routes(start, {"t", "u"}, 2)) == 2


def test_routes_that_are_alike_are_one() -> None:
    edges = [Edge("a", f"column:t.{n}", "column", "it holds the column") for n in range(5)]
    graph = Graph.of(edges)
    start, targets = graph.search(Place("a")), {e.target for e in edges}
    assert len(graph.routes(start, targets, 10)) == 5
    assert len(graph.routes(start, targets, 10, lambda node: node.split(".")[0])) == 1


NODES = st.sampled_from([f"n{n}" for n in range(6)])
IDENTITY = st.sampled_from([None, ANYONE, "i", "j"])
EDGES = st.lists(
    st.builds(
        Edge, NODES, NODES, st.just("step"), st.just("it is so"), st.none(),
        st.lists(NODES, max_size=2).map(tuple), st.sampled_from([None, "i", "j"]), IDENTITY,
    ),
    max_size=14,
)  # fmt: skip


def closure(edges: list[Edge], start: Place) -> set[Place]:
    """What is reached, by the definition: repeat every step until nothing new appears."""
    found = {start}
    while True:
        fresh = {
            place.after(edge)
            for edge in edges
            for place in found
            if place.node == edge.source
            and edge.only_as in {None, place.identity}
            and all(Place(n, place.identity) in found or Place(n) in found for n in edge.needs)
        } - found
        if not fresh:
            return found
        found |= fresh


@settings(max_examples=500, deadline=None)
@given(EDGES, NODES)
def test_search_is_the_closure(edges: list[Edge], target: str) -> None:
    start = Place("n0", "i")
    graph = Graph.of(edges)
    expected = closure(edges, start)
    paths = graph.search(start)
    assert set(paths) == expected
    for place, path in paths.items():
        at = start
        for edge in path:
            assert edge.source == at.node
            at = at.after(edge)
        assert at == place
    ends = {place for place in expected if place.node == target}
    assert {place for place in graph.toward([target]).search(start) if place.node == target} == ends
    if target != start.node:
        assert bool(graph.routes(paths, {target}, 50)) == bool(ends)


STARTS = (Place("n0", "i"), Place("n1", "j"), Place("n2"), Place("n0", "j"), Place("n0", "i"))


@settings(max_examples=500, deadline=None)
@given(EDGES)
def test_each_of_many_starts_is_answered_as_if_it_were_alone(edges: list[Edge]) -> None:
    graph = Graph.of(edges)
    together = graph.search_all(STARTS)
    for number, start in enumerate(STARTS):
        alone = graph.search(start)
        reached = together.reached(number)
        assert set(reached) == closure(edges, start)
        assert dict(reached) == dict(alone)
        assert graph.routes(reached, {"n5"}, 50) == graph.routes(alone, {"n5"}, 50)


def test_long_chains_need_no_recursion() -> None:
    """Roles in roles are walked, and worked back from; views over views lie behind."""
    roles = [step(f"role:{n}", f"role:{n + 1}") for n in range(3000)]
    usage = step("role:3000", "schema:s")
    views = [step("role:0", "view:0", needs=("schema:s",)), *(step(f"view:{n}", f"view:{n + 1}") for n in range(3000))]
    reached = Graph.of([*views, *roles, usage]).search(Place("role:0"))
    assert len(reached[Place("view:3000")]) == 3001
    assert len(reached[Place("role:3000")]) == 3000


def test_what_is_not_reached_has_no_path() -> None:
    reached = Graph.of([step("a", "b"), step("c", "d")]).search(Place("a"))
    assert Place("d") not in reached
    assert not reached.at("d")
    with pytest.raises(KeyError):
        reached[Place("d")]
    with pytest.raises(KeyError):
        reached.shortest("d")
