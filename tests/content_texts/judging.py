"""What an editor would send back: each rule finds its faults in the texts and names the file."""

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Final

from tests.content_texts import measures
from tests.content_texts.texts import LANGUAGES, TRANSLATIONS, Text, Texts

SURE: Final = {
    "read": "R1 R2 R3 R4 R5 R7 R8 R10 R11 R14 R18 R36 R44 DEMO1 DEMO2 DEMO3",
    "secondary": "D2 D5a D7 D8a D8b D8c D10a D10b D11a D11b D12 R12 R15 R16 R37",
    "memory": "D1 D3 D4a D4b D5b D6 D9a D9b R6 R9 R17 R38",
}
"""How sure the project's notes are of each statement of law; a file is changed together with this, never alone."""
HEDGES: Final = {
    "disputed": {"en": "disputed", "es": "disputa", "zh-Hans": "争议", "pl": "sporn", "ar": "خلاف"},
    "pending": {"en": "pending", "es": "pendiente", "zh-Hans": "未结案", "pl": "w toku", "ar": "قيد النظر"},
    "rescinded": {"en": "withdrawn", "es": "retir", "zh-Hans": "撤销", "pl": "cofnięto", "ar": "أُلغي"},
    "unknown": {"en": "not been checked", "es": "comproba", "zh-Hans": "未核", "pl": "nie sprawdzono", "ar": "التحقق"},
}
"""What a text says, in each language, when it rests on law of this status; `partly enjoined` as `unknown`."""
SLOGANS: Final = {
    "en": "sanctuary|welcome|without fear|you are safe|illegal alien|raid|sighting|guarantee|democrat|republican|fight",
    "es": "santuario|bienvenid|sin miedo|ilegales|redada|garanti|demócrata|republican|luch",
    "zh-Hans": "庇护城|欢迎|非法移民|突击|保证您|民主党|共和党|斗争",
    "pl": "sanktuari|witamy|bez strachu|nielegaln|nalot|gwarant|demokrat|republikan|walcz",
    "ar": "ملاذ|مرحب|بلا خوف|غير شرعي|مداهمة|نضمن|الديمقراطي|الجمهوري",
}
DEMONSTRATION: Final = {
    "en": "(demonstration)",
    "es": "(demostración)",
    "zh-Hans": "（演示）",
    "pl": "(demonstracja)",
    "ar": "(عرض تجريبي)",
}
OTHERS: Final = "officers?|schools?|hospitals?|courts?|agents"
GRADE: Final = 8.0
EASE: Final = 60.0
LONGEST: Final = {"en": 25, "es": 32, "zh-Hans": 48, "pl": 25, "ar": 27}


def faults(texts: Texts) -> list[str]:
    """Every fault of every rule, as `file: what`."""
    return [fault for rule in RULES for fault in rule(texts)]


def rests_on_law(texts: Texts) -> Iterator[str]:
    """Each claim has facts that exist and hold where it speaks; a commitment never rests on federal law."""
    for record in texts.records.values():
        for number, claim in enumerate(record.table["claim"], 1):
            if not claim["facts"]:
                yield f"{record.file}: claim {number} rests on no legal fact"
            for name in claim["facts"]:
                fact = texts.facts.get(name)
                if fact is None:
                    yield f"{record.file}: no legal fact `{name}`"
                elif not f"{record.table['jurisdiction']}-".startswith(f"{fact['jurisdiction']}-"):
                    yield f"{record.file}: `{name}` is law of another place"
                elif record.table["kind"] == "commitment" and fact["jurisdiction"] == "us":
                    yield f"{record.file}: a commitment rests on federal law, `{name}`"


def says_no_figure_of_its_own(texts: Texts) -> Iterator[str]:
    """Years, sums and forms of a claim stand in a legal fact that it names."""
    for record in texts.records.values():
        for number, claim in enumerate(record.table["claim"], 1):
            facts = [texts.facts[name] for name in claim["facts"] if name in texts.facts]
            ground = " ".join(str(fact.get(key, "")) for fact in facts for key in ("says", "citation", "note"))
            for of in (measures.numbers, measures.codes):
                for figure in of(claim["text"]).keys() - of(ground).keys():
                    yield f"{record.file}: claim {number} says {figure}, and no legal fact of it does"


