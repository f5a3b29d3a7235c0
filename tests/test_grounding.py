"""A quote is located where its words stand in the article, and nowhere else."""

import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extractor.grounding import Span, TextIndex, closest, locate, normalise

SHIPPED = (
    "Kyiv said on Monday that Iran had shipped hundreds of Shahed drones to Russia, and 400 missiles.\n"
    "Tehran has denied supplying weapons for use in Ukraine."
)


def found(quote: str, text: str, near: tuple[int, int] | None = None) -> str | None:
    span = locate(quote, text, near)
    return text[span.start : span.end] if span else None


# What must never be accepted -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "quote",
    [
        "Iran secretly delivered 400 ballistic missiles to Hezbollah",
        "Tehran has never denied supplying weapons",
        "Iraq had shipped hundreds of Shahed drones to Russia",
        "North Korea had shipped hundreds of Shahed drones to Russia",
        "Iran had not shipped hundreds of Shahed drones to Russia",
        "Russia, and 900 missiles",
        "Iran had shipped hundreds of Shahed drones for use in Ukraine",
        "and 400 missiles has denied supplying weapons",
        "Tehran has supplying weapons",
        "Tehran denied supplying weapons",
        "Iran had shipped … Shahed drones to Russia",
        "Iran had shipped hundreds [...] to Russia",
        "Iran had shipped, hundreds of Shahed drones",
        "Iran had shipped (hundreds of) Shahed drones",
        "Iran had shipped thousands of Shahed drones to Russia",
        "Russia had shipped hundreds of Shahed drones to Iran",
        "Iran has shipped hundreds of Shahed drones",
    ],
)
def test_another_word_number_name_or_negation_is_never_accepted(quote: str) -> None:
    assert locate(quote, SHIPPED) is None
    assert TextIndex(SHIPPED).locate_all(quote) == []


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("1,000 shells", "1.000 shells"),
        ("1,000 shells", "1000 shells"),
        ("1 000 shells", "1000 shells"),
        ("1,000 shells", "1 000 shells"),
        ("10² km", "102 km"),
        ("102 km", "10² km"),
        ("H₂O tanks", "H2O tanks"),
        ("½ of them", "1/2 of them"),
        ("1½ tonnes", "11/2 tonnes"),
        ("① missile", "1 missile"),
        ("1⒈ shells", "11. shells"),
        ("3㋀ on", "31月 on"),
        ("2⁢3 shells", "23 shells"),  # invisible times
        ("a rise of -5 points", "a rise of 5 points"),
        ("a rise of 5 points", "a rise of −5 points"),
        ("fell to-5 points", "fell to -5 points"),
        ("a 5' gun", 'a 5" gun'),
        ("a 5″ gun", "a 5′ gun"),
        ("~400 shells came", "-400 shells came"),
        ("40 % of them", "40 ‰ of them"),
        ("40% of them", "40‰ of them"),
        ("٤٠٠ صاروخ", "400 صاروخ"),
        ("no where to go", "nowhere to go"),
        ("nowhere to go", "no where to go"),
        ("re-sent arms", "resent arms"),
        ("resent arms", "re-sent arms"),
        ("its arms", "it's arms"),
        ("a so-called ally", "a so called ally"),
        ("resume", "resumé"),
        ("они шли", "они шлй"),
        ("их самолеты", "их самолёты"),
        ("in Maßen geliefert", "in Massen geliefert"),
        ("ILIK", "İLİK"),
        ("sık", "sik"),
        ("की", "का"),
        ("कि", "क"),
        ("كتب", "كتَب"),
        ("ไม่มี", "ไมมี"),
        ("ガス", "カス"),
        ("パリ", "バリ"),
        ("북핵", "북한"),
        ("said “arms” were", "said arms were"),
        ("said arms were", "said “arms” were"),
        ("Iran (and Syria) sent", "Iran and Syria sent"),
        ("Iran; Syria", "Iran, Syria"),
        ("sent? Never", "sent. Never"),
        ("Iran and Syria sent", "Iran … and Syria sent"),
        ("🇮🇷 sent", "🇮🇶 sent"),
    ],
)
def test_any_other_letter_digit_or_mark_within_the_quote_counts(quote: str, text: str) -> None:
    assert locate(quote, text) is None
    assert locate(f"so {quote} then", f"so {text} then") is None
    assert locate(text, text) == Span(0, len(text), "exact")


# What must be accepted -----------------------------------------------------------------------------------------------

