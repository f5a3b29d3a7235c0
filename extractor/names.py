"""Whether two names can be of one person, or of one organisation, whatever their script, spelling and order.

Names are compared word by word in the Latin letters of rigour's transliteration, by how they sound (``sounds``). rigour's own tagger of names knows more (the Wikidata items of given names), but takes twelve seconds and 380 MB to load.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations, product
from typing import Literal, NamedTuple

from .languages import any_of, table
from .sounds import Part, alike, coarse, fine

Likeness = Literal["same", "perhaps", "no"]
"""``perhaps``: a bare surname, an initial, an acronym, a part or the order that differs. Something else must speak for it."""


_SCRIPTS = {"abjad": re.compile(r"[\u0590-\u08ff]"), "han": re.compile(r"[\u3400-\u9fff]")}
_LOSSY = re.compile(r"[\u0590-\u08ff\u0900-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_UNSPACED = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]{3,}")

_LETTERS = {"ντ": "δ", "Ντ": "Δ", "μπ": "b", "Μπ": "B", "γκ": "γ", "Γκ": "Γ", "ة": ""}
"""How Greek writes sounds for which it has no letter; the silent ending of Arabic."""
ROUGH = "~"
_PATRONYMIC = re.compile(r"(?:[oe]vi[ct]h?|[oe]v[iy]ch|i[ct]h|[oe]vna|i?chna|ovych|ivna|yich)$")
"""A middle name that texts leave out as they please; another one may tell two people apart."""
_SURNAMES = frozenset({"king", "prince", "major", "marshal"})
"""Titles that are surnames too."""
_LONG = 6
"""Letters that a name at least has whose spaces can be left out of account."""
_KEEPS_S = 4
"""Letters of the longest word whose final "s" is no plural's."""
_ENOUGH = 2
"""Parts of a full name; consonants of a word that its consonants alone make known."""


def person(left: str, right: str) -> Likeness:
    """Whether two names can be of one person. Symmetric."""
    a, b = sorted((parts(left), parts(right)), key=lambda p: (len(p), p))
    if not a or not b:
        return "no"
    if (found := _joined(a, b)) != "no":
        return found
    pairs = _aligned(a, b)
    if pairs is None:
        return "no"
    if len(a) < _ENOUGH:
        return "same" if len(b) == 1 and not b[0].lossy and not a[0].lossy else "perhaps"
    if any(p.lossy for p in (*a, *b)):
        return "same" if left == right else "perhaps"
    initials = any(min(len(a[i].latin), len(b[j].latin)) == 1 < max(len(a[i].latin), len(b[j].latin)) for i, j in pairs)
    in_order = [j for _, j in pairs] == sorted(j for _, j in pairs)
    ends = {0, len(b) - 1} <= {j for _, j in pairs}
    middle = [p.latin for j, p in enumerate(b) if j not in {k for _, k in pairs}]
    usual = all(len(latin) == 1 or _PATRONYMIC.search(latin) for latin in middle)
    return "same" if in_order and ends and usual and not initials else "perhaps"


def organisation(left: str, right: str) -> Likeness:
    """Whether two names can be of one organisation, apart from its country. Symmetric."""
    a, b = sorted((_organisation(left), _organisation(right)), key=lambda o: (len(o.words), o))
    if a.numbers != b.numbers or not a.words or not b.words:
        return "no"
    if len(a.words) == len(b.words) and _each(a.words, b.words):
        return "perhaps" if a.form != b.form and all((a.form or a.generic, b.form or b.generic)) else "same"
    return "perhaps" if acronym(left, right) or acronym(right, left) else "no"


def is_full(name: str) -> bool:
    """Whether a person's name has more than one part; three signs of Han or Hangul without a space are such a name."""
    return len(parts(name)) > 1 or bool(_UNSPACED.fullmatch(name.strip()) and parts(name))


def is_acronym(name: str) -> bool:
    """Whether a name is so short an acronym that others bear it too: RSF is Reporters sans frontières as well."""
    return name.isupper() and bool(re.fullmatch(r"[^\W\d_]{2,4}", name.replace(".", "")))


def acronym(short: str, name: str) -> bool:
    """Whether ``short`` is made of the initials of ``name``."""
    letters = re.sub(r"[\s.]", "", short)
    if not 1 < len(letters) <= 7 or not letters.isupper():
        return False
    return _latin(letters) in _initials(name)


