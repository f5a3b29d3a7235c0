"""What is wrong with an article's text: broken encoding, hidden characters, a missing end, orders to its reader's software.

An order to software is told by its make, not by its wording: an imperative where a clause begins, and an object that only
software has (its instructions, its prompt, its output, its records). ``_LEXICON`` holds such words by role and language,
``_RULES`` what their combinations weigh. From ``_ENOUGH`` points a sentence is instruction-like; what somebody is quoted as
saying needs one point more, because people give each other orders too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .schemas import Defect

_ENOUGH = 3


def find_defects(text: str) -> list[Defect]:
    """What is wrong with ``text``, sorted by start. Takes time in proportion to its length."""
    found = [*_mojibake(text), *_controls(text), *_invisible(text), *_truncated(text), *_instructions(text)]
    return sorted(found, key=lambda defect: (defect.start, defect.end))


# Encoding and characters --------------------------------------------------------------------------------------------

_HIGH = "\x80-\xbf\u20ac\u201a\u0192\u201e-\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018-\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
"""The bytes 80 to BF as latin-1 and as cp1252: every byte of a UTF-8 sequence after its first."""
_LOW = "\u0402\u0403\u201a\u0453\u201e-\u2026\u2020\u2021\u20ac\u2030\u0409\u2039\u040a\u040c\u040b\u040f\u0452\u2018-\u201d\u2022\u2013\u2014\u2122\u0459\u203a\u045a\u045c\u045b\u045f\xa0\u040e\u045e\u0408\xa4\u0490\xa6\xa7\u0401\xa9\u0404\xab-\xae\u0407\xb0\xb1\u0406\u0456\u0491\xb5-\xb7\u0451\u2116\u0454\xbb\u0458\u0405\u0455\u0457"
"""The same bytes as cp1251."""
_MOJIBAKE = re.compile(
    rf"\ufffd+|\u00e2[\u20ac\x80][{_HIGH}]?|\u00f0[\u0178\x9f][{_HIGH}]{{2}}"
    rf"|\u00c3[\x80-\xbf\u20ac\u2020-\u2022\u0192\u201e\u2030\u2122\u0153\u0178\u0160\u0161\u017e\u02c6]|\u00c2[\x80-\x9f\xa0-\xbf]"
    rf"|(?:[\u00d0-\u00d3\u00d7-\u00db\u00cc-\u00cf][{_HIGH}]){{2,}}|(?:[\u00e0-\u00ef][{_HIGH}]{{2}}){{2,}}"
    rf"|(?:[\u0420\u0421][{_LOW}]){{3,}}"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")

_ZERO = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u3164\ufeff\uffa0"
_LATIN = "0-9A-Za-z\u00c0-\u052f"
_INVISIBLE = (
    ("tag characters", re.compile(r"(?<!\U0001f3f4)(?<![\U000e0000-\U000e007f])[\U000e0000-\U000e007f]+")),
    ("bidirectional override", re.compile(r"[\u202d\u202e][^\u202c\n]{0,500}\u202c?")),
    ("variation selectors", re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}")),
    ("invisible characters in a row", re.compile(rf"[{_ZERO}]{{4,}}")),
    (
        "invisible characters inside words",
        re.compile(
            rf"[{_LATIN}](?:[\u200b-\u200f\u2060-\u2064\u034f\u180e\ufeff]{{1,3}}[{_LATIN}]{{1,8}}[ -]?[{_LATIN}]{{0,8}}){{3,}}"
        ),
    ),
    ("soft hyphens between letters", re.compile(rf"[{_LATIN}](?:\u00ad[{_LATIN}]){{3,}}")),
)


def _defect(kind: str, start: int, end: int, detail: str) -> Defect:
    return Defect.model_validate({"kind": kind, "start": start, "end": end, "detail": detail})


def _mojibake(text: str) -> Iterator[Defect]:
    places = [m.span() for m in _MOJIBAKE.finditer(text)]
    if places:
        start, end = places[0]
        yield _defect("mojibake", start, end, f"{_places(places)}, first {text[start:end]!r}")


def _controls(text: str) -> Iterator[Defect]:
    places = [m.span() for m in _CONTROL.finditer(text)]
    if places:
        start, end = places[0]
        yield _defect("control_characters", start, end, f"{_places(places)}, first U+{ord(text[start]):04X}")


def _places(places: list[tuple[int, int]]) -> str:
    return "1 place" if len(places) == 1 else f"{len(places)} places"


def _invisible(text: str) -> Iterator[Defect]:
    spans = sorted((*m.span(), name) for name, pattern in _INVISIBLE for m in pattern.finditer(text))
    for start, end, name in spans:
        yield _defect("invisible_characters", start, end, name)