HARMLESS = [
    # quote marks
    ("the “hegemonic policy” of", 'the "hegemonic policy" of'),
    ('the "hegemonic policy" of', "the «hegemonic policy» of"),
    ("the 'hegemonic policy' of", "the „hegemonic policy“ of"),
    ('the "hegemonic policy" of', "the ``hegemonic policy'' of"),
    ('the "hegemonic policy" of', "the « hegemonic policy » of"),
    ('the "hegemonic policy" of', "the “hegemonic policy†of"),
    ("Shoigu's visit", "Shoigu’s visit"),
    ("Shoigu's visit", "Shoigu`s visit"),
    ("Shoigu′s visit", "Shoigu's visit"),
    ('表示"我们否认"这一', "表示「我们否认」这一"),
    ("« On a livré » hier", '"On a livré" hier'),
    # dashes
    ("rogue states - especially", "rogue states — especially"),
    ("rogue states—especially", "rogue states – especially"),
    ("rogue states--especially", "rogue states — especially"),
    ("food-for-arms deal", "food‑for‑arms deal"),
    ("of -5 points", "of −5 points"),
    ("in 2022–2023 alone", "in 2022 - 2023 alone"),
    ("food-for-\narms deal", "food-for-arms deal"),
    # ellipses
    ("Iran … and Syria", "Iran ... and Syria"),
    ("Iran...and Syria", "Iran . . . and Syria"),
    ("伊朗……和叙利亚", "伊朗...和叙利亚"),
    # white space and invisible characters
    ("hundreds of drones", "hundreds\n   of\u00a0drones"),
    ("hundreds\tof\r\ndrones", "hundreds of drones"),
    ("hundreds of drones", "hun\u00addreds of dro\u00adnes"),
    ("hundreds of drones", "hundreds\u200b of \u2060drones"),
    ("hun\u00addreds of drones", "hundreds of drones"),
    ("وزارة الدفاع", "وزارة\u200f الدفاع"),
    ("می\u200cگوید که", "میگوید که"),
    ("the ☢\ufe0f sign", "the ☢ sign"),
    # Unicode forms
    (unicodedata.normalize("NFD", "Lomé a livré des obus"), "Lomé a livré des obus"),
    ("Lomé a livré des obus", unicodedata.normalize("NFD", "Lomé a livré des obus")),
    ("４００ missiles", "400 missiles"),
    ("KN-23 missiles", "ＫＮ－２３ missiles"),
    ("official firm ﬂow", "oﬃcial ﬁrm flow"),
    ("500kg of it", "500㎏ of it"),
    ("\u212bngström", "Ångström"),
    ("𝐈𝐫𝐚𝐧 sent", "Iran sent"),
    ("ドローン供与", "ﾄﾞﾛｰﾝ供与"),
    ("300~400발을", "300∼400발을"),
    # case
    ("WHITE HOUSE SAYS", "White House says"),
    ("putin and kim", "Putin and Kim"),
    ("ΠΌΛΕΜΟΣ ΤΏΡΑ", "πόλεμος τώρα"),
    ("groß", "GROẞ"),
    ("i\u0307ran'a", "İran'a"),
    ("поставки оружия", "ПОСТАВКИ ОРУЖИЯ"),
    # other scripts
    (unicodedata.normalize("NFD", "북한이 탄약을 공급했다"), "북한이 탄약을 공급했다"),
    ("북한이 탄약을 공급했다", unicodedata.normalize("NFD", "북한이 탄약을 공급했다")),
    ("عقد لتوريد الأسلحة", "عقد\u00a0لتوريد الأسلحة"),
    ("ﻷسلحة", "لأسلحة"),
    ("क\u093cज\u093cाख\u093c लड\u093cाकू", "\u0958\u095bा\u0959 ल\u095cाकू"),
    ("поставки ёмкостей й", unicodedata.normalize("NFD", "поставки ёмкостей й")),
    ("向俄罗斯提供400枚导弹", "向俄罗斯\n提供 400 枚导弹"),
    ("向俄罗斯提供，导弹", "向俄罗斯提供,导弹"),
    ("ロシアに砲弾を", "ロシアに　砲弾を"),
    ("น้ำมันและอาวุธ", "น\u0e49\u0e4d\u0e32มันและอาวุธ"),
]


@pytest.mark.parametrize(("quote", "there"), HARMLESS)
def test_other_typography_is_located_at_the_exact_offsets(quote: str, there: str) -> None:
    before, after = "Earlier: ", " (sic)."
    assert locate(quote, before + there + after) == Span(len(before), len(before) + len(there), "normalised")
    assert locate(quote, there) == Span(0, len(there), "normalised")
    assert normalise(quote) == normalise(there)


@pytest.mark.parametrize("text", [there for _, there in HARMLESS])
def test_what_stands_there_letter_for_letter_is_exact(text: str) -> None:
    assert locate(text, f"Earlier: {text} (sic).") == Span(9, 9 + len(text), "exact")


