"""Steps of access that an export tells of, and what engines have in common: members, everyone, grants, owners, views.

A step rests on a line of the export, so that a plan knows what to take away. What an engine does in its own way stands
in its own module.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from recuse.paths import ANYONE, Edge, Graph, Place, Search
from recuse.targets.listing import nodes
from recuse.targets.listing.nodes import VERBS, Verb
from recuse.targets.listing.records import Granted, Listing, Member, Name, Object, Uses

Line = Member | Granted | Object
"""The line of an export that a step rests on."""

TAKEN_ON: Final = frozenset({"SET ROLE", "ADMIN OPTION"})
"""Steps that somebody has to take: they give nothing to a definition that somebody owns."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, and the line that it rests on; None where the engine itself opens it."""

    edge: Edge
    line: Line | None = None


@dataclass(slots=True)
class Held:
    """What principals hold by themselves, without any definition that somebody else owns, by node."""

    listing: Listing
    steps: Sequence[Step]
    without: Collection[str] = TAKEN_ON
    _search: Search | None = None
    _number: dict[str, int] = field(default_factory=dict)

    def holds(self, principal: str, *nodes_: str) -> bool:
        """Whether a principal holds one of these nodes; whether it can name them does not matter to a definition."""
        if self._search is None:
            edges = [replace(s.edge, needs=()) for s in self.steps if s.edge.kind not in self.without]
            starts = [Place(nodes.role(each.name), each.name) for each in self.listing.principals]
            self._number = {each.name: number for number, each in enumerate(self.listing.principals)}
            self._search = Graph.of(edges).search_all(starts)
        bit = 1 << self._number[principal]
        return any(who & bit for node in nodes_ for who in self._search.who(node).values())


def logging_in(listing: Listing, enters: Callable[[str], bool]) -> Iterator[Step]:
    """Every active login that is let in."""
    for each in listing.principals:
        if each.kind == "login" and each.active and enters(each.name):
            yield Step(Edge(nodes.login(each.name), nodes.role(each.name), "login", f"{each.name} can log in"))


def inheriting(listing: Listing) -> Iterator[Step]:
    """Members who have their role's rights at once."""
    for each in listing.members:
        if each.inherit:
            reason = f"{each.member} is a member of {each.role}{_by(each.grantor)}"
            yield Step(Edge(nodes.role(each.member), nodes.role(each.role), "membership", reason), each)


def everyone(listing: Listing, includes: Callable[[str, str], bool] = lambda *_: True) -> Iterator[Step]:
    """What stands for everyone, for all whom the engine counts in."""
    for public in listing.everyone:
        for each in listing.principals:
            if each.kind != "everyone" and includes(public, each.name):
                reason = f"{public} stands for everyone"
                yield Step(Edge(nodes.role(each.name), nodes.role(public), "public", reason))


def granted(
    listing: Listing, words: Mapping[str, Verb], needs: Callable[[Name], tuple[str, ...]] = lambda _: ()
) -> Iterator[Step]:
    """Privileges on relations, their columns and routines, by the engine's words for reading and changing."""
    for each in listing.grants:
        name = (each.schema or "", each.object or "")
        if each.denied or each.on not in ("object", "column"):
            continue
        if name in listing.routines:
            target = nodes.routine(name) if each.privilege == "EXECUTE" else None
        elif (verb := words.get(each.privilege)) is None:
            target = None
        elif each.column is not None:
            target = nodes.column(name, each.column, verb)
        else:
            target = nodes.relation(listing, name, verb)
        if target is not None:
            yield grant_step(each, target, needs(name))


def grant_step(each: Granted, target: str, needs: tuple[str, ...] = (), identity: str | None = None) -> Step:
    """One grant as a step, in words."""
    what = {"server": "the server", "database": "the database"}.get(each.on) or nodes.dotted(
        *(part for part in (each.schema, each.object, each.column) if part)
    )
    on = "" if each.on == "server" else f" on {what}"
    by = f"{each.grantor} granted" if each.grantor else "there is a grant of"
    reason = f"{by} {each.privilege}{on} to {each.grantee}"
    source = nodes.role(each.grantee)
    return Step(Edge(source, target, f"grant {each.privilege}", reason, needs=needs, identity=identity), each)


