"""A plain rule in sentences of a reader's language, with the names for readers.

Each part of a rule is a sentence of its own, with its names behind a colon, so that no language has to inflect them.
A name stands for the thing alone; where a rule means it with everything below it, the sentence says so. Two rules that
say different things have different sentences.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recuse.content.naming import Names
from recuse.content.values import NameKind
from recuse.languages import Texts
from recuse.model import ACTIONS, ASSISTANCE
from recuse.policy.plain import Branches, PlainRule, Terms, on_assistance


@dataclass(frozen=True, slots=True)
class Sayer:
    """Says rules in one language. InputError for a name that the language lacks."""

    texts: Texts
    names: Names

    def rule(self, rule: PlainRule) -> str:
        """Everything that a rule says, in sentences."""
        return self.texts.say("%(before)s %(after)s", before=self.deed(rule), after=self._rest(rule))

    def deed(self, rule: PlainRule) -> str:
        """Whether it allows, and what."""
        say, allows = self.texts.say, rule.effect == "permit"
        if rule.actions == ASSISTANCE:
            return say("Allowed: help of any kind.") if allows else say("Not allowed: help of any kind.")
        deeds = self._deeds(rule)
        if on_assistance(rule):
            kinds = say("Allowed: help of these kinds: %(deeds)s.") if allows else say(
                "Not allowed: help of these kinds: %(deeds)s."
            )  # fmt: skip
            return kinds % {"deeds": deeds}
        return say("Allowed: %(deeds)s.", deeds=deeds) if allows else say("Not allowed: %(deeds)s.", deeds=deeds)

    def join(self, sentences: Iterable[str]) -> str:
        """Sentences in a row, as the language sets them."""
        found = [*sentences]
        joined = found[0]
        for each in found[1:]:
            joined = self.texts.say("%(before)s %(after)s", before=joined, after=each)
        return joined

    def any_of(self, parts: Iterable[str]) -> str:
        """Things of which one is enough."""
        found = [*parts]
        joined = found[0]
        for each in found[1:]:
            joined = self.texts.say("%(first)s; or %(second)s", first=joined, second=each)
        return joined

    def each_of(self, parts: Iterable[str]) -> str:
        """Things that are all meant; their names may hold commas."""
        found = [*parts]
        joined = found[0]
        for each in found[1:]:
            joined = self.texts.say("%(first)s; %(second)s", first=joined, second=each)
        return joined

    def name(self, kind: NameKind, id_: str) -> str:
        """The name of one thing."""
        return self.names.name(kind, id_, self.texts.language.code)

    def any_names(self, kind: NameKind, ids: Iterable[str]) -> str:
        """Names of things of which one is enough."""
        return self.any_of(self.name(kind, each) for each in ids)

    def _rest(self, rule: PlainRule) -> str:
        return self.join([*self._conditions(rule), *self._exceptions(rule.unless), *self._ending(rule)])

    def _deeds(self, rule: PlainRule) -> str:
        say = self.texts.say
        words = {
            "read": say("reading"), "insert": say("adding"), "update": say("changing"), "delete": say("deleting"),
            "data_access": say("giving data"), "clarification": say("clearing up a question"),
            "detainer": say("holding a person on request"), "notification_of_release": say("telling of a release"),
            "custody_transfer": say("handing over a person"), "interview": say("an interview"),
            "facility_use": say("use of rooms or buildings"), "joint_operation": say("joint work"),
            "bulk_extract": say("giving a large copy of data"), "standing_access": say("lasting access"),
        }  # fmt: skip
        return self.each_of(words[each] for each in (*ACTIONS, *ASSISTANCE) if each in rule.actions)

    def _conditions(self, rule: PlainRule) -> Iterator[str]:
        say, where = self.texts.say, rule.where
        yield say("Who: %(who)s.", who=self.any_of(self._who(where))) if where.who else say("Who: every agency.")
        if where.categories:
            yield say("Data: %(data)s.", data=self._tree("category", where.categories))
        elif not on_assistance(rule):
            yield say("Data: all kinds.")
        if rule.public is not None:
            yield say("Only data that is public.") if rule.public else say("Only data that is not public.")
        if rule.data is not None:
            yield say("Only where data is asked for.") if rule.data else say("Only where no data is asked for.")
        if where.marked:
            yield say("Only records marked: %(marks)s.", marks=self._marks(where.marked))
        if where.purposes:
            yield say("Purpose: %(purposes)s.", purposes=self._tree("purpose", where.purposes))
        if where.authorities:
            yield say("Legal basis: %(bases)s.", bases=self._tree("authority", where.authorities))
        if rule.agreed:
            yield say("Only as far as the agreement in force covers the data.")

    def _exceptions(self, unless: Terms) -> Iterator[str]:
        say = self.texts.say
        if unless.who:
            yield say("Does not apply to: %(who)s.", who=self.any_of(self._who(unless)))
        if unless.categories:
            yield say("Does not apply to this data: %(data)s.", data=self._tree("category", unless.categories))
        if unless.purposes:
            yield say("Does not apply for this purpose: %(purposes)s.", purposes=self._tree("purpose", unless.purposes))
        if unless.authorities:
            bases = self._tree("authority", unless.authorities)
            yield say("Does not apply with this legal basis: %(bases)s.", bases=bases)
        if unless.marked:
            yield say("Does not apply to records marked: %(marks)s.", marks=self._marks(unless.marked))

    def _ending(self, rule: PlainRule) -> Iterator[str]:
        if rule.effect == "forbid":
            yield self.texts.say("No other rule can allow this.")

    def _who(self, terms: Terms) -> Iterator[str]:
        say = self.texts.say
        for each in terms.agencies.within:
            yield say("%(agency)s (with all offices)", agency=self.name("agency", each))
        yield from (self.name("agency", each) for each in terms.agencies.alone)
        for each in terms.serving:
            yield say("whoever serves %(agency)s", agency=self.name("agency", each))
        for each in terms.parties:
            yield say("whoever asks together with or for %(agency)s", agency=self.name("agency", each))

    def _tree(self, kind: NameKind, branches: Branches) -> str:
        within = [self.texts.say("%(name)s (with all parts)", name=self.name(kind, each)) for each in branches.within]
        return self.any_of([*within, *(self.name(kind, each) for each in branches.alone)])

    def _marks(self, marks: Iterable[str]) -> str:
        return self.any_of(self.name("mark", each) for each in marks)
