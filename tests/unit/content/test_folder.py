"""Reading a content folder: what is right is read whole, and each thing that is wrong is one sentence at its line."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.content.folder import content_files, parse_content, read_content
from recuse.content.values import Card, Claim
from recuse.errors import ContentError, Problem
from recuse.site.sources import Settings
from tests.unit.content.example import (
    COMMITMENT,
    FACTS,
    RIGHT,
    SPANISH,
    changed,
    content,
    example,
    planted,
    problems,
)

SITE = "site.toml"
NAMES = "names.toml"
GLOSSARY = "glossary.toml"


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    for file, raw in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return folder


@pytest.mark.parametrize("joint", [";", "\u061b", "\uff1b"])
def test_no_name_holds_what_parts_names(joint: str) -> None:
    told = planted((NAMES, 'es = "Oficina de Archivos"', f'es = "Oficina{joint} Archivos"'))
    assert told == [
        "names.toml:13: the name in `es` holds a semicolon, which parts names in a sentence (write it without one)"
    ]


def test_the_example_is_read_whole(tmp_path: Path) -> None:
    found = read_content(write(tmp_path, example()))
    assert found == parse_content(example())
    assert found.site.languages == ("en", "es")
    assert found.site.address == "https://policy.example.org/"
    assert not found.site.demonstration
    assert found.site.question.categories == ("contact_information",)
    assert found.site.who_looked is not None
    assert found.site.who_looked.ask_by == ("post", "in_person")
    assert found.names["agency", "us.dhs.ice"].texts["en"] == "Immigration and Customs Enforcement (ICE)"
    assert found.glossary["warrant"].texts["es"].word == "orden judicial"
    assert found.facts["EX2"].status == "disputed"
    record = found.rights["home-warrant"]
    assert record.claims[0].text.startswith(
        "You do not have to open the door. Officers need a {word:warrant} to come in"
    )
    assert record.card == Card(("Ask for the paper under the door.",), ("I do not agree that you come in.",))
    assert found.rights["court-promise"].card == Card()
    assert found.rights["court-promise"].claims[1] == Claim("City staff do not ask about your papers.", ())
    assert found.translations["home-warrant", "es"].by_machine


def test_records_come_by_place_and_order() -> None:
    assert list(content().rights) == ["home-warrant", "court-promise"]


def test_what_may_be_left_away() -> None:
    raw = example()[SITE].decode()
    short = raw[: raw.index("[who_looked]")].replace('address = "https://policy.example.org/"', "").replace(
        'phone = "+1 555 555 0100"', ""
    ).replace('email = "records@example.org"', "")  # fmt: skip
    found = parse_content({**example(), SITE: short.encode()})
    assert (found.site.address, found.site.who_looked, found.site.contact.phone) == (None, None, None)
    assert (found.site.warn_days, found.site.fact_days, found.site.verdict_hours) == (14, 180, None)
    assert Settings.of(found.site).fresh == timedelta(hours=24)
    assert parse_content({SITE: short.encode()}).rights == {}


WRONG = [
    (SITE, "demonstration = false", "demonstration = 0", "`demonstration` must be true or false"),
    (SITE, '["en", "es"]  ', '["es", "en"]  ', "`languages` must begin with `en`"),
    (SITE, '["en", "es"]  ', '["en", "Spanish"]  ', "`Spanish` is not a language code"),
    (SITE, '["en", "es"]  ', '["en", "es", "pl"]  ', "missing `pl`, which the site offers"),
    (SITE, '"https://weather.example.org/"', '"http://weather.example.org/"', "`exit_to` must be an https address"),
    (SITE, '"https://weather.example.org/"', '"https://weather.example.org/?from=us"', "`exit_to` must be an https"),
    (SITE, '"https://weather.example.org/"', '"https://[weather"', "`exit_to` must be an https address"),
    (SITE, '"https://weather.example.org/"', '"https://wéather.example.org/"', "`exit_to` must be an https address"),
    (SITE, "[title]", "[headline]", "missing key `title`"),
    (SITE, '[title]\nen = ', '[title]\nfr = ', "missing English"),
    (SITE, '[title]\nen = ', '[title]\nEnglish = "x"\nen = ', "`English` is not a language code"),
    (SITE, "[contact]", "[contacts]", "missing key `contact`"),
    (SITE, '"+1 555 555 0100"', '"call us"', "`phone` must be digits and spaces"),
    (SITE, '"records@example.org"', '"records"', "`email` must be an address"),
    (SITE, "[question]", "[questions]", "missing key `question`"),
    (SITE, '["contact_information"]', '["Contact"]', "`Contact` is not an id"),
    (SITE, '["contact_information"]', "[]", "`categories` is empty"),
    (SITE, '["post", "in_person"]', '["post", "fax"]', "unknown way `fax`"),
    (SITE, "deadline_days = 30", "deadline_days = 0", "`deadline_days` must be a number of days above 0"),
    (SITE, "warn_days = 14", "warn_days = -1", "`warn_days` must be a number of days above 0"),
    (SITE, "warn_days = 14", "warned = 14", "unknown key `warned`"),
    (SITE, "verdict_hours = 24", "verdict_hours = 0", "`verdict_hours` must be a number of hours from 1 to 168"),
    (SITE, "verdict_hours = 24", "verdict_hours = 169", "`verdict_hours` must be a number of hours from 1 to 168"),
    (SITE, "verdict_hours = 24", 'verdict_hours = "9"', "`verdict_hours` must be a whole number"),
    (SITE, 'homeland_security = "us.dhs"', 'homeland_security = "US DHS"', "`US DHS` is not an id"),
    (SITE, 'homeland_security = "us.dhs"', "", "missing key `homeland_security`"),
    (SITE, 'law = "EX1"', 'law = "EX9"', "unknown legal fact `EX9` (did you mean"),
    (SITE, "[who_looked.bring]", "[who_looked.take]", "missing key `bring`"),
    (SITE, 'en = ["Something', 'fr = ["Something', "missing English"),
    (SITE, 'es = ["Algo que', 'es = ["Otra cosa.", "Algo que', "`es` has another number of lines than `en`"),
    (NAMES, "[office.records-office]", '[office."Records Office"]', "`Records Office` is not an id"),
    (NAMES, 'en = "Records Office"', 'pl = "Archiwum"', "missing English"),
    (NAMES, 'en = "Records Office"', 'en = " "', "`en` is blank"),
    (NAMES, "[office.records-office]", "[room.records-office]", "unknown key `room`"),
    (NAMES, "[category.contact_information]\n", "[category]\nx = 1\n[category.contact_information]\n", "must be a"),
    (GLOSSARY, 'id = "warrant"', 'id = "a warrant"', "`a warrant` is not an id here"),
    (GLOSSARY, "[word.en]", "[word.fr]", "missing English"),
    (GLOSSARY, "[word.es]", "[word.Spanish]", "`Spanish` is not a language code"),
    (GLOSSARY, '[word.es]\nword = ', '[word.es]\nwords = "x"\nword = ', "unknown key `words`"),
    (GLOSSARY, '[word.en]\n', 'fr = "ordre"\n[word.en]\n', "`fr` must be a table"),
    (FACTS, 'status = "in force"  ', "# ", "missing key `status`"),
    (FACTS, 'status = "disputed"', 'status = "sure"', "`status` must be one of `in force`, `disputed`"),
    (FACTS, 'citation = "Example Code, section 7-1"', "", "missing key `citation`"),
    (FACTS, "checked_on = 2026-11-28               #", "#", "a fact that is sure as `read` needs `checked_on`"),
    (FACTS, 'source = "a newspaper', 'note = "a newspaper', "a fact that is sure as `secondary` needs `source`"),
    (FACTS, 'sure = "secondary"', 'sure = "memory"', "a fact from memory was never checked"),
    (FACTS, 'sure = "secondary"', 'sure = "certain"', "`sure` must be one of `read`, `secondary`, `memory`"),
    (FACTS, 'sure = "secondary"', "", "missing key `sure`"),
    (FACTS, 'id = "EX2"', 'id = "EX1"', "legal fact `EX1` is defined twice"),
    (FACTS, 'id = "EX2"', 'id = "EX 2"', "`EX 2` is not an id"),
    (FACTS, "effective = 2020-01-01", "until = 2019-01-01\neffective = 2020-01-01", "`until` is before `effective`"),
    (FACTS, 'jurisdiction = "us-ex"\nsays', 'jurisdiction = "us-ca"\nsays', "law of `us-ca` in the file of `us-ex`"),
    (FACTS, 'jurisdiction = "us-ex"\nsays', 'jurisdiction = "Example"\nsays', "`Example` is not a jurisdiction"),
    (RIGHT, 'place = "home"', 'place = "house"', "`place` must be one of `home`, `work`"),
    (RIGHT, 'place = "home"', 'place = "work"', "place `work` in the folder of `home`"),
    (RIGHT, 'kind = "law"', 'kind = "advice"', "`kind` must be one of `law`, `commitment`"),
    (RIGHT, 'jurisdiction = "us-ex"', 'jurisdiction = "US"', "`US` is not a jurisdiction"),
    (RIGHT, "order = 10", 'order = "first"', "`order` must be a whole number"),
    (RIGHT, "as_of = 2026-11-28", "as_of = 2027-11-28", "`review_by` is before `as_of`"),
    (RIGHT, "review_by = 2027-02-28", "", "missing key `review_by`"),
    (RIGHT, 'id = "home-warrant"', 'id = "home-door"', "`home-door` is not the file's name"),
    (RIGHT, 'id = "home-warrant"', 'id = "home.warrant"', "`home.warrant` is not an id here"),
    (RIGHT, 'facts = ["EX2"]', 'facts = ["EX3"]', "unknown legal fact `EX3`"),
    (RIGHT, 'facts = ["EX2"]', 'facts = ["EX2", "EX2"]', "`EX2` stands twice in `facts`"),
    (RIGHT, "{word:warrant|judge's paper}", "{word:permit}", "unknown word `permit`"),
    (RIGHT, "{word:warrant|judge's paper}", "{word: warrant}", "braces mark words of the glossary, and these do not"),
    (RIGHT, 'title = "At the door"', 'title = "At the {word:warrant}"', "are marked in claims alone"),
    (RIGHT, 'do = ["Ask for', 'do = ["{Ask} for', "are marked in claims alone"),
    (RIGHT, 'do = ["Ask for the paper under the door."]\nsay = ["I do not agree that you come in."]', "", "is empty"),
    (RIGHT, "[card]\n", "[card]\nask = []\n", "unknown key `ask`"),
    (RIGHT, 'name = "Ada Example"', 'name = "Machine"', "`Machine` is not a person's name"),
    (RIGHT, 'role = "counsel"', 'rank = "counsel"', "missing key `role`"),
    (RIGHT, "on = 2026-11-28", 'on = "today"', "`on` must be a day"),
    (RIGHT, "[[claim]]", "[[claims]]", "missing key `claim`"),
    (RIGHT, 'title = "At the door"', 'title = "At the \u202edoor"', "`title` holds the hidden character U+202E"),
    (RIGHT, 'title = "At the door"', 'title = "At\u200b the door"', "`title` holds the hidden character U+200B"),
    (RIGHT, 'title = "At the door"', 'title = "At \\u0007 the door"', "`title` holds the hidden character U+0007"),
    (RIGHT, "Ask for the paper", "Ask for\u2069 the paper", "`do` holds the hidden character U+2069"),
    (SPANISH, 'language = "es"', 'language = "Spanish"', "`Spanish` is not a language code"),
    (SPANISH, 'language = "es"', 'language = "pl"', "`home-warrant.pl` is not the file's name"),
    (SPANISH, 'language = "es"', 'language = "en"', "English is no translation"),
    (SPANISH, 'id = "home-warrant"', 'id = "home-door"', "unknown right record `home-door`"),
    (SPANISH, "[card]", '[[claim]]\ntext = "Más."\n[card]', "2 claims where the English has 1"),
    (SPANISH, 'do = ["Pida el papel por debajo de la puerta."]', "", "a card with 0 of `do` and 1 of `say` where the"),
    (SPANISH, "[[claim]]\n", "[[claim]]\nfacts = []\n", "unknown key `facts`"),
    (SPANISH, 'translated_by = "machine"', "", "missing key `translated_by`"),
    (COMMITMENT, 'jurisdiction = "us-ex-exampleton"', 'jurisdiction = "us"', "a commitment is never federal"),
    (COMMITMENT, 'jurisdiction = "us-ex-exampleton"', 'jurisdiction = "us-ca"', "`EX1` is law of `us-ex`, which"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "sentence"), WRONG, ids=lambda each: each[:40])
def test_each_fault_is_one_sentence(file: str, old: str, new: str, sentence: str) -> None:
    told = planted((file, old, new))
    assert any(sentence in each for each in told), told
    assert all(each.startswith(f"{file}:") for each in told if sentence in each)


def test_digests_are_digests() -> None:
    raw = example()[SPANISH].decode()
    start = raw.index('source_sha256 = "') + len('source_sha256 = "')
    told = problems({**example(), SPANISH: (raw[:start] + "DIGEST" + raw[start + 64 :]).encode()})
    assert told == [f"{SPANISH}:4: `source_sha256` must be a SHA-256 in lower-case hexadecimal"]


def test_all_problems_are_told_at_once_in_order() -> None:
    told = planted(
        (SITE, "demonstration = false", "demo = false"), (RIGHT, "order = 10", ""), (FACTS, 'sure = "read"', 'sure = 1')
    )  # fmt: skip
    assert [each.partition(":")[0] for each in told] == sorted(each.partition(":")[0] for each in told)
    assert {each.partition(":")[0] for each in told} == {SITE, RIGHT, FACTS}


def test_a_commitment_never_rests_on_federal_law() -> None:
    federal = b'format = 1\n[[fact]]\nid = "U1"\njurisdiction = "us"\nsays = "x"\ncitation = "1 Example Law 2"\n'
    federal += b'status = "in force"\nsure = "memory"\n'
    files = changed((COMMITMENT, 'facts = ["EX1"]', 'facts = ["U1"]'), files={**example(), "facts/us.toml": federal})
    (told,) = problems(files)
    assert told.startswith(f"{COMMITMENT}:13: a commitment rests on federal law, `U1`")
    files = changed((RIGHT, 'facts = ["EX2"]', 'facts = ["U1"]'), files={**example(), "facts/us.toml": federal})
    assert parse_content(files).rights["home-warrant"].claims[0].facts == ("U1",)


STRAYS = ("facts/us/ex.toml", "facts/note.md", "rights/home.toml", "rights/house/x.toml", "rights/home/x.txt",
          "rights/home/a/b.toml", "sites.toml", "packs/a/sites.toml")  # fmt: skip


@pytest.mark.parametrize("file", STRAYS)
def test_strays_are_refused(file: str) -> None:
    assert f"{file}: unexpected file (rename or remove it)" in problems({**example(), file: b"format = 1\n"})


def test_notes_beside_are_nobodys_business() -> None:
    assert parse_content({**example(), "README.md": b"x"}) == content()


def test_a_broken_file_is_the_only_problem() -> None:
    (told,) = problems({**example(), FACTS: b"format = "})
    assert told.startswith(f"{FACTS}:1: not valid TOML")
    told_format = problems({**example(), GLOSSARY: b"format = 2\n"})
    assert told_format[0] == "glossary.toml:1: `format` must be 1"


def test_twice_in_one_folder_is_once_too_often() -> None:
    files = example()
    files[FACTS] += files[FACTS].removeprefix(b"format = 1\n")
    told = problems(files)
    assert [each.partition(" is ")[2] for each in told] == [
        f"defined twice (it is already at {FACTS}:3)", f"defined twice (it is already at {FACTS}:14)"
    ]  # fmt: skip


def test_letters_are_composed() -> None:
    """An editor's machine may write é as two characters; readers and digests get one."""
    files = changed((SPANISH, "En la puerta", "En la puerta de José"))
    apart = changed((SPANISH, "En la puerta", "En la puerta de Jose\u0301"))
    assert apart != files
    assert parse_content(apart) == parse_content(files)