def test_offsets_count_code_points_behind_whatever_precedes() -> None:
    prefix = "😀 ﬃ “x” — e\u0301 \u200b 한글 İ ß … "
    text = prefix + "Iran’s drones"
    assert locate("IRAN'S DRONES", text) == Span(len(prefix), len(text), "normalised")


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ('"Iran had shipped hundreds"', "Iran had shipped hundreds"),
        ("“Iran had shipped hundreds”", "Iran had shipped hundreds"),
        ("«Iran had shipped hundreds.»", "Iran had shipped hundreds"),
        ("Iran had shipped hundreds.", "Iran had shipped hundreds"),
        ("Iran had shipped hundreds…", "Iran had shipped hundreds"),
        ("...Iran had shipped hundreds [...]", "Iran had shipped hundreds"),
        ("  Iran had shipped hundreds\n", "Iran had shipped hundreds"),
        ("\ufeffIran had shipped hundreds\u200b", "Iran had shipped hundreds"),
        ("drones to Russia.", "drones to Russia"),
        ("drones to Russia,", "drones to Russia,"),
        ("and 400 missiles.", "and 400 missiles."),
        ('"AND 400 MISSILES."', "and 400 missiles."),
        ("and 400 missiles...", "and 400 missiles."),
        ("...400 missiles", "400 missiles"),
        ("“400 missiles", "400 missiles"),
    ],
)
def test_what_the_model_put_around_its_quote_does_not_count(quote: str, expected: str) -> None:
    assert found(quote, SHIPPED) == expected


def test_a_span_is_exact_only_if_it_equals_the_quote() -> None:
    assert locate("  drones to Russia ", SHIPPED).match == "exact"
    assert locate("drones to Russia,", SHIPPED).match == "exact"
    assert locate("drones to Russia.", SHIPPED).match == "normalised"
    assert locate("“drones to Russia”", SHIPPED).match == "normalised"
    assert locate("Drones to Russia", SHIPPED).match == "normalised"


def test_quote_marks_of_the_text_belong_to_the_span_if_the_quote_has_them() -> None:
    text = "He spoke of “arms deals,” and the rebels' arms."
    assert locate("“arms deals,”", text) == Span(12, 25, "exact")
    assert locate('"arms deals,"', text) == Span(12, 25, "normalised")
    assert found("'guns'", "the rebels' guns") == "guns"
    assert found('rebels" arms', text) == "rebels' arms"
    assert found('from Iran"', 'sent from Iran "in secret"') == "from Iran"
    assert locate("sent arms.", "sent arms.\u0301") == Span(0, 9, "normalised")


@pytest.mark.parametrize("mark", ["â€œ{}â€\x9d", "â€œ{}â€", "â€˜{}â€™", "â\x80\x9c{}â\x80\x9d", "“{}†", "â€ž{}â€œ"])
def test_quote_marks_that_were_decoded_wrongly_are_still_quote_marks(mark: str) -> None:
    text = f"He said: {mark.format('we deny it, all of it')} and left. Kyivâ€™s guns â€” and Iranâ€¦ more"
    start = text.index("we")
    for quote in (
        "“we deny it, all of it” and left",
        '"we deny it, all of it" and left',
        mark.format("we deny it, all of it") + " and left",
    ):
        span = locate(quote, text)
        assert span is not None
        assert text[span.start : span.end].endswith("and left")
        assert span.start < start
    assert locate("we deny it, all of it", text) == Span(start, start + 21, "exact")
    assert found("Kyiv's guns - and Iran... more", text) == "Kyivâ€™s guns â€” and Iranâ€¦ more"
    assert found("Kyiv’s guns", text) == "Kyivâ€™s guns"
    assert locate("Kyivs guns", text) is None


def test_a_dagger_left_by_decoding_twice_stands_for_the_quote_mark_and_the_space() -> None:
    text = "the letters were “more at the surface level†but that talks were advancing"
    assert found('"more at the surface level" but that talks', text) == "“more at the surface level†but that talks"


