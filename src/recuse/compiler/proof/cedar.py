"""Puts pieces of rules to Cedar itself, one situation and one kind of row at a time, and remembers the answers."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import cedarpy
from cedarpy import pst

from recuse.compiler.proof.hashed import Hashed, hashed_once
from recuse.compiler.proof.kinds import KINDS
from recuse.compiler.proof.questions import Piece, Rule, Variable
from recuse.compiler.proof.values import Value
from recuse.errors import PlanError
from recuse.model import ACTIONS, Action, AttributeType, Circumstances, Repository, TableMap
from recuse.policy.entities import context_json, entities_json, is_public, reference, uid
from recuse.policy.names import is_table
from recuse.policy.schema import WRITE, row_type
from recuse.policy.trees import serves

_NAME: Final = "piece"
_ERRING: Final = re.compile(r"error while evaluating policy `([^`]*)`")


@hashed_once
@dataclass(frozen=True, slots=True)
class Principal(Hashed):
    """Who asks: an account by its id, or (with an empty one) whoever reads a derived object for an agency."""

    account: str
    agency: str


@hashed_once
@dataclass(frozen=True, slots=True)
class Kind(Hashed):
    """The rows of one table of a system as one category."""

    system: str
    table: str
    category: str


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that a decision depends on but the row itself."""

    principal: Principal
    circumstances: Circumstances
    action: Action
    kind: Kind

    def values(self, variables: frozenset[Variable]) -> tuple[object, ...]:
        """The values of these, in a fixed order."""
        found: list[object] = []
        if "principal" in variables:
            found.append(self.principal)
        if "context" in variables:
            found.append(self.circumstances)
        if "action" in variables:
            found.append(self.action)
        if "table" in variables:
            found.append((self.kind.system, self.kind.table))
        if "resource" in variables:
            found.append(self.kind)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Together:
    """Pieces that speak of the same, and ask about no attribute: one question to Cedar answers all of them."""

    pieces: tuple[Piece, ...]
    policies: cedarpy.PolicySet

    def told(self, found: cedarpy.AuthzResult) -> Iterator[tuple[Piece, bool | None]]:
        """What each piece comes to. PlanError where Cedar names an error that is none of theirs."""
        holding = set(found.diagnostics.reasons)
        erring = {_ERRING.match(error) for error in found.diagnostics.errors}
        names = {match[1] for match in erring if match is not None}
        if None in erring or not (holding | names) <= {str(number) for number in range(len(self.pieces))}:
            raise PlanError(f"Cedar errs: {'; '.join(found.diagnostics.errors)}", "report this with the rules")
        for number, piece in enumerate(self.pieces):
            yield piece, None if str(number) in names else str(number) in holding


