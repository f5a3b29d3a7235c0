"""What is wrong with an article's text: broken encoding, hidden characters, a missing end, orders to the reader's software."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .counts import counted
from .folding import ZERO_WIDTH
from .orders import DANGLING, find_orders
from .schemas import Defect
from .schemas.article import DefectKind


def find_defects(text: str) -> list[Defect]:
    """What is wrong with ``text``, sorted by start. Takes time in proportion to its length."""
    is_plain = not _UNUSUAL.search(text)
    found = [
        *_characters(text, is_plain),
        *(() if is_plain else _hidden(text)),
        *_cut_off(text),
        *find_orders(text, is_plain=is_plain),
    ]
    orders = [(d.start, d.end) for d in found if d.kind == "instruction_like"]
    told_already = {  # hidden words inside a passage that is an order as a whole
        inner
        for inner in orders
        for outer in orders
        if inner != outer and outer[0] <= inner[0] and inner[1] <= outer[1]
    }
    found = [d for d in found if d.kind != "instruction_like" or (d.start, d.end) not in told_already]
    return sorted(found, key=lambda defect: (defect.start, defect.end))


# Characters -----------------------------------------------------------------------------------------------------------

_HIGH = r"\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
"""The bytes 80 to BF, which continue a UTF-8 sequence, as latin-1 and as cp1252 show them."""
_HIGH_1251 = r"ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџ\xa0ЎўЈ¤Ґ¦§Ё©Є«¬\xad®Ї°±Ііґµ¶·ё№є»јЅѕї"
"""The same, as cp1251 shows them."""
_COUNTED: dict[DefectKind, str] = {
    # Quote marks may follow a capital Ã, Ð or É in sound text: one alone proves nothing. A dagger that ends what a quote
    # mark opened is what some pages make of the broken closing mark.
    "mojibake": rf"��*|â[€\x80][{_HIGH}]?|ð[Ÿ\x9f][{_HIGH}]{{2}}|Ã[\x80-\xbfƒ„†‡ˆ‰€Š™šœžŸ]|Â[\x80-\x9f\xa0-\xbf]"
    rf"|[Ì-Ó×-Û][{_HIGH}](?:[Ì-Ó×-Û][{_HIGH}])+|[à-ï][{_HIGH}]{{2}}(?:[à-ï][{_HIGH}]{{2}})+"
    rf"|[РС][{_HIGH_1251}](?:[РС][{_HIGH_1251}]){{2,}}|“[^“”†\n]{{0,1500}}(†)",
    "control_characters": r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]",
}
"""Defects that are given once, with their count."""

_LETTER = r"[0-9A-Za-zÀ-ԯ]"  # of scripts in which a zero-width character has no work to do
_TAG = r"[\U000e0000-\U000e007f]"
_HIDING = {
    "tag characters": rf"(?<!{_TAG})(?:(?<!🏴){_TAG}+|{_TAG}{{8,}})",  # up to seven after a black flag are a region's flag
    "a bidirectional override": r"[\u202d\u202e][^\u202c\n]{0,500}\u202c?",
    "variation selectors in a row": r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}",
    "invisible characters in a row": rf"[{ZERO_WIDTH}\xad\u061c\u115f\u1160\u17b4\u17b5\u206a-\u206f\u3164\uffa0]{{4,}}",
    "invisible characters inside words": rf"(?<={_LETTER})(?:[{ZERO_WIDTH}]{{1,3}}+{_LETTER}{{1,8}}+(?:[ -]{_LETTER}{{1,8}}+)?){{3,}}",
    "soft hyphens between letters": rf"(?<={_LETTER})(?:\xad{_LETTER}){{3,}}",
}


_HIGH_AFTER = re.compile(rf"[{_HIGH}](?<=[âðÃÂÌ-Ó×-Ûà-ï].)|[РС][{_HIGH_1251}]", re.DOTALL)


def _may_be_mojibake(text: str) -> bool:
    if "�" in text or "†" in text:
        return True
    has_two_foreign = b"??" in text.encode("ascii", "replace")
    return bool(has_two_foreign and _HIGH_AFTER.search(text))


_UNUSUAL = re.compile(
    rf"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad{ZERO_WIDTH}\u061c\u115f\u1160\u17b4\u17b5\u202d\u202e\u206a-\u206f\u3164\ufe00-\ufe0f"
    r"\uffa0\U000e0000-\U000e01ef]"
)
"""What control characters and hidden words are made of."""


def _characters(text: str, is_plain: bool) -> Iterator[Defect]:
    for kind, pattern in _COUNTED.items():
        if is_plain if kind == "control_characters" else not _may_be_mojibake(text):
            continue
        places = [m.span(m.lastindex or 0) for m in re.finditer(pattern, text)]
        if places:
            (start, end), count = places[0], len(places)
            detail = f"{counted(count, 'place')}, first {text[start:end]!r}"
            yield Defect(kind=kind, start=start, end=end, detail=detail)


_SPELLS_OUT = "tag characters"
"""An invisible alphabet: what it spells has no other reader than software, whatever it says."""
_A_FEW_WORDS = 12


def _hidden(text: str) -> Iterator[Defect]:
    runs = sorted((*m.span(), what) for what, pattern in _HIDING.items() for m in re.finditer(pattern, text))
    done = 0
    for start, end, what in runs:
        if start >= done:
            yield Defect(kind="invisible_characters", start=start, end=end, detail=f"{what}, {end - start} code points")
            if what == _SPELLS_OUT and end - start >= _A_FEW_WORDS:
                yield Defect(kind="instruction_like", start=start, end=end, detail="words that only software can read")
        done = max(done, end)


# The end --------------------------------------------------------------------------------------------------------------

_CLOSED = re.compile(r"[.!?…。！？।॥؟۔։።។။།:;：；\"'”’»›)\]}）】」』*_>|\u0e00-\u0eff]$")  # Thai and Lao close nothing
_STOP_INSIDE = re.compile(r"(?<=\w{4})[.!?]['\"”’»)]? (?=\S)|[。！？।؟۔]['\"”’»」』)]?(?=\S)")
_FURNITURE = re.compile(
    r"(?i)©|https?:|www\.|@|#|\||\b(?:copyright|rights reserved|(?:reporting|editing|writing) by|photo|image|getty|reuters|foto|via"
    r"|read (?:more|the|also)|sign up|subscribe|follow|share|click|newsletter|source|quelle|fuente|tags?|related|updated|published)\b"
)
_PROSE = 12
"""Words without a closing mark that no heading or credit line has. From the development corpus."""


def _cut_off(text: str) -> Iterator[Defect]:
    body = text.rstrip(" \t\r\n\x0b\x0c\x85\xa0\u2028\u2029\ufeff\u200b\u200e\u200f")
    start = max(body.rfind(mark) for mark in "\n\r\x0b\x0c\x85\u2028\u2029") + 1
    line = body[start:]
    if _CLOSED.search(line) or _FURNITURE.search(line):
        return
    tail = max((m.end() for m in _STOP_INSIDE.finditer(line)), default=0)
    words = len(line[tail:].split())
    # A full stop inside shows that the line is prose; without one it takes length, or a last word that must go on.
    if words >= _PROSE or (tail and len(line) - tail >= 20) or (words >= 5 and DANGLING.search(line)):
        shown = line[-40:].encode("utf-8", "replace").decode()
        yield Defect(kind="truncated", start=start + tail, end=start + len(line), detail=f"ends: …{shown}")
