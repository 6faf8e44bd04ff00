"""Decides whether a condition written in SQL shows only, and all, rows that the rules open; gives a row where not.

Every answer "no" is checked before it is given: Cedar decides on the row found by the whole rules. What cannot be
decided raises PlanError, and the caller must treat it as not proved.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from typing import Final

import z3

from recuse.compiler.proof.cedar import Cedar, Kind, Principal, Situation
from recuse.compiler.proof.columns import by_column, check_ask
from recuse.compiler.proof.kinds import Mentioned, cases, mentioned, mentioning, together
from recuse.compiler.proof.opened import Opened, fold, pieces, unfolded, visible
from recuse.compiler.proof.questions import (
    EVERYTHING,
    WHO,
    Answered,
    Effect,
    Piece,
    Question,
    Reader,
    Rule,
    Variable,
)
from recuse.compiler.proof.space import Found, Space, encode
from recuse.compiler.proof.speaking import about, may_open, of_whom
from recuse.compiler.proof.values import Value
from recuse.compiler.proof.written import ALWAYS, And, Ask, Unread, Written, leaves
from recuse.errors import PlanError
from recuse.model import ACTIONS, Action, Circumstances, System, TableMap

_Asking = tuple[Piece, Action, Kind]
_Said = tuple[Effect, Question]
_Who = tuple[Principal, Circumstances]
_STAGES: Final[tuple[frozenset[Variable], ...]] = (WHO, WHO | {"action"}, WHO | {"action", "table"})
"""What is known one after the other: most rules are told from who asks, and the rest from little more."""


@dataclass(slots=True)
class Prover:
    """Proofs about the tables of one system under some rules; remembers what it has proved."""

    cedar: Cedar
    rules: tuple[Rule, ...]
    system: System
    _about: dict[str, tuple[int, ...]] = field(init=False)
    _questions: dict[str, dict[int, _Said]] = field(default_factory=dict)
    _asked: dict[frozenset[Variable], dict[_Asking, None]] = field(default_factory=dict)
    _whom: dict[Question, list[int]] = field(default_factory=dict)
    _tables: dict[int, list[str]] = field(default_factory=dict)
    _forbids: tuple[int, ...] = ()
    _left: dict[_Who, dict[str, tuple[int, ...]]] = field(default_factory=dict)
    _folded: dict[object, Question] = field(default_factory=dict)
    _variables: dict[Question, frozenset[Variable]] = field(default_factory=dict)
    _narrowed: dict[object, tuple[frozenset[_Said], bool]] = field(default_factory=dict)
    _same: dict[frozenset[_Said], frozenset[_Said]] = field(default_factory=dict)
    _columns: dict[str, int] = field(default_factory=dict)
    _proved: dict[object, Found | None] = field(default_factory=dict)
    _like: dict[object, _Who] = field(default_factory=dict)
    _told: dict[object, tuple[object, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._about = about(self.rules, self.system)
        self._forbids = tuple(n for n, rule in enumerate(self.rules) if rule.effect == "forbid")
        whoever = Reader.of({})
        permits: dict[int, _Said] = {
            n: (rule.effect, whoever.rule(rule)) for n, rule in enumerate(self.rules) if rule.effect == "permit"
        }
        for number, (_, question) in permits.items():
            self._whom.setdefault(of_whom(question), []).append(number)
        readers: dict[object, tuple[Reader, dict[int, _Said]]] = {(): (whoever, permits)}
        alike: dict[object, int] = {}
        any_kind: Kind | None = None
        for table in self.system.tables:
            types = {name: attribute.type for name, attribute in table.attributes.items()}
            reader, said = readers.setdefault(tuple(sorted(types.items())), (Reader.of(types), {}))
            for number in self._about[table.name]:
                if number not in said:
                    said[number] = self.rules[number].effect, reader.rule(self.rules[number])
            self._questions[table.name] = said
            columns = tuple(sorted((name, *astuple(attribute)) for name, attribute in table.attributes.items()))
            self._columns[table.name] = alike.setdefault(columns, len(alike))
            for number in self._about[table.name]:
                self._tables.setdefault(number, []).append(table.name)
            kinds = tuple(Kind(self.system.name, table.name, category) for category in table.categories)
            any_kind = kinds[0] if any_kind is None else any_kind
            for piece in (piece for number in self._about[table.name] for piece in pieces(said[number][1])):
                if who := piece.variables & WHO:
                    self._asked.setdefault(who, {}).update(dict.fromkeys(_askings(piece, kinds, any_kind)))
        for who, asked in self._asked.items():
            self.cedar.ask_together({p: None for p, *_ in asked if p.variables == who and not p.attributes})

    def alike(self, principal: Principal, circumstances: Circumstances) -> tuple[Principal, Circumstances]:
        """The first principal and circumstances met to whom the rules open the same, in everything."""
        return self._like.setdefault(self._signature(principal, circumstances), (principal, circumstances))

    def opens(self, principal: Principal, circumstances: Circumstances, table: str) -> bool:
        """Whether some permit rule may open anything in a table to this principal in these circumstances."""
        who = (principal, circumstances)
        if who not in self._left:
            self._left[who] = self._for(*who)
        return table in self._left[who]

    def _for(self, principal: Principal, circumstances: Circumstances) -> dict[str, tuple[int, ...]]:
        """By table, the rules to be asked about it: forbid rules wherever a permit rule may be true."""
        first = self.system.tables[0]
        anywhere = Situation(
            principal, circumstances, ACTIONS[0], Kind(self.system.name, first.name, first.categories[0])
        )
        found: dict[str, list[int]] = {}
        for asked, numbers in self._whom.items():
            if may_open(asked, anywhere, self.cedar):
                for number in numbers:
                    for table in self._tables.get(number, ()):
                        found.setdefault(table, []).append(number)
        return {table: tuple(sorted((*permits, *self._forbids))) for table, permits in found.items()}

    def opened(self, situation: Situation) -> Opened:
        """What the rules open in a situation; without a permit rule that may be true there, nothing."""
        key = (situation.principal, situation.circumstances, situation.action, situation.kind.table)
        if key not in self._narrowed:
            opens = self.opens(situation.principal, situation.circumstances, situation.kind.table)
            left = frozenset(self._narrow(situation)) if opens else frozenset[_Said]()
            whole = all(not self._variables_of(question) for _, question in left)
            self._narrowed[key] = self._same.setdefault(left, left), whole
        rules, whole = self._narrowed[key]
        if not whole:
            folded = ((effect, self._fold(question, situation, EVERYTHING)) for effect, question in rules)
            rules = frozenset(said for said in folded if said[1] != Answered(False))
        return Opened(rules, situation)

    def _narrow(self, situation: Situation) -> Iterator[_Said]:
        """The rules that are left of a situation but the kind of row, and what is left of each."""
        table = situation.kind.table
        for number in self._left[situation.principal, situation.circumstances][table]:
            effect, question = self._questions[table][number]
            for known in _STAGES:
                question = self._fold(question, situation, known)
            if question != Answered(False):
                yield effect, question

    def _fold(self, question: Question, situation: Situation, known: frozenset[Variable]) -> Question:
        """A question with these variables known, folded once for everything that it says of them."""
        if isinstance(question, Answered):
            return question
        key = (question, known, situation.values(self._variables_of(question) & known))
        if key not in self._folded:
            self._folded[key] = fold(question, situation, self.cedar, known)
        return self._folded[key]

    def _variables_of(self, question: Question) -> frozenset[Variable]:
        """What must be known before a question is folded wholly; nothing where it is."""
        if question not in self._variables:
            none = frozenset[Variable]()
            self._variables[question] = none.union(*(piece.variables for piece in unfolded(question)))
        return self._variables[question]

    def wrongly_shown(self, sql: Written, opened: Sequence[Opened], given: Written = ALWAYS) -> Found | None:
        """A row that `sql` shows in a session of which `given` is true, and that not all of `opened` open."""
        return self._find("shown", sql, opened, given)

    def wrongly_hidden(self, sql: Written, opened: Sequence[Opened], given: Written = ALWAYS) -> Found | None:
        """A row that all of `opened` open, and that `sql` does not show in a session of which `given` is true."""
        return self._find("hidden", sql, opened, given)

    def beyond(self, table: TableMap, wide: Written, narrow: Written, given: Written = ALWAYS) -> Found | None:
        """A row of a table that one condition shows and the other does not, in a session of which `given` is true."""
        key = (self._columns[table.name], wide, narrow, given)
        if key not in self._proved:
            space = self._space(table, (wide, narrow, given), ())
            shown, known = encode(wide, space).true, encode(narrow, space).true
            self._proved[key] = space.find(encode(given, space).true, shown, z3.Not(known))
        return self._proved[key]

    def _find(self, what: str, sql: Written, opened: Sequence[Opened], given: Written) -> Found | None:
        table = self.cedar.table(opened[0].situation.kind)
        key = (what, self._columns[table.name], sql, frozenset(opened), given)
        if key in self._proved:
            return self._proved[key]
        space = self._space(table, (sql, given), opened)
        shown, assumed = encode(sql, space).true, encode(given, space).true
        open_ = z3.And(*(visible(each, space, self.cedar) for each in opened))
        wrong = (shown, z3.Not(open_)) if what == "shown" else (open_, z3.Not(shown))
        found = space.find(assumed, *wrong)
        if found is not None:
            self._bear_out(found, opened, table, allowed=what == "hidden")
        self._proved[key] = found
        return found

    def _bear_out(self, found: Found, opened: Sequence[Opened], table: TableMap, *, allowed: bool) -> None:
        """Let Cedar decide on the row found by the whole rules."""
        row = self.completed(found, table)
        if all(self.cedar.decide(self.rules, each.situation, row) for each in opened) != allowed:
            raise PlanError(
                f"a proof about `{table.name}` was not decided: Cedar does not bear out the row found",
                "report this with the rules",
            )

    def completed(self, found: Found, table: TableMap) -> dict[str, Value]:
        """A row found, as attributes by name; what it says nothing about is NULL where it can be, else any value."""
        nothing = Mentioned()
        return {
            name: found.row.get(attribute.column, None if attribute.optional else cases(attribute, nothing)[0])
            for name, attribute in table.attributes.items()
        }

    def _space(self, table: TableMap, written: Iterable[Written], opened: Iterable[Opened]) -> Space:
        """The cases of every column that is asked about."""
        attributes = by_column(table)
        asked: dict[str, list[Mentioned]] = {}
        for leaf in (leaf for each in written for leaf in leaves(each)):
            if isinstance(leaf, Ask):
                check_ask(leaf, attributes, table)
                asked.setdefault(leaf.column, []).append(mentioned(leaf.test))
        for piece in (piece for each in opened for _, question in each.rules for piece in pieces(question)):
            for name in piece.attributes:
                attribute = table.attributes[name]
                known_ids = mentioning(self.cedar.ids(attribute.type))
                asked.setdefault(attribute.column, []).extend((piece.mentioned, known_ids))
        return Space({column: cases(attributes[column], together(about)) for column, about in asked.items()})

    def _signature(self, principal: Principal, circumstances: Circumstances) -> object:
        """Everything by which the rules tell this principal in these circumstances from others."""
        return tuple(self._telling(who, asked, principal, circumstances) for who, asked in self._asked.items())

    def _telling(
        self, who: frozenset[Variable], asked: Iterable[_Asking], principal: Principal, circumstances: Circumstances
    ) -> tuple[object, ...]:
        """What all pieces come to that speak of `who`, the principal or the circumstances or both."""
        key = (who, principal if "principal" in who else None, circumstances if "context" in who else None)
        if key not in self._told:
            found: list[object] = []
            for piece, action, kind in asked:
                situation = Situation(principal, circumstances, action, kind)
                bound = situation.values(piece.variables)
                found.append(bound if piece.attributes else self.cedar.answer(piece, situation, bound, {}))
            self._told[key] = tuple(found)
        return self._told[key]


def _askings(piece: Piece, kinds: tuple[Kind, ...], any_kind: Kind) -> Iterator[_Asking]:
    """Every way in which the action and the kind of row can make a difference to a piece."""
    actions = ACTIONS if "action" in piece.variables else ACTIONS[:1]
    of_table = kinds[:1] if "table" in piece.variables else (any_kind,)
    for kind in kinds if "resource" in piece.variables else of_table:
        for action in actions:
            yield piece, action, kind


def unread(written: Written) -> Unread | None:
    """The first part of a condition that was not understood, if any."""
    return next((leaf for leaf in leaves(written) if isinstance(leaf, Unread)), None)


def both(*parts: Written) -> Written:
    """All of these at once."""
    return And(tuple(part for part in parts if part != ALWAYS))