def is_lossy(name: str) -> bool:
    """Whether only the rough sounds of a name are known in Latin letters."""
    return bool(_LOSSY.search(name))


def keys(name: str) -> frozenset[str]:
    """Keys of which two names share at least one if they can be of the same person or organisation. A key with "+" stands
    for two parts of a person's name, "=" for an organisation, another for a single part. Those that begin with ``ROUGH`` matter
    only where one of the two names is lossy."""
    return person_keys(name) | organisation_keys(name)


@lru_cache(1 << 17)
def person_keys(name: str) -> frozenset[str]:
    """The keys of a name of a person."""
    return frozenset(_person_keys(name))


@lru_cache(1 << 17)
def organisation_keys(name: str) -> frozenset[str]:
    """The keys of a name of an organisation."""
    return frozenset(_organisation_keys(name))


# People --------------------------------------------------------------------------------------------------------------


@lru_cache(1 << 17)
def parts(name: str) -> tuple[Part, ...]:
    """The parts of a person's name, without titles and particles."""
    bare = _behind().sub("", name.strip())
    first, comma, rest = bare.partition(",")
    if comma:  # "Shoigu, Sergei" and "Sergei Shoigu, the defence minister"
        bare = first if set(_tokens(rest)) & _words("person", "titles") else f"{rest} {first}"
    found = [Part(latin, script) for word in re.split(r"[\s\-‐–·・]+", bare) for latin, script in _words_of(word)]
    titles = _words("person", "titles")
    if found and found[-1].latin in titles - _SURNAMES:  # "Russian president" names nobody
        return ()
    last = max((i for i, p in enumerate(found[:-1]) if p.latin in titles), default=-1)
    given = found[last + 1 :]
    return tuple(p for p in given if p.latin not in _words("person", "particles")) or tuple(given)


def _script(word: str) -> str:
    found = next((script for script, letters in _SCRIPTS.items() if letters.search(word)), "syllables")
    return found if _LOSSY.search(word) else ""


def _words_of(word: str) -> Iterator[tuple[str, str]]:
    script = _script(word)
    latin = "".join(_tokens(word))
    if script == "abjad" and latin.startswith("al") and len(latin) > 3:  # the Arabic article, written together
        latin = latin[2:]
    if latin:
        yield latin, script


def _joined(a: Sequence[Part], b: Sequence[Part]) -> Likeness:
    """Names that differ in spacing only: "Xi Jin Ping", and those of scripts that use no spaces."""
    left, right = ("".join(p.latin for p in parts_) for parts_ in (a, b))
    if left == right:
        return "perhaps" if a[0].lossy and len(a) > 1 else "same"
    if a[0].lossy == b[0].lossy or len(a) == len(b) or min(len(left), len(right)) < _LONG:
        return "no"
    return "perhaps" if alike(Part(left, a[0].script), Part(right, b[0].script), vowels=True) else "no"


def _aligned(a: Sequence[Part], b: Sequence[Part]) -> list[tuple[int, int]] | None:
    """For each part of the shorter name one of the longer, each used once; the same place is tried first."""
    free = list(range(len(b)))
    pairs = []
    for i, part in enumerate(a):
        ways = sorted((j for j in free if _matches(part, b[j])), key=lambda j: (part.latin != b[j].latin, abs(i - j)))
        if not ways:
            return None
        free.remove(ways[0])
        pairs.append((i, ways[0]))
    return pairs


def _matches(a: Part, b: Part) -> bool:
    if min(len(a.latin), len(b.latin)) == 1:
        return a.latin[0] == b.latin[0]
    return alike(a, b, vowels=not (a.lossy or b.lossy))


def _person_keys(name: str) -> Iterator[str]:
    found = parts(name)[:6]
    joined = Part("".join(p.latin for p in found), next((p.script for p in found if p.script), ""))
    for mark, sounds_of in (("", fine), (ROUGH, coarse)):
        sounds = [sounds_of(p) for p in found]
        for one in sounds:
            yield from (mark + sound for sound in one)
        for left, right in combinations(sounds, 2):
            yield from (mark + "+".join(sorted(pair)) for pair in product(left, right))
        if found:
            yield from (f"{mark}{sound}+" for sound in sounds_of(joined))
    yield from (f"{p.latin[0]}." for p in found)