def owning(listing: Listing, needs: Callable[[Name], tuple[str, ...]] = lambda _: ()) -> Iterator[Step]:
    """An owner can do everything with what it owns, and give itself back what was taken."""
    for each in listing.objects:
        if each.kind == "schema":
            continue
        name = nodes.named(each)
        reason = f"{each.owner} owns {nodes.dotted(*name)}"
        for target in all_of(listing, name):
            edge = Edge(nodes.role(each.owner), target, "ownership", reason, needs=needs(name), identity=_kept(each))
            yield Step(edge, each)


def all_of(listing: Listing, name: Name) -> Iterator[str]:
    """Everything that can be done with a relation or routine."""
    if name in listing.routines:
        yield nodes.routine(name)
    else:
        yield from (nodes.relation(listing, name, verb) for verb in VERBS)


def owned_views(listing: Listing, held: Held) -> Iterator[Step]:
    """Views that read with one principal's rights: all of what they name, or they fail and show nothing."""
    for name, view in listing.relations.items():
        if view.kind == "materialized view":
            yield from _copied(listing, name)
        elif view.kind == "view" and view.runs_as is not None and runs(listing, held, name, view.runs_as):
            for source, target in definition(listing, name):
                reason = f"the view {nodes.dotted(*name)} shows it with the rights of {view.runs_as}"
                yield Step(Edge(source, target, "view", reason, identity=view.runs_as))
        elif view.kind == "view" and view.runs_as is None:
            yield from _as_caller(listing, held, name)


def runs(listing: Listing, held: Held, name: Name, principal: str) -> bool:
    """Whether a principal holds everything that a view names."""
    return all(
        held.holds(principal, *use_held(listing, use))
        for use in listing.used.get(name, ())
        if (use.uses_schema, use.uses_object) in listing.relations
    )


def use_target(listing: Listing, use: Uses) -> str:
    """The node of what a definition names."""
    name = (use.uses_schema, use.uses_object)
    return nodes.column(name, use.uses_column) if use.uses_column else main(listing, name)


def use_held(listing: Listing, use: Uses) -> tuple[str, ...]:
    """The nodes of which one has to be held to use what a definition names."""
    name = (use.uses_schema, use.uses_object)
    whole = main(listing, name)
    return (whole,) if use.uses_column is None else (whole, nodes.column(name, use.uses_column))


def definition(listing: Listing, name: Name) -> Iterator[tuple[str, str]]:
    """From a view, or a column of it that is granted by itself, to what its query names; from a routine likewise.

    Which column of a view shows what an export does not tell, so that each shows all.
    """
    sources = [main(listing, name)]
    sources += [nodes.column(name, at) for at in sorted(listing.by_column.get(name, ()))]
    return ((source, use_target(listing, use)) for use in listing.used.get(name, ()) for source in sources)


def main(listing: Listing, name: Name) -> str:
    """Reading a relation, or running a routine."""
    return nodes.routine(name) if name in listing.routines else nodes.relation(listing, name)


def _copied(listing: Listing, name: Name) -> Iterator[Step]:
    for source, target in definition(listing, name):
        reason = f"{nodes.dotted(*name)} holds a copy of it"
        yield Step(Edge(source, target, "materialized view", reason, identity=ANYONE))


def _as_caller(listing: Listing, held: Held, name: Name) -> Iterator[Step]:
    """A view that asks its caller's rights, under another view too: then the caller is who owns that one."""
    for principal in listing.principals:
        if runs(listing, held, name, principal.name):
            for source, target in definition(listing, name):
                reason = f"the view {nodes.dotted(*name)} shows it to whoever may read it"
                yield Step(Edge(source, target, "invoker view", reason, only_as=principal.name))


def _kept(each: Object) -> str | None:
    """Nothing hides rows of a table from its owner, who could switch it off."""
    return ANYONE if each.kind in ("table", "materialized view") else None


def _by(grantor: str | None) -> str:
    return f", by {grantor}" if grantor else ""


def edges_of(steps: Iterable[Step]) -> list[Edge]:
    """The steps as a graph takes them, each once."""
    return list(dict.fromkeys(step.edge for step in steps))
