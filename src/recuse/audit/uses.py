"""Who used what, by an access log: how often a login was let in to an object, how often rightly, and last when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from recuse import clock
from recuse.audit.accesslog import Line, read_log
from recuse.audit.placing import Placing
from recuse.errors import InputError
from recuse.model import Repository
from recuse.policy.decide import Decider
from recuse.policy.validate import RuleSet


@dataclass(frozen=True, slots=True)
class Use:
    """Lines of one login about one object that were let in: how many, of which the policy permits so many, last when.

    `untold` are those about which no decision can be made, such as about a view.
    """

    login: str
    object: str
    count: int
    permitted: int
    untold: int
    last: date | None


@dataclass(frozen=True, slots=True)
class Uses:
    """The uses of one system in a log that ends on a day; `sha256` is the log's."""

    system: str
    sha256: str
    ends: date | None
    lines: tuple[Line, ...]
    placing: Placing
    decider: Decider

    def of(self, logins: frozenset[str], objects: frozenset[str]) -> tuple[Use, ...]:
        """What these logins did to these objects (`schema.table`, views, functions as the log names them), sorted."""
        named = objects | {name.partition("(")[0] for name in objects}
        found: dict[tuple[str, str], list[Line]] = {}
        for line in self.lines:
            if line.login in logins and line.object in named and line.decision != "deny":
                found.setdefault((line.login or "", line.object or ""), []).append(line)
        return tuple(self._use(*key, found[key]) for key in sorted(found))

    def _use(self, login: str, name: str, lines: Iterable[Line]) -> Use:
        count = permitted = untold = 0
        last: date | None = None
        for line in lines:
            count += line.count
            answer = self._permits(line)
            permitted += line.count if answer else 0
            untold += line.count if answer is None else 0
            last = max(filter(None, (last, line.last)), default=None)
        return Use(login, name, count, permitted, untold, last)

    def _permits(self, line: Line) -> bool | None:
        """What the policy says to a line today; None where it cannot be asked, or where that depends on the row."""
        placed = self.placing.place(line)
        if isinstance(placed, str):
            return None
        answers = {
            all(d.allow for d in self.decider.decide_many([asked.question(self.system) for asked in row]))
            for row in placed
        }
        return answers.pop() if len(answers) == 1 else None


def read_uses(path: Path, repository: Repository, rules: RuleSet, system: str) -> Uses:
    """The uses that a log tells of one system. InputError as `read_log`, and where it has no line about the system."""
    placing = Placing(repository, rules, repository.systems[system], clock.today())
    log = read_log(path, system, placing.attributes)
    if not log.lines:
        raise InputError(f"`{path.name}` has no line about system `{system}`", "give the log of this system")
    return Uses(system, log.sha256, log.last, log.lines, placing, Decider(repository, rules))
