"""What a weapon is called, whatever the article prints, and where three public lists have it.

Names. Number, articles, hyphens, calibres and the spellings of ``weapons.toml`` fold; adjectives stay, and no word is
translated, so that "artillery shells" and "снаряды" are two names. The systems of the table have one name in every
spelling and script: "Shahed136 drones", "Geran-2" and "Шахед-136" are "shahed-136".

Lists. A term falls under a class of the table: that of the system it names, else that of a word in it, else that of its
category. The rules are those of

- the UN Register of Conventional Arms: categories I to VII as amended up to the group of governmental experts of 2016
  (unmanned aircraft in IV and V, portable air defence in VII b), and the small arms reported beside them. VII a asks for
  a range of 25 km and leaves ground-to-air missiles out; III asks for 75 mm.
- the Common Military List of the European Union (C/2024/1945), whose 22 headings are those of Wassenaar's Munitions List;
- SIPRI's page "Sources and methods" of the Arms Transfers Database: artillery from 100 mm, unmanned aircraft from 20 kg,
  guided missiles, bombs and shells, no unguided rockets, no small arms, no ammunition.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from .languages import any_of, primary
from .schemas.weapon import WeaponCategory


class Crosswalk(NamedTuple):
    """Where public lists have a weapon; the fields are those of ``WeaponType``."""

    unroca: list[str]
    munitions_list: list[str]
    sipri_eligible: bool | None


def canonical(term: str, category: WeaponCategory, language: str = "en") -> str:
    """The name of a weapon: words joined by hyphens, several listed systems by "+", in the order of the alphabet.

    A listed system in a category of its own stands alone, without "drones" or "Iranian-made", unless the term names a part
    of it, what belongs to it, or another weapon beside it. The name of a name is that name.
    """
    code = primary(language)
    name = _named(term, category, code)
    while (again := _named(name, category, code)) != name:  # what folds may make an article, or a system
        name = again
    return name


@lru_cache(1 << 16)
def named_systems(term: str) -> frozenset[str]:
    """The listed systems that a term names, by their canonical names, in whatever spelling or script."""
    systems = _systems()
    return frozenset(systems.name(match) for match in systems.variants.finditer(_plain(term)))


def crosswalk(name: str, category: WeaponCategory) -> Crosswalk:
    """Where the lists have the weapon of this canonical name. It follows from the name and the category alone, so all
    articles agree on it."""
    unroca, munitions_list, eligible = _crosswalk(name, category)
    return Crosswalk(list(unroca), list(munitions_list), eligible)


_REGISTER = ["I", "II", "III", "IV", "V", "VI", "VII", "SALW"]


@lru_cache(1 << 14)
def _crosswalk(name: str, category: WeaponCategory) -> tuple[tuple[str, ...], tuple[str, ...], bool | None]:
    systems, words = _systems(), _words(category)
    known = [systems.classes[systems.name(match)] for match in systems.variants.finditer(_plain(name))]
    fitting = [code for code in known if category in _classes()[code]["categories"]]
    fitting = fitting or [words.classes[match[0]] for match in words.pattern.finditer(name)] or [category]
    chosen = [_classes()[code] for code in fitting]
    eligible = {c.get("sipri_eligible") for c in chosen}
    return (
        tuple(sorted({u for c in chosen for u in c["unroca"]}, key=_REGISTER.index)),
        tuple(sorted({m for c in chosen for m in c["munitions_list"]}, key=lambda m: int(m[2:]))),
        eligible.pop() if len(eligible) == 1 else None,
    )


# Names ----------------------------------------------------------------------------------------------------------------


class _Systems(NamedTuple):
    """The listed systems."""

    classes: dict[str, str]
    """By name."""
    names: list[str]
    """By the number of the group that matched."""
    pattern: re.Pattern[str]
    """Any spelling of any of them, but not of a variant ("S-300PMU", "Lancet-3")."""
    variants: re.Pattern[str]
    """The same with its variants: another weapon, and of the same class."""

    def name(self, match: re.Match[str]) -> str:
        """The system that was found."""
        return self.names[(match.lastindex or 1) - 1]


class _Words(NamedTuple):
    """What names a class within a category."""

    pattern: re.Pattern[str]
    classes: dict[str, str]
    """By word."""


class _Folding(NamedTuple):
    """How a language folds."""

    articles: frozenset[str]
    about: frozenset[str]
    joints: frozenset[str]
    forms: dict[str, str]
    pattern: re.Pattern[str]
    fixed: frozenset[str]
    """Words that are no plural, whatever they end in."""


_LETTER = "A-Za-zÀ-ɏͰ-ϿЀ-ԯ"
"""Letters of scripts that put spaces between words and write no article at the word."""
_DESIGNATION = re.compile(r"\d(?!\d*mm$)")
"""A figure that is no calibre: the term names one more weapon, which the table has not."""
_WORD = re.compile(r"[\w\u0900-\u0dff\u0e00-\u0eff]+")
"""Indic and Thai vowel signs are part of a word, which ``\\w`` doesn't know."""


