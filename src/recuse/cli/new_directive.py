"""The questions about a draft besides its rules, and the draft that the answers make."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time

from recuse import clock
from recuse.cli.new_rule import ask_rules
from recuse.cli.questions import Questions, a_day, known
from recuse.directive.document import STAGES
from recuse.directive.drafting import Draft, Head, name_of, render_head
from recuse.directive.in_force import drafts
from recuse.directive.officials import in_office
from recuse.errors import InputError
from recuse.model import LegalBasis, OfficialRole, Repository, Stage
from recuse.operations.drafting import Answers
from recuse.policy.files import is_safe_name
from recuse.policy.plain import to_cedar, to_rules

_STAGES: Mapping[str, str] = {
    "observe": "nothing is applied; plans show what would be",
    "canary": "a few accounts are enforced",
    "enforce": "the policy holds",
}


def ask_draft(questions: Questions, repository: Repository, given: Answers) -> Draft:
    """The draft of these answers and, where they are silent, of what the person says."""
    head = _head(questions, repository, given)
    return Draft(head.id, render_head(head), _cedar(questions, repository, given, head.supersedes))


def _head(questions: Questions, repository: Repository, given: Answers) -> Head:
    title = given.title or questions.text("title", "What is the directive called?")
    issued = given.issued or clock.today()
    basis = given.legal_basis if given.legal_basis is not None else tuple(_ask_basis(questions, issued))
    directed_by = given.directed_by or questions.one("directed_by", "Who directs it?", _officials(repository, "direct"))
    counsel = given.counsel if given.counsel is not None else _ask_counsel(questions, repository)
    supersedes = given.supersedes if given.supersedes is not None else _ask_superseded(questions, repository)
    stage = given.stage or stage_named(questions.one("stage", "Up to which stage?", _STAGES)) or "observe"
    accounts = given.canary_accounts or ()
    if stage == "canary" and not accounts:
        accounts = questions.several(
            "canary_accounts", "Which accounts are enforced?", dict.fromkeys(repository.accounts, "")
        )
    midnight = datetime.combine(issued, time(), UTC)
    return Head(
        id=given.id or _ask_id(questions, repository, name_of(title, issued)),
        title=title,
        issued=issued,
        effective=given.effective or questions.moment("effective", "Effective from", _written(midnight)),
        directed_by=directed_by,
        confirm_role=given.confirm_role or "confirm",
        supersedes=supersedes,
        stage=stage,
        canary_accounts=accounts,
        legal_basis=basis,
        counsel=counsel or None,
        step_back_until=given.step_back_until or _ask_step_back(questions, stage),
    )


def _ask_id(questions: Questions, repository: Repository, suggested: str) -> str:
    def free(line: str) -> str:
        name = line or suggested
        if name in repository.directives or not is_safe_name(name):
            raise InputError(f"`{name}` is taken, or cannot name a folder", "give it another id")
        return name

    return questions.read("id", "Its id, which names its folder", free, suggested)


def _ask_basis(questions: Questions, today: date) -> Iterator[LegalBasis]:
    while citation := questions.optional("legal_basis", "A citation that it rests on"):
        status = questions.text("legal_basis", "Its status, as counsel states it (in force, pending, not checked …)")
        checked = questions.read("legal_basis", f"On which day was that checked? Today is {today}", a_day)
        yield LegalBasis(citation, status, checked)


def _ask_counsel(questions: Questions, repository: Repository) -> str | None:
    if not questions.allowed:
        return None
    question = "Counsel who read it, by the id of an official"
    found = questions.words("counsel", question, lambda word: known(word, repository.officials))
    return found[0] if found else None


def _ask_superseded(questions: Questions, repository: Repository) -> tuple[str, ...]:
    titles = {each.id: each.title for each in drafts(repository.directives)}
    if not titles:
        return ()
    return questions.several("supersedes", "Which directives does it supersede?", titles)


def _ask_step_back(questions: Questions, stage: Stage) -> date | None:
    if stage == "observe" or not questions.allowed:
        return None
    return questions.day("step_back_until", "Until which day may an operator step back?")


def _officials(repository: Repository, role: OfficialRole) -> Mapping[str, str]:
    now = clock.now()
    every = [each for each in repository.officials.values() if role in each.roles and in_office(each, now)]
    if not every:
        raise InputError(f"no official in office has the role `{role}`", "give the role in officials.toml")
    return {each.id: f"{each.name}, {each.office}" for each in every}


def stage_named(word: str | None) -> Stage | None:
    """The stage of this name, if one was named."""
    if word is not None and word not in STAGES:
        raise InputError(f"`{word}` is no stage", f"name one of {', '.join(STAGES)}")
    return next((stage for stage in STAGES if stage == word), None)


def _cedar(questions: Questions, repository: Repository, given: Answers, supersedes: tuple[str, ...]) -> str:
    """The rules: those begun with, those given, and those that are answered."""
    begun = _begun(questions, repository, given, supersedes)
    if given.cedar is not None or given.rules is not None:
        written = [begun, given.cedar or "", to_cedar(given.rules or ())]
        return "\n\n".join(text.strip() for text in written if text.strip()) + "\n"
    standing = [each.cedar for each in drafts(repository.directives) if each.id not in supersedes]
    taken = {rule.id for text in (*standing, begun) for rule in to_rules(text)}
    rules = list(ask_rules(questions, repository, taken)) if questions.allowed else []
    if not rules and not begun.strip():
        raise InputError("a directive without rules says nothing", "give rules by --cedar or in the file of --from")
    return "\n\n".join(text.strip() for text in (begun, to_cedar(rules)) if text.strip()) + "\n"


def _begun(questions: Questions, repository: Repository, given: Answers, supersedes: tuple[str, ...]) -> str:
    """The rules of a directive that the draft begins with: what it supersedes ends, unless it is said again."""
    chosen = given.begin_with
    if chosen is None and questions.allowed and supersedes and given.cedar is None and given.rules is None:
        first = supersedes[0]
        chosen = first if questions.yes("begin_with", f"Begin with the rules of {first}? They end otherwise.") else ""
    if not chosen:
        return ""
    if chosen not in repository.directives:
        raise InputError(f"there is no directive `{chosen}` to begin with", "name one of the repository’s")
    return repository.directives[chosen].directive.cedar


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
