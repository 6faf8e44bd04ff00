"""Validation: every construct that is refused, by the exact words in which it is; and what is let through."""

import re
from dataclasses import replace

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.errors import PolicyError, UnsupportedRuleError
from recuse.model import Directive, Repository, RowAttribute
from recuse.policy.profile import Vocabulary
from recuse.policy.schema import cedar_schema
from recuse.policy.validate import RuleSet, split, validate
from tests.unit.policy.conftest import DIRECTIVE, with_cedar

FILE = f"directives/{DIRECTIVE}/directive.cedar"


def rule(condition: str, head: str = "principal, action, resource") -> str:
    return f'@id("r") forbid ({head}) when {{ {condition} }};'


UNSUPPORTED = {
    "arithmetic +": (rule("resource has charges && resource.charges + 1 > 2"), "uses arithmetic"),
    "arithmetic -": (rule("resource has charges && resource.charges - 1 > 2"), "uses arithmetic"),
    "arithmetic *": (rule("resource has charges && resource.charges * 2 > 2"), "uses arithmetic"),
    "negation": (rule("resource has charges && -resource.charges > 2"), "uses arithmetic"),
    "tags": (rule('resource.hasTag("x")'), "uses tags"),
    "decimal": (rule('decimal("1.0").lessThan(decimal("2.0"))'), "uses decimal numbers"),
    "record": (rule("{a: 1} == {a: 1}"), "uses a record"),
    "date arithmetic": (
        rule('datetime("2019-07-12").offset(duration("1d")) < datetime("2020-01-01")'),
        "uses arithmetic on dates",
    ),
    "constructor": (
        rule("resource has district && ip(resource.district).isLoopback()", "principal, action, resource is T"),
        "uses `ip` of something not written out",
    ),
    "attribute of a literal": (
        rule('Account::"blotter/records_app".personal'),
        "uses an attribute of an attribute",
    ),
    "deep has": (rule("principal has serves.personal"), "uses an attribute of an attribute"),
    "template": (
        '@id("r") permit (principal == ?principal, action, resource);',
        "is a template with a slot `?principal`",
    ),
    "row in a condition": (
        rule('resource == blotter::records::person::"1"'),
        "names a single row of `blotter::records::person`",
    ),
    "row in the head": (
        '@id("r") forbid (principal, action, resource == blotter::records::person::"1");',
        "names a single row of `blotter::records::person`",
    ),
    "row in a set": (
        rule('resource in [Category::"custody", blotter::records::person::"1"]'),
        "names a single row of `blotter::records::person`",
    ),
    "misspelt agency": (
        '@id("r") forbid (principal in Agency::"fed.homeland.boarder", action, resource);',
        "names unknown agency `fed.homeland.boarder` (did you mean `fed.homeland.border`?)",
    ),
    "misspelt account": (
        '@id("r") forbid (principal == Account::"blotter/removal_17", action, resource);',
        "names unknown account `blotter/removal_17` (did you mean `blotter/removal_017`?)",
    ),
    "misspelt purpose": (
        rule('context.purpose in Purpose::"imm.civil_enforcment"'),
        "names unknown purpose `imm.civil_enforcment` (did you mean `imm.civil_enforcement`?)",
    ),
    "misspelt authority": (
        rule('context.authority in Authority::"administrativ"'),
        "names unknown authority `administrativ` (did you mean `administrative`?)",
    ),
    "misspelt category": (
        '@id("r") forbid (principal, action, resource in Category::"arrest_records");',
        "names unknown category `arrest_records` (did you mean `arrest_record`?)",
    ),
    "misspelt in a set": (
        rule('[Category::"custody", Category::"custdy"].contains(resource.category)'),
        "names unknown category `custdy` (did you mean `custody`?)",
    ),
    "misspelt below a type": (
        '@id("r") forbid (principal is Account in Agency::"fed.homelnd", action, resource);',
        "names unknown agency `fed.homelnd` (did you mean `fed.homeland`?)",
    ),
    "misspelt in a branch": (
        rule('if resource.public then true else principal in Agency::"fed.homelnd"'),
        "names unknown agency `fed.homelnd` (did you mean `fed.homeland`?)",
    ),
    "misspelt attribute": (
        rule("resource has seald && resource.seald"),
        "asks for unknown attribute `seald` of `resource` (did you mean `sealed`?)",
    ),
    "agency by ==": (
        rule('principal == Agency::"fed.homeland.border"'),
        "asks whether an account is equal to an agency, which none ever is (use `in`)",
    ),
    "category by ==": (
        rule('resource == Category::"custody"'),
        "asks whether a row is equal to a category, which none ever is (use `in`)",
    ),
    "purpose with authority": (
        rule('context.purpose != Authority::"judicial"'),
        "asks whether a purpose is equal to an authority, which none ever is (compare like with like)",
    ),
    "purpose in authority": (
        rule('context.purpose in [Purpose::"imm", Authority::"judicial"]'),
        "asks whether a purpose is in an authority, which none ever is (compare like with like)",
    ),
    "agency in a condition's is": (
        rule("principal is Agency"),
        "asks whether an account is of type `Agency`, which none ever is (correct the type)",
    ),
    "resource is a category": (
        rule("resource is Category"),
        "asks whether a row is of type `Category`, which none ever is (correct the type)",
    ),
    "is in the wrong tree": (
        rule('principal is Account in Purpose::"imm"'),
        "asks whether an account is in a purpose, which none ever is (compare like with like)",
    ),
    "branches of a choice": (
        rule('(if resource.public then context.purpose else context.purpose) == Authority::"judicial"'),
        "asks whether a purpose is equal to an authority, which none ever is (compare like with like)",
    ),
}


