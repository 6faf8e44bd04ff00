"""How the site says where a right holds, how far law holds, how sure that is, and why a text is not simply shown."""

from typing import Final, assert_never

from recuse.content.basis import Basis
from recuse.content.values import Kind, LegalFact, Place, Status
from recuse.errors import InputError
from recuse.languages import Texts

_REMEDY: Final = "give it some in `recuse.site.rights.saying`"


def place_title(texts: Texts, place: Place) -> str:
    """The title of the page of a place."""
    match place:
        case "home":
            return texts.say("Your rights at home")
        case "work":
            return texts.say("Your rights at work")
        case "school":
            return texts.say("Your rights at school")
        case "court":
            return texts.say("Your rights in court")
        case "hospital":
            return texts.say("Your rights at a hospital or clinic")
        case "street":
            return texts.say("Your rights on the street")
        case _:
            assert_never(place)


def status_word(texts: Texts, status: Status) -> str:
    """A status in a few words, to stand behind a colon."""
    match status:
        case "in force":
            return texts.say("in force")
        case "disputed":
            return texts.say("disputed")
        case "partly enjoined":
            return texts.say("partly stopped by a court")
        case "pending":
            return texts.say("not decided yet")
        case "enjoined":
            return texts.say("stopped by a court")
        case "rescinded":
            return texts.say("withdrawn")
        case "unknown":
            return texts.say("not known")
        case _:
            assert_never(status)


def status_meaning(texts: Texts, status: Status) -> str:
    """What a status means for who reads."""
    match status:
        case "in force":
            return texts.say("The law holds. Nothing that we know of has stopped it.")
        case "disputed":
            return texts.say("A public body or a court says otherwise, and this is not settled.")
        case "partly enjoined":
            return texts.say("A court has said that a part of it may not be used for now.")
        case "pending":
            return texts.say("It does not hold yet. A decision on it is still to come.")
        case "enjoined":
            return texts.say("A court has said that it may not be used for now.")
        case "rescinded":
            return texts.say("Those who made it have taken it back.")
        case "unknown":
            return texts.say("We do not know whether it holds. Do not rely on it.")
        case _:
            assert_never(status)


def how_sure(texts: Texts, told: LegalFact | Basis, kind: Kind) -> str:
    """How sure a statement of law is, and since when; never surer than it was written down.

    What a commitment rests on may be a decision, which is not called law.
    """
    day = told.checked_on
    if told.sure == "memory" or day is None:
        return texts.say("From memory: nobody has checked this yet.")
    if told.sure == "read" and kind == "commitment":
        return texts.say("We read its text on %(day)s.", day=texts.forms.day(day))
    if told.sure == "read":
        return texts.say("We read the text of this law on %(day)s.", day=texts.forms.day(day))
    if told.sure == "secondary" and kind == "commitment":
        return texts.say("We read about it on %(day)s, not its text.", day=texts.forms.day(day))
    if told.sure == "secondary":
        return texts.say("We read about this law on %(day)s, not its text.", day=texts.forms.day(day))
    assert_never(told.sure)


def reason_word(texts: Texts, code: str) -> str:
    """Why a text is not simply shown: for a code of `recuse.content.states`, in words that name no law."""
    if code.startswith("fact-"):
        return _of_law(texts, code)
    match code:
        case "unreviewed":
            return texts.say("No person has reviewed the English text")
        case "review-out-of-date":
            return texts.say("The text or its law has changed since the review")
        case "not-yet":
            return texts.say("The text is for a day that is still to come")
        case "past-review":
            return texts.say("The day for a new review has passed; the text may be out of date")
        case "untranslated":
            return texts.say("There is no translation into this language")
        case "translation-stale":
            return texts.say("The English text has changed since it was translated")
        case "machine-unreviewed":
            return texts.say("A machine translated the text, and no person has reviewed the translation")
        case "translation-unreviewed":
            return texts.say("No person has reviewed the translation")
        case "translation-review-out-of-date":
            return texts.say("The translation has changed since the review")
        case "no-fact":
            return texts.say("A part of the text names no law")
        case _:
            raise InputError(f"the reason `{code}` has no words for readers", _REMEDY)


def _of_law(texts: Texts, code: str) -> str:
    match code.removeprefix("fact-"):
        case "memory":
            return texts.say("Law on which it rests was told from memory; nobody has checked it")
        case "secondary":
            return texts.say("Law on which it rests was read about; its own text was not read")
        case "disputed":
            return texts.say("Law on which it rests is disputed")
        case "partly-enjoined":
            return texts.say("Law on which it rests is partly stopped by a court")
        case "pending":
            return texts.say("Law on which it rests is not decided yet")
        case "enjoined":
            return texts.say("Law on which it rests is stopped by a court")
        case "rescinded":
            return texts.say("Law on which it rests is withdrawn")
        case "unknown":
            return texts.say("It is not known whether law on which it rests still holds")
        case "not-yet":
            return texts.say("Law on which it rests does not hold yet")
        case "over":
            return texts.say("Law on which it rests no longer holds")
        case "checked-later":
            return texts.say("The day on which its law was checked is still to come")
        case "old":
            return texts.say("Law on which it rests was checked a long time ago")
        case _:
            raise InputError(f"the reason `{code}` has no words for readers", _REMEDY)
