"""A plain rule as a sentence for people, with the names that the policy repository has for agencies.

Ids of purposes, authorities and categories stand in backticks: they have no other name.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from recuse.model import ACTIONS, ASSISTANCE, Agency
from recuse.policy.plain.records import Branches, PlainRule, Terms, on_assistance

_VERBS: Final[Mapping[str, str]] = {"read": "read", "insert": "add", "update": "change", "delete": "delete"}
_HELP: Final[Mapping[str, str]] = {
    "data_access": "data", "clarification": "a clarification", "detainer": "compliance with a detainer",
    "notification_of_release": "notification of a release", "custody_transfer": "a transfer of custody",
    "interview": "an interview", "facility_use": "use of a facility", "joint_operation": "a joint operation",
    "bulk_extract": "a bulk extract", "standing_access": "standing access",
}  # fmt: skip
BELOW: Final = "or below it"


def to_sentence(rule: PlainRule, agencies: Mapping[str, Agency]) -> str:
    """What a rule says, in one sentence, with a second one for what it does not apply to."""
    subject = _subject(rule, agencies)
    may = "may" if rule.effect == "permit" or subject == "Nobody" else "may not"
    parts = [subject, may, _deed(rule), *_conditions(rule)]
    said = " ".join(part for part in parts if part)
    ending = ", whatever other rules open." if rule.effect == "forbid" else "."
    exceptions = [*_exceptions(rule.unless, agencies)]
    return said + ending + (f" This does not apply {listed(exceptions)}." if exceptions else "")


def listed(parts: Sequence[str], word: str = "or") -> str:
    """Parts in a row: `a`, `a or b`, `a, b or c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}" if parts else ""


def _subject(rule: PlainRule, agencies: Mapping[str, Agency]) -> str:
    if rule.where.who:
        text = listed([*_who(rule.where, agencies)])
        return text[:1].upper() + text[1:]
    return "Nobody" if rule.effect == "forbid" else "Every agency"


def _who(terms: Terms, agencies: Mapping[str, Agency]) -> Iterator[str]:
    names = {each: _agency(each, agencies) for each in (*terms.agencies.within, *terms.agencies.alone)}
    yield from (f"{names[each]} with the agencies below it" for each in terms.agencies.within)
    yield from (f"{names[each]} itself" for each in terms.agencies.alone)
    yield from (f"any agency that serves {_agency(each, agencies)}" for each in terms.serving)
    yield from (f"any agency where {_agency(each, agencies)} takes part or is served" for each in terms.parties)


def _agency(name: str, agencies: Mapping[str, Agency]) -> str:
    """Its name, with its id where another agency has the same name."""
    known = agencies.get(name)
    if known is None:
        return f"`{name}`"
    shared = sum(each.name == known.name for each in agencies.values()) > 1
    return f"{known.name} (`{name}`)" if shared else known.name


def _deed(rule: PlainRule) -> str:
    if on_assistance(rule):
        kinds = "help of any kind" if rule.actions == ASSISTANCE else listed([_HELP[each] for each in rule.actions])
        about = listed([*_tree(rule.where.categories)])
        return f"be given {kinds}" + (f" about {about}" if about else "") + _of_data(rule)
    deeds = (
        "read, add, change or delete" if rule.actions == ACTIONS else listed([_VERBS[each] for each in rule.actions])
    )
    return f"{deeds} {_things(rule)}"


def _of_data(rule: PlainRule) -> str:
    public = {None: "", True: " that concerns public data", False: " that does not concern public data"}[rule.public]
    return public + {None: "", True: " with data", False: " without any data"}[rule.data]


def _things(rule: PlainRule) -> str:
    """The rows a rule is about."""
    whole = listed([*_tree(rule.where.categories)]) or ("anything" if rule.effect == "forbid" else "everything")
    public = {None: "", True: " that is public", False: " that is not public"}[rule.public]
    marks = listed([f"`{each}`" for each in rule.where.marked])
    return whole + public + (f"{' and' if public else ''} in rows marked {marks}" if marks else "")


def _conditions(rule: PlainRule) -> Iterator[str]:
    if rule.where.purposes:
        yield f"for the purpose {listed([*_tree(rule.where.purposes)])}"
    if rule.where.authorities:
        yield f"under the authority {listed([*_tree(rule.where.authorities)])}"
    if rule.agreed:
        yield "as far as the agreement in force covers the category"


def _tree(branches: Branches) -> Iterator[str]:
    yield from (f"`{each}` {BELOW}" for each in branches.within)
    yield from (f"`{each}`" for each in branches.alone)


def _exceptions(terms: Terms, agencies: Mapping[str, Agency]) -> Iterator[str]:
    yield from (f"to {each}" for each in _who(terms, agencies))
    yield from (f"to {each}" for each in _tree(terms.categories))
    yield from (f"for the purpose {each}" for each in _tree(terms.purposes))
    yield from (f"under the authority {each}" for each in _tree(terms.authorities))
    yield from (f"to rows marked `{each}`" for each in terms.marked)