# Cedar's strict validator refuses these too, in its own words.
BOTH = {"constructor", "deep has", "row in a set", "purpose in authority"}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_each_construct_is_refused_by_name(case: str, repository: Repository, directive: Directive) -> None:
    cedar, construct = UNSUPPORTED[case]
    with pytest.raises(UnsupportedRuleError) as raised:
        validate(repository, [with_cedar(directive, f"\n\n{cedar.replace('is T', 'is blotter::records::arrest')}")])
    assert f"{FILE}:3: rule `r` {construct}" in str(raised.value)
    assert len(raised.value.message.splitlines()) == (2 if case in BOTH else 1)


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_cedars_own_validation_lets_most_of_them_pass(case: str, repository: Repository) -> None:
    """The reason for the profile."""
    cedar = UNSUPPORTED[case][0].replace("is T", "is blotter::records::arrest")
    assert cedarpy.validate_policies(cedar, cedar_schema(repository)).validation_passed is (case not in BOTH)


UNSOUND = {
    "no id": ("permit (principal, action, resource);", "rule number 1 has no usable `@id`"),
    "blank id": ('@id("") permit (principal, action, resource);', "rule number 1 has no usable `@id`"),
    "odd id": ('@id("a`b") permit (principal, action, resource);', "rule number 1 has no usable `@id`"),
    "misspelt action": (
        '@id("r") permit (principal, action == Action::"raed", resource);',
        "rule `r` names unknown action `raed` (did you mean `read`?)",
    ),
    "misspelt among actions": (
        '@id("r") permit (principal is Account, action in [Action::"read", Action::"wriet"], resource);',
        "rule `r` names unknown action `wriet` (did you mean `write`?)",
    ),
    "agency as principal": (
        '@id("r") forbid (principal == Agency::"fed.homeland", action, resource);',
        "rule `r` asks whether an account is equal to an agency, which none ever is (use `in`)",
    ),
    "a space that is none to Cedar": (
        '@id("r") permit (principal, action, resource);\x1c@id("s") permit (principal, action, resource);',
        "invalid token",
    ),
    "unguarded attribute": (
        rule("resource.sealed"),
        "rule `r`: attribute `sealed` on entity type `blotter::records::status_exchange` not found",
    ),
    "unguarded optional": (
        rule("resource.juvenile", "principal, action, resource is blotter::records::arrest"),
        "rule `r`: unable to guarantee safety of access to optional attribute `juvenile`",
    ),
    "unknown type": (rule('principal in Group::"x"'), "rule `r`: unrecognized entity type `Group`"),
    "types mixed": (rule('resource.public == "yes"'), "rule `r`: the types Bool and String are not compatible"),
    "half a rule": (
        '@id("r") permit (principal, action, resource',
        "rule `r` is not valid Cedar: unexpected end of input",
    ),
    "no rule at all": ("allow everything;", "a rule without a readable `@id` is not valid Cedar: "),
}


