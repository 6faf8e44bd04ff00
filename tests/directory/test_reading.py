"""A content folder as one directory: kinds, areas, how records stand, what is never concluded, what is rejected."""

import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from recuse.demo.services.broken import write_broken
from recuse.demo.services.feeds import write_services
from recuse.directory import csv_rows
from recuse.directory.areas import Area, areas
from recuse.directory.due import due
from recuse.directory.exporting import package, translations
from recuse.directory.reading import LARGEST, Directory, read_directory
from recuse.directory.settings import TRANSLATED
from recuse.directory.standing import kinds, no_id, standing
from recuse.directory.telling import rejects_csv, report
from recuse.errors import InputError
from recuse.languages import LANGUAGES
from tests.directory.content import SETTINGS, TODAY, item, read, write

DEMO = Path("src/recuse/demo/content")


def term(code: str, taxonomy: str = "kinds") -> dict[str, Any]:
    return {"id": f"t-{code}", "taxonomy_term": {"id": f"x-{code}", "taxonomy": taxonomy, "code": code, "name": code}}


def test_only_services_that_are_offered_are_shown(tmp_path: Path) -> None:
    states = ("active", "inactive", "defunct", "temporarily closed")
    found = read(tmp_path, [item(f"s{n}", status=state) for n, state in enumerate(states)])
    assert [entry.id for entry in found.shown] == ["s0", "s3"]
    assert len(found.entries) == 4


