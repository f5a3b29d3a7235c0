"""The records of a dataset, flattened: one row each, with what two datasets are compared by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal, get_args

from .schemas import Dataset

Kind = Literal[
    "claim", "denial statement", "response", "allegation", "denial", "article", "failure", "excluded", "quarantined",
    "actor", "weapon", "source", "judgement", "identity", "decision", "alias", "skipped",
]  # fmt: skip
"""Tables of a dataset; the first three are what articles say, the next two what merging made of it."""

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Row:
    """One record, flattened for comparison."""

    kind: Kind
    id: str
    label: str
    """Words for people: they may come from an article."""
    articles: frozenset[str]
    """Ids of the articles it rests on."""
    values: Mapping[str, Any]
    """What is compared, by field."""
    members: tuple[str, ...] = ()
    """Claims and denial statements that it is made of or about."""
    core: frozenset[str] = field(default_factory=frozenset)
    """What two records must have in common, at least in part, to be one with other evidence."""
    kin: str = ""
    """What makes a pair likelier, where it is equal."""

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """Everything that it quotes."""
        own: list[dict[str, Any]] = list(self.values.get("evidence", ()))
        return own + [e for a in self.values.get("attributions", ()) for e in a["evidence"]]


def rows(dataset: Dataset) -> dict[Kind, dict[str, Row]]:
    """Every record of a dataset, by kind and id."""
    tables: dict[Kind, dict[str, Row]] = {kind: {} for kind in KINDS}
    for row in _rows(dataset):
        table, key = tables[row.kind], row.id
        while key in table:  # e.g. several copies of one article
            key += "+"
        table[key] = row
    return tables


def _dump(record: Any, *without: str) -> dict[str, Any]:
    return {k: v for k, v in record.model_dump(mode="json").items() if k not in {"id", *without}}


def _rows(d: Dataset) -> Iterator[Row]:
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for a in d.allegations:
        for spoken in a.attributions:
            said[spoken.claim].append(_dump(spoken, "claim", "article_id"))
        for c in a.claims:
            core = frozenset((*c.suppliers, *c.recipients, *(i.weapon for i in c.items)))
            values = _dump(c, "article_id") | {"attributions": said[c.id]}
            yield Row("claim", c.id, c.summary, frozenset({c.article_id}), values, (), core, f"{c.stage} {c.scope}")
        values = _dump(a, "attributions") | {"claims": [c.id for c in a.claims]}
        values |= {f"corroboration.{k}": v for k, v in values.pop("corroboration").items()}
        articles, claims = frozenset(c.article_id for c in a.claims), tuple(c.id for c in a.claims)
        yield Row("allegation", a.id, a.summary, articles, values, claims)
    for n in d.denials:
        for s in n.statements:
            about = f"{s.denier} {s.kind}"
            core = frozenset({s.denier, *s.accusers})
            yield Row(
                "denial statement", s.id, about, frozenset({s.article_id}), _dump(s, "article_id"), (), core, s.kind
            )
        ids = tuple(s.id for s in n.statements)
        articles = frozenset(s.article_id for s in n.statements)
        yield Row("denial", n.id, f"{n.denier} {n.kind}", articles, _dump(n) | {"statements": list(ids)}, ids)
    for r in d.responses:
        core, label = frozenset({r.kind, r.source, *r.actors}), f"{', '.join(r.actors) or r.source}: {r.kind}"
        values = _dump(r, "article_id")
        yield Row("response", r.id, label, frozenset({r.article_id}), values, tuple(r.targets), core, r.kind)
    yield from _articles(d)
    yield from _names(d)


def _articles(d: Dataset) -> Iterator[Row]:
    for a in d.articles:
        key = a.id if a.duplicate_of is None else f"{a.id} {a.path}"
        names = {
            "path": PurePosixPath(a.path).name,
            "duplicate_of": a.duplicate_of and PurePosixPath(a.duplicate_of).name,
        }
        yield Row("article", key, a.path, frozenset({a.id}), _dump(a, "sketch", "excluded") | names)
        if a.duplicate_of is None:
            for e in a.excluded:
                yield Row("excluded", e.id, e.reason, frozenset({a.id}), _dump(e), (), frozenset({e.reason}), e.reason)
    for f in d.accounting.failures:
        yield Row("failure", f.path, f.path, frozenset({f.article_id} if f.article_id else ()), {"kind": f.kind})
    for s in d.accounting.skipped:
        yield Row("skipped", s.path, s.path, frozenset(), {"reason": s.reason})
    for q in d.quarantine:
        key, values = f"{q.article_id} {q.record} {q.local_id}", _dump(q, "extraction", "article_id", "local_id")
        yield Row("quarantined", key, f"{q.record} {q.local_id}", frozenset({q.article_id}), values)


def _names(d: Dataset) -> Iterator[Row]:
    for actor in d.actors:
        yield Row("actor", actor.id, actor.name, frozenset(e.article_id for e in actor.mentions), _dump(actor))
    for w in d.weapons:
        yield Row("weapon", w.id, w.term, frozenset(e.article_id for e in w.mentions), _dump(w))
    for s in d.sources:
        yield Row("source", s.id, s.id, frozenset(), _dump(s))
    judged: tuple[tuple[Kind, Any], ...] = (("judgement", d.judgements), ("identity", d.identities))
    for kind, edges in judged:
        for j in edges:
            values = _dump(j, "left", "right")
            yield Row(
                kind, f"{j.left} {j.right}", f"{j.verdict}: {j.left} {j.right}", frozenset(), values, (j.left, j.right)
            )
    for known in d.decisions:
        one, values = known.decision, {"status": known.status}
        yield Row(
            "decision", one.id, f"{one.verb} {known.status}", frozenset(), values, tuple(s.id for s in one.subjects)
        )
    for name, target in d.aliases.items():
        yield Row("alias", name, f"{name} = {target}", frozenset(), {"target": target})
