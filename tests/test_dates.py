"""Dates: the table of phrases is worked out on a calendar by hand. 30 August 2023 is a Wednesday."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import date, timedelta
from math import inf
from pathlib import Path

import pytest
from babel.dates import format_date
from babel.localedata import locale_identifiers
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import dates, datewords, edtf, languages, periods
from extractor.dates import latest_full_date, resolve
from extractor.edtf import bounds, covers, disjoint, narrower, overlap

unhurried = settings(deadline=None)
"""The first phrase of a language waits for its words."""

WED = "2023-08-30"
THU = "2023-08-31"
MONTH = "2023-09"
OPEN = "2023-08-18/.."

ABSOLUTE, RELATIVE, YEAR, UNRESOLVED = "absolute", "publication_relative", "year_of_publication", "unresolved"

_DATE = r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?"
_SIDE = rf"(?:{_DATE}[?~%]?)"
EDTF_LEVEL_1 = re.compile(rf"{_SIDE}|\d{{3}}X|{_SIDE}/{_SIDE}|{_SIDE}/\.\.|\.\./{_SIDE}", re.ASCII)
"""Of level 1, what a day, month or year and intervals of them come to."""

CASES = [
    # the seeds
    ("late last year", WED, "en", "2022-10/2022-12", RELATIVE),
    ("Late last year", OPEN, "en", "2022-10?/2022-12?", RELATIVE),
    ("In March", WED, "en", "2023-03", YEAR),
    ("in March", OPEN, "en", "2023-03?", YEAR),
    ("In March", None, "en", None, UNRESOLVED),
    ("on Wednesday", WED, "en", "2023-08-30", RELATIVE),
    ("Wednesday", THU, "en", "2023-08-30", RELATIVE),
    ("Wednesday", OPEN, "en", None, UNRESOLVED),
    ("yesterday", OPEN, "en", None, UNRESOLVED),
    ("Last month", WED, "en", "2023-07", RELATIVE),
    ("last month", OPEN, "en", "2023-07?", RELATIVE),
    ("in July", WED, "en", "2023-07", YEAR),
    ("July 27, 2023", WED, "en", "2023-07-27", ABSOLUTE),
    ("July 27, 2023", None, "en", "2023-07-27", ABSOLUTE),
    ("July 27, 2023", OPEN, "en", "2023-07-27", ABSOLUTE),
    ("Friday, Aug. 18, 2023", None, "en", "2023-08-18", ABSOLUTE),
    ("Earlier this year", WED, "en", "2023-01/2023-08", RELATIVE),
    ("Earlier this year", OPEN, "en", "2023-01?/2023-08?", RELATIVE),
    ("this week", WED, "en", "2023-08-28/2023-09-03", RELATIVE),
    ("several months later", WED, "en", None, UNRESOLVED),
    ("just weeks ago", WED, "en", None, UNRESOLVED),
    ("in recent weeks", WED, "en", None, UNRESOLVED),
    ("at the time", WED, "en", None, UNRESOLVED),
    ("previously", WED, "en", None, UNRESOLVED),
    # days
    ("today", WED, "en", "2023-08-30", RELATIVE),
    ("yesterday", WED, "en", "2023-08-29", RELATIVE),
    ("the day before yesterday", WED, "en", "2023-08-28", RELATIVE),
    ("tomorrow", WED, "en", "2023-08-31", RELATIVE),
    ("last night", WED, "en", "2023-08-29", RELATIVE),
    ("early Wednesday", THU, "en", "2023-08-30", RELATIVE),
    ("Tuesday night", WED, "en", "2023-08-29", RELATIVE),
    ("Thursday", WED, "en", "2023-08-24", RELATIVE),
    ("last Wednesday", WED, "en", "2023-08-23", RELATIVE),
    ("last Wednesday", THU, "en", "2023-08-30", RELATIVE),
    ("Wednesday last week", THU, "en", "2023-08-23", RELATIVE),
    ("last week's Friday", WED, "en", "2023-08-25", RELATIVE),
    ("next Monday", WED, "en", "2023-09-04", RELATIVE),
    ("this Friday", WED, "en", "2023-09-01", RELATIVE),
    ("Wednesday", MONTH, "en", None, UNRESOLVED),
    ("Wednesday", None, "en", None, UNRESOLVED),
    ("Mondays", WED, "en", None, UNRESOLVED),
    ("over the weekend", WED, "en", "2023-08-26/2023-08-27", RELATIVE),
    ("last weekend", WED, "en", "2023-08-26/2023-08-27", RELATIVE),
    ("Aug. 29", WED, "en", "2023-08-29", YEAR),
    ("August 31", WED, "en", "2023-08-31", YEAR),
    ("Sept. 5", WED, "en", "2022-09-05", RELATIVE),
    ("Saturday, Dec. 17", WED, "en", "2022-12-17", RELATIVE),
    ("Sunday, Dec. 17", WED, "en", None, UNRESOLVED),
    ("the 27th of July", WED, "en", "2023-07-27", YEAR),
    ("July 27", MONTH, "en", "2023-07-27", YEAR),
    ("July 27", OPEN, "en", "2023-07-27?", YEAR),
    ("the 29th", WED, "en", "2023-08-29", RELATIVE),
    ("February 29", "2023-08-30", "en", "2020-02-29", RELATIVE),
    ("February 30, 2023", WED, "en", None, UNRESOLVED),
    ("July 27–29, 2023", None, "en", "2023-07-27/2023-07-29", ABSOLUTE),
    ("27 to 29 July", WED, "en", "2023-07-27/2023-07-29", YEAR),
    ("July 30 to August 2", WED, "en", "2023-07-30/2023-08-02", YEAR),
    ("Monday and Tuesday", WED, "en", "2023-08-28/2023-08-29", RELATIVE),
    ("Monday and Wednesday", WED, "en", None, UNRESOLVED),
    ("11:05 AM EDT, Wed August 30, 2023", None, "en", "2023-08-30", ABSOLUTE),
    ("Wed 30 Aug 2023 19.45 BST", None, "en", "2023-08-30", ABSOLUTE),
    # weeks
    ("last week", WED, "en", "2023-08-21/2023-08-27", RELATIVE),
    ("earlier this week", WED, "en", "2023-08-28/2023-08-30", RELATIVE),
    ("earlier this week", "2023-08-28", "en", "2023-08-28", RELATIVE),
    ("later this week", WED, "en", "2023-08-30/2023-09-03", RELATIVE),
    ("next week", WED, "en", "2023-09-04/2023-09-10", RELATIVE),
    ("last week", MONTH, "en", None, UNRESOLVED),
    ("a week ago", WED, "en", "2023-08-23~", RELATIVE),
    ("two weeks ago", WED, "en", "2023-08-16~", RELATIVE),
    ("three days ago", WED, "en", "2023-08-27", RELATIVE),
    ("10 days ago", WED, "en", "2023-08-20", RELATIVE),
    ("about ten days ago", WED, "en", "2023-08-20~", RELATIVE),
    ("over the past two weeks", WED, "en", "2023-08-16/2023-08-30", RELATIVE),
    ("in the past week", WED, "en", "2023-08-23/2023-08-30", RELATIVE),
    ("in two weeks", WED, "en", None, UNRESOLVED),
    ("for two weeks", WED, "en", None, UNRESOLVED),
    ("the week before", WED, "en", None, UNRESOLVED),
    # months
    ("in December", WED, "en", "2022-12", RELATIVE),
    ("in August", WED, "en", "2023-08", YEAR),
    ("last March", WED, "en", "2023-03", YEAR),
    ("last August", WED, "en", "2022-08", RELATIVE),
    ("next March", WED, "en", "2024-03", RELATIVE),
    ("this March", WED, "en", "2023-03", RELATIVE),
    ("in September", MONTH, "en", "2023-09", YEAR),
    ("in October", MONTH, "en", "2022-10", RELATIVE),
    ("in March last year", WED, "en", "2022-03", RELATIVE),
    ("March 2022", WED, "en", "2022-03", ABSOLUTE),
    ("Dec 2022", None, "en", "2022-12", ABSOLUTE),
    ("December 2022", None, "en", "2022-12", ABSOLUTE),
    ("this month", WED, "en", "2023-08", RELATIVE),
    ("this month", MONTH, "en", "2023-09", RELATIVE),
    ("earlier this month", WED, "en", "2023-08-01/2023-08-30", RELATIVE),
    ("earlier this month", MONTH, "en", "2023-09", RELATIVE),
    ("next month", "2022-12-05", "en", "2023-01", RELATIVE),
    ("last month", "2023-01-05", "en", "2022-12", RELATIVE),
    ("late last month", WED, "en", "2023-07-21/2023-07-31", RELATIVE),
    ("early March", WED, "en", "2023-03-01/2023-03-10", YEAR),
    ("mid-March 2022", WED, "en", "2022-03-11/2022-03-20", ABSOLUTE),
    ("at the end of February 2024", None, "en", "2024-02-21/2024-02-29", ABSOLUTE),
    ("two months ago", WED, "en", "2023-06~", RELATIVE),
    ("two months ago", OPEN, "en", "2023-06%", RELATIVE),
    ("18 months ago", WED, "en", "2022-02~", RELATIVE),
    ("over the last three months", WED, "en", "2023-05/2023-08", RELATIVE),
    ("from March to June 2022", None, "en", "2022-03/2022-06", ABSOLUTE),
    ("between March and June 2022", None, "en", "2022-03/2022-06", ABSOLUTE),
    ("between December and March 2022", None, "en", "2021-12/2022-03", ABSOLUTE),
    ("between March and June", WED, "en", "2023-03/2023-06", YEAR),
    ("from November to March", WED, "en", "2022-11/2023-03", RELATIVE),
    ("July and August", WED, "en", "2023-07/2023-08", YEAR),
    ("between late 2022 and early 2023", WED, "en", "2022-10/2023-04", ABSOLUTE),
    ("months before the war", WED, "en", None, UNRESOLVED),
    ("two months earlier", WED, "en", None, UNRESOLVED),
    ("that month", WED, "en", None, UNRESOLVED),
    ("every month", WED, "en", None, UNRESOLVED),
    ("500 a month", WED, "en", None, UNRESOLVED),
    # years, and parts of them
    ("2022", WED, "en", "2022", ABSOLUTE),
    ("in 2022", None, "en", "2022", ABSOLUTE),
    ("this year", WED, "en", "2023", RELATIVE),
    ("last year", WED, "en", "2022", RELATIVE),
    ("last year", OPEN, "en", "2022?", RELATIVE),
    ("last year", "2023", "en", "2022", RELATIVE),
    ("in March", "2023", "en", None, UNRESOLVED),
    ("the year before last", WED, "en", "2021", RELATIVE),
    ("later this year", WED, "en", "2023-08/2023-12", RELATIVE),
    ("by the end of the year", WED, "en", "../2023-12", RELATIVE),
    ("two years ago", WED, "en", "2021~", RELATIVE),
    ("nearly a decade ago", WED, "en", "2013~", RELATIVE),
    ("two years ago in March", WED, "en", "2021-03", RELATIVE),
    ("early 2023", WED, "en", "2023-01/2023-04", ABSOLUTE),
    ("mid-2021", WED, "en", "2021-05/2021-08", ABSOLUTE),
    ("early to mid-2022", WED, "en", "2022-01/2022-08", ABSOLUTE),
    ("at the end of 2022", WED, "en", "2022-10/2022-12", ABSOLUTE),
    ("Q3 2022", None, "en", "2022-07/2022-09", ABSOLUTE),
    ("the third quarter of 2022", None, "en", "2022-07/2022-09", ABSOLUTE),
    ("first half of 2023", None, "en", "2023-01/2023-06", ABSOLUTE),
    ("the second half of last year", WED, "en", "2022-07/2022-12", RELATIVE),
    ("in the 1990s", None, "en", "199X", ABSOLUTE),
    ("since the 1990s", None, "en", "1990/..", ABSOLUTE),
    ("the late 1980s", None, "en", "1987/1989", ABSOLUTE),
    ("in the 2000s", None, "en", None, UNRESOLVED),
    ("since 2022", WED, "en", "2022/..", ABSOLUTE),
    ("since March", WED, "en", "2023-03/..", YEAR),
    ("since late last year", WED, "en", "2022-10/..", RELATIVE),
    ("before March 2022", WED, "en", "../2022-03", ABSOLUTE),
    ("since at least 2014", None, "en", "2014/..", ABSOLUTE),
    ("10:30 Oct 5, 2023", None, "en", "2023-10-05", ABSOLUTE),
    ("in the months of March and April 2023", None, "en", "2023-03/2023-04", ABSOLUTE),
    ("winter 2022-23", None, "en", "2022-12/2023-02", ABSOLUTE),
    ("27-July-2023", None, "en", "2023-07-27", ABSOLUTE),
    ("2015 to 2022", None, "en", "2015/2022", ABSOLUTE),
    ("2022-23", None, "en", "2022/2023", ABSOLUTE),
    ("circa 2015", None, "en", "2015~", ABSOLUTE),
    ("this summer", WED, "en", "2023-06/2023-08", RELATIVE),
    ("last summer", WED, "en", "2022-06/2022-08", RELATIVE),
    ("the summer of 2022", None, "en", "2022-06/2022-08", ABSOLUTE),
    ("last winter", WED, "en", "2022-12/2023-02", RELATIVE),
    ("winter 2022", None, "en", "2021-12/2023-02", ABSOLUTE),
    # figures
    ("2023-08-30", None, "en", "2023-08-30", ABSOLUTE),
    ("2023-08-30T10:00:00Z", None, "en", "2023-08-30", ABSOLUTE),
    ("2022-12", None, "en", "2022-12", ABSOLUTE),
    ("12/31/2022", None, "en", "2022-12-31", ABSOLUTE),
    ("31/12/2022", None, "en", "2022-12-31", ABSOLUTE),
    ("03/04/2023", None, "en", "2023", ABSOLUTE),
    ("03/04/2023", None, "es", "2023-04-03", ABSOLUTE),
    ("27.07.2023", None, "de", "2023-07-27", ABSOLUTE),
    ("2023. 8. 30.", None, "ko", "2023-08-30", ABSOLUTE),
    ("20,000", WED, "en", None, UNRESOLVED),
    ("1.5 years ago", WED, "en", None, UNRESOLVED),
    # no dates
    ("each day", WED, "en", None, UNRESOLVED),
    ("daily", WED, "en", None, UNRESOLVED),
    ("repeatedly", WED, "en", None, UNRESOLVED),
    ("many times", WED, "en", None, UNRESOLVED),
    ("for three months", WED, "en", None, UNRESOLVED),
    ("18-month-long", WED, "en", None, UNRESOLVED),
    ("", WED, "en", None, UNRESOLVED),
    ("two", WED, "en", None, UNRESOLVED),
    # Spanish
    ("el lunes", WED, "es", "2023-08-28", RELATIVE),
    ("el pasado martes", WED, "es", "2023-08-29", RELATIVE),
    ("el mes pasado", WED, "es", "2023-07", RELATIVE),
    ("el pasado mes de julio", WED, "es", "2023-07", YEAR),
    ("a finales del año pasado", WED, "es", "2022-10/2022-12", RELATIVE),
    ("en diciembre de 2022", None, "es", "2022-12", ABSOLUTE),
    ("el 27 de julio de 2023", None, "es", "2023-07-27", ABSOLUTE),
    ("hace dos semanas", WED, "es", "2023-08-16~", RELATIVE),
    ("entre marzo y junio de 2022", None, "es", "2022-03/2022-06", ABSOLUTE),
    ("de marzo a junio de 2022", None, "es", "2022-03/2022-06", ABSOLUTE),
    ("desde 2022", None, "es", "2022/..", ABSOLUTE),
    ("los lunes", WED, "es", None, UNRESOLVED),
    ("mar", WED, "es", None, UNRESOLVED),
    # French
    ("en mars", WED, "fr", "2023-03", YEAR),
    ("mercredi", THU, "fr", "2023-08-30", RELATIVE),
    ("le mois dernier", WED, "fr", "2023-07", RELATIVE),
    ("l’année dernière", WED, "fr", "2022", RELATIVE),
    ("le 1er mars 2022", None, "fr", "2022-03-01", ABSOLUTE),
    ("fin 2022", None, "fr", "2022-10/2022-12", ABSOLUTE),
    ("à la mi-mars", WED, "fr", "2023-03-11/2023-03-20", YEAR),
    ("il y a trois jours", WED, "fr", "2023-08-27", RELATIVE),
    ("depuis février 2022", None, "fr", "2022-02/..", ABSOLUTE),
    ("dans les années 1990", None, "fr", "199X", ABSOLUTE),
    ("années 1990", None, "fr", "199X", ABSOLUTE),
    # German
    ("am Mittwoch", WED, "de", "2023-08-30", RELATIVE),
    ("am Mittwochabend", THU, "de", "2023-08-30", RELATIVE),
    ("mittwochs", WED, "de", None, UNRESOLVED),
    ("letzter Monat", WED, "de", "2023-07", RELATIVE),
    ("im letzten Monat", WED, "de", "2023-07", RELATIVE),
    ("Ende vergangenen Jahres", WED, "de", "2022-10/2022-12", RELATIVE),
    ("vor zwei Wochen", WED, "de", "2023-08-16~", RELATIVE),
    ("vor März 2022", WED, "de", "../2022-03", ABSOLUTE),
    ("27. Juli 2023", None, "de", "2023-07-27", ABSOLUTE),
    ("im Jänner 2023", None, "de", "2023-01", ABSOLUTE),
    ("in den 1990er Jahren", None, "de", "199X", ABSOLUTE),
    ("vom 3. bis 5. Juli", WED, "de", "2023-07-03/2023-07-05", YEAR),
    # Italian, Portuguese, Dutch
    ("a fine 2022", None, "it", "2022-10/2022-12", ABSOLUTE),
    ("mercoledì scorso", WED, "it", "2023-08-23", RELATIVE),
    ("due settimane fa", WED, "it", "2023-08-16~", RELATIVE),
    ("na quarta-feira", WED, "pt", "2023-08-30", RELATIVE),
    ("no mês passado", WED, "pt", "2023-07", RELATIVE),
    ("vorige maand", WED, "nl", "2023-07", RELATIVE),
    ("woensdagavond", THU, "nl", "2023-08-30", RELATIVE),
    # Russian, Ukrainian, Polish, Czech
    ("в декабре", WED, "ru", "2022-12", RELATIVE),
    ("в мае", WED, "ru", "2023-05", YEAR),
    ("в среду", WED, "ru", "2023-08-30", RELATIVE),
    ("в прошлом месяце", WED, "ru", "2023-07", RELATIVE),
    ("27 июля 2023 года", None, "ru", "2023-07-27", ABSOLUTE),
    ("в конце прошлого года", WED, "ru", "2022-10/2022-12", RELATIVE),
    ("неделю назад", WED, "ru", "2023-08-23~", RELATIVE),
    ("с марта по июнь 2022 года", None, "ru", "2022-03/2022-06", ABSOLUTE),
    ("в 1990-х годах", None, "ru", "199X", ABSOLUTE),
    ("у грудні", WED, "uk", "2022-12", RELATIVE),
    ("минулого місяця", WED, "uk", "2023-07", RELATIVE),
    ("w grudniu", WED, "pl", "2022-12", RELATIVE),
    ("w środę", WED, "pl", "2023-08-30", RELATIVE),
    ("pod koniec ubiegłego roku", WED, "pl", "2022-10/2022-12", RELATIVE),
    ("w zeszłym miesiącu", WED, "pl", "2023-07", RELATIVE),
    ("v prosinci", WED, "cs", "2022-12", RELATIVE),
    ("v červnu 2023", None, "cs", "2023-06", ABSOLUTE),
    ("v červenci 2023", None, "cs", "2023-07", ABSOLUTE),
    # Turkish, Indonesian, Finnish, Hungarian, Hindi
    ("geçen ay", WED, "tr", "2023-07", RELATIVE),
    ("Mart'ta", WED, "tr", "2023-03", YEAR),
    ("Çarşamba günü", WED, "tr", "2023-08-30", RELATIVE),
    ("geçen gün", WED, "tr", None, UNRESOLVED),
    ("Rabu (30/8)", WED, "id", "2023-08-30", RELATIVE),
    ("dua minggu lalu", WED, "id", "2023-08-16~", RELATIVE),
    ("Rabu lalu", WED, "id", "2023-08-23", RELATIVE),
    ("bulan lalu", WED, "id", "2023-07", RELATIVE),
    ("maaliskuussa", WED, "fi", "2023-03", YEAR),
    ("keskiviikkona", WED, "fi", "2023-08-30", RELATIVE),
    ("márciusban", WED, "hu", "2023-03", YEAR),
    ("szerdán", WED, "hu", "2023-08-30", RELATIVE),
    ("मार्च में", WED, "hi", "2023-03", YEAR),
    # Arabic, Persian, Hebrew
    ("الشهر الماضي", WED, "ar", "2023-07", RELATIVE),
    ("يوم الأربعاء", WED, "ar", "2023-08-30", RELATIVE),
    ("في آذار / مارس ٢٠٢٢", None, "ar", "2022-03", ABSOLUTE),
    ("أواخر العام الماضي", WED, "ar", "2022-10/2022-12", RELATIVE),
    ("قبل أسبوعين", WED, "ar", "2023-08-16~", RELATIVE),
    ("ماه گذشته", WED, "fa", "2023-07", RELATIVE),
    ("چهارشنبه", WED, "fa", "2023-08-30", RELATIVE),
    ("۱۴۰۲", WED, "fa", None, UNRESOLVED),
    ("ביום רביעי", WED, "he", "2023-08-30", RELATIVE),
    ("במרץ 2022", None, "he", "2022-03", ABSOLUTE),
    # Korean, Japanese, Chinese
    ("31일(현지시간)", THU, "ko", "2023-08-31", RELATIVE),
    ("31일(현지시간)", WED, "ko", "2023-07-31", RELATIVE),
    ("30일", WED, "ko", "2023-08-30", RELATIVE),
    ("30일", MONTH, "ko", None, UNRESOLVED),
    ("지난달", WED, "ko", "2023-07", RELATIVE),
    ("지난달 27일", WED, "ko", "2023-07-27", RELATIVE),
    ("지난해 말", WED, "ko", "2022-10/2022-12", RELATIVE),
    ("올해 3월", WED, "ko", "2023-03", RELATIVE),
    ("2023년 8월 30일", None, "ko", "2023-08-30", ABSOLUTE),
    ("3월부터 6월까지", WED, "ko", "2023-03/2023-06", YEAR),
    ("2주 전", WED, "ko", "2023-08-16~", RELATIVE),
    ("수요일", THU, "ko", "2023-08-30", RELATIVE),
    ("2022년 상반기", None, "ko", "2022-01/2022-06", ABSOLUTE),
    ("先月", WED, "ja", "2023-07", RELATIVE),
    ("昨年末", WED, "ja", "2022-10/2022-12", RELATIVE),
    ("30日", WED, "ja", "2023-08-30", RELATIVE),
    ("２０２３年８月３０日", None, "ja", "2023-08-30", ABSOLUTE),
    ("3日前", WED, "ja", "2023-08-27", RELATIVE),
    ("先週の水曜日", WED, "ja", "2023-08-23", RELATIVE),
    ("数か月前", WED, "ja", None, UNRESOLVED),
    ("1990年代に", None, "ja", "199X", ABSOLUTE),
    ("13月", WED, "zh", None, UNRESOLVED),
    ("翌月", WED, "ja", None, UNRESOLVED),
    ("上个月", WED, "zh", "2023-07", RELATIVE),
    ("上週三", WED, "zh", "2023-08-23", RELATIVE),
    ("去年年底", WED, "zh", "2022-10/2022-12", RELATIVE),
    ("今年早些时候", WED, "zh", "2023-01/2023-08", RELATIVE),
    ("三月", WED, "zh", "2023-03", YEAR),
    ("7月27日", WED, "zh", "2023-07-27", YEAR),
    ("三个月前", WED, "zh", "2023-05~", RELATIVE),
    ("自2022年以来", None, "zh", "2022/..", ABSOLUTE),
]


@pytest.mark.parametrize(("text", "published", "language", "edtf", "method"), CASES)
def test_a_phrase_resolves_as_the_calendar_says(text, published, language, edtf, method):
    found = resolve(text, published, language)
    assert (found.text, found.edtf, found.method) == (text, edtf, method)
    assert found.anchor == (published if method in (RELATIVE, YEAR) else None)
    assert edtf is None or EDTF_LEVEL_1.fullmatch(edtf)


def test_the_table_is_as_broad_as_it_looks():
    assert len({case[:3] for case in CASES}) == len(CASES) >= 120
    assert len({language for _, _, language, _, _ in CASES}) >= 10


# What always holds --------------------------------------------------------------------------------------------------

_LANGUAGES = st.sampled_from(
    ["en", "es", "fr", "de", "ru", "pl", "tr", "ar", "fa", "hi", "ko", "ja", "zh", "th", "no", "xx", ""]
)
_PUBLISHED = st.sampled_from(
    [WED, THU, MONTH, OPEN, "2023", "2023-08-01/2023-08-20", "../2023-08-30", "2024-02-29", "nonsense", "", None]
)
_PIECES = st.sampled_from(
    [
        *(
            "late ",
            "early ",
            "mid-",
            "last ",
            "this ",
            "next ",
            "year ",
            "month ",
            "week ",
            "March ",
            "Wednesday ",
            "31 ",
            "2023 ",
            "2022-",
        ),
        *(
            "two ",
            "ago ",
            "since ",
            "until ",
            "between ",
            "and ",
            "to ",
            "–",
            "199",
            "0s ",
            "winter ",
            "weekend ",
            "first ",
            "half ",
            "past ",
        ),
        *("earlier ", "about ", "9999 ", "12/", "(", "30일", "3月", "지난 "),
    ]
)


def _is_sound(found):
    assert (found.edtf is None) == (found.method == "unresolved")
    if found.edtf is not None:
        assert EDTF_LEVEL_1.fullmatch(found.edtf), found.edtf
        first, last = bounds(found.edtf)
        assert first <= last
        assert not disjoint(found.edtf, found.edtf)
        assert overlap(found.edtf, found.edtf)
        assert not narrower(found.edtf, found.edtf)


@unhurried
@given(st.text(), st.one_of(_PUBLISHED, st.text()), _LANGUAGES)
def test_any_text_resolves_or_does_not(text, published, language):
    _is_sound(resolve(text, published, language))


@unhurried
@given(st.lists(_PIECES, max_size=7).map("".join), _PUBLISHED, _LANGUAGES)
def test_pieces_of_dates_in_any_order_give_sound_dates(text, published, language):
    _is_sound(resolve(text, published, language))


@unhurried
@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)), _PUBLISHED, _LANGUAGES)
def test_a_printed_iso_day_is_itself(day, published, language):
    found = resolve(day.isoformat(), published, language)
    assert (found.edtf, found.method, found.anchor) == (day.isoformat(), ABSOLUTE, None)


@unhurried
@given(
    st.dates(date(1900, 1, 1), date(2150, 1, 1)),
    st.sampled_from(list(enumerate(["Monday", "Tuesday", "Saturday", "Sunday"]))),
)
def test_a_weekday_is_the_last_one_up_to_publication(day, weekday):
    number = {0: 0, 1: 1, 2: 5, 3: 6}[weekday[0]]
    found = date.fromisoformat(resolve(weekday[1], day.isoformat(), "en").edtf)
    assert found.weekday() == number
    assert timedelta(0) <= day - found < timedelta(7)


@unhurried
@given(
    st.dates(date(1900, 1, 1), date(2150, 1, 1)),
    st.sampled_from(["March", "December", "late March", "July 27", "the 29th", "last month"]),
)
def test_a_past_date_lies_before_publication(day, text):
    first, _ = bounds(resolve(text, day.isoformat(), "en").edtf)
    assert first <= day + timedelta(1) or text.startswith("late")


def test_a_phrase_of_any_length_is_left_alone():
    assert resolve("March " * 100_000, WED, "en").edtf is None


# No clock -----------------------------------------------------------------------------------------------------------


def test_no_clock_is_read(monkeypatch):
    """With every clock of Python, and with dateparser's parser, broken, all phrases resolve as before."""

    class Timeless(date):
        @classmethod
        def today(cls):
            pytest.fail("read the clock")

    def broken(*args, **kwargs):
        pytest.fail("read the clock")

    import dateparser
    from dateparser.date import DateDataParser

    for module in (dates, edtf, periods):
        monkeypatch.setattr(module, "date", Timeless)
    monkeypatch.setattr(dateparser, "parse", broken)
    monkeypatch.setattr(DateDataParser, "get_date_data", broken)
    for name in ("time", "localtime", "gmtime", "time_ns"):
        monkeypatch.setattr(time, name, broken)
    dates.resolve.cache_clear()
    dates._read.cache_clear()
    datewords._lexicon.cache_clear()
    found = [resolve(text, published, language).edtf for text, published, language, _, _ in CASES]
    dates.resolve.cache_clear()
    assert found == [edtf for _, _, _, edtf, _ in CASES]


