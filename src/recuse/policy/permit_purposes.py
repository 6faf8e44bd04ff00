"""Purposes that `[permits]` of a directive names and the repository does not have: each would be a term on nothing."""

from collections.abc import Iterator

from recuse.errors import Problem
from recuse.model import Directive, Repository
from recuse.policy.references import nearest
from recuse.toml_source import parse


def unknown_purposes(repository: Repository, directive: Directive) -> Iterator[Problem]:
    """A problem, at its line, for each."""
    terms = directive.permits
    if terms is None:
        return
    file = f"directives/{directive.id}/directive.toml"
    named = {"two_person": terms.two_person, "break_glass_purposes": terms.break_glass_purposes}
    for key, names in named.items():
        for index, name in enumerate(names or ()):
            if name not in repository.purposes:
                source = parse(file, directive.raw, [])
                line = source.line(("permits", key, index)) if source else 0
                remedy = nearest(name, repository.purposes) or "define the purpose"
                yield Problem(file, line, f"unknown purpose `{name}`", remedy)