@pytest.mark.parametrize("case", UNSOUND)
def test_unsound_text_names_file_line_and_rule(case: str, repository: Repository, directive: Directive) -> None:
    cedar, message = UNSOUND[case]
    with pytest.raises(PolicyError) as raised:
        validate(repository, [with_cedar(directive, f"// heading;\n\n{cedar}")])
    said = raised.value.message
    where = f"{FILE}: not valid Cedar" if message == "invalid token" else f"{FILE}:3"
    assert f"{where}: {message}" in said
    assert "policy0" not in said


def test_all_problems_come_at_once(repository: Repository, directive: Directive) -> None:
    cedar = "\n".join(
        [
            '@id("one") permit (principal in Agency::"fed.homelnd", action, resource);',
            '@id("two") permit (principal, action, resource) when { resource.sealed };',
            '@id("two") permit (principal, action, resource) when { {a: 1} == {a: 1} };',
        ]
    )
    other = replace(directive, id="2020-01-01-other", cedar='@id("one") permit (principal, action, resource;')
    with pytest.raises(UnsupportedRuleError) as raised:
        validate(repository, [with_cedar(directive, cedar), other])
    places = [re.sub(r": .*", "", line) for line in raised.value.message.splitlines()]
    assert [place.replace(f"{FILE}:", "") for place in places] == [
        "1",
        "2",
        "2",
        "3",
        "3",
        "directives/2020-01-01-other/directive.cedar:1",
    ]


def test_one_id_in_two_directives(repository: Repository, directive: Directive) -> None:
    other = replace(directive, id="2020-01-01-other", cedar='\n@id("sealed") permit (principal, action, resource);')
    with pytest.raises(PolicyError) as raised:
        validate(repository, [directive, other])
    line = directive.cedar[: directive.cedar.index('@id("sealed")')].count("\n") + 1
    assert raised.value.message == (
        "directives/2020-01-01-other/directive.cedar:2: rule `sealed` has the `@id` of another rule "
        f"(the other is at {FILE}:{line}; rename one)"
    )


def test_rules_of_two_directives_form_one_set(repository: Repository, directive: Directive, rules: RuleSet) -> None:
    cedar = '@id("more") permit (principal, action == Action::"read", resource is blotter::records::person);'
    other = replace(directive, id="2020-01-01-other", cedar=cedar)
    found = validate(repository, [directive, other])
    assert [r.id for r in found.rules] == [*(r.id for r in rules.rules), "more"]
    assert (found.rules[-1].directive, found.rules[-1].effect) == ("2020-01-01-other", "permit")
    assert len(cedarpy.PolicySet.from_str(found.text)) == len(found.policies) == len(found.rules)


def test_no_rule_is_a_set_too(repository: Repository, directive: Directive) -> None:
    assert validate(repository, [with_cedar(directive, "// nothing\n")]).rules == ()
    assert validate(repository, []).rules == ()


SUPPORTED = [
    'resource has district && resource.district like "4*"',
    'resource has district && ["1", "2"].contains(resource.district)',
    "resource has charges && resource.charges >= -3",
    "principal.personal",
    'principal.serves.contains(Agency::"fed.justice.bureau")',
    'principal == Account::"blotter/records_app"',
    'principal in [Agency::"fed.homeland", Agency::"fusion.tworivers"]',
    'principal is Account in Agency::"fed.homeland"',
    'resource is blotter::records::person && resource in Category::"person_identity"',
    "context.agreed.contains(resource.category)",
    'resource.category in Category::"custody"',
    'action in Action::"write" || action == Action::"read"',
    "if resource.public then false else true",
    'context.purpose != Purpose::"undeclared"',
    'ip("10.0.0.1").isInRange(ip("10.0.0.0/8"))',
]


@pytest.mark.parametrize("condition", SUPPORTED)
def test_what_can_be_enforced_is_let_through(condition: str, repository: Repository, directive: Directive) -> None:
    (found,) = validate(repository, [with_cedar(directive, rule(condition))]).rules
    assert found.id == "r"


