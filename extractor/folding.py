"""Text as a reader takes it in: without case, accents, width and style, and without what cannot be seen."""

from __future__ import annotations

import re
import unicodedata

ZERO_WIDTH = r"\u034f\u180e\u200b-\u200f\u2060-\u2064\ufeff"
"""Characters without width, as the inside of a character class."""


class Fold(dict[int, str]):
    """What a code point is compared as: without case, accents, width and style; nothing, where it cannot be seen."""

    def __missing__(self, code: int) -> str:
        seen = "".join(char for char in unicodedata.normalize("NFKD", chr(code)) if not _is_unseen(char))
        is_mark = 0xE000 <= code <= 0xE00F  # in the text itself, our marks mean nothing
        self[code] = "" if is_mark else unicodedata.normalize("NFC", seen).casefold().translate(_SAME)
        return self[code]


def _is_unseen(char: str) -> bool:
    kind = unicodedata.category(char)
    # Indic and south-east Asian vowels and the two kana sound marks are letters for us.
    is_mark = kind in {"Mn", "Me"} and not ("\u0900" <= char < "\u1ab0" or char in "\u3099\u309a")
    return is_mark or kind == "Cf" or (kind == "Cc" and not char.isspace()) or char in "\u115f\u1160\u3164\uffa0\u0640"


_SAME = str.maketrans("ıیىک’‘ʼ_", "iييك''' ")
"""Characters that writers and keyboards of one language use for each other."""
_FOLD = Fold()


_NOT_PLAIN = re.compile(r"[^\t\n -^`-~]+")
_PLAIN = bytes(code for code in range(128) if not _NOT_PLAIN.match(chr(code)))


def folded(text: str) -> str:
    """The text without what a reader overlooks: case, accents, width and style."""
    # A call for each character is what takes time, so plain ASCII is spared it.
    if text.isascii() and not text.encode().translate(None, _PLAIN):
        return text.lower()
    return _NOT_PLAIN.sub(lambda match: match[0].translate(_FOLD), text).lower()
