"""What an answer says to people, in five languages: English is the key, and what a language lacks is an error.

The four translations were made by a machine, and every answer in them says so.
"""

from collections.abc import Mapping
from typing import Final

LANGUAGES: Final = ("en", "es", "zh-Hans", "pl", "ar")
MACHINE: Final = "This translation was made by a machine. The English text counts."
_ROWS: Final[tuple[tuple[str, str, str, str, str], ...]] = (
    (
        "Who asked for your records",
        "Quién pidió sus registros",
        "谁查询过您的记录",
        "Kto pytał o Pana/Pani dane",
        "من طلب سجلاتك",
    ),
    ("Answer to request", "Respuesta a la solicitud", "答复的申请", "Odpowiedź na wniosek", "الرد على الطلب"),
    ("Made on", "Fecha de la respuesta", "答复日期", "Data sporządzenia", "تاريخ الإعداد"),
    ("By", "Por", "答复机构", "Sporządzone przez", "من"),
    ("Period", "Período", "期间", "Okres", "الفترة"),
    ("Entry", "Asiento", "条目", "Wpis", "القيد"),
    ("Day", "Día", "日期", "Dzień", "اليوم"),
    ("What happened", "Qué ocurrió", "发生了什么", "Co się stało", "ماذا حدث"),
    ("Agency", "Organismo", "机构", "Organ", "الجهة"),
    ("Also taking part", "También participan", "其他参与机构", "Uczestniczą także", "جهات مشاركة أخرى"),
    ("Purpose", "Finalidad", "目的", "Cel", "الغرض"),
    ("Legal authority", "Base legal", "法律依据", "Podstawa prawna", "السند القانوني"),
    ("Kind of data", "Tipo de datos", "数据种类", "Rodzaj danych", "نوع البيانات"),
    ("Result", "Resultado", "结果", "Wynik", "النتيجة"),
    ("Directive", "Directiva", "指令", "Dyrektywa", "التوجيه"),
    (
        "A program asked for access to data.",
        "Un programa pidió acceso a datos.",
        "某程序请求访问数据。",
        "Program poprosił o dostęp do danych.",
        "طلب برنامج الوصول إلى بيانات.",
    ),
    (
        "An agency asked staff for records or help.",
        "Un organismo pidió al personal registros o ayuda.",
        "某机构向工作人员索取记录或请求协助。",
        "Organ poprosił pracowników o dane lub pomoc.",
        "طلبت جهة من الموظفين سجلات أو مساعدة.",
    ),
    (
        "Staff answered such a request.",
        "El personal respondió a una solicitud de ese tipo.",
        "工作人员答复了此类请求。",
        "Pracownicy odpowiedzieli na taką prośbę.",
        "رد الموظفون على طلب من هذا النوع.",
    ),
    ("Asked for", "Qué se pidió", "所请求的事项", "O co proszono", "المطلوب"),
    ("to read", "leer", "读取", "odczyt", "قراءة"),
    ("to add", "añadir", "添加", "dodanie", "إضافة"),
    ("to change", "modificar", "更改", "zmiana", "تغيير"),
    ("to delete", "borrar", "删除", "usunięcie", "حذف"),
    ("records", "registros", "记录", "dane", "سجلات"),
    (
        "whether a matter is civil or criminal",
        "si un asunto es civil o penal",
        "事项属民事还是刑事",
        "czy sprawa jest cywilna czy karna",
        "هل المسألة مدنية أم جنائية",
    ),
    (
        "to hold somebody longer",
        "retener a alguien por más tiempo",
        "延长对某人的羁押",
        "dłuższe zatrzymanie osoby",
        "احتجاز شخص مدة أطول",
    ),
    (
        "word of a release",
        "aviso de una puesta en libertad",
        "获释通知",
        "zawiadomienie o zwolnieniu",
        "إشعار بالإفراج",
    ),
    ("to hand somebody over", "entregar a alguien", "移交某人", "przekazanie osoby", "تسليم شخص"),
    ("an interview", "una entrevista", "问话", "rozmowa", "مقابلة"),
    (
        "a room, a car or equipment",
        "una sala, un vehículo o un equipo",
        "场所、车辆或设备",
        "pomieszczenie, pojazd lub sprzęt",
        "غرفة أو مركبة أو معدات",
    ),
    ("a joint operation", "una operación conjunta", "联合行动", "wspólna akcja", "عملية مشتركة"),
    (
        "a copy of many records",
        "una copia de muchos registros",
        "大量记录的副本",
        "kopia wielu danych",
        "نسخة من سجلات كثيرة",
    ),
    ("lasting access", "acceso permanente", "长期访问权限", "stały dostęp", "وصول دائم"),
    ("allowed", "permitido", "允许", "zezwolono", "مسموح"),
    ("denied", "denegado", "拒绝", "odmówiono", "مرفوض"),
    ("asked", "solicitado", "已提出", "wpłynęło", "مطلوب"),
    ("done as asked", "cumplido", "已照办", "spełniono", "نُفذ كما طُلب"),
    ("done in part", "cumplido en parte", "已部分照办", "spełniono częściowo", "نُفذ جزئياً"),
    ("refused", "rechazado", "已回绝", "odrzucono", "رُفض"),
    ("no records found", "no se encontraron registros", "未找到记录", "nie znaleziono danych", "لم توجد سجلات"),
    ("withdrawn", "retirado", "已撤回", "wycofano", "سُحب"),
    ("other", "otro", "其他", "inne", "غير ذلك"),
    ("not stated", "no indicado", "未说明", "nie podano", "غير مذكور"),
    (
        "an agency that is not listed",
        "un organismo que no figura en la lista",
        "未列名的机构",
        "organ spoza listy",
        "جهة غير مدرجة",
    ),
    (
        "This answer lists no entry of these records for this period.",
        "Esta respuesta no enumera ningún asiento de estos registros en este período.",
        "本答复未列出这些记录在此期间的任何条目。",
        "Ta odpowiedź nie wymienia żadnego wpisu o tych danych w tym okresie.",
        "لا يذكر هذا الرد أي قيد عن هذه السجلات في هذه الفترة.",
    ),
    (
        "Some entries may be delayed or left out by law, for example to protect other people. Every answer says this.",
        "La ley puede retrasar u omitir algunos asientos, por ejemplo para proteger a otras personas. "
        "Todas las respuestas lo dicen.",
        "依法，部分条目可能延后告知或不予列出，例如为了保护他人。每份答复都有这句话。",
        "Zgodnie z prawem niektóre wpisy mogą być podane później lub pominięte, na przykład dla ochrony innych osób. "
        "Mówi to każda odpowiedź.",
        "قد يؤجل القانون ذكر بعض القيود أو يستبعدها، مثلاً لحماية أشخاص آخرين. ترد هذه الجملة في كل رد.",
    ),
    (
        "What this answer covers",
        "Qué abarca esta respuesta",
        "本答复的范围",
        "Co obejmuje ta odpowiedź",
        "ما يشمله هذا الرد",
    ),
    ("Record of acts", "Registro de actos", "行为记录", "Rejestr czynności", "سجل الأفعال"),
    ("Record of decisions", "Registro de decisiones", "决定记录", "Rejestr decyzji", "سجل القرارات"),
    ("Systems", "Sistemas", "系统", "Systemy", "الأنظمة"),
    ("What it does not cover", "Qué no abarca", "不包括的内容", "Czego nie obejmuje", "ما لا يشمله"),
    (
        "Queries made in a database itself. Its log does not name records.",
        "Consultas hechas en la propia base de datos. Su bitácora no nombra registros.",
        "直接在数据库中进行的查询。其日志不记载是哪条记录。",
        "Zapytania wykonane w samej bazie danych. Jej dziennik nie wskazuje konkretnych danych.",
        "الاستعلامات داخل قاعدة البيانات نفسها. سجلها لا يحدد السجلات.",
    ),
    (
        "Answers to programs that did not say or note which record they meant.",
        "Respuestas a programas que no dijeron ni anotaron a qué registro se referían.",
        "未说明或未注明所指记录的程序所得到的答复。",
        "Odpowiedzi dla programów, które nie podały ani nie zapisały, o które dane chodziło.",
        "الردود على برامج لم تذكر ولم تدوّن السجل المقصود.",
    ),
    (
        "What happened before the first entry.",
        "Lo ocurrido antes del primer asiento.",
        "第一条条目之前发生的事。",
        "Tego, co było przed pierwszym wpisem.",
        "ما حدث قبل أول قيد.",
    ),
    (
        "Systems that are not named above.",
        "Sistemas que no se nombran arriba.",
        "上文未列出的系统。",
        "Systemów niewymienionych powyżej.",
        "الأنظمة غير المذكورة أعلاه.",
    ),
    ("How to check it", "Cómo comprobarlo", "如何核对", "Jak to sprawdzić", "كيف تتحقق منه"),
    (
        "The file answer.json holds a proof for each entry. The ledger holds the digest of that file.",
        "El archivo answer.json contiene una prueba de cada asiento. El libro de registro contiene la huella de ese "
        "archivo.",
        "文件 answer.json 含有每个条目的证明。账本中存有该文件的摘要。",
        "Plik answer.json zawiera dowód każdego wpisu. Rejestr zawiera skrót tego pliku.",
        "يحتوي الملف answer.json على إثبات لكل قيد. ويحتوي السجل العام على بصمة ذلك الملف.",
    ),
    (
        "Whoever has a copy of the ledger can compare each line with its entry.",
        "Quien tenga una copia del libro de registro puede comparar cada línea con su asiento.",
        "持有账本副本的人可以将每一行与其条目对照。",
        "Kto ma kopię rejestru, może porównać każdy wiersz z jego wpisem.",
        "يستطيع من لديه نسخة من السجل العام مقارنة كل سطر بقيده.",
    ),
    ("Digest (SHA-256)", "Huella (SHA-256)", "摘要 (SHA-256)", "Skrót (SHA-256)", "البصمة (SHA-256)"),
    (
        MACHINE,
        "Esta traducción la hizo una máquina. Vale el texto en inglés.",
        "本译文由机器翻译。以英文文本为准。",
        "To tłumaczenie wykonała maszyna. Rozstrzyga tekst angielski.",
        "هذه الترجمة من عمل آلة. النص الإنجليزي هو المعتمد.",
    ),
)
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    language: {row[0]: row[place] for row in _ROWS} for place, language in enumerate(LANGUAGES)
}


def said(language: str, text: str) -> str:
    """A sentence in a language; KeyError for one that is missing, since nothing is said in English instead."""
    return _WORDS[language][text]


def sentences() -> tuple[str, ...]:
    """Every sentence, in English."""
    return tuple(row[0] for row in _ROWS)