@pytest.mark.parametrize("module", [dates, datewords, edtf, languages, periods])
def test_the_module_names_no_clock(module):
    source = Path(module.__file__).read_text("utf-8")
    assert not re.search(r"\b(?:today\(|now\(|utcnow|import time|localtime|gmtime)", source)


# The words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(languages.table("datewords")))
def test_no_word_of_the_table_has_two_meanings(language):
    meanings = {}
    for word, tokens in datewords._own(language):
        assert meanings.setdefault(word, tokens) == tokens, word
        assert all(kind in _KINDS for kind, _ in tokens), word


_KINDS = {*"YMDNAOWEFSXUPT", *"dwmy", *dates._JOINTS, "ago", "lalu", "past", "about", "earlier", "later", "?"}


@pytest.mark.parametrize("language", sorted(languages.table("datewords")))
def test_every_month_and_weekday_of_a_language_is_known(language):
    cldr = languages.locale(language)
    for context in ("format", "stand-alone"):
        for month, name in cldr.months[context]["wide"].items():
            if not name[0].isdigit():
                assert resolve(f"{name} 2022", None, language).edtf == f"2022-{month:02}", name
        for weekday, name in cldr.days[context]["wide"].items():
            if (language, name) != ("id", "Minggu"):  # also "week"
                assert date.fromisoformat(resolve(name, WED, language).edtf).weekday() == weekday, name


