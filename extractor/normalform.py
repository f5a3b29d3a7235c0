"""The form in which quotes and texts are compared, the way back to the text as written, and where a quote may begin and end.

The normal form unifies case, Unicode forms (UAX #15), the styles of quote marks, dashes and ellipses, and white space; and
it drops invisible characters. Every word, number, diacritic and other mark counts, and so does whether a quote mark, dash
or ellipsis is there at all. A quote neither begins nor ends inside a word or a number: "Iran" is not in "Iranian", nor
"lethal aid" in "non-lethal aid".
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from functools import cache, lru_cache
from typing import Literal

# Characters, as the insides of character classes ---------------------------------------------------------------------

_INVISIBLE = (  # soft hyphen, zero-width, bidi controls, variation selectors, BOM; not U+2062, which multiplies
    "\u00ad\u061c\u180b-\u180d\u180f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
)
_SINGLE = "'`´ʹʻʼʽˈ\u0374՚׳‘’‚‛′‵‹›❛❜＇｀\u1fef\u1ffd"
_DOUBLE = '"«»ˮ״“”„‟″‶〃❝❞〈〉《》\u2329\u232a「」『』〝〞〟︽︾︿﹀﹁﹂﹃﹄＂｢｣†'  # † is what a twofold misreading leaves of ”
_HYPHEN = "-֊־᠆‐‑‒–−﹣－"
_DASH = _HYPHEN + "—―⁃⸺⸻︱︲﹘"
_MISREAD = "â[€\x80]"  # U+2010 to U+203F begin so where UTF-8 was read as Windows-1252 or Latin-1
_KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_EAST_ASIAN = (
    f"\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303c\u3041-\u309f{_KATAKANA}\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003ffff"
)
_UNSPACED = _EAST_ASIAN + "\u3001-\u3003\u3010-\u301b\u30fb\uff61-\uff65"
_BORDERLESS = _EAST_ASIAN + "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f"  # Thai to Khmer

_SPACE = re.compile(r"\s")
_GAP = re.compile(rf"[\s{_INVISIBLE}]")
WORD = re.compile(rf"[{_BORDERLESS}]|[^\s{_BORDERLESS}]+")
"""What stands between two borders at least: a word, or one character of a script without spaces."""


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not text[start].isalnum() and _GAP.match(text, start):
        start += 1
    while start < end and not text[end - 1].isalnum() and _GAP.match(text, end - 1):
        end -= 1
    return start, end


def stripped(text: str) -> str:
    """Without the white space and invisible characters at its ends."""
    start, end = _trim(text, 0, len(text))
    return text[start:end]


def is_mark(char: str) -> bool:
    """Whether it is part of the character before: a combining mark, or a vowel or final of decomposed Hangul."""
    return (unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff") and not _GAP.match(char)


def _is_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char) in ("Pc", "Mn", "Mc", "Me")


def has_word(text: str) -> bool:
    """Whether a letter or digit is in it."""
    return any(map(str.isalnum, text))


def _shared(one: str, other: str) -> int:
    """How many characters two strings share at their beginning."""
    count = 0
    while one[count : count + 1] and one[count : count + 1] == other[count : count + 1]:
        count += 1
    return count


# Borders: where a quote may begin and end ----------------------------------------------------------------------------

_HYPHENATION = re.compile(rf"[{_INVISIBLE}]*[{_HYPHEN}][{_INVISIBLE}]*")
_RANGE = re.compile(rf"[\s{_INVISIBLE}]*[{_HYPHEN}][\s{_INVISIBLE}]*")
_REVERSAL = re.compile(r"(?<!\w)(?:non|un|anti|counter|ex|quasi|pseudo|nicht|не|анти|контр|экс|псевдо|квази)-\Z")
"""Prefixes that turn the word after their hyphen into another."""
_INSIDE = re.compile(
    r"(?<=\d)(?=[.,:/·٫٬~^×⁄]\d|[%‰‱٪]|[십백천만억조])"  # 4.400, 12:30; 40%; 400만 is 4,000,000
    r"|(?<=\d[.,:/·٫٬~^×⁄])(?=\d)|(?<=[%‰‱٪])(?=\d)"
    r"|(?<!\d{4})(?<=\d)(?=[ ']\d{3}(?!\d))|(?<!\d{4}[ '])(?<=\d[ '])(?=\d{3}(?!\d))"  # 400 000, 400'000
    r"|(?<=\d)(?=\ (?:[¼-¾⅐-⅞]|\d+[/⁄]\d))|(?<=\d\ )(?=[¼-¾⅐-⅞]|\d+[/⁄]\d)"  # 2 ½
    r"|(?<![^\W\d_][.,])(?<!\.[.,])(?<=[.,])(?=\d)"  # .5
    r"|(?<=n)(?='t(?!\w))"  # "can" is the opposite of "can't"
)
"""Places between two characters of one number or negation."""
_BORDERLESS_PAIR = re.compile(rf"(?![{_KATAKANA}]{{2}})(?:[{_BORDERLESS}].|.[{_BORDERLESS}])", re.DOTALL)
UNBROKEN = re.compile(rf"[^\W{_BORDERLESS}]++|[{_KATAKANA}]++")
"""A run of characters with no border between any two."""
_PARTICLES = re.compile(
    "(?:들|은|는|이|가|을|를|의|에|에서|에게|께|께서|한테|와|과|랑|로|으로|도|만|까지|부터|마저|조차|처럼|보다|마다|나|라|며|고|면서|서|써|다|였다|이었다|입니다|지만)+(?![가-힣])"
)
"""What follows a Korean noun or verb without a border. Any syllable would do otherwise: India (인도) in Indonesia (인도네시아)."""


_PROCLITICS = re.compile(r"(?<!\w)(?:(?=\w)[وف]?(?:لل|[بكل]?(?:ال)?)|[והבלמכש]{1,3})\Z")
"""What Arabic ("and", "by", "to", "the") and Hebrew write in one word with the word that follows. No negation is among them."""
_STEM = re.compile(r"[\u0590-\u06ff]{3}")
"""Letters that a word must have beside them, so that no short word is taken for one with a prefix."""


# The normal form -----------------------------------------------------------------------------------------------------

_SAME_LETTER = (
    "<font> <noBreak> <initial> <medial> <final> <isolated> <vertical> <wide> <narrow> <small> <square> <compat>"
)
"""Compatibility tags (UAX #44) that leave alone what is read. Superscripts, fractions and circles do not: 10² is not 102."""
_NOTABLE = (*range(0xA0, 0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x10000))
"""Where the characters live whose normal form takes thought. Between them lie ideographs and Hangul, which are their own."""
_ASTRAL = "\U0001d100-\U0001f2ff\U0002f800-\U0002fa1f"
"""And beyond the basic plane: letters and digits in fancy type. (The composed letters of six Indic scripts there stay apart.)"""
_MARKS = 30
"""Most combining marks composed with one base (Stream-Safe Text, UAX #15): composing takes the square of their number."""


class NormalForm:
    """A text's normal form and the way back. Pieces of text alternate with atoms, which map back only as a whole."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._at, self._raw_at = [0], [0]  # where begin: piece, atom, piece, atom, …, piece
        pieces: list[str] = []
        length = 0
        for match in _atoms(unicodedata.is_normalized("NFC", raw)).finditer(raw):
            begin, start = match.span(1)
            end = match.end()
            folded = _SIGNS.get(match.lastgroup or "")
            if folded is None:
                folded = _fold_letters(raw[start:end])
            pieces += raw[begin:start].casefold(), folded
            length += start - begin
            self._at += length, length + len(folded)
            self._raw_at += start, end
            length += len(folded)
        self.text = "".join(pieces)

    def raw_range(self, start: int, end: int) -> tuple[int, int]:
        """The raw text of a passage, trimmed."""
        return _trim(self.raw, *self._untrimmed(start, end))

    def raw_start(self, at: int) -> int:
        """Where in the raw text stands what is no space here."""
        last = bisect_right(self._at, at) - 1
        return self.raw_range(at, at + 1)[0] if last % 2 else self._raw_at[last] + at - self._at[last]

    def widened(self, start: int, end: int, lead: str, tail: str) -> tuple[int, int]:
        """The raw text of a passage with as much of the punctuation around the quote as stands around it here."""
        first, last = self.raw_range(start, end)
        before = start - _shared(lead[::-1], self.text[max(0, start - len(lead)) : start][::-1])
        after = end + _shared(tail, self.text[end : end + len(tail)])
        outer = self.raw_range(start if self._splits(before) else before, end if self._splits(after) else after)
        # A mark that white space parts from the words belongs to others: the rebels' "arms" is not "' arms".
        if not _SPACE.search(self.raw, outer[0], first):
            first = outer[0]
        if not _SPACE.search(self.raw, last, outer[1]):
            last = outer[1]
        return first, last

    def may_begin(self, at: int) -> bool:
        """Whether a quote may begin here: a word begins (UAX #29), and neither a number nor "non-lethal" is cut."""
        if at == 0 or (self.text[at - 1] == " " and self._is_letter(at)):
            return True
        if _STEM.match(self.text, at) and _PROCLITICS.search(self.text, max(0, at - 6), at):
            return not self._splits(at)
        cut = self.text[at].isnumeric() or _REVERSAL.search(self.text, max(0, at - 9), at)
        return self._is_border(at) and not (cut and self._is_hyphen(at - 1))

    def may_end(self, at: int) -> bool:
        """Whether a quote may end here: a word ends, or the particles of a Korean word begin, and no number is cut."""
        if at == len(self.text) or (self.text[at] in " ," and self._is_letter(at - 1)):
            return True
        cut = self.text[at - 1].isnumeric() and self.text[at + 1 : at + 2].isnumeric()
        return self._is_border(at, _PARTICLES) and not (cut and self._is_hyphen(at))

    def _is_letter(self, at: int) -> bool:
        """Whether a letter stands here that is plainly no part of the one before: beside a space no other rule applies."""
        return self.text[at].isalpha() and not "\u1160" <= self.text[at] <= "\u11ff"

    def _is_border(self, at: int, suffix: re.Pattern[str] | None = None) -> bool:
        if self._splits(at) or _INSIDE.match(self.text, at):
            return False
        before, after = self.text[at - 1], self.text[at]
        if not (_is_word(before) and _is_word(after)) or (suffix and suffix.match(self.text, at)):
            return True
        # Between ideographs or Thai letters nobody can tell; between two digits or katakana (rule WB13) there is none.
        return bool(_BORDERLESS_PAIR.match(self.text, at - 1)) and not (before.isnumeric() and after.isnumeric())

    def _splits(self, at: int) -> bool:
        """Whether the place is inside an atom, or between a character and its mark."""
        last = bisect_right(self._at, at) - 1
        return (last % 2 == 1 and self._at[last] < at) or (0 < at < len(self.text) and is_mark(self.text[at]))

    def _is_hyphen(self, at: int) -> bool:
        """Whether a hyphen, a minus sign or the dash of a range stands here, rather than a dash between phrases."""
        spaced = at > 0 and self.text[at - 1].isnumeric() and self.text[at + 1].isnumeric()  # 300 – 400
        dash = self.raw[slice(*self._untrimmed(at, at + 1))]
        return bool((_RANGE if spaced else _HYPHENATION).fullmatch(dash))

    def _untrimmed(self, start: int, end: int) -> tuple[int, int]:
        first = bisect_right(self._at, start) - 1
        last = bisect_left(self._at, end) - 1
        return (
            self._raw_at[first] + (0 if first % 2 else start - self._at[first]),
            self._raw_at[last + 1] if last % 2 else self._raw_at[last] + end - self._at[last],
        )


_TILDES = "〜∼"
_SIGNS = {"minus": " ", "space": " ", "dash": "-", "dots": "...", "inch": '"', "quote": "'", "nothing": "", "plain": ""}


@lru_cache(maxsize=4096)
def _fold_letters(letters: str) -> str:
    form: Literal["NFC", "NFKC"] = "NFKC" if letters[-1] in "ﾞﾟ" else "NFC"  # voiced half-width kana are two characters
    return "".join(map(_fold_letter, unicodedata.normalize(form, letters)))


@cache
def _fold_letter(char: str) -> str:
    if char in _TILDES:
        return "~"
    tag, *codes = unicodedata.decomposition(char).split() or [""]
    if tag.startswith("<") and tag in _SAME_LETTER:
        letters = "".join(chr(int(code, 16)) for code in codes)
        # "⒈" beside a digit would become another number, and "¨" a space
        if len(letters) == 1 or not any(c.isnumeric() or c.isspace() for c in letters):
            return unicodedata.normalize("NFC", "".join(map(_fold_letter, letters)))
    folded = char.casefold()
    # Case folding that expands changes the word: Maßen ("moderation") would be Massen ("masses").
    return folded if len(folded) == 1 else char.lower()


@cache
def _atoms(composed: bool) -> re.Pattern[str]:
    """Matches any text in stretches: plain text, whose normal form is its ``casefold``, and an atom, named by its kind.

    ``composed`` says that the text is in NFC. Made from the Unicode tables of the running Python, in some 20 ms.
    """
    notable = [char for char in map(chr, _NOTABLE) if unicodedata.decomposition(char) or len(char.casefold()) > 1]
    letters = "".join(c for c in [*notable, *_TILDES] if len(c.casefold()) > 1 or c.casefold() != _fold_letters(c))
    marks = "" if composed else "".join(c for c in map(chr, _NOTABLE) if is_mark(c))
    spaces = "".join(c for c in map(chr, range(0x3001)) if c.isspace())  # a set without \s is looked up at once
    plain = rf"[^{_DASH}{spaces}{_INVISIBLE}{_SINGLE}{_DOUBLE}.…⋯â{letters}{marks}{_ASTRAL}]"
    alone = rf"(?![{marks}])" if marks else ""
    most = "" if marks else "+"  # possessive, where nothing need be given back
    cluster = rf"(?s:.)[{marks}]{{1,{_MARKS}}}+|" if marks else ""
    gap = rf"[\s{_INVISIBLE}]"
    return re.compile(
        rf"(?P<plain>{plain}+{most}(?:\.?\ (?![{_UNSPACED}])(?<![{_UNSPACED}]\ ){plain}+{most}){{0,250}}{most}{alone}|)(?:"
        rf"(?P<minus>[{_INVISIBLE}]*+\s{gap}*+(?=[{_DASH}]++[{_INVISIBLE}]*+\d))"  # "to -5" is not "to-5"
        rf"|{gap}*+(?:(?P<dash>[{_DASH}]++|{_MISREAD}[‘’“”•\x90-\x95])"
        rf"|(?P<dots>(?:(?:\.{gap}*+){{0,2}}(?:…|⋯|{_MISREAD}¦)|\.{gap}*+\.{gap}*+\.)(?:{gap}*+[.…⋯])*+)"
        rf"|(?P<inch>(?<=\d)(?:[{_DOUBLE}]|[{_SINGLE}]{{2}}))"  # 5″ is not 5′
        rf"|(?P<quote>{_MISREAD}[œ™˜šž›\x98-\x9e]?|[{_DOUBLE}]|[{_SINGLE}]{{1,2}})){gap}*+"
        rf"|(?P<nothing>(?<=[{_UNSPACED}]){gap}++|{gap}++(?=[{_UNSPACED}])|[{_INVISIBLE}]++(?!\s))"
        rf"|(?P<space>{gap}++)"
        rf"|(?P<letters>[\uff66-\uff9d][\uff9e\uff9f]|{cluster}(?s:.))"
        r")?"
    )
