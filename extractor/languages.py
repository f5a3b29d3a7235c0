"""Languages: the primary one of a tag, and the words that the tables beside this module have for it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError

UNSPACED = frozenset({"ja", "km", "ko", "lo", "my", "th", "yue", "zh"})
"""Languages in which no space need stand between a figure, or a word, and the next word."""


@lru_cache(256)
def primary(tag: str) -> str:
    """The primary language of a tag ("zh" of "zh-Hant", "cmn"), if CLDR knows it; English otherwise."""
    code = re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]
    try:
        return str(Locale.parse(code).language) if re.fullmatch("[a-z]{2,3}", code) else "en"
    except (UnknownLocaleError, ValueError):
        return "en"


@cache
def table(name: str) -> Mapping[str, Mapping[str, str]]:
    """The table ``<name>.toml``: for each language the words, between commas, by what they mean."""
    text = files("extractor").joinpath(f"{name}.toml").read_text("utf-8")
    meanings: dict[str, dict[str, str]] = tomllib.loads(text)
    return meanings


def entries(name: str, language: str) -> Iterator[tuple[str, str]]:
    """The words of a language in a table, each as what it means and the word."""
    for meaning, words in table(name).get(language, {}).items():
        yield from ((meaning, word) for word in words.split(", "))


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
