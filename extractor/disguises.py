"""How a model may read a sentence otherwise than a person does: in code, in letters that look alike, letter by letter."""

from __future__ import annotations

import base64
import codecs
import html
import re
import string
from collections.abc import Callable, Collection
from urllib.parse import unquote

from .folding import ZERO_WIDTH, folded

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
    "between invisible characters": (rf"[{ZERO_WIDTH}\xad\u3164]+", " "),
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


def disguises(text: str, plain: str, *, is_plain: bool) -> list[tuple[int, int, str]]:
    """The ways to read that the text may have a use for, by a sign of each that takes little time to look for: each with the
    start and the end of where it may.

    ``plain``: the text, folded; any white space in it may stand for any other. ``is_plain``: it has no characters that cannot
    be seen.
    """
    letters = text.encode("ascii", "replace")
    turned = any(word in letters for word in _TURNED)
    beyond = plain.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    signs = {
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
    capitals = [(*match.span(), "in capitals") for match in _CAPITALS.finditer(text)]  # of most texts, the dateline
    return capitals + [(0, len(text), how) for how, sign in signs.items() if sign]


def views(sentence: str, plain: str, codes: Collection[str]) -> dict[str, str]:
    """The sentence, folded, as it stands and as a model may read it, each with how that is."""
    found = {plain: ""}
    for how in codes:
        code, shown = _READINGS.get(how, (None, ""))
        if code and code.search(sentence):
            found.setdefault(folded(code.sub(shown, sentence)), f" {how}")
    if _ALIKE_LETTERS in codes and _MIXED.search(plain):
        for table in (_AS_LATIN, _AS_LATIN | {ord("1"): "l"}, _AS_CYRILLIC):
            found.setdefault(plain.translate(table), f" {_ALIKE_LETTERS}")
    for run in _LETTERS.finditer(plain) if _BY_LETTER in codes else ():
        narrow = min(map(len, re.findall(r"\W+", run[0])))
        words = [re.sub(r"\W", "", word) for word in re.split(rf"\W{{{narrow + 1},}}", run[0])]
        found |= dict.fromkeys((" ".join(words), "".join(words)), f" {_BY_LETTER}")
    return found
