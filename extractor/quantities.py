"""Amounts as articles print them: a number, a range or a bound, whether it is approximate, what it counts and in which time.

Figures are read in every language, in any script's digits, with the separators and the words for thousand, million and
so on that CLDR has for the language; so are 万 and its like, and numbers in Chinese characters. Numbers in words ("two
dozen", "half a million") are read in English only. "More than" and its like are known in the languages of
``quantities.toml``; in others the figure is taken as it stands.

A lone separator before exactly three digits follows the language: "1.000" is 1000 in German and 1 in English. Calibres,
ordinals and designations ("155mm", "1st", "S-300", "Type 63") are no amounts, nor are vague words ("hundreds", "several
dozen"). Of several numbers that form no range ("two shipments of 400") none is taken, but a year and what stands in
brackets don't count as further numbers.

The unit is a measure, a container or a currency beside the number, or beside a vague word ("hundreds of tons"); a thing
("400 missiles", 400枚) is none. Nothing is converted: a "ton" stays one where the language has another word for the metric
one, and is a "tonne" where it has not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from babel import Locale

from .languages import UNSPACED, any_of, entries, locale, primary
from .schemas import Quantity

MOST_DIGITS = 15
"""Longer figures are serial numbers, and a float no longer holds them exactly."""

Bounds = tuple[float | None, float | None, bool]
_NOTHING: Bounds = (None, None, False)


class _Amount(NamedTuple):
    """One number and where it stands."""

    start: int
    end: int
    value: float
    scale: float
    """What "million" or the like after it multiplied it by."""
    year: bool
    """Four bare digits from 1900 to 2099."""


class _Vocabulary(NamedTuple):
    """How a language writes amounts."""

    decimal: str
    scales: dict[str, float]
    """What multiplies the number before it."""
    amount: re.Pattern[str]
    token: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    meanings: dict[str, str]
    """Of the qualifiers before and, with "+", after an amount."""
    joint: re.Pattern[str]
    units: _Terms
    rates: _Terms
    elsewhere: re.Pattern[str]
    """Ends with a word after which a unit is not what is counted ("400 missiles in crates")."""
    beside: re.Pattern[str]
    """What may stand between an amount and its unit."""
    inverted: bool
    """The unit may stand before the amount, as the Japanese for "containers 40" does."""


class _Terms(NamedTuple):
    """Words and what they mean."""

    pattern: re.Pattern[str]
    meanings: list[str]
    """By the number of the group that matched."""

    def find(self, plain: str) -> list[tuple[int, int, str]]:
        """Where each term starts and ends, and its meaning."""
        return [(*match.span(), self.meanings[(match.lastindex or 1) - 1]) for match in self.pattern.finditer(plain)]


@lru_cache(1 << 12)
def parse(text: str, language: str = "en") -> Quantity:
    """The amount that a phrase prints; ``language`` is ISO 639-1.

    ``low`` and ``high`` are equal for a plain number, one of them is None for a bound ("at least 300", "up to 50"), and both
    are None where no number is printed, or several that form no range.
    """
    vocabulary = _vocabulary(primary(language))
    plain = _plain(text, vocabulary.decimal)
    found = vocabulary.rates.find(plain)
    rates = {meaning for _, _, meaning in found} - {"-"}
    if found:
        plain = vocabulary.rates.pattern.sub(lambda match: " " * len(match[0]), plain)
    amounts = list(_amounts(plain, vocabulary))
    if len(amounts) > 1:
        outside = re.sub(r"\([^()]*\)", lambda match: " " * len(match[0]), plain)
        amounts = list(_amounts(outside, vocabulary)) or amounts
    low, high, approximate = _read(plain, amounts, vocabulary)
    read = low is not None or high is not None
    counted = [amount for amount in amounts if read and not (amount.year and len(amounts) > 2)]
    units = set(_units(plain, counted, vocabulary)) if read or not amounts else set()
    return Quantity(
        text=text,
        low=low,
        high=high,
        approximate=approximate,
        unit=units.pop() if len(units) == 1 else None,
        per=rates.pop() if len(rates) == 1 else None,
    )


def _read(plain: str, amounts: list[_Amount], vocabulary: _Vocabulary) -> Bounds:
    if len(amounts) == 2:
        first, second = amounts
        said = _said(plain, first.start, second.end, vocabulary)
        joint = vocabulary.joint.fullmatch(plain, first.end, second.start)
        if joint and (joint["to"] or "between" in said):
            # "1 to 1.5 million": the word serves both
            shared = second.scale if first.scale == 1 and first.value < second.value / second.scale else 1
            return _bounded(first.value * shared, second.value, said)
        lower = _said(plain, first.start, first.end, vocabulary, until=second.start)
        upper = _said(plain, second.start, second.end, vocabulary)
        if "min" in lower and "max" in upper and "max" not in lower and "min" not in upper:
            return _bounded(first.value, second.value, (lower | upper) - {"min", "max"})
    if len(amounts) > 1:
        amounts = [amount for amount in amounts if not amount.year]
    if len(amounts) != 1:
        return _NOTHING
    only = amounts[0]
    return _bounded(only.value, only.value, _said(plain, only.start, only.end, vocabulary))


def _bounded(low: float, high: float, said: set[str]) -> Bounds:
    if low > high or {"min", "max"} <= said:
        return _NOTHING
    return None if "max" in said else low, None if "min" in said else high, "about" in said


def _said(plain: str, start: int, end: int, vocabulary: _Vocabulary, until: int | None = None) -> set[str]:
    """What the words right before an amount, and those after it, say of it."""
    said = set()
    while match := vocabulary.before.search(plain, max(0, start - 60), start):
        said.add(vocabulary.meanings[match[1]])
        start = match.start()
    until = len(plain) if until is None else until
    said.update(vocabulary.meanings["+" + match[1]] for match in vocabulary.after.finditer(plain, end, until))
    return said


def _units(plain: str, amounts: list[_Amount], vocabulary: _Vocabulary) -> Iterator[str]:
    """The unit beside each amount; without amounts the first of the phrase."""
    found = vocabulary.units.find(plain)
    counted = [u for u in found if not vocabulary.elsewhere.search(plain, max(0, u[0] - _BESIDE), u[0])]
    if not amounts:
        yield from (meaning for _, _, meaning in counted[:1])
    for amount in amounts:
        for start, end, unit in counted:
            if start >= amount.end + _BESIDE:
                break
            if start >= amount.end:
                between = vocabulary.after.sub("", plain[amount.end - 1 : start])[1:]
                near = vocabulary.beside.fullmatch(between) is not None
            else:  # only a currency's sign or code, in most languages
                sign = not plain[start:end].isalpha() or plain[start:end] == unit.lower()
                adjacent = amount.start - end < 2 and not plain[end : amount.start].strip()
                near = adjacent and (vocabulary.inverted or (unit.isupper() and sign))
            if near:
                yield unit
                break


_BESIDE = 40
"""Characters between an amount and its unit, at most."""


# Numbers ------------------------------------------------------------------------------------------------------------

_LETTER = "A-Za-zÀ-ɏͰ-ϿЀ-ԯ"
"""Letters that make a designation of a figure next to them; CJK, Arabic and Indic ones stand beside it without a space."""
_CALIBRE = r"\s?-?\s?(?:[mc]m|[мс]м|millim\w+|миллим\w+|毫米|厘米|公厘|公分|ミリ|センチ|밀리|센티)"
_FIGURE = (
    rf"(?<![{_LETTER}\d])(?<![{_LETTER}][-.])(?<!\d[.,])"
    r"(?:\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
    rf"(?![\d])(?![.,]\d)(?!{_CALIBRE}(?![{_LETTER}]))(?!-(?!odd|plus|strong)[{_LETTER}])"
    rf"(?!(?!(?:k|m|mn|bn|tn|kg|g|t|lbs?)(?![{_LETTER}\d]))[{_LETTER}])"
)
_LABEL = re.compile(r"(?<!\w)(?:type|mark|mk|model|class|typ|tipo|тип|no|nr|№)\.?\s$")
_HAN = "零〇一二三四五六七八九两兩十百千万萬亿億兆"
_HAN_RUN = rf"(?<![数數几幾第之{_HAN}\d])(?![百千万萬亿億兆])(?!一(?![{_HAN}]))[{_HAN}]+(?![几幾{_HAN}]|分之)"
_CJK_SCALES = {c: unicodedata.numeric(c) for c in "十百千万萬亿億兆"} | {
    "십": 1e1, "백": 1e2, "천": 1e3, "만": 1e4, "억": 1e8, "조": 1e12,
}  # fmt: skip
_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {
    **{word: float(number) for number, word in enumerate(_UNITS.split())},
    **{word: 10.0 * tens for tens, word in enumerate(_TENS.split(), 2)},
    "a": 1.0,
    "an": 1.0,
    "两": 2.0,  # has no numeric value in Unicode's database
}
_LARGE = {"hundred": 1e2, "dozen": 12.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12}


def _amounts(plain: str, vocabulary: _Vocabulary) -> Iterator[_Amount]:
    for match in vocabulary.amount.finditer(plain):
        if _LABEL.search(plain, max(0, match.start() - 8), match.start()):
            continue
        value, scale = _evaluate([found[0] for found in vocabulary.token.finditer(match[0])], vocabulary)
        if value is not None:
            year = len(match[0]) == 4 and match[0].isdigit() and match[0][:2] in ("19", "20")
            yield _Amount(*match.span(), value, scale, year)


def _evaluate(tokens: list[str], vocabulary: _Vocabulary) -> tuple[float | None, float]:
    """The value of "2 million 300 thousand" or 三百五十万, and the factor of its last word."""
    total = section = 0.0
    number: float | None = None
    last = 1.0
    for word in tokens:
        scale = vocabulary.scales.get(word)
        if word == "and a half" and number is None:  # "a million and a half"
            total += last / 2
        elif scale is None:
            value = _number(word, vocabulary.decimal)
            if value is None:
                return None, 1.0
            number, last = (number or 0.0) + value, 1.0
        elif scale < 1e3 or word in "千천":
            section += (1.0 if number is None else number) * scale
            number, last = None, last * scale
        else:
            whole = section + (number or 0.0)
            total = total + whole * scale if number is not None or section else total * scale  # 2万亿
            section, number, last = 0.0, None, last * scale
    return total + section + (number or 0.0), last


def _number(token: str, decimal: str) -> float | None:
    """The value of a figure or of one word; None for a figure that no language writes."""
    if not token[0].isdecimal():
        if token in _WORDS or len(token) == 1:
            return _WORDS[token] if token in _WORDS else unicodedata.numeric(token)
        return 0.5  # "half a", "and a half"
    figure = re.sub(r"[ ']", "", token)
    if len(re.sub(r"[.,]", "", figure)) > MOST_DIGITS:
        return None
    whole, *groups = re.split(r"[.,]", figure)
    marks = re.findall(r"[.,]", figure)
    if len(set(marks)) == 2:
        fractional = marks.count(marks[-1]) == 1
    elif len(marks) == 1:
        fractional = len(groups[0]) != 3 or len(whole) > 3 or whole[0] == "0" or figure != token or marks[0] == decimal
    else:
        fractional = False
    thousands, fraction = (groups[:-1], groups[-1]) if fractional else (groups, "0")
    if thousands and (len(thousands[-1]) != 3 or len(whole) > 3 or not all(len(g) in (2, 3) for g in thousands)):
        return None  # groups of two are Indian: 1,31,582
    return float(f"{whole}{''.join(thousands)}.{fraction}")


# Words --------------------------------------------------------------------------------------------------------------


def _plain(text: str, decimal: str) -> str:
    """Lower case, one kind of digit, space, dash and apostrophe; Arabic separators as those of the language."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if not plain.isascii():
        signs = {**dict.fromkeys("–—−‑", "-"), **dict.fromkeys("’ʼ٬", "'"), "٫": decimal}
        plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else signs.get(c, c) for c in plain)
    return re.sub(r"\s", " ", plain)