def no_surer_than_the_notes(texts: Texts) -> Iterator[str]:
    """A fact is as sure as the notes are, and what was not read has no day."""
    noted = {name: sure for sure, names in SURE.items() for name in names.split()}
    for name in noted.keys() ^ texts.facts.keys():
        yield f"facts: `{name}` stands in the notes or in the files alone"
    for name, fact in texts.facts.items():
        if fact["sure"] != noted.get(name):
            yield f"facts: `{name}` is {fact['sure']}, the notes say {noted.get(name)}"
        if ("checked_on" in fact) != (fact["sure"] != "memory"):
            yield f"facts: `{name}` has a day without a check, or a check without a day"


def says_what_is_not_settled(texts: Texts) -> Iterator[str]:
    """A text that rests on law that is disputed, pending, withdrawn or unknown says so, in every language."""
    for text in (*texts.records.values(), *texts.translations.values()):
        named = {name for claim in texts.records[text.id].table["claim"] for name in claim["facts"]}
        found = {texts.facts[name]["status"] for name in named if name in texts.facts} - {"in force"}
        for status in sorted("unknown" if each == "partly enjoined" else each for each in found):
            if HEDGES[status][text.language] not in " ".join(text.claims).lower():
                yield f"{text.file}: rests on law that is {status}, and does not say so"


def tells_law_as_law(texts: Texts) -> Iterator[str]:
    """A law says what may and must be; what others will do is promised by nobody."""
    for record in texts.records.values():
        others = (
            "police|staff|officers?|schools?|hospitals?|courts?|agents" if record.table["kind"] == "law" else OTHERS
        )
        for line in record.lines:
            if found := re.search(rf"\b({others}) (do|does|will) not\b", measures.plain(line)):
                yield f"{record.file}: `{found[0]}` is a promise of others"


def complete(texts: Texts) -> Iterator[str]:
    """Every record, name and word in every language, claim by claim, from the English that stands there now."""
    for record in texts.records.values():
        for code in TRANSLATIONS:
            text = texts.translations.get((record.id, code))
            if text is None:
                yield f"{record.file}: nothing in {code}"
                continue
            if text.shape != record.shape:
                yield f"{text.file}: not claim by claim"
            if text.table["source_sha256"] != source_sha256(record):
                yield f"{text.file}: made from another English text"
            if text.table["translated_by"] != "machine" or text.table["reviewed"] or record.table["reviewed"]:
                yield f"{text.file}: claims a person's work that was not done"
    held = {**{f"names.toml {' '.join(key)}": set(each) for key, each in texts.names.items()},
            **{f"glossary.toml {name}": set(word) - {"id"} for name, word in texts.words.items()},
            "site.toml": set(texts.site["title"]) & set(texts.site["who_looked"]["bring"])}  # fmt: skip
    for where, codes in held.items():
        if codes != set(LANGUAGES):
            yield f"{where}: not in five languages"


def source_sha256(record: Text) -> str:
    """The digest of the English words: a line for the title, each claim, and what the card says to do and to say."""
    card = record.table.get("card", {})
    lines = [f"title {record.table['title']}", *(f"claim {text}" for text in record.claims)]
    lines += [f"{key} {text}" for key in ("do", "say") for text in card.get(key, ())]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def same_in_every_language(texts: Texts) -> Iterator[str]:
    """Marked words, numbers, forms and citations are those of the English, line by line."""
    for (name, _), text in texts.translations.items():
        for number, (english, other) in enumerate(zip(texts.records[name].lines, text.lines, strict=False)):
            for what, of in (("words", measures.marks), ("numbers", measures.numbers), ("forms", measures.codes)):
                if of(english) != of(other):
                    yield f"{text.file}: line {number} has other {what} than the English"
        for word in (word for line in text.lines for word in measures.marks(line)):
            if word not in texts.words:
                yield f"{text.file}: no word `{word}`"