# Borders of words and numbers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("Iran", "Iranian arms"),
        ("IRAN", "Iranian arms"),
        ("Iran", "Iran\u00adian arms"),
        ("Iran", "Iran\u200bian arms"),
        ("Ira", "Ira\u0301n"),
        ("Iran", "Iran\u0302 arms"),
        ("able", "unable"),
        ("ship", "shipped"),
        ("arms", "arms_deal"),
        ("поставил", "поставила"),
        ("मिसाइल", "मिसाइलें"),
        ("क", "कि"),
        ("400", "1400"),
        ("400", "4000"),
        ("400", "400,000"),
        ("400", "4.400"),
        ("000 shells", "400,000 shells"),
        ("400 shells", "300-400 shells"),
        ("400 shells", "300–400 shells"),
        ("400 shells", "300 – 400 shells"),
        ("some 300", "some 300-400 shells"),
        ("400 shells", "-400 shells"),
        ("400 shells", "−400 shells"),
        ("sent 400", "sent 400 000 shells"),
        ("000 shells", "sent 400 000 shells"),
        ("sent 400", "sent 400’000 shells"),
        ("5 million", "some .5 million"),
        (".5 million", "some 5 million"),
        ("some 5", "some 5.5 million"),
        ("some 40", "some 40% of"),
        ("10", "10² km"),
        ("4", "4½ km"),
        ("sent 2", "sent 2 ½ tonnes"),
        ("½ tonnes", "sent 2 ½ tonnes"),
        ("sent 2", "sent 2 1/2 tonnes"),
        ("1/2 tonnes", "sent 2 1/2 tonnes"),
        ("at 12", "at 12:30 sharp"),
        ("30 sharp", "at 12:30 sharp"),
        ("2 of them", "1/2 of them"),
        ("400", "400mm"),
        ("23 missiles", "KN-23 missiles"),
        ("Iran", "the ex-Iran envoy"),
        ("летальная помощь", "не-летальная помощь"),
        ("lethal aid", "non-lethal aid"),
        ("lethal aid", "non‑lethal aid"),
        ("Russia won", "Russia won't sell arms"),
        ("Iran can", "Iran can’t sell arms"),
        ("400", "400만 발"),
        ("000 발", "1만 2,000 발"),
        ("400枚", "1400枚"),
        ("百枚", "三百枚"),
        ("百枚", "三 百枚"),
        ("400", "400万枚"),
        ("2000枚", "1万2000枚"),
        ("4", "４０枚"),
        ("인도", "인도네시아는"),
        ("러시아", "러시아인 용병"),
        ("핵화", "비핵화 협상"),
        ("インド", "インドネシアは"),
        ("하", unicodedata.normalize("NFD", "한국")),
        ("ᄒ", unicodedata.normalize("NFD", "한국")),
        ("か", "か\u3099く"),
        ("ก", "ก่อน"),
        ("주", "㈜ 한화"),
        ("5°", "5℃"),
    ],
)
def test_a_quote_does_not_begin_or_end_inside_a_word_or_number(quote: str, text: str) -> None:
    assert locate(quote, text) is None
    assert locate(quote, f"Earlier, {text}.") is None


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("had shipped", "Iran had shipped drones"),
        ("Iran", "from Iran’s army"),
        ("Iran a livré", "que l’Iran a livré"),
        ("especially ammunition", "rogue states—especially ammunition"),
        ("especially ammunition", "rogue states--especially ammunition"),
        ("rogue states", "rogue states—especially ammunition"),
        ("especially ammunition", "rogue states - especially ammunition"),
        ("rogue states", "rogue states – especially ammunition"),
        ("Iran said", "- Iran said"),
        ("Iran a livré", "Non – Iran a livré"),
        ("Iran border", "the Lebanon-Iran border"),
        ("Iran", "the Iran-backed militias"),
        ("Shahed", "a Shahed-136 drone"),
        ("Iran", "the pro-Iran militias"),
        ("North Korean arms", "the Russian-North Korean arms deal"),
        ("400", "a 400-kilogram warhead"),
        ("Iran", "(Iran)"),
        ("the U.S", "the U.S. army"),
        ("400", "sent 400, not 300"),
        ("in 2022", "in 2022 400 shells"),
        ("400 shells", "in 2022 “400 shells” came"),
        ("400 shells", "No.400 shells"),
        ("400 shells", "in 2022 — 400 shells"),
        ("in 2022", "in 2022—400 shells"),
        ("5 missiles", "sent …5 missiles"),
        ("12 400", "12 400"),
        ("won", "Russia won ‘the war"),
        ("북한", "북한이 무기를"),
        ("북한", "북한에서도 무기를"),
        ("KN-23", "미사일 KN-23을 쐈다"),
        ("400", "400을 넘는"),
        ("무기를 제공했다", "무기를 제공했다고 밝혔다"),
        ("400枚导弹", "向俄罗斯提供400枚导弹"),
        ("俄罗斯提供", "伊朗向俄罗斯提供导弹"),
        ("ロシアに", "北朝鮮がロシアに砲弾を"),
        ("อิหร่านส่ง", "รายงานว่าอิหร่านส่งโดรน"),
        ("ដឹកជញ្ជូន", "អ៊ីរ៉ង់ដឹកជញ្ជូនអាវុធ"),
        ("لتوريد الأسلحة", "وقعت عقدا لتوريد الأسلحة."),
        ("रूस को मिसाइलें", "ईरान ने रूस को मिसाइलें दीं।"),
    ],
)
def test_whole_words_are_found_wherever_they_stand(quote: str, text: str) -> None:
    start = text.index(quote)
    assert locate(quote, text) == Span(start, start + len(quote), "exact")
    assert locate(quote, "«" + text) == Span(start + 1, start + 1 + len(quote), "exact")