@cache
def _vocabulary(language: str) -> _Vocabulary:
    cldr = locale(language)
    unspaced = language in UNSPACED
    scales = dict(_cldr_scales(cldr))
    cjk = rf" ?[{''.join(_CJK_SCALES)}](?![分克瓦])"
    scale = rf"(?:{cjk}| ?(?:{any_of(scales)})(?!\w))" if scales else f"(?:{cjk})"
    spoken = ""
    if language == "en":
        scales |= {f"{word}{s}": factor for word, factor in _LARGE.items() for s in ("", "s")} | _SHORT
        scale = rf"(?:{cjk}|[ -]?(?:{any_of(_LARGE)})s?\b|(?:{any_of(_SHORT)})\b)"
        spoken = "|" + _spoken()
    amount = rf"{_FIGURE}{scale}*(?: ?{_FIGURE}{scale}+|(?<=[만억조万萬亿億兆]){_FIGURE})*|{_HAN_RUN}{spoken}"
    words = _WORDS.keys() - {"a", "an"}
    token = rf"\d[\d., ']*\d|\d|half an?\b|and a half|\ban?\b|{any_of([*scales, *_CJK_SCALES, *words, *_HAN])}"
    meanings, to, listed = _qualifiers(language)
    named = [*entries("quantities", "any-units"), *entries("quantities", f"{language}-units")]
    left, right = ("", "") if unspaced else (r"(?<!\w)", r"(?!\w)")
    after = [
        rf"(?<=[\d{''.join(_CJK_SCALES)}]){re.escape(word[1])}"
        if len(word) == 2
        else f"{left}{re.escape(word[1:])}{right}"
        for word in sorted(meanings, key=len, reverse=True)
        if word[0] == "+"
    ]
    said = any_of(word for word in meanings if word[0].isalpha())
    before = rf"{left}(?:{said or '(?!)'}){right}|[<>≤≥~≈]"
    unit = r"\w{0,3}?" if unspaced else r"(?: ?\w+(?= ))?"
    return _Vocabulary(
        decimal=str(cldr.number_symbols["latn"]["decimal"]),
        scales=scales | _CJK_SCALES,
        amount=re.compile(amount),
        token=re.compile(token),
        before=re.compile(rf"({before})[ \-$€£¥₩]*$"),
        after=re.compile(f"({'|'.join(after)})"),
        meanings=meanings,
        joint=re.compile(rf"{unit} ?(?:(?P<to>[-~〜]|{any_of(to)})|{any_of(listed)}) ?[$€£¥₩]?"),
        units=_terms([(c, w) for c, w in named if not c.startswith("per ") and c not in ("elsewhere", "-")], unspaced),
        rates=_terms([(c.removeprefix("per "), w) for c, w in named if c.startswith("per ") or c == "-"], unspaced),
        elsewhere=re.compile(rf"(?<!\w)(?:{any_of(w for c, w in named if c == 'elsewhere') or '(?!)'})(?: \w+)? ?$"),
        beside=re.compile(
            r" ?(?:[个個の]|개의?)? ?" if unspaced else r"\.?[ -]*(?:\d+[ -]?\w+[ -])?(?:[^\W\d][\w'-]*[ '])? ?"
        ),
        inverted=unspaced,
    )


