"""Periods: from the parts of a date phrase, and the date of publication, to a first and a last day.

``_BESIDE`` says which parts make a period together. The conventions are those of ``dates``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from .datewords import UNITS, Unresolved
from .edtf import DAY, MONTH, YEAR, bounds, month_end
from .schemas.values import DateMethod

Bag = dict[str, int]
"""The parts of a phrase: of each kind (see ``datewords.toml``) one value."""


class Anchor(NamedTuple):
    """When the article was published, as far as is known."""

    first: date
    last: date
    precision: int
    uncertain: bool = False


class Period(NamedTuple):
    """First and last day, and how precisely each is meant."""

    first: date
    last: date
    lo: int
    hi: int
    approximate: bool = False
    method: DateMethod = "publication_relative"


_BESIDE = {
    "M": "MDNOWYy", "S": "SYy", "Q": "QYy", "H": "HYy", "m": "mDNW", "w": "wWE", "d": "dW", "W": "WDN", "E": "E",
    "D": "D", "Y": "Y", "y": "y", "X": "X",
}  # fmt: skip
"""The kind that decides how a bag is read, the first that is there, and the kinds that may stand beside it."""
_DAYS, _WEEKS, _MONTHS, _YEARS, _DECADES = range(len(UNITS))
_OFFSET = {_WEEKS: "w", _MONTHS: "m", _YEARS: "y"}
_IDLE = {_DAYS: "MDWdm", _WEEKS: "w", _MONTHS: "Mm", _YEARS: "YyX", _DECADES: "X"}
"""Kinds beside which a unit says nothing: "the month of March", "2022 году"."""
_PARTS = {
    "year": {1: (1, 4), 2: (5, 4), 3: (10, 3)},
    "month": {1: (1, 10), 2: (11, 20), 3: (21, 31)},
    "decade": {1: (0, 3), 2: (4, 6), 3: (7, 9)},
}
"""Early, mid, late: first month and number of months of a year; first and last day of a month, year of a decade."""


def period_of(bag: Bag, anchor: Anchor | None) -> Period:
    """The period that the parts of a phrase make, counted from ``anchor`` as far as they leave it open.

    Raises ``Unresolved`` where they make none, or the anchor isn't known precisely enough.
    """
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
        raise Unresolved
    if flags & {"earlier", "later"} and bag in ({"y": 0}, {"m": 0}, {"w": 0}):
        period = _cut(bag, lead, anchor, later="later" in flags)
    elif lead in "MSQH":
        period = _in_year(bag, which, anchor)
    else:
        period = _in_calendar(bag, lead, which, anchor)
    return _part(period, part)._replace(approximate="about" in flags, method=_method(bag, period, anchor))


def _method(bag: Bag, period: Period, anchor: Anchor | None) -> DateMethod:
    if bag.keys() & {"Y", "X"}:
        return "absolute"
    same_year = anchor is not None and period.first.year == anchor.last.year
    return "year_of_publication" if "M" in bag and "y" not in bag and same_year else "publication_relative"


def _at(anchor: Anchor | None, precision: int) -> Anchor:
    """The anchor, if it is known that precisely."""
    if anchor is None or anchor.precision < precision:
        raise Unresolved
    return anchor


def _settle(bag: Bag) -> None:
    """Put an offset, a quarter or a half in the place of a unit and what counts it."""
    if "F" in bag:
        parts = bag.pop("F")
        number = next((kind for kind in "ONDA" if kind in bag), "")
        if not 1 <= bag.get(number, 0) <= parts:
            raise Unresolved
        bag["Q" if parts == 4 else "H"] = bag.pop(number)
    unit = bag.pop("U", None)
    if unit is not None and not bag.keys() & set(_IDLE[unit]):
        if unit not in _OFFSET or not bag.keys() & {"T", "P"}:
            raise Unresolved
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
        raise Unresolved
    if unit == _YEARS or (unit == _MONTHS and rest.keys() <= {"D"}):
        return {**rest, _OFFSET[unit]: -count}, not rest
    steps = {_DAYS: ("d", 1), _WEEKS: ("d", 7), _DECADES: ("y", 10)}
    if rest or unit not in steps:
        raise Unresolved
    kind, size = steps[unit]
    return {kind: -count * size}, unit != _DAYS


def _past(bag: Bag, anchor: Anchor | None) -> Period:
    """The period of "the past three months"."""
    unit, count = bag["U"], bag.get("A", bag.get("N", 0))
    if bag.keys() - {"U", "A", "N", "T", "past"}:
        raise Unresolved
    if unit in (_DAYS, _WEEKS):
        day = _at(anchor, DAY).last
        return Period(day - timedelta(count * (1, 7)[unit]), day, DAY, DAY)
    months = count * {_MONTHS: 1, _YEARS: 12, _DECADES: 120}[unit]
    last = _at(anchor, MONTH).last
    return _months(last.year, last.month - months, months + 1)


def _cut(bag: Bag, lead: str, anchor: Anchor | None, *, later: bool) -> Period:
    """What lies before or after the publication in its own year, month or week."""
    whole = _in_calendar(bag, lead, None, anchor)
    now = _at(anchor, MONTH)
    precision = MONTH if lead == "y" else now.precision
    if later:
        return whole._replace(first=max(now.first, whole.first), lo=precision, hi=max(whole.hi, precision))
    return whole._replace(last=min(now.last, whole.last), lo=max(whole.lo, precision), hi=precision)


def _in_year(bag: Bag, which: int | None, anchor: Anchor | None) -> Period:
    """A month, a day in one, a quarter, a half or a season: of the year given, or the latest."""
    if "Y" in bag:
        period = of_year(bag, bag["Y"])
        return period._replace(first=of_year(bag, bag["Y"] - 1).first) if bag.get("S") == 4 else period
    if "y" in bag:
        return of_year(bag, _at(anchor, YEAR).last.year + bag["y"])
    anchor = _at(anchor, MONTH)
    if bag.keys() & {"Q", "H"}:
        raise Unresolved  # "in the third quarter": of which year?
    reach = 8 if bag.get("M") == 2 else 2  # 29 February
    candidates = [period for step in range(-reach, reach + 1) for period in _valid(bag, anchor.last.year + step)]
    # A day's grace: the place of the event and the newsroom may have different dates.
    period = _pick(candidates, anchor, which, grace=int(bool(bag.keys() & {"D", "N", "O"})))
    if "W" in bag and (period.lo < DAY or period.first.weekday() != bag["W"]):
        raise Unresolved
    return period


def _valid(bag: Bag, year: int) -> Iterator[Period]:
    try:
        yield of_year(bag, year)
    except ValueError:
        return


def of_year(bag: Bag, year: int) -> Period:
    """A month, a day in one, a quarter, a half or a season of a year."""
    if "M" in bag:
        day = next((bag[kind] for kind in "DNO" if kind in bag), None)
        return _day(date(year, bag["M"], day)) if day is not None else _months(year, bag["M"])
    if "S" in bag:
        return _months(year, 3 * bag["S"], 3)
    return _months(year, 3 * bag["Q"] - 2, 3) if "Q" in bag else _months(year, 6 * bag["H"] - 5, 6)


def _in_calendar(bag: Bag, lead: str, which: int | None, anchor: Anchor | None) -> Period:
    """A year, decade, weekday, weekend, day of the month, or an offset from the publication."""
    if lead in "YXy":
        year = bag[lead] if lead != "y" else _at(anchor, YEAR).last.year + bag["y"]
        period = Period(date(year, 1, 1), date(year + 9 * (lead == "X"), 12, 31), YEAR, YEAR)
        return _unless(which, period)
    anchor = _at(anchor, MONTH if lead == "m" else DAY)
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
        period = _pick(candidates, anchor, which)
        if bag.get("W", period.first.weekday()) != period.first.weekday():
            raise Unresolved
        return period
    monday = today - timedelta(today.weekday())
    weeks = [monday + timedelta(7 * step) for step in ([bag["w"]] if lead == "w" else range(-2, 3))]
    start, length = (bag["W"], 1) if "W" in bag else (5, 2) if "E" in bag else (0, 7)
    periods = [Period(w + timedelta(start), w + timedelta(start + length - 1), DAY, DAY) for w in weeks]
    return _unless(which, periods[0]) if lead == "w" else _pick(periods, anchor, which)


def _unless(which: int | None, period: Period) -> Period:
    """A period to which "last" and "next" cannot be said."""
    if which is not None:
        raise Unresolved
    return period


def _pick(candidates: Iterable[Period], anchor: Anchor, which: int | None, grace: int = 0) -> Period:
    """The latest candidate that has begun, or the last one that is over, the nearest, or the next one."""
    periods = list(candidates)
    if which == 0:
        return min(periods, key=lambda s: max(s.first - anchor.last, anchor.first - s.last, timedelta(0)))
    if which == 1:
        periods = [s for s in periods if s.first > anchor.last][:1]
    elif which == -1:
        periods = [s for s in periods if s.last < anchor.first]
    else:
        periods = [s for s in periods if s.first <= anchor.last + timedelta(grace)]
    if not periods:
        raise Unresolved
    return periods[-1]


def _part(period: Period, part: int) -> Period:
    if not part:
        return period
    first, last = period.first, period.last
    if period.lo == YEAR and first.year == last.year:
        return _months(first.year, *_PARTS["year"][part])
    if period.lo == YEAR:
        a, b = _PARTS["decade"][part]
        return period._replace(first=first.replace(year=first.year + a), last=last.replace(year=first.year + b))
    if period.lo == MONTH and first.month == last.month:
        a, b = _PARTS["month"][part]
        return Period(first.replace(day=a), last.replace(day=min(b, last.day)), DAY, DAY)
    return period


def _day(day: date) -> Period:
    return Period(day, day, DAY, DAY)


@lru_cache(1024)
def _months(year: int, month: int, count: int = 1) -> Period:
    """Months from ``month``, which may lie outside 1 to 12."""
    first, last = (divmod(year * 12 + month - 1 + step, 12) for step in (0, count - 1))
    return Period(date(first[0], first[1] + 1, 1), month_end(date(last[0], last[1] + 1, 1)), MONTH, MONTH)


@lru_cache(256)
def anchor_of(published: str | None) -> Anchor | None:
    """The anchor that a date of publication (EDTF) gives; None if it is unknown or spans years."""
    covered = bounds(published)
    if published is None or covered is None or covered[0] == date.min:
        return None
    first, last = covered
    if last == date.max:
        return Anchor(first.replace(day=1), month_end(first), MONTH, uncertain=True)
    precision = DAY if first == last else MONTH if f"{first:%Y%m}" == f"{last:%Y%m}" else YEAR
    if first.year != last.year:
        return None
    return Anchor(first, last, precision, uncertain=bool(set(published) & set("?~%")))