@pytest.mark.parametrize("language", sorted(languages.table("datewords")))
def test_a_long_date_as_cldr_formats_it_is_read_back(language):
    day = date(2023, 8, 30)
    for width in ("medium", "long", "full"):
        printed = format_date(day, width, locale=languages.locale(language))
        assert resolve(printed, None, language).edtf == "2023-08-30", printed
        if width != "medium":
            assert latest_full_date(f"… {printed}, …", language) == "2023-08-30", printed


def test_what_is_read_does_not_depend_on_the_languages_read_before():
    """Of a language, babel keeps what it looks up in data that others share; Serbian months lost their stems so."""
    code = "from extractor.dates import resolve; " + "; ".join(
        f"print(resolve({phrase!r}, None, {language!r}).edtf)"
        for phrase, language in (("ינואר 2022", "he"), ("1月 2022", "zh"), ("августу 2022", "sr"))
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.split() == ["2022-01", "2022-01", "2022-08"]


def test_no_date_of_any_language_is_misread():
    """Nine in ten of the long dates that CLDR writes are read, in languages without a table too, and none wrongly."""
    tongues = sorted({identifier.partition("_")[0] for identifier in locale_identifiers()})[::3]
    printed = {t: format_date(date(2021, 5, 3), "long", locale=languages.locale(t)) for t in tongues}
    found = [resolve(text, None, language).edtf for language, text in printed.items()]
    assert {edtf for edtf in found if edtf} == {"2021-05-03"}
    assert found.count(None) < len(found) / 10
    latest = {latest_full_date(text, language) for language, text in printed.items()}
    assert latest <= {None, "2021-05-03"}


# Comparing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edtf", "first", "last"),
    [
        ("2023-08-30", "2023-08-30", "2023-08-30"),
        ("2023-08-30~", "2023-08-30", "2023-08-30"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2024-02?", "2024-02-01", "2024-02-29"),
        ("2023-06%", "2023-06-01", "2023-06-30"),
        ("2022", "2022-01-01", "2022-12-31"),
        ("199X", "1990-01-01", "1999-12-31"),
        ("19XX", "1900-01-01", "1999-12-31"),
        ("2022-10/2022-12", "2022-10-01", "2022-12-31"),
        ("2022-10?/2022-12?", "2022-10-01", "2022-12-31"),
        ("2022/2023-04", "2022-01-01", "2023-04-30"),
        ("2023-08-18/..", "2023-08-18", "9999-12-31"),
        ("2022/", "2022-01-01", "9999-12-31"),
        ("../2022-03", "0001-01-01", "2022-03-31"),
    ],
)
def test_bounds_are_the_first_and_last_day(edtf, first, last):
    assert bounds(edtf) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "edtf", [None, "", "..", "2023-13", "2023-02-30", "2023-22", "soon", "2023-08-30/2023-08-01", "2023/soon", "0000"]
)
def test_what_is_no_date_has_no_bounds(edtf):
    assert bounds(edtf) is None
    assert covers(edtf) == inf
    assert not disjoint(edtf, "2022")
    assert not overlap(edtf, edtf)
    assert not narrower(edtf, "2022")