@lru_cache(1 << 15)
def _named(term: str, category: WeaponCategory, language: str) -> str:
    plain, folding, systems = _plain(term), _folding(language), _systems()
    found = sorted({systems.name(match) for match in systems.pattern.finditer(plain)})
    if not found:
        return _folded(plain, language, folding) or "unnamed"
    if all(category in _classes()[systems.classes[name]]["categories"] for name in found):
        rest = {_singular(w, language, folding.fixed) for w in _WORD.findall(systems.pattern.sub(" ", plain))}
        others = len(found) == 1 and not folding.joints.isdisjoint(rest)
        if not others and folding.about.isdisjoint(rest) and not any(map(_DESIGNATION.search, rest)):
            return "+".join(found)
    spelled = systems.pattern.sub(lambda match: f" {systems.name(match)} ", plain)
    return _folded(spelled, language, folding) or "unnamed"


def _folded(plain: str, language: str, folding: _Folding) -> str:
    words = [_singular(word, language, folding.fixed) for word in _WORD.findall(plain)]
    text = folding.pattern.sub(lambda match: folding.forms[match[0]], " ".join(words))
    words = text.replace("-", " ").split()
    while len(words) > 1 and words[0] in folding.articles:
        del words[0]
    return "-".join(words)


def _singular(word: str, language: str, fixed: Iterable[str] = ()) -> str:
    """The singular of an English word; words of other languages have their forms in the table."""
    if language != "en" or not word.endswith("s") or word in fixed or not word.isascii():
        return word
    for ending, singular in _PLURALS:
        shorter, times = ending.subn(singular, word)
        if times:
            return shorter
    return word


_PLURALS = [
    (re.compile(ending), singular)
    for ending, singular in (
        (r"(?<=\d)s$", ""),
        (r"(?<=[a-z]{2})ies$", "y"),
        (r"(?<=ch|sh|ss)es$|(?<=[xz])es$", ""),
        (r"(?<=[a-z]{2}[^\Wsui\d])s$", ""),
    )
]


def _plain(term: str) -> str:
    """Lower case, digits and hyphens of one kind, calibres as "152mm", no accents; "Su30" as "su-30", "Shahed-131/136" in full."""
    plain = unicodedata.normalize("NFKC", term).casefold()
    if not plain.isascii():
        plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)
        marks = unicodedata.normalize("NFD", plain)
        plain = unicodedata.normalize("NFC", _MARKS.sub("", marks).replace("е\u0308", "е"))
        plain = _DASHES.sub("-", plain)
    if not _DIGIT.search(plain):
        return plain
    plain = _calibre().sub(r"\1mm ", plain)
    plain = _UNHYPHENED.sub(r"\1-\2", plain)
    return _SERIES.sub(r"\1-\2 \1-\3", plain) if "/" in plain else plain


