"""Every error that `recuse` raises on purpose, as one tree.

    RecuseError                      one sentence: what, where; `remedy` says how to mend it; `exit_code`
    ├── InputError                   (2) what the caller gave is not usable
    │   ├── RepositoryError          the policy repository: every problem found, each with file and line
    │   ├── ContentError             the content folder: every problem found, each with file and line
    │   ├── DirectiveError           a directive or confirmation is malformed or not in force
    │   │   └── SignatureError       a signature is missing, wrong, or by the wrong person, key, role or time
    │   ├── MalformedError           a program's request is not what the interface takes
    │   ├── PolicyError              Cedar text that does not validate
    │   │   └── UnsupportedRuleError a rule that cannot be enforced exactly; refused by name
    │   └── PlanError                a plan file that cannot be read or used
    │       ├── StalePlanError       the database is not as it was when the plan was made
    │       └── RefutedError         a plan does not do what the rules say; the message holds a row that shows it
    ├── LedgerError                  (2) the ledger is damaged, locked, or does not verify
    │   └── LedgerBusyError          another process writes to it now
    ├── TargetError                  (2) a database could not be used
    │   ├── UnreachableError         no connection
    │   ├── MissingRightError        the connection lacks a right that the verb needs
    │   └── ApplyError               a statement failed; the tight state stands
    ├── AlertError                   (2) an alert did not go out
    ├── NoDecisionError              (2) a decision point gave no answer that a program may act on
    └── RefusedError                 (1) the policy says no
        ├── DeniedError              a decision point's denial: why, by which rules, and what would open it
        └── LoginError               who came to the console is not let in; `code` names the check

Messages are lower case, hold the caller's words in backticks, and name no Python types.
"""

from collections.abc import Mapping
from dataclasses import dataclass


class RecuseError(Exception):
    """The root: a sentence for a person, and the remedy beside it."""

    exit_code: int = 2

    def __init__(self, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return self.message if self.remedy is None else f"{self.message}; {self.remedy}"


class InputError(RecuseError):
    """What the caller gave is not usable."""


class MalformedError(InputError):
    """A program's request is not what the interface takes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place of the policy repository, or of the content folder.

    `line` counts from 1; 0 means the whole file.
    """

    file: str
    line: int
    message: str
    remedy: str | None = None

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message}" + (f" ({self.remedy})" if self.remedy else "")


class RepositoryError(InputError):
    """The policy repository cannot be used; `problems` holds everything found, in file and line order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


class ContentError(InputError):
    """The content folder cannot be used; `problems` holds everything found, in file and line order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


class DirectiveError(InputError):
    """A directive or confirmation is malformed, or does not fit what it names."""


class SignatureError(DirectiveError):
    """A signature is missing, wrong, or by the wrong person, key, role or time."""


class PolicyError(InputError):
    """Cedar text that does not parse or validate; `problems` holds what was found where places are known."""

    def __init__(self, message: str, remedy: str | None = None, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, remedy)
        self.problems = problems


class UnsupportedRuleError(PolicyError):
    """A rule that cannot be enforced exactly in the target; named, never approximated."""


class PlanError(InputError):
    """A plan that cannot be made, read or used."""


class StalePlanError(PlanError):
    """The facts found are not those the plan was made on."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A row (by column, None for NULL) that a class role reaches and must not, or must and does not, by a command.

    `admitted` and `permits` say in which session: whether the account is admitted, for which classes it has a permit.
    """

    role: str
    table: str
    command: str
    shown: bool
    row: Mapping[str, object]
    admitted: bool
    permits: frozenset[str]


class RefutedError(PlanError):
    """A plan does not do what the rules say; `counterexample` is a row that shows it, where rows are concerned."""

    def __init__(self, message: str, remedy: str | None = None, counterexample: Counterexample | None = None) -> None:
        super().__init__(message, remedy)
        self.counterexample = counterexample


class LedgerError(RecuseError):
    """The ledger is damaged, locked, or does not verify."""


class LedgerBusyError(LedgerError):
    """Another process writes to the ledger now; later it can be written to."""


class TargetError(RecuseError):
    """A database could not be used as asked."""


class HaltedError(TargetError):
    """Somebody stopped all answers, and says why to everyone who asks."""


class UnreachableError(TargetError):
    """No connection to the database."""


class MissingRightError(TargetError):
    """The connection lacks a right that the verb needs."""


class ApplyError(TargetError):
    """A statement of a plan failed; what was tightened stays tight, and the sessions in `ended` are gone.

    `lost`: nobody answered, so whether the last transaction was done is not known here.
    """

    ended: tuple[object, ...] = ()
    lost: bool = False


class AlertError(RecuseError):
    """An alert did not go out: the channel failed, or took too long."""


class RefusedError(RecuseError):
    """The policy says no."""

    exit_code = 1


class NoDecisionError(RecuseError):
    """A decision point gave no answer that a program may act on: it must not go on.

    `request_id` is what the program sent as `X-Request-ID`, by which both sides find the request; empty before sending.
    """

    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Circumstances in which what was denied is permitted: a purpose, an authority, the categories of an agreement."""

    purpose: str
    authority: str
    agreed: tuple[str, ...] = ()


class DeniedError(RefusedError):
    """A decision point denied what a program asked.

    `reason` is the code, `reason_user` the sentence for the person, `rules` those that determined it, `would_change`
    the circumstances in which the same is permitted, `evaluation_id` the name of this answer in the point's record.
    """

    reason: str = ""
    reason_user: str = ""
    rules: tuple[str, ...] = ()
    would_change: tuple[Opening, ...] = ()
    evaluation_id: str = ""


class LoginError(RefusedError):
    """Who came to the console is not let in; `code` names the check that failed, for the record.

    `wait` says after how many seconds to try again, where that is known; 0 elsewhere.
    """

    def __init__(self, code: str, message: str, remedy: str | None = "begin the login again", wait: int = 0) -> None:
        super().__init__(message, remedy)
        self.code = code
        self.wait = wait
