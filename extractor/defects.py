"""What is wrong with an article's text: broken encoding, hidden characters, a missing end, orders to the reader's software.

What makes a sentence an order, ``instructions`` tells; here is where sentences stand and how they can be read.
"""

from __future__ import annotations

import base64
import codecs
import html
import re
import string
from collections.abc import Callable, Collection, Iterator
from urllib.parse import unquote

from . import instructions
from .instructions import Order, folded
from .schemas import Defect
from .schemas.article import DefectKind


def find_defects(text: str) -> list[Defect]:
    """What is wrong with ``text``, sorted by start. Takes time in proportion to its length."""
    is_plain = not _UNUSUAL.search(text)
    found = [
        *_characters(text, is_plain),
        *(() if is_plain else _hidden(text)),
        *_cut_off(text),
        *_instructions(text, is_plain),
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

_ZERO_WIDTH = r"\u034f\u180e\u200b-\u200f\u2060-\u2064\ufeff"
_LETTER = r"[0-9A-Za-zÀ-ԯ]"  # of scripts in which a zero-width character has no work to do
_TAG = r"[\U000e0000-\U000e007f]"
_HIDING = {
    "tag characters": rf"(?<!{_TAG})(?:(?<!🏴){_TAG}+|{_TAG}{{8,}})",  # up to seven after a black flag are a region's flag
    "a bidirectional override": r"[\u202d\u202e][^\u202c\n]{0,500}\u202c?",
    "variation selectors in a row": r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}",
    "invisible characters in a row": rf"[{_ZERO_WIDTH}\xad\u061c\u115f\u1160\u17b4\u17b5\u206a-\u206f\u3164\uffa0]{{4,}}",
    "invisible characters inside words": rf"(?<={_LETTER})(?:[{_ZERO_WIDTH}]{{1,3}}+{_LETTER}{{1,8}}+(?:[ -]{_LETTER}{{1,8}}+)?){{3,}}",
    "soft hyphens between letters": rf"(?<={_LETTER})(?:\xad{_LETTER}){{3,}}",
}


_HIGH_AFTER = re.compile(rf"[{_HIGH}](?<=[âðÃÂÌ-Ó×-Ûà-ï].)|[РС][{_HIGH_1251}]", re.DOTALL)


def _may_be_mojibake(text: str) -> bool:
    if "�" in text or "†" in text:
        return True
    has_two_foreign = b"??" in text.encode("ascii", "replace")
    return bool(has_two_foreign and _HIGH_AFTER.search(text))