@pytest.mark.parametrize(
    ("edtf", "days"),
    [
        ("2023-08-30", 1),
        ("2023-02", 28),
        ("2024", 366),
        ("2022-10/2022-12", 92),
        ("2022/..", inf),
        ("../2022", inf),
        (None, inf),
    ],
)
def test_a_date_covers_so_many_days(edtf, days):
    assert covers(edtf) == days


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ("2023-03", "2022-10/2022-12", True),
        ("2023-03?", "2022-10?/2022-12?", True),
        ("2023-03", "2023", False),
        ("2023-03", "2023-03-31", False),
        ("2023-03", "2023-04-01", True),
        ("2022/..", "2023-08-30", False),
        ("2022/..", "2021", True),
        ("../2022-03", "2022-04", True),
        ("199X", "2000", True),
        ("2023-08-23~", "2023-08-26", False),
        ("2023-08-23~", "2023-08-27", True),
        ("2023-06~", "2023-07", False),
        ("2023-06%", "2023-09", True),
        ("2021~", "2022", False),
        ("2021~", "2024", True),
        (None, "2022", False),
        (None, None, False),
    ],
)
def test_dates_are_apart_only_if_they_cannot_overlap(a, b, apart):
    assert disjoint(a, b) is apart
    assert disjoint(b, a) is apart


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("2023-03", "2023", True),
        ("2023-03-31", "2023-03", True),
        ("2023-03", "2023-03", False),
        ("2023", "2023-03", False),
        ("2022-12/2023-01", "2023", False),
        ("2023", "2022/..", True),
        (None, "2023", False),
    ],
)
def test_the_narrower_date_lies_within_the_other(a, b, expected):
    assert narrower(a, b) is expected