def test_how_a_record_stands_and_when_it_is_due(tmp_path: Path) -> None:
    days = (0, 100, 101, None)
    dates = [None if each is None else (TODAY - timedelta(days=each)).isoformat() for each in days]
    found = read(
        tmp_path, [item(f"s{n}", assured_date=day) for n, day in enumerate(dates)], [item("t", assured_date=dates[1])]
    )
    states = [standing(entry, found.settings, TODAY) for entry in found.entries]
    assert [each.assurance for each in states] == ["assured", "assured", "stale", "never_assured", "stale"]
    assert states[1].due == TODAY
    assert [(duty.entry.id, duty.overdue) for duty in due(found, 0)] == [
        ("s3", True),
        ("t", True),
        ("s2", True),
        ("s1", False),
    ]
    assert len(due(found, 100)) == 5


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "not_said"),
        ({"required_documents": []}, "not_said"),
        ({"required_documents": [{"id": "r", "document": "none"}]}, "said"),
        ({"required_documents": [{"id": "r", "document": "No ID needed."}]}, "said"),
        ({"required_documents": [{"id": "r", "document": "No ID needed today"}]}, "not_said"),
        ({"required_documents": [{"id": "r", "document": "Photo ID"}]}, "not_said"),
        ({"attributes": [term("no-id")]}, "said"),
        ({"attributes": [term("no-id", "others")]}, "not_said"),
        ({"attributes": [term("no-id")], "required_documents": [{"id": "r", "document": "Photo ID"}]}, "contradicted"),
        (
            {"required_documents": [{"id": "r", "document": "None"}, {"id": "q", "document": "Photo ID"}]},
            "contradicted",
        ),
        (
            {"required_documents": [{"id": "r", "document": "None"}, {"id": "q", "document": "a\u202eb"}]},
            "contradicted",
        ),
        (
            {"required_documents": [{"id": "r", "document": "None"}, {"id": "q", "uri": "https://a.example/"}]},
            "contradicted",
        ),
        ({"description": "No ID needed"}, "not_said"),
    ],
)
def test_no_id_only_where_the_record_says_so(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    found = read(tmp_path, [item("s", **more)])
    assert no_id(found.entries[0].service, found.settings) == said
    assert report(found)["no_id"] == {
        "said": int(said == "said"),
        "contradicted": ["s"] if said == "contradicted" else [],
    }


def test_kinds_come_from_terms_alone(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        [
            item("a", attributes=[term("food"), term("SCHOOL", "Kinds")]),
            item("b", attributes=[term("k-12", "other kinds")]),
            item("c", attributes=[term("food", "others")]),
            item("d", description="A school"),
        ],
    )
    assert [kinds(each.service, found.settings) for each in found.entries] == [
        ("schools", "food"),
        ("schools",),
        ("other",),
        ("other",),
    ]


def place(city: str, region: str | None = None, kind: str = "physical") -> dict[str, Any]:
    address = {
        "id": "d",
        "address_1": "1 A",
        "city": city,
        "state_province": "IL",
        "postal_code": "1",
        "country": "US",
        "address_type": kind,
        "region": region,
    }
    return {
        "service_at_locations": [
            {"id": "a", "location": {"id": "l", "location_type": "physical", "addresses": [address]}}
        ]
    }


def test_areas_need_no_map(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        [
            item("a", **place("City of Chicago", "Pilsen")),
            item("b", **place("Chicago"), service_areas=[{"id": "x", "name": "chicago"}]),
            item("c", service_areas=[{"id": "y", "name": "Everywhere"}]),
            item("d", **place("Peoria", kind="postal")),
        ],
    )
    assert areas(found.shown, found.settings) == (
        Area(("Everywhere",), (), ("c",)),
        Area(("IL", "Chicago"), ("a", "b"), ("b",)),
        Area(("IL", "Chicago", "Pilsen"), ("a",), ()),
    )


def test_capitals_and_points_make_no_other_area(tmp_path: Path) -> None:
    loud = place("PEORIA", "OLD MILL.")
    loud["service_at_locations"][0]["location"]["addresses"][0]["state_province"] = "Il."
    found = read(tmp_path, [item("a", **place("Peoria", "Old Mill")), item("b", **loud)])
    assert areas(found.shown, found.settings) == (
        Area(("IL", "Peoria"), ("a", "b"), ()),
        Area(("IL", "Peoria", "Old Mill"), ("a", "b"), ()),
    )


def test_an_area_of_which_there_are_two_is_neither(tmp_path: Path) -> None:
    far = place("Chicago")
    far["service_at_locations"][0]["location"]["addresses"][0]["state_province"] = "CA"
    found = read(
        tmp_path,
        [item("a", **place("Chicago")), item("b", **far), item("c", service_areas=[{"id": "x", "name": "Chicago"}])],
    )
    assert areas(found.shown, found.settings) == (
        Area(("CA", "Chicago"), ("b",), ()),
        Area(("Chicago",), (), ("c",)),
        Area(("IL", "Chicago"), ("a",), ()),
    )


# --- what cannot be read ---


def test_a_feed_that_cannot_be_read_stops_no_other(tmp_path: Path) -> None:
    found = read(tmp_path, b"{", [item("s")])
    assert [entry.id for entry in found.entries] == ["s"]
    assert [(each.place.feed, each.whole) for each in found.rejects] == [("one", True)]


def test_what_lies_in_the_folder_of_a_feed(tmp_path: Path) -> None:
    write(tmp_path, [item("s")])
    feeds = tmp_path / "services/feeds"
    (feeds / "two/services.json").unlink()
    (feeds / "extra").mkdir()
    (feeds / "one/link.json").symlink_to(feeds / "one/services.json")
    with (feeds / "one/large.json").open("wb") as large:
        large.truncate(LARGEST + 1)
    told = {str(each) for each in read_directory(tmp_path, TODAY).rejects}
    assert len(told) == 4
    for words in (
        "extra/: is not named",
        "link.json: is not a plain file",
        "large.json: has more than 64 MiB",
        "two/: holds no file",
    ):
        assert any(words in each for each in told), words
    (feeds / "two").rmdir()
    (feeds / "two").symlink_to(feeds / "one")
    assert any("two/: is a link" in str(each) for each in read_directory(tmp_path, TODAY).rejects)
    (feeds / "two").unlink()
    assert any("no such file" in str(each) for each in read_directory(tmp_path, TODAY).rejects)
    (feeds / "one/services.csv").write_text("id,name,status\n")
    assert any("other files than one form's" in str(each) for each in read_directory(tmp_path, TODAY).rejects)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("format = 2", "`format` must be 1"),
        ("format = 1", "missing key `feed`"),
        ("format = 1\nfeed = []", "no feed is named"),
        (SETTINGS + "x = 1\n", "unknown key `x`"),
        (SETTINGS.replace('"two"', '"one"'), "stands twice"),
        (SETTINGS.replace('name = "two"', 'name = "../two"'), "not a plain name"),
        (SETTINGS.replace("= 100", "= 0"), "from 1 to 3650"),
        (SETTINGS.replace('"kinds:food"', '"food"'), "is not a term"),
        (re.sub(r"name = {.*}", "", SETTINGS), "has no name"),
        (SETTINGS.replace('es = "Comida", ', ""), "missing key `es`"),
        (SETTINGS + '[merge]\nsame_name_and = ["luck"]\n', "`luck` is unknown"),
        (SETTINGS + '[[area]]\nname = "Cicero"\nalso = ["chicago"]\n', "means two areas"),
    ],
)
def test_settings_that_cannot_be_used_stop_the_reading(tmp_path: Path, settings: str, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("[", r"\[")):
        read(tmp_path, settings=settings)
    with pytest.raises(InputError, match="cannot be read"):
        read_directory(tmp_path / "nowhere", TODAY)