def test_a_dash_after_no_is_not_the_hyphen_of_non() -> None:
    assert found("IRAN A LIVRÉ", "Non – Iran a livré") == "Iran a livré"
    assert locate("IRAN", "a non-Iran deal") is None


def test_a_hyphen_that_opens_the_text_is_a_bullet() -> None:
    assert locate("Iran said", "-Iran said") == Span(1, 10, "exact")
    assert locate("5 degrees", "-5 degrees") is None


def test_a_later_whole_word_is_found_behind_parts_of_words() -> None:
    assert locate("la la", "xla la la") == Span(4, 9, "exact")
    assert locate("Iran", "Iranian, Iranians: Iran") == Span(19, 23, "exact")
    assert locate("400枚", "不是1400枚而是400枚") == Span(9, 13, "exact")


# Which occurrence ----------------------------------------------------------------------------------------------------

TWICE = "Iran sent arms. Syria sent arms. IRAN SENT ARMS. Iran sent arms."


def test_all_occurrences_come_in_reading_order() -> None:
    spans = TextIndex(TWICE).locate_all("Iran sent arms.")
    assert [(s.start, s.match) for s in spans] == [(0, "exact"), (33, "normalised"), (49, "exact")]
    assert all(TWICE[s.start : s.end].casefold() == "iran sent arms." for s in spans)


def test_occurrences_do_not_overlap() -> None:
    assert [s.start for s in TextIndex("la la la la").locate_all("la la")] == [0, 6]


@given(st.text(st.sampled_from("aI -.,'’“\n1éア百ﾞ"), max_size=30), st.data())
@settings(max_examples=300, deadline=None)
def test_a_quote_stands_in_a_part_where_one_of_its_occurrences_does(text: str, data: st.DataObject) -> None:
    place = st.integers(0, len(text))
    quote = text[data.draw(place) : data.draw(place)]
    parts = data.draw(st.lists(st.tuples(place, place), max_size=3))
    spans = TextIndex(text).locate_all(quote)
    inside = any(low <= span.start and span.end <= high for span in spans for low, high in parts)
    assert TextIndex(text).stands_in(quote, parts) == inside


def test_of_overlapping_places_only_occurrences_stand_in_a_part() -> None:
    assert not TextIndex("la la la").stands_in("la la", [(3, 8)])
    assert TextIndex("la la la").stands_in("la la", [(3, 8), (0, 5)])


def test_without_a_sentence_the_first_exact_occurrence_is_taken() -> None:
    assert locate("Iran sent arms", TWICE) == Span(0, 14, "exact")
    assert locate("IRAN SENT ARMS", TWICE) == Span(33, 47, "exact")
    assert locate("iran SENT arms", TWICE) == Span(0, 14, "normalised")


def test_the_occurrence_in_the_cited_sentence_is_taken_even_if_another_is_more_exact() -> None:
    assert locate("Iran sent arms", TWICE, (49, 64)) == Span(49, 63, "exact")
    assert locate("Iran sent arms", TWICE, (33, 48)) == Span(33, 47, "normalised")
    assert locate("sent arms", TWICE, (16, 32)) == Span(22, 31, "exact")


def test_an_occurrence_that_overlaps_the_cited_sentence_comes_before_one_that_does_not() -> None:
    assert locate("Iran sent arms", TWICE, (52, 58)) == Span(49, 63, "exact")
    assert locate("arms. Syria", "arms. Syria arms. Syria", (16, 23)) == Span(12, 23, "exact")


def test_an_occurrence_inside_the_cited_sentence_comes_before_one_that_overlaps_it() -> None:
    assert locate("iran SENT arms", "Iran sent arms, Iran sent arms", (10, 30)) == Span(16, 30, "normalised")


def test_exact_comes_before_normalised_also_between_brackets() -> None:
    assert locate("Iran sent arms", "(IRAN SENT ARMS) (Iran sent arms)") == Span(18, 32, "exact")