PIECES = st.sampled_from(
    ['@id("a") ', "permit", "(principal, action, resource)", ";", '"; // "', "// x; \n", "\r\n", '\\"', "when { true }"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_rules_are_cut_where_cedar_cuts_them(text: str) -> None:
    """Only places in messages rest on it; a text that Cedar accepts must be cut into as many rules as it has."""
    try:
        count = len(cedarpy.PolicySet.from_str(text))
    except ValueError:
        return
    assert len(list(split(text))) == count


@given(st.lists(st.sampled_from(["// a;b\n", "\n", '@why("x;y // z") ', "// c\r"]), max_size=4), st.integers(1, 4))
def test_the_line_of_a_rule_is_where_it_begins(before: list[str], count: int) -> None:
    lead = "".join(piece for piece in before if not piece.startswith("@"))
    text = "".join(f'{lead}@note("x;y // z") permit (principal, action, resource);' for _ in range(count))
    assert len(cedarpy.PolicySet.from_str(text)) == count
    assert [part.line for part in split(text)] == [lead.count("\n") * (n + 1) + 1 for n in range(count)]


TYPED = {
    "agency": RowAttribute("agency", "Agency", False),
    "reason": RowAttribute("reason", "Purpose", False),
    "handler": RowAttribute("handler", "Account", False),
    "sort": RowAttribute("sort", "Category", False),
    "seen": RowAttribute("seen", "datetime", False),
    "born": RowAttribute("born", "date", False),
    "net": RowAttribute("net", "ipaddr", False),
    "tags": RowAttribute("tags", "Set<String>", False),
    "ref": RowAttribute("ref", "uuid", False),
}


@pytest.fixture
def typed(repository: Repository) -> Repository:
    """The repository with an attribute of every type on every table."""
    systems = {
        name: replace(system, tables=tuple(replace(table, attributes=TYPED) for table in system.tables))
        for name, system in repository.systems.items()
    }
    return replace(repository, systems=systems)


@pytest.mark.parametrize(
    "condition",
    [
        "principal in resource.agency",
        'resource.agency in Agency::"fed.homeland" && resource.agency is Agency',
        "principal.serves.contains(resource.agency)",
        "resource.handler == principal || principal in resource.handler",
        'resource.handler in Agency::"fed.homeland"',
        "context.purpose in resource.reason",
        "context.agreed.contains(resource.sort) && resource in resource.sort",
        'resource.seen < datetime("2019-07-12T00:00:00-0500") && resource.born == datetime("2019-07-12")',
        'resource.net.isInRange(ip("10.0.0.0/8")) || resource.net.isLoopback() || resource.net == ip("::1")',
        'resource.tags.contains("a") || resource.tags.containsAny(["b"]) || ["c"].containsAll(resource.tags)',
        'resource.tags.isEmpty() || resource.tags == ["a", "b"]',
        'resource.ref == "6a1f4f3e-0000-4000-8000-000000000001"',
    ],
)
def test_rules_may_ask_about_attributes_of_every_type(condition: str, typed: Repository, directive: Directive) -> None:
    assert validate(typed, [with_cedar(directive, rule(condition))]).rules


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (
            'resource.agency == Purpose::"own"',
            "asks whether an agency is equal to a purpose, which none ever is (compare like with like)",
        ),
        (
            "principal == resource.agency",
            "asks whether an account is equal to an agency, which none ever is (use `in`)",
        ),
        (
            "context.purpose in resource.agency",
            "asks whether a purpose is in an agency, which none ever is (compare like with like)",
        ),
        ("resource.agency is Purpose", "asks whether an agency is of type `Purpose`, which none ever is"),
        ('resource.agency == Agency::"fed.homelnd"', "names unknown agency `fed.homelnd`"),
        ('resource.handler in Account::"blotter/nobody"', "names unknown account `blotter/nobody`"),
        ('resource.seen.offset(duration("1d")) < datetime("2020-01-01")', "uses arithmetic on dates"),
        ("resource.handler.personal", "uses an attribute of an attribute"),
    ],
)
def test_what_no_id_in_a_column_ever_is(condition: str, told: str, typed: Repository, directive: Directive) -> None:
    with pytest.raises(UnsupportedRuleError) as raised:
        validate(typed, [with_cedar(directive, rule(condition))])
    assert f"rule `r` {told}" in str(raised.value)


def test_an_attribute_of_two_types_is_of_no_kind(typed: Repository) -> None:
    [system] = typed.systems.values()
    first, *others = system.tables
    other = replace(first, attributes=TYPED | {"agency": RowAttribute("agency", "Purpose", False)})
    mixed = replace(typed, systems={system.name: replace(system, tables=(other, *others))})
    vocabulary = Vocabulary.of(mixed)
    assert "agency" not in vocabulary.kinds
    assert vocabulary.kinds["reason"] == "Purpose"
