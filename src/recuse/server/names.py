"""Names of an application for ours: who asks, what is to be done and what with, so that programs keep their own words.

`names.toml` is read strictly. What it does not name stays as it came, and is denied where it is none of ours. Row
attributes that it states for a named resource are what the decision point itself knows: they win over the caller's.

Searches look through what is named: subjects and resources by their type, actions that name no properties.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeGuard

from recuse.errors import Problem, RepositoryError
from recuse.model import ACTIONS
from recuse.server.authzen import Action, Entity, Evaluation
from recuse.server.deciding import ACCOUNT, DecisionPoint
from recuse.toml_source import Section, parse

Named = tuple[str, str]
"""Type and id of an entity, as an application has it."""


@dataclass(frozen=True, slots=True)
class _Doing:
    """What an action stands for when its properties are those."""

    properties: Mapping[str, Any]
    action: str

    def fits(self, said: Mapping[str, Any]) -> bool:
        return all(name in said and type(said[name]) is type(value) and said[name] == value
                   for name, value in self.properties.items())  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Thing:
    """What a resource stands for: a type of rows, a category, and attributes that are known of it."""

    type: str
    category: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of applications; a resource with an empty id stands for every one of its type that is not named."""

    subjects: Mapping[Named, str] = field(default_factory=dict)
    actions: Mapping[str, tuple[_Doing, ...]] = field(default_factory=dict)
    resources: Mapping[Named, _Thing] = field(default_factory=dict)

    def ours(self, asked: Evaluation) -> Evaluation:
        """The question in our names."""
        return replace(
            asked,
            subject=self._subject(asked.subject),
            action=self._action(asked.action),
            resource=self._resource(asked.resource),
        )

    def is_record(self, resource: Entity) -> bool:
        """Whether a resource is one that is not named, of a type whose every one has names: its id is a record's."""
        return (resource.type, resource.id) not in self.resources and (resource.type, "") in self.resources

    def strangers(self, point: DecisionPoint) -> Iterator[str]:
        """What is meant and does not exist, each once: such a name is always denied."""
        accounts = {each for each in self.subjects.values() if each not in point.repository.accounts}
        actions = {doing.action for each in self.actions.values() for doing in each} - {*ACTIONS}
        things = {f"{each.type} {each.category}" for each in self.resources.values()
                  if each.category not in point.categories(each.type)}  # fmt: skip
        yield from sorted({*accounts, *actions, *things})

    def subjects_of(self, kind: str) -> tuple[str, ...] | None:
        """The subjects of a type that are named; None for a type that none of them has."""
        return _ids(self.subjects, kind)

    def resources_of(self, kind: str) -> tuple[str, ...] | None:
        """The resources of a type that are named; None for a type that none of them has."""
        return _ids(self.resources, kind)

    def actions_on(self, kind: str) -> tuple[str, ...] | None:
        """The actions that can be asked about a type of resources without properties; None where the names are ours."""
        if all(named != kind for named, _ in self.resources):
            return None
        return tuple(name for name, each in self.actions.items() if any(not doing.properties for doing in each))

    def _subject(self, subject: Entity) -> Entity:
        account = self.subjects.get((subject.type, subject.id))
        return subject if account is None else Entity(ACCOUNT, account, {})

    def _action(self, action: Action) -> Action:
        fitting = (doing.action for doing in self.actions.get(action.name, ()) if doing.fits(action.properties))
        return Action(next(fitting, action.name), {})

    def _resource(self, resource: Entity) -> Entity:
        found = self.resources.get((resource.type, resource.id)) or self.resources.get((resource.type, ""))
        if found is None:
            return resource
        return Entity(found.type, found.category, {**resource.properties, **found.attributes})


def read_names(path: Path, raw: bytes) -> Names:
    """The names in these bytes; `RepositoryError` with every problem, each with its line."""
    problems: list[Problem] = []
    source = parse(path.name, raw, problems)
    found = Names()
    if source is not None:
        root = Section(source, problems)
        root.expect("format", 1)
        found = Names(dict(_subjects(root)), _actions(root), dict(_resources(root)))
        root.close()
    if problems:
        raise RepositoryError(tuple(sorted(problems, key=lambda each: each.line)))
    return found


def _subjects(root: Section) -> Iterator[tuple[Named, str]]:
    seen = set[Named]()
    for section in root.sections("subject", optional=True):
        name = section.text("type"), section.text("id")
        _once(section, name, seen)
        yield name, section.text("account")
        section.close()


def _actions(root: Section) -> dict[str, tuple[_Doing, ...]]:
    found: dict[str, tuple[_Doing, ...]] = {}
    for section in root.sections("action", optional=True):
        name, properties = section.text("name"), _table(section, "properties")
        before = found.get(name, ())
        if any(_overlap(properties, each.properties) for each in before):
            remedy = "let each ask for another value of the same property"
            section.report(f"two actions `{name}` could both be meant", "name", remedy=remedy)
        found[name] = (*before, _Doing(properties, section.text("action")))
        section.close()
    return found


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether properties could fit both: unless they ask for different values of one."""
    return all(one[name] == other[name] for name in one.keys() & other.keys())


def _resources(root: Section) -> Iterator[tuple[Named, _Thing]]:
    seen = set[Named]()
    for section in root.sections("resource", optional=True):
        name = section.text("type"), section.optional_text("id") or ""
        _once(section, name, seen)
        yield name, _Thing(section.text("rows"), section.text("category"), _table(section, "attributes"))
        section.close()


def _once(section: Section, name: Named, seen: set[Named]) -> None:
    if name in seen:
        section.report(f"`{name[0]}` `{name[1]}` stands twice", "type", remedy="name it once")
    seen.add(name)


def _table(section: Section, key: str) -> dict[str, Any]:
    """A table of plain values; what else stands there is told."""
    inside = section.section(key, optional=True)
    expected = "a text, a whole number, true or false"
    return {} if inside is None else {name: inside.take(name, expected, _is_plain) for name in inside}


def _is_plain(value: object) -> TypeGuard[bool | int | str]:
    return isinstance(value, (bool, int, str))


def _ids(named: Iterable[Named], kind: str) -> tuple[str, ...] | None:
    found = [name for of, name in named if of == kind]
    return tuple(name for name in found if name) if found else None
