"""Reading level: by hand and by rule the same; a hard text is caught in every language, and an easy one passes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.content.level import MEASURES, Figure, level_of, read_aloud, record_level
from recuse.content.syllables import english, polish, sentences, spanish, words
from recuse.content.values import Card, Claim, Translation
from tests.unit.content.example import SPANISH, content

EASY = {
    "en": "You do not have to open the door. Ask to see the paper. Look for the name of a judge. You may stay silent.",
    "es": "Usted no tiene que abrir la puerta. Pida ver el papel. Busque el nombre del juez. Usted puede callar.",
    "pl": "Nie musisz otwierać drzwi. Poproś o nakaz. Zobacz, czy podpisał go sędzia. Możesz nic nie mówić.",
    "zh-Hans": "您不必开门。请要求看文件。看看上面有没有法官的名字。您可以不说话。",
    "ar": "لا يجب أن تفتح الباب. اطلب أن ترى الورقة. ابحث عن اسم القاضي. لك أن تصمت.",
}
HARD = {
    "en": "Notwithstanding any administrative determination to the contrary, documentation predicated upon the "
    "authorization of a supervisory immigration official does not constitute judicial authorization for the purposes "
    "of nonconsensual residential entry.",
    "es": "No obstante cualquier determinación administrativa en contrario, la documentación expedida exclusivamente "
    "por funcionarios supervisores de inmigración no constituye autorización judicial suficiente para el ingreso "
    "domiciliario no consentido por sus moradores, independientemente de la denominación que ostente.",
    "pl": "Niezależnie od jakiegokolwiek administracyjnego rozstrzygnięcia dokumentacja wystawiona wyłącznie przez "
    "funkcjonariuszy imigracyjnych nie stanowi wystarczającego sądowego upoważnienia do przeszukania pomieszczeń.",
    "zh-Hans": "无论行政机关作出何种相反之认定仅由移民主管官员签发之文书均不构成"
    "未经居住者同意而进入其住所所需之司法授权且不因其名称而有所不同亦不得以此为由主张",
    "ar": "بصرف النظر عن القرارات الإدارية المخالفة فإن المستندات الصادرة حصريا بموافقة المسؤولين المشرفين "
    "بالهجرة لاتشكل ترخيصا قضائيا كافيا للدخول الإجباري للمساكن والممتلكات الخصوصية للمواطنين والمقيمين",
}


@pytest.mark.parametrize("language", sorted(MEASURES))
def test_easy_passes_and_hard_is_caught(language: str) -> None:
    easy, hard = level_of(EASY[language], language), level_of(HARD[language], language)
    assert easy is not None
    assert easy.passes, easy
    assert hard is not None
    assert not hard.passes, hard


def test_only_english_and_spanish_are_validated() -> None:
    assert {code for code, measure in MEASURES.items() if measure.validated} == {"en", "es"}


def test_rare_characters_are_caught_by_themselves() -> None:
    level = level_of("您不必开门。龘靐齉齾。", "zh-Hans")
    assert level is not None
    assert [figure.passes for figure in level.figures] == [True, False]
    foreign = level_of("ICE? I-205!", "zh-Hans")
    assert foreign is not None
    assert not foreign.passes


def test_by_hand() -> None:
    """Eight words, nine syllables, two sentences: 0.39 × 4 + 11.8 × 9/8 − 15.59 = −0.755."""
    level = level_of("You may stay. Ask to see the paper.", "en")
    assert level is not None
    assert level.figures[0].value == pytest.approx(-0.8, abs=0.05)
    ease = level_of("Usted no tiene que abrir la puerta.", "es")  # seven words, eleven syllables
    assert ease is not None
    assert ease.figures[0].value == pytest.approx(206.84 - 60 * 11 / 7 - 1.02 * 7, abs=0.05)
    fog = level_of("Poproś o nakaz. Funkcjonariusz imigracyjny czeka.", "pl")  # two of six words are long
    assert fog is not None
    assert fog.figures[0].value == pytest.approx(0.4 * (3 + 100 / 3), abs=0.05)
    lix = level_of("لا تفتح الباب. بالمستندات", "ar")  # one of four words is long
    assert lix is not None
    assert lix.figures[0].value == 27


def test_what_is_not_measured() -> None:
    assert level_of("Bonjour.", "fr") is None
    assert level_of("", "en") is None
    assert level_of("… !", "en") is None


def test_a_limit_is_kept_at_the_limit() -> None:
    assert Figure("x", 8.0, 8.0).passes
    assert not Figure("x", 8.1, 8.0).passes
    assert Figure("x", 60.0, 60.0, lowest=True).passes
    assert not Figure("x", 59.9, 60.0, lowest=True).passes


def test_what_is_measured_of_a_record() -> None:
    claims, card = read_aloud(content(), "home-warrant", "en")
    assert claims.endswith("ask to see the judge's paper first.")
    assert card == "Ask for the paper under the door. I do not agree that you come in."
    bare = content((SPANISH, "debajo de la puerta.", "debajo de la puerta"))
    claims, card = read_aloud(bare, "home-warrant", "es")
    assert "una orden judicial para" in claims
    assert "debajo de la puerta. No estoy" in card


@pytest.mark.parametrize("language", sorted(MEASURES))
@pytest.mark.parametrize("hard_part", ["claims", "card", "none"])
def test_an_easy_part_does_not_hide_a_hard_one(language: str, hard_part: str) -> None:
    found = content()
    easy = " ".join([EASY[language]] * 20)
    claim = HARD[language] if hard_part == "claims" else easy
    card = Card(do=(HARD[language] if hard_part == "card" else easy,))
    record = replace(found.rights["home-warrant"], claims=(Claim(claim, ()),), card=card)
    translation = Translation(record.id, language, "", "machine", (), "", (claim,), card, "")
    found = replace(found, rights={record.id: record}, translations={(record.id, language): translation})
    level = record_level(found, record.id, language)
    assert level is not None
    assert level.passes == (hard_part == "none"), level
    both = level_of(f"{claim} {card.do[0]}", language)
    assert both is not None
    assert both.passes, "measured together the hard part is hidden"


SYLLABLES = {
    english: "the 1 people 2 table 2 tables 2 rules 1 asked 1 wanted 2 judge's 2 immigration 4 individual 5 January 4 "
    "being 2 saying 2 official 3 immediate 4 period 3 violation 4 police 2 silent 2 agencies 3 created 2 don't 1 "
    "guard 1 I-205 2 hmm 1",
    spanish: "ciudad 2 país 2 guía 2 ayuda 3 derecho 3 policía 4 juez 1 queja 2 vergüenza 3 ley 1 y 1 aéreo 4 "
    "quien 1 mmm 1",
    polish: "nie 1 imigracja 4 nakaz 2 sądowy 3 dziecko 2 biuro 2 sędziego 3 mieszkanie 3 podmiotami 4 i 1 w 1 ich 1",
}  # fmt: skip


@pytest.mark.parametrize("count", SYLLABLES, ids=lambda count: count.__name__)
def test_syllables(count: object) -> None:
    pairs = SYLLABLES[count].split()  # type: ignore[index]
    for word, number in zip(pairs[::2], pairs[1::2], strict=True):
        assert count(word) == int(number), word  # type: ignore[operator]


@given(st.text())
def test_every_word_has_a_syllable_and_every_sentence_a_word(text: str) -> None:
    assert all(words(each) for each in sentences(text))
    assert bool(words(text)) == bool(sentences(text))
    for word in words(text):
        assert min(english(word), spanish(word), polish(word)) >= 1
    for language in MEASURES:
        level_of(text, language)


def test_sentences() -> None:
    assert sentences("The U.S. law, 8 U.S.C. 1373 (No. 5), holds. Mr. Example came! “Did he?” No. 5 came … so") == (
        "The U.S. law, 8 U.S.C. 1373 (No. 5), holds.", "Mr. Example came!", "“Did he?”", "No. 5 came …", "so",
    )  # fmt: skip
    assert sentences("Say no. Then wait.") == ("Say no.", "Then wait.")
    assert sentences("不要开门！问一问；“好。”") == ("不要开门！", "问一问；", "“好。”")
    assert words("لَكَ الحَقّ فـي judge's I-205") == ("لك", "الحق", "في", "judge's", "I-205")
