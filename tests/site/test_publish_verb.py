"""`recuse publish` and `recuse new content` as typed: what is said, written and refused; and without the extra."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recuse import clock
from recuse.errors import InputError
from recuse.publishing import read_sources
from tests.site.world import Site
from tests.unit.directory.test_maps import MAP

PROGRAM = "import sys; from recuse import cli; sys.argv = ['recuse', *sys.argv[1:]]; cli.main()"
# A shell gives its jobs in the background no Ctrl-C.
HEARING = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {PROGRAM}"
WITHOUT = """
import importlib.util, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"babel", "pagefind", "pagefind_bin_extended", "typst"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name in {"babel", "pagefind", "typst"} else found(name, *more)
from recuse import cli
sys.argv = ["recuse", *sys.argv[1:]]
cli.main()
"""


def run(*words: str, code: int = 0, program: str = PROGRAM) -> tuple[str, str]:
    """What `recuse` prints on its two channels."""
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def test_without_the_extra_every_other_verb_is_there_and_this_one_says_what_is_missing(site: Site) -> None:
    assert "publish" in run("--help", program=WITHOUT)[0]
    _, said = run(
        "publish", str(site.content), "--out", "nowhere", "-r", str(site.office.policy), code=2, program=WITHOUT
    )
    assert "babel is not installed, which a site needs" in said
    assert "recuse[site]" in said


def test_a_dry_run_says_what_would_be_and_writes_nothing(site: Site, tmp_path: Path) -> None:
    there = (str(site.content), "--out", str(tmp_path / "new"), "-r", str(site.office.policy), "--without-pdf")
    said, _ = run("publish", *there, "--dry-run")
    assert "would be written to" in said
    found = json.loads(run("publish", *there, "--dry-run", "--format", "json")[0])
    assert found["out"] is None
    assert found["languages"] == ["en", "es", "zh-Hans", "pl", "ar"]
    assert not (tmp_path / "new").exists()


def test_readers_are_told_the_deadline_that_staff_have(site: Site, tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    shutil.copytree(site.office.policy, policy)
    settings = "format = 1\ndays = {}\nhold_days = 90\nreasons = []\n[withheld]\n"
    there = (
        "publish",
        str(site.content),
        "--out",
        str(tmp_path / "new"),
        "-r",
        str(policy),
        "--dry-run",
        "--without-pdf",
    )
    (policy / ".accounting.toml").write_text(settings.format(20))
    assert "promises an answer within 30 days, and `.accounting.toml` within 20" in run(*there, code=2)[1]
    (policy / ".accounting.toml").write_text(settings.format(30))
    run(*there)


def test_a_folder_that_nobody_published_and_a_port_that_is_taken_are_refused(site: Site, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("mine")
    there = ("publish", str(site.content), "-r", str(site.office.policy), "--without-pdf", "--out")
    assert "holds files that were not published" in run(*there, str(tmp_path / "mine"), code=2)[1]
    assert (tmp_path / "mine/letter.txt").read_text() == "mine"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"port {port} is taken" in run(*there, str(tmp_path / "new"), "--preview", "--port", port, code=2)[1]


def test_the_same_sources_and_moment_give_the_same_bytes(site: Site, tmp_path: Path) -> None:
    moment = f"import sys, datetime; from recuse import clock; NOW = datetime.datetime.fromisoformat('{clock.now()}');"
    program = PROGRAM.replace("import sys;", f"{moment} clock.now = lambda: NOW;")
    for name in ("one", "two"):
        there = ("--out", str(tmp_path / name), "-r", str(site.office.policy))
        run("publish", str(site.content), *there, program=program)
    one, two = ({str(each.relative_to(tmp_path / name)): each.read_bytes() for each in (tmp_path / name).rglob("*")
                 if each.is_file()} for name in ("one", "two"))  # fmt: skip
    assert [name for name in {**one, **two} if one.get(name) != two.get(name)] == []


def test_a_content_folder_to_begin_with_is_published_as_it_is(site: Site, tmp_path: Path) -> None:
    new = ("new", "content", str(tmp_path / "content"), "--agency", "us.dhs", "--purpose", "imm.civil_enforcement")
    policy = ("-r", str(site.office.policy))
    shown, _ = run(*new, *policy, "--dry-run")
    assert "[question]" in shown
    assert not (tmp_path / "content").exists()
    found = json.loads(run(*new, *policy, "--format", "json")[0])
    assert found["files"] == ["names.toml", "site.toml"]
    assert "is there already" in run(*new, *policy, code=2)[1]
    run("publish", str(tmp_path / "content"), "--out", str(tmp_path / "site"), *policy, "--without-pdf")
    assert (tmp_path / "site/en/index.html").is_file()
    assert not (tmp_path / "site/es").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--agency", "us.dh", "--purpose", "imm.civil_enforcement"), "did you mean `us.dhs`?"),
        (("--agency", "us.dhs", "--purpose", "imm.civil"), "no purpose `imm.civil`"),
        (("--agency", "us.dhs", "--purpose", "imm.civil_enforcement", "--exit-to", "http://x"), "must be an https"),
        (
            ("--agency", "us.dhs", "--purpose", "imm.civil_enforcement", "--language", "tlh!"),
            "not a language of the site",
        ),
        (("--agency", "us.dhs", "--purpose", "imm.civil_enforcement", "--language", "fr"), "name one of es, zh-Hans"),
    ],
)
def test_a_wrong_beginning_is_refused_and_nothing_written(
    site: Site, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    _, error = run("new", "content", str(tmp_path / "new"), *words, "-r", str(site.office.policy), code=2)
    assert said in error
    assert not (tmp_path / "new").exists()


def test_what_is_missing_is_told_in_one_sentence_and_nothing_is_written(site: Site, tmp_path: Path) -> None:
    """Names of several ids at once, a ledger, a folder of fonts."""
    content = tmp_path / "content"
    shutil.copytree(site.content, content)
    names = content / "names.toml"
    kept = [block for block in names.read_text(encoding="utf-8").split("\n\n") if "civil_enforcement" not in block]
    lacking = next(block for block in kept if block.startswith("[agency."))
    names.write_text("\n\n".join(each for each in kept if each != lacking), encoding="utf-8")
    there = ("publish", str(content), "--out", str(tmp_path / "new"), "-r", str(site.office.policy))
    _, said = run(*there, code=2)
    assert "names.toml lacks what readers call agency" in said
    assert "; purpose `imm.civil_enforcement` in en, es, zh-Hans, pl, ar" in said
    settings = (site.content / "site.toml").read_text(encoding="utf-8")
    names.write_bytes((site.content / "names.toml").read_bytes())
    (content / "site.toml").write_text(settings.replace('= "us.dhs"', '= "us.dhss"'), encoding="utf-8")
    _, said = run(*there, code=2)
    assert "site.toml counts requests of `us.dhss`, which the policy does not have" in said
    assert "did you mean `us.dhs`" in said
    _, said = run("publish", str(site.content), *there[2:], "--ledger", str(tmp_path / "none"), code=2)
    assert f"there is no ledger in `{tmp_path / 'none'}`" in said
    _, said = run("publish", str(site.content), *there[2:], "--fonts", "nowhere", code=2)
    assert "`nowhere` is no folder" in said
    assert not (tmp_path / "new").exists()


def test_a_tile_that_a_map_lacks_is_told_before_a_page_is_made(site: Site, tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(site.content, content)
    services = content / "services/services.toml"
    services.write_text(services.read_text(encoding="utf-8") + "\n" + MAP, encoding="utf-8")
    with pytest.raises(InputError, match=r"^`services/tiles/\d+/\d+/\d+\.png` cannot be read, and a map needs it"):
        read_sources(content, site.office.policy, None, printed=False)


def test_a_preview_leaves_the_document_alone(site: Site, tmp_path: Path) -> None:
    """Where it can be looked at is told beside the one document."""
    there = (str(site.content), "--out", str(tmp_path / "new"), "-r", str(site.office.policy), "--without-pdf")
    words = (sys.executable, "-c", HEARING, "publish", *there, "--preview", "--port", "0", "--format", "json")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as shown:
        try:
            assert shown.stderr is not None
            assert any("look at http://127.0.0.1:" in line for line in shown.stderr)
            shown.send_signal(signal.SIGINT)
            printed, _ = shown.communicate(timeout=60)
        finally:
            shown.kill()
    assert shown.returncode == 0
    assert json.loads(printed)["out"] == str(tmp_path / "new")


@pytest.mark.parametrize(
    ("form", "ended"), [("human", signal.SIGINT), ("json", signal.SIGINT), ("json", signal.SIGTERM)]
)
def test_who_ends_it_is_told_so_and_nothing_is_left(site: Site, tmp_path: Path, form: str, ended: int) -> None:
    there = (str(site.content), "--out", str(tmp_path / "new"), "-r", str(site.office.policy), "--without-pdf")
    words = (sys.executable, "-c", HEARING, "publish", *there, "--format", form)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as stopped:
        try:
            while stopped.poll() is None and not [*tmp_path.glob(".new.*/en")]:
                time.sleep(0.01)
            stopped.send_signal(ended)
            out, err = stopped.communicate(timeout=60)
        finally:
            stopped.kill()
    assert stopped.returncode == 2
    assert "stopped before it was done" in (json.loads(out)["error"] if form == "json" else err)
    assert [*tmp_path.iterdir()] == []
