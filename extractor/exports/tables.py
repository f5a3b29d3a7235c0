"""The dataset as flat tables with keys: what xlsx, parquet and duckdb have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from extractor.edtf import bounds
from extractor.schemas import Dataset, DatePhrase, Evidence

from .writing import as_json

Type = Literal["text", "integer", "number", "truth"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    type: Type = "text"
    refers: str | None = None
    """The table whose key it holds."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its first column is its key. What is nested stands as JSON in a text column."""

    name: str
    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]


def days(date: DatePhrase | str | None) -> tuple[str | None, str | None]:
    """Earliest and latest day that a date covers (ISO 8601); None where it is unknown or open on that side."""
    covered = bounds(date.edtf if isinstance(date, DatePhrase) else date)
    if covered is None:
        return None, None
    first, last = covered
    return (None if first.year == 1 else first.isoformat(), None if last.year == 9999 else last.isoformat())


def phrase(date: DatePhrase | None) -> tuple[str | None, ...]:
    """Words, EDTF, earliest and latest day, method."""
    return (None,) * 5 if date is None else (date.text, date.edtf, *days(date), date.method)


def attribution_ids(dataset: Dataset) -> Iterator[tuple[str, Any, Any]]:
    """Every attribution with its allegation; it has no id of its own, so it goes by its claim's and its place there."""
    for allegation in dataset.allegations:
        counted: dict[str, int] = {}
        for spoken in allegation.attributions:
            counted[spoken.claim] = counted.get(spoken.claim, 0) + 1
            yield f"{spoken.claim}#{counted[spoken.claim]}", allegation, spoken


def quotes(dataset: Dataset) -> Iterator[tuple[str, str, Evidence]]:
    """Every piece of evidence of the dataset: the kind and the id of the record that rests on it."""
    for id_, _, spoken in attribution_ids(dataset):
        yield from (("attribution", id_, e) for e in spoken.evidence)
    for denial in dataset.denials:
        yield from (("denial_statement", s.id, e) for s in denial.statements for e in s.evidence)
    yield from (("response", r.id, e) for r in dataset.responses for e in r.evidence)
    yield from (("actor", a.id, e) for a in dataset.actors for e in a.mentions)
    yield from (("weapon", w.id, e) for w in dataset.weapons for e in w.mentions)
    yield from (("excluded", x.id, e) for a in dataset.articles for x in a.excluded for e in x.evidence)


def article_keys(dataset: Dataset) -> Iterator[tuple[str, Any]]:
    """Every article with a key: its id, and for a copy of the same content its id and path."""
    seen: set[str] = set()
    for a in sorted(dataset.articles, key=lambda a: a.duplicate_of is not None):
        key = a.id if a.id not in seen else f"{a.id} {a.path}"
        while key in seen:
            key += "+"
        seen.add(key)
        yield key, a


def _dump(records: Iterable[Any]) -> str:
    return as_json([r.model_dump() for r in records])


def _columns(spec: str) -> tuple[Column, ...]:
    """``name``, ``name:type`` or ``name>table``; ``name@`` stands for the five columns of a date."""
    columns: list[Column] = []
    for word in spec.split():
        if word.endswith("@"):
            columns += [Column(word[:-1] + part) for part in ("_text", "_edtf", "_earliest", "_latest", "_method")]
        elif ">" in word:
            name, refers = word.split(">")
            columns.append(Column(name, refers=refers))
        else:
            name, _, kind = word.partition(":")
            columns.append(Column(name, kind or "text"))  # type: ignore[arg-type]  # written below
    return tuple(columns)


def tables(dataset: Dataset) -> list[Table]:
    """Every table, those that are referred to before those that refer."""
    return [
        Table(name, _columns(spec), list(rows(dataset)))
        for name, (spec, rows) in {
            "articles": (
                "id article_id path sha256 title outlet agency byline url published published_earliest published_latest "
                "published_basis language sentences:integer duplicate_of syndication_group segments defects",
                _articles,
            ),
            "actors": ("id name kind country title represents party canonical names links findings", _actors),
            "weapons": ("id term category unroca munitions_list sipri_eligible:truth", _weapons),
            "sources": ("id kind actors relies_on reliability origins", _sources),
            "allegations": (
                "id summary stage scope suppliers recipients participants items in_return event_time@ event_place end_use "
                "concealment route contested review articles:integer texts:integer outlets:integer origins:integer "
                "origin_ids chains relations grades edits",
                _allegations,
            ),
            "claims": (
                "id allegation>allegations article_id>articles summary stage scope suppliers recipients participants items "
                "in_return event_time@ event_place end_use concealment route part_of findings",
                _claims,
            ),
            "attributions": (
                "id allegation>allegations claim>claims article_id>articles source>sources cue said_on@ basis certainty "
                "polarity findings",
                _attributions,
            ),
            "denials": (
                "id denier>actors kind scope what_is_denied counter_claim said_on@ review",
                _denials,
            ),
            "denial_links": ("id denial>denials allegation>allegations strength", _denial_links),
            "denial_statements": (
                "id denial>denials article_id>articles denier>actors kind scope targets accusers what_is_denied "
                "counter_claim reported_by said_on@ findings",
                _statements,
            ),
            "responses": (
                "id article_id>articles kind source>sources actors about targets measure legal_basis said_on@ findings",
                _responses,
            ),
            "conflicts": ("id allegation>allegations field kind preferred values", _conflicts),
            "quotes": (
                "id record_kind record_id article_id>articles exact prefix suffix start:integer end:integer "
                "sentence:integer match segment cited_sentence:integer",
                _quotes,
            ),
            "quarantine": ("id article_id>articles record local_id reason detail extraction draft", _quarantine),
        }.items()
    ]


