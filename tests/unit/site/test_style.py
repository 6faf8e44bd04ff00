"""The style sheet is whole: a block that is not closed takes what follows it in."""

from importlib.resources import files

SHEET = (files("recuse.site") / "static/site.css").read_text()


def depth(sheet: str) -> list[int]:
    """How many blocks are open at the start of each line that begins with a comment, and at the end."""
    opened = 0
    found = []
    for line in sheet.splitlines():
        if line.startswith("/*"):
            found.append(opened)
        opened += line.count("{") - line.count("}")
    return [*found, opened]


def test_every_block_is_closed_before_the_next_section() -> None:
    assert {*depth(SHEET)} == {0}


def test_a_block_left_open_by_a_merge_is_found() -> None:
    assert {*depth(SHEET.replace("\n}\n/*", "\n/*", 1))} != {0}
