"""Amounts in words and figures of many languages."""

from __future__ import annotations

import pytest
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.languages import table
from extractor.quantities import parse

unhurried = settings(deadline=None)
"""The first amount of a language waits for its words."""

CASES = [
    # plain numbers
    ("400", "en", 400, 400, False),
    ("131,582 tons", "en", 131582, 131582, False),
    ("1.5 million", "en", 1.5e6, 1.5e6, False),
    ("5 million artillery shells", "en", 5e6, 5e6, False),
    ("$2.5bn", "en", 2.5e9, 2.5e9, False),
    ("24 421 tonnes", "en", 24421, 24421, False),
    ("24\u202f421 tonnes", "fr", 24421, 24421, False),
    ("24\u2009421 t", "en", 24421, 24421, False),
    ("1'234'567", "de", 1234567, 1234567, False),
    ("1,31,582", "en", 131582, 131582, False),
    ("1,234.5", "de", 1234.5, 1234.5, False),
    ("1.234,5", "en", 1234.5, 1234.5, False),
    ("1.000", "de", 1000, 1000, False),
    ("1.000", "es", 1000, 1000, False),
    ("1.000", "id", 1000, 1000, False),
    ("1.000", "en", 1, 1, False),
    ("1,5", "fr", 1.5, 1.5, False),
    ("1.234.567", "en", 1234567, 1234567, False),
    ("0", "en", 0, 0, False),
    ("two", "en", 2, 2, False),
    ("twelve rockets", "en", 12, 12, False),
    ("twenty-four", "en", 24, 24, False),
    ("two hundred and fifty", "en", 250, 250, False),
    ("three hundred twenty-one thousand", "en", 321000, 321000, False),
    ("a dozen", "en", 12, 12, False),
    ("two dozen", "en", 24, 24, False),
    ("half a million", "en", 5e5, 5e5, False),
    ("one and a half million", "en", 1.5e6, 1.5e6, False),
    ("a million and a half", "en", 1.5e6, 1.5e6, False),
    ("2 million 300 thousand", "en", 2.3e6, 2.3e6, False),
    ("500 a month", "en", 500, 500, False),
    ("10 each day", "en", 10, 10, False),
    ("3,000 in 2022", "en", 3000, 3000, False),
    ("131,582 tons (144,000 short tons)", "en", 131582, 131582, False),
    # bounds
    ("at least 300", "en", 300, None, False),
    ("more than 1,000", "en", 1000, None, False),
    ("over 131,000 tons", "en", 131000, None, False),
    ("more than a thousand", "en", 1000, None, False),
    ("no fewer than 20", "en", 20, None, False),
    ("well over 100", "en", 100, None, False),
    ("400+", "en", 400, None, False),
    ("400 rockets or more", "en", 400, None, False),
    (">300", "en", 300, None, False),
    ("at least about 300", "en", 300, None, True),
    ("up to 50", "en", None, 50, False),
    ("fewer than 10", "en", None, 10, False),
    ("no more than 50", "en", None, 50, False),
    ("as many as 50", "en", None, 50, False),
    ("50 or fewer", "en", None, 50, False),
    ("more than 300 but fewer than 400", "en", 300, 400, False),
    # approximate
    ("about 200", "en", 200, 200, True),
    ("nearly 24,421", "en", 24421, 24421, True),
    ("some 300 missiles", "en", 300, 300, True),
    ("an estimated 1 million", "en", 1e6, 1e6, True),
    ("about a dozen", "en", 12, 12, True),
    ("400 or so", "en", 400, 400, True),
    ("40-odd", "en", 40, 40, True),
    ("~300", "en", 300, 300, True),
    # ranges
    ("300 to 400", "en", 300, 400, False),
    ("between 300 and 400", "en", 300, 400, False),
    ("300-400", "en", 300, 400, False),
    ("300–400 tons", "en", 300, 400, False),
    ("from 300 tons to 400 tons", "en", 300, 400, False),
    ("two or three", "en", 2, 3, False),
    ("1 to 1.5 million", "en", 1e6, 1.5e6, False),
    ("500,000 to 1 million", "en", 5e5, 1e6, False),
    ("about 300 to 400", "en", 300, 400, True),
    ("up to 300-400", "en", None, 400, False),
    ("2000 to 3000", "en", 2000, 3000, False),
    # no number, or several
    ("hundreds", "en", None, None, False),
    ("dozens", "en", None, None, False),
    ("thousands of drones", "en", None, None, False),
    ("hundreds of thousands", "en", None, None, False),
    ("tens of thousands", "en", None, None, False),
    ("several hundred", "en", None, None, False),
    ("a few dozen", "en", None, None, False),
    ("a small number", "en", None, None, False),
    ("several", "en", None, None, False),
    ("significant quantities", "en", None, None, False),
    ("", "en", None, None, False),
    ("one of the largest shipments", "en", None, None, False),
    ("a quarter of a million", "en", None, None, False),
    ("two shipments of 400", "en", None, None, False),
    ("300 and 400", "en", None, None, False),
    ("400 to 300", "en", None, None, False),
    ("9" * 40, "en", None, None, False),
    # designations
    ("122mm shells", "en", None, None, False),
    ("400 152mm shells", "en", 400, 400, False),
    ("10 155 mm howitzers", "en", 10, 10, False),
    ("two S-300 systems", "en", 2, 2, False),
    ("24 F-16s", "en", 24, 24, False),
    ("three Type 63 launchers", "en", 3, 3, False),
    ("three 20-foot containers", "en", 3, 3, False),
    ("10 T-72B3 tanks", "en", 10, 10, False),
    ("a two-stage missile", "en", None, None, False),
    ("the 1st batch", "en", None, None, False),
    # other languages
    ("al menos 1.000 proyectiles", "es", 1000, None, False),
    ("más de 2 millones", "es", 2e6, None, False),
    ("entre 300 y 400", "es", 300, 400, False),
    ("de 300 a 400", "es", 300, 400, False),
    ("hasta 50 misiles", "es", None, 50, False),
    ("10 mil millones", "es", 1e10, 1e10, False),
    ("cientos", "es", None, None, False),
    ("au moins 300", "fr", 300, None, False),
    ("plus d’1 million d’obus", "fr", 1e6, None, False),
    ("jusqu’à 50", "fr", None, 50, False),
    ("environ 1,5 million", "fr", 1.5e6, 1.5e6, True),
    ("mehr als 1,5 Millionen", "de", 1.5e6, None, False),
    ("zwischen 300 und 400", "de", 300, 400, False),
    ("300 bis 400", "de", 300, 400, False),
    ("rund 20 Mrd.", "de", 2e10, 2e10, True),
    ("almeno 300", "it", 300, None, False),
    ("cerca de 200", "pt", 200, 200, True),
    ("meer dan 1.000", "nl", 1000, None, False),
    ("не менее 300", "ru", 300, None, False),
    ("не более 300", "ru", None, 300, False),
    ("более чем 5 тыс. снарядов", "ru", 5000, None, False),
    ("около 1,5 млн", "ru", 1.5e6, 1.5e6, True),
    ("от 300 до 400", "ru", 300, 400, False),
    ("400 152-мм снарядов", "ru", 400, 400, False),
    ("понад 300", "uk", 300, None, False),
    ("ponad 300 tysięcy", "pl", 3e5, None, False),
    ("400'den fazla", "tr", 400, None, False),
    ("en fazla 50", "tr", None, 50, False),
    ("sekitar 1.000 ton", "id", 1000, 1000, True),
    ("5 juta", "id", 5e6, 5e6, False),
    ("أكثر من ٣٠٠", "ar", 300, None, False),
    ("١٬٢٣٤", "ar", 1234, 1234, False),
    ("٣ ملايين", "ar", 3e6, 3e6, False),
    ("بین ۳۰۰ و ۴۰۰", "fa", 300, 400, False),
    ("४००", "hi", 400, 400, False),
    ("5 हज़ार से ज्यादा", "hi", 5000, None, False),
    ("5 लाख", "hi", 5e5, 5e5, False),
    ("400발", "ko", 400, 400, False),
    ("최소 300발", "ko", 300, None, False),
    ("300발 이상", "ko", 300, None, False),
    ("400여 발", "ko", 400, None, False),
    ("약 100만 발", "ko", 1e6, 1e6, True),
    ("1만5천", "ko", 15000, 15000, False),
    ("1억2000만", "ko", 1.2e8, 1.2e8, False),
    ("10~20만", "ko", 1e5, 2e5, False),
    ("수만 발", "ko", None, None, False),
    ("수백", "ko", None, None, False),
    ("３万５０００発", "ja", 35000, 35000, False),
    ("約1億円", "ja", 1e8, 1e8, True),
    ("300以上", "ja", 300, None, False),
    ("300から400", "ja", 300, 400, False),
    ("1.5万枚", "zh", 15000, 15000, False),
    ("2万亿", "zh", 2e12, 2e12, False),
    ("三百五十万", "zh", 3.5e6, 3.5e6, False),
    ("二十枚", "zh", 20, 20, False),
    ("三十多枚", "zh", 30, None, False),
    ("超过300枚", "zh", 300, None, False),
    ("不超过300枚", "zh", None, 300, False),
    ("数百枚", "zh", None, None, False),
    ("几十枚", "zh", None, None, False),
    ("三分之一", "zh", None, None, False),
    ("一批武器", "zh", None, None, False),
    ("400", "xx", 400, 400, False),
]


