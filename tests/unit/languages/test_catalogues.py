"""Messages: a language has all of a message or it is an error; English is what the program says."""

from pathlib import Path

import pytest

from recuse.errors import InputError
from recuse.languages import ENGLISH, LANGUAGES, language, placeholders, read_texts

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=3; {}\\n"\n'
POLISH = HEAD.format("plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);")
DAYS = 'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s dzień"\nmsgstr[1] "%(n)s dni"\n'
DAYS += 'msgstr[2] "%(n)s dni"\n'


def catalogue(folder: Path, text: str, name: str = "a.po") -> Path:
    (folder / "pl").mkdir(exist_ok=True)
    (folder / "pl" / name).write_text(POLISH + text, encoding="utf-8")
    return folder


def test_a_message_is_said_with_its_values_in_the_language(tmp_path: Path) -> None:
    texts = read_texts(language("pl"), catalogue(tmp_path, 'msgid "Asked of %(who)s"\nmsgstr "Pytano: %(who)s"\n'))
    assert texts.say("Asked of %(who)s", who="kogoś") == "Pytano: kogoś"
    assert read_texts(ENGLISH, tmp_path).say("Asked of %(who)s", who="somebody") == "Asked of somebody"


@pytest.mark.parametrize(("number", "said"), [(1, "1 dzień"), (2, "2 dni"), (5, "5 dni"), (1234, "1234 dni")])
def test_a_count_has_the_form_that_the_language_has_for_it(tmp_path: Path, number: int, said: str) -> None:
    texts = read_texts(language("pl"), catalogue(tmp_path, DAYS))
    assert texts.count("%(n)s day", "%(n)s days", number).replace("\u00a0", "") == said


def test_several_catalogues_are_one(tmp_path: Path) -> None:
    catalogue(tmp_path, 'msgid "One"\nmsgstr "Jeden"\n')
    texts = read_texts(language("pl"), catalogue(tmp_path, 'msgid "Two"\nmsgstr "Dwa"\n', "b.po"))
    assert [texts.say("One"), texts.gettext("Two")] == ["Jeden", "Dwa"]


def test_what_a_language_lacks_is_an_error_and_never_english(tmp_path: Path) -> None:
    texts = read_texts(language("pl"), catalogue(tmp_path, 'msgid "One"\nmsgstr "Jeden"\n'))
    with pytest.raises(InputError, match="there is no pl for the message `Two`"):
        texts.say("Two")
    with pytest.raises(InputError, match="there is no pl for the message `a day`"):
        texts.ngettext("a day", "days", 2)


@pytest.mark.parametrize(
    "text",
    [
        'msgid "One"\nmsgstr ""\n',
        '#, fuzzy\nmsgid "One"\nmsgstr "Jeden"\n',
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[1] ""\nmsgstr[2] "z"\n',
    ],
)
def test_a_catalogue_that_is_not_whole_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"`pl/a\.po` lacks"):
        read_texts(language("pl"), catalogue(tmp_path, text))


def test_a_catalogue_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_texts(language("pl"), catalogue(tmp_path, "this is no message\n"))


def test_places_of_a_message() -> None:
    assert placeholders("%(a)s of %(b)s, 100 %%") == {"a", "b"}
    with pytest.raises(InputError, match="stands for nothing"):
        placeholders("100 % of it")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="no language `tlh`"):
        language("tlh")
    assert [each.direction for each in LANGUAGES.values()] == ["ltr", "ltr", "ltr", "ltr", "rtl"]