# --- translations ---

HEAD = "table,id,field,language,text,source_sha256,translated_by,reviewed_by,reviewed_on\n"
NOW = hashlib.sha256(b"Service s").hexdigest()
THEN = hashlib.sha256(b"Another name").hexdigest()


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (f"service,s,name,es,Servicio,{NOW},machine,,", "unreviewed"),
        (f"service,s,name,es,Servicio,{NOW},machine,A. Reader,2026-01-01", "reviewed"),
        (f"service,s,name,es,Servicio,{THEN},A. Reader,A. Reader,2026-01-01", "stale"),
        (f"service,*,name,es,Servicio,{NOW},machine,,", "unreviewed"),
        (f"service,s,name,es,Viejo,{THEN},machine,,\nservice,*,name,es,Servicio,{NOW},machine,,", "unreviewed"),
        (f"service,s,name,pl,Usługa,{NOW},machine,,", "missing"),
        (f"service,s,name,es,,{NOW},,,", "missing"),
    ],
)
def test_how_a_translation_stands(tmp_path: Path, row: str, state: str) -> None:
    found = read(tmp_path, [item("s")], translations=HEAD + row + "\n")
    (text,) = found.texts
    translation, stands = found.translated(text, "es")
    assert stands == state
    assert found.rejects == ()
    if translation is not None:
        assert translation.machine == ("machine" in row)
        assert state == "stale" or translation.text == "Servicio"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"service,s,url,es,x,{NOW},machine,,", "is not translated"),
        (f"server,s,name,es,x,{NOW},machine,,", "is not translated"),
        (f"service,gone,name,es,x,{NOW},machine,,", "there is no `name` of a service `gone`"),
        (f"service,s,name,fr,x,{NOW},machine,,", "`fr` is not a language"),
        ("service,s,name,es,x,abc,machine,,", "not a digest"),
        (f"service,*,name,es,x,{THEN},machine,,", "no text here has this digest"),
        (f"service,s,name,es,x,{NOW},,,", "is empty"),
        (f"service,s,name,es,x,{NOW},machine,machine,2026-01-01", "a machine reviews nothing"),
        (f"service,s,name,es,x,{NOW},machine,A. Reader,", "a person and a day"),
        (f"service,s,name,es,x,{NOW},machine,,2026-01-01", "a person and"),
        (f"service,s,name,es,x,{NOW},machine,A. Reader,2999-01-01", "still to come"),
        (f"service,s,name,es,a\u202eb,{NOW},machine,,", "U+202E"),
        (f"service,s,name,es,x,{NOW},machine", "shifted"),
        (f"service,s,name,es,x,{NOW},machine,,\nservice,s,name,es,y,{NOW},machine,,", "translates what line 2 does"),
    ],
)
def test_a_translation_that_is_wrong_is_a_reject(tmp_path: Path, row: str, said: str) -> None:
    found = read(tmp_path, [item("s")], translations=HEAD + row + "\n")
    assert [said in str(each) for each in found.rejects] == [True]
    assert len(found.entries) == 1