@pytest.mark.parametrize(("text", "language", "low", "high", "approximate"), CASES)
def test_an_amount_is_read_as_printed(text, language, low, high, approximate):
    found = parse(text, language)
    assert (found.text, found.low, found.high, found.approximate) == (text, low, high, approximate)


MEASURED = [
    # unit
    ("131,582 tons", "en", 131582, 131582, "ton", None),
    ("131,582 tons (144,000 short tons)", "en", 131582, 131582, "ton", None),
    ("24,421 metric tons", "en", 24421, 24421, "tonne", None),
    ("24 421 tonnes", "en", 24421, 24421, "tonne", None),
    ("144,000 short tons", "en", 144000, 144000, "ton", None),
    ("500t", "en", 500, 500, "tonne", None),
    ("300 kg", "en", 300, 300, "kilogram", None),
    ("more than 1,000 containers", "en", 1000, None, "container", None),
    ("1,000 shipping containers", "en", 1000, 1000, "container", None),
    ("three 20-foot containers", "en", 3, 3, "container", None),
    ("dozens of containers", "en", None, None, "container", None),
    ("hundreds of tons", "en", None, None, "ton", None),
    ("several shipments", "en", None, None, "shipment", None),
    ("two truckloads", "en", 2, 2, "truckload", None),
    ("a trainload", "en", None, None, "trainload", None),
    ("five railroad cars", "en", 5, 5, "railcar", None),
    ("40 crates", "en", 40, 40, "crate", None),
    ("at least 40 crates of artillery shells", "en", 40, None, "crate", None),
    ("120 boxes", "en", 120, 120, "box", None),
    ("2.5 million rounds", "en", 2.5e6, 2.5e6, "round", None),
    ("400 artillery rounds", "en", 400, 400, "round", None),
    ("up to 5 million rounds of ammunition", "en", None, 5e6, "round", None),
    ("400 rounds or more", "en", 400, None, "round", None),
    ("300 or more tons", "en", 300, None, "ton", None),
    ("about 70 percent", "en", 70, 70, "percent", None),
    ("50%", "en", 50, 50, "percent", None),
    ("$2.5bn", "en", 2.5e9, 2.5e9, "USD", None),
    ("US$40 million", "en", 4e7, 4e7, "USD", None),
    ("40 million dollars", "en", 4e7, 4e7, "USD", None),
    ("€5 million", "en", 5e6, 5e6, "EUR", None),
    ("between $5 and $10 million", "en", 5e6, 1e7, "USD", None),
    ("3,000 tons in 2022", "en", 3000, 3000, "ton", None),
    # a thing is no unit
    ("400 missiles", "en", 400, 400, None, None),
    ("up to 400", "en", None, 400, None, None),
    ("10 T-72 tanks", "en", 10, 10, None, None),
    ("400 missiles in crates", "en", 400, 400, None, None),
    ("5 million artillery shells", "en", 5e6, 5e6, None, None),
    ("two shipments of 400", "en", None, None, None, None),
    ("hundreds", "en", None, None, None, None),
    ("won 5 tanks", "en", 5, 5, None, None),
    ("USD 5 million", "en", 5e6, 5e6, "USD", None),
    ("16 train cars", "en", 16, 16, "railcar", None),
    # ranges
    ("400 to 600 tons", "en", 400, 600, "ton", None),
    ("from 300 tons to 400 tons", "en", 300, 400, "ton", None),
    ("between 1,000 and 3,000 containers", "en", 1000, 3000, "container", None),
    # rates
    ("some 10,121 tons a month", "en", 10121, 10121, "ton", "month"),
    ("300 per month", "en", 300, 300, None, "month"),
    ("up to 50 drones every month", "en", None, 50, None, "month"),
    ("10 a day", "en", 10, 10, None, "day"),
    ("two flights weekly", "en", 2, 2, "flight", "week"),
    ("2 million rounds a year", "en", 2e6, 2e6, "round", "year"),
    ("a year's supply of 400 shells", "en", 400, 400, None, None),
    ("400 in a month", "en", 400, 400, None, None),
    ("400 a year ago", "en", 400, 400, None, None),
    ("10 a day, 300 a month", "en", None, None, None, None),
    # other languages
    ("3.000 toneladas al mes", "es", 3000, 3000, "tonne", "month"),
    ("más de 1.000 contenedores", "es", 1000, None, "container", None),
    ("2 millones de toneladas", "es", 2e6, 2e6, "tonne", None),
    ("millones de proyectiles", "es", None, None, None, None),
    ("40 millones de dólares", "es", 4e7, 4e7, "USD", None),
    ("131 582 tonnes", "fr", 131582, 131582, "tonne", None),
    ("plus de 1 000 conteneurs", "fr", 1000, None, "container", None),
    ("jusqu’à 50 tonnes par mois", "fr", None, 50, "tonne", "month"),
    ("des dizaines de conteneurs", "fr", None, None, "container", None),
    ("mehr als 1.000 Container", "de", 1000, None, "container", None),
    ("rund 300 Tonnen pro Monat", "de", 300, 300, "tonne", "month"),
    ("zwischen 5 und 10 Lieferungen", "de", 5, 10, "shipment", None),
    ("oltre 1.000 tonnellate", "it", 1000, None, "tonne", None),
    ("cerca de 200 contêineres por mês", "pt", 200, 200, "container", "month"),
    ("meer dan 1.000 containers", "nl", 1000, None, "container", None),
    ("300 ton per maand", "nl", 300, 300, "tonne", "month"),
    ("10 тыс. тонн в месяц", "ru", 10000, 10000, "tonne", "month"),
    ("более 1000 контейнеров", "ru", 1000, None, "container", None),
    ("тысячи снарядов", "ru", None, None, None, None),
    ("сотни контейнеров", "ru", None, None, "container", None),
    ("40 млн долларов", "ru", 4e7, 4e7, "USD", None),
    ("понад 300 тонн на місяць", "uk", 300, None, "tonne", "month"),
    ("ponad 300 kontenerów", "pl", 300, None, "container", None),
    ("400 ton", "tr", 400, 400, "tonne", None),
    ("ayda 400 ton", "tr", 400, 400, "tonne", "month"),
    ("sekitar 1.000 ton per bulan", "id", 1000, 1000, "tonne", "month"),
    ("أكثر من ٣٠٠ حاوية شهريا", "ar", 300, None, "container", "month"),
    ("٣٠٠ طن", "ar", 300, 300, "tonne", None),
    ("۳۰۰ تن در ماه", "fa", 300, 300, "tonne", "month"),
    ("४०० टन", "hi", 400, 400, "tonne", None),
    ("수천 발", "ko", None, None, "round", None),
    ("약 100만 발", "ko", 1e6, 1e6, "round", None),
    ("컨테이너 1만여 개", "ko", 10000, None, "container", None),
    ("매달 300톤", "ko", 300, 300, "tonne", "month"),
    ("コンテナ1000個以上", "ja", 1000, None, "container", None),
    ("1日に10発", "ja", 10, 10, "round", "day"),
    ("約1億円", "ja", 1e8, 1e8, "JPY", None),
    ("数千枚", "zh", None, None, None, None),
    ("1000多个集装箱", "zh", 1000, None, "container", None),
    ("每月2万发", "zh", 20000, 20000, "round", "month"),
    ("300kg爆薬", "ja", 300, 300, "kilogram", None),
    ("一批武器", "zh", None, None, "batch", None),
    ("三百吨", "zh", 300, 300, "tonne", None),
    ("4000万美元", "zh", 4e7, 4e7, "USD", None),
    ("$400", "xx", 400, 400, "USD", None),
]