_UNUSUAL = re.compile(
    rf"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad{_ZERO_WIDTH}\u061c\u115f\u1160\u17b4\u17b5\u202d\u202e\u206a-\u206f\u3164\ufe00-\ufe0f"
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
            detail = f"{count} place{'s' * (count > 1)}, first {text[start:end]!r}"
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
_DANGLING = re.compile(
    r"(?i)[,–—]$|\b(?:and|or|the|an?|of|to|in|with|that|for|by|und|oder|der|die|das|den|mit|gegen|von|et|ou|le|la|les|des?|du|à|que"
    r"|y|o|el|los|en|con|para|e|os|as|em|com|il|di|и|в|на|с|что|і|та|у|що)$"
)
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
    if words >= _PROSE or (tail and len(line) - tail >= 20) or (words >= 5 and _DANGLING.search(line)):
        shown = line[-40:].encode("utf-8", "replace").decode()
        yield Defect(kind="truncated", start=start + tail, end=start + len(line), detail=f"ends: …{shown}")


# Orders to software: how a sentence can be read -----------------------------------------------------------------------

_ALIKE = (
    *("aаαɑᴀ4@", "bьвβʙ8", "cсᴄ", "dԁᴅ", "eеεєᴇ3", "fғꜰ", "gԍɡɢց9", "hһнհʜ", "iіιɪ1", "jјյᴊ", "kкκᴋ", "lӏʟ", "mмᴍ"),
    *("nпηոɴ", "oоοօᴏσ0", "pрρᴘ", "qԛ", "rгʀ", "sѕꜱ5$", "tтτᴛ7", "uυսᴜ", "vνᴠ", "wԝωᴡ", "xхχ", "yуγүʏ", "zᴢ2"),
)
"""Each Latin letter, and what passes for it (after Unicode TR 39, confusables)."""
_AS_LATIN = str.maketrans({look: letters[0] for letters in _ALIKE for look in letters[1:]})
_AS_CYRILLIC = str.maketrans("aeopcyxikmtbh", "аеорсухікмтвн")
_MIXED = re.compile(r"[a-z][0-9@$]+[a-z]|[a-z][\u0370-\u058f]|[\u0370-\u058f][a-z]|[ɪʟʀɴɢʙʏʜꜰꜱ\u1d00-\u1d2b]")
_LETTERS = re.compile(r"(?<!\w)\w(?:\W{1,3}\w(?!\w)){7,}")


def _spelt(read: Callable[[str], bytes]) -> Callable[[re.Match[str]], str]:
    """A replacement that gives the text a code spells, or the code itself where that is no text."""

    def shown(match: re.Match[str]) -> str:
        try:
            return "\n" + read(match[0]).decode()
        except ValueError:
            return match[0]

    return shown


def _carried(char: str) -> str:
    """The ASCII that a tag character or a variation selector stands for; a line break for anything else."""
    byte = ord(char) - 0xE0000 if char < "\U000e0080" else ord(char) - 0xE00F0
    return chr(byte) if 0x20 <= byte < 0x7F else "\n"


_SMUGGLED = r"[\U000e0020-\U000e007e\U000e0100-\U000e01ef]"
_CODES: dict[str, tuple[str, str | Callable[[re.Match[str]], str]]] = {
    "in capitals": (r"[A-ZÀ-ÞЀ-Я]{2,}(?:[^\w\n]{1,4}[A-ZÀ-ÞЀ-Я]{2,})+", r"\n\g<0>\n"),
    "smuggled": (rf"(?s)\A(?:(?!{_SMUGGLED}).)*+{_SMUGGLED}.*", lambda m: "".join(map(_carried, m[0]))),
    "between invisible characters": (rf"[{_ZERO_WIDTH}\xad\u3164]+", " "),
    "in base64": (r"(?<![\w+/-])[A-Za-z0-9+/_-]{20,}={0,2}", _spelt(lambda s: base64.urlsafe_b64decode(s + "=="))),
    "in hexadecimal": (r"(?<!\w)(?:[0-9A-Fa-f]{2}\s?){16,}", _spelt(bytes.fromhex)),
    "in escapes": (r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))", lambda m: chr(int(m[1] or m[2], 16))),
    "in HTML entities": (r"&#?\w{2,8};", lambda m: html.unescape(m[0])),
    "in percent signs": (r"(?:%[0-9A-Fa-f]{2})+", lambda m: unquote(m[0])),
    "in ROT13": (
        r"(?s)\A.*?(?:[Vv]taber|[Qq]vfertneq|vafgehpgvba|cebzcg|bhgchg).*",
        lambda m: codecs.encode(m[0], "rot13"),
    ),
    "backwards": (r"(?s)\A.*?(?:erong[iI]|dragersi[dD]|noitcurtsn[iI]|tpmor[pP]|tuptu[oO]).*", lambda m: m[0][::-1]),
}
"""Ways in which a model can read what a person does not see: what to replace in the sentence, and by what."""
_READINGS = {how: (re.compile(code), shown) for how, (code, shown) in _CODES.items()}


_CAPITALS = re.compile(r"[A-ZÀ-ÞЀ-Я](?<=[A-ZÀ-ÞЀ-Я]{2})[^\w\n]{1,4}[A-ZÀ-ÞЀ-Я]{2}")
_PERCENT = re.compile(b"%[0-9A-Fa-f]{2}")
_TURNED = (
    *(b"taber", b"vfertneq", b"vafgehpgvba", b"cebzcg", b"bhgchg"),
    *(b"erong", b"dragersi", b"noitcurtsn", b"tpmor", b"tuptu"),
)
_AMONG_LETTERS = re.compile(r"[0-9@$](?<=[a-z][0-9@$])[0-9@$]*[a-z]")
_FOREIGN = re.compile(r"[\u0370-\u058fɪʟʀɴɢʙʏʜꜰꜱ\u1d00-\u1d2b]")
_BESIDE_LATIN = re.compile(r"[a-z](?:[\u0370-\u058f]|(?<=[\u0370-\u058f][a-z]))|[ɪʟʀɴɢʙʏʜꜰꜱ\u1d00-\u1d2b]")
_SINGLE = r" x {1,3}x {1,3}x {1,3}x "
_SINGLE_ASCII = re.compile(_SINGLE.encode())
_SINGLE_ANY = re.compile(_SINGLE.replace(" ", r"\W").replace("x", r"\w"))


def _class(letters: str) -> bytes:
    """Of each byte, whether it is one of the ASCII letters, for ``bytes.translate``."""
    return bytes(ord("x") if chr(code) in letters else ord(" ") for code in range(256))


_HEX = _class("0123456789abcdefABCDEF")
_BASE64 = _class("+-/_" + string.digits + string.ascii_letters)
_WORD = _class("_" + string.digits + string.ascii_letters)
_ASCII = bytes(range(128))


def _spelt_out(plain: str, beyond: str) -> bool:
    """Whether four letters stand alone in a row. ``beyond``: the characters of the folded text that are not ASCII."""
    if any(char.isalnum() for char in set(beyond)):
        return bool(_SINGLE_ANY.search(plain))
    return bool(_SINGLE_ASCII.search(plain.encode("ascii", "replace").translate(_WORD)))  # in a quarter of the time