# Organisations -------------------------------------------------------------------------------------------------------


class _Organisation(NamedTuple):
    words: tuple[Part, ...]
    numbers: tuple[str, ...]
    form: str
    """The class of its legal form, or ""."""
    generic: bool


@lru_cache(1 << 17)
def _organisation(name: str) -> _Organisation:
    from rigour.names import extract_org_types

    forms = {kind: _words("organisation", kind) for kind in ("jsc", "llc", "corp")}
    plain = name.casefold()
    for found, _ in extract_org_types(plain):
        plain = re.sub(rf"(?<!\w){re.escape(found)}(?!\w)", _class_of(found, forms), plain)
    words = [p for word in re.split(r"[\s\-‐–/&]+", plain) for p in _org_words(word)]
    form = next((kind for p in words for kind in forms if p.latin in forms[kind] | {kind}), "")
    named = [p for p in words if not any(p.latin in forms[kind] | {kind} for kind in forms)]
    core = [p for p in named if p.latin not in _words("organisation", "generic")]
    numbers = tuple(sorted(m[0].lstrip("0") for p in core if (m := re.match(r"\d+", p.latin))))
    plain_words = tuple(sorted(p for p in core if not p.latin[0].isdigit()))
    return _Organisation(plain_words, numbers, form, len(core) < len(named))


def _class_of(form: str, forms: dict[str, frozenset[str]]) -> str:
    latin = "".join(_tokens(form))
    return next((kind for kind, words in forms.items() if latin in words), "corp")


def _org_words(word: str) -> Iterator[Part]:
    for written in _tokens(word):
        if written == "s":  # "Russia's"
            continue
        latin = _respelled().get(written, written)
        one = latin[:-1] if len(latin) > _KEEPS_S and re.search("(?<![asup])s$", latin) else latin
        yield Part(_respelled().get(one, one), _script(word))


def _each(a: Sequence[Part], b: Sequence[Part]) -> bool:
    """Whether the words agree one by one, in whatever order."""
    free = list(b)
    for word in a:
        match = next((w for w in free if alike(word, w, vowels=not (word.lossy or w.lossy), inflected=True)), None)
        if match is None:
            return False
        free.remove(match)
    return True


def _organisation_keys(name: str) -> Iterator[str]:
    found = _organisation(name)
    number = "".join(f"#{n}" for n in found.numbers)
    for mark, sounds_of in (("", fine), (ROUGH, coarse)):
        for sounds in product(*(sorted(sounds_of(w)) for w in found.words[:4])):
            yield mark + "=" + " ".join(sorted(sounds)) + number
    yield from (f"={initials}." for initials in _initials(name))
    letters = re.sub(r"[\s.]", "", name)
    if 1 < len(letters) <= 7 and letters.isupper():
        yield f"={_latin(letters)}."


@lru_cache(1 << 17)
def _initials(name: str) -> frozenset[str]:
    """What an acronym of a name of several words can be: with its small words, and without."""
    words = [w for w in _tokens(name) if w != "s"]
    if len(words) < _ENOUGH:
        return frozenset()
    small = [w for w in words if len(w) > 3 or w not in _words("organisation", "generic")]
    return frozenset("".join(w[0] for w in chosen) for chosen in (words, small) if len(chosen) > 1)


# Words ---------------------------------------------------------------------------------------------------------------


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"['’ʼʹ`?]", "", _latin(text)))


@lru_cache(1 << 17)
def _latin(text: str) -> str:
    from rigour.text.translit import ascii_text

    for letters, sound in _LETTERS.items():
        text = text.replace(letters, sound)
    return ascii_text(text.strip().replace(".", " ")).casefold()


@cache
def _behind() -> re.Pattern[str]:
    return re.compile(rf"\s?(?:{any_of(_words('person', 'behind'))})$")


@cache
def _words(section: str, key: str) -> frozenset[str]:
    return frozenset(table("namewords")[section][key].split(", "))


@cache
def _respelled() -> dict[str, str]:
    return {form: word for word, forms in table("namewords")["respelled"].items() for form in forms.split(", ")}