def test_a_wrong_sentence_number_does_not_hide_the_quote() -> None:
    assert locate("Iran sent arms", TWICE, (16, 32)) == Span(0, 14, "exact")
    assert locate("Syria sent arms", TWICE, (0, 15)) == Span(16, 31, "exact")
    assert locate("Syria sent arms", TWICE, (900, 950)) == Span(16, 31, "exact")


# Hints ---------------------------------------------------------------------------------------------------------------


def test_the_closest_passage_is_whole_words_of_the_text() -> None:
    hint = closest("Iran had not shipped hundreds of Shahed drones", SHIPPED)
    assert hint is not None
    assert "Iran had shipped hundreds of Shahed drones" in hint
    assert hint in SHIPPED
    assert closest("완전히 다른 문장입니다", SHIPPED) is None
    assert closest("", SHIPPED) is closest("Iran", "") is None


def test_the_closest_passage_can_be_kept_to_the_cited_sentence() -> None:
    second = SHIPPED.index("Tehran")
    start, end = TextIndex(SHIPPED).closest("Tehran has never denied supplying weapons", (second, len(SHIPPED)))
    assert SHIPPED[start:end].startswith("Tehran has denied supplying")
    first = TextIndex(SHIPPED).closest("Tehran has never denied supplying weapons", (0, second))
    assert first is None or first[1] <= second


def test_the_closest_passage_is_found_in_the_middle_of_a_megabyte() -> None:
    filler = "Nothing of note was said at the meeting that day. " * 10_000
    text = filler + SHIPPED + filler
    start, end = TextIndex(text).closest("Iraq had shipped dozens of Shahed drones to Russia")
    assert "had shipped hundreds of Shahed drones" in text[start:end]


# Bad input -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "quote", ["", " ", "\n\u200b\ufeff", "...", "“”", "—", "?!", "( )", "%", "\u0301", "\ud800", "\0", "🇮🇷"]
)
def test_a_quote_without_a_word_is_never_located(quote: str) -> None:
    for text in ("", quote, f"a {quote} b", f"{quote} " * 3):
        assert locate(quote, text) is None
        assert TextIndex(text).locate_all(quote) == []


def test_a_quote_longer_than_the_text_is_not_located() -> None:
    assert locate("Iran had shipped", "Iran") is None
    assert locate("Iran", "") is None


def test_lone_surrogates_and_control_characters_are_characters_like_others() -> None:
    assert locate("a\ud800b", "x a\ud800b y") == Span(2, 5, "exact")
    assert locate("A\0B", "x a\0b y") == Span(2, 5, "normalised")
    assert locate("a\ud800b", "x a\ud801b y") is None


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("a" * 50_000, "a" * 100_000),
        ("a" * 100_001, "a" * 100_000),
        ("xa " * 30_000 + "x", "xa " * 100_000),
        ("x" + " ax" * 30_000, " ax" * 100_000),
        ("é" * 100, "e\u0301" * 50_000),
        ("e" + "\u0301\u0323" * 100_000, "e" + "\u0323\u0301" * 100_000 + "\u0301"),
        (" " * 100_000 + "b", " " * 100_000 + "a" + " " * 100_000),
        ("b" + "'" * 100_000, "a" + "'" * 100_000),
        ("." * 100_000 + "b", "." * 100_000 + "a"),
        ("b", "\u0301" * 100_000),
        ("b", "-a" * 100_000),
        ("アア", "ア" * 100_000),
    ],
    ids=range(12),
)
def test_repetitive_text_takes_no_longer_than_its_length_warrants(quote: str, text: str) -> None:
    began = time.monotonic()
    assert locate(quote, text) is None
    assert time.monotonic() - began < 20  # quadratic: minutes


# The normal form -----------------------------------------------------------------------------------------------------

CHARACTERS_THAT_FOLD = list(map(chr, (*range(0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x10000))))


def test_every_character_has_one_normal_form_composed_or_not() -> None:
    for char in CHARACTERS_THAT_FOLD:
        forms = {char, unicodedata.normalize("NFC", char), unicodedata.normalize("NFD", char)}
        assert len(forms) == 1 or len({normalise(f"x{form}x") for form in forms}) == 1


def test_no_two_numbers_have_the_same_normal_form() -> None:
    values: dict[str, float] = {}
    for char in filter(str.isnumeric, map(chr, range(0x110000))):
        form = normalise(char)
        assert values.setdefault(form, unicodedata.numeric(char)) == unicodedata.numeric(char)
        assert len(form) == 1 or form.isalpha()  # Roman numerals


