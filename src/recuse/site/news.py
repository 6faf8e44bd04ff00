"""What is new in the record: directives, applications, verdicts, nil certificates, reviews of public content.

No news names a system, an account or a person, or a month in which nobody was asked about; a verdict is that of all
systems together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from recuse.languages import Texts
from recuse.ledger import Entry
from recuse.site.counted import tells_month
from recuse.site.sources import Sources
from recuse.site.verified import Verdict, together


@dataclass(frozen=True, slots=True)
class News:
    """One thing that is new: the entry that has it, when, what it is, and the directive or period that it is about."""

    index: int
    at: datetime
    what: str
    about: str


_PUBLIC: Final = "public_content"


def every_news(sources: Sources) -> tuple[News, ...]:
    """All news, the newest first."""
    return tuple(reversed([*_news(sources)]))


def _news(sources: Sources) -> Iterator[News]:
    live = {name for name, each in sources.repository.systems.items() if each.kind == "live"}
    newest, applied, told = dict[str, Entry](), set[str](), "never"
    for index, each in enumerate(sources.record.entries):
        match each.kind:
            case "directed" | "confirmed":
                yield News(index, each.at, each.kind, str(each.body["directive"]))
            case "applied":
                applied.add(str(each.body["system"]))
                yield News(index, each.at, each.kind, "")
            case "certified":
                yield News(index, each.at, each.kind, "" if tells_month(each) else str(each.body["period"]))
            case "reviewed" if each.body.get("kind") == _PUBLIC:
                yield News(index, each.at, each.kind, "")
            case "verified" if each.body["system"] in live:
                newest[str(each.body["system"])] = each
                # A system that the policy has only now says nothing of what was told before.
                verdict = together([*newest.values()]) if live & applied <= newest.keys() else told
                if verdict != told:
                    told = verdict
                    yield News(index, each.at, f"verdict-{verdict}", "")
            case _:
                pass


def said(news: News, texts: Texts) -> str:
    """News in one sentence, in which what it is about does not stand: that may be in another language."""
    return {**_acts(texts), **_verdicts(texts)}[news.what]


def about(news: News, sources: Sources) -> str:
    """What news is about: a directive by its title, as it was signed; a period; or nothing."""
    known = sources.repository.directives.get(news.about)
    return news.about if known is None else known.directive.title


def _acts(texts: Texts) -> Mapping[str, str]:
    return {
        "directed": texts.say("A directive was signed."),
        "confirmed": texts.say("A directive was confirmed by a second office."),
        "applied": texts.say("The policy was applied to a database."),
        "certified": texts.say("An office certified that nothing was received."),
        "reviewed": texts.say("Officials reviewed what the public is told."),
    }


def _verdicts(texts: Texts) -> Mapping[str, str]:
    of: Mapping[Verdict, str] = {
        "holds": texts.say("Verification: the policy holds."),
        "catalog": texts.say("Verification: the policy holds by the catalog; access was not tried everywhere."),
        "findings": texts.say("Verification: there are findings."),
        "undetermined": texts.say("Verification: it could not be told whether the policy holds."),
    }
    return {f"verdict-{name}": text for name, text in of.items()}


def id_of(news: News, sources: Sources, language: str) -> str:
    """A name for news in a language, made of the ledger's key (its name and public key) and the entry's number.

    No address is in it: the name stays the same where the site is given one later, or moves.
    """
    return _urn(f"{sources.record.verifier}#{language}#{news.index}")


def feed_id(sources: Sources, language: str) -> str:
    """The name of the feed in a language, made in the same way."""
    return _urn(f"{sources.record.verifier}#{language}")


def _urn(name: str) -> str:
    return uuid5(NAMESPACE_URL, name).urn
