"""The pictures of the documentation, made of what the tests look at: `PICTURES=write` writes them anew.

They are compared by size, and those of the site by the words on the page, not dot by dot: another machine has other
faces.
"""

import hashlib
import io
import os
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.browser.conftest import ROOT, Look, Opened

FOLDER: Final = ROOT / "docs/images"
LARGEST: Final = 80_000  # bytes
WORDS: Final = "words-sha256"
"""Names the digest of a page's words in its picture."""
PICTURES: Final[dict[str, tuple[int, str] | tuple[int, str, str]]] = {
    "console-health": (1100, "/health"),
    "console-record": (1100, "/record?answer=deny&since=2026-01-14+12%3A00"),
    "console-access": (1100, "/access?changed=yes"),
    "console-phone": (320, "/health"),
    "console-request": (1100, "/requests/court", "rita"),
    "console-report": (1100, "/reports?period=2026&rows=agency&columns=outcome&column=complied", "rita"),
}


def small(picture: bytes, words: str = "") -> bytes:
    """The picture in 128 colours, with the digest of the words on the page."""
    written, said = io.BytesIO(), PngInfo()
    if words:
        said.add_text(WORDS, hashlib.sha256(words.encode()).hexdigest())
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
        written, "PNG", optimize=True, pnginfo=said
    )
    return written.getvalue()


def check_kept(name: str, taken: bytes, width: int) -> None:
    """The picture that is kept is of the page as it was taken now; `PICTURES=write` keeps this one."""
    kept = FOLDER / f"{name}.png"
    if os.environ.get("PICTURES") == "write":
        kept.write_bytes(taken)
    assert len(kept.read_bytes()) <= LARGEST
    now, then = (Image.open(io.BytesIO(each)) for each in (taken, kept.read_bytes()))
    assert then.width == now.width == width
    assert abs(then.height - now.height) <= 0.1 * now.height, "the page has changed: run `make design`"
    assert then.info.get(WORDS) == now.info.get(WORDS), "its words have changed: run `make design`"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_of_the_page_as_it_is(opened: Opened, name: str) -> None:
    width, path, *state = PICTURES[name]
    with opened(Look(width, state="".join(state))) as page:
        page.goto(f"/console{path}")
        taken = small(page.screenshot(full_page=True))
    check_kept(name, taken, width)


def test_every_picture_of_the_console_is_made_here() -> None:
    assert {Path(each).stem for each in FOLDER.glob("console-*.png")} == {*PICTURES}
