"""Follows values through a body: from what its statements read into variables and temporary tables, and on from there.

What holds values between statements is a *carrier*: a variable, a temporary table, a cursor, what is set, what an error
says. The order of statements is not looked at: what a carrier ever takes, it gives whenever it is asked.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final

from recuse.targets.postgres.edges.bodies import WHOLE, Body, Uses
from recuse.targets.postgres.edges.bodies.uses import CURSOR, ERROR, ROWS, SESSION, TABLE, TOLD
from recuse.targets.postgres.edges.columns import Column
from recuse.targets.postgres.edges.flows import Flow, Parameter, Value, moved_by

_ERRORS: Final = frozenset({"sqlerrm", "sqlstate"})
_OWN: Final = (None, "pg_temp")
_NONE: Final[frozenset[str]] = frozenset()
_Held = Mapping[str, frozenset[Value]]


@dataclass(frozen=True, slots=True)
class _Step:
    """A statement by the carriers that it takes from, those that take what it gives, and the values of its own."""

    taken: frozenset[str]
    into: frozenset[str]
    values: frozenset[Value]

    def sources(self, held: _Held) -> frozenset[Value]:
        """All that stands in what it gives; where it takes a variable, with what decides over variables."""
        variables = any(carrier.partition(".")[0] not in ROWS for carrier in self.taken)
        carriers = [*self.taken, WHOLE] if variables else [*self.taken]
        return self.values.union(*(held.get(carrier, frozenset()) for carrier in carriers))


@dataclass(frozen=True)
class Following:
    """A body, its statements, and what each of them leads to by itself."""

    body: Body
    statements: Sequence[Uses]
    flows: Sequence[Flow]

    def moved(self) -> Iterator[Flow]:
        """What each statement copies and sends, of all that it rests on; and what of that it puts in."""
        putting = self._putting()
        put = self._held(putting)
        for flow, whole, part in zip(self.flows, self._resting, putting, strict=True):
            sources = whole.sources(self._rest)
            yield moved_by(flow, sources, part.sources(put)) | Flow(
                filled=frozenset(_filled(whole, sources)), left=frozenset(self._left(whole, sources))
            )

    def _left(self, step: _Step, sources: frozenset[Value]) -> Iterator[tuple[str, Value]]:
        """What it leaves where the session has it afterwards."""
        given = sources if self.body.parameters is not None else sources | {Parameter(0)}
        yield from product((carrier for carrier in step.into if carrier.startswith(SESSION)), given)

    def shown(self, raised: Sequence[Uses]) -> frozenset[str]:
        """The columns of the row that fires that come into what RAISE or an error shows through variables."""
        asked = (_Step(self._taken(uses.fields, uses.reads), _NONE, frozenset()) for uses in raised)
        found = [*(step.sources(self._rest) for step in asked), self._rest.get(TOLD, frozenset())]
        return frozenset(value for each in found for value in each if isinstance(value, str))

    def tells(self) -> bool:
        """Whether values show in an error, or a cursor outlives the body, which its caller finds in pg_cursors."""
        told = self._rest.get(TOLD, frozenset())
        left = (carrier for uses in self.statements for carrier in uses.into)
        return any(isinstance(value, Column) for value in told) or any(carrier.startswith(CURSOR) for carrier in left)

    @cached_property
    def _resting(self) -> list[_Step]:
        """By all that statements ask, also to find rows."""
        return [
            _Step(self._taken(uses.fields, uses.reads), self._into(uses, flow), _own(uses, flow, flow.reads | flow.row))
            for uses, flow in zip(self.statements, self.flows, strict=True)
        ]

    @cached_property
    def _rest(self) -> _Held:
        return self._held(self._resting)

    def _putting(self) -> list[_Step]:
        """By what stands in what statements give."""
        return [
            _Step(self._taken(uses.value_fields, uses.values), self._into(uses, flow), _own(uses, flow, flow.values))
            for uses, flow in zip(self.statements, self.flows, strict=True)
        ]

    @cached_property
    def _given(self) -> _Held:
        """What its parameters hold, by their names and by their numbers."""
        named = enumerate(self.body.parameters or (), 1)
        return {each: frozenset({Parameter(number)}) for number, name in named for each in (name, f"${number}")}

    @cached_property
    def _carriers(self) -> frozenset[str]:
        into = (each for uses in self.statements for each in uses.into)
        left = (carrier for flow in self.flows for carrier in (*flow.keeps, *(carrier for carrier, _ in flow.left)))
        return frozenset({*self.body.variables, *self._given, *into, *left})

    def _held(self, steps: Sequence[_Step]) -> _Held:
        """What each carrier may hold, in the end."""
        held = dict(self._given)
        left = [
            _Step(_NONE, frozenset({carrier}), frozenset({value}))
            for flow in self.flows
            for carrier, value in flow.left
        ]
        going = [*left, *(step for step in steps if step.into)]
        grown = True
        while grown:
            grown = False
            for step in going:
                values = step.sources(held)
                for carrier in step.into:
                    if not values <= held.get(carrier, frozenset()):
                        held[carrier] = held.get(carrier, frozenset()) | values
                        grown = True
        return held

    def _into(self, uses: Uses, flow: Flow) -> frozenset[str]:
        tables = {TABLE + name for (schema, name), _ in uses.writes if schema in _OWN}
        return uses.into | flow.keeps | (tables & self._carriers)

    def _taken(
        self, fields: Collection[tuple[str, str]], reads: Collection[tuple[tuple[str | None, str], str]]
    ) -> frozenset[str]:
        """The carriers that these mean; a name may be one of a variable, after that of a function or block."""
        carriers = self._carriers
        found = {TABLE + name for (schema, name), column in reads if schema in _OWN and column}
        for qualifier, name in fields:
            if qualifier in ROWS:
                found |= {qualifier, f"{qualifier}.{name}"}
                found |= {each for each in carriers if name == WHOLE and each.startswith(f"{qualifier}.")}
            elif qualifier in _ERRORS:
                found.add(ERROR)
            else:
                found.add(qualifier if qualifier in carriers else name)
        return frozenset(found & carriers - {WHOLE})


def _own(uses: Uses, flow: Flow, read: frozenset[Value]) -> frozenset[Value]:
    """With what functions give back, and what errors say that the body looks at."""
    return read | flow.given | (flow.told if ERROR in uses.into else frozenset())


def _filled(step: _Step, sources: Collection[Value]) -> Iterator[tuple[str, str]]:
    """The columns of the row that fires which a trigger sets, with those of the same row whose values they take."""
    columns = [carrier.partition(".")[2] for carrier in step.into if carrier.startswith("new.")]
    for value in sources:
        if isinstance(value, str):
            yield from ((column, value) for column in columns)
