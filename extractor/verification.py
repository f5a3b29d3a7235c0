"""Whether a finished dataset still agrees with its articles: every quote, offset and reference, without a model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from . import articles
from .grounding import TextIndex
from .schemas import Article, Dataset, Evidence


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Something in a dataset that does not hold."""

    kind: Literal["article_missing", "article_changed", "quote_differs", "surroundings_differ", "inconsistent"]
    """inconsistent: the dataset contradicts itself (a reference, an offset, its accounting)."""
    where: str
    """The article's path or the record's id."""
    detail: str
    """What does not hold, in words."""

    def __str__(self) -> str:
        return f"{self.where}: {self.kind}: {self.detail}"


def verify(dataset: Dataset, paths: Iterable[str | Path]) -> list[Discrepancy]:
    """What does not hold in ``dataset``, given its articles again (files or folders); empty for an untouched one.

    Articles are known by their content, so they may have been moved or renamed. Raises UsageError for paths that give
    no articles.
    """
    files, _ = articles.find(paths)
    texts = {hashlib.sha256(data).hexdigest(): data for data in (f.read_bytes() for f in files)}
    at = {articles.name_of(f): f for f in files} | {articles.name_of(Path(f.name)): f for f in files}
    found = [Discrepancy("inconsistent", "dataset", problem) for problem in dataset.problems()]
    quotes: dict[str, list[tuple[str, Evidence]]] = {}
    for record, evidence in dataset.evidence():
        quotes.setdefault(evidence.article_id, []).append((record, evidence))
    for article in dataset.articles:
        if article.sha256 in texts:
            raw = texts[article.sha256].decode("utf-8")
            found += [d for quote in quotes.get(article.id, []) for d in _quote(raw, article, *quote)]
        elif changed := at.get(article.path) or at.get(Path(article.path).name):
            found.append(Discrepancy("article_changed", article.path, _lost(changed, quotes.get(article.id, []))))
        else:
            found.append(Discrepancy("article_missing", article.path, "not among the articles given"))
    return found


def _quote(raw: str, article: Article, record: str, e: Evidence) -> Iterator[Discrepancy]:
    where = f"{record} in {article.path}"
    if raw[e.start : e.end] != e.exact:
        detail = f"characters {e.start} to {e.end} read {raw[e.start : e.end]!r}, not {e.exact!r}"
        yield Discrepancy("quote_differs", where, detail)
    elif raw[max(0, e.start - len(e.prefix)) : e.start] != e.prefix or raw[e.end : e.end + len(e.suffix)] != e.suffix:
        yield Discrepancy(
            "surroundings_differ", where, f"around {e.exact!r} stands something else than the dataset says"
        )


def _lost(path: Path, quotes: list[tuple[str, Evidence]]) -> str:
    """How many quotes the changed text no longer holds."""
    index = TextIndex(path.read_bytes().decode("utf-8", "replace"))
    lost = sum(index.locate(e.exact) is None for _, e in quotes)
    return f"the file is not the one that was read; {lost} of its {len(quotes)} quotes no longer stand in it"