def test_letters_are_equated_only_within_compatibility_case_folding() -> None:
    apostrophes = set("ʹ\u0374ʻʼʽˈˮ՚ŉ")
    for char in set(filter(str.isalnum, CHARACTERS_THAT_FOLD)) - apostrophes:
        assert caseless(normalise(char)) == caseless(char)


def caseless(text: str) -> str:
    """NFKC_Casefold, more or less."""
    return unicodedata.normalize(
        "NFKC", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).casefold()
    )


# What always holds ---------------------------------------------------------------------------------------------------

WORDS = [
    *[
        "Iran",
        "Россия",
        "Ελλάδα",
        "İHA",
        "Straße",
        "Lomé",
        "Shoigu’s",
        "U.S.-led",
        "anti-armour",
        "L’Inde",
        "naïve",
        "Čapek",
    ],
    *["40 drones", "1,000 rounds", "2.5 tonnes", "KN-23", "٤٠ صاروخ", "الأسلحة", "עברית", "ईरान", "मिसाइलें", "क़िला"],
    *[
        "북한이",
        "무기를",
        "导弹",
        "俄罗斯",
        "ミサイル",
        "について",
        "อาวุธ",
        "น้ำมัน",
        "ﬁrst",
        "ＮＡＴＯ",
        "поставки",
        "Đà",
    ],
]
GAPS = [" ", " ", " ", "\n", "\u00a0", ", ", ". ", " — ", "—", ": «", "» ", ' "', '" ', "… ", " (", ") ", "? ", ";\r\n"]
AROUND = " '\".,;:!?¿¡。、؟،؛।"


