"""From the Cedar text of directives to one set of rules: parsed, named, validated strictly, within the profile."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

import cedarpy
from cedarpy import pst

from recuse.errors import PolicyError, Problem, UnsupportedRuleError
from recuse.model import Directive, Repository
from recuse.policy.assistance_schema import SCHEMA, on_assistance
from recuse.policy.permit_purposes import unknown_purposes
from recuse.policy.profile import Vocabulary, refusals
from recuse.policy.strictly import Strictly, means

_TOKEN: Final = re.compile(r'"(?:\\.|[^"\\])*"|//[^\r\n]*|;', re.DOTALL)
_COMMENT: Final = re.compile(r"(?:\s+|//[^\r\n]*)*")
_ANNOTATION: Final = re.compile(r'@id\(\s*"((?:\\.|[^"\\])*)"\s*\)')
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_POLICY: Final = re.compile(r"for policy `policy\d+`, ")


@dataclass(frozen=True, slots=True)
class Rule:
    """One Cedar policy of a directive; `template.id` is `id`, its `@id`, unique among all directives."""

    id: str
    directive: str
    effect: pst.Effect
    template: pst.Template


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of some directives, their text, and Cedar's handle to them, in which each is known by its `@id`.

    `rules` are those on rows, which alone are in the handle; `assistance` those on requests for assistance.
    """

    rules: tuple[Rule, ...]
    text: str
    policies: cedarpy.PolicySet = field(compare=False)
    assistance: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """The text of one rule up to its `;`, the line on which it begins, and from where to where it lies in the whole."""

    line: int
    text: str
    start: int
    end: int


def validate(repository: Repository, directives: Sequence[Directive]) -> RuleSet:
    """The rules of these directives as one policy set.

    Raises PolicyError with every problem found, each with the directive's file, the line where the rule begins and its
    `@id`; it is an UnsupportedRuleError when a construct among them is one that the profile refuses by name.
    """
    reading = _Reading(Strictly(repository), Vocabulary.of(repository), Vocabulary.of_assistance(repository))
    rules = [rule for directive in directives for rule in reading.rules(directive)]
    unknown = [problem for directive in directives for problem in unknown_purposes(repository, directive)]
    problems = sorted(dict.fromkeys(reading.unsound + reading.unsupported + unknown), key=lambda p: (p.file, p.line))
    if problems:
        kind = UnsupportedRuleError if reading.unsupported else PolicyError
        raise kind("\n".join(map(str, problems)), problems=tuple(problems))
    on_rows = [rule for rule in rules if not on_assistance(rule.template)]
    assistance = tuple(rule for rule in rules if on_assistance(rule.template))
    return replace(rule_set(on_rows, "\n".join(directive.cedar for directive in directives)), assistance=assistance)


def rule_set(rules: Sequence[Rule], text: str) -> RuleSet:
    """Rules with Cedar's handle to them; they are taken as they are."""
    nodes = pst.PolicySet(
        templates=pst.FrozenMap(),
        static_policies=pst.FrozenMap({rule.id: rule.template for rule in rules}),
        template_links=(),
    )
    return RuleSet(tuple(rules), text, cedarpy.PolicySet.from_pst(nodes))


def is_rule_id(name: str) -> bool:
    """Whether a rule can have this `@id`."""
    return _ID.fullmatch(name) is not None


def split(text: str) -> Iterator[Part]:
    """The rules of a Cedar text, cut after each `;` that is not in a string or comment; for places only."""
    start = 0
    ends = [token.end() for token in _TOKEN.finditer(text) if token[0] == ";"]
    for end in (*ends, len(text)):
        skipped = _COMMENT.match(text, start, end)
        begin = skipped.end() if skipped else start
        if begin < end:
            yield Part(text.count("\n", 0, begin) + 1, text[begin:end], begin, end)
        start = end


