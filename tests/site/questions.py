"""Ten fixed questions of readers, with the way to each answer and its form in every language.

A way is the words of links, or of the entry of a list around one, from the first page of the language on. An answer
is a pattern that one stretch of the page's own text fits, or one row of a table, read as `caption | row` with what is
marked as another language in brackets. `{…}` in both stands for a value of the published world (`values.py`). A
question whose section is not there yet is awaited: it has no answers, and fails as soon as its section comes without.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Answer:
    """The way to an answer, and its form, as patterns with values of the world in `{…}`."""

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
        frozenset({"home", "access"}),
        {
            "en": Answer(
                (),
                r"As of {today}: {agency} may not see, for {purpose}: [^.]*{data}[^.]*\."
                r" Checked in: {system}\. An official answers with a signature for 1 finding there\."
                r" Unknown: no system\.",
            ),
            "es": Answer(
                (),
                r"A fecha del {today}: {agency} no puede ver, con la finalidad «{purpose}»: [^.]*{data}[^.]*\."
                r" Comprobado en: {system}\. De 1 hallazgo allí responde un funcionario con su firma\."
                r" Desconocido: ningún sistema\.",
            ),
            "zh-Hans": Answer(
                (),
                "截至 {today}：{agency}为“{purpose}”之目的不得查看：[^。]*{data}[^。]*。"
                "已在以下系统核查：{system}。其中 1 个问题由官员签名负责。未知：没有系统。",
            ),
            "pl": Answer(
                (),
                r"Stan na dzień {today}: {agency} nie może oglądać \(cel: {purpose}\): [^.]*{data}[^.]*\."
                r" Sprawdzono w: {system}\. Za 1 ustalenie w tych systemach odpowiada podpisem osoba urzędowa\."
                r" Nieznane: żaden system\.",
            ),
            "ar": Answer(
                (),
                r"بتاريخ {today}: الجهة {agency} لا يجوز لها، لغرض «{purpose}»، الاطلاع على: [^.]*{data}[^.]*\."
                r" تم التحقق في: {system}\. عدد الملاحظات هناك التي يجيب عنها مسؤول بتوقيعه: 1\."
                r" غير معروف: لا يوجد نظام\.",
            ),
        },
    ),
    Question(
        "Since when?",
        frozenset({"decided"}),
        {
            "en": Answer(("What was decided", "{directive}"), r"Effective from {effective}\."),
            "es": Answer(("Qué se decidió", "{directive}"), r"Vigente desde: {effective}\."),
            "zh-Hans": Answer(("作出了什么决定", "{directive}"), "生效日期：{effective}。"),
            "pl": Answer(("Co postanowiono", "{directive}"), r"Obowiązuje od: {effective}\."),
            "ar": Answer(("ما تقرر", "{directive}"), r"سارٍ من: {effective}\."),
        },
    ),
    Question(
        "Who signed?",
        frozenset({"decided"}),
        {
            "en": Answer(
                ("What was decided", "{directive}"),
                r"The two signatures of this directive \| Directed {directing} {director} {directed}",
            ),
            "es": Answer(
                ("Qué se decidió", "{directive}"),
                r"Las dos firmas de esta directiva \| Ordenada {directing} \[{director}\] {directed}",
            ),
            "zh-Hans": Answer(
                ("作出了什么决定", "{directive}"), r"本指令的两个签名 \| 指令签署 {directing} \[{director}\] {directed}"
            ),
            "pl": Answer(
                ("Co postanowiono", "{directive}"),
                r"Dwa podpisy tej dyrektywy \| Wydano {directing} \[{director}\] {directed}",
            ),
            "ar": Answer(
                ("ما تقرر", "{directive}"),
                r"توقيعا هذا التوجيه \| الإصدار {directing} \[{director}\] {directed}",
            ),
        },
    ),
    Question(
        "When was it last verified?",
        frozenset({"enforcement"}),
        {
            "en": Answer((r"Is it so\?",), r".* \| {system} ✓ Holds {verified} by trying as each account .*"),
            "es": Answer((r"¿Es así\?",), r".* \| {system} ✓ Se cumple {verified} probando como cada cuenta .*"),
            "zh-Hans": Answer(("真是这样吗？",), r".* \| {system} ✓ 属实 {verified} 以每个账户的身份尝试 .*"),
            "pl": Answer(
                (r"Czy tak jest\?",), r".* \| {system} ✓ Zgadza się {verified} przez próby jako każde konto .*"
            ),
            "ar": Answer(("هل هو كذلك؟",), r".* \| {system} ✓ ثابت {verified} بالمحاولة باسم كل حساب .*"),
        },
    ),
    Question(
        "How do I check?",
        frozenset({"checking"}),
        {
            "en": Answer(("Check it yourself",), r"Save this site, .*“record”\. You need Python and openssl 3, .*KEY:"),
            "es": Answer(
                ("Compruébelo usted",), r"Guarde este sitio, .*«record»\. Necesita Python y openssl 3, .* KEY .*:"
            ),
            "zh-Hans": Answer(("自行核对",), "保存本网站.*“record”文件夹。需要 Python 和 openssl 3，.*KEY.*："),
            "pl": Answer(
                ("Sprawdź samodzielnie",), r"Zapisz tę stronę .*„record”\. Potrzebne są Python i openssl 3, .*KEY .*:"
            ),
            "ar": Answer(("تحقق بنفسك",), r"احفظ هذا الموقع .*«record»\. تحتاج إلى Python وopenssl 3.*KEY.*:"),
        },
    ),
    Question(
        "How many requests were refused in 2026?",
        frozenset({"requests"}),
        {
            "en": Answer(
                ("What was asked", "2026"),
                r"Requests for assistance – What the policy said – Quarter \| Refused( \d+)+ {refused}",
            ),
            "es": Answer(
                ("Qué se pidió", "2026"),
                r"Solicitudes de ayuda – Qué dijo la política – Trimestre \| Rechazado( \d+)+ {refused}",
            ),
            "zh-Hans": Answer(("请求了什么", "2026"), r"协助请求 – 政策如何规定 – 季度 \| 拒绝( \d+)+ {refused}"),
            "pl": Answer(
                ("O co proszono", "2026"), r"Wnioski o pomoc – Co mówią zasady – Kwartał \| Odmowa( \d+)+ {refused}"
            ),
            "ar": Answer(
                ("ما الذي طُلب", "2026"), r"طلبات المساعدة – ماذا قالت السياسة – ربع السنة \| مرفوض( \d+)+ {refused}"
            ),
        },
    ),
    Question(
        "Do I need ID at this clinic?",
        frozenset({"places"}),
        {
            "en": Answer(("Places and services", "Clinics", ".*{clinic}.*"), "No ID needed, says the record"),
            "es": Answer(
                ("Lugares y servicios", "Clínicas", ".*{clinic}.*"), "No se necesita identificación, según el registro"
            ),
            "zh-Hans": Answer(("场所与服务", "诊所", ".*{clinic}.*"), "据记录无需身份证件"),
            "pl": Answer(
                ("Miejsca i usługi", "Przychodnie", ".*{clinic}.*"), "Według wpisu dokument tożsamości niepotrzebny"
            ),
            "ar": Answer(("الأماكن والخدمات", "العيادات", ".*{clinic}.*"), "لا حاجة إلى إثبات هوية، بحسب السجل"),
        },
    ),
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
    Question(
        "How do I ask who looked at my record?",
        frozenset({"disclosure"}),
        {
            "en": Answer((r"Who looked\?",), r"Print the form and fill it in, or write a letter .*"),
            "es": Answer((r"¿Quién miró\?",), r"Imprima el formulario y rellénelo, o escriba una carta .*"),
            "zh-Hans": Answer(("谁查看了？",), "打印表格并填写，或写一封内容相同的信。.*"),
            "pl": Answer((r"Kto oglądał\?",), r"Wydrukuj formularz i wypełnij go albo napisz list .*"),
            "ar": Answer(("من اطّلع؟",), "اطبع الاستمارة واملأها، أو اكتب رسالة بالمضمون نفسه.*"),
        },
    ),
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
    "finding": "it leads to the others by their words",
    "press": "it says once more what other sections say",
    "data": "it is for programs",
    "changes": "it is a feed of what other sections say",
}
"""Sections that no question is about, and why."""
