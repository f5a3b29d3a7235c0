"""Sentences, numbered, with their offsets in the raw text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from .schemas.evidence import Segment
from .segments import classify, is_ended


class Sentence(NamedTuple):
    """One sentence of an article: ``raw[start:end]``, without outer white space."""

    number: int
    """Counted from 1 in reading order."""
    start: int
    end: int
    paragraph: int
    """Number of its paragraph, from 1."""
    segment: Segment


def split(raw: str, language: str) -> Iterator[Sentence]:
    """The sentences of an article in that language (ISO 639-1), in reading order; between them only white space."""
    paragraphs = list(_paragraphs(raw))
    segments = classify([raw[start:end] for start, end in paragraphs])
    number = 0
    for paragraph, ((start, end), segment) in enumerate(zip(paragraphs, segments, strict=True), start=1):
        position = start
        for piece in _cut(language, raw[start:end]):  # the pieces hold every character of the paragraph
            a, b = _trim(piece, position)
            position += len(piece)
            if a < b:
                number += 1
                yield Sentence(number, a, b, paragraph, segment)


_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_BLANK = re.compile(r"(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029])[^\S\n\r]*(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029])")
_OUTER = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
)
"""All white space, and two characters that are as blank as that."""


_SPACED_STOP = re.compile(r"[^\S\x00-\x7f](?=\.)")
_STOP_BEHIND_SPACE = re.compile(r"\.(?<=[^\S\x00-\x7f]\.)")
"""The same, found sooner: most stops stand behind a letter."""


_INITIAL = "[A-ZÀ-ÞĀ-ŽЀ-ЯҐ]"
_ABBREVIATIONS = {
    "ar": r"\w",
    "cs": "[Gg]en|[Pp]lk|[Pp]pplk|[Mm]jr|[Kk]pt|[Pp]or|[Dd]oc|[Ss]v|[Čč]l|[Tt]zv",
    "de": r"\d{1,3}",
    "en": "Sen|Rep|Gov|Gen|Lt|Col|Maj|Capt|Sgt|Adm|Cmdr|Amb|Mr|Mrs|Ms|Dr|Prof|Ft|[Pp]aras?",
    "es": "Cnel|Mons|[Mm]ill?",
    "fa": r"\w",
    "fr": f"{_INITIAL}|MM?|Mmes?|Mlles?|Mgr|Dr|Pr|[Gg]én|[Gg]al|[Cc]ol|[Cc]dt|[Cc]ap|[Ll]t|[Ss]gt|[Aa]mb|[Ss]te?|Cie|[Aa]rt|[Rr]és",
    "id": f"{_INITIAL}|Tn|Ny|Sdri?|Drs?|Ir|Hj?|Prof|Jend|Letjen|Mayjen|Brigjen|Kol|Inf|Pol|Jl|Rp",
    "it": "[Oo]n|[Ss]en|[Gg]en|[Cc]ol|[Rr]is|n",
    "nl": "[Dd]hr|Lt|[Mm]evr|[Mm]w|[Gg]en|[Kk]ol|[Dd]r|[Pp]rof",
    "pl": f"{_INITIAL}|in|np|tzw|[Gg]en|[Pp]łk|[Mm]jr|[Kk]pt|[Pp]or|[Dd]r|[Pp]rof|[Mm]in|[Mm]gr|[Ii]nż|[Kk]s|[Uu]l|[Aa]l|[Ww]oj|[Ii]m"
    "|św|[Aa]rt|[Oo]k|[Rr]ez",
    "pt": "[Cc]el|[Cc]ia|[Rr]es|n",
    "ru": r"[Гг]ен|[Пп]олк|[Пп]роф|[Ии]м|[Сс]т|[Рр]ез|[Оо]к|т\.\s?е",
    "tr": rf"\d{{1,3}}|{_INITIAL}|Sn|Org|Orgen|Gen|Korg|Tümg|Tuğg|Alb|Yb|Dr|Prof|Doç|Av|Hz",
    "uk": rf"{_INITIAL}|[Гг]ен|[Лл]ейт|[Пп]роф|[Дд]р|[Пп]олк|[Вв]ул|[Мм]|[Оо]к|[Бб]л|т\.\s?зв",
}
"""Titles, initials, ordinals ("die 3. Brigade") and words like "about" that a name or a number follows and that sentencex
1.0.32 cuts behind. It knows many abbreviations of English, German, Spanish, Italian, Portuguese and Russian, few of others."""


_LONGEST = 9
"""Characters of the longest of these, of its stop and of a space."""
_SHORT_WORD = re.compile(r"(?<![^\W_])[^\W_]{1,3}\.\s*\Z")


@cache
def _abbreviation(language: str) -> re.Pattern[str] | None:
    return re.compile(rf"(?<![^\W_])(?:{_ABBREVIATIONS[language]})\.\s*\Z") if language in _ABBREVIATIONS else None


def _cut(language: str, paragraph: str) -> list[str]:
    """The sentences of a paragraph with all its characters, as many as it has.

    sentencex 1.0.32 breaks off on a non-ASCII space before a stop ("U\xa0."), and its PanicException is no Exception.
    """
    from sentencex import segment

    has_one = not paragraph.isascii() and _STOP_BEHIND_SPACE.search(paragraph)
    readable = _SPACED_STOP.sub(" ", paragraph) if has_one else paragraph
    try:
        pieces: list[str] = segment(language, readable)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return [paragraph]
    abbreviation = _abbreviation(language)
    sentences = pieces[:1]
    for piece in pieces[1:]:
        if _goes_on(sentences[-1], piece, abbreviation):
            sentences[-1] += piece
        else:
            sentences.append(piece)
    return sentences


def _goes_on(piece: str, following: str, abbreviation: re.Pattern[str] | None) -> bool:
    """Whether the stop behind a piece is that of an abbreviation: a small letter, a name or a number follows it."""
    first, end = following[:1], max(0, len(piece) - _LONGEST)
    if first.islower() and _SHORT_WORD.search(piece, end):
        return True
    return (
        abbreviation is not None and (first.isalnum() or first == "-") and abbreviation.search(piece, end) is not None
    )


def _paragraphs(raw: str) -> Iterator[tuple[int, int]]:
    """Pieces that no sentence crosses: lines, or blocks between blank lines where the text is hard-wrapped."""
    lines = [m.span() for m in _LINE.finditer(raw)]
    spans = _blocks(raw) if _is_wrapped([raw[a:b] for a, b in lines]) else lines
    for first, last in spans:
        start, end = _trim(raw[first:last], first)
        if start < end:
            yield start, end


def _blocks(raw: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _BLANK.finditer(raw):
        yield start, gap.start()
        start = gap.end()
    yield start, len(raw)


def _is_wrapped(lines: list[str]) -> bool:
    """Whether lines end where the column ends rather than where the sentence does (RFC 3676 fixed text, e-mail)."""
    full = [line for line in lines if line.strip()]
    long = [line for line in full if len(line) >= 50]
    return (
        len(full) >= 6
        and max(map(len, full)) <= 100
        and len(long) >= len(full) // 2
        and sum(not is_ended(line) for line in long) > len(long) * 0.6
    )


def _trim(piece: str, start: int) -> tuple[int, int]:
    """Where a piece begins and ends without its outer white space, if its first character is at ``start``."""
    rest = piece.lstrip(_OUTER)
    start += len(piece) - len(rest)
    return start, start + len(rest.rstrip(_OUTER))
