"""Articles as they lie on disk: found, read, split into numbered sentences with raw offsets."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from .defects import find_defects
from .errors import UnreadableArticle, UsageError
from .languages import guess
from .schemas import Defect, SegmentRun, Skipped
from .schemas.evidence import Segment

SUFFIX = ".txt"
LANGUAGE_SAMPLE = 1_000
"""Characters that the language is guessed from: the guess takes milliseconds per 10 KB, and does not change after this."""

METADATA_FIELDS = ("title", "outlet", "agency", "byline", "url", "published")


class Sentence(NamedTuple):
    """One sentence of an article: ``raw[start:end]``, without outer white space."""

    number: int
    """Counted from 1 in reading order."""
    start: int
    end: int
    paragraph: int
    """Number of its paragraph, from 1."""
    segment: Segment


NEIGHBOURS = 2
"""Sentences of the same paragraph, on either side of an order to software, that are taken for part of it: such a passage
goes on in plain words ("The crates went the other way.") that no detector can tell from news."""


@dataclass(frozen=True)
class Document:
    """One article in memory: its raw text and what can be told of it without a model."""

    path: str
    """As given, forward slashes."""
    raw: str
    """The text, decoded from UTF-8 and otherwise untouched: offsets everywhere count its code points."""
    sha256: str
    """Of the file's bytes."""
    language: str
    """ISO 639-1."""
    sentences: tuple[Sentence, ...]
    """In reading order; between them only white space."""
    metadata: Mapping[str, str]
    """Of ``METADATA_FIELDS``, what is known from outside the text."""

    @property
    def id(self) -> str:
        """Stable id, from content."""
        return f"article:{self.sha256[:12]}"

    @cached_property
    def defects(self) -> list[Defect]:
        """What is wrong with the text."""
        return find_defects(self.raw)

    @cached_property
    def suspect(self) -> frozenset[int]:
        """Numbers of the sentences that give orders to the reader's software, and of their neighbours."""
        orders = [(d.start, d.end) for d in self.defects if d.kind == "instruction_like"]
        if not orders:
            return frozenset()
        given = [s for s in self.sentences if any(start < s.end and s.start < end for start, end in orders)]
        return frozenset(
            near.number
            for s in given
            for near in self.sentences[max(0, s.number - 1 - NEIGHBOURS) : s.number + NEIGHBOURS]
            if near.paragraph == s.paragraph
        )

    @property
    def headline(self) -> str | None:
        """The headline as printed."""
        first = next((s for s in self.sentences if s.segment == "headline"), None)
        return self.raw[first.start : first.end] if first else None

    @property
    def segments(self) -> list[SegmentRun]:
        """The parts of the page, in order."""
        return [
            SegmentRun(segment=segment, first=run[0].number, last=run[-1].number)
            for segment, group in groupby(self.sentences, key=lambda s: s.segment)
            for run in [list(group)]
        ]


def find(paths: Iterable[str | Path]) -> tuple[list[Path], list[Skipped]]:
    """The article files that ``paths`` name, each once, and the other files of the folders among them.

    A file is taken as it is; a folder gives every ``.txt`` file below it, sorted, hidden ones left out.
    Raises UsageError for a path that doesn't exist and a folder without articles.
    """
    files: dict[Path, None] = {}
    skipped: list[Skipped] = []
    for path in map(Path, paths):
        if path.is_dir():
            below = [f for f in sorted(path.rglob("*")) if f.is_file() and not _hidden(f.relative_to(path))]
            articles = [f for f in below if f.suffix == SUFFIX]
            if not articles:
                raise UsageError(
                    f"{path}: no {SUFFIX} file in this folder; articles are plain text files named *{SUFFIX}"
                )
            files.update(dict.fromkeys(articles))
            skipped += [Skipped(path=name_of(f), reason=f"not a {SUFFIX} file") for f in below if f.suffix != SUFFIX]
        elif path.exists():
            files[path] = None
        else:
            raise UsageError(f"{path}: no such file or folder; give article files or folders of {SUFFIX} files")
    if not files:
        raise UsageError(f"nothing to read: give article files or folders of {SUFFIX} files")
    return list(files), skipped