@st.composite
def cut(draw: st.DrawFn) -> tuple[list[str], int, int]:
    """A text as alternating words and gaps, no word twice, and two places in it: where a quote begins and ends."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12, unique=True))
    parts = [words[0]]
    for word in words[1:]:
        parts += draw(st.sampled_from(GAPS)), word
    first = draw(st.integers(0, len(words) - 1))
    last = draw(st.integers(first, len(words) - 1))
    return parts, 2 * first, 2 * last + 1


def span_of(parts: list[str], first: int, last: int) -> tuple[int, int]:
    start = len("".join(parts[:first]))
    return start, start + len("".join(parts[first:last]))


@settings(deadline=None)  # the first example builds the tables
@given(cut())
def test_any_words_cut_out_of_a_text_are_located_and_slice_back(case: tuple[list[str], int, int]) -> None:
    text = "".join(case[0])
    start, end = span_of(*case)
    assert locate(text[start:end], text) == Span(start, end, "exact")
    assert locate(text[start:end], text, (start, end)) == Span(start, end, "exact")
    assert TextIndex(text).locate_all(text[start:end]) == [Span(start, end, "exact")]


def other_case(text: str) -> str:
    swapped = (c.swapcase() for c in text)
    return "".join(s if len(s) == 1 and s.swapcase() == c else c for c, s in zip(text, swapped, strict=True))


def hyphenated(text: str) -> str:
    return "".join(
        "\u00ad" + c if c.isalpha() and at and not "\u1160" <= c <= "\u11ff" else c for at, c in enumerate(text)
    )


CHANGES = {
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "straight": lambda text: text.translate(str.maketrans("“”’«»", '""\'""')),
    "curly": lambda text: text.translate(str.maketrans("\"'«»", "”’„“")),
    "dashes": lambda text: text.translate(str.maketrans("—-", "―‐")),
    "space": lambda text: text.replace(" ", " \n"),
    "no-break space": lambda text: text.replace(" ", "\u00a0"),
    "case": other_case,
    "soft hyphens": hyphenated,
    "direction": lambda text: text.replace(" ", " \u200f"),
    "dots": lambda text: text.replace("…", "..."),
}


@settings(deadline=None)
@given(cut(), st.sampled_from(sorted(CHANGES)), st.sampled_from(sorted(CHANGES)))
def test_harmless_changes_of_the_quote_do_not_move_it(case: tuple[list[str], int, int], one: str, other: str) -> None:
    text = "".join(case[0])
    start, end = span_of(*case)
    span = locate(CHANGES[one](CHANGES[other](text[start:end])), text)
    assert span is not None
    assert (span.start, span.end) == (start, end)


@settings(deadline=None)
@given(cut(), st.sampled_from(sorted(CHANGES)), st.sampled_from(sorted(CHANGES)))
def test_harmless_changes_of_the_text_move_it_by_what_they_add(
    case: tuple[list[str], int, int], one: str, other: str
) -> None:
    parts, first, last = case
    changed = [CHANGES[one](CHANGES[other](part)) for part in parts]
    text = "".join(changed)
    start, end = span_of(changed, first, last)
    end = len(text[:end].rstrip("\u00ad"))
    span = locate("".join(parts[first:last]), text)
    assert span is not None
    assert (span.start, span.end) == (start, end)


def letters(text: str) -> str:
    """What no typography may touch, told without the module under test."""
    return "".join(c for c in unicodedata.normalize("NFKC", caseless(text)) if unicodedata.category(c)[0] in "LNM")


@given(cut(), st.data())
@settings(max_examples=100, deadline=None)
def test_one_changed_letter_or_digit_is_never_accepted(case: tuple[list[str], int, int], data: st.DataObject) -> None:
    text = "".join(case[0])
    start, end = span_of(*case)
    at = data.draw(st.sampled_from([i for i in range(start, end) if text[i].isalnum()]))
    new = data.draw(
        st.sampled_from("aeinqtAQß0149иёйяαςأبनि한이导不ンミกİı²½éñ") | st.characters(categories=["L", "N"])
    )
    for changed in (
        text[start:at] + new + text[at + 1 : end],
        text[start:at] + text[at + 1 : end],
        text[start:at] + new + text[at:end],
    ):
        if letters(changed) not in letters(text):
            assert locate(changed, text) is None
            assert locate(changed, text, (start, end)) is None


DENSE = (
    "aA bß.İi’'\"“†…-—−\n\u3000\u00a0\u00ad\u200b\u200f\ufe0f\u0301\u0323ア한ᆫ提百กकि0149²½,%ﬁＡ㎏â€œ\x9d\ud800\0😀_n't"
)
CHARACTERS = st.characters(exclude_categories=()) | st.sampled_from(DENSE)


@given(
    st.text(CHARACTERS, max_size=12),
    st.text(CHARACTERS, max_size=40),
    st.none() | st.tuples(st.integers(-5, 50), st.integers(-5, 50)),
)
@example("\ud800", "\ud800", None)
@settings(max_examples=200, deadline=None)
def test_no_input_raises(quote: str, text: str, near: tuple[int, int] | None) -> None:
    index = TextIndex(text)
    for span in filter(None, [index.locate(quote, near), *index.locate_all(quote)]):
        assert 0 <= span.start < span.end <= len(text)
    closest(quote, text)
    assert isinstance(normalise(text), str)


def bare(text: str) -> str:
    return normalise(text).strip(AROUND).removesuffix("[...]").removesuffix("(...)").strip(AROUND)


@given(st.text(st.sampled_from(DENSE), max_size=30), st.data())
@settings(max_examples=300, deadline=None)
def test_a_located_span_has_the_normal_form_of_the_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    quote = data.draw(st.sampled_from(["", "“", "...", "."])) + text[start : data.draw(st.integers(start, len(text)))]
    quote = CHANGES[data.draw(st.sampled_from(sorted(CHANGES)))](quote)
    spans = TextIndex(text).locate_all(quote)
    for span in spans:
        there = text[span.start : span.end]
        assert locate(there, text, (span.start, span.end)) == Span(span.start, span.end, "exact")
        assert bare(there) == bare(quote)
        assert normalise(there) in normalise(quote)
        assert (span.match == "exact") == (there == quote.strip().strip("\u00ad\u200b\u200f\ufe0f \n\u3000\u00a0"))
        assert there == there.strip().strip("\u00ad\u200b\u200f\ufe0f")
        assert (
            text[span.end : span.end + 1] == "\ufe0f"
            or unicodedata.category(text[span.end : span.end + 1] or " ")[0] != "M"
        )
        assert not normalise(text[: span.start]) or unicodedata.category(there[0])[0] != "M"
    assert [s.start for s in spans] == sorted({s.start for s in spans})
    assert locate(quote, text) == min(spans, key=lambda s: s.match != "exact", default=None)


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("قنابل موجهة", "مدافع وقنابل موجهة"),
        ("قال المتحدث", "وقال المتحدث إن"),
        ("إيران", "أسلحة لإيران"),
        ("سودان", "إلى السودان"),
        ("الصواريخ", "وبالصواريخ والصواريخ"),
        ("איראן", "נשק מאיראן"),
        ("איראן", "ושמאיראן הגיע"),
    ],
)
def test_a_word_begins_behind_what_arabic_and_hebrew_write_in_one_with_it(quote: str, text: str) -> None:
    assert found(quote, text) == quote


@pytest.mark.parametrize(
    ("quote", "text"),
    [("مان", "سلطنة عمان"), ("نان", "لبنان"), ("ران", "إيران"), ("רסל", "ירסל"), ("شحن", "يشحن"), ("رسل", "نرسل")],
)
def test_other_first_letters_are_part_of_the_word(quote: str, text: str) -> None:
    assert locate(quote, text) is None