_ENDING = r"[^\W\d]{0,4}"


def _terms(named: list[tuple[str, str]], unspaced: bool) -> _Terms:
    """Words with their meanings; "*" is an ending of up to four letters."""
    left, right = rf"(?<![{_LETTER}])", rf"(?![{_LETTER}])" if unspaced else r"(?!-?\w)"
    named = sorted(named, key=lambda term: -len(term[1]))
    patterns: dict[bool, list[str]] = {True: [], False: []}
    meanings: dict[bool, list[str]] = {True: [], False: []}
    for meaning, printed in named:
        word = _plain(printed, ".")
        bound = right if word[-1] == "*" or word[-1].isalpha() else ""
        # An empty group after the letters, for where a pattern begins with a letter, `re` passes quickly over it.
        patterns[word[0].isalpha()].append(f"{re.escape(word).replace(re.escape('*'), _ENDING)}(){bound}")
        meanings[word[0].isalpha()].append(meaning)
    words, signs = "|".join(patterns[True]), "|".join(patterns[False])
    return _Terms(re.compile(f"{left}(?:{words or '(?!)'})|(?:{signs or '(?!)'})"), [*meanings[True], *meanings[False]])


def _spoken() -> str:
    number, large = any_of(_WORDS.keys() - {"a", "an", "两"}), any_of(_LARGE)
    joined = "|".join(f"(?<={word} )and " for word in _LARGE)
    return (
        rf"(?<![\w-])(?:(?:half an?|(?<!of )an?)(?= (?:{large})\b)|(?!one (?:of|another)\b)(?:{number})\b)"
        rf"(?:[ -](?:{joined})?(?:(?:{number})|(?:{large})s?)\b| and a half\b)*(?!-[a-z])"
    )


def _cldr_scales(cldr: Locale) -> Iterator[tuple[str, float]]:
    """The words of CLDR's compact formats ("00 Millionen") with what they multiply by."""
    for style in ("long", "short"):
        for forms in dict(cldr.compact_decimal_formats.get(style, {})).values():
            for size, shape in forms.items():
                printed = shape.pattern.split(";")[0]
                word = _plain(re.sub(r"[0'.]", "", printed), ".").strip()
                if len(word) > 1:
                    yield word, int(size) / 10 ** (printed.count("0") - 1)


def _qualifiers(language: str) -> tuple[dict[str, str], list[str], list[str]]:
    """Meanings of qualifiers (of those after the amount with "+"), and the words that join a range or a list."""
    meanings = {"<": "max", "≤": "max", ">": "min", "≥": "min", "~": "about", "≈": "about", "++": "min"}
    joints: dict[str, list[str]] = {"to": ["-"], "and": ["&"]}
    for code, printed in entries("quantities", language):
        word = _plain(printed, ".")
        if code in joints:
            joints[code].append(word)
        else:
            meanings[("+" if code[0] == "+" else "") + word] = code.strip("+-")
    return meanings, joints["to"], joints["and"]
