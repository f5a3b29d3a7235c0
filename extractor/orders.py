"""Passages of a text that give orders to software.

What makes a sentence an order, ``instructions`` tells, of each way to read it that ``disguises`` knows; here is where
sentences stand, and how far an order reaches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .disguises import disguises, views
from .folding import folded
from .instructions import Order, goes_on, may_order, weigh
from .schemas import Defect

_FULL_STOP = r"(?:(?<!\b[A-Za-z])(?<!\b(?:Mr|Dr|St|No))(?<!\b(?:Mrs|Gen|Sen|Rep|Col|Gov))\.|[!?…])[.!?…]{0,4}[\"'”’»)\]*_]{0,4}(?=\s)|[。！？।؟۔][」』”’)]{0,2}"
_STOP = re.compile(
    r"[.!?…。！？।؟۔\n<`-](?:(?<=[.!?…])(?<!\b[A-Za-z]\.)(?<!\b(?:Mr|Dr|St|No)\.)(?<!\b(?:Mrs|Gen|Sen|Rep|Col|Gov)\.)"
    r"[.!?…]{0,4}[\"'”’»)\]*_]{0,4}(?=\s)|(?<=[。！？।؟۔])[」』”’)]{0,2}|(?<=\n)|(?<=<)(?=!--)|(?<=`)(?=``)|(?<=-)->)"
)
"""Where a piece ends: behind a full stop or "-->", before a line break, "<!--" or "```"."""
DANGLING = re.compile(
    r"(?i)[,–—]$|\b(?:and|or|the|an?|of|to|in|with|that|for|by|und|oder|der|die|das|den|mit|gegen|von|et|ou|le|la|les|des?|du|à|que"
    r"|y|o|el|los|en|con|para|e|os|as|em|com|il|di|и|в|на|с|что|і|та|у|що)$"
)
"""Words and marks with which no sentence ends."""
_VISIBLE = re.compile(r"\S")
_LONGEST = 1_200
"""Characters, and one more, after which a piece without any such place is cut."""
_STOPPED = re.compile(rf"(?:{_FULL_STOP}|-->)\s*\Z")
_COLUMNS = 100
"""Longest line of a text whose lines are broken to fit a page (RFC 3676 asks for 78; some mailers take more)."""
_REACH = 4_000
"""Characters that a sentence or an order reaches over at most: more than a paragraph has."""
_ANNOUNCES = re.compile(
    r"(?i)[:：]\W*\Z|\bfollowing\b|folgende|suivant|siguiente|seguinte|seguente|следующ|наступн|التالي|aşağıdaki|以下|下列|次の|다음|निम्न|berikut"
)
_NUMBER = re.compile(r"\[\d{1,4}\]\s*\w")
_ENCLOSED = re.compile(
    r"(?is)<!--(?:(?!<!--).){0,4000}?-->|```[^`]{0,4000}```|\[inst\](?:(?!\[inst\]).){0,4000}?\[/inst\]"
    r"|<(system|instructions?|prompt|assistant)\b[^<>]{0,200}>[^<]{0,4000}</\1>"
)


def find_orders(text: str, *, is_plain: bool) -> Iterator[Defect]:
    """The passages that give orders to software. ``is_plain``: the text has no characters that cannot be seen."""
    sentences = [(start, end, opens_line, folded(text[start:end])) for start, end, opens_line in _sentences(text)]
    signs = disguises(text, "\n".join(plain for *_, plain in sentences), is_plain=is_plain)
    numbered = "[" in text and "[1]" not in text  # else numbers in brackets are references
    orders: dict[str, Order | None] = {}  # pages repeat themselves
    held: list[tuple[int, int, str]] = []
    until, last = 0, -1  # the offset that an order reaches to; the end of the sentence before
    for start, end, opens_line, plain in sentences:
        codes = [how for first, behind, how in signs if first < end and start < behind]
        found = None
        if codes or may_order(plain):
            sentence = text[start:end]
            if sentence not in orders:
                orders[sentence] = weigh(views(sentence, plain, codes))
            found = orders[sentence]
        if not found and numbered and _NUMBER.match(text, start):
            found = Order("bears a sentence number like the reader's own", 0, orders=True)
        if found:
            until = _reach(text, (start, end), found, opens_line)
            held.append((start, end, found.detail))
        elif start < until or (held and held[-1][1] == last and goes_on(text[start:end])):
            held.append((start, end, ""))
        last = end
    yield from _whole(text, held)


def _reach(text: str, span: tuple[int, int], order: Order, opens_line: bool) -> int:
    """The offset before which sentences belong to the order at ``span``."""
    end = span[1]
    line_end = text.find("\n", end, end + _REACH)
    rest = (end, line_end if line_end >= 0 else end + _REACH)
    if order.reach and opens_line and text[slice(*rest)].strip():
        return rest[1]
    following = re.compile(r"\S").search(text, end)
    announces = (order.reach and not order.orders) or _ANNOUNCES.search(text, *span)
    return following.end() if following and announces else end


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where what no full stop, line break or mark of a comment divides stands."""
    stop: re.Match[str] | None = None
    searched, end = 0, 0
    while first := _VISIBLE.search(text, end):
        start = first.start()
        if start >= searched:
            stop = _STOP.search(text, start + 1)
            searched = stop.start() if stop else len(text)
        if searched <= start + 1 + _LONGEST:
            end = searched if not stop or text[searched] in "\n<`" else stop.end()
        else:
            end = start + 1 + _LONGEST
        yield start, end


def _sentences(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where each sentence stands, and whether it opens a line. One that was broken into lines is one."""
    narrow = max(map(len, text.split("\n"))) <= _COLUMNS
    first, last, opens_line = 0, 0, True

    def runs_on() -> bool:
        if not (narrow or text[start].islower() or DANGLING.search(text, max(first, last - 40), last)):
            return False
        return not _STOPPED.search(text, max(first, last - 12), last + 1)

    for start, end in _pieces(text):
        lines = text.count("\n", last, start)
        if not (last and lines == 1 and end - first <= _REACH and runs_on()):
            if last:
                yield first, last, opens_line
            first, opens_line = start, bool(lines) or not last
        last = end
    if last:
        yield first, last, opens_line


def _whole(text: str, held: list[tuple[int, int, str]]) -> Iterator[Defect]:
    """The passages as defects: joined where they adjoin, and widened to the comment, block or tag around them."""
    regions = [(*m.span(), "") for m in _ENCLOSED.finditer(text)] if held else []
    joined: list[tuple[int, int, str]] = []
    for start, end, detail in sorted([*held, *regions]):
        if joined and not text[joined[-1][1] : start].strip():
            first, last, before = joined.pop()
            joined.append((first, max(last, end), before or detail))
        else:
            joined.append((start, end, detail))
    for start, end, detail in joined:
        if detail:
            yield Defect(kind="instruction_like", start=start, end=end, detail=detail)