@dataclass(slots=True)
class Cedar:
    """Cedar with the entities of one repository."""

    repository: Repository
    _tables: dict[tuple[str, str], TableMap] = field(init=False)
    _base: cedarpy.Entities = field(init=False)
    _policies: dict[Piece, cedarpy.PolicySet] = field(default_factory=dict)
    _together: dict[Piece, _Together] = field(default_factory=dict)
    _answers: dict[tuple[Piece, object, object], bool | None] = field(default_factory=dict)
    _entities: dict[object, cedarpy.Entities] = field(default_factory=dict)
    _contexts: dict[Circumstances, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._tables = {(s.name, t.name): t for s in self.repository.systems.values() for t in s.tables}
        actions = [
            {"uid": uid("Action", action), "attrs": {}, "parents": [] if action == "read" else [uid("Action", WRITE)]}
            for action in ACTIONS
        ]
        self._base = cedarpy.Entities.from_json_str(entities_json(self.repository))
        self._base = self._base.with_added_json_str(json.dumps(actions))

    def table(self, kind: Kind) -> TableMap:
        """The map of a kind's table."""
        return self._tables[kind.system, kind.table]

    def ids(self, kind: AttributeType) -> tuple[str, ...]:
        """The ids of an entity type that the repository has, and of who reads a derived object; none of other types."""
        known = {
            "Agency": self.repository.agencies,
            "Purpose": self.repository.purposes,
            "Authority": self.repository.authorities,
            "Category": self.repository.categories,
            "Account": {"": None, **self.repository.accounts},
        }
        return tuple(known.get(kind, ()))

    def ask_together(self, pieces: Iterable[Piece]) -> None:
        """Ask these at once from now on: they speak of the same, and of no attribute of a row."""
        several = tuple(pieces)
        numbered = {str(number): replace(piece.template, id=str(number)) for number, piece in enumerate(several)}
        together = _Together(several, _policies(numbered))
        self._together.update(dict.fromkeys(several, together))

    def answer(self, piece: Piece, situation: Situation, bound: object, row: Mapping[str, Value]) -> bool | None:
        """Whether a piece holds for a row's attributes (by name, those of the piece); None when it errs.

        `bound` are the values of its variables; what else the situation says makes no difference to it.
        """
        asked = tuple((name, type(row[name]), row[name]) for name in piece.attributes) if piece.attributes else ()
        key = (piece, bound, asked)
        if key not in self._answers:
            together = self._together.get(piece)
            if together is not None:
                found = self._ask(together.policies, situation, {}, telling="context" in piece.variables)
                self._answers.update({(each, bound, ()): told for each, told in together.told(found)})
                return self._answers[key]
            if piece not in self._policies:
                self._policies[piece] = _policies({_NAME: piece.template})
            named = {name: row[name] for name in piece.attributes}
            found = self._ask(self._policies[piece], situation, named, telling="context" in piece.variables)
            self._answers[key] = None if found.diagnostics.errors else found.allowed
        return self._answers[key]

    def decide(self, rules: Iterable[Rule], situation: Situation, row: Mapping[str, Value]) -> bool:
        """Cedar's own decision by whole rules on a row (attributes by name); a forbid rule that errs denies."""
        several = tuple(rules)
        policies = _policies({rule.id: replace(rule.template, id=rule.id) for rule in several})
        found = self._ask(policies, situation, row)
        forbids = [f"`{rule.id}`" for rule in several if rule.effect == "forbid"]
        erring = any(name in error for error in found.diagnostics.errors for name in forbids)
        return bool(found.allowed) and not erring

    def _ask(
        self, policies: cedarpy.PolicySet, situation: Situation, row: Mapping[str, Value], *, telling: bool = True
    ) -> cedarpy.AuthzResult:
        """Cedar's answer; `telling` of the circumstances takes as long as the rest, and is for who asks about them."""
        request: dict[str, object] = {
            "principal": uid("Account", situation.principal.account),
            "action": uid("Action", situation.action),
            "resource": uid(_row_type(situation.kind), "row"),
        }
        if telling:
            request["context"] = self._context(situation.circumstances)
        found = cedarpy.is_authorized(request, policies, self._known(situation, row))
        if found.decision is cedarpy.Decision.NoDecision:
            said = "; ".join(found.diagnostics.errors)
            raise PlanError(f"Cedar gave no answer: {said}", "report this with the rules")
        return found

    def _context(self, circumstances: Circumstances) -> str:
        if circumstances not in self._contexts:
            self._contexts[circumstances] = context_json(circumstances)
        return self._contexts[circumstances]

    def _known(self, situation: Situation, row: Mapping[str, Value]) -> cedarpy.Entities:
        reader = situation.principal if not situation.principal.account else None
        key = (reader, situation.kind, tuple((name, type(value), value) for name, value in row.items()))
        if key not in self._entities:
            added = [self._row(situation.kind, row), *([] if reader is None else [self._reader(reader)])]
            self._entities[key] = self._base.with_added_json_str(json.dumps(added))
        return self._entities[key]

    def _row(self, kind: Kind, row: Mapping[str, Value]) -> dict[str, Any]:
        table = self.table(kind)
        present = {
            name: KINDS[table.attributes[name].type].cedar(value) for name, value in row.items() if value is not None
        }
        return {
            "uid": uid(_row_type(kind), "row"),
            "attrs": {
                "category": reference("Category", kind.category),
                "public": is_public(self.repository, table, kind.category),
                **present,
            },
            "parents": [uid("Category", kind.category)],
        }

    def _reader(self, principal: Principal) -> dict[str, Any]:
        served = [reference("Agency", agency) for agency in sorted(serves(self.repository, principal.agency))]
        return {
            "uid": uid("Account", ""),
            "attrs": {"serves": served, "personal": False},
            "parents": [uid("Agency", principal.agency)],
        }


def _row_type(kind: Kind) -> str:
    """The type of a table's rows. A name that Cedar cannot write is named by no rule, and any other does as well."""
    return row_type(kind.system, kind.table) if is_table(kind.table) else "unnamed"


def _policies(templates: Mapping[str, pst.Template]) -> cedarpy.PolicySet:
    try:
        return cedarpy.PolicySet.from_pst(pst.PolicySet(pst.FrozenMap(), pst.FrozenMap(dict(templates)), ()))
    except ValueError as error:
        raise PlanError(f"a rule cannot be put to Cedar: {error}", "correct the rule") from error
