"""What every table and field of the open data means, in the reader's language."""

from collections.abc import Mapping

from recuse.languages import Texts


def tables(texts: Texts) -> Mapping[str, str]:
    """What each table holds, by its name."""
    return {
        "directives": texts.say("Directives in force: who decided what, and since when."),
        "rules": texts.say(
            "Rules in force: each as a sentence where one can say it, and as the text that computers read."
        ),
        "requests": texts.say("How many requests each quarter had, by one thing that the record says of them."),
        "request-months": texts.say("How many requests for assistance each month had, by what was asked."),
        "nil-periods": texts.say("Periods for which an office certified that nothing was received."),
        "verdicts": texts.say("What each verification said. A row is one database on one day; it does not say which."),
        "rights": texts.say("Texts on rights that are shown. A row is one legal fact that one paragraph rests on."),
    }


def types(texts: Texts) -> Mapping[str, str]:
    """What types of field are called."""
    return {
        "string": texts.say("text"),
        "integer": texts.say("whole number"),
        "boolean": texts.say("true or false"),
        "date": texts.say("day"),
        "datetime": texts.say("moment (UTC)"),
    }


def fields(texts: Texts) -> Mapping[tuple[str, str], str]:
    """What each field means, by its table and name."""
    return {**_policy(texts), **_requests(texts), **_record(texts), **_rights(texts)}


def _policy(texts: Texts) -> Mapping[tuple[str, str], str]:
    directive = texts.say("Name of the directive in the policy")
    return {
        ("directives", "directive"): directive,
        ("directives", "title"): texts.say("Its title, as it was signed"),
        ("directives", "issued"): texts.say("The day that stands on it"),
        ("directives", "effective"): texts.say("Since when it counts"),
        ("directives", "directed_by"): texts.say("The office that signed it"),
        ("directives", "confirmed_by"): texts.say("The office that confirmed it with a second signature"),
        ("directives", "stage"): texts.say(
            "How far it is put into effect: watched only, for some accounts, or for all"
        ),
        ("directives", "supersedes"): texts.say("Directives that it replaced"),
        ("directives", "cedar_sha256"): texts.say("Digest of the text of its rules"),
        ("rules", "directive"): directive,
        ("rules", "rule"): texts.say("Name of the rule"),
        ("rules", "effect"): texts.say("Whether it permits or forbids; empty where no sentence can say the rule"),
        ("rules", "language"): texts.say("Language of the sentence"),
        ("rules", "sentence"): texts.say("The rule in one or two sentences; empty where only its text says it"),
        ("rules", "cedar"): texts.say(
            "The rule as computers read it. The apostrophe before it keeps spreadsheets from running it."
        ),
    }


def _requests(texts: Texts) -> Mapping[tuple[str, str], str]:
    return {
        ("requests", "period"): texts.say("The quarter in which requests were received"),
        ("requests", "subject"): texts.say("Requests for assistance by people, or for a permit to read a database"),
        ("requests", "particular"): texts.say(
            "By what is counted: what was asked, for whom, why, the ruling or the end"
        ),
        ("requests", "value"): texts.say("Which of these it is"),
        ("requests", "count"): texts.say("How many requests"),
        ("request-months", "month"): texts.say("The month in which requests were received"),
        ("request-months", "kind"): texts.say("What was asked"),
        ("request-months", "count"): texts.say("How many requests; empty where the count is withheld"),
        ("request-months", "withheld"): texts.say("Whether the count is withheld to protect people"),
        ("nil-periods", "period"): texts.say("The period: a year, a quarter or a month"),
        ("nil-periods", "kinds"): texts.say("About which requests; empty means all"),
        ("nil-periods", "agencies"): texts.say("About which agencies; empty means all"),
        ("nil-periods", "office"): texts.say("The office that certified it"),
        ("nil-periods", "certified_on"): texts.say("The day on which it was certified"),
        ("nil-periods", "signed"): texts.say("Whether it was signed with a key"),
        ("nil-periods", "broken"): texts.say("Whether a request for that period was recorded later"),
    }


def _record(texts: Texts) -> Mapping[tuple[str, str], str]:
    return {
        ("verdicts", "entry"): texts.say("Number of the entry in the record, from 0"),
        ("verdicts", "day"): texts.say("The day of the verification"),
        ("verdicts", "verdict"): texts.say(
            "What it said: the policy holds, holds by the catalog alone, there are findings, or it could not tell"
        ),
        ("verdicts", "findings"): texts.say("How many findings there were, those of little weight too"),
        ("verdicts", "known_by"): texts.say("Whether access was tried, or told from the catalog alone"),
    }


def _rights(texts: Texts) -> Mapping[tuple[str, str], str]:
    return {
        ("rights", "text"): texts.say("Name of the text, the same in every language"),
        ("rights", "language"): texts.say("Language of the text"),
        ("rights", "place"): texts.say(
            "Where one needs it: at home, at work, at school, in court, at a hospital or on the street"
        ),
        ("rights", "kind"): texts.say("Whether it tells law, or what this body has decided itself"),
        ("rights", "jurisdiction"): texts.say("Where the text applies"),
        ("rights", "title"): texts.say("Title of the text"),
        ("rights", "claim"): texts.say("Number of the paragraph, from 1"),
        ("rights", "says"): texts.say("The paragraph as it is shown"),
        ("rights", "fact"): texts.say("Name of the legal fact that it rests on; empty where it names no law"),
        ("rights", "law_of"): texts.say("Whose law it is"),
        ("rights", "citation"): texts.say("Where the law is written"),
        ("rights", "status"): texts.say("How far the law holds"),
        ("rights", "sure"): texts.say("Whether the law was read, read about, or told from memory"),
        ("rights", "checked_on"): texts.say("The day on which that was read; empty for what is told from memory"),
        ("rights", "as_of"): texts.say("The day as of which the text tells"),
        ("rights", "review_by"): texts.say("The day by which it is to be reviewed again"),
        ("rights", "state"): texts.say(
            "Shown, shown with warnings, or withheld: that one shows only in a demonstration"
        ),
        ("rights", "reasons"): texts.say("Codes that say why it is not simply shown"),
        ("rights", "reviewed_on"): texts.say(
            "The day on which a person reviewed the English text; empty where nobody has"
        ),
        ("rights", "translation"): texts.say("Who translated it, “machine” for a machine; empty for the English text"),
        ("rights", "translation_reviewed_on"): texts.say(
            "The day on which a person reviewed the translation; empty where nobody has"
        ),
    }
