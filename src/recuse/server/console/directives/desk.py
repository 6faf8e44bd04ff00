"""What the screens of directives work with: the repository as it is now, drafts, plans, and how people are named."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from recuse.directive.document import with_digests
from recuse.directive.drafting import Draft
from recuse.directive.in_force import Moment
from recuse.errors import InputError, Problem
from recuse.model import Repository
from recuse.policy.drafting import Fitting, fit, problems_of
from recuse.policy.repository import parse_repository
from recuse.server.console.directives.kept import Drafts, Paper, Plans
from recuse.server.console.zipped import zipped
from recuse.server.identity import Person

PLAN: Final = "plan.json"


@dataclass(frozen=True, slots=True)
class DirectiveDesk:
    """Services behind the screens. `files` are those of the policy repository, which is only ever read here.

    `moment` says when directives are judged; `pseudonym` names a person as the ledger does.
    """

    files: Callable[[], Mapping[str, bytes]]
    drafts: Drafts
    plans: Plans
    moment: Callable[[], Moment]
    pseudonym: Callable[[Person], str]

    def repository(self) -> Repository:
        """The policy repository as it is now. Raises RepositoryError where it cannot be read."""
        return _repository(tuple(self.files().items()))

    def look(self, draft: Draft) -> "Looked":
        """What is wrong with a draft in its place, and what is to be signed where nothing is."""
        try:
            fitting = fit(self.files(), draft)
        except InputError as error:
            return Looked(problems_of(error), None)
        cedar = hashlib.sha256(draft.cedar.encode()).hexdigest()
        toml = with_digests(draft.toml, cedar, fitting.repository.policy_sha256)
        return Looked((), Ready(Draft(draft.id, toml, draft.cedar), fitting))


@dataclass(frozen=True, slots=True)
class Ready:
    """A draft that fits, with its digests filled in: the bytes that are signed."""

    filled: Draft
    fitting: Fitting

    @property
    def toml_sha256(self) -> str:
        """The digest of what is signed."""
        return hashlib.sha256(self.filled.toml).hexdigest()

    @property
    def cedar_sha256(self) -> str:
        """The digest of the rules."""
        return hashlib.sha256(self.filled.cedar.encode()).hexdigest()

    def zipped(self, papers: Mapping[str, Paper]) -> bytes:
        """The folder as it goes into `directives/`, the same bytes for the same draft."""
        brought = {name: paper.data for name, paper in papers.items() if name != PLAN}
        return zipped({f"{self.filled.id}/{name}": data for name, data in {**self.filled.files, **brought}.items()})


@dataclass(frozen=True, slots=True)
class Looked:
    """The problems of a draft, or what it is ready for."""

    problems: tuple[Problem, ...]
    ready: Ready | None


@lru_cache(maxsize=2)
def _repository(files: tuple[tuple[str, bytes], ...]) -> Repository:
    return parse_repository(dict(files))
