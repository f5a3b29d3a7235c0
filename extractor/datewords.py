"""The words and figures of date phrases, in every language: what each of them means.

Names of months and weekdays are CLDR's, by way of babel and dateparser; what neither has is in ``datewords.toml``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from babel import Locale

from .languages import UNSPACED, any_of, entries, locale

LONGEST = 200
"""Characters beyond which a text is no date phrase."""
YEARS = range(1800, 2200)
"""Years of the Gregorian calendar in news; 1402 (Solar Hijri) and 2566 (Buddhist) are none."""
UNITS = "dwmyc"
"""Day, week, month, year, decade: a token of kind ``U`` has the index as its value."""

Token = tuple[str, int]
"""A kind of part (see ``datewords.toml``) and its value."""
Entry = tuple[str, tuple[Token, ...]]
"""A word and what it means."""


class Unresolved(ValueError):
    """The phrase comes to no date."""


_STEMMED = "az be bg bs cs el et fi hr hu hy ka kk lt lv mk pl ru sk sl sr uk"
"""Languages that decline the names of months."""
_ENDING = 3
"""Letters of a case ending ("декабр-е", "maaliskuu-ssa"), and of a stem at least."""
_REGIONS = {"ar": ("ar_SY", "ar_DZ", "ar_MA"), "de": ("de_AT",)}
"""Regions whose names of months differ."""
_WEEKDAY_ENDINGS = {
    "de": "morgen vormittag mittag nachmittag abend nacht",
    "nl": "ochtend middag avond nacht",
    "sv": "s en ens",
    "fi": "na",
    "et": "al",
    "hu": "n en on",
}
_PREFIXES: dict[str, tuple[str, tuple[Token, ...]]] = {"he": ("ב", ()), "ar": ("و", (("and", 0),))}
"""Prepositions and conjunctions written together with a name."""
_ZH_WEEKS = {"上": -1, "本": 0, "这": 0, "這": 0, "下": 1}
_LETTER = r"[\w\u0900-\u0dff]"
"""``\\w`` leaves out the vowel signs of Indic scripts."""

_AM_PM = r"[ap](?:\.\s?)?m\b\.?"
_ZONE = r"(?:utc|gmt|[ecmp][sd]?t|bst|e?est|e?et|ces?t|msk|[hjk]st|hkt)\b"
_FIGURES = "|".join(
    f"(?P<{name}>{pattern})"
    for name, pattern in {
        "ymd": r"\d{4}\s?[-./]\s?\d{1,2}\s?[-./]\s?\d{1,2}(?!\d)(?:t[\d:.]+(?:z|[+-]\d\d:?\d\d)?)?",
        "dmy": r"\d{1,2}(?P<sep>[-./])\s?\d{1,2}(?P=sep)\s?\d{4}(?!\d)",
        "ym": r"\d{4}[-–/.]\d{2}(?!\d)",
        "decade": r"(?<!\w)(?:annees|anos|anni)\s(?:de\s)?\d{3}0(?!\d)|\d{3}0\s?(?:年代|년대|(?:s|er|-?(?:х|е|ті|их))(?!\w))",
        "doubtful": r"\d{3}0\ss\b|(?:^|(?<=\s))\d\d\s?s\b",
        "cjk_year": r"\d{4}\s?[年년]도?",
        "cjk_month": r"\d{1,2}\s?[月월]",
        "cjk_day": r"\d{1,2}\s?[日일号號]",
        "time": rf"\d{{1,2}}(?:[:h]\d\d(?::\d\d)?|\.\d\d(?=\s?(?:{_AM_PM}|{_ZONE})))(?:\s?{_AM_PM})?(?:\s{_ZONE})?"
        rf"|\d{{1,2}}\s?{_AM_PM}|\d{{1,2}}[시時时点點](?:\d{{1,2}}[분分])?",
        "ordinal": r"\d{1,2}(?:st|nd|rd|th|er|re|eme|e|o|a|-?(?:го|е|и|м|я))(?!\w)",
        "year": r"\d{4}(?!\d)",
        "number": r"\d{1,2}(?!\d)",
        "digits": r"\d+",
    }.items()
)
_SHORT_FIGURES = {"cjk_month": "M", "cjk_day": "D", "ordinal": "D", "number": "N"}


class _Lexicon(NamedTuple):
    """The words for dates of one language."""

    pattern: re.Pattern[str]
    words: dict[str, tuple[Token, ...]]
    stems: tuple[tuple[str, int], ...]
    """Stems of the names of months with the month, the longest first."""
    unspaced: bool
    day_first: bool | None
    """See ``reads_day_first``."""


def tokens(text: str, language: str) -> Iterator[Token]:
    """The parts that a phrase prints, in its order. Raises ``Unresolved`` at a word that isn't known."""
    if len(text) > LONGEST:
        raise Unresolved
    lexicon = _lexicon(language)
    outside = re.sub(r"[(（\[][^()（）\[\]]*[)）\]]", " ", text)
    for match in lexicon.pattern.finditer(plain(outside, unspaced=lexicon.unspaced)):
        kind, found = match.lastgroup or "", match[0]
        if kind == "word":
            yield from lexicon.words[found]
        elif kind == "unknown":
            yield "M", _month_of(found, lexicon.stems)
        elif kind == "joint":
            yield "dash", 0
        else:
            yield from figure(kind, found, lexicon.day_first)