def name_of(path: Path) -> str:
    """How a file is named in messages and in the dataset: bytes of its name that are no UTF-8 stand as ``\\xff``."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def load(path: Path, metadata: Mapping[str, str] | None = None) -> Document:
    """The article in a file. Raises UnreadableArticle with what is wrong and what to do."""
    return decode(load_bytes(path), name_of(path), metadata)


def load_bytes(path: Path) -> bytes:
    """The content of a file. Raises UnreadableArticle with what is wrong and what to do."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableArticle(
            f"{name_of(path)}: cannot be read ({error.strerror}); check the path and its permissions"
        ) from error


def decode(data: bytes, path: str, metadata: Mapping[str, str] | None = None) -> Document:
    """The article in the bytes of a file. Raises UnreadableArticle with what is wrong and what to do."""
    if not data.strip():
        raise UnreadableArticle(f"{path}: the file is empty; remove it or put the article's text in")
    if b"\0" in data:
        raise UnreadableArticle(f"{path}: this is binary, not text; convert the article to plain UTF-8 text first")
    try:
        raw = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableArticle(
            f"{path}: not UTF-8 (byte {error.start}); convert it first, e.g. iconv -f WINDOWS-1252 -t UTF-8"
        ) from error
    return read(raw, path, metadata, sha256=hashlib.sha256(data).hexdigest())


def read(raw: str, path: str, metadata: Mapping[str, str] | None = None, *, sha256: str | None = None) -> Document:
    """The article in a string; ``path`` names it in messages and in the dataset.

    Halves of surrogate pairs, which are no characters and which no file of UTF-8 can hold, become U+FFFD.
    """
    raw = raw if sha256 else whole(raw)  # a file holds none
    language = guess(raw[:LANGUAGE_SAMPLE])
    return Document(
        path=whole(path),
        raw=raw,
        sha256=sha256 or hashlib.sha256(raw.encode()).hexdigest(),
        language=language,
        sentences=tuple(_sentences(raw, language)),
        metadata={name: whole(value) for name, value in (metadata or {}).items()},
    )


