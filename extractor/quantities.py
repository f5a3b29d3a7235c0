"""Amounts as articles print them: the number or range, and whether it is a bound or approximate.

Figures are read in every language, in any script's digits, with the thousands separators and the words for thousand,
million and so on that CLDR gives for the language; 万 and the like, and numbers in Chinese characters, everywhere. Numbers
in words ("two dozen", "half a million") are read in English only. Words like "more than" are known in the languages of
the table at the end; in other languages the figure is taken as it stands.

A lone separator before exactly three digits follows the language: "1.000" is 1000 in German and 1 in English. Calibres,
ordinals, designations ("155mm", "1st", "S-300", "Type 63") and vague words ("hundreds", "several dozen") are no numbers. Of
several numbers that form no range ("two shipments of 400") none is taken; years and what stands in brackets don't count
as further numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

from .schemas import Quantity

_MOST_DIGITS = 15
"""Figures longer than this are serial numbers, and no longer exact as a float."""


class _Amount(NamedTuple):
    """One number and where it stands."""

    value: float
    start: int
    end: int
    scaled: bool
    """Followed by "million" or the like."""
    year: bool
    """Four bare digits from 1900 to 2099."""


class _Vocabulary(NamedTuple):
    """How one language writes amounts."""

    decimal: str
    spoken: bool
    """Whether numbers in words are read."""
    scales: dict[str, float]
    """Words and characters that multiply the number before them."""
    amount: re.Pattern[str]
    token: re.Pattern[str]
    meanings: dict[str, str]
    """What a qualifier says: "min", "max", "about", "between" or "" (nothing)."""
    before: re.Pattern[str]
    after: re.Pattern[str]
    joint: re.Pattern[str]


def parse(text: str, language: str = "en") -> Quantity:
    """The amount in a phrase. ``low`` and ``high`` are equal for a plain number, one is None for a bound ("at least 300"),
    both are None where no number is printed or several are that form no range. ``language`` is ISO 639-1.
    """
    vocabulary = _vocabulary(_language(language))
    plain = _plain(text, vocabulary)
    amounts = list(_amounts(plain, vocabulary))
    if len(amounts) > 1:
        outside = re.sub(r"\([^()]*\)", lambda m: " " * len(m[0]), plain)
        amounts = list(_amounts(outside, vocabulary)) or amounts
    low, high, approximate = _read(plain, amounts, vocabulary)
    return Quantity(text=text, low=low, high=high, approximate=approximate)


_NOTHING: tuple[None, None, bool] = (None, None, False)


def _read(plain: str, amounts: list[_Amount], vocabulary: _Vocabulary) -> tuple[float | None, float | None, bool]:
    if len(amounts) == 2:
        first, second = amounts
        said = _qualifiers(plain[: first.start], plain[second.end :], vocabulary)
        joint = vocabulary.joint.fullmatch(plain, first.end, second.start)
        if joint and (joint["to"] or "between" in said):
            low, high = first.value, second.value
            if second.scaled and not first.scaled and low < second.value / second.scale:
                low *= second.scale
            return (low, high, "about" in said) if low <= high else _NOTHING
    return _NOTHING