def figure(kind: str, text: str, day_first: bool | None) -> list[Token]:
    """The parts that a number, of a kind of ``_FIGURES``, stands for with its punctuation or suffix."""
    if kind == "time":
        return []
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    first = numbers[0]
    if kind in _SHORT_FIGURES:
        if kind == "cjk_month" and not 1 <= first <= 12:
            raise Unresolved
        return [(_SHORT_FIGURES[kind], first)]
    year = numbers[2] if kind == "dmy" else first
    if kind in ("doubtful", "digits") or year not in YEARS or (kind == "decade" and year % 100 == 0):
        raise Unresolved  # "the 2000s" are a decade or a century
    if kind == "decade":
        return [("X", year)]
    if kind in ("year", "cjk_year"):
        return [("Y", year)]
    if kind == "ymd":
        return [("Y", year), ("M", numbers[1]), ("D", numbers[2])]
    second = numbers[1]
    if kind == "ym":
        if 1 <= second <= 12 and second != (year + 1) % 100:
            return [("Y", year), ("M", second)]
        if second <= year % 100:
            raise Unresolved
        return [("Y", year), ("dash", 0), ("Y", year - year % 100 + second)]  # "2011-12" is a month or two years
    if first != second and max(first, second) <= 12 and day_first is None:
        return [("Y", year)]
    swap = second > 12 or (first <= 12 and day_first is False)
    return [("Y", year), ("M", first if swap else second), ("D", second if swap else first)]


def _month_of(word: str, stems: tuple[tuple[str, int], ...]) -> int:
    for stem, month in stems:
        if word.startswith(stem) and len(word) - len(stem) <= _ENDING:
            return month
    raise Unresolved


_SIGNS = str.maketrans(
    {"ي": "ی", "ك": "ک", "\u00ad": None}
    | dict.fromkeys("'`’‘ʼ׳´\u200c", " ")
    | dict.fromkeys("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    | {chr(zero + n): str(n) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x1040, 0x17E0) for n in range(10)}
)


def plain(text: str, *, unspaced: bool) -> str:
    """Lower case, one form of every letter and digit, no accents, no apostrophes; for CJK no spaces."""
    text = text.casefold().replace("'", " ")
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text.translate(_SIGNS))
        # Combining classes from 200 are accents; the vowel signs of Indic scripts have lower ones.
        text = unicodedata.normalize("NFKC", "".join(c for c in letters if unicodedata.combining(c) < 200)).casefold()
    return ("" if unspaced else " ").join(text.split())


@cache
def _lexicon(language: str) -> _Lexicon:
    unspaced = language in UNSPACED
    cldr = locale(language)
    words: dict[str, tuple[Token, ...]] = {}
    wide, abbreviated, particles = names(cldr)
    for layer in (_own(language), wide, *_dateparser(language), abbreviated, particles):
        found: dict[str, set[tuple[Token, ...]]] = {}
        for name, meaning in layer:
            key = plain(name, unspaced=unspaced).strip(" .")
            if key and not key.isdigit():
                found.setdefault(key, set()).add(meaning)
        for key, meanings in found.items():
            words.setdefault(key, meanings.pop() if len(meanings) == 1 else (("?", 0),))
    before, after = ("", "") if unspaced else (rf"(?<!{_LETTER})", rf"(?!{_LETTER})")
    unknown = r"\w" if unspaced else rf"[^\W\d]{_LETTER}*"
    pattern = f"{_FIGURES}|(?P<word>{before}(?:{any_of(words)}){after})|(?P<unknown>{unknown})|(?P<joint>[-–—~〜/−])"
    return _Lexicon(re.compile(pattern), words, _stems(cldr), unspaced, reads_day_first(cldr))


def _own(language: str) -> Iterator[Entry]:
    """The words of the table beside this module."""
    for meaning, word in entries("datewords", language):
        yield word, tuple(_token(code) for code in meaning.split("+") if code != "-")


