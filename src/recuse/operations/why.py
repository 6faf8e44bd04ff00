"""One question to the policy, answered with the rule and with what would change the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Any, cast

from recuse.errors import InputError
from recuse.model import (
    NO_AUTHORITY,
    UNDECLARED,
    Action,
    Circumstances,
    Decision,
    RowAttribute,
    System,
    TableMap,
    Value,
)
from recuse.operations.workspace import Workspace
from recuse.policy.contexts import agreed, contexts
from recuse.policy.decide import Decider, Question
from recuse.policy.values import FORMS, ORDINARY, written


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in the words of the command line; `row` holds attributes as text."""

    account: str
    action: str
    object: str
    purpose: str | None
    authority: str | None
    agreement: str | None
    row: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision, and the question in a sentence."""

    question: Question
    decision: Decision
    sentence: str

    def document(self) -> dict[str, Any]:
        """The JSON document of `recuse why`."""
        asked = self.question
        return {
            "allow": self.decision.allow,
            "rules": list(self.decision.rules),
            "errors": list(self.decision.errors),
            "account": asked.account,
            "action": asked.action,
            "category": asked.category,
            "purpose": asked.circumstances.purpose,
            "authority": asked.circumstances.authority,
            "would_change": [{"purpose": c.purpose, "authority": c.authority} for c in self.decision.would_change],
        }


def explain(workspace: Workspace, asked: Asked) -> Answer:
    """The answer of the policy in force or in draft. Raises InputError for what the repository does not define."""
    repository = workspace.repository
    account = repository.accounts.get(asked.account)
    if account is None:
        raise InputError(f"no account `{asked.account}` in accounts.toml", "write it as <system>/<login>")
    table, category = _place(repository.systems[account.system], asked.object)
    circumstances = _circumstances(workspace, asked)
    action, row = cast("Action", asked.action), _row(table, asked.row)
    question = Question(account.id, action, account.system, table.name, category, row, circumstances)
    decision = Decider(repository, workspace.rules).explain(question, workspace.at.date())
    sentence = (
        f"{asked.action} `{category}` of `{table.name}` for `{circumstances.purpose}` under `{circumstances.authority}`"
    )
    return Answer(question, decision, sentence)


def _place(system: System, name: str) -> tuple[TableMap, str]:
    parts = name.split(".")
    tables = {table.name: table for table in system.tables}
    table = tables.get(".".join(parts[:2]))
    if table is None or len(parts) > 3:
        raise InputError(
            f"`{name}` is no categorised table of `{system.name}`", f"name one of {', '.join(sorted(tables))}"
        )
    return table, table.columns.get(parts[2], table.category) if len(parts) == 3 else table.category


def _circumstances(workspace: Workspace, asked: Asked) -> Circumstances:
    repository, on = workspace.repository, workspace.at.date()
    if asked.purpose is None and asked.authority is None:
        every = contexts(repository, repository.accounts[asked.account], on)
        standing = next((c.circumstances for c in every if c.standing), None)
        return standing or Circumstances(UNDECLARED, NO_AUTHORITY)
    categories = agreed(repository, asked.agreement, on) if asked.agreement else frozenset[str]()
    return Circumstances(asked.purpose or UNDECLARED, asked.authority or NO_AUTHORITY, categories)


def _row(table: TableMap, given: Mapping[str, str]) -> dict[str, Value]:
    unknown = sorted(set(given) - set(table.attributes))
    if unknown:
        names = ", ".join(sorted(table.attributes)) or "none"
        raise InputError(f"`{table.name}` has no attribute `{unknown[0]}`", f"its attributes are: {names}")
    return {name: _value(name, attribute, given.get(name)) for name, attribute in table.attributes.items()}


def _value(name: str, attribute: RowAttribute, text: str | None) -> Value:
    """What the text means; an attribute not given is the ordinary case: false, empty, zero, or NULL where it may be."""
    if text is None:
        return None if attribute.optional else ORDINARY[attribute.type]
    try:
        return written(attribute.type, text)
    except ValueError as error:
        form, example = FORMS[attribute.type]
        raise InputError(f"`{name}` is {form}, not `{text}`", f"write --row {quote(f'{name}={example}')}") from error
