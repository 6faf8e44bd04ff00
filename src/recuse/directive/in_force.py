"""What is in force: directives that one official signed, another confirmed, and no later one supersedes.

Rules kept here:
- what was signed is what stands in the files: the directive's bytes, its Cedar text, and the files outside directives/;
- two persons, two keys, two roles, both in office at the moment in question; a key listed for both counts as one;
- a confirmation holds for one directive and one signature of it, and may refuse;
- the later of the two effective times counts;
- one signature alone puts nothing in force: an emergency rests on it (`on_one_signature`), until it lapses.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Final, assert_never

from recuse.directive.claims import ROLES, Claim, moment_text, signer
from recuse.directive.officials import same_name, share_a_key
from recuse.errors import DirectiveError, SignatureError
from recuse.model import Confirmation, Directive, Official, SignedDirective

_CONFIRM_AGAIN: Final = "confirm the directive again"


@dataclass(frozen=True, slots=True)
class Attested:
    """A directive with the two officials who made it, in force from `effective` on."""

    directive: Directive
    directed_by: Official
    confirmed_by: Official
    effective: datetime


@dataclass(frozen=True, slots=True)
class Directed:
    """A directive that one official signed, and that nobody has confirmed or refused."""

    directive: Directive
    directed_by: Official


def check_attested(
    signed: SignedDirective, officials: Mapping[str, Official], policy_sha256: str, at: datetime
) -> Attested:
    """The directive with its officials, if both signatures hold and it is effective at this moment.

    `policy_sha256` is the hexadecimal digest of the files outside directives/ as they are now. Raises `SignatureError`
    for a signature that is missing or does not hold, and `DirectiveError` for contents that are not those signed, a
    confirmation that refuses, and an effective time still to come.
    """
    found = _examine(signed, officials, policy_sha256, Moment(at))
    match found:
        case Attested():
            return found
        case _Pending():
            raise found.error
        case _:
            assert_never(found)


@dataclass(frozen=True, slots=True)
class Moment:
    """When directives are judged: `at`, but terms of office at the time of the ledger entry where there is one.

    `recorded` holds those times by the hexadecimal SHA-256 of the directive's bytes: an official who signed in office
    and has left since does not undo what was done. `lapsed` are the digests of directives that were applied as an
    emergency and not confirmed in time.
    """

    at: datetime
    recorded: Mapping[str, datetime] = field(default_factory=dict)
    lapsed: frozenset[str] = frozenset()

    def of(self, directive: Directive) -> datetime:
        """When the signers of this directive must have been in office."""
        return self.recorded.get(_digest(directive.raw), self.at)


def in_force(
    directives: Mapping[str, SignedDirective], officials: Mapping[str, Official], policy_sha256: str, moment: Moment
) -> tuple[Attested, ...]:
    """The directives in force at a moment, in the order of their ids.

    Drafts, and directives unconfirmed, refused or still to come, are left out, and so is what a directive in force
    supersedes, whatever became of its signatures or its signers' terms. Any other directive that fails
    `check_attested` raises its error: leaving it out could drop the very rule that forbids.
    """
    standing = _standing(directives, officials, policy_sha256, moment)
    return tuple(each for each in standing if isinstance(each, Attested))


def on_one_signature(
    directives: Mapping[str, SignedDirective], officials: Mapping[str, Official], policy_sha256: str, moment: Moment
) -> tuple[Attested | Directed, ...]:
    """What would be in force if every directive that waits for its second signature alone were confirmed.

    Left out are those that lapsed, were refused or are still to come; they raise as with `in_force`.
    """
    return _standing(directives, officials, policy_sha256, moment, alone=True)


def _standing(
    directives: Mapping[str, SignedDirective],
    officials: Mapping[str, Official],
    policy_sha256: str,
    moment: Moment,
    *,
    alone: bool = False,
) -> tuple[Attested | Directed, ...]:
    standing: dict[str, Attested | Directed] = {}
    failed: dict[str, DirectiveError] = {}
    for name in sorted(directives):
        try:
            found = _examine(directives[name], officials, policy_sha256, moment)
        except DirectiveError as error:
            failed[name] = error
            continue
        match found:
            case Attested():
                standing[name] = found
            case _Pending(alone=Directed() as directed) if alone:
                standing[name] = directed
            case _:
                pass
    ended = _superseded([each.directive for each in standing.values()], directives)
    for name, failure in failed.items():
        if name not in ended:
            raise failure
    return tuple(each for name, each in standing.items() if name not in ended)


def drafts(directives: Mapping[str, SignedDirective], lapsed: frozenset[str] = frozenset()) -> tuple[Directive, ...]:
    """What would be in force if every directive were signed, confirmed and effective; in the order of their ids.

    But for what `lapsed` names by digest: it was tried on one signature, and nobody gave the second.
    """
    every = (directives[name].directive for name in sorted(directives))
    all_of_them = [directive for directive in every if _digest(directive.raw) not in lapsed]
    ended = _superseded(all_of_them, directives)
    return tuple(d for d in all_of_them if d.id not in ended)


@dataclass(frozen=True, slots=True)
class _Pending:
    """Nobody falsified the directive; a signature, a confirmation or time is missing.

    `alone` is set where nothing but the second signature is missing.
    """

    error: DirectiveError
    alone: Directed | None = None


def _examine(
    signed: SignedDirective, officials: Mapping[str, Official], policy_sha256: str, moment: Moment
) -> Attested | _Pending:
    directive, confirmation = signed.directive, signed.confirmation
    at = moment.of(directive)
    name = f"directive `{directive.id}`"
    if signed.signature is None:
        return _Pending(SignatureError(f"{name} is not signed", "let the directing official run `recuse sign`"))
    directed = Claim(name, directive.raw, signed.signature, "direct", directive.directed_by)
    directed_by = signer(directed, officials, at)
    _check_contents(directive, policy_sha256)
    if confirmation is None or signed.confirmation_signature is None:
        waits = directive.effective <= moment.at and _digest(directive.raw) not in moment.lapsed
        return _Pending(
            SignatureError(f"{name} is not confirmed", "let the confirming official run `recuse confirm`"),
            Directed(directive, directed_by) if waits else None,
        )
    confirmed = Claim(
        f"the confirmation of `{directive.id}`",
        confirmation.raw,
        signed.confirmation_signature,
        "confirm",
        confirmation.confirmed_by,
    )
    confirmed_by = signer(confirmed, officials, at)
    _check_confirmation(directive, signed.signature, confirmation)
    _check_two_persons(directive, directed_by, confirmed_by)
    if confirmation.decision == "refuse":
        reason = f"{name} was refused by `{confirmed_by.id}`"
        return _Pending(DirectiveError(reason, "a directive that was refused needs a new text and two new signatures"))
    effective = max(directive.effective, confirmation.effective)
    if effective > moment.at:
        return _Pending(DirectiveError(f"{name} takes effect at {moment_text(effective)}", "wait until then"))
    return Attested(directive, directed_by, confirmed_by, effective)


def _check_contents(directive: Directive, policy_sha256: str) -> None:
    if _digest(directive.cedar.encode()) != directive.cedar_sha256:
        raise DirectiveError(
            f"directive `{directive.id}`: its Cedar text is not the one that was signed", "restore `directive.cedar`"
        )
    if policy_sha256 != directive.policy_sha256:
        raise DirectiveError(
            f"directive `{directive.id}`: the files outside `directives/` are not those that were signed",
            "restore them, or direct the change by a new directive",
        )


def _check_confirmation(directive: Directive, signature: bytes, confirmation: Confirmation) -> None:
    if confirmation.directive_sha256 != _digest(directive.raw):
        raise DirectiveError(f"the confirmation of `{directive.id}` is of another directive", _CONFIRM_AGAIN)
    if confirmation.directive_signature_sha256 != _digest(signature):
        raise DirectiveError(f"the confirmation of `{directive.id}` is of another signature", _CONFIRM_AGAIN)


def _check_two_persons(directive: Directive, directed_by: Official, confirmed_by: Official) -> None:
    """Two entries of the register may be one person: the same name or the same key material is enough to refuse."""
    if same_name(directed_by, confirmed_by):
        raise SignatureError(
            f"directive `{directive.id}` is directed and confirmed by the same person, `{confirmed_by.name}`",
            "let a second official confirm it",
        )
    if share_a_key(directed_by, confirmed_by):
        raise SignatureError(
            f"directive `{directive.id}`: `{directed_by.id}` and `{confirmed_by.id}` hold the same key",
            "give each official a key of their own",
        )
    if directive.confirm_role not in confirmed_by.roles:
        raise SignatureError(
            f"the confirmation of `{directive.id}` is signed by `{confirmed_by.id}`, who has not the role "
            f"`{directive.confirm_role}` that the directive asks for",
            ROLES,
        )


def _superseded(standing: Iterable[Directive], known: Mapping[str, SignedDirective]) -> frozenset[str]:
    """The ids that these directives end; raises `DirectiveError` for an unknown id or a circle, which would end all."""
    ended_by = {directive.id: directive.supersedes for directive in standing}
    for name, ended in ended_by.items():
        for other in ended:
            if other not in known:
                raise DirectiveError(
                    f"directive `{name}` supersedes `{other}`, which is not in the repository", "correct the id"
                )
    try:
        TopologicalSorter(ended_by).prepare()
    except CycleError as error:
        circle = ", ".join(f"`{name}`" for name in error.args[1][1:])
        raise DirectiveError(f"directives {circle} supersede each other", "let only the later one supersede") from None
    return frozenset(other for ended in ended_by.values() for other in ended)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