def _token(code: str) -> Token:
    kind = code.rstrip("-0123456789")
    return ("U", UNITS.index(kind[1])) if kind[0] == "U" else (kind, int(code[len(kind) :] or 0))


def names(cldr: Locale) -> Iterator[Iterator[Entry]]:
    """Names of months, weekdays and quarters, the full ones first, and the particles of date formats ("de", "г.")."""
    yield _named(cldr, "wide")
    yield _named(cldr, "abbreviated")
    patterns = [cldr.date_formats[length].pattern for length in ("medium", "long", "full")]
    patterns += [str(cldr.datetime_skeletons.get(skeleton, "")) for skeleton in ("yMMMM", "MMMMd")]
    yield (
        (word, ()) for pattern in patterns for quoted in re.findall(r"'([^']+)'", pattern) for word in quoted.split()
    )


def _named(cldr: Locale, width: str) -> Iterator[Entry]:
    for region in (cldr, *map(locale, _REGIONS.get(cldr.language, ()))):
        for kind, contexts in (("M", region.months), ("W", region.days), ("Q", region.quarters)):
            for value, name in (*contexts["format"][width].items(), *contexts["stand-alone"][width].items()):
                if width == "wide" or kind == "Q" or len(name.strip(".")) >= _shortest(cldr.language):
                    yield from _forms(cldr.language, name, (kind, value))


def _shortest(language: str) -> int:
    """Characters that an abbreviated name has: "so", "mi" or 日 mean too much else."""
    return 2 if language in UNSPACED else 3


def _dateparser(language: str) -> Iterator[Iterator[Entry]]:
    """What babel doesn't give: CLDR's relative fields ("last month"), more forms of names, units, the word for "ago"."""
    if language == "en":
        return  # the table is complete, and the import takes 0.3 s
    from dateparser.languages import default_loader

    try:
        info = default_loader.get_locale({"no": "nb"}.get(language, language)).info
    except ValueError:
        return
    yield _offsets(info["relative-type"])
    english = locale("en")
    yield (
        entry
        for kind, contexts in (("M", english.months), ("W", english.days))
        for value, name in contexts["format"]["wide"].items()
        for form in info.get(name.lower(), ())
        if len(form) > (1 if language in UNSPACED else 3)  # among the short ones are "Mit" and "Nie"
        for entry in _forms(language, form, (kind, value))
    )
    units = [(unit, _token("U" + unit[0])) for unit in ("day", "week", "month", "year")] + [("ago", ("ago", 0))]
    shortest = _shortest(language) - 1
    yield ((form, (token,)) for unit, token in units for form in info.get(unit, ()) if len(form) >= shortest)


def _offsets(relative: Mapping[str, list[str]]) -> Iterator[Entry]:
    for meaning, forms in relative.items():
        match = re.fullmatch(r"(in )?(\d) (day|week|month|year)( ago)?", meaning)
        if match and (match[1] or match[4]):
            token = match[3][0], int(match[2]) * (1 if match[1] else -1)
            yield from ((form, (token,)) for form in forms)


def _forms(language: str, name: str, token: Token) -> Iterator[Entry]:
    """The forms in which the name of a month or weekday stands in a text."""
    yield name, (token,)
    if language in _PREFIXES:
        prefix, before = _PREFIXES[language]
        yield prefix + name, (*before, token)
    if token[0] == "W":
        yield from ((name + ending, (token,)) for ending in _WEEKDAY_ENDINGS.get(language, "").split())
        if language == "ja" and name.endswith("曜日"):
            yield name[:-1], (token,)
        for form in (name, name.replace("周", "週").replace("礼", "禮")) if language == "zh" else ():
            yield form, (token,)
            yield from ((prefix + form, (("w", step), token)) for prefix, step in _ZH_WEEKS.items())


def _stems(cldr: Locale) -> tuple[tuple[str, int], ...]:
    stems = []
    for month in range(1, 13) if cldr.language in _STEMMED.split() else ():
        one, other = (plain(cldr.months[c]["wide"][month], unspaced=False) for c in ("format", "stand-alone"))
        shared = next(
            (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
        )
        stem = one if other[0].isdigit() else one[:shared]
        if len(stem) >= _ENDING:
            stems.append((stem, month))
    return tuple(sorted(stems, key=lambda entry: -len(entry[0])))


def reads_day_first(cldr: Locale) -> bool | None:
    """Whether 03/04/2023 is in April; None where both orders are in use."""
    pattern = cldr.date_formats["short"].pattern
    return None if cldr.language == "en" else pattern.find("d") < pattern.find("M")