def test_a_translation_lies_beside_its_record() -> None:
    files = example()
    files["rights/work/home-warrant.es.toml"] = files.pop(SPANISH)
    (told,) = problems(files)
    assert told.startswith("rights/work/home-warrant.es.toml:2: a translation of a record of the place `home`")


def test_site_toml_is_needed() -> None:
    files = example()
    del files[SITE]
    assert problems(files) == ["site.toml: missing file (a content folder has it)"]


# --- packs ---


def pack(name: str = "law") -> dict[str, bytes]:
    """The law of the example as a pack; words and records stay in the folder."""
    files = example()
    files[f"packs/{name}/{FACTS}"] = files.pop(FACTS)
    return files


def test_a_folder_may_rest_on_a_pack() -> None:
    found = parse_content(pack())
    assert found.facts["EX2"].file == f"packs/law/{FACTS}"
    assert found.rights == content().rights


def test_packs_may_say_the_same_word_for_word() -> None:
    files = pack()
    same = {**files, f"packs/other/{FACTS}": files[f"packs/law/{FACTS}"], FACTS: files[f"packs/law/{FACTS}"]}
    assert parse_content(same).facts.keys() == {"EX1", "EX2"}
    copied = {f"packs/all/{file}": raw for file, raw in example().items() if file != SITE}
    assert len(parse_content({**example(), **copied}).rights) == 2