@pytest.mark.parametrize(("text", "language", "low", "high", "unit", "per"), MEASURED)
def test_what_an_amount_counts_and_in_which_time(text, language, low, high, unit, per):
    found = parse(text, language)
    assert (found.low, found.high, found.unit, found.per) == (low, high, unit, per)


def test_every_language_of_the_table_has_its_units():
    codes = table("quantities")
    assert {code for code in codes if not code.endswith("-units")} == {
        code.removesuffix("-units") for code in codes if code.endswith("-units")
    } - {"any"}


def test_an_unknown_language_is_read_as_english():
    assert parse("at least 300", "xx") == parse("at least 300", "en")
    assert parse("at least 300", "") == parse("at least 300", "en-US")


@unhurried
@given(st.text(), st.sampled_from(["en", "de", "fr", "ar", "hi", "ko", "ja", "zh", "xx", ""]))
def test_any_text_has_an_amount_or_none_and_the_bounds_are_in_order(text, language):
    found = parse(text, language)
    assert found.text == text
    assert found.low is None or found.high is None or found.low <= found.high


_PIECES = [
    "at least ",
    "up to ",
    "about ",
    "between ",
    " and ",
    " to ",
    "-",
    "1.000",
    "1,5",
    "400",
    " million",
    "two ",
    "万",
    "-mm",
    "(",
    ")",
]


