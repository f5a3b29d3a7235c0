"""CSV for spreadsheets and JSON lines for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extractor.schemas import Dataset, Evidence, Source

from .tables import attribution_ids, days
from .writing import as_json, write_csv, write_lines

HEADER = (
    "record", "allegation", "summary", "stage", "scope", "suppliers", "recipients", "weapons", "event_time",
    "event_edtf", "event_earliest", "event_latest", "contested", "review", "articles", "outlets", "origins", "record_id",
    "kind", "speaker", "cue", "said_on", "said_on_edtf", "said_on_earliest", "said_on_latest", "basis", "certainty",
    "polarity", "detail", "quote", "quote_places", "article_id", "article_title", "article_path", "outlet", "url",
    "published",
)  # fmt: skip
"""Columns; ``quote`` has a piece of evidence per line, ``quote_places`` its start-end in the raw text."""


def csv_rows(dataset: Dataset, path: Path) -> None:
    """One row per allegation, article and attribution; denials and responses are rows of their own kind: one for every
    allegation they answer, or a single one with an empty allegation."""
    write_csv(path, HEADER, _rows(dataset))


def json_lines(dataset: Dataset, path: Path) -> None:
    """One line per record, ``{"type": …, "record": …}``: the whole dataset."""
    write_lines(path, (as_json(line) for line in _records(dataset)))


LISTS = {
    "run": "runs", "article": "articles", "actor": "actors", "weapon": "weapons", "source": "sources",
    "allegation": "allegations", "denial": "denials", "response": "responses", "judgement": "judgements",
    "identity": "identities", "decision": "decisions", "quarantined": "quarantine",
}  # fmt: skip
"""Type of a line: the list of the dataset that it stands in. The first line has the type ``dataset``: all the rest."""


def _records(dataset: Dataset) -> Iterator[dict[str, Any]]:
    rest = dataset.model_dump(exclude=set(LISTS.values()))
    yield {"type": "dataset", "record": rest}
    for kind, field in LISTS.items():
        yield from ({"type": kind, "record": record.model_dump()} for record in getattr(dataset, field))


def _rows(dataset: Dataset) -> Iterator[tuple[Any, ...]]:  # noqa: C901  # three kinds of row, one after the other
    names = {a.id: a.name for a in dataset.actors}
    terms = {w.id: w.term for w in dataset.weapons}
    sources = {s.id: s for s in dataset.sources}
    articles = {a.id: a for a in reversed(dataset.articles) if a.duplicate_of is None}
    articles |= {a.id: a for a in dataset.articles if a.id not in articles}

    def listed(ids: list[str]) -> str:
        return "; ".join(names[i] for i in ids)

    def speaker(source: Source) -> str:
        return listed(source.actors) or source.kind

    def about(a: Any) -> tuple[Any, ...]:
        if a is None:
            return ("",) * 16
        time, c = a.event_time, a.corroboration
        return (
            a.id, a.summary, a.stage, a.scope, listed(a.suppliers), listed(a.recipients),
            "; ".join(" ".join(filter(None, (i.quantity and i.quantity.text, terms[i.weapon]))) for i in a.items),
            time and time.text, time and time.edtf, *days(time), a.contested, a.review, c.articles, c.outlets, c.origins,
        )  # fmt: skip

    def where(evidence: list[Evidence], id_: str) -> tuple[Any, ...]:
        article = articles[id_]
        return (
            "\n".join(e.exact for e in evidence), " ".join(f"{e.start}-{e.end}" for e in evidence), id_, article.title,
            article.path, article.outlet, article.url, article.published,
        )  # fmt: skip

    def said(date: Any) -> tuple[Any, ...]:
        return date and date.text, date and date.edtf, *days(date)

    known = {a.id: a for a in dataset.allegations}
    unknown: list[Any] = [None]
    for id_, a, t in attribution_ids(dataset):
        source = sources[t.source]
        yield (
            "attribution", *about(a), id_, source.kind, speaker(source), t.cue, *said(t.said_on), t.basis, t.certainty,
            t.polarity, "", *where(t.evidence, t.article_id),
        )  # fmt: skip
    for d in dataset.denials:
        for s in d.statements:
            detail = "; ".join(filter(None, (s.what_is_denied, s.counter_claim)))
            tail = (s.id, s.kind, names[s.denier], "", *said(s.said_on), "", "", "", detail)
            for answered in [known[link.allegation] for link in d.targets] or unknown:
                yield "denial", *about(answered), *tail, *where(s.evidence, s.article_id)
    for r in dataset.responses:
        detail = "; ".join(filter(None, (r.measure, r.legal_basis)))
        tail = (r.id, r.kind, listed(r.actors) or speaker(sources[r.source]), "", *said(r.said_on), "", "", "", detail)
        for target in [known[i] for i in r.about if i in known] or unknown:
            yield "response", *about(target), *tail, *where(r.evidence, r.article_id)
