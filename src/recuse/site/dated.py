"""A dated text for other sites, without scripts: “verified on …”, that says of itself that it is not current any more.

Nothing in a page without scripts can read the clock. So the text is true on every day: it names its last day, and what
is the case after that. In the frame the word *current* shows, besides, only while a file that is named after that day
can be had: the site that is published next has another, a server that heeds the notes refuses it after the day, and
caches are told to ask each time. A copy that is kept anywhere without that file says *not current*.
"""

from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Final

from recuse.languages import Texts
from recuse.site.pages import Page
from recuse.site.rendering import policy_of
from recuse.site.sources import Sources
from recuse.site.verified import verified_of
from recuse.site.words import demonstration, institution, texts_of

FOLDER: Final = "embed"
_PAGE: Final = Page("", "", "")
CURRENT: Final = "current-until-"
"""How the file of a last day begins its name."""
_CURRENT: Final = b".current[hidden] { display: block; }\n.late { display: none; }\n"
_LOOK: Final = (
    b"body { font: 1rem/1.5 sans-serif; margin: 0.5rem; color: #1b1b1b; background: #fff; }\n"
    b"h1 { font-size: 1rem; margin: 0.25rem 0; }\np { margin: 0.25rem 0; overflow-wrap: anywhere; }\n"
    b".late { font-weight: 700; }\n"
)


def frame_file(code: str) -> str:
    """Where the frame of a language lies, below the folder of the site."""
    return f"{FOLDER}/{code}.html"


def fragment_file(code: str) -> str:
    """Where the text alone lies, to be copied into another page: shown as it is written."""
    return f"{FOLDER}/{code}.txt"


def current_file(until: date) -> str:
    """The file by which the frame knows that it is current: one for each last day."""
    return f"{FOLDER}/{CURRENT}{until.isoformat()}.css"


def last_day(path: str) -> date | None:
    """The last day of a file by its path; None for any other."""
    name = path.rpartition("/")[2]
    if not (name.startswith(CURRENT) and name.endswith(".css")):
        return None
    try:
        return date.fromisoformat(name.removeprefix(CURRENT).removesuffix(".css"))
    except ValueError:
        return None


def address_of(sources: Sources, path: str) -> str:
    """A whole address where the site has one; otherwise what to put one before."""
    return f"{(sources.settings.address or 'https://…').rstrip('/')}/{path}"


def files(sources: Sources) -> Iterator[tuple[str, bytes]]:
    """The frames and texts of every language, their look, and the file of the day if there is one."""
    verified = verified_of(sources)
    for language in sources.settings.languages:
        texts = texts_of(language)
        yield frame_file(language.code), frame(sources, texts)
        yield fragment_file(language.code), fragment(sources, texts).encode()
    yield f"{FOLDER}/look.css", _LOOK
    if verified.until is not None and verified.current(sources.now.date()):
        yield current_file(verified.until), _CURRENT


def fragment(sources: Sources, texts: Texts) -> str:
    """The text as a piece of HTML that is true on every day, wherever it is copied to."""
    code, direction = texts.language.code, texts.language.direction
    body = f"<p><strong>{escape(institution(sources, texts))}</strong></p>"
    return f'<div lang="{code}" dir="{direction}">{body}{_paragraphs(sources, texts)}</div>\n'


def _paragraphs(sources: Sources, texts: Texts) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in sentences(sources, texts))


def sentences(sources: Sources, texts: Texts) -> Iterator[str]:
    """What the text says: who, what was found and when, until when that counts; with an address, where to check it."""
    verified, forms = verified_of(sources), texts.forms
    if banner := demonstration(sources, texts):
        yield banner
    yield texts.say("Who may see records of this body:")
    if verified.on is None:
        yield texts.say("Not every database has been verified. This text says nothing else.")
    elif verified.until is not None:
        yield texts.say(
            "Verified on %(day)s: the policy holds in every database looked at.", day=forms.day(verified.on)
        )
        yield texts.say(
            "This counts up to and including %(day)s. If today is later, it is NOT CURRENT and says nothing of today.",
            day=forms.day(verified.until),
        )
    else:
        yield texts.say(
            "Last verified on %(day)s. It was not found that the policy holds everywhere.", day=forms.day(verified.on)
        )
    if sources.settings.address is not None:
        checks = address_of(sources, f"{texts.language.code}/check/index.html")
        yield texts.say("Check it at: %(address)s", address=checks)


def frame(sources: Sources, texts: Texts) -> bytes:
    """The text as a page to be shown in another. It says *not current* unless the file of its day is there."""
    verified, code = verified_of(sources), texts.language.code
    until = verified.until if verified.current(sources.now.date()) else None
    head = [
        '<meta charset="utf-8">', f'<meta http-equiv="Content-Security-Policy" content="{policy_of(_PAGE)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">', '<meta name="robots" content="noindex">',
        f"<title>{escape(texts.say('A dated text for other sites'))}</title>",
        '<link rel="icon" href="../static/icon.svg" type="image/svg+xml">',
        '<link rel="stylesheet" href="look.css">',
    ]  # fmt: skip
    late = texts.say("NOT CURRENT, or it could not be checked just now whether this is current.")
    body = [f"<h1>{escape(institution(sources, texts))}</h1>", f'<p class="late">{escape(late)}</p>']
    if until is not None:
        head.append(f'<link rel="stylesheet" href="{current_file(until).rpartition("/")[2]}">')
        said = texts.say("Current up to and including %(day)s.", day=texts.forms.day(until))
        body.append(f'<p class="current" hidden>{escape(said)}</p>')
    opening = f'<!doctype html>\n<html lang="{code}" dir="{texts.language.direction}">\n<head>'
    ending = [_paragraphs(sources, texts), "</main>", "</body>", "</html>", ""]
    return "\n".join([opening, *head, "</head>", "<body>", "<main>", *body, *ending]).encode()
