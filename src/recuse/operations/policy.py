"""What a plan is made of on our side: a repository, the rules that count, and the day on which they are judged."""

from dataclasses import dataclass
from datetime import date

from recuse.compiler.residual import HasTemplate
from recuse.model import Repository


@dataclass(frozen=True, slots=True)
class Policy:
    """Repository, rules in force or in draft, the directives that hold them, and the day."""

    repository: Repository
    rules: tuple[HasTemplate, ...]
    directives: tuple[str, ...]
    on: date