@pytest.mark.parametrize(("file", "old", "new", "noun"), [
    (FACTS, 'status = "disputed"', 'status = "in force"', "legal fact `EX2`"),
    (RIGHT, 'title = "At the door"', 'title = "At your door"', "right record `home-warrant`"),
    (SPANISH, 'title = "En la puerta"', 'title = "La puerta"', "translation `home-warrant.es`"),
    (NAMES, 'en = "Records Office"', 'en = "Office of Records"', "name `office/records-office`"),
    (GLOSSARY, 'word = "warrant"', 'word = "search warrant"', "word `warrant`"),
])  # fmt: skip
def test_packs_that_differ_are_a_conflict(file: str, old: str, new: str, noun: str) -> None:
    other = changed((file, old, new))[file]
    told = problems({**example(), f"packs/law/{file}": other})
    (conflict,) = [each for each in told if "defined twice" in each]
    assert conflict.startswith(f"packs/law/{file}:")
    assert f"{noun} is defined twice (it is already at {file}:" in conflict


def test_a_folder_may_translate_a_packs_record() -> None:
    files = example()
    files[f"packs/law/{RIGHT}"] = files.pop(RIGHT)
    assert ("home-warrant", "es") in parse_content(files).translations


# --- the disk ---


def test_packs_on_the_disk(tmp_path: Path) -> None:
    files = pack()
    files["packs/law/site.toml"] = b"not TOML at all, and not read"
    folder = write(tmp_path, {**files, "services/services.toml": b"x", "packs/.git/x.toml": b"x", "note.md": b"x"})
    assert "EX1" in read_content(folder).facts
    (folder / "packs/two words").mkdir()
    (folder / "packs/file.toml").touch()
    with pytest.raises(ContentError, match=r"packs/file\.toml: not a pack") as told:
        read_content(folder)
    assert len(told.value.problems) == 2