# --- the whole ---


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    write_services(folder, 400, TODAY, once=False)
    return folder


def check_whole(found: Directory) -> None:
    """No row is lost, none is merged silently, and everything that is shown can be told."""
    for feed in found.feeds:
        assert feed.rows == feed.kept + feed.rejected + feed.left_out
    services = sum(feed.services for feed in found.feeds)
    assert services == len(found.entries) + len(found.merges) == sum(len(entry.sources) for entry in found.entries)


def test_the_generator_makes_what_real_feeds_have(large: Path) -> None:
    found = read_directory(large, TODAY)
    check_whole(found)
    assert found.rejects == ()
    assert len(found.entries) == 400
    told = report(found)
    assert set(told["kinds"]) == {"schools", "courts", "hospitals", "clinics", "legal_aid", "libraries"}
    assert all(told["assurance"].values())
    assert {each.rule for each in found.merges} >= {"same id", "same name and phone"}
    for states in told["translations"].values():
        assert states["unreviewed"] > states["stale"] > 0
        assert states["missing"] > 0
        assert states["reviewed"] == 0, "nobody has looked at what a machine made"
    every = "".join(str(entry.service) for entry in found.entries)
    assert "555-01" in every
    assert ".example" in every


def test_what_is_exported_is_read_again_as_it_was(large: Path, tmp_path: Path) -> None:
    found = read_directory(large, TODAY)
    root = tmp_path / "services"
    (root / "feeds/own").mkdir(parents=True)
    for name, text in package(entry.service for entry in found.entries).items():
        (root / "feeds/own" / name).write_bytes(text.encode())
    settings = (large / "services/services.toml").read_text()
    (root / "services.toml").write_text(settings.replace('"city"', '"own"').replace('"county"', '"x"'))
    (root / "translations.csv").write_bytes(translations(found, ("es",)).encode())
    again = read_directory(tmp_path, TODAY)
    assert [each for each in again.rejects if not each.whole] == []
    assert [entry.service for entry in again.entries] == [entry.service for entry in found.entries]
    assert [again.translated(text, "es") for text in again.texts] == [
        found.translated(text, "es") for text in found.texts
    ]


def test_one_id_of_two_things_is_two_rows_of_an_export(tmp_path: Path) -> None:
    one, two = (item("s", phones=[{"id": "p", "number": "988"}]), item("t", phones=[{"id": "p", "number": "311"}]))
    files = package(entry.service for entry in read(tmp_path, [one], [two]).entries)
    assert [line.split(",")[0] for line in files["phones.csv"].splitlines()] == ["id", "p", "p:2"]
    assert "988" in files["phones.csv"]
    assert "311" in files["phones.csv"]


def test_ten_thousand_broken_rows_are_told_one_by_one(tmp_path: Path) -> None:
    count = write_broken(tmp_path, 10_000)
    found = read_directory(tmp_path, TODAY)
    check_whole(found)
    assert len(found.rejects) == count == 10_000
    assert [entry.id for entry in found.entries] == ["good-1", "good-2", "fine-1", "fine-2"]
    assert all(each.message and each.remedy and (each.place.line or each.place.path) for each in found.rejects)
    said = "".join(map(str, found.rejects))
    assert not any(mark in said for mark in "\u202e\x07\ud800\udcff")


