"""Whether two words are spellings of one: the consonants of both in classes of sounds, and the vowels between them."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import NamedTuple


class Part(NamedTuple):
    """A word of a name, in Latin letters."""

    latin: str
    script: str
    """"", or how it is written where its sounds are not all known: abjad (no short vowels), han, or syllables."""

    @property
    def lossy(self) -> bool:
        """Whether its spelling in Latin letters gives the consonants only roughly."""
        return bool(self.script)


# Spellings of one sound, in this order. "1" is any sibilant: shch, sh, zh, ch, ts and s differ by country, not by name.
_SPELLINGS = [
    (r"(.)\1+", r"\1"),
    (r"^[yji]e(?=.)", "e"),
    (r"schtsch|shch|szcz|tsch|dsch|stch|tch|dzh|sch|sh|zh|cz|sz|dz|dj|ts|tz|zs", "1"),
    (r"ine$", "in"),
    (r"(?<=[dt])re$", "er"),
    (r"gu(?=[ei])", "g"),
    (r"c(?=[eiy])|[sz]|ß", "1"),
    (r"ph|ff", "f"),
    (r"(?<=[oe])[wf]$", "v"),
    (r"x", "k1"),
    (r"kh|ck|qu|q|gh(?=[aeiou])|c", "k"),
    (r"(?<=[bcdfgklmnprtv1])h", ""),
    (r"w", "v"),
    (r"ou|oo|eu", "u"),
    (r"eo", "o"),
    (r"ee|ij|iy|yi|yy|ii|y|j", "i"),
    (r"(.)\1+", r"\1"),
]
_SOUNDS = [(re.compile(pattern), sound) for pattern, sound in _SPELLINGS]
_VOWEL = re.compile(r"[aeiou]+")
_NEAR = frozenset(map(frozenset, ("ae", "ei", "ou")))
"""Vowels of which one stands for the other in transliterations."""
_APART = frozenset(map(frozenset, ("js", "jz")))
"""First letters that are no spellings of one sound, though "sh" is one of each."""
_MOST = 3
"""How far the vowels of two spellings of one word lie apart at most; see ``_apart``."""
_COARSE = str.maketrans("pfvwdgr", "bbbbtkl")
"""Sounds that some scripts do not tell apart."""
_SHORT = 4
"""Letters of a word in which only "o" and "u" stand for each other: Jong and Jung, but not Peng and Ping."""


def alike(a: Part, b: Part, *, vowels: bool, inflected: bool = False) -> bool:
    """Whether two words are spellings of one: the same consonants and, with ``vowels``, near vowels; their ends may differ
    where they are ``inflected``."""
    if a.latin == b.latin:
        return True
    if not (a.lossy or b.lossy):
        if frozenset((a.latin[0], b.latin[0])) in _APART:
            return False
        return any(_same_vowels(x, y, inflected) for x in _spellings(a.latin) for y in _spellings(b.latin))
    if (a.lossy and b.lossy) or "han" in {a.script, b.script} or not (_long_vowels(a, b) and _long_vowels(b, a)):
        return False
    shared = coarse(a) & coarse(b)
    if not vowels or not all(_VOWEL.search(w.latin) for w in (a, b)):
        return bool(shared)
    return bool(shared) and any(
        _same_vowels(x.translate(_COARSE), y.translate(_COARSE), inflected)
        for x in _spellings(a.latin)
        for y in _spellings(b.latin)
    )


def _long_vowels(a: Part, b: Part) -> bool:
    """Whether a word without short vowels has the long ones that another prints: Hussein is not Hassan, nor Mahmoud Mohammed."""
    if a.script != "abjad":
        return True
    if re.search("ou|oo|ee", b.latin) and not re.search("[wy]", a.latin):
        return False
    agreed = []
    for x, y in product(_spellings(a.latin.replace("w", "u")), _spellings(b.latin)):
        if _VOWEL.sub("", x).translate(_COARSE) == _VOWEL.sub("", y).translate(_COARSE):
            needed = [(p, q) for p, q in zip(_slots(x), _slots(y), strict=True) if p]
            agreed.append(all("i" not in p or set(q) & set("ei") or p == "ui" for p, q in needed))
    return any(agreed) or not (agreed or "y" in a.latin)


def _same_vowels(a: str, b: str, inflected: bool) -> bool:
    if a == b:
        return True
    if _VOWEL.sub("", a) != _VOWEL.sub("", b) or min(len(a), len(b)) <= 3:
        return False
    slots = list(zip(_slots(a), _slots(b), strict=True))
    if not inflected and not _same_end(*slots[-1]):
        return False
    if bool(slots[0][0]) != bool(slots[0][1]):
        return False
    if min(len(a), len(b)) <= _SHORT and any(_apart(x, y) and {x, y} != {"o", "u"} for x, y in slots):
        return False
    missing = sum(not x or not y for x, y in slots[:-1] if x != y)
    return missing <= 1 and sum(_apart(x, y) for x, y in slots) <= _MOST


def _slots(word: str) -> list[str]:
    return re.split(r"[^aeiou]", word)


def _apart(x: str, y: str) -> int:
    """How far two groups of vowels lie apart: 0 for the same, 1 for near ones, 2 for "a" and "o", more for others."""
    if x == y:
        return 0
    if not x or not y or set(x) & set(y) or any({p, q} in _NEAR for p in x for q in y):
        return 1
    return 2 if {x, y} == {"a", "o"} else _MOST + 1


def _same_end(x: str, y: str) -> bool:
    """A final "a", or "o", tells Ivanova from Ivanov and Maria from Mario."""
    return (x[-1:] == y[-1:]) or {x[-1:], y[-1:]} <= {"e", "i"} or {x[-1:], y[-1:]} == {"o", "u"}


@lru_cache(1 << 16)
def _spellings(word: str) -> frozenset[str]:
    """A word with one letter for each sound; "j" and "ch" have two."""
    readings = {
        word,
        word.replace("q", "g"),
        re.sub("j", "1", word),
        re.sub("(?<![st])ch", "1", word),
        re.sub("(?<!s)ch", "kh", word),
    }
    return frozenset(_respell(r.replace("ch", "1") if "sch" not in r and "tch" not in r else r) for r in readings)


def _respell(word: str) -> str:
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


@lru_cache(1 << 16)
def fine(word: Part) -> frozenset[str]:
    """The consonants of a word, by which its spellings in one kind of script agree."""
    if word.lossy:
        return frozenset({word.latin})
    return frozenset(_VOWEL.sub("", spelling) or spelling[:1] for spelling in _spellings(word.latin))


@lru_cache(1 << 16)
def coarse(word: Part) -> frozenset[str]:
    """The consonants of a word in classes that no script splits, also with an "r" that is not heard; "w" is a vowel too in
    scripts that write none."""
    heard_h = re.sub(r"(?<![bcdgkpstz])h(?!$)", "H", word.latin)
    latin = {heard_h, heard_h.replace("w", "")} if word.lossy else {word.latin, heard_h}
    latin |= {form.removesuffix("h") for form in latin if len(form) > _SHORT}
    spelled = {spelling for form in latin for spelling in _spellings(form)}
    heard = set()
    for form in spelled | {re.sub(r"r(?=[^aeiou])|r$", "", spelling) for spelling in spelled}:
        consonants = re.sub(r"[aeiou]", "", form.replace("ng", "n")).lower().translate(_COARSE)
        heard.add(re.sub(r"(.)\1+", r"\1", consonants) or form[:1])
    return frozenset(heard)