def whole(text: str) -> str:
    """The text with U+FFFD in place of halves of surrogate pairs."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)


_HALF = re.compile("[\ud800-\udfff]")


def load_metadata(path: Path) -> dict[str, dict[str, str]]:
    """What is known of articles from outside their text, by file name: a JSON list of objects with ``file`` and any of
    ``METADATA_FIELDS`` (``published`` in EDTF). Raises UsageError if the file is anything else.
    """
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
        return {row["file"]: {f: str(row[f]) for f in METADATA_FIELDS if row.get(f)} for row in rows}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(f'{path}: not a JSON list of objects with "file" ({error})') from error


def _hidden(relative: Path) -> bool:
    return any(part.startswith(".") for part in relative.parts)


# Sentences ----------------------------------------------------------------------------------------------------------

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_BLANK = re.compile(r"(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029])[^\S\n\r]*(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029])")
_SENTENCE_ENDS = tuple('.!?…。！？।؟۔"”’»)]:;')
_OUTER = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
)
"""All white space, and two characters that are as blank as that."""


_SPACED_STOP = re.compile(r"[^\S\x00-\x7f](?=\.)")
_STOP_BEHIND_SPACE = re.compile(r"\.(?<=[^\S\x00-\x7f]\.)")
"""The same, found sooner: most stops stand behind a letter."""


_INITIAL = "[A-ZÀ-ÞĀ-ŽЀ-ЯҐ]"
_BEFORE_NAMES = {
    "de": r"\d{1,3}",
    "en": "Sen|Rep|Gov|Gen|Lt|Col|Maj|Capt|Sgt|Adm|Cmdr|Mr|Mrs|Ms|Dr|Prof",
    "fr": f"{_INITIAL}|MM?|Mmes?|Mlles?|Mgr|Dr|Pr|[Gg]én|[Cc]ol|[Cc]dt|[Cc]ap|[Ll]t|[Ss]gt|[Ss]te?",
    "id": f"{_INITIAL}|Tn|Ny|Sdri?|Drs?|Ir|Hj?|Prof|Jend|Letjen|Mayjen|Brigjen|Kol",
    "it": "[Oo]n|[Ss]en|[Gg]en|[Cc]ol",
    "nl": "[Dd]hr|[Mm]evr|[Mm]w|[Gg]en|[Kk]ol|[Dd]r|[Pp]rof",
    "pl": f"{_INITIAL}|in|np|tzw|[Gg]en|[Pp]łk|[Mm]jr|[Kk]pt|[Pp]or|[Dd]r|[Pp]rof|[Mm]in|[Mm]gr|[Ii]nż|[Uu]l|[Ww]oj|św",
    "ru": "[Гг]ен|[Пп]олк|[Пп]роф|[Ии]м",
    "tr": rf"\d{{1,3}}|{_INITIAL}|Sn|Org|Orgen|Gen|Korg|Tümg|Tuğg|Alb|Yb|Dr|Prof|Doç|Av|Hz",
    "uk": f"{_INITIAL}|[Гг]ен|[Пп]роф|[Дд]р|[Пп]олк|[Вв]ул|[Мм]",
}
"""Titles, initials and ordinals ("die 3. Brigade") that a name follows and that sentencex 1.0.32 cuts behind. It knows
the abbreviations of English (not behind a hyphen: "then-Sen."), German, Spanish, Italian, Portuguese and Russian."""


_SHORT_WORD = re.compile(r"(?<![^\W_])[^\W_]{1,3}\.\s*\Z")


@cache
def _before_name(language: str) -> re.Pattern[str] | None:
    return re.compile(rf"(?<![^\W_])(?:{_BEFORE_NAMES[language]})\.\s*\Z") if language in _BEFORE_NAMES else None


def _split(language: str, paragraph: str) -> list[str]:
    """The sentences of a paragraph with all its characters, as many as it has.

    sentencex 1.0.32 breaks off on a non-ASCII space before a stop ("U\xa0."), and its PanicException is no Exception.
    """
    from sentencex import segment

    readable = _SPACED_STOP.sub(" ", paragraph) if _STOP_BEHIND_SPACE.search(paragraph) else paragraph
    try:
        pieces: list[str] = segment(language, readable)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return [paragraph]
    sentences = pieces[:1]
    for piece in pieces[1:]:
        if _goes_on(sentences[-1], piece, _before_name(language)):
            sentences[-1] += piece
        else:
            sentences.append(piece)
    return sentences


def _goes_on(piece: str, following: str, before_name: re.Pattern[str] | None) -> bool:
    """Whether the stop behind a piece is that of an abbreviation: a small letter or a name follows it."""
    first, end = following[:1], max(0, len(piece) - 16)
    if first.islower() and _SHORT_WORD.search(piece, end):
        return True
    return before_name is not None and (first.isalpha() or first == "-") and before_name.search(piece, end) is not None


def _sentences(raw: str, language: str) -> Iterator[Sentence]:
    paragraphs = list(_paragraphs(raw))
    segments = _classify([raw[start:end] for start, end in paragraphs])
    number = 0
    for paragraph, ((start, end), segment) in enumerate(zip(paragraphs, segments, strict=True), start=1):
        position = start
        for piece in _split(language, raw[start:end]):  # the pieces hold every character of the paragraph
            a, b = _trim(piece, position)
            position += len(piece)
            if a < b:
                number += 1
                yield Sentence(number, a, b, paragraph, segment)


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
        and sum(not _is_ended(line) for line in long) > len(long) * 0.6
    )


def _is_ended(text: str) -> bool:
    return text.rstrip().endswith(_SENTENCE_ENDS)


def _trim(piece: str, start: int) -> tuple[int, int]:
    """Where a piece begins and ends without its outer white space, if its first character is at ``start``."""
    rest = piece.lstrip(_OUTER)
    start += len(piece) - len(rest)
    return start, start + len(rest.rstrip(_OUTER))


# Segments -----------------------------------------------------------------------------------------------------------

_BULLET = re.compile(r"^[•‣▪◦●·*–—-]\s")
_CREDIT = re.compile(
    r"\b(?:AP|AFP|EPA|Reuters|TASS|Xinhua|Yonhap|KCNA)\s*(?:Photo|/)|/(?:AP|AFP|EPA|Reuters)\b|\bGetty Images\b"
    r"|\bvia (?:AP|AFP|EPA|Reuters|Getty|Associated Press)\b"
    r"|\b(?:image|photo|picture)s? (?:released|provided|taken|made available) by\b|\bfile (?:photo|picture)\b"
    r"|\((?:photo|foto|image)[^)]*\)|\b(?:Photo|Foto|Image credit|Crédit photo|Bild)\s?:",
    re.IGNORECASE,
)
_CREDIT_SIGNS = (
    *("/", "photo", "foto", "image", "picture", "getty", "bild"),
    *("via ap", "via afp", "via epa", "via reuters", "via associated press"),
)
"""What any credit holds one of, folded: quicker to look for."""
_DATELINE = re.compile(r"^[^.!?]{2,60}?\s?(?:—|–|--| - |\([A-Z][\w ]+\))")
"""PLACE — text, PLACE (AGENCY) text: where a report begins, however much it repeats the headline."""
_FURNITURE = re.compile(
    r"(?:read (?:the original|more|also)\b|more to read|sign up\b|subscribe\b|share this|follow us|advertisement\b"
    r"|related (?:stories|articles)|all rights reserved|copyright\b|©|you may occasionally receive|click here"
    r"|already a subscriber|to continue reading|cookies?\b|newsletter\b|the (?:most important )?stories .* inbox"
    r"|this article (?:originally|first) appeared)",
    re.IGNORECASE,
)
"""What a paragraph of the page's own begins with."""
_INBOX = re.compile(r"in your inbox\b", re.IGNORECASE)