def test_a_row_that_gets_lost_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a reader of rows that keeps silent about shifted columns, and one that merges them into the next."""
    write_broken(tmp_path, 100)
    whole = csv_rows.read_rows

    def silent(*args: Any) -> Any:
        return (row for row in list(whole(*args))[1:])

    monkeypatch.setattr("recuse.directory.csv_feed.read_rows", silent)
    with pytest.raises(AssertionError):
        check_whole(read_directory(tmp_path, TODAY))


def test_the_languages_are_those_of_the_site() -> None:
    assert ("en", *TRANSLATED) == tuple(LANGUAGES)


def test_the_demonstrations_content_is_what_the_generator_makes(tmp_path: Path) -> None:
    write_services(tmp_path, 60, TODAY)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(DEMO): path.read_bytes() for path in (DEMO / "services").rglob("*") if path.is_file()}
    assert made == kept
    found = read_directory(DEMO, TODAY)
    assert found.rejects == ()
    assert {area.path[0] for area in areas(found.shown, found.settings)} >= {"IL", "CA"}
    assert all(states["missing"] == states["stale"] == 0 for states in report(found)["translations"].values())


HOSTILE = "a\u202eb\x07\udcff`c"


def test_what_a_feed_calls_things_is_told_as_plain_text(tmp_path: Path) -> None:
    """Names that a reader of values never sees: references, columns, keys, files, folders, words of the side-car."""
    raw = HOSTILE.encode(errors="surrogateescape")
    write(tmp_path, [item("s") | {HOSTILE: "x", "\ud800": "y"}])
    feeds = tmp_path / "services/feeds"
    (feeds / "two/services.json").unlink()
    (feeds / "two/services.csv").write_bytes(b"id,name,status\nt,T,active\n")
    (feeds / "two/phones.csv").write_bytes(b"id,number,service_id\np,988," + raw + b"\n")
    (feeds / "two/languages.csv").write_bytes(b"id," + raw + b"," + raw + b"\n")
    (feeds / "two" / "file\u202e\udcff.csv").write_bytes(b"")
    (feeds / "more\u202e\udcff").mkdir()
    rows = ((HOSTILE, "s", "name", "es"), ("service", HOSTILE, "name", "es"), ("service", "s", "name", HOSTILE))
    head = "table,id,field,language,text,source_sha256,translated_by,reviewed_by,reviewed_on"
    side = "\n".join([head, *(",".join((*row, "T", "0" * 64, "machine", "", "")) for row in rows)])
    (tmp_path / "services/translations.csv").write_bytes(side.encode(errors="surrogateescape"))
    found = read_directory(tmp_path, TODAY)
    for words in (
        "the service `a",
        "two columns `a",
        "cannot be shown",
        "more",
        "`a�b",
        "there is no",
        "not a language",
    ):
        assert any(words in str(each) for each in found.rejects), words
    assert len(found.rejects) == 7
    told = f"{rejects_csv(found)}{json.dumps(report(found), ensure_ascii=False)}".encode()
    assert not [mark for mark in ("\u202e", "\x07", "\\u0007") if mark.encode() in told]


def test_a_folder_of_feeds_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path, [item("s")])
    (tmp_path / "services/feeds").rename(tmp_path / "moved")
    (tmp_path / "services/feeds").symlink_to(tmp_path / "nowhere")
    (tmp_path / "services/translations.csv").symlink_to(tmp_path / "nowhere")
    told = [str(each) for each in read_directory(tmp_path, TODAY).rejects]
    assert len(told) == 3
    assert all("cannot be read: no such file" in each for each in told[:2])
    assert "translations.csv: is not a plain file" in told[2]


def test_a_folder_that_may_not_be_read_is_told_once_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, [item("s")], [item("t")])
    (tmp_path / "services/feeds/two/services.json").unlink()
    (tmp_path / "services/feeds/two/folder.json").mkdir()
    whole = Path.iterdir

    def forbidden(path: Path) -> Any:  # the tests may run as one who may read everything
        if path.name == "one":
            raise PermissionError(13, "Permission denied")
        return whole(path)

    monkeypatch.setattr(Path, "iterdir", forbidden)
    assert [str(each) for each in read_directory(tmp_path, TODAY).rejects] == [
        "one/: cannot be read: permission denied (mend its rights)",
        "two/folder.json: is not a plain file (put a copy of the file there)",
    ]