def test_not_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="not a folder"):
        read_content(tmp_path / "nowhere")


def test_a_link_is_a_problem_at_its_path(tmp_path: Path) -> None:
    folder = write(tmp_path, example())
    (folder / "rights/home/x.toml").symlink_to(folder / RIGHT)
    found: list[Problem] = []
    content_files(folder, found)
    assert [str(each) for each in found] == ["rights/home/x.toml: is a symbolic link (put the file itself there)"]
    with pytest.raises(ContentError, match="symbolic link"):
        read_content(folder)


def test_links_at_the_top_are_not_followed(tmp_path: Path) -> None:
    folder, elsewhere = write(tmp_path / "content", pack()), write(tmp_path / "elsewhere", example())
    (folder / "facts").symlink_to(elsewhere / "facts")
    (folder / "names.toml").unlink()
    (folder / "names.toml").symlink_to(elsewhere / "names.toml")
    (folder / "packs/linked").symlink_to(elsewhere)
    (folder / ".#site.toml").symlink_to("nowhere")
    with pytest.raises(ContentError) as told:
        read_content(folder)
    assert [str(each) for each in told.value.problems] == [
        "facts/: is a symbolic link (put the file itself there)",
        "names.toml: is a symbolic link (put the file itself there)",
        "packs/linked: not a pack (a pack is a folder; use letters, digits, `.`, `_` and `-`)",
    ]


PIECES = (b"[", b"]]", b"{word:", b'"""', b"\xe2\x80\xae", b"[[claim]]\n", b"reviewed = 1\n", b" = ", b"[word.en]\n")


@given(st.sampled_from(sorted(example())), st.integers(0), st.integers(0, 40), st.binary() | st.sampled_from(PIECES))
@settings(max_examples=400, deadline=None)  # a busy machine is no fault
def test_whatever_stands_there_it_is_read_or_told(file: str, place: int, cut: int, put: bytes) -> None:
    files = example()
    start = place % (len(files[file]) + 1)
    files[file] = files[file][:start] + put + files[file][start + cut :]
    told: tuple[Problem, ...] = ()
    try:
        parse_content(files)
    except ContentError as error:
        told = error.problems
    assert {each.file for each in told} <= {*files}


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    folder = write(tmp_path, example())
    os.mkdir(folder / "other.toml")  # noqa: PTH102
    with pytest.raises(ContentError, match=r"other\.toml: cannot be read: is a directory"):
        read_content(folder)
