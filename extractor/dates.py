"""Dates as articles print them: resolved to EDTF against the date of publication, and compared.

A phrase is read as a bag of parts (year, month, day, weekday, "last", "late" …), so that the order of the words, which
differs between languages, does not matter. A word that is not known leaves the phrase unresolved, and a part that is
neither printed nor counted from the date of publication is never filled in. No clock is read.

Conventions, where a phrase leaves the extent open (TimeML keeps "late" as a modifier and gives it none):

* early, mid, late in a year: January to April, May to August, October to December; in a month: days 1 to 10, 11 to 20,
  21 to the end (the 上旬, 中旬, 下旬 of East Asia); in a decade: years 0 to 3, 4 to 6, 7 to 9. Elsewhere no change.
* Weeks run from Monday (ISO 8601). Seasons are the meteorological ones of the northern hemisphere, given as months
  because an EDTF season cannot bound an interval. A winter counts for the year in which it begins; "winter 2022" covers
  both winters that touch 2022.
* A bare weekday, day, month or season is the latest that has begun on publication; "last" is the latest that was over.
* "since" and "after" leave the end open, "until", "by" and "before" the start; the date named is included.
* "N weeks (months, years) ago" is approximate, "N days ago" is exact; "the past N months" ends on publication.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from math import inf
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

from .schemas import DatePhrase
from .schemas.values import DateMethod

LONGEST = 200
"""Characters beyond which a text is no date phrase."""
YEARS = range(1800, 2200)
"""Years of the Gregorian calendar in news; 1402 (Solar Hijri) and 2566 (Buddhist) are none."""

Token = tuple[str, int]
"""A kind of part (see ``_WORDS``) and its value."""
Entry = tuple[str, tuple[Token, ...]]
"""A word and what it means."""
Bag = dict[str, int]
_YEAR, _MONTH, _DAY = 4, 7, 10
"""Precision: characters of an ISO date."""


class _Unresolved(ValueError):
    """The phrase comes to no date."""


class _Anchor(NamedTuple):
    """When the article was published, as far as is known."""

    first: date
    last: date
    precision: int
    uncertain: bool = False


class _Span(NamedTuple):
    """First and last day, and how precisely each is meant."""

    first: date
    last: date
    lo: int
    hi: int
    approximate: bool = False
    method: DateMethod = "publication_relative"


def resolve(text: str, published: str | None, language: str) -> DatePhrase:
    """The date that a phrase comes to in an article published on ``published`` (EDTF; None: unknown).

    ``language`` is ISO 639-1. Where ``published`` gives no day, phrases counted in days stay unresolved. An open
    interval (published then or later) counts as its first month, and what is counted from it carries ``?``.
    The method is "absolute" if a year is printed, "year_of_publication" if a month is and falls into that year, and
    "publication_relative" otherwise.
    """
    try:
        edtf, method = _interpret(text, _anchor(published), _language(language))
    except (ValueError, OverflowError):  # also raised by a date that the calendar doesn't have
        return DatePhrase(text=text, edtf=None, anchor=None, method="unresolved")
    return DatePhrase(text=text, edtf=edtf, anchor=None if method == "absolute" else published, method=method)


# Comparing ----------------------------------------------------------------------------------------------------------

_EDTF = re.compile(r"(\d{4}|\d{3}X|\d{2}XX)(?:-(\d\d)(?:-(\d\d))?)?[?~%]?", re.ASCII)
_SLACK = {_YEAR: 366, _MONTH: 31, _DAY: 3}
"""Days that an approximate date may lie off: its own unit, or half a week."""


def bounds(edtf: str | None) -> tuple[date, date] | None:
    """First and last day that a date covers, both inclusive; None if it is unknown or not a date.

    Qualifiers (``?``, ``~``, ``%``) don't count; an open side reaches to the end of the calendar.
    """
    lo, hi = _sides(edtf)
    first, last = _cover(lo, date.min), _cover(hi, date.max)
    return (first[0], last[1]) if first and last and first[0] <= last[1] else None


def covers(edtf: str | None) -> float:
    """Days that a date covers; infinite if it is unknown or open."""
    covered = bounds(edtf)
    whole = covered is not None and covered[0] != date.min and covered[1] != date.max
    return (covered[1] - covered[0]).days + 1 if covered and whole else inf


def disjoint(a: str | None, b: str | None) -> bool:
    """Whether both dates are known and cannot overlap. An approximate date is given the slack of its unit."""
    x, y = _widened(a), _widened(b)
    return x is not None and y is not None and (x[1] < y[0] or y[1] < x[0])


def overlap(a: str | None, b: str | None) -> bool:
    """Whether both dates are known and have a day in common, approximate ones taken at their word."""
    x, y = bounds(a), bounds(b)
    return x is not None and y is not None and x[0] <= y[1] and y[0] <= x[1]


def narrower(a: str | None, b: str | None) -> bool:
    """Whether ``a`` lies within ``b`` and is shorter."""
    x, y = bounds(a), bounds(b)
    return x is not None and y is not None and x != y and y[0] <= x[0] and x[1] <= y[1]


def _sides(edtf: str | None) -> tuple[str, str]:
    lo, slash, hi = (edtf or "-").partition("/")
    return (lo, hi) if slash else (lo.replace("..", "-"),) * 2


@lru_cache(4096)
def _cover(side: str, open_side: date) -> tuple[date, date] | None:
    if side in ("", ".."):
        return open_side, open_side
    match = _EDTF.fullmatch(side)
    if not match:
        return None
    year, month, day = match.groups()
    try:
        first = date(int(year.replace("X", "0")), int(month or 1), int(day or 1))
        last = date(int(year.replace("X", "9")), int(month or 12), 1)
    except ValueError:
        return None
    return first, first if day else _month_end(last)


def _widened(edtf: str | None) -> tuple[date, date] | None:
    covered = bounds(edtf)
    if covered is None:
        return None
    lo, hi = (_SLACK.get(len(side) - 1, 0) if side.endswith(("~", "%")) else 0 for side in _sides(edtf))
    first, last = covered[0].toordinal() - lo, covered[1].toordinal() + hi
    return date.fromordinal(max(first, 1)), date.fromordinal(min(last, date.max.toordinal()))


# From a phrase to EDTF ----------------------------------------------------------------------------------------------

_JOINTS = frozenset({"since", "until", "to", "between", "and", "or", "dash"})


@lru_cache(4096)
def _interpret(text: str, anchor: _Anchor | None, language: str) -> tuple[str, DateMethod]:
    groups, joints = _split(_tokens(text, language))
    outer = (joints[0] | joints[-1]) - {"dash"}
    if len(groups) > 1 and all(joint == {"dash"} for joint in joints[1:-1]):
        parts = [token for group in groups for token in group]
        if len({kind for kind, _ in parts}) == len(parts):  # "27-July-2023": no part twice, so the dash isn't "to"
            groups = [parts]
    bags = [_bag(group) for group in groups]
    if joints[-1] & {"since", "until"} and len(joints) > 1 and language not in _UNSPACED | {"tr"}:
        raise _Unresolved  # "the month before"
    if len(bags) == 1:
        bag = bags[0]
        if "ago" in bag and "U" not in bag and bag.keys() != {"ago", "D"}:
            del bag["ago"]  # many languages have one word for "ago" and "before"
            outer |= {"until"}
        span = _span(bag, anchor)
    elif len(bags) == 2:
        span, outer = _range(bags, joints[1], outer, anchor), set()
    else:
        raise _Unresolved
    if outer not in (set(), {"since"}, {"until"}, {"to"}):
        raise _Unresolved
    uncertain = anchor is not None and anchor.uncertain and span.method != "absolute"
    return _edtf(span, "".join(outer), uncertain=uncertain), span.method


def _split(tokens: Iterable[Token]) -> tuple[list[list[Token]], list[set[str]]]:
    """The groups of tokens between joints ("to", "since"), and the joints before, between and after them."""
    groups: list[list[Token]] = [[]]
    joints: list[set[str]] = [set()]
    for token in tokens:
        if token[0] not in _JOINTS:
            groups[-1].append(token)
            continue
        if token[0] == "dash" and groups[-1] and groups[-1][-1][0] == "P":
            continue  # "mid-2021"
        if groups[-1]:
            groups.append([])
            joints.append(set())
        joints[-1].add(token[0])
    if groups[-1]:
        joints.append(set())
    return [group for group in groups if group], joints


def _bag(tokens: Iterable[Token]) -> Bag:
    bag: Bag = {}
    for kind, value in tokens:
        if bag.setdefault(kind, value) != value:
            raise _Unresolved
    return bag


def _range(bags: list[Bag], joint: set[str], outer: set[str], anchor: _Anchor | None) -> _Span:
    left, right = bags
    if left.get("S") == 4 and joint == {"dash"} and right == {"Y": left.get("Y", 0) + 1}:  # "winter 2022-23"
        return _of_year(left, left["Y"])._replace(method="absolute")
    listed = joint <= {"and", "or"} and not outer
    if not (
        listed
        or (joint <= {"to", "dash"} and outer <= {"since", "between", "to"})
        or (joint == {"and"} and outer == {"between"})
        or (joint == {"since"} and outer == {"to"})  # 3월부터 6월까지
    ):
        raise _Unresolved
    right = _with_month(right, left)  # "July 27–29, 2023"
    left = _with_month(left, right)  # "27 to 29 July"
    end = _span(right, anchor)
    if left.keys() <= {"P"}:  # "early to mid-2022"
        left = right | left
    if left.keys() & {"Y", "X", "y", "m", "w", "d", "ago", "T"}:
        start = _span(left, anchor)
    else:  # it shares its year with the right side and lies before it
        start = _span(left, _Anchor(end.first, end.last, end.lo))._replace(method=end.method)
    touching = start.last + timedelta(1) == end.first
    if start.first > end.first or (listed and not touching):
        raise _Unresolved
    method = start.method if end.method == "absolute" else end.method
    if method == "year_of_publication" and start.first.year != end.first.year:
        method = "publication_relative"
    return _Span(start.first, end.last, start.lo, end.hi, start.approximate or end.approximate, method)


def _with_month(bag: Bag, other: Bag) -> Bag:
    if bag.keys() & {"D", "N"} and not bag.keys() & {"M", "m", "W"}:
        return {kind: value for kind, value in other.items() if kind in ("M", "m")} | bag
    return bag


def _edtf(span: _Span, opening: str, *, uncertain: bool) -> str:
    mark = ("%" if span.approximate else "?") if uncertain else "~" if span.approximate else ""
    lo, hi = span.first.isoformat()[: span.lo], span.last.isoformat()[: span.hi]
    if opening:
        return f"{lo}{mark}/.." if opening == "since" else f"../{hi}{mark}"
    if lo == hi:
        return lo + mark
    if not mark and (lo[:3], lo[3:], hi[3:]) == (hi[:3], "0", "9"):
        return f"{lo[:3]}X"
    return f"{lo}{mark}/{hi}{mark}"


# From parts to a span -----------------------------------------------------------------------------------------------

_BESIDE = {
    "M": "MDNOWYy", "S": "SYy", "Q": "QYy", "H": "HYy", "m": "mDNW", "w": "wWE", "d": "dW", "W": "WDN", "E": "E",
    "D": "D", "Y": "Y", "y": "y", "X": "X",
}  # fmt: skip
"""The kind that decides how a bag is read, the first that is there, and the kinds that may stand beside it."""
_DAYS, _WEEKS, _MONTHS, _YEARS, _DECADES = range(5)
_OFFSET = {_WEEKS: "w", _MONTHS: "m", _YEARS: "y"}
_IDLE = {_DAYS: "MDWdm", _WEEKS: "w", _MONTHS: "Mm", _YEARS: "YyX", _DECADES: "X"}
"""Kinds beside which a unit says nothing: "the month of March", "2022 году"."""
_PARTS = {
    "year": {1: (1, 4), 2: (5, 4), 3: (10, 3)},
    "month": {1: (1, 10), 2: (11, 20), 3: (21, 31)},
    "decade": {1: (0, 3), 2: (4, 6), 3: (7, 9)},
}
"""Early, mid, late: first month and number of months of a year; first and last day of a month, year of a decade."""


def _span(bag: Bag, anchor: _Anchor | None) -> _Span:
    bag = dict(bag)
    flags = {flag for flag in ("about", "earlier", "later") if bag.pop(flag, None) is not None}
    if bag.pop("lalu", None) is not None:
        bag |= {"ago": 0} if bag.keys() & {"A", "N"} else {"T": -1}
    if "ago" in bag:
        bag, vague = _ago(bag)
        flags |= {"about"} if vague else set()
    if "U" in bag and bag.keys() & {"A", "N"} and (bag.get("T") == -1 or "past" in bag):
        return _past(bag, anchor)
    if bag.pop("past", None) is not None:
        bag["T"] = -1
    _settle(bag)
    part, which = bag.pop("P", 0), bag.pop("T", None)
    lead = next((kind for kind in _BESIDE if kind in bag), "")
    if not lead or not set(bag) <= set(_BESIDE[lead]) or len(bag.keys() & set("DNO")) > 1:
        raise _Unresolved
    if flags & {"earlier", "later"} and bag in ({"y": 0}, {"m": 0}, {"w": 0}):
        span = _cut(bag, lead, anchor, later="later" in flags)
    elif lead in "MSQH":
        span = _in_year(bag, which, anchor)
    else:
        span = _in_calendar(bag, lead, which, anchor)
    return _part(span, part)._replace(approximate="about" in flags, method=_method(bag, span, anchor))


def _method(bag: Bag, span: _Span, anchor: _Anchor | None) -> DateMethod:
    if bag.keys() & {"Y", "X"}:
        return "absolute"
    same_year = anchor is not None and span.first.year == anchor.last.year
    return "year_of_publication" if "M" in bag and "y" not in bag and same_year else "publication_relative"


def _at(anchor: _Anchor | None, precision: int) -> _Anchor:
    """The anchor, if it is known that precisely."""
    if anchor is None or anchor.precision < precision:
        raise _Unresolved
    return anchor


def _settle(bag: Bag) -> None:
    """Put an offset, a quarter or a half in the place of a unit and what counts it."""
    if "F" in bag:
        parts = bag.pop("F")
        number = next((kind for kind in "ONDA" if kind in bag), "")
        if not 1 <= bag.get(number, 0) <= parts:
            raise _Unresolved
        bag["Q" if parts == 4 else "H"] = bag.pop(number)
    unit = bag.pop("U", None)
    if unit is not None and not bag.keys() & set(_IDLE[unit]):
        if unit not in _OFFSET or not bag.keys() & {"T", "P"}:
            raise _Unresolved
        bag[_OFFSET[unit]] = bag.pop("T", 0)
    if bag.get("T") == 0:
        enclosing = "y" if bag.keys() & {"M", "Q", "H"} else "w" if bag.keys() & {"W", "E"} else "T"
        bag[enclosing] = bag.pop("T")


def _ago(bag: Bag) -> tuple[Bag, bool]:
    """The bag of "two years ago in March" with an offset for the count, and whether that is approximate."""
    rest = {kind: value for kind, value in bag.items() if kind not in ("ago", "U", "A", "N")}
    count, unit = bag.get("A", bag.get("N")), bag.get("U")
    if count is None and unit in (None, _DAYS) and rest.keys() == {"D"}:  # 3日前
        count, unit, rest = rest["D"], _DAYS, {}
    if not count:
        raise _Unresolved
    if unit == _YEARS or (unit == _MONTHS and rest.keys() <= {"D"}):
        return {**rest, _OFFSET[unit]: -count}, not rest
    steps = {_DAYS: ("d", 1), _WEEKS: ("d", 7), _DECADES: ("y", 10)}
    if rest or unit not in steps:
        raise _Unresolved
    kind, size = steps[unit]
    return {kind: -count * size}, unit != _DAYS


def _past(bag: Bag, anchor: _Anchor | None) -> _Span:
    """The span of "the past three months"."""
    unit, count = bag["U"], bag.get("A", bag.get("N", 0))
    if bag.keys() - {"U", "A", "N", "T", "past"}:
        raise _Unresolved
    if unit in (_DAYS, _WEEKS):
        day = _at(anchor, _DAY).last
        return _Span(day - timedelta(count * (1, 7)[unit]), day, _DAY, _DAY)
    months = count * {_MONTHS: 1, _YEARS: 12, _DECADES: 120}[unit]
    last = _at(anchor, _MONTH).last
    return _months(last.year, last.month - months, months + 1)


def _cut(bag: Bag, lead: str, anchor: _Anchor | None, *, later: bool) -> _Span:
    """What lies before or after the publication in its own year, month or week."""
    whole = _in_calendar(bag, lead, None, anchor)
    now = _at(anchor, _MONTH)
    precision = _MONTH if lead == "y" else now.precision
    if later:
        return whole._replace(first=max(now.first, whole.first), lo=precision, hi=max(whole.hi, precision))
    return whole._replace(last=min(now.last, whole.last), lo=max(whole.lo, precision), hi=precision)


def _in_year(bag: Bag, which: int | None, anchor: _Anchor | None) -> _Span:
    """A month, a day in one, a quarter, a half or a season: of the year given, or the latest."""
    if "Y" in bag:
        span = _of_year(bag, bag["Y"])
        return span._replace(first=_of_year(bag, bag["Y"] - 1).first) if bag.get("S") == 4 else span
    if "y" in bag:
        return _of_year(bag, _at(anchor, _YEAR).last.year + bag["y"])
    anchor = _at(anchor, _MONTH)
    if bag.keys() & {"Q", "H"}:
        raise _Unresolved  # "in the third quarter": of which year?
    reach = 8 if bag.get("M") == 2 else 2  # 29 February
    candidates = [span for step in range(-reach, reach + 1) for span in _valid(bag, anchor.last.year + step)]
    # A day's grace: the place of the event and the newsroom may have different dates.
    span = _pick(candidates, anchor, which, grace=int(bool(bag.keys() & {"D", "N", "O"})))
    if "W" in bag and (span.lo < _DAY or span.first.weekday() != bag["W"]):
        raise _Unresolved
    return span


def _valid(bag: Bag, year: int) -> Iterator[_Span]:
    try:
        yield _of_year(bag, year)
    except ValueError:
        return


def _of_year(bag: Bag, year: int) -> _Span:
    if "M" in bag:
        day = next((bag[kind] for kind in "DNO" if kind in bag), None)
        return _day(date(year, bag["M"], day)) if day is not None else _months(year, bag["M"])
    if "S" in bag:
        return _months(year, 3 * bag["S"], 3)
    return _months(year, 3 * bag["Q"] - 2, 3) if "Q" in bag else _months(year, 6 * bag["H"] - 5, 6)


def _in_calendar(bag: Bag, lead: str, which: int | None, anchor: _Anchor | None) -> _Span:
    """A year, decade, weekday, weekend, day of the month, or an offset from the publication."""
    if lead in "YXy":
        year = bag[lead] if lead != "y" else _at(anchor, _YEAR).last.year + bag["y"]
        span = _Span(date(year, 1, 1), date(year + 9 * (lead == "X"), 12, 31), _YEAR, _YEAR)
        return _unless(which, span)
    anchor = _at(anchor, _MONTH if lead == "m" else _DAY)
    today = anchor.last
    day = next((bag[kind] for kind in "DN" if kind in bag), None)
    if lead == "m":
        month = _months(today.year, today.month + bag["m"])
        return _unless(which, _day(month.first.replace(day=day)) if day is not None else month)
    if lead == "d":
        return _unless(which, _day(today + timedelta(bag["d"])))
    if day is not None:
        months = [_months(today.year, today.month + step) for step in ((0,) if which == 0 else range(-3, 4))]
        candidates = [_day(m.first.replace(day=day)) for m in months if 1 <= day <= m.last.day]
        span = _pick(candidates, anchor, which)
        if bag.get("W", span.first.weekday()) != span.first.weekday():
            raise _Unresolved
        return span
    monday = today - timedelta(today.weekday())
    weeks = [monday + timedelta(7 * step) for step in ([bag["w"]] if lead == "w" else range(-2, 3))]
    start, length = (bag["W"], 1) if "W" in bag else (5, 2) if "E" in bag else (0, 7)
    spans = [_Span(w + timedelta(start), w + timedelta(start + length - 1), _DAY, _DAY) for w in weeks]
    return _unless(which, spans[0]) if lead == "w" else _pick(spans, anchor, which)


def _unless(which: int | None, span: _Span) -> _Span:
    """A span to which "last" and "next" cannot be said."""
    if which is not None:
        raise _Unresolved
    return span


def _pick(candidates: Iterable[_Span], anchor: _Anchor, which: int | None, grace: int = 0) -> _Span:
    """The latest candidate that has begun, or the last one that is over, the nearest, or the next one."""
    spans = list(candidates)
    if which == 0:
        return min(spans, key=lambda s: max(s.first - anchor.last, anchor.first - s.last, timedelta(0)))
    if which == 1:
        spans = [s for s in spans if s.first > anchor.last][:1]
    elif which == -1:
        spans = [s for s in spans if s.last < anchor.first]
    else:
        spans = [s for s in spans if s.first <= anchor.last + timedelta(grace)]
    if not spans:
        raise _Unresolved
    return spans[-1]


def _part(span: _Span, part: int) -> _Span:
    if not part:
        return span
    first, last = span.first, span.last
    if span.lo == _YEAR and first.year == last.year:
        return _months(first.year, *_PARTS["year"][part])
    if span.lo == _YEAR:
        a, b = _PARTS["decade"][part]
        return span._replace(first=first.replace(year=first.year + a), last=last.replace(year=first.year + b))
    if span.lo == _MONTH and first.month == last.month:
        a, b = _PARTS["month"][part]
        return _Span(first.replace(day=a), last.replace(day=min(b, last.day)), _DAY, _DAY)
    return span


def _day(day: date) -> _Span:
    return _Span(day, day, _DAY, _DAY)


@lru_cache(1024)
def _months(year: int, month: int, count: int = 1) -> _Span:
    """Months from ``month``, which may lie outside 1 to 12."""
    first, last = (divmod(year * 12 + month - 1 + step, 12) for step in (0, count - 1))
    return _Span(date(first[0], first[1] + 1, 1), _month_end(date(last[0], last[1] + 1, 1)), _MONTH, _MONTH)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


@lru_cache(256)
def _anchor(published: str | None) -> _Anchor | None:
    covered = bounds(published)
    if published is None or covered is None or covered[0] == date.min:
        return None
    first, last = covered
    if last == date.max:
        return _Anchor(first.replace(day=1), _month_end(first), _MONTH, uncertain=True)
    precision = _DAY if first == last else _MONTH if f"{first:%Y%m}" == f"{last:%Y%m}" else _YEAR
    if first.year != last.year:
        return None
    return _Anchor(first, last, precision, uncertain=bool(set(published) & set("?~%")))


# From words to parts ------------------------------------------------------------------------------------------------

_UNSPACED = frozenset({"ja", "ko", "lo", "km", "my", "th", "yue", "zh"})
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
_NUMBERS = "|".join(
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


class _Lexicon(NamedTuple):
    """The words for dates of one language."""

    pattern: re.Pattern[str]
    words: dict[str, tuple[Token, ...]]
    stems: tuple[tuple[str, int], ...]
    """Stems of the names of months with the month, the longest first."""
    unspaced: bool
    day_first: bool | None
    """Order in 03/04/2023; None where both are in use."""


def _tokens(text: str, language: str) -> Iterator[Token]:
    if len(text) > LONGEST:
        raise _Unresolved
    lexicon = _lexicon(language)
    plain = _plain(re.sub(r"[(（\[][^()（）\[\]]*[)）\]]", " ", text), unspaced=lexicon.unspaced)
    for match in lexicon.pattern.finditer(plain):
        kind, found = match.lastgroup or "", match[0]
        if kind == "word":
            yield from lexicon.words[found]
        elif kind == "unknown":
            yield "M", _month_of(found, lexicon.stems)
        elif kind == "joint":
            yield "dash", 0
        else:
            yield from _number(kind, [int(n) for n in re.findall(r"\d+", found)], lexicon.day_first)


def _number(kind: str, numbers: list[int], day_first: bool | None) -> list[Token]:
    """The parts that a number with its punctuation or suffix stands for."""
    if kind == "time":
        return []
    first = numbers[0]
    simple = {"cjk_month": "M", "cjk_day": "D", "ordinal": "D", "number": "N"}
    if kind in simple:
        if kind == "cjk_month" and not 1 <= first <= 12:
            raise _Unresolved
        return [(simple[kind], first)]
    year = numbers[2] if kind == "dmy" else first
    if kind in ("doubtful", "digits") or year not in YEARS or (kind == "decade" and year % 100 == 0):
        raise _Unresolved  # "the 2000s" are a decade or a century
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
            raise _Unresolved
        return [("Y", year), ("dash", 0), ("Y", year - year % 100 + second)]  # "2011-12" is a month or two years
    if first != second and max(first, second) <= 12 and day_first is None:
        return [("Y", year)]
    swap = second > 12 or (first <= 12 and day_first is False)
    return [("Y", year), ("M", first if swap else second), ("D", second if swap else first)]


def _month_of(word: str, stems: tuple[tuple[str, int], ...]) -> int:
    for stem, month in stems:
        if word.startswith(stem) and len(word) - len(stem) <= _ENDING:
            return month
    raise _Unresolved


_SIGNS = str.maketrans(
    {"ي": "ی", "ك": "ک", "\u00ad": None}
    | dict.fromkeys("'`’‘ʼ׳´\u200c", " ")
    | dict.fromkeys("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    | {chr(zero + n): str(n) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x1040, 0x17E0) for n in range(10)}
)


def _plain(text: str, *, unspaced: bool) -> str:
    """Lower case, one form of every letter and digit, no accents, no apostrophes; for CJK no spaces."""
    plain = text.casefold().replace("'", " ")
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain.translate(_SIGNS))
        # Combining classes from 200 are accents; the vowel signs of Indic scripts have lower ones.
        plain = unicodedata.normalize("NFKC", "".join(c for c in letters if unicodedata.combining(c) < 200)).casefold()
    return ("" if unspaced else " ").join(plain.split())


def _language(language: str) -> str:
    """The primary language of a tag, if CLDR knows it; English otherwise."""
    return _known_language(re.split(r"[-_]", language.strip().lower(), maxsplit=1)[0])


@lru_cache(256)
def _known_language(code: str) -> str:
    try:
        return code if re.fullmatch(r"[a-z]{2,3}", code) and Locale.parse(code) else "en"
    except (UnknownLocaleError, ValueError):
        return "en"


@cache
def _lexicon(language: str) -> _Lexicon:
    unspaced = language in _UNSPACED
    locale = Locale.parse(language)
    words: dict[str, tuple[Token, ...]] = {}
    wide, abbreviated, particles = _cldr(locale)
    for layer in (_own(language), wide, *_dateparser(language), abbreviated, particles):
        found: dict[str, set[tuple[Token, ...]]] = {}
        for name, tokens in layer:
            key = _plain(name, unspaced=unspaced).strip(" .")
            if key and not key.isdigit():
                found.setdefault(key, set()).add(tokens)
        for key, meanings in found.items():
            words.setdefault(key, meanings.pop() if len(meanings) == 1 else (("?", 0),))
    before, after = ("", "") if unspaced else (rf"(?<!{_LETTER})", rf"(?!{_LETTER})")
    known = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    unknown = r"\w" if unspaced else rf"[^\W\d]{_LETTER}*"
    pattern = f"{_NUMBERS}|(?P<word>{before}(?:{known}){after})|(?P<unknown>{unknown})|(?P<joint>[-–—~〜/−])"
    return _Lexicon(re.compile(pattern), words, _stems(locale), unspaced, _day_first(locale))


def _own(language: str) -> Iterator[Entry]:
    for line in re.split(r"[;\n]", _WORDS.get(language, "")):
        codes, *words = line.split() or [""]
        tokens = tuple(_token(code) for code in codes.split("+") if code != "-") if words else ()
        for word in words:
            yield word.replace("_", " "), tokens


def _token(code: str) -> Token:
    kind = code.rstrip("-0123456789")
    return ("U", "dwmyc".index(kind[1])) if kind[0] == "U" else (kind, int(code[len(kind) :] or 0))


def _cldr(locale: Locale) -> Iterator[Iterator[Entry]]:
    """Names of months, weekdays and quarters, the full ones first, and the particles of date formats ("de", "г.")."""
    yield _named(locale, "wide")
    yield _named(locale, "abbreviated")
    patterns = [locale.date_formats[length].pattern for length in ("medium", "long", "full")]
    patterns += [str(locale.datetime_skeletons.get(skeleton, "")) for skeleton in ("yMMMM", "MMMMd")]
    yield (
        (word, ()) for pattern in patterns for quoted in re.findall(r"'([^']+)'", pattern) for word in quoted.split()
    )


def _named(locale: Locale, width: str) -> Iterator[Entry]:
    for region in (locale, *map(Locale.parse, _REGIONS.get(locale.language, ()))):
        for kind, contexts in (("M", region.months), ("W", region.days), ("Q", region.quarters)):
            for value, name in (*contexts["format"][width].items(), *contexts["stand-alone"][width].items()):
                if width == "wide" or kind == "Q" or len(name.strip(".")) >= _shortest(locale.language):
                    yield from _forms(locale.language, name, (kind, value))


def _shortest(language: str) -> int:
    """Characters that an abbreviated name has: "so", "mi" or 日 mean too much else."""
    return 2 if language in _UNSPACED else 3


def _dateparser(language: str) -> Iterator[Iterator[Entry]]:
    """What babel doesn't give: CLDR's relative fields ("last month"), more forms of names, units, the word for "ago"."""
    if language == "en":
        return  # the table below is complete, and the import takes 0.3 s
    from dateparser.languages import default_loader

    try:
        info = default_loader.get_locale({"no": "nb"}.get(language, language)).info
    except ValueError:
        return
    yield _offsets(info["relative-type"])
    english = Locale.parse("en")
    yield (
        entry
        for kind, names in (("M", english.months), ("W", english.days))
        for value, name in names["format"]["wide"].items()
        for form in info.get(name.lower(), ())
        if len(form) > (1 if language in _UNSPACED else 3)  # among the short ones are "Mit" and "Nie"
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


def _stems(locale: Locale) -> tuple[tuple[str, int], ...]:
    stems = []
    for month in range(1, 13) if locale.language in _STEMMED.split() else ():
        one, other = (_plain(locale.months[c]["wide"][month], unspaced=False) for c in ("format", "stand-alone"))
        shared = next(
            (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
        )
        stem = one if other[0].isdigit() else one[:shared]
        if len(stem) >= _ENDING:
            stems.append((stem, month))
    return tuple(sorted(stems, key=lambda entry: -len(entry[0])))


def _day_first(locale: Locale) -> bool | None:
    pattern = locale.date_formats["short"].pattern
    return None if locale.language == "en" else pattern.find("d") < pattern.find("M")


# Dates printed in full ----------------------------------------------------------------------------------------------


def latest_full_date(text: str, language: str) -> str | None:
    """The latest day (ISO 8601) that a text prints with day, month and year, in the language or in English.

    A date whose order of day and month is open (03/04/2023 in English) doesn't count. Time grows with the text's length.
    """
    pattern, months = _full_dates(_language(language))
    day_first = _day_first(Locale.parse(_language(language)))
    latest = ""
    for match in pattern.finditer(_plain(text, unspaced=False)):
        part = {name[0]: value for name, value in match.groupdict().items() if value}
        if "n" in part:
            dmy = _number("dmy", [int(n) for n in re.findall(r"\d+", part["n"])], day_first)
            part = {kind.lower(): str(value) for kind, value in dmy}
        try:
            day = date(int(part["y"]), months.get(part["m"]) or int(part["m"]), int(part["d"]))
        except (KeyError, ValueError):
            continue
        latest = max(latest, day.isoformat())
    return latest or None


@cache
def _full_dates(language: str) -> tuple[re.Pattern[str], dict[str, int]]:
    locales = [Locale.parse(language), Locale.parse("en")]
    months: dict[str, int] = {"sept": 9}
    particles = {"of", "the", "de", "del"}
    for locale in locales:
        named, abbreviated, extra = _cldr(locale)
        for name, tokens in (*named, *abbreviated):
            if tokens[0][0] == "M" and not name[0].isdigit():
                months.setdefault(_plain(name, unspaced=False).strip(" ."), tokens[0][1])
        particles |= {_plain(word, unspaced=False).strip(" .") for word, _ in extra}
    year_first = locales[0].date_formats["long"].pattern.startswith("y")
    month = "|".join(map(re.escape, sorted(months, key=len, reverse=True)))
    particle = "|".join(map(re.escape, sorted(particles - {""})))
    between = rf"[ .,]{{0,3}}(?:(?:{particle})\.? )?"
    suffix = r"(?!\d)(?:st|nd|rd|th|er|o)?"
    year = rf"(?:{YEARS.start // 100}|19|20|{YEARS.stop // 100 - 1})\d\d(?!\d)"
    forms = (
        rf"(?P<y1>{year}) ?[-./年년] ?(?P<m1>\d{{1,2}}) ?[-./月월] ?(?P<d1>\d{{1,2}})(?!\d)",
        rf"(?P<n1>\d{{1,2}}(?P<_sep>[-./]) ?\d{{1,2}}(?P=_sep) ?{year})",
        rf"(?P<d2>\d{{1,2}}){suffix}{between}(?P<m2>{month}){between}(?P<y2>{year})",
        *([rf"(?P<y4>{year}){between}(?P<m4>{month}){between}(?P<d4>\d{{1,2}}){suffix}"] if year_first else []),
        rf"(?P<m3>{month}){between}(?P<d3>\d{{1,2}}){suffix}{between}(?P<y3>{year})",
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})"), months


_WORDS = {
    "en": """
        P1 early beginning start outset; P2 mid middle; P3 late end close; earlier earlier so_far; later later
        since since since_at_least from after starting_in starting_from beginning_in as_early_as
        until by before prior_to ahead_of no_later_than not_later_than; to to until till through thru up_to
        between between; and and; or or; ago ago; about about on_or_about around approximately circa roughly nearly almost some
        T-1 last this_past; T0 this current; T1 next coming upcoming this_coming; past past; A1+past+Uw past_week
        A1+past+Um past_month; A1+past+Uy past_year; A1+past+Uc past_decade; Ud day days; Uw week weeks
        Um month months; F4 quarter quarters; F2 half; Uy year years; Uc decade decades; E0 weekend
        d-2 day_before_yesterday the_day_before_yesterday; d-1 yesterday last_night
        d0 today tonight this_morning this_afternoon this_evening; d1 tomorrow
        y-2 year_before_last the_year_before_last; m-2 month_before_last the_month_before_last
        w-2 week_before_last the_week_before_last; A1 a an one; A2 two; A3 three; A4 four; A5 five; A6 six; A7 seven
        A8 eight; A9 nine; A10 ten; A11 eleven; A12 twelve; O1 first; O2 second; O3 third; O4 fourth; S1 spring
        S2 summer; S3 autumn fall; S4 winter; M9 sept; W1 tues; W3 thur thurs
        - the in on at of during within throughout as_of as_recently_as over_the back_in sometime just only alone dated
        - s d morning afternoon evening night midnight noon local_time gmt utc et edt est pt
    """,
    "es": """
        P1 principios comienzos comienzo inicio inicios; P2 mediados mitad; P3 finales fines fin final
        earlier en_lo_que_va; since desde a_partir después tras; until antes; to hasta; dash a al; between entre
        and y e; or o u; ago hace; about alrededor aproximadamente unos unas casi cerca; T-1 pasado pasada
        T0 este esta actual presente corriente; T1 próximo próxima que_viene
        past últimos últimas último última los_últimos las_últimas; Ud día días; Uw semana semanas; Um mes meses
        F4 trimestre; F2 semestre; Uy año años; E0 fin_de_semana; d-1 anoche; A1 un una; A2 dos; A3 tres; A4 cuatro
        A5 cinco; A6 seis; O1 primer primero primera; O2 segundo segunda; O3 tercer tercero tercera; O4 cuarto
        O1+F2 primera_mitad; O2+F2 segunda_mitad; S1 primavera; S2 verano; S3 otoño; S4 invierno
        - el la en de del durante por_la_mañana por_la_tarde por_la_noche hora_local
    """,
    "fr": """
        P1 début; P2 mi milieu; P3 fin; since depuis dès à_partir à_compter après; until avant d'ici
        to jusqu'à jusqu'en jusqu'au; dash à au; between entre; and et; or ou; ago il_y_a
        about environ vers autour près; T-1 dernier dernière passé passée; T0 ce cet cette; T1 prochain prochaine
        past derniers dernières; Ud jour jours; Uw semaine semaines; Um mois; F4 trimestre; F2 semestre
        Uy an ans année années; E0 week-end weekend; A1 un une; A2 deux; A3 trois; A4 quatre; A5 cinq; A6 six
        O1 premier première; O2 deuxième second seconde; O3 troisième; O4 quatrième; O1+F2 première_moitié
        O2+F2 seconde_moitié deuxième_moitié; S1 printemps; S2 été; S3 automne; S4 hiver
        - le la les l dans en de du d au_cours courant pendant durant matin soir après-midi nuit heure_locale
    """,
    "de": """
        P1 anfang beginn früh frühen; P2 mitte; P3 ende spät späten; since seit ab nach; to bis; between zwischen
        and und; or oder; ago vor; about etwa circa ca rund ungefähr gegen um
        T-1 letzter letzte letzten letztes letztem vergangener vergangene vergangenen vergangenes vergangenem
        T-1 voriger vorige vorigen voriges vorigem; T0 dieser diese diesen dieses diesem laufenden
        T1 nächster nächste nächsten nächstes nächstem kommender kommende kommenden kommendes kommendem
        y-1 vorjahr vorjahres; Ud tag tage tagen tages; Uw woche wochen; Um monat monate monaten monats
        F4 quartal quartals; F2 halbjahr halbjahres jahreshälfte hälfte; Uy jahr jahre jahren jahres; E0 wochenende
        A1 ein eine einem einer einen; A2 zwei; A3 drei; A4 vier; A5 fünf; A6 sechs; O1 erste ersten erstes erster
        O2 zweite zweiten zweites zweiter; O3 dritte dritten drittes dritter; O4 vierte vierten viertes vierter
        S1 frühling frühjahr frühjahrs; S2 sommer sommers; S3 herbst herbstes; S4 winter winters
        - am im in an der die das den dem des vom von zum zur ortszeit
    """,
    "it": """
        P1 inizio inizi; P2 metà; P3 fine; since da dal dalla dallo dopo; until entro prima; to fino
        dash a al ad alla; between tra fra; and e ed; or o; ago fa; about circa verso
        T-1 scorso scorsa passato passata; T0 questo questa quest corrente; T1 prossimo prossima; past ultimi ultime
        Ud giorno giorni; Uw settimana settimane; Um mese mesi; F4 trimestre; F2 semestre; Uy anno anni
        E0 fine_settimana weekend; A1 un uno una; A2 due; A3 tre; A4 quattro; A5 cinque; A6 sei; O1 primo
        O2 secondo seconda; O3 terzo; O4 quarto; O1+F2 prima_metà; O2+F2 seconda_metà; S1 primavera; S2 estate
        S3 autunno; S4 inverno
        - il lo la l nel nella nell in di del della dell dello d durante mattina pomeriggio sera notte
    """,
    "pt": """
        P1 início começo princípio; P2 meados; P3 fim final finais fins; since desde a_partir após depois
        until antes; to até; dash a ao à; between entre; and e; or ou; ago há atrás
        about cerca aproximadamente quase por_volta; T-1 passado passada
        T0 este esta neste nesta deste desta corrente; T1 próximo próxima que_vem
        past últimos últimas último última; Ud dia dias; Uw semana semanas; Um mês meses; F4 trimestre
        F2 semestre metade; Uy ano anos; E0 fim_de_semana; A1 um uma; A2 dois duas; A3 três; A4 quatro; A5 cinco
        A6 seis; O1 primeiro primeira; O2 segundo; O2+F2 segunda_metade; O3 terceiro; S1 primavera; S2 verão
        S3 outono; S4 inverno; - o em de do da no na durante feira manhã tarde noite
    """,
    "nl": """
        P1 begin vroeg; P2 midden medio half; P3 eind einde laat; since sinds vanaf sedert na; until voor; to tot
        between tussen; and en; or of; ago geleden; about ongeveer rond circa omstreeks
        T-1 vorig vorige afgelopen laatste; T0 dit deze huidige; T1 volgend volgende komend komende aanstaande
        Ud dag dagen; Uw week weken; Um maand maanden; F4 kwartaal; F2 helft halfjaar; Uy jaar jaren; E0 weekend
        A1 een één; A2 twee; A3 drie; A4 vier; A5 vijf; A6 zes; O1 eerste; O2 tweede; O3 derde; O4 vierde
        S1 lente voorjaar; S2 zomer; S3 herfst najaar; S4 winter
        - in op de het van den der ochtend middag avond nacht
    """,
    "ru": """
        P1 начале начало начала; P2 середине середина середины; P3 конце конец конца; since с со начиная после
        until до; to по; between между; and и; or или; ago назад; about около примерно приблизительно почти
        T-1 прошлый прошлая прошлое прошлую прошлого прошлой прошлом минувший минувшего минувшей минувшем минувшую
        T0 этот эта это эту этого этой этом текущего текущем нынешнего нынешнем
        T1 следующий следующая следующую следующего следующей следующем будущего будущем
        past последние последних последний последнюю; Ud день дня дней дню; Uw неделя недели неделю неделе недель
        Um месяц месяца месяце месяцев месяцы; F4 квартал квартале квартала
        F2 полугодие полугодии полугодия половина половине половину; Uy год года году лет годы годах годов
        A1+Ud+ago день_назад; A1+Uw+ago неделю_назад; A1+Um+ago месяц_назад; A1+Uy+ago год_назад
        E0 выходные выходных; A1 один одну одна; A2 два две; A3 три; A4 четыре; A5 пять; A6 шесть
        O1 первый первая первое первом первой первого первую; O2 второй вторая второе втором второго вторую
        O3 третий третьем третьего; O4 четвертый четвертом четвертого; M5 мае; S1 весна весны весной весну
        S2 лето лета летом; S3 осень осени осенью; S4 зима зимы зимой зиму
        - в во на за течение г утром днем вечером ночью
    """,
    "uk": """
        P1 початку початок; P2 середині середина середини; P3 кінці кінець кінця наприкінці
        since з із зі від починаючи після; to до по; between між; and та і й; or або чи; ago тому
        about близько приблизно майже; T-1 минулий минула минуле минулу минулого минулої минулому минулій
        T0 цей ця це цю цього цієї цьому цій поточного нинішнього
        T1 наступний наступна наступну наступного наступної наступному наступній
        past останні останніх останній останню; Ud день дня дні днів; Uw тиждень тижня тижні тижнів
        Um місяць місяця місяці місяців; F4 квартал кварталі кварталу
        F2 половина половині половину півріччя півріччі; Uy рік року році роки років роках; A1+Ud+ago день_тому
        A1+Uw+ago тиждень_тому; A1+Um+ago місяць_тому; A1+Uy+ago рік_тому; E0 вихідні вихідних; A1 один одна одну
        A2 два дві; A3 три; A4 чотири; A5 п'ять; A6 шість; O1 перший перша першому першого першій першої
        O2 другий друга другому другого другій другої; O3 третій третьому третього; O4 четвертому четвертого
        S1 весна весни навесні; S2 літо літа влітку; S3 осінь осені восени; S4 зима зими взимку
        - у в на за протягом вранці вдень ввечері вночі
    """,
    "pl": """
        P1 początku początek początkiem; P2 połowie połowa połowy; P3 końcu koniec końca końcem; since od po
        until przed; to do; between między pomiędzy; and a i oraz; or lub albo; ago temu; about około ok prawie
        T-1 zeszły zeszła zeszłego zeszłej zeszłą zeszłym ubiegły ubiegła ubiegłego ubiegłej ubiegłą ubiegłym
        T-1 minionego minionym; T0 ten ta to tę tego tej tym bieżącego bieżącym obecnego
        T1 przyszły przyszła przyszłego przyszłej przyszłą przyszłym
        past ostatnie ostatnich ostatni ostatnią ostatniego; Ud dzień dnia dni
        Uw tydzień tygodnia tygodniu tygodnie tygodni; Um miesiąc miesiąca miesiącu miesiące miesięcy
        F4 kwartał kwartale kwartału; F2 półrocze półroczu półrocza; Uy rok roku lata lat; A1+Ud+ago dzień_temu
        A1+Uw+ago tydzień_temu; A1+Um+ago miesiąc_temu; A1+Uy+ago rok_temu; E0 weekend weekendu; A1 jeden jedną
        A2 dwa dwie; A3 trzy; A4 cztery; A5 pięć; A6 sześć; O1 pierwszy pierwszym pierwszego pierwszej
        O2 drugi drugim drugiego drugiej; O3 trzeci trzecim trzeciego; O4 czwarty czwartym czwartego
        O1+F2 pierwszej_połowie pierwszą_połowę; O2+F2 drugiej_połowie drugą_połowę; M2 lutym
        S1 wiosna wiosną wiosny wiosnę; S2 lato latem; S3 jesień jesienią jesieni; S4 zima zimą zimy zimę
        - w we na pod r rano wieczorem nocą
    """,
    "tr": """
        P1 başı başında başlarında; P2 ortası ortasında ortalarında; P3 sonu sonunda sonlarında
        since beri itibaren bu_yana sonra; to kadar; between arasında; and ve ile; or veya; ago önce evvel
        about yaklaşık; T-1 geçen geçtiğimiz; T0 bu; T1 gelecek önümüzdeki; past son; Ud gün; Uw hafta haftanın
        Um ay ayı ayında ayının; F4 çeyrek çeyreği çeyreğinde; F2 yarı yarısı yarısında; Uy yıl yılı yılında yılının
        ? geçen_gün önümüzdeki_gün; E0 hafta_sonu; A1 bir; A2 iki; A3 üç; A4 dört; A5 beş; A6 altı; O1 ilk birinci
        O2 ikinci; O3 üçüncü; O4 dördüncü; S1 ilkbahar ilkbaharda; S2 yaz yazın; S3 sonbahar sonbaharda
        S4 kış kışın; - da de ta te dan den tan ten nın nin nun nün ın in un ün günü
    """,
    "id": """
        P1 awal; P2 pertengahan; P3 akhir; since sejak mulai dari setelah; until sebelum; to hingga sampai
        between antara; and dan; or atau; ago yang_lalu; lalu lalu silam; Uw+lalu minggu_lalu; Um+lalu bulan_lalu; Uy+lalu tahun_lalu; about sekitar; T0 ini; T1 depan mendatang
        past terakhir; Ud hari; Uw minggu pekan; Um bulan; F4 kuartal triwulan; F2 paruh semester; Uy tahun
        W6 hari_minggu; E0 akhir_pekan; A1+Ud sehari; A1+Uw seminggu; A1+Um sebulan; A1+Uy setahun; A1 satu; A2 dua
        A3 tiga; A4 empat; A5 lima; A6 enam; O1 pertama; O2 kedua; O3 ketiga; O4 keempat
        - pada di tanggal pagi siang sore malam
    """,
    "ar": """
        P1 أوائل مطلع بداية; P2 منتصف أواسط; P3 أواخر نهاية; since منذ بعد; to إلى حتى; between بين; and و; or أو
        ago قبل; about نحو حوالي قرابة; T-1 الماضي الماضية المنصرم المنصرمة الفائت; T0 هذا هذه الحالي الحالية الجاري
        T1 المقبل المقبلة القادم القادمة; past الأخير الأخيرة; Ud يوم أيام يوما; Uw أسبوع الأسبوع أسابيع
        Um شهر الشهر أشهر شهور; F4 ربع الربع; F2 نصف النصف; Uy عام العام سنة السنة سنوات أعوام عاما; ? اليوم_السابق
        A2+Uw+ago قبل_أسبوعين; A2+Um+ago قبل_شهرين; A2+Uy+ago قبل_عامين قبل_سنتين; A2+Ud+ago قبل_يومين; A2+Ud يومين; A2+Uw أسبوعين; A2+Um شهرين; A2+Uy عامين سنتين; A1+Ud+ago قبل_يوم; A1+Uw+ago قبل_أسبوع
        A1+Um+ago قبل_شهر; A1+Uy+ago قبل_عام قبل_سنة; A3 ثلاثة ثلاث; A4 أربعة أربع; A5 خمسة خمس; A6 ستة ست
        O1 الأول الأولى; O2 الثاني الثانية; O3 الثالث; O4 الرابع; S1 ربيع; S2 صيف الصيف; S3 خريف الخريف
        S4 شتاء الشتاء; - في من صباح مساء ليلة فجر
    """,
    "fa": """
        P1 اوایل آغاز ابتدای; P2 اواسط; P3 اواخر پایان; since از; to تا; between بین; and و; or یا; ago پیش
        about حدود; T-1 گذشته; T0 این جاری; T1 آینده; Ud روز; Uw هفته; Um ماه; F2 نیمه; Uy سال; w-1 هفته_پیش
        y-1 سال_پیش پارسال; W0 دو_شنبه; A1 یک; A2 دو; A3 سه; A4 چهار; A5 پنج; A6 شش; O1 اول نخست; O2 دوم; O3 سوم
        O4 چهارم; S1 بهار; S2 تابستان; S3 پاییز; S4 زمستان; - در
    """,
    "he": """
        P1 תחילת בתחילת; P2 אמצע באמצע; P3 סוף בסוף; since מאז אחרי לאחר; to עד; between בין; ago לפני
        T-1 שעבר שעברה; T0 הזה הזו הנוכחי; T1 הבא הבאה; Uw שבוע בשבוע שבועות; Um חודש בחודש חודשים
        Uy שנה בשנה שנים שנת; A2+Ud יומיים; A2+Uw שבועיים; A2+Um חודשיים; A2+Uy שנתיים; A1+Uw+ago לפני_שבוע
        A1+Um+ago לפני_חודש; A1+Uy+ago לפני_שנה; A3 שלושה שלוש; A4 ארבעה ארבע; A5 חמישה חמש; S1 אביב באביב
        S2 קיץ בקיץ; S3 סתיו בסתיו; S4 חורף בחורף; - ב
    """,
    "ko": """
        P1 초 초순 상순 초반; P2 중순 중반; P3 말 하순 후반; P1+Uy 연초; P3+Uy 연말; P1+Um 월초; P3+Um 월말; since 부터 이후 이래; until 이전; to 까지
        between 사이; and 과 와; ago 전; about 약 경 께 쯤 무렵; T-1 지난 저번; T0 이번; T1 다음 오는; past 최근; Ud 일; Uw 주 주일; Um 개월 달
        F4 분기; Uy 년; O1+F2 상반기; O2+F2 하반기; y-2 재작년; y-1 지난해; m-1 지난달; m0 이달; d-2 그제 그저께; A1+Uw+ago 일주일전; E0 주말; A1 한
        A2 두; A3 세 석; A4 네 넉; A5 다섯; S1 봄; S2 여름; S3 가을; S4 겨울; - 에 의 오전 오후 새벽 밤 저녁 현지시간 현지시각
    """,
    "ja": """
        P1 初め はじめ 初頭 上旬 初旬; P2 半ば 中旬 中頃; P3 末 下旬 終わり; P1+Uy 年初 年明け; P3+Uy 年末; P1+Um 月初; P3+Um 月末; since から 以降 以来
        until 以前 までに; to まで; between 間; and と および; ago 前; about 約 頃 ごろ; T0 この; past 過去; Ud 日; Uw 週 週間
        Um か月 ヶ月 カ月 ヵ月 ケ月 箇月; F4 四半期; Uy 年; O1+F2 前半 上半期; O2+F2 後半 下半期; ? 翌月 翌年 翌週 日間 年間; y-2 一昨年 おととし; d-2 おととい
        d-1 きのう; d0 きょう 本日; E0 週末; A1 一; A2 二; A3 三; A4 四; A5 五; A6 六; S1 春; S2 夏; S3 秋; S4 冬
        - に の は 、 午前 午後 朝 夜 夕方 未明 第 現地時間
    """,
    "zh": """
        P1 初 上旬; P2 中旬; P3 底 末 下旬; P1+Uy 年初; P3+Uy 年底 年末; P1+Um 月初; P3+Um 月底 月末; earlier 早些时候 早些時候 稍早 較早时候 較早時候
        later 晚些时候 晚些時候; since 自 从 從 以来 以來 起 之后 之後 以后 以後; until 之前 以前; to 至 到; between 之间 之間; and 和 与 與; or 或; ago 前
        about 约 約 大约 大約 左右; T-1 上; T0 本 这 這; T1 下; past 过去 過去 最近; Ud 天; Uw 周 週 星期 个星期 個星期; Um 月 个月 個月; F4 季度; Uy 年
        O1+F2 上半年; O2+F2 下半年; y-2 前年; m-1 上月 上个月 上個月; m0 本月 这个月 這個月; m1 下月 下个月 下個月; w-1 上周 上週 上星期 上个星期 上個星期
        w0 本周 本週 这周 這週; d-1 昨日 昨晚; d0 今日; d1 明日; E0 周末 週末; A1 一; A2 二 两 兩; A3 三; A4 四; A5 五; A6 六; A7 七; A8 八; A9 九
        A10 十; S1 春 春季 春天; S2 夏 夏季 夏天; S3 秋 秋季 秋天; S4 冬 冬季 冬天; - 在 于 於 的 了 份 第 早上 上午 下午 晚上 晚间 晚間 凌晨 当地时间 當地時間
    """,
    "cs": "- v ve na dne roku",
    "sk": "- v vo na dňa roku",
    "sv": "- i den år",
    "da": "- i den år",
    "nb": "- i den år",
    "fi": "- vuonna",
    "ro": "- în pe la luna anul",
    "hu": "- a az",
    "bg": "- в във през на",
    "sr": "- у на u na",
    "hr": "- u na",
    "el": "- τον την το του της στις στην στο",
    "ca": "- de d el la",
    "hi": "- को में के की का",
    "vi": "- vào ngày năm",
}
"""The words that CLDR doesn't give, by language: what the words after it mean, "_" for a space in them.

``Y`` year, ``M`` month, ``D`` day of the month, ``N`` number, ``A`` counting word, ``O`` ordinal word, ``W`` weekday (Monday 0),
``E`` weekend, ``F`` quarter 4, half 2 (of a year), ``S`` season (spring 1), ``X`` decade, ``U`` unit, ``P`` early 1, mid 2, late 3,
``T`` last -1, this 0, next 1; ``d``, ``w``, ``m``, ``y`` days, weeks, months, years from publication. ``lalu`` is "ago" after a count
and "last" otherwise, ``?`` makes the phrase unresolved, ``-`` says nothing.
"""