def in_its_own_language(texts: Texts) -> Iterator[str]:
    """No English is left, Chinese is written in Han and Arabic in Arabic, and no character is hidden."""
    english = {line for _, code, line in texts.every() if code == "en"}
    for file, code, line in texts.every():
        if measures.hidden(line):
            yield f"{file}: {code} holds the hidden character {measures.hidden(line)}"
        script = {"zh-Hans": "CJK", "ar": "ARABIC"}.get(code)
        if script is None:
            bare = re.search(r"Illinois|^California$|^civil$|^federal$", line)
            if code != "en" and (measures.english_share(line) > 0.1 or (line in english and not bare)):
                yield f"{file}: English in {code}: {line}"
        elif measures.script_share(line, script) < 1 or measures.foreign(line) or not re.search(r"[^\x00-\x7f]", line):
            yield f"{file}: another script in {code}: {line}"


def easy_to_read(texts: Texts) -> Iterator[str]:
    """English to grade 8, Spanish to an ease that is its like, and no sentence too long in any language."""
    for text in (*texts.records.values(), *texts.translations.values()):
        if text.language == "en" and measures.grade(text.lines) > GRADE:
            yield f"{text.file}: grade {measures.grade(text.lines):.1f}"
        if text.language == "es" and measures.ease(text.lines) < EASE:
            yield f"{text.file}: ease {measures.ease(text.lines):.1f}"
        if measures.longest(text.lines, text.language) > LONGEST[text.language]:
            yield f"{text.file}: a sentence of {measures.longest(text.lines, text.language)}"


def neutral_and_about_nobody(texts: Texts) -> Iterator[str]:
    """No slogan, no party, no word on where officers are, and nothing that leads to a person."""
    for file, code, line in texts.every():
        if found := re.search(SLOGANS[code], line, re.IGNORECASE):
            yield f"{file}: `{found[0]}` in {code}"
        if re.search(r"@|\d(?:[ -]?\d){6,}", line):
            yield f"{file}: a mailbox or a long number in {code}"
    contact = texts.site["contact"]
    if not re.fullmatch(r"\+1 \d{3} 555 01\d\d", contact["phone"]) or not contact["email"].endswith(".example"):
        yield "site.toml: phone and mailbox must be of those that nobody has"


def marked_as_demonstration(texts: Texts) -> Iterator[str]:
    """Agencies and officials' offices are named as those of a demonstration, in every language."""
    shown = {f"names.toml {key[1]}": each for key, each in texts.names.items() if key[0] in ("agency", "office")}
    for where, by_language in shown.items():
        for code, line in by_language.items():
            if not line.endswith(DEMONSTRATION[code]):
                yield f"{where}: not named as a demonstration in {code}"
    if texts.site["demonstration"] is not True:
        yield "site.toml: not a demonstration"


def told_apart(texts: Texts) -> Iterator[str]:
    """No two things of one kind have one name in a language, and no name holds what parts names in a sentence."""
    for kind in dict.fromkeys(kind for kind, _ in texts.names):
        for code in LANGUAGES:
            named = [each[code] for (of, _), each in texts.names.items() if of == kind and code in each]
            for name in named:
                if named.count(name) > 1:
                    yield f"names.toml: two of the kind {kind} are `{name}` in {code}"
                if re.search("[;؛；]", name):
                    yield f"names.toml: `{name}` holds a semicolon"


RULES: Final[tuple[Callable[[Texts], Iterator[str]], ...]] = (
    rests_on_law, says_no_figure_of_its_own, no_surer_than_the_notes, says_what_is_not_settled, tells_law_as_law,
    complete, same_in_every_language, in_its_own_language, easy_to_read, neutral_and_about_nobody,
    marked_as_demonstration, told_apart,
)  # fmt: skip
