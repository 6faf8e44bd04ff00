"""Whether a draft fits its policy repository: read with everything else as if it stood there, rules validated."""

from collections.abc import Mapping
from dataclasses import dataclass

from recuse.directive.drafting import Draft
from recuse.directive.in_force import drafts
from recuse.errors import InputError, PolicyError, Problem, RepositoryError
from recuse.model import Directive, Repository
from recuse.policy.files import DIRECTIVES
from recuse.policy.repository import parse_repository
from recuse.policy.validate import validate


@dataclass(frozen=True, slots=True)
class Fitting:
    """A draft that fits, with the repository that holds it; `beside` are the other directives that would count."""

    repository: Repository
    directive: Directive
    beside: tuple[str, ...]


def fit(files: Mapping[str, bytes], draft: Draft) -> Fitting:
    """The draft in its place among these files. What it supersedes no longer counts.

    Raises RepositoryError, PolicyError or DirectiveError with every problem of one kind, each with its file and line.
    """
    folder = f"{DIRECTIVES}{draft.id}/"
    others = {path: data for path, data in files.items() if not path.startswith(folder)}
    repository = parse_repository(others | {folder + name: data for name, data in draft.files.items()})
    standing = drafts(repository.directives)
    validate(repository, standing)
    directive = repository.directives[draft.id].directive
    if directive not in standing:
        message = f"draft `{draft.id}` is superseded by another directive, so that it would never count"
        raise PolicyError(message, "take its id out of what that one supersedes")
    return Fitting(repository, directive, tuple(each.id for each in standing if each.id != draft.id))


def problems_of(error: InputError) -> tuple[Problem, ...]:
    """The problems that an error of `fit` names, each with its file and line; one of the whole where it names none."""
    found = error.problems if isinstance(error, RepositoryError | PolicyError) else ()
    return found or (Problem("", 0, error.message, error.remedy),)
