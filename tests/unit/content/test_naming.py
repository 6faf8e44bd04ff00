"""Names are looked up and never guessed; what is missing in a language is listed."""

from dataclasses import replace

import pytest

from recuse.content.naming import Missing, Names, missing, missing_names, needed_names, words_in
from recuse.errors import InputError
from tests.unit.content.example import COMMITMENT, RIGHT, content


def test_names() -> None:
    assert (
        Names(content().names).name("agency", "us.dhs.ice", "es")
        == "Servicio de Control de Inmigración y Aduanas (ICE)"
    )
    with pytest.raises(InputError, match=r"agency `us\.dhs` has no name in `es`"):
        Names(content().names).name("agency", "us.dhs", "es")
    with pytest.raises(InputError, match=r"agency `us\.dhs\.ice` has no name in `pl`"):
        Names(content().names).name("agency", "us.dhs.ice", "pl")


def test_two_things_of_one_name_show_their_ids() -> None:
    found = content(("names.toml", 'es = "Exampleton"', 'es = "Estado de Example"'))
    names = Names(found.names)
    assert names.name("jurisdiction", "us-ex", "es") == "Estado de Example (us-ex)"
    assert names.name("jurisdiction", "us-ex", "en") == "State of Example"


def test_missing_names_each_once() -> None:
    wanted = [("agency", "us.dhs.ice"), ("agency", "us.dhs"), ("agency", "us.dhs")]
    assert missing_names(content(), wanted, ("en", "pl")) == (  # type: ignore[arg-type]
        Missing("agency", "us.dhs.ice", "pl"), Missing("agency", "us.dhs", "en"), Missing("agency", "us.dhs", "pl"),
    )  # fmt: skip


def test_what_the_content_itself_needs() -> None:
    assert list(needed_names(content())) == [
        ("office", "records-office"), ("office", "records-office"), ("agency", "us.dhs.ice"),
        ("purpose", "imm.civil_enforcement"), ("category", "contact_information"), ("jurisdiction", "us-ex"),
        ("jurisdiction", "us-ex-exampleton"),
    ]  # fmt: skip
    found = content((COMMITMENT, 'facts = ["EX1"]', "facts = []"))
    alone = replace(found, site=replace(found.site, who_looked=None), rights={})
    assert ("jurisdiction", "us-ex") in needed_names(found)
    assert [kind for kind, _ in needed_names(alone)] == ["office", "agency", "purpose", "category"]


def test_all_that_is_missing() -> None:
    assert missing(content(), ("en", "es")) == (Missing("right record", "court-promise", "es"),)
    found = missing(content(), ("pl",), [("system", "records")])
    assert Missing("system", "records", "pl") in found
    assert Missing("jurisdiction", "us-ex", "pl") in found
    assert Missing("right record", "home-warrant", "pl") in found
    assert not [each for each in found if each.what == "word"]  # no Polish text marks one


def test_words_that_texts_mark() -> None:
    gone = content(("glossary.toml", "[word.es]", "[word.pl]"))
    assert Missing("word", "warrant", "es") in missing(gone, ("en", "es"))
    unmarked = content((RIGHT, "{word:warrant|judge's paper}", "paper"), (RIGHT, "{word:warrant}", "paper"))
    assert words_in(unmarked, "en") == frozenset()
    assert words_in(unmarked, "es") == {"warrant"}
