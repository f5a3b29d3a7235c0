"""Languages: the primary one of a tag, and the words that the tables beside this module have for it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError

UNSPACED = frozenset({"ja", "km", "ko", "lo", "my", "th", "yue", "zh"})
"""Languages in which no space need stand between a figure, or a word, and the next word."""

DEPTH = 6
"""Bytes of the longest feature of py3langid's model."""


@lru_cache(256)
def primary(tag: str) -> str:
    """The primary language of a tag ("zh" of "zh-Hant", "cmn"), if CLDR knows it; English otherwise."""
    code = re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]
    try:
        return str(Locale.parse(code).language) if re.fullmatch("[a-z]{2,3}", code) else "en"
    except (UnknownLocaleError, ValueError):
        return "en"


@cache
def locale(code: str) -> Locale:
    """CLDR's data for a language or region.

    babel 2.18 keeps what it looks up for one locale in data that others share, so that after Hebrew the months of other
    languages may be Hebrew (https://github.com/python-babel/babel/issues/1234): here each has data of its own.
    """
    shared = Locale.parse(code)
    _ = shared.character_order  # it loads its data when it is first asked for something
    return deepcopy(shared)


def guess(text: str) -> str:
    """The language that a text is written in, ISO 639-1: what ``py3langid.classify`` says."""
    code, _ = _identifier().classify(text)
    return str(code)


@cache
def _identifier() -> Any:
    """py3langid's identifier, which takes 0.7 s to load, with its count of a text's features done for all bytes at once.

    Of the library's inner parts it uses the automaton (``tk_nextmove``, ``_rowbase``, ``tk_output``: its features are
    strings of at most ``DEPTH`` bytes, so that no byte before those bears on a state) and the scores of the features, which
    are 16-bit floats and finite; of a model with others the library's own count is taken. The features stand in the order of the
    text, as in the library's own count: so the sums are equal to the last bit.
    """
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    class Identifier(LanguageIdentifier):  # type: ignore[misc]  # py3langid has no types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.next, self.rows = np.asarray(self.tk_nextmove), np.array(self._rowbase, np.intp)
            self.features = np.array(self.tk_output)

        def _raw_score(self, text: bytes) -> Any:
            letters = np.frombuffer(text, np.uint8).astype(np.intp)
            states = np.zeros(len(letters), np.intp)
            for back in reversed(range(DEPTH)):
                states[back:] = self.next[self.rows[states[back:]] + letters[: max(0, len(letters) - back)]]
            found = self.features.take(states)
            found = found[found >= 0]
            if not len(found):
                return super()._raw_score(text)
            places = np.arange(len(found))
            first = np.empty(len(self.nb_ptc), np.intp)
            first[found[::-1]] = places[::-1]  # of the places of a feature, the last one written stays
            counts = np.bincount(first[found], minlength=len(found))
            distinct = counts > 0
            # numpy converts 16-bit floats one by one; as integers they are moved to their places in 32 bits at once, and
            # are then too small by the difference of the two exponents' biases (IEEE 754); infinities are not
            scores = self.nb_ptc.take(found[distinct], axis=0).view(np.int16).astype(np.int32)
            scores <<= 13
            scores &= ~0x70000000
            return np.log1p(counts[distinct].astype(np.float32)) @ scores.view(np.float32) * 2.0**112 + self.nb_pc

    identifier = Identifier.from_model_file(MODEL_FILE)
    return identifier if identifier.nb_ptc.dtype == np.float16 else LanguageIdentifier.from_model_file(MODEL_FILE)


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
