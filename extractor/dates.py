"""Dates as articles print them: resolved to EDTF against the date of publication.

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
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache, lru_cache

from .datewords import YEARS, Token, Unresolved, figure, names, plain, reads_day_first, tokens
from .edtf import written
from .languages import UNSPACED, any_of, locale, primary
from .periods import Anchor, Bag, Period, anchor_of, of_year, period_of
from .schemas import DatePhrase
from .schemas.values import DateMethod


@lru_cache(1 << 12)
def resolve(text: str, published: str | None, language: str) -> DatePhrase:
    """The date that a phrase comes to in an article published on ``published`` (EDTF; None: unknown).

    ``language`` is ISO 639-1. Where ``published`` gives no day, phrases counted in days stay unresolved. An open
    interval (published then or later) counts as its first month, and what is counted from it carries ``?``.
    The method is "absolute" if a year is printed, "year_of_publication" if a month is and falls into that year, and
    "publication_relative" otherwise.
    """
    try:
        edtf, method = _interpret(text, anchor_of(published), primary(language))
    except (ValueError, OverflowError):  # also raised by a date that the calendar doesn't have
        return DatePhrase(text=text, edtf=None, anchor=None, method="unresolved")
    return DatePhrase(text=text, edtf=edtf, anchor=None if method == "absolute" else published, method=method)


# From a phrase to EDTF ----------------------------------------------------------------------------------------------

_JOINTS = frozenset({"since", "until", "to", "between", "and", "or", "dash"})


def _interpret(text: str, anchor: Anchor | None, language: str) -> tuple[str, DateMethod]:
    groups, joints = _read(text, language)
    outer = (joints[0] | joints[-1]) - {"dash"}
    if len(groups) > 1 and all(joint == {"dash"} for joint in joints[1:-1]):
        parts = [token for group in groups for token in group]
        if len({kind for kind, _ in parts}) == len(parts):  # "27-July-2023": no part twice, so the dash isn't "to"
            groups = [parts]
    bags = [_bag(group) for group in groups]
    if joints[-1] & {"since", "until"} and len(joints) > 1 and language not in UNSPACED | {"tr"}:
        raise Unresolved  # "the month before"
    if len(bags) == 1:
        bag = bags[0]
        if "ago" in bag and "U" not in bag and bag.keys() != {"ago", "D"}:
            del bag["ago"]  # many languages have one word for "ago" and "before"
            outer |= {"until"}
        period = period_of(bag, anchor)
    elif len(bags) == 2:
        period, outer = _range(bags, joints[1], outer, anchor), set()
    else:
        raise Unresolved
    if outer not in (set(), {"since"}, {"until"}, {"to"}):
        raise Unresolved
    uncertain = anchor is not None and anchor.uncertain and period.method != "absolute"
    qualifier = ("%" if period.approximate else "?") if uncertain else "~" if period.approximate else ""
    first, last = period.first.isoformat()[: period.lo], period.last.isoformat()[: period.hi]
    return written(first, last, qualifier=qualifier, opening="".join(outer)), period.method


@lru_cache(1 << 12)
def _read(text: str, language: str) -> tuple[list[list[Token]], list[set[str]]]:
    """The groups and joints of a phrase, which articles of many days print: not to be changed."""
    return _split(tokens(text, language))


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
            raise Unresolved
    return bag


def _range(bags: list[Bag], joint: set[str], outer: set[str], anchor: Anchor | None) -> Period:
    left, right = bags
    if left.get("S") == 4 and joint == {"dash"} and right == {"Y": left.get("Y", 0) + 1}:  # "winter 2022-23"
        return of_year(left, left["Y"])._replace(method="absolute")
    listed = joint <= {"and", "or"} and not outer
    if not (
        listed
        or (joint <= {"to", "dash"} and outer <= {"since", "between", "to"})
        or (joint == {"and"} and outer == {"between"})
        or (joint == {"since"} and outer == {"to"})  # 3월부터 6월까지
    ):
        raise Unresolved
    right = _with_month(right, left)  # "July 27–29, 2023"
    left = _with_month(left, right)  # "27 to 29 July"
    end = period_of(right, anchor)
    if left.keys() <= {"P"}:  # "early to mid-2022"
        left = right | left
    if left.keys() & {"Y", "X", "y", "m", "w", "d", "ago", "T"}:
        start = period_of(left, anchor)
    else:  # it shares its year with the right side and lies before it
        start = period_of(left, Anchor(end.first, end.last, end.lo))._replace(method=end.method)
    touching = start.last + timedelta(1) == end.first
    if start.first > end.first or (listed and not touching):
        raise Unresolved
    method = start.method if end.method == "absolute" else end.method
    if method == "year_of_publication" and start.first.year != end.first.year:
        method = "publication_relative"
    return Period(start.first, end.last, start.lo, end.hi, start.approximate or end.approximate, method)


def _with_month(bag: Bag, other: Bag) -> Bag:
    if bag.keys() & {"D", "N"} and not bag.keys() & {"M", "m", "W"}:
        return {kind: value for kind, value in other.items() if kind in ("M", "m")} | bag
    return bag


# Dates printed in full ----------------------------------------------------------------------------------------------


def latest_full_date(text: str, language: str) -> str | None:
    """The latest day (ISO 8601) that a text prints with day, month and year, in the language or in English.

    A date whose order of day and month is open (03/04/2023 in English) doesn't count. Time grows with the text's length.
    """
    text = plain(text, unspaced=False)
    if not _YEAR.search(text):
        return None
    pattern, months, day_first = _full_dates(primary(language))
    latest = ""
    for match in pattern.finditer(text):
        part = {name[0]: value for name, value in match.groupdict().items() if value}
        if "n" in part:
            part = {kind.lower(): str(value) for kind, value in figure("dmy", part["n"], day_first)}
        try:
            day = date(int(part["y"]), months.get(part["m"]) or int(part["m"]), int(part["d"]))
        except (KeyError, ValueError):
            continue
        latest = max(latest, day.isoformat())
    return latest or None


_YEAR = re.compile(rf"(?:{YEARS.start // 100}|19|20|{YEARS.stop // 100 - 1})\d\d(?!\d)")


@cache
def _full_dates(language: str) -> tuple[re.Pattern[str], dict[str, int], bool | None]:
    locales = [locale(language), locale("en")]
    months: dict[str, int] = {"sept": 9}
    particles = {"of", "the", "de", "del"}
    for cldr in locales:
        wide, abbreviated, extra = names(cldr)
        for name, ((kind, value), *_) in (*wide, *abbreviated):
            if kind == "M" and not name[0].isdigit():
                months.setdefault(plain(name, unspaced=False).strip(" ."), value)
        particles |= {plain(word, unspaced=False).strip(" .") for word, _ in extra}
    year_first = locales[0].date_formats["long"].pattern.startswith("y")
    month = any_of(months)
    between = rf"[ .,]{{0,3}}(?:(?:{any_of(particles - {''})})\.? )?"
    suffix = r"(?!\d)(?:st|nd|rd|th|er|o)?"
    year = _YEAR.pattern
    forms = (
        rf"(?P<y1>{year}) ?[-./年년] ?(?P<m1>\d{{1,2}}) ?[-./月월] ?(?P<d1>\d{{1,2}})(?!\d)",
        rf"(?P<n1>\d{{1,2}}(?P<_sep>[-./]) ?\d{{1,2}}(?P=_sep) ?{year})",
        rf"(?P<d2>\d{{1,2}}){suffix}{between}(?P<m2>{month}){between}(?P<y2>{year})",
        *([rf"(?P<y4>{year}){between}(?P<m4>{month}){between}(?P<d4>\d{{1,2}}){suffix}"] if year_first else []),
        rf"(?P<m3>{month}){between}(?P<d3>\d{{1,2}}){suffix}{between}(?P<y3>{year})",
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})"), months, reads_day_first(locales[0])
