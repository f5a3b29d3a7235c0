"""What may tie a claim to others, and the keys under which claims find each other.

An anchor is an occasion, a day, somebody who takes part, the same words in print. Claims are looked for within their group.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from . import edtf
from .candidates import Candidate
from .judging import ANCHORS, BETWEEN_ARTICLES, SHARP_DAYS

IN_PRINT, PARTICIPANT, IN_RETURN, RECIPIENT, EVENT, OCCASION, WEEKDAY, PATTERN = range(len(ANCHORS))

WEAK = frozenset(ANCHORS.index(rule) for rule in BETWEEN_ARTICLES)

DAYS = 7
"""A stretch of more days is looked up by its months."""

Key = tuple[object, ...]

Anchor = tuple[int, Key]
"""Its rank and what it is."""


def group(c: Candidate) -> Key:
    """Only claims of one group can be the same by a rule."""
    return c.scope, c.family, c.suppliers, c.recipients


def _anchors(c: Candidate) -> Iterator[Anchor]:
    """What ties a claim to an episode at any time."""
    yield from ((IN_PRINT, (h,)) for h in sorted(c.sentences))
    if c.scope == "pattern":
        yield PATTERN, ()
        return
    yield from ((PARTICIPANT, p) for p in sorted(c.participants))
    yield from ((IN_RETURN, (r,)) for r in sorted(c.returns))
    yield from ((RECIPIENT, (r, o)) for r in sorted(c.unofficial) for o in sorted(c.origins | c.systems))


def keys(c: Candidate) -> Iterator[Key]:
    """Under what a claim is found in its group."""
    times = _times(c.reach)
    for rank, value in _anchors(c):
        yield (rank, value)
        yield from ((rank, value, time) for time in times or (_ANY_TIME,))
    if c.scope != "pattern":
        yield from ((EVENT, time) for time in _times(_event_days(c.event)))
        for o in c.occasions:
            yield from ((OCCASION, o.origin, day, o.from_any_day) for day in range(o.first, o.last + 1))
            if o.weekday is not None:
                yield (WEEKDAY, o.origin, o.weekday, o.from_any_day)


def lookups(c: Candidate) -> Iterator[tuple[int, Key, Key]]:
    """Where a claim looks for its like in its group. A dated claim needn't look at what has another date."""
    times = _overlapping(c.reach)
    for rank, value in _anchors(c):
        if times:
            yield from ((rank, value, (rank, value, time)) for time in (*times, _ANY_TIME))
        else:
            yield rank, value, (rank, value)
    if c.scope != "pattern":
        yield from ((EVENT, (), (EVENT, time)) for time in _overlapping(_event_days(c.event)))
        for o in sorted(c.occasions):
            days = range(o.first, o.last + 1)
            yield from ((OCCASION, (o.origin,), (OCCASION, o.origin, day, o.from_any_day)) for day in days)
            if o.weekday is not None:
                yield WEEKDAY, (o.origin,), (WEEKDAY, o.origin, o.weekday, not o.from_any_day)


@lru_cache(65536)
def _event_days(event: str | None) -> tuple[int, int] | None:
    if edtf.covers(event) > SHARP_DAYS:
        return None
    covered = edtf.bounds(event)
    return (covered[0].toordinal(), covered[1].toordinal()) if covered else None


_Time = tuple[Literal["day", "month", "any"], int]
_ANY_TIME: _Time = ("any", 0)


@lru_cache(65536)
def _times(stretch: tuple[int, int] | None) -> list[_Time]:
    """The days of a short stretch, the months (of 30 days) of a longer one; empty for one that says little."""
    if stretch is None or stretch[1] - stretch[0] > 2 * SHARP_DAYS:
        return []
    first, last = stretch
    if last - first < DAYS:
        return [("day", day) for day in range(first, last + 1)]
    return _months(first, last)


@lru_cache(65536)
def _overlapping(stretch: tuple[int, int] | None) -> list[_Time]:
    """The days and months under which everything is found that overlaps a stretch and is as sharp."""
    if not _times(stretch) or stretch is None:
        return []
    first, last = stretch
    return [("day", day) for day in range(first, last + 1)] + _months(first, last)


def _months(first: int, last: int) -> list[_Time]:
    return [("month", month) for month in range(first // 30, last // 30 + 1)]
