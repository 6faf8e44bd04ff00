"""What readers call the words of the record: kinds of request, rulings, outcomes. Ids have names in `names.toml`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from recuse.content.values import NameKind
from recuse.languages import Language, Texts, read_texts
from recuse.model import UNLISTED
from recuse.site.sources import Sources


@cache
def texts_of(language: Language) -> Texts:
    """The messages of the site in a language, read once."""
    return read_texts(language, files("recuse.site") / "locales")


def name(sources: Sources, kind: str, name_id: str, texts: Texts) -> str:
    """What an agency, a purpose or a word of the record is called; `kind` is the particular.

    Raises InputError for what has no name in the language.
    """
    words = _WORDS[kind](texts) if kind in _WORDS else {}
    return words.get(name_id) or sources.names.name(_NAMED[kind], name_id, texts.language.code)


def institution(sources: Sources, texts: Texts) -> str:
    """What the body that publishes is called."""
    return sources.names.name("agency", sources.repository.institution.id, texts.language.code)


def demonstration(sources: Sources, texts: Texts) -> str:
    """What a demonstration says of itself wherever it is read; empty for a site that is none."""
    if not sources.settings.demonstration:
        return ""
    return texts.say("Demonstration: no city or police department has published this, and all data is made up.")


def office(sources: Sources, official: str, texts: Texts) -> str:
    """What the office of an official is called."""
    return sources.names.name("office", official, texts.language.code)


def particulars(texts: Texts) -> Mapping[str, str]:
    """Heads of tables by what they count."""
    return {
        "kind": texts.say("What was asked"),
        "agency": texts.say("For which agency"),
        "purpose": texts.say("For what purpose"),
        "ruling": texts.say("What the policy said"),
        "outcome": texts.say("How it ended"),
        "quarter": texts.say("Quarter"),
        "month": texts.say("Month"),
    }


def _kinds(texts: Texts) -> Mapping[str, str]:
    return {
        "data_access": texts.say("Records handed over"),
        "clarification": texts.say("A clarification"),
        "detainer": texts.say("Holding somebody for another agency (detainer)"),
        "notification_of_release": texts.say("Telling when somebody is released"),
        "custody_transfer": texts.say("Handing somebody over"),
        "interview": texts.say("Speaking with somebody in custody"),
        "facility_use": texts.say("Use of a building or room"),
        "joint_operation": texts.say("Taking part in an operation"),
        "bulk_extract": texts.say("A copy of many records"),
        "standing_access": texts.say("Lasting access to records"),
    }


def _rulings(texts: Texts) -> Mapping[str, str]:
    return {
        "permitted": texts.say("Permitted"),
        "permitted_in_part": texts.say("Permitted in part"),
        "refused": texts.say("Refused"),
    }


def _outcomes(texts: Texts) -> Mapping[str, str]:
    return {
        "issued": texts.say("Permit given"),
        "broke_glass": texts.say("Emergency permit"),
        "complied": texts.say("Done as asked"),
        "complied_in_part": texts.say("Done in part"),
        "refused_by_policy": texts.say("Refused by the policy at once"),
        "refused": texts.say("Refused"),
        "no_records": texts.say("No records found"),
        "withdrawn": texts.say("Taken back by who asked"),
        "open": texts.say("Not answered yet"),
        "counsel": texts.say("With legal counsel"),
        "lapsed": texts.say("Not answered in time"),
    }


def _agencies(texts: Texts) -> Mapping[str, str]:
    return {UNLISTED: texts.say("An agency that the policy does not list")}


_NAMED: Final[Mapping[str, NameKind]] = {"agency": "agency", "purpose": "purpose"}
_WORDS: Final = {"kind": _kinds, "ruling": _rulings, "outcome": _outcomes, "agency": _agencies}