_ALIKE_LETTERS, _BY_LETTER = "in letters that look alike", "letter by letter"


def _codes(text: str, plain: str, is_plain: bool) -> list[str]:
    """The ways to read that the text may have a use for, by a sign of each that takes little time to look for.

    ``plain``: the text, folded; any white space in it may stand for any other.
    """
    letters = text.encode("ascii", "replace")
    turned = any(word in letters for word in _TURNED)
    beyond = plain.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    signs = {
        "in capitals": _CAPITALS.search(text),
        "smuggled": not is_plain,
        "between invisible characters": not is_plain,
        "in base64": b"x" * 20 in letters.translate(_BASE64),
        "in hexadecimal": b"x" * 32 in letters.translate(_HEX, b" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f?"),
        "in escapes": b"\\" in letters,
        "in HTML entities": b"&" in letters,
        "in percent signs": _PERCENT.search(letters),
        "in ROT13": turned,
        "backwards": turned,
        _ALIKE_LETTERS: _AMONG_LETTERS.search(plain) or (_FOREIGN.search(beyond) and _BESIDE_LATIN.search(plain)),
        _BY_LETTER: _spelt_out(plain, beyond),
    }
    return [how for how, sign in signs.items() if sign]


def _views(sentence: str, plain: str, codes: Collection[str]) -> dict[str, str]:
    """The sentence, folded, as it stands and as a model may read it, each with how that is."""
    views = {plain: ""}
    for how in codes:
        code, shown = _READINGS.get(how, (None, ""))
        if code and code.search(sentence):
            views.setdefault(folded(code.sub(shown, sentence)), f" {how}")
    if _ALIKE_LETTERS in codes and _MIXED.search(plain):
        for table in (_AS_LATIN, _AS_LATIN | {ord("1"): "l"}, _AS_CYRILLIC):
            views.setdefault(plain.translate(table), f" {_ALIKE_LETTERS}")
    for run in _LETTERS.finditer(plain) if _BY_LETTER in codes else ():
        narrow = min(map(len, re.findall(r"\W+", run[0])))
        words = [re.sub(r"\W", "", word) for word in re.split(rf"\W{{{narrow + 1},}}", run[0])]
        views |= dict.fromkeys((" ".join(words), "".join(words)), f" {_BY_LETTER}")
    return views


# Orders to software: where they stand ---------------------------------------------------------------------------------

_FULL_STOP = r"(?:(?<!\b[A-Za-z])(?<!\b(?:Mr|Dr|St|No))(?<!\b(?:Mrs|Gen|Sen|Rep|Col|Gov))\.|[!?…])[.!?…]{0,4}[\"'”’»)\]*_]{0,4}(?=\s)|[。！？।؟۔][」』”’)]{0,2}"
_STOP = re.compile(
    r"[.!?…。！？।؟۔\n<`-](?:(?<=[.!?…])(?<!\b[A-Za-z]\.)(?<!\b(?:Mr|Dr|St|No)\.)(?<!\b(?:Mrs|Gen|Sen|Rep|Col|Gov)\.)"
    r"[.!?…]{0,4}[\"'”’»)\]*_]{0,4}(?=\s)|(?<=[。！？।؟۔])[」』”’)]{0,2}|(?<=\n)|(?<=<)(?=!--)|(?<=`)(?=``)|(?<=-)->)"
)
"""Where a piece ends: behind a full stop or "-->", before a line break, "<!--" or "```"."""
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


def _instructions(text: str, is_plain: bool) -> Iterator[Defect]:
    sentences = [(start, end, opens_line, folded(text[start:end])) for start, end, opens_line in _sentences(text)]
    codes = _codes(text, "\n".join(plain for *_, plain in sentences), is_plain)
    numbered = "[" in text and "[1]" not in text  # else numbers in brackets are references
    orders: dict[str, Order | None] = {}  # pages repeat themselves
    held: list[tuple[int, int, str]] = []
    until, last = 0, -1  # the offset that an order reaches to; the end of the sentence before
    for start, end, opens_line, plain in sentences:
        sentence = text[start:end]
        if sentence not in orders:
            orders[sentence] = instructions.weigh(_views(sentence, plain, codes))
        found = orders[sentence]
        if not found and numbered and _NUMBER.match(text, start):
            found = Order("bears a sentence number like the reader's own", 0, orders=True)
        if found:
            until = _reach(text, (start, end), found, opens_line)
            held.append((start, end, found.detail))
        elif start < until or (held and held[-1][1] == last and instructions.goes_on(sentence)):
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
        if not (narrow or text[start].islower() or _DANGLING.search(text, max(first, last - 40), last)):
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