_EDTF = st.sampled_from(sorted({edtf for _, _, _, edtf, _ in CASES if edtf}))


@unhurried
@given(_EDTF, _EDTF)
def test_comparisons_agree_with_each_other(a, b):
    assert disjoint(a, b) == disjoint(b, a)
    assert overlap(a, b) == overlap(b, a)
    assert not (disjoint(a, b) and overlap(a, b))
    assert not (narrower(a, b) and (narrower(b, a) or not overlap(a, b)))


# Dates printed in full ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "North Korea, July 27, 2023, in this image. Ukraine, Friday, Aug. 18, 2023.\nIn March 2024,",
            "en",
            "2023-08-18",
        ),
        ("the 27th of July 2023 and 1 March 2022", "en", "2023-07-27"),
        ("SEPT. 5, 2023", "en", "2023-09-05"),
        ("2023-08-30T10:00:00Z", "en", "2023-08-30"),
        ("12/31/2022 and 03/04/2023", "en", "2022-12-31"),
        ("03/04/2023", "es", "2023-04-03"),
        ("30.08.2023", "de", "2023-08-30"),
        ("el 30 de agosto de 2023; published August 31, 2023", "es", "2023-08-31"),
        ("le 1er mars 2022", "fr", "2022-03-01"),
        ("30 августа 2023 года", "ru", "2023-08-30"),
        ("2023年8月30日", "zh", "2023-08-30"),
        ("2023년 8월 30일", "ko", "2023-08-30"),
        ("2023. 8. 30.", "ko", "2023-08-30"),
        ("٣٠ أغسطس ٢٠٢٣", "ar", "2023-08-30"),
        ("February 30, 2023", "en", None),
        ("March 2023, 30 rockets in 2022", "en", None),
        ("in 2023", "en", None),
        ("", "en", None),
    ],
)
def test_the_latest_date_printed_in_full_is_found(text, language, expected):
    assert latest_full_date(text, language) == expected


@unhurried
@given(st.text(), _LANGUAGES)
def test_any_text_has_a_latest_date_or_none(text, language):
    found = latest_full_date(text, language)
    assert found is None or date.fromisoformat(found)


def test_the_time_for_a_long_text_grows_with_its_length():
    """A quadratic search would take hours here."""
    for piece in ("2023 ", "march ", "march 12 ", "12 march ", "1.1.", "9", " ", "2023년 ", "12 of "):
        assert latest_full_date(piece * 20_000 + ". July 27, 2023", "en") == "2023-07-27"
