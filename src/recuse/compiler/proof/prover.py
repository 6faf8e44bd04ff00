"""Decides whether a condition written in SQL shows only, and all, rows that the rules open; gives a row where not.

Every answer "no" is checked before it is given: Cedar decides on the row found by the whole rules. What cannot be
decided raises PlanError, and the caller must treat it as not proved.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import z3

from recuse.compiler.proof.cedar import Cedar, Kind, Principal, Situation
from recuse.compiler.proof.columns import by_column, check_ask
from recuse.compiler.proof.kinds import Mentioned, cases, mentioned, mentioning, together
from recuse.compiler.proof.opened import Opened, fold, pieces, visible
from recuse.compiler.proof.questions import WHO, Answered, Effect, Piece, Question, Reader, Rule, Variable
from recuse.compiler.proof.space import Found, Space, encode
from recuse.compiler.proof.speaking import about, may_open
from recuse.compiler.proof.values import Value
from recuse.compiler.proof.written import ALWAYS, And, Ask, Unread, Written, leaves
from recuse.errors import PlanError
from recuse.model import ACTIONS, Action, Circumstances, System, TableMap

_Asking = tuple[Piece, Action, Kind]
_Said = tuple[Effect, Question]
_Who = tuple[Principal, Circumstances]


@dataclass(slots=True)
class Prover:
    """Proofs about the tables of one system under some rules; remembers what it has proved."""

    cedar: Cedar
    rules: tuple[Rule, ...]
    system: System
    _about: dict[str, tuple[int, ...]] = field(init=False)
    _questions: dict[str, dict[int, _Said]] = field(default_factory=dict)
    _asked: dict[frozenset[Variable], dict[_Asking, None]] = field(default_factory=dict)
    _permits: dict[int, Question] = field(default_factory=dict)
    _left: dict[_Who, dict[str, tuple[int, ...]]] = field(default_factory=dict)
    _opened: dict[Situation, Opened] = field(default_factory=dict)
    _proved: dict[object, Found | None] = field(default_factory=dict)
    _like: dict[object, _Who] = field(default_factory=dict)
    _told: dict[object, tuple[object, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._about = about(self.rules, self.system)
        whoever = Reader.of({})
        self._permits = {n: whoever.rule(rule) for n, rule in enumerate(self.rules) if rule.effect == "permit"}
        readers: dict[object, tuple[Reader, dict[int, _Said]]] = {}
        for table in self.system.tables:
            types = {name: attribute.type for name, attribute in table.attributes.items()}
            reader, said = readers.setdefault(tuple(sorted(types.items())), (Reader.of(types), {}))
            for number in self._about[table.name]:
                if number not in said:
                    said[number] = self.rules[number].effect, reader.rule(self.rules[number])
            self._questions[table.name] = said
            kinds = [Kind(self.system.name, table.name, category) for category in table.categories]
            for piece in (piece for number in self._about[table.name] for piece in pieces(said[number][1])):
                if who := piece.variables & WHO:
                    self._asked.setdefault(who, {}).update(dict.fromkeys(_askings(piece, kinds)))

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
        permits = {n for n, question in self._permits.items() if may_open(question, anywhere, self.cedar)}
        found = {}
        for table, about_it in self._about.items():
            left = tuple(n for n in about_it if n in permits or n not in self._permits)
            if not permits.isdisjoint(left):
                found[table] = left
        return found

    def opened(self, situation: Situation) -> Opened:
        """What the rules open in a situation; without a permit rule that may be true there, nothing."""
        table = situation.kind.table
        if not self.opens(situation.principal, situation.circumstances, table):
            return Opened(frozenset(), situation)
        if situation not in self._opened:
            said = self._questions[table]
            left = (said[number] for number in self._left[situation.principal, situation.circumstances][table])
            folded = ((effect, fold(question, situation, self.cedar)) for effect, question in left)
            self._opened[situation] = Opened(frozenset(f for f in folded if f[1] != Answered(False)), situation)
        return self._opened[situation]

    def wrongly_shown(self, sql: Written, opened: Sequence[Opened], given: Written = ALWAYS) -> Found | None:
        """A row that `sql` shows in a session of which `given` is true, and that not all of `opened` open."""
        return self._find("shown", sql, opened, given)

    def wrongly_hidden(self, sql: Written, opened: Sequence[Opened], given: Written = ALWAYS) -> Found | None:
        """A row that all of `opened` open, and that `sql` does not show in a session of which `given` is true."""
        return self._find("hidden", sql, opened, given)

    def beyond(self, table: TableMap, wide: Written, narrow: Written, given: Written = ALWAYS) -> Found | None:
        """A row of a table that one condition shows and the other does not, in a session of which `given` is true."""
        key = (table.name, wide, narrow, given)
        if key not in self._proved:
            space = self._space(table, (wide, narrow, given), ())
            shown, known = encode(wide, space).true, encode(narrow, space).true
            self._proved[key] = space.find(encode(given, space).true, shown, z3.Not(known))
        return self._proved[key]

    def _find(self, what: str, sql: Written, opened: Sequence[Opened], given: Written) -> Found | None:
        key = (what, sql, frozenset(opened), given)
        if key in self._proved:
            return self._proved[key]
        table = self.cedar.table(opened[0].situation.kind)
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


def _askings(piece: Piece, kinds: Sequence[Kind]) -> Iterator[_Asking]:
    """Every way in which the action and the kind of row can make a difference to a piece."""
    actions = ACTIONS if "action" in piece.variables else ACTIONS[:1]
    for kind in kinds if "resource" in piece.variables else kinds[:1]:
        for action in actions:
            yield piece, action, kind


def unread(written: Written) -> Unread | None:
    """The first part of a condition that was not understood, if any."""
    return next((leaf for leaf in leaves(written) if isinstance(leaf, Unread)), None)


def both(*parts: Written) -> Written:
    """All of these at once."""
    return And(tuple(part for part in parts if part != ALWAYS))
