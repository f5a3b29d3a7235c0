"""Every date of the dataset, the clocks apart: when it happened, was said, denied, answered, published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from extractor.schemas import Dataset, DatePhrase

from .tables import article_keys, attribution_ids, days
from .writing import as_json as dump
from .writing import write_csv

COLUMNS = ("clock", "record_id", "allegation", "article_id", "label", "text", "edtf", "earliest", "latest", "method")
"""``clock``: event, claim_event (as one article has it), statement, denial, response or publication. Dates that could
not be resolved have words and no days."""


def as_csv(dataset: Dataset, path: Path) -> None:
    """One row per date, in order."""
    write_csv(path, COLUMNS, _entries(dataset))


def as_json(dataset: Dataset, path: Path) -> None:
    """A list of objects, in order."""
    entries = [dict(zip(COLUMNS, entry, strict=True)) for entry in _entries(dataset)]
    path.write_text(dump(entries, indent=1) + "\n", "utf-8")


_Entry = tuple[str | None, ...]


def _entries(dataset: Dataset) -> list[_Entry]:
    found = _dates(dataset)
    return sorted(found, key=lambda e: (e[7] or e[8] or "9999-12-31", e[8] or "9999-12-31", *(x or "" for x in e[:4])))


def _dates(d: Dataset) -> Iterator[_Entry]:  # noqa: C901  # six clocks, one after the other
    def entry(clock: str, id_: str, about: str | None, article: str | None, label: str, date: DatePhrase) -> _Entry:
        return clock, id_, about, article, label, date.text, date.edtf, *days(date), date.method

    for a in d.allegations:
        if a.event_time:
            yield entry("event", a.id, a.id, None, a.summary, a.event_time)
        for c in a.claims:
            if c.event_time:
                yield entry("claim_event", c.id, a.id, c.article_id, c.summary, c.event_time)
    for id_, a, t in attribution_ids(d):
        if t.said_on:
            yield entry("statement", id_, a.id, t.article_id, a.summary, t.said_on)
    for n in d.denials:
        about = " ".join(link.allegation for link in n.targets) or None
        for s in n.statements:
            if s.said_on:
                yield entry("denial", s.id, about, s.article_id, f"{s.denier}: {s.kind}", s.said_on)
    for r in d.responses:
        if r.said_on:
            label = f"{'; '.join(r.actors) or r.source}: {r.kind}"
            yield entry("response", r.id, " ".join(r.about), r.article_id, label, r.said_on)
    for key, article in article_keys(d):
        if article.published:
            yield (
                "publication", key, None, article.id, article.title or article.path, article.published,
                article.published, *days(article.published), article.published_basis,
            )  # fmt: skip
