"""What is looked for on every page is found where it is planted: each fault by the look that is for it."""

from pathlib import Path
from typing import Final

import pytest

from tests.site.looking import LOOKS, Published, own_titles, same_pages
from tests.site.tongues import own_tongue

PAGE: Final = "about/this-site.html"
AT: Final = "</h1>"
"""Where text is planted: behind the first heading."""


def planted(site: Published, language: str, old: str, new: str) -> Published:
    """The site with a fault on one page."""
    path = f"{language}/{PAGE}"
    text = (site.folder / path).read_text(encoding="utf-8")
    assert old in text, old
    return site.with_page(path, text.replace(old, new, 1))


FAULTS: Final = {
    "a heading of the first level twice": ("form", "en", AT, "</h1><h1>Again</h1>"),
    "a level that is left out": ("form", "en", AT, "</h1><h4>Deep</h4>"),
    "an element that is not closed": ("form", "en", AT, "</h1><div><p>Open</div>"),
    "an id that stands twice": ("form", "en", AT, '</h1><p id="main">Again</p>'),
    "an attribute that stands twice": ("form", "en", AT, '</h1><p class="a" class="b">Again</p>'),
    "no main text": ("form", "en", "<main ", "<div "),
    "no language": ("tongue", "pl", '<html lang="pl"', "<html"),
    "the wrong language": ("tongue", "pl", '<html lang="pl"', '<html lang="en"'),
    "the wrong direction": ("tongue", "ar", 'dir="rtl"', 'dir="ltr"'),
    "Arabic without a direction": ("tongue", "en", AT, '</h1><p lang="ar">نص</p>'),
    "a language that there is not": ("tongue", "en", AT, '</h1><p lang="xx">Text</p>'),
    "no title": ("title", "en", "<title>", "<title></title><!--"),
    "a looser policy of content": ("policy", "en", "default-src &#39;none&#39;", "default-src *"),
    "a policy of content that comes late": ("policy", "en", '<meta charset="utf-8">', '<script src="x.js"></script>'),
    "a referrer": ("policy", "en", 'content="no-referrer"', 'content="origin"'),
    "no enlarging": ("policy", "en", "initial-scale=1", "initial-scale=1, user-scalable=no"),
    "a page that goes elsewhere": ("policy", "en", "<title>", '<meta http-equiv="refresh" content="1"><title>'),
    "an inline script": ("bare", "en", AT, "</h1><script>alert(1)</script>"),
    "an inline style": ("bare", "en", AT, "</h1><style>p { color: red }</style>"),
    "a style of one element": ("bare", "en", AT, '</h1><p style="color: red">Red</p>'),
    "a handler": ("bare", "en", AT, '</h1><p onclick="leave()">Press</p>'),
    "a script as an address": ("bare", "en", AT, '</h1><a href="javascript:leave()">Go</a>'),
    "a frame": ("bare", "en", AT, '</h1><iframe src="index.html"></iframe>'),
    "a form that sends": ("bare", "en", AT, '</h1><form action="x.html"></form>'),
    "a third party's image": ("links", "en", AT, '</h1><img alt="" src="https://tiles.example/1.png">'),
    "a style sheet of others": ("links", "en", "<title>", '<link rel="stylesheet" href="//x.example/a.css"><title>'),
    "a name that is asked for ahead": ("links", "en", "<title>", '<link rel="dns-prefetch" href="x"><title>'),
    "an address from the root": ("links", "en", AT, '</h1><a href="/en/index.html">Home</a>'),
    "a broken link": ("links", "en", AT, '</h1><a href="nowhere.html">Nowhere</a>'),
    "a link to a folder": ("links", "en", AT, '</h1><a href="../">Up</a>'),
    "a link to a place that is not there": ("links", "en", AT, '</h1><a href="#nowhere">Down</a>'),
    "a link to a place elsewhere that is not there": ("links", "en", AT, '</h1><a href="../index.html#no">Home</a>'),
    "a window that holds this one": ("links", "en", AT, '</h1><a target="_blank" href="https://court.example/">C</a>'),
    "a label of nothing": ("links", "en", AT, '</h1><label for="nothing">Name</label>'),
    "no way out": ("way_out", "ar", 'id="exit"', 'id="else"'),
    "a way out that leads elsewhere": ("way_out", "pl", 'href="https://www.weather.gov/"', 'href="https://x.example/"'),
    "a way out that comes late": ("way_out", "en", "<aside ", '<a href="index.html">First</a><aside '),
    "a way out that tells": ("way_out", "en", 'rel="noreferrer nofollow"', 'rel="nofollow"'),
    "a way out without its script": ("way_out", "es", "static/site.js", "static/other.js"),
    "a press that is not said": ("way_out", "zh-Hans", "data-second=", "data-other="),
    "a language that is left out": ("switch", "en", 'hreflang="pl"', 'hreflang="xx"'),
    "a language that leads elsewhere": ("switch", "en", "../../ar/about/this-site.html", "../../ar/index.html"),
    "a glossary word": ("finished", "en", AT, "</h1><p>{word:warrant}</p>"),
    "a template": ("finished", "en", AT, "</h1><p>{{ page.title }}</p>"),
    "a place without its value": ("finished", "en", AT, "</h1><p>%(name)s</p>"),
    "what was escaped twice": ("finished", "en", AT, "</h1><p>you &amp;amp; me</p>"),
    "a value that is not there": ("finished", "pl", AT, "</h1><p>Dnia: None</p>"),
    "an English paragraph in Polish": ("own_tongue", "pl", AT, "</h1><p>You may ask who looked at your record.</p>"),
    "an English paragraph in Spanish": ("own_tongue", "es", AT, "</h1><p>Nobody is sent your words.</p>"),
    "an English paragraph in Chinese": ("own_tongue", "zh-Hans", AT, "</h1><p>Nobody keeps lists.</p>"),
    "an English name in Arabic": ("own_tongue", "ar", AT, "</h1><p>Police Department Records Division</p>"),
    "a heading of the English page": ("own_tongue", "es", AT, "</h1><h2>Read it elsewhere</h2>"),
    "two words of the English page": ("own_tongue", "pl", AT, "</h1><p>Strona: Exit quickly</p>"),
    "an English label": ("own_tongue", "pl", AT, '</h1><p aria-label="Leave this site">Tekst</p>'),
    "no Arabic": ("own_tongue", "ar", "<main ", "<main></main><div "),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(published: Published, name: str) -> None:
    look, language, old, new = FAULTS[name]
    every = {**LOOKS, "own_tongue": own_tongue}
    path = f"{language}/{PAGE}"
    assert [*every[look](published.pages[path], published)] == []
    site = planted(published, language, old, new)
    assert [*every[look](site.pages[path], site)], name


EXCUSED: Final = {
    "English that says so": ("pl", AT, '</h1><p lang="en">You may ask who looked at your record.</p>'),
    "a name that is the same everywhere": ("pl", AT, "</h1><p>Sprawdź: ssh-keygen.</p>"),
    "a command": ("pl", AT, "</h1><p>Polecenie: <code>recuse verify the ledger</code></p>"),
}


@pytest.mark.parametrize("name", EXCUSED)
def test_what_is_no_fault_is_not_found(published: Published, name: str) -> None:
    language, old, new = EXCUSED[name]
    site = planted(published, language, old, new)
    path = f"{language}/{PAGE}"
    assert [fault for look in (*LOOKS.values(), own_tongue) for fault in look(site.pages[path], site)] == []


def test_a_page_without_its_data_is_found(published: Published, tmp_path: Path) -> None:
    page = published.pages[f"en/{PAGE}"]
    data = (tmp_path / f"en/{PAGE}").with_suffix(".json")
    data.parent.mkdir(parents=True)
    site = Published(tmp_path, published.exit_to)
    assert [*LOOKS["twin"](page, site)] == ["its data are not there"]
    data.write_text('{"page": "x.html", "language": "en", "title": "x"}')
    site = Published(tmp_path, published.exit_to)
    assert [*LOOKS["twin"](page, site)] == ["its data are of `x.html` in `en`", "its data have another title"]


def test_pages_that_a_language_lacks_or_nothing_leads_to_are_found(published: Published) -> None:
    alone = published.with_page("en/alone.html", (published.folder / f"en/{PAGE}").read_text(encoding="utf-8"))
    found = [*same_pages(alone)]
    assert "`pl` has no `alone.html`" in found
    assert "no link leads to `en/alone.html`" in found
    assert len([*own_titles(alone)]) == 1