_MARKS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+|[\u064b-\u065f\u0640\u200b-\u200f\u2060]")
_DASHES = re.compile("[–—−‑‐]")
_DIGIT = re.compile(r"\d")
_UNHYPHENED = re.compile(rf"(?<![{_LETTER}\d])([{_LETTER}]+)(\d)")
_SERIES = re.compile(rf"(?<![{_LETTER}])([{_LETTER}]+)[\s-](\d+)/-?(\d+)(?!\d)")


# The table ------------------------------------------------------------------------------------------------------------


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("extractor").joinpath("weapons.toml").read_text("utf-8"))


def _classes() -> Mapping[str, Any]:
    classes: Mapping[str, Any] = _table()["class"]
    return classes


@cache
def _calibre() -> re.Pattern[str]:
    return re.compile(rf"(\d)[\s-]*(?:{any_of(_table()['millimetres'].split(', '))})(?![{_LETTER}])")


@cache
def _systems() -> _Systems:
    spellings = [
        (alias, name, code)
        for code, entry in _classes().items()
        for name, aliases in entry.get("systems", {}).items()
        for alias in (name, *aliases.split(", "))
    ]
    spellings.sort(key=lambda spelling: (-len(spelling[0]), spelling))
    # An empty group after the letters, for where a pattern begins with a letter, `re` passes quickly over it.
    any_spelling = "|".join(f"{_spelling(alias)}()" for alias, _, _ in spellings)
    start, end = rf"(?<![{_LETTER}\d])", rf"(?![{_LETTER}\d])"
    variant = rf"-[{_LETTER}]{{1,3}}\d?{end}|[ -]\d{{1,4}}(?!\d|mm)"
    of_any_kind = rf"(?:(?<=\d)[{_LETTER}]{{1,4}}\d{{0,2}}|-[{_LETTER}]{{0,3}}\d{{0,4}})?{end}"
    return _Systems(
        classes={name: code for _, name, code in spellings},
        names=[name for _, name, _ in spellings],
        pattern=re.compile(rf"{start}(?:{any_spelling})(?:'?s)?{end}(?!{variant})"),
        variants=re.compile(rf"{start}(?:{any_spelling}){of_any_kind}"),
    )


def _spelling(alias: str) -> str:
    """ "Шах*д-136": any ending for the star, any white space or hyphens or none between words and figures."""
    parts = re.findall(r"\d+|[^\d\s-]+", _plain(alias.replace("*", "\0")))
    return r"[\s-]*".join(re.escape(part).replace("\0", r"\w{0,3}") for part in parts)


@cache
def _words(category: WeaponCategory) -> _Words:
    classes = {
        word: code
        for code, entry in _classes().items()
        if category in entry["categories"] and "words" in entry
        for word in entry["words"].split(", ")
    }
    return _Words(re.compile(rf"(?<![^\W_])(?<!anti-)(?:{any_of(classes) or '(?!)'})(?![^\W_])"), classes)


@cache
def _folding(language: str) -> _Folding:
    table = _table()["words"].get(language, {})
    fixed = frozenset(
        {*table.get("forms", {}), *(w for name in _systems().names for w in name.split("-")), "chassis", "series"}
    )
    forms = {
        " ".join(_singular(word, language, fixed) for word in _WORD.findall(_plain(form))): standard
        for standard, printed in table.get("forms", {}).items()
        for form in printed.split(", ")
    }
    return _Folding(
        articles=frozenset(table.get("articles", "").split(", ")),
        about=frozenset(table.get("about", "").split(", ")),
        joints=frozenset(table.get("joints", "").split(", ")),
        forms=forms,
        pattern=re.compile(rf"(?<!\S)(?:{any_of(forms) or '(?!)'})(?!\S)"),
        fixed=fixed,
    )