@unhurried
@given(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join), st.sampled_from(["en", "de", "ko", "zh"]))
def test_pieces_of_amounts_in_any_order_keep_the_bounds_in_order(text, language):
    found = parse(text, language)
    assert found.low is None or found.high is None or found.low <= found.high


_LANGUAGES = [
    *("en", "de", "fr", "es", "it", "pt", "nl", "ru", "uk", "pl", "cs", "sv", "fi", "hu"),
    *("el", "tr", "id", "vi", "ar", "fa", "he", "hi", "bn", "th", "ko", "ja", "zh"),
]


@unhurried
@given(st.integers(0, 10**14), st.sampled_from(_LANGUAGES))
def test_a_number_that_a_language_prints_is_read_back(number, language):
    found = parse(format_decimal(number, locale=language), language)
    assert (found.low, found.high, found.approximate) == (number, number, False)


@unhurried
@given(st.integers(0, 10**14), st.sampled_from(["ar", "fa", "hi", "bn"]))
def test_a_number_in_the_digits_of_a_script_is_read_back(number, language):
    found = parse(format_decimal(number, locale=language, numbering_system="default"), language)
    assert (found.low, found.high) == (number, number)


def test_the_time_for_a_long_text_grows_with_its_length():
    """A quadratic reading would take a minute here."""
    for piece in (
        "9 ",
        "1,000 ",
        "at least ",
        "two ",
        "(",
        "三",
        "1-",
        "or more ",
        "tons ",
        "1999 tons ",
        "a month ",
        "in $5 ",
    ):
        parse("5 " + piece * 5_000, "en")