@dataclass(slots=True)
class _Reading:
    strictly: Strictly
    vocabulary: Vocabulary
    of_assistance: Vocabulary
    unsound: list[Problem] = field(default_factory=list)
    unsupported: list[Problem] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)  # rule id -> file and line

    def rules(self, directive: Directive) -> Iterator[Rule]:
        """A directive's rules that have a name; problems are noted."""
        file = f"directives/{directive.id}/directive.cedar"
        parts = list(split(directive.cedar))
        try:
            nodes = cedarpy.policies_to_pst(directive.cedar)
        except ValueError as error:
            self.unsound.extend(_broken(file, parts, str(error)))
            return
        lines = dict(enumerate(part.line for part in parts))
        both = chain(nodes.static_policies.items(), nodes.templates.items())
        found = {int(key.removeprefix("policy")): template for key, template in both}
        named: dict[str, tuple[int, str]] = {}
        for position, template in sorted(found.items(), key=lambda item: item[0]):
            line = lines.get(position, 0)
            name = self._name(file, line, position, template)
            named[template.id] = (line, name)
            vocabulary = self.of_assistance if on_assistance(template) else self.vocabulary
            for refusal in refusals(template, vocabulary):
                message = f"rule `{name}` {refusal.construct}"
                self.unsupported.append(Problem(file, line, message, refusal.remedy))
            yield Rule(name, directive.id, template.effect, replace(template, id=name))
        templates = [template for _, template in sorted(found.items(), key=lambda item: item[0])]
        for policy, said in self._unsound(directive.cedar, [part.text for part in parts], templates):
            line, name = named.get(policy, (0, policy))
            reason = _POLICY.sub("", said)
            self.unsound.append(Problem(file, line, f"rule `{name}`: {reason}"))

    def _unsound(self, text: str, parts: Sequence[str], templates: Sequence[pst.Template]) -> Iterator[tuple[str, str]]:
        """Each rule that Cedar's strict validation refuses, and its words; each is held against its own schema."""
        apart = [on_assistance(template) for template in templates]
        if not any(apart):
            yield from ((wrong.policy_id, wrong.error) for wrong in self.strictly.errors(text, parts, templates))
            return
        if not means(text := "\n".join(parts), templates):
            yield "policy0", "the text cannot be cut into its rules: begin each with `@id`, and end it with `;`"
            return
        for assistance in (False, True):
            places = [place for place, each in enumerate(apart) if each is assistance]
            some = [parts[place] for place in places]
            text = "\n".join(some)
            wrongs = (
                cedarpy.validate_policies(text, cedarpy.Schema.from_str(SCHEMA)).errors
                if assistance
                else self.strictly.errors(text, some, [templates[place] for place in places])
            )
            for wrong in wrongs:
                number = wrong.policy_id.removeprefix("policy")
                yield f"policy{places[int(number)]}" if number.isdigit() else wrong.policy_id, wrong.error

    def _name(self, file: str, line: int, position: int, template: pst.Template) -> str:
        """The rule's `@id`, or its number where it has no usable one."""
        name, number = template.annotations.get("id", ""), f"number {position + 1}"
        if not is_rule_id(name):
            message = f"rule {number} has no usable `@id`"
            remedy = 'write `@id("…")` above it, of letters, digits, `.`, `_` and `-`'
            self.unsound.append(Problem(file, line, message, remedy))
            return number
        if name in self.places:
            message = f"rule `{name}` has the `@id` of another rule"
            self.unsound.append(Problem(file, line, message, f"the other is at {self.places[name]}; rename one"))
        self.places.setdefault(name, f"{file}:{line}")
        return name


def _broken(file: str, parts: Sequence[Part], reason: str) -> Iterator[Problem]:
    """The rules that do not parse by themselves; the whole text where each does."""
    remedy = "correct the rule; Cedar's grammar is at docs.cedarpolicy.com"
    found = False
    for part in parts:
        try:
            cedarpy.policies_to_pst(part.text)
        except ValueError as error:
            found = True
            name = _ANNOTATION.search(part.text)
            rule = f"rule `{name[1]}`" if name else "a rule without a readable `@id`"
            yield Problem(file, part.line, f"{rule} is not valid Cedar: {error}", remedy)
    if not found:
        yield Problem(file, 0, f"not valid Cedar: {reason}", remedy)