def _classify(paragraphs: list[str]) -> list[Segment]:
    """The part of the page that each paragraph belongs to. Where nothing tells it, it is body."""
    segments: list[Segment] = []
    headline: set[str] | None = None
    folded = [_fold(text) if len(text) < 500 else "" for text in paragraphs]
    page = "\n".join(folded)
    signs = [sign for sign in _CREDIT_SIGNS if sign in page]
    before: set[Segment] = set()
    for index, text in enumerate(paragraphs):
        segment: Segment = "body"
        if len(text) < 200 and _is_furniture(text, folded[index]):
            segment = "boilerplate"
        elif _is_credit(text, folded[index], signs) or ("body" in before and _is_doubled(text, paragraphs, index)):
            segment = "caption"
        elif headline is None and "body" not in before and _is_headline(text):
            segment, headline = "headline", _words(text)
        elif "body" not in before and _BULLET.match(text):
            segment = "summary"
        elif headline and segments[-1] == "headline" and not _DATELINE.search(text) and _repeats(text, headline):
            segment = "deck"
        segments.append(segment)
        before.add(segment)
    return segments


def _is_furniture(text: str, folded: str) -> bool:
    if _FURNITURE.match(text) or "글자 크기" in text or "다음뉴스" in text:
        return True
    return "inbox" in folded and _INBOX.search(text) is not None


def _fold(text: str) -> str:
    """Without case, as IGNORECASE takes it: the Turkish letters count as i."""
    return text.casefold().replace("ı", "i").replace("i\u0307", "i")


def _is_credit(text: str, folded: str, signs: list[str]) -> bool:
    """``signs``: those of ``_CREDIT_SIGNS`` that stand on the page, one of which a credit must hold."""
    return any(sign in folded for sign in signs) and _CREDIT.search(text) is not None


def _is_doubled(text: str, paragraphs: list[str], index: int) -> bool:
    """Web pages print a photograph's caption twice, for the eye and for screen readers."""
    if len(text) >= 500:
        return False
    for other in paragraphs[max(0, index - 1) : index] + paragraphs[index + 1 : index + 2]:
        if text == other or (len(text) > 40 and text in other) or (len(other) > 40 and other in text):
            return True
    return False


def _is_headline(text: str) -> bool:
    return len(text) < 250 and not _is_ended(text.rstrip("'\"”’»")) and len(_words(text)) >= 3


def _repeats(text: str, headline: set[str]) -> bool:
    words = _words(text)
    return len(text) < 250 and len(words & headline) * 2 >= min(len(words), len(headline))


def _words(text: str) -> set[str]:
    return {w for w in re.findall(r"\w+", text.casefold()) if len(w) > 3}