def _articles(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for key, a in article_keys(d):
        yield (
            key, a.id, a.path, a.sha256, a.title, a.outlet, a.agency, a.byline, a.url, a.published, *days(a.published),
            a.published_basis, a.language, a.sentences, a.duplicate_of, a.syndication_group, _dump(a.segments),
            _dump(a.defects),
        )  # fmt: skip


def _actors(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for a in d.actors:
        yield (
            a.id, a.name, a.kind, a.country, a.title, a.represents, a.party, a.canonical, as_json(a.names),
            _dump(a.links), _dump(a.findings),
        )  # fmt: skip


def _weapons(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for w in d.weapons:
        yield w.id, w.term, w.category, as_json(w.unroca), as_json(w.munitions_list), w.sipri_eligible


def _sources(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for s in d.sources:
        yield s.id, s.kind, as_json(s.actors), s.relies_on, s.reliability, as_json(s.origins)


def _transfer(r: Any) -> tuple[Any, ...]:
    """What claims and allegations have in common."""
    return (
        r.summary, r.stage, r.scope, as_json(r.suppliers), as_json(r.recipients), _dump(r.participants), _dump(r.items),
        _dump(r.in_return), *phrase(r.event_time), as_json(r.event_place), as_json(r.end_use), as_json(r.concealment),
        _dump(r.route),
    )  # fmt: skip


def _allegations(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for a in d.allegations:
        c = a.corroboration
        yield (
            a.id, *_transfer(a), a.contested, a.review, c.articles, c.texts, c.outlets, c.origins, as_json(c.origin_ids),
            _dump(c.chains), _dump(a.relations), _dump(a.grades), _dump(a.edits),
        )  # fmt: skip


def _claims(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for a in d.allegations:
        for c in a.claims:
            yield c.id, a.id, c.article_id, *_transfer(c), c.part_of, _dump(c.findings)


def _attributions(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for id_, a, t in attribution_ids(d):
        yield (
            id_, a.id, t.claim, t.article_id, t.source, t.cue, *phrase(t.said_on), t.basis, t.certainty, t.polarity,
            _dump(t.findings),
        )  # fmt: skip


def _denials(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for n in d.denials:
        yield (
            n.id, n.denier, n.kind, n.scope, as_json(n.what_is_denied), as_json(n.counter_claim), *phrase(n.said_on),
            n.review,
        )  # fmt: skip


def _denial_links(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for n in d.denials:
        yield from ((f"{n.id} {k}", n.id, link.allegation, link.strength) for k, link in enumerate(n.targets, 1))


def _statements(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for n in d.denials:
        for s in n.statements:
            yield (
                s.id, n.id, s.article_id, s.denier, s.kind, s.scope, as_json(s.targets), as_json(s.accusers),
                s.what_is_denied, s.counter_claim, as_json(s.reported_by), *phrase(s.said_on), _dump(s.findings),
            )  # fmt: skip


def _responses(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for r in d.responses:
        yield (
            r.id, r.article_id, r.kind, r.source, as_json(r.actors), as_json(r.about), as_json(r.targets), r.measure,
            r.legal_basis, *phrase(r.said_on), _dump(r.findings),
        )  # fmt: skip


def _conflicts(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for a in d.allegations:
        for k, c in enumerate(a.conflicts, 1):
            yield f"{a.id} {k}", a.id, c.field, c.kind, c.preferred, _dump(c.values)


def _quotes(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for k, (kind, id_, e) in enumerate(quotes(d), 1):
        yield (
            f"quote:{k}", kind, id_, e.article_id, e.exact, e.prefix, e.suffix, e.start, e.end, e.sentence, e.match,
            e.segment, e.cited_sentence,
        )  # fmt: skip


def _quarantine(d: Dataset) -> Iterator[tuple[Any, ...]]:
    for k, q in enumerate(d.quarantine, 1):
        yield (
            f"quarantined:{k}", q.article_id, q.record, q.local_id, q.reason, q.detail, q.extraction, as_json(q.draft)
        )  # fmt: skip
