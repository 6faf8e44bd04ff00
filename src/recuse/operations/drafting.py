"""`recuse new directive`: answers from a file, and the draft's folder, written whole or not at all."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from recuse.directive.document import ROLES, STAGES, with_digests
from recuse.directive.drafting import Draft
from recuse.errors import InputError, Problem, RepositoryError
from recuse.model import LegalBasis, Stage
from recuse.operations.folders import write_new_folder
from recuse.policy.drafting import fit
from recuse.policy.files import is_safe_name, read_files
from recuse.policy.plain import PlainRule
from recuse.policy.plain.filed import read_rule
from recuse.toml_source import Section, parse


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered about a draft before anybody was asked; None where it was not.

    `begin_with` is the directive whose rules the draft begins with, `""` for none; `cedar` are rules written already.
    """

    title: str | None = None
    id: str | None = None
    issued: date | None = None
    effective: datetime | None = None
    directed_by: str | None = None
    confirm_role: str | None = None
    supersedes: tuple[str, ...] | None = None
    stage: Stage | None = None
    canary_accounts: tuple[str, ...] | None = None
    step_back_until: date | None = None
    legal_basis: tuple[LegalBasis, ...] | None = None
    counsel: str | None = None
    begin_with: str | None = None
    cedar: str | None = None
    rules: tuple[PlainRule, ...] | None = None


def read_answers(file: str, raw: bytes) -> Answers:
    """The answers in a TOML file, with the keys of `directive.toml` and a `[[rule]]` for each rule.

    Raises RepositoryError with every problem found, each with its line.
    """
    problems: list[Problem] = []
    source = parse(file, raw, problems)
    if source is None:
        raise RepositoryError(tuple(problems))
    section = Section(source, problems)
    section.expect("format", 1)
    rules = tuple(map(read_rule, section.sections("rule"))) if "rule" in section else None
    answers = Answers(
        title=section.optional_text("title"),
        id=section.optional_text("id"),
        issued=section.day("issued") if "issued" in section else None,
        effective=section.moment("effective") if "effective" in section else None,
        directed_by=section.optional_text("directed_by"),
        confirm_role=section.choice("confirm_role", ROLES) if "confirm_role" in section else None,
        supersedes=section.texts("supersedes") if "supersedes" in section else None,
        stage=section.choice("stage", STAGES) if "stage" in section else None,
        canary_accounts=section.texts("canary_accounts") if "canary_accounts" in section else None,
        step_back_until=section.day("step_back_until") if "step_back_until" in section else None,
        legal_basis=tuple(map(_basis, section.sections("legal_basis"))) if "legal_basis" in section else None,
        counsel=section.text("counsel", blank=True) if "counsel" in section else None,
        begin_with=section.text("begin_with", blank=True) if "begin_with" in section else None,
        rules=rules,
    )
    section.close()
    if problems:
        raise RepositoryError(tuple(problems))
    return answers


def repository_files(folder: Path) -> Mapping[str, bytes]:
    """Every file of a policy repository. Raises RepositoryError for what is not a plain file."""
    problems: list[Problem] = []
    files = read_files(folder, problems)
    if problems:
        raise RepositoryError(tuple(problems))
    return files


@contextmanager
def drafted(folder: Path, draft: Draft) -> Iterator[Path]:
    """A copy of a policy repository with a draft in it, for the length of a `with` block: to be planned, and no more.

    The draft's digests are filled in, as they are when it is signed. Raises InputError where it does not fit.
    """
    files = repository_files(folder)
    fitting = fit(files, draft)
    cedar = hashlib.sha256(draft.cedar.encode()).hexdigest()
    filled = Draft(draft.id, with_digests(draft.toml, cedar, fitting.repository.policy_sha256), draft.cedar)
    own = f"directives/{draft.id}/"
    whole = {path: data for path, data in files.items() if not path.startswith(own)}
    whole |= {f"{own}{name}": data for name, data in filled.files.items()}
    with TemporaryDirectory(prefix="recuse-draft-") as made:
        for path, data in whole.items():
            place = Path(made) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        yield Path(made)


def free_folder(folder: Path, name: str) -> Path:
    """Where a draft of this name goes. Raises InputError for a name that a folder cannot have, or that is taken."""
    if not is_safe_name(name):
        raise InputError(f"`{name}` cannot name a directive", "use letters, digits, `.`, `_` and `-`")
    path = folder / "directives" / name
    if os.path.lexists(path):
        raise InputError(f"`{path}` is there already", "give the new directive another id")
    return path


def write_draft(folder: Path, draft: Draft) -> Path:
    """Write a draft's folder whole or not at all; returns its path. Raises InputError where something is there."""
    path = free_folder(folder, draft.id)
    write_new_folder(path, draft.files, "check the rights on the repository")
    return path


def _basis(section: Section) -> LegalBasis:
    basis = LegalBasis(section.text("citation"), section.text("status"), section.day("checked_on"))
    section.close()
    return basis
