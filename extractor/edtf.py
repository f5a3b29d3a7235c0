"""Dates in EDTF (ISO 8601-2, level 1, and open intervals): what one covers, how two compare, how one is written."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from math import inf

YEAR, MONTH, DAY = 4, 7, 10
"""Precision: characters of an ISO date."""

_SIDE = re.compile(r"(\d{4}|\d{3}X|\d{2}XX)(?:-(\d\d)(?:-(\d\d))?)?[?~%]?", re.ASCII)
_SLACK = {YEAR: 366, MONTH: 31, DAY: 3}
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


def reach(edtf: str | None) -> tuple[int, int] | None:
    """First and last day (ordinals) that a date can mean: an approximate one is given the slack of its unit."""
    covered = bounds(edtf)
    if covered is None:
        return None
    lo, hi = (_SLACK.get(len(side) - 1, 0) if side.endswith(("~", "%")) else 0 for side in _sides(edtf))
    return covered[0].toordinal() - lo, covered[1].toordinal() + hi


def disjoint(a: str | None, b: str | None) -> bool:
    """Whether both dates are known and cannot overlap, approximate ones with their slack."""
    x, y = reach(a), reach(b)
    return x is not None and y is not None and (x[1] < y[0] or y[1] < x[0])


def overlap(a: str | None, b: str | None) -> bool:
    """Whether both dates are known and have a day in common, approximate ones taken at their word."""
    x, y = bounds(a), bounds(b)
    return x is not None and y is not None and x[0] <= y[1] and y[0] <= x[1]


def narrower(a: str | None, b: str | None) -> bool:
    """Whether ``a`` lies within ``b`` and is shorter."""
    x, y = bounds(a), bounds(b)
    return x is not None and y is not None and x != y and y[0] <= x[0] and x[1] <= y[1]


def written(first: str, last: str, *, qualifier: str = "", opening: str = "") -> str:
    """The EDTF of a stretch of time between two ISO dates, each a year, a month or a day.

    With the ``opening`` "since" the end is left open, with any other the start.
    """
    if opening:
        return f"{first}{qualifier}/.." if opening == "since" else f"../{last}{qualifier}"
    if first == last:
        return first + qualifier
    if not qualifier and (first[:3], first[3:], last[3:]) == (last[:3], "0", "9"):
        return f"{first[:3]}X"
    return f"{first}{qualifier}/{last}{qualifier}"


def month_end(day: date) -> date:
    """The last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _sides(edtf: str | None) -> tuple[str, str]:
    lo, slash, hi = (edtf or "-").partition("/")
    return (lo, hi) if slash else (lo.replace("..", "-"),) * 2


@lru_cache(4096)
def _cover(side: str, open_side: date) -> tuple[date, date] | None:
    if side in ("", ".."):
        return open_side, open_side
    match = _SIDE.fullmatch(side)
    if not match:
        return None
    year, month, day = match.groups()
    try:
        first = date(int(year.replace("X", "0")), int(month or 1), int(day or 1))
        last = date(int(year.replace("X", "9")), int(month or 12), 1)
    except ValueError:
        return None
    return first, first if day else month_end(last)
