"""What a plan is made of on our side: a repository, the rules that count, and the day on which they are judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from recuse.compiler.classes import Classifier
from recuse.compiler.proof.cedar import Cedar
from recuse.compiler.proof.prover import Prover
from recuse.compiler.residual import HasTemplate
from recuse.enforcement.facts import TableShape
from recuse.model import Repository, System


@dataclass(frozen=True, slots=True)
class Policy:
    """Repository, rules in force or in draft, the directives that hold them, and the day.

    `together` are the other systems on the server of each system that somebody has looked at.
    """

    repository: Repository
    rules: tuple[HasTemplate, ...]
    directives: tuple[str, ...]
    on: date
    together: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _provers: dict[str, Prover] = field(default_factory=dict, init=False, compare=False, repr=False)
    _classifiers: dict[str, Classifier] = field(default_factory=dict, init=False, compare=False, repr=False)

    def active_beside(self, system: System) -> frozenset[str]:
        """The logins that are active in other systems of its server."""
        beside = self.together.get(system.name, frozenset())
        return frozenset(a.login for a in self.repository.accounts.values() if a.active and a.system in beside)

    def prover(self, system: System) -> Prover:
        """What proves a plan of one of the systems: always the same one, so that nothing is proved twice."""
        if system.name not in self._provers:
            self._provers[system.name] = Prover(Cedar(self.repository), self.rules, system)
        return self._provers[system.name]

    def classifier(self, system: System, shapes: Mapping[str, TableShape], database: str) -> Classifier:
        """What tells the classes of a system in a database: the same one while its tables have the same shapes."""
        known = self._classifiers.get(system.name)
        if known is None or (known.shapes, known.database) != (shapes, database):
            made = Classifier(self.repository, system, self.rules, shapes, database)
            known = self._classifiers[system.name] = made
        return known
