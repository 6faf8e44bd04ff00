"""Nothing of persons, cases, accounts or systems is in what is published: planted words, and what the sources name.

Every file is looked through, in every form that text has there: escaped, compressed, in archives and in PDF.
"""

import gzip
import html
import io
import json
import os
import platform
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

import pytest

from recuse.ledger import read_signed
from recuse.model import ASSISTANCE
from tests.site.world import PLANTED, Site

_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_HIDDEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def texts(content: bytes, name: str = "") -> Iterator[str]:
    """The text of a file, and of what is packed in it."""
    yield content.decode("utf-8", errors="replace")
    if content.startswith(b"\x1f\x8b"):
        yield from texts(gzip.decompress(content))
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for each in archive.namelist():
                yield each
                yield from texts(archive.read(each), each)
    elif content.startswith(b"%PDF"):
        yield from _of_pdf(content)


def _of_pdf(content: bytes) -> Iterator[str]:
    """What a PDF says: its words by its own tables of signs, and its streams as they are."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    yield json.dumps({**(reader.metadata or {})}, default=str, ensure_ascii=False)
    for page in reader.pages:
        yield page.extract_text()
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            yield zlib.decompressobj().decompress(found[1]).decode("utf-8", errors="replace")
        except zlib.error:
            continue


def plain(text: str) -> str:
    """A text as a reader has it, whatever it was written in: one case, one space, nothing escaped."""
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    text = _HIDDEN.sub("", unquote(html.unescape(text)))
    return " ".join(text.split()).casefold()


def leaked(folder: Path, words: Mapping[str, str]) -> list[str]:
    """Which of these words stand in a file, or in its name."""
    wanted = {what: plain(word) for what, word in words.items()}
    found = list[str]()
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        whole = [plain(name), *(plain(text) for text in texts(file.read_bytes(), name))] if file.is_file() else [name]
        whole += [text.replace(" ", "") for text in whole if name.endswith(".pdf")]  # lines of a PDF break anywhere
        found += [
            f"`{name}` has {what}: {words[what]}"
            for what, word in wanted.items()
            if any(word in text or (name.endswith(".pdf") and word.replace(" ", "") in text) for text in whole)
        ]
    return found


def of_the_sources(site: Site) -> dict[str, str]:
    """What the policy, the record and this machine name, and no page may: logins, tables, digests of people, paths."""
    repository = site.repository
    found = {f"the login of {each}": each.partition("/")[2] for each in repository.accounts}
    found |= {f"the account {each}": each for each in repository.accounts}
    found |= {f"the service of {name}": system.service for name, system in repository.systems.items() if system.service}
    # A signed directive is public, with the columns that its rules ask about; so are the kinds of request.
    public = " ".join([*ASSISTANCE, *(each.directive.cedar for each in repository.directives.values())])
    for file in (site.office.policy / "categories").glob("*.toml"):
        text = file.read_text()
        found |= {f"the table {name}": name for name in re.findall(r'^name = "([^"]+)"', text, re.MULTILINE)}
        columns = re.findall(r"^(\w+) = \{", text, re.MULTILINE)
        found |= {f"the column {name}": name for name in columns if name not in public}
    found |= {
        "the folder of the policy": str(site.office.policy), "the folder of the content": str(site.content),
        "the folder above": str(site.folder.parent), "this machine": platform.node(),
    }  # fmt: skip
    home = os.environ.get("HOME", "")
    if len(home) > len("/root"):
        found["a home"] = home
    # Words of one syllable, as `clear`, are words of the language too; so is a column's `district`, which a text says.
    told = plain(" ".join(file.read_text(encoding="utf-8") for file in (site.content / "rights").rglob("*.toml")))
    return {what: word for what, word in found.items() if (len(word) > 6 or "_" in word) and plain(word) not in told}


def test_nothing_planted_is_published(site: Site) -> None:
    assert leaked(site.folder, PLANTED) == []


def test_nothing_that_the_sources_name_is_published(site: Site) -> None:
    words = of_the_sources(site)
    assert len(words) > 60
    assert leaked(site.folder, words) == []


def test_what_is_planted_is_in_the_sources(site: Site) -> None:
    """Or its absence from the pages would tell nothing."""
    ledger = site.office.policy / ".ledger"
    entries = plain(" ".join(raw.decode() for raw in read_signed(ledger)[0]))
    kept = " ".join(plain(f.read_text(errors="replace")) for f in site.office.policy.rglob("*") if f.is_file())
    missing = [what for what, word in PLANTED.items() if plain(word) not in entries + kept]
    assert missing == []


LEAKS: Final = {
    "as it is": lambda word: ("x.html", word.encode()),
    "in other case and lines": lambda word: ("x.html", word.upper().replace(" ", "\n  ").encode()),
    "as entities": lambda word: ("x.html", "".join(f"&#{ord(c)};" for c in word).encode()),
    "in JSON": lambda word: ("x.json", "".join(f"\\u{ord(c):04x}" for c in word).encode()),
    "in an address": lambda word: ("x.html", quote(word).encode()),
    "compressed": lambda word: ("x.pf_fragment", gzip.compress(word.encode())),
    "in an archive": lambda word: ("x.zip", _zip("a/b.csv", word.encode())),
    "in the name of a packed file": lambda word: ("x.zip", _zip(f"{word}.csv", b"")),
    "with hidden signs": lambda word: ("x.html", "\u200b".join(word).encode()),
    "in the name of a file": lambda word: (f"{quote(word, safe='')}.html", b""),
    "in a PDF": lambda word: ("x.pdf", _pdf(word)),
}


@pytest.mark.parametrize("how", LEAKS)
@pytest.mark.parametrize("what", ["the name of who asked", "a login"])
def test_a_leak_is_found(tmp_path: Path, how: str, what: str) -> None:
    name, content = LEAKS[how](PLANTED[what])  # type: ignore[no-untyped-call]
    (tmp_path / name).write_bytes(content)
    assert leaked(tmp_path, PLANTED) != []


def test_a_login_of_the_sources_is_found(site: Site, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("agency,account\nus.dhs.ice.ero,ice_ero_017\n")
    assert leaked(tmp_path, of_the_sources(site))


def _zip(name: str, content: bytes) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return whole.getvalue()


def _pdf(words: str) -> bytes:
    import typst

    source = f'#set page(width: 4cm)\nThe following was asked by #("{words}") today, and much more was said about it.'
    made: bytes = typst.compile(source.encode())
    return made
