"""Articles as they lie on disk: found and read."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from .defects import find_defects
from .errors import UnreadableArticle, UsageError
from .languages import guess
from .schemas import Defect, SegmentRun, Skipped
from .sentences import Sentence, split

SUFFIX = ".txt"
LANGUAGE_SAMPLE = 500
"""Characters that the language is guessed from, out of the middle of the text: pages begin with menus and notices, often in
another language. (Of 125 texts in 19 languages all are told right. Behind 600 characters of furniture in English or German 3 of
165 are told wrong; by the first 1,000 characters it was 68.)"""

METADATA_FIELDS = ("title", "outlet", "agency", "byline", "url", "published")

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
    sample = max(0, len(raw) - LANGUAGE_SAMPLE) // 2
    language = guess(raw[sample : sample + LANGUAGE_SAMPLE])
    return Document(
        path=whole(path),
        raw=raw,
        sha256=sha256 or hashlib.sha256(raw.encode()).hexdigest(),
        language=language,
        sentences=tuple(split(raw, language)),
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
