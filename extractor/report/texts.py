"""The texts of a dataset's articles, as far as they are at hand: what a report can show in full."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from extractor import articles
from extractor.errors import UnreadableArticle
from extractor.schemas import Dataset

TextState = Literal["read", "changed", "missing"]


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one article."""

    state: TextState
    """read: its bytes are those that were extracted. changed: a file of its name is there, with other bytes, on which the
    offsets of the evidence mean nothing. missing: neither."""
    raw: str | None
    """The text, if it was read."""


MISSING = Text("missing", None)
CHANGED = Text("changed", None)


def read_texts(dataset: Dataset, paths: Iterable[str | Path]) -> dict[str, Text]:
    """The text of every article by its id, from files or folders; all are missing where no paths are given.

    Articles are known by their content, so they may have been moved or renamed. A file that can't be read counts as
    not there. Raises UsageError for a path that doesn't exist.
    """
    paths = list(paths)
    files = articles.find(paths)[0] if paths else []
    contents: dict[str, bytes] = {}
    names: set[str] = set()
    for file in files:
        try:
            content = articles.load_bytes(file)
        except UnreadableArticle:
            continue
        contents[hashlib.sha256(content).hexdigest()] = content
        names |= {articles.name_of(file), articles.name_of(Path(file.name))}
    return {a.id: _text(contents.get(a.sha256), a.path, names) for a in dataset.articles}


def _text(content: bytes | None, path: str, names: set[str]) -> Text:
    if content is not None:
        return Text("read", content.decode("utf-8"))
    return CHANGED if path in names or Path(path).name in names else MISSING
