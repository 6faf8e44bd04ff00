"""Ten fixed questions of readers, with the way to each answer and its form in every language.

A way is the words of links, from the first page of the language on. An answer is a pattern that one stretch of the
page's own text fits; `{…}` in it stands for a value of the published world (`Values`). A question whose section is not
there yet is awaited: it has no answers, and fails as soon as its section comes without them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Answer:
    """The way to an answer, and its form."""

    way: tuple[str, ...]
    form: str


@dataclass(frozen=True)
class Question:
    """What a reader wants to know. `sections` are the names that its section may have."""

    words: str
    sections: frozenset[str]
    answers: Mapping[str, Answer] = field(default_factory=dict)


QUESTIONS: Final = (
    Question(
        "May Immigration and Customs Enforcement see home addresses for civil immigration enforcement?",
        frozenset({"policy", "access", "who"}),
    ),
    Question("Since when?", frozenset({"policy", "decided", "directives", "history"})),
    Question("Who signed?", frozenset({"policy", "decided", "directives"})),
    Question("When was it last verified?", frozenset({"enforcement", "proof", "verified", "checking"})),
    Question("How do I check?", frozenset({"enforcement", "proof", "check", "checking"})),
    Question("How many requests were refused in 2026?", frozenset({"requests", "asked"})),
    Question("Do I need ID at this clinic?", frozenset({"services", "directory", "places"})),
    Question(
        "What can I do when somebody asks to come in?",
        frozenset({"rights"}),
        {
            "en": Answer(("Your rights", "Your rights at home"), r"Ask to see the paper\. .*signature of a judge\."),
            "es": Answer(("Sus derechos", "Sus derechos en casa"), r"Pida ver el papel\. .*firma de un juez\."),
            "zh-Hans": Answer(("您的权利", "您在家中的权利"), "要求看文件。.*法官的签名。"),
            "pl": Answer(("Twoje prawa", "Twoje prawa w domu"), r"Poproś o pokazanie dokumentu\. .*podpis sędziego\."),
            "ar": Answer(("حقوقك", "حقوقك في المنزل"), r"اطلب رؤية الورقة\. .*توقيع قاضٍ\."),
        },
    ),
    Question("How do I ask who looked at my record?", frozenset({"disclosure", "looked", "who-looked"})),
    Question(
        "Does this site keep cookies?",
        frozenset({"about"}),
        {
            "en": Answer(("How this site treats you",), "This site sets no cookies and keeps nothing on your device."),
            "es": Answer(
                ("Cómo le trata este sitio",), r"Este sitio no (usa|pone|instala|utiliza) cookies .*dispositivo\."
            ),
            "zh-Hans": Answer(("本网站如何对待您",), r"本网站不.*Cookie.*设备.*。"),
            "pl": Answer(("Jak ta strona traktuje Ciebie",), r"Ta strona nie używa ciasteczek .*urządzeniu\."),
            "ar": Answer(("كيف يعاملك هذا الموقع",), r"لا يستخدم هذا الموقع ملفات تعريف الارتباط .*جهازك\."),
        },
    ),
)
NO_QUESTION: Final = {
    "home": "it leads to the others, and every way begins there",
    "finding": "it leads to the others by their words",
    "press": "it says once more what other sections say",
    "data": "it is for programs",
    "changes": "it is a feed of what other sections say",
}
"""Sections that no question is about, and why."""
